"""The check that a written file holds nothing but what the plan allows."""

from __future__ import annotations

from passerby.model.media import Encoding, Field
from passerby.model.report import Check
from passerby.ports import Source

_SHOWN = 5


def check_container(
    source: Source, data: bytes, encoding: Encoding, keep: tuple[Field, ...]
) -> Check:
    """List what the plan does not allow. Raises CorruptInput if the file cannot be walked."""
    leftovers = source.leftovers(data, encoding, keep)
    names = ", ".join(part.name for part in leftovers[:_SHOWN])
    more = f" and {len(leftovers) - _SHOWN} more" if len(leftovers) > _SHOWN else ""
    return Check(
        name="container",
        passed=not leftovers,
        detail=f"holds {names}{more}" if leftovers else "only allow-listed parts",
        figures=(("leftovers", len(leftovers)),),
    )
