"""The check that a written file holds nothing but what the plan allows."""

from __future__ import annotations

from passerby.model.media import Part
from passerby.model.report import Check

_SHOWN = 5


def check_container(leftovers: tuple[Part, ...]) -> Check:
    """Name the parts that the plan does not allow; `Source.leftovers` lists them."""
    names = ", ".join(part.name for part in leftovers[:_SHOWN])
    more = f" and {len(leftovers) - _SHOWN} more" if len(leftovers) > _SHOWN else ""
    return Check(
        name="container",
        passed=not leftovers,
        detail=f"holds {names}{more}" if leftovers else "only allow-listed parts",
        figures=(("leftovers", len(leftovers)),),
    )
