"""What is to be done with each face, and who said so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from passerby.model.finding import Track
from passerby.model.geometry import Region


class Action(StrEnum):
    """What happens to a track."""

    REDACT = "redact"
    KEEP = "keep"
    REVIEW = "review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What happens to one track.

    `region` is what the mask has to cover, in display orientation, before it is snapped to a
    grid and clipped. `frame` counts from 0 and is the one frame or page that it speaks of; None
    stands for all of them. `by` is ``passerby`` or a reviewer; `at` is an aware UTC time.
    `consent` is the random id of the consent on record that a face stays visible by; it leads
    to a consent, never to a person.
    """

    track: Track
    action: Action
    region: Region
    reason: str
    by: str = "passerby"
    at: datetime | None = None
    frame: int | None = None
    consent: str | None = None

    def speaks_of(self, frame: int) -> bool:
        """Whether it holds for a frame."""
        return self.frame is None or self.frame == frame


def by_frame(decisions: Iterable[Decision], frames: int) -> list[list[Decision]]:
    """Return for each of so many frames the decisions that hold for it, in their order."""
    held: list[list[Decision]] = [[] for _ in range(frames)]
    for decision in decisions:
        if decision.frame is None:
            for those in held:
                those.append(decision)
        elif 0 <= decision.frame < frames:
            held[decision.frame].append(decision)
    return held
