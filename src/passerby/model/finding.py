"""What detectors say: sightings, and the tracks they form."""

from __future__ import annotations

from dataclasses import dataclass

from passerby.model.geometry import Box


@dataclass(frozen=True, slots=True, kw_only=True)
class FinderId:
    """Which detector spoke: its name, its version and the sha256 of its weights."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One face seen by one detector in one frame.

    `box` spans the face from forehead to chin and is not clipped to the picture; `score` is
    the detector's, 0 to 1, after its own calibration; `finder` is a `FinderId.name`; `frame`
    counts from 0.
    """

    box: Box
    score: float
    finder: str
    frame: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """The sightings of what is taken to be one face. A still picture has one frame.

    A track without sightings is a mask that a person drew.
    """

    id: str
    sightings: tuple[Sighting, ...] = ()

    @property
    def score(self) -> float:
        """The highest score among the sightings; 1.0 for a mask that a person drew."""
        return max((s.score for s in self.sightings), default=1.0)
