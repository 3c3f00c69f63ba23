"""From sightings to decisions: grouping, order, regions, what is kept and what is explained."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.decide import add_found, decide, unexplained
from passerby.masking import build_mask
from passerby.model.decision import Action, Decision
from passerby.model.finding import Sighting, Track
from passerby.model.geometry import Box, Grid, Region, Shape
from passerby.model.media import Canvas
from passerby.model.options import Options

AT = datetime(2026, 1, 1, tzinfo=UTC)
SIZE = (400, 300)
CANVAS = Canvas(sizes=(SIZE,))
PLAIN = Options()


def seen(x: int, y: int, width: int, height: int, score: float = 0.8) -> Sighting:
    return Sighting(box=Box(x, y, x + width, y + height), score=score, finder="centerface")


boxes = st.builds(
    seen,
    st.integers(-30, 420),
    st.integers(-30, 320),
    st.integers(1, 120),
    st.integers(1, 120),
    st.sampled_from([0.5, 0.7, 0.9]),
)


def decided(*sightings: Sighting, options: Options = PLAIN) -> tuple[Decision, ...]:
    return decide(sightings, options=options, canvas=CANVAS, at=AT)


def test_tracks_are_numbered_in_reading_order() -> None:
    decisions = decided(seen(200, 10, 20, 20), seen(10, 200, 20, 20), seen(20, 10, 20, 20))
    assert [d.track.id for d in decisions] == ["t1", "t2", "t3"]
    assert [d.region.box.x0 < 100 for d in decisions] == [True, False, True]
    assert all(d.action is Action.REDACT and d.at == AT and d.by == "passerby" for d in decisions)


@given(st.lists(boxes, max_size=8))
def test_the_order_of_sightings_does_not_matter(found: list[Sighting]) -> None:
    mixed = sorted(found, key=lambda s: (s.box.y1, s.score))
    assert decided(*found) == decided(*mixed)


@given(st.lists(boxes, max_size=8))
def test_every_face_inside_the_picture_is_under_the_mask(found: list[Sighting]) -> None:
    mask = build_mask(decided(*found), SIZE, Grid())
    for sighting in found:
        inside = sighting.box.clip(*SIZE)
        if inside is not None:
            assert mask[inside.y0 : inside.y1, inside.x0 : inside.x1].all()


@given(st.lists(boxes, max_size=8))
def test_what_is_masked_is_explained(found: list[Sighting]) -> None:
    inside = [sighting for sighting in found if sighting.box.clip(*SIZE) is not None]
    assert unexplained(inside, decided(*inside), PLAIN) == ()


def test_two_sightings_of_one_face_are_one_track() -> None:
    (decision,) = decided(seen(100, 100, 40, 50, 0.7), seen(102, 98, 40, 52, 0.9))
    assert decision.track.score == 0.9
    assert len(decision.track.sightings) == 2
    for sighting in decision.track.sightings:
        assert decision.region.box.intersection(sighting.box) == sighting.box.area


def test_a_face_wholly_outside_is_left_out() -> None:
    assert decided(seen(500, 100, 20, 20)) == ()


def test_small_faces_are_kept_only_if_asked_for() -> None:
    found = (seen(10, 10, 8, 9), seen(100, 100, 30, 40))
    assert {d.action for d in decided(*found)} == {Action.REDACT}
    small, large = decided(*found, options=Options(min_face=12))
    assert (small.action, large.action) == (Action.KEEP, Action.REDACT)
    assert "12 pixels" in small.reason
    assert unexplained(found[:1], (small, large), Options(min_face=12)) == ()


def test_a_small_sighting_of_a_larger_face_keeps_nothing() -> None:
    found = (seen(10, 10, 10, 11), seen(10, 10, 10, 13))
    (decision,) = decided(*found, options=Options(min_face=12))
    assert decision.action is Action.REDACT


def test_what_the_second_look_finds_is_added_with_its_name() -> None:
    first = decided(seen(10, 10, 20, 20))
    found = Sighting(box=Box(200, 100, 230, 140), score=0.9, finder="yunet")
    both = add_found(first, [found], canvas=CANVAS, at=AT)
    assert both[:1] == first
    assert both[1].track == Track(id="t2", sightings=(found,))
    assert both[1].action is Action.REDACT
    assert "second look" in both[1].reason
    assert "yunet" in both[1].reason
    again = add_found(both, [seen(300, 200, 20, 20)], canvas=CANVAS, at=AT)
    assert [d.track.id for d in again] == ["t1", "t2", "t3"]


def test_added_tracks_never_take_a_name_that_is_in_use() -> None:
    drawn = Decision(
        track=Track(id="t2"),
        action=Action.REDACT,
        region=Region(box=Box(0, 0, 9, 9), shape=Shape.BOX),
        reason="drawn",
    )
    added = add_found(
        (drawn,), [seen(100, 100, 20, 20), seen(200, 200, 20, 20)], canvas=CANVAS, at=AT
    )
    names = [d.track.id for d in added]
    assert len(set(names)) == 3


def kept(box: Box) -> Decision:
    return Decision(
        track=Track(id="k"), action=Action.KEEP, region=Region(box=box), reason="consent"
    )


def test_a_kept_face_is_explained_and_its_neighbour_is_not() -> None:
    face = seen(100, 100, 40, 50)
    keep = kept(face.box.grow(0.3, 0.3, 0.3, 0.3))
    shifted = seen(104, 98, 38, 52)
    assert unexplained([face, shifted], [keep], PLAIN) == ()
    beside, inside, larger = seen(130, 100, 40, 50), seen(110, 110, 15, 18), seen(60, 60, 150, 180)
    assert unexplained([beside, inside, larger], [keep], PLAIN) == (beside, inside, larger)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.9])
def test_a_face_that_is_partly_under_a_mask_can_still_be_seen(share: float) -> None:
    face = seen(100, 100, 40, 50)
    cover = Region(box=Box(0, 0, 400, 100 + round(50 * share) or 1), shape=Shape.BOX)
    mask = Decision(track=Track(id="t1"), action=Action.REDACT, region=cover, reason="drawn")
    assert unexplained([face], [mask], PLAIN) == (face,)


def test_two_masks_can_cover_one_face_together() -> None:
    face = seen(100, 100, 40, 50)
    halves = [
        Decision(
            track=Track(id=name),
            action=Action.REDACT,
            region=Region(box=box, shape=Shape.BOX),
            reason="drawn",
        )
        for name, box in (("t1", Box(90, 90, 122, 160)), ("t2", Box(118, 90, 150, 160)))
    ]
    assert unexplained([face], halves, PLAIN) == ()
    assert unexplained([face], halves[:1], PLAIN) == (face,)


def test_the_region_is_an_ellipse_that_holds_the_box() -> None:
    (decision,) = decided(seen(100, 100, 40, 50))
    assert decision.region.shape is Shape.ELLIPSE
    box = decision.region.box
    for x, y in ((100, 100), (140, 150)):
        dx = (x - (box.x0 + box.x1) / 2) / (box.width / 2)
        dy = (y - (box.y0 + box.y1) / 2) / (box.height / 2)
        assert np.hypot(dx, dy) < 1
