"""The laws that come with Passerby, and every citation in them."""

from __future__ import annotations

from datetime import date

import pytest

from passerby.rights.facts.law import Citation, Clock, Law
from passerby.rights.facts.source import Confidence
from passerby.rights.knowledge import Knowledge

SHIPPED = Knowledge(own=None)
LAWS = SHIPPED.laws()
TODAY = date(2026, 11, 23)

READ = Confidence.READ
SECONDARY = Confidence.SECONDARY
MEMORY = Confidence.MEMORY


def law(name: str, on: date = TODAY) -> Law:
    return SHIPPED.law(name, on)


def citations(one: Law) -> list[tuple[str, Citation]]:
    """Every citation of a law, with where it stands."""
    found: list[tuple[str, Citation]] = []
    for kind, right in one.rights.items():
        found.append((kind, right.citation))
        found += [(f"{kind}.{point}", cited) for point, cited in right.contents.items()]
        found += [(f"{kind}.exceptions", cited) for cited in right.exceptions]
    for name, clock in one.clocks.items():
        found += [(name, cited) for cited in clock_citations(clock)]
    return found


def clock_citations(clock: Clock) -> list[Citation]:
    several = [
        clock.citation,
        clock.roll_citation,
        clock.extension_citation,
        clock.at_least_citation,
        clock.latest_start_citation,
        clock.silence,
        *clock.pauses,
    ]
    return [cited for cited in several if cited is not None]


def labelled(one: Law) -> str:
    return f"{one.id}-{one.applies_from}"


each_law = pytest.mark.parametrize("one", LAWS, ids=labelled)
