"""What a session knows of a picture: its faces, where they came from, what is to be done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import reduce

from passerby.model.finding import FinderId, Sighting
from passerby.model.geometry import Box, Region, Shape
from passerby.model.media import Field
from passerby.model.report import Failure


class Choice(StrEnum):
    """What is to happen to a face."""

    HIDE = "hide"
    KEEP = "keep"
    ASK = "ask"
    """Nobody has decided. It is hidden when the picture is published, unless it is a suggestion
    that nobody accepted."""


class Origin(StrEnum):
    """Who said that there is a face."""

    FOUND = "found"
    SECOND_LOOK = "second-look"
    SUGGESTED = "suggested"
    """A detector saw something, and not enough to count. Hidden only when a person accepts it."""
    DRAWN = "drawn"
    COPIED = "copied"
    """It lies where a face lies in a neighbour of the burst; a person confirms it."""


MACHINE = frozenset({Origin.FOUND, Origin.SECOND_LOOK, Origin.SUGGESTED})
"""Origins of what a detector said."""
CERTAIN = frozenset({Origin.FOUND, Origin.SECOND_LOOK})
"""Origins of faces that can be kept with a ground, and not removed."""


class State(StrEnum):
    """How far a picture is."""

    UNSEEN = "unseen"
    NEEDS_LOOK = "needs-look"
    DECIDED = "decided"
    PUBLISHED = "published"
    FAILED = "failed"


class OutputState(StrEnum):
    """What there is of a published copy."""

    NONE = "none"
    STALE = "stale"
    """It was made from decisions that were changed since."""
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a face lies: `frame` counts from 0, None stands for all of a file."""

    region: Region
    frame: int | None = None
    sightings: tuple[Sighting, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What was decided of a face in the same place of a neighbour, for a person to confirm."""

    action: Choice
    reason: str = ""
    consent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One face, or what may be one.

    `score` is that of the detector, 1.0 for what a person drew; 0.5 is just enough. `by` is who
    decided, None while only the detector has spoken. `reason` is the stated ground. `places` has
    one entry in a still, and one for each frame in which a face was followed in an animation.
    """

    id: str
    origin: Origin
    action: Choice
    places: tuple[Place, ...]
    score: float = 1.0
    reason: str = ""
    consent: str | None = None
    by: str | None = None
    at: datetime | None = None
    proposal: Proposal | None = None

    @property
    def region(self) -> Region:
        """Where it lies; of a face that moves, what spans all its places."""
        if len(self.places) == 1:
            return self.places[0].region
        boxes = [place.region.box for place in self.places]
        return Region(box=reduce(Box.union, boxes), shape=Shape.BOX)

    @property
    def seen(self) -> tuple[Sighting, ...]:
        """What the detector saw of it."""
        return tuple(sighting for place in self.places for sighting in place.sightings)

    @property
    def dismissed(self) -> bool:
        """Whether it is a suggestion that nobody has accepted."""
        return self.origin is Origin.SUGGESTED and self.action is Choice.ASK

    @property
    def open(self) -> bool:
        """Whether a person has to decide."""
        return self.action is Choice.ASK and not self.dismissed

    def moved(self, region: Region) -> Face:
        """Return it in another place; it has one place."""
        return replace(self, places=(replace(self.places[0], region=region),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """What the detectors said of a picture, before anybody decided: boxes and scores only.

    `size` is (width, height) in display orientation; `fields` names those that could be kept.
    """

    size: tuple[int, int]
    faces: tuple[Face, ...]
    frames: int = 1
    finders: tuple[FinderId, ...] = ()
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOff:
    """Who else looked at the decisions and agreed, and when."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """The published copy: its state, and what was written."""

    state: OutputState = OutputState.NONE
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureState:
    """A picture as a person sees it.

    `id` tells nothing of the file. `name` is its path below the folder, safe to show. `version`
    grows with each change of what is decided, and a change has to name it; `revision` grows with
    everything that happens to the picture. `size` is (width, height), None while not known.
    `certainty` is 0 to 1: how far the least certain face is from the threshold, 0 for what has
    to be decided, None before detection. `undo` and `redo` count steps. `problem` says why it
    cannot be worked on or published, `notice` what people should know.
    """

    id: str
    name: str
    sha256: str
    state: State
    version: int
    revision: int
    size: tuple[int, int] | None = None
    frames: int = 1
    detected: bool = False
    certainty: float | None = None
    faces: tuple[Face, ...] = ()
    keep_fields: tuple[Field, ...] = ()
    offered: tuple[Field, ...] = ()
    signoffs: tuple[SignOff, ...] = ()
    undo: int = 0
    redo: int = 0
    burst: str | None = None
    neighbours: tuple[str, ...] = ()
    output: Output = Output()
    problem: Failure | None = None
    notice: str | None = None
