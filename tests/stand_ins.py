"""Detectors that behave badly on purpose, and ports around them. Never used where a test is
about finding faces."""

from __future__ import annotations

from dataclasses import dataclass, field

from passerby.media import Media
from passerby.model.finding import FinderId, Sighting
from passerby.model.geometry import Box
from passerby.ports import Finder, Ports, Rgb, Sink, Source, SystemClock

MEDIA = Media()


@dataclass
class Scripted:
    """Gives the answers of a script, one a look, and the last one for ever."""

    answers: list[tuple[Box, ...]] = field(default_factory=list)
    looks: int = 0

    @property
    def identity(self) -> FinderId:
        return FinderId(name="scripted", version="1", sha256="0" * 64)

    def find(self, view: Rgb) -> tuple[Sighting, ...]:
        boxes = self.answers[min(self.looks, len(self.answers) - 1)] if self.answers else ()
        self.looks += 1
        return tuple(Sighting(box=box, score=0.9, finder="scripted") for box in boxes)


class Crashing(Scripted):
    """A detector that fails."""

    def find(self, view: Rgb) -> tuple[Sighting, ...]:
        raise RuntimeError("the face of Jane Doe")


def ports(
    finder: Finder | None = None,
    second: Finder | None = None,
    *,
    source: Source | None = None,
    sink: Sink | None = None,
) -> Ports:
    """Return ports with the real codecs and detectors that find nothing unless told."""
    return Ports(
        source=source or MEDIA,
        sink=sink or MEDIA,
        finder=finder or Scripted(),
        second=second or Scripted(),
        clock=SystemClock(),
    )
