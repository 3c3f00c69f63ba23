"""Hypothesis strategies that several tests share."""

from __future__ import annotations

from hypothesis import strategies as st

from passerby.model.decision import Action, Decision
from passerby.model.finding import Track
from passerby.model.geometry import Box, Grid, Region, Shape

SIDES = st.integers(1, 90)


@st.composite
def boxes(draw: st.DrawFn, reach: int = 100) -> Box:
    """Boxes in and around a picture of at most `reach` pixels a side."""
    x0 = draw(st.integers(-20, reach))
    y0 = draw(st.integers(-20, reach))
    return Box(x0, y0, x0 + draw(st.integers(1, reach)), y0 + draw(st.integers(1, reach)))


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    """The grids that JPEGs have, with any offset."""
    width, height = draw(st.sampled_from([(1, 1), (8, 8), (16, 8), (8, 16), (16, 16), (32, 8)]))
    return Grid(
        width=width,
        height=height,
        x=draw(st.integers(0, width - 1)),
        y=draw(st.integers(0, height - 1)),
    )


def decision(box: Box, shape: Shape = Shape.BOX, action: Action = Action.REDACT) -> Decision:
    """Return a decision as a person would draw it."""
    return Decision(
        track=Track(id="t1"),
        action=action,
        region=Region(box=box, shape=shape),
        reason="drawn",
        by="tester",
    )
