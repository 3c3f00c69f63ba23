"""Looking for the faces of one picture in a worker process: a dry run of the real pipeline.

What comes back are boxes and scores, and the fields that the file holds; no pixels.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from passerby.compose import build_ports
from passerby.decide import SECOND_LOOK
from passerby.errors import InputChanged, PasserbyError
from passerby.files import read_input
from passerby.media import Media
from passerby.model.decision import Action, Decision
from passerby.model.finding import FinderId, Sighting
from passerby.model.geometry import Region, Shape
from passerby.model.media import Canvas, Field, Format
from passerby.model.options import Limits, Options
from passerby.model.report import Failure, Report
from passerby.pipeline import redact_bytes
from passerby.ports import Finder, Judge, Picture, Ports, Rgb
from passerby.session.faces import Choice, Detection, Face, Origin, Place
from passerby.track import faces_of, head_of
from passerby.work import failure_of

MOST_SUGGESTIONS = 100
"""Suggestions of one picture, the likeliest first: a person looks at each."""
_HIDDEN_ALREADY = 0.5
"""A suggestion that lies to this share in the region of a face is none of its own."""
_POLITE = 5
"""Added to the niceness of a process that works in the background."""

Fields = tuple[tuple[Field, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A file to look at: its bytes have this sha256."""

    source: Path
    sha256: str

    def read(self, most: int) -> bytes:
        """Return its bytes, of which there may be at most so many.

        Raises UnreadableInput, LimitExceeded, or InputChanged when they are not those meant.
        """
        data = read_input(self.source, most)
        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise InputChanged("the file is not what it was when it was listed")
        return data


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What became of it. `fields` are values that are shown, and not kept on the disk."""

    sha256: str
    detection: Detection | None = None
    fields: Fields = field(default=(), repr=False)
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookout:
    """What all pictures have in common. `threads` is how many a detector may use."""

    options: Options
    threads: int = 1

    def doer(self) -> Detector:
        """Return what works in a process."""
        with contextlib.suppress(OSError):
            os.nice(_POLITE)
        return Detector(lookout=self)

    def lost(self, task: Wanted, error: PasserbyError) -> Looked:
        """Return what became of a file that ends every process."""
        return Looked(sha256=task.sha256, failure=Failure.from_error(error))


@dataclass(slots=True, kw_only=True)
class Detector:
    """Looks at one picture after another; the detectors are opened once, for the first."""

    lookout: Lookout
    _ports: Ports | None = field(default=None, init=False)

    def work(self, task: Wanted) -> Looked:
        """Look for faces, or say why not. Raises nothing but KeyboardInterrupt."""
        try:
            return self._look(task)
        except Exception as error:
            return Looked(sha256=task.sha256, failure=failure_of(error))

    def _look(self, task: Wanted) -> Looked:
        options = self.lookout.options
        if self._ports is None:
            self._ports = build_ports(options, self.lookout.threads)
        data = task.read(options.limits.memory)
        noting, hearing = Noting(), Hearing(self._ports.finder)
        ports = replace(self._ports, source=noting, finder=hearing)
        report = redact_bytes(
            data, shown="picture", options=options, given=None, ports=ports
        ).report
        if report.failure is not None:
            return Looked(sha256=task.sha256, failure=report.failure)
        # Of an animation it is not known which frame they are of.
        single = report.item.frames == 1
        doubtful = [s for s in hearing.doubtful if single and s.box.height >= options.min_face]
        detection = detection_from(report, noting.canvas, doubtful, noting.fields)
        return Looked(sha256=task.sha256, detection=detection, fields=noting.fields)


class Noting(Media):
    """Reads pictures, and notes the canvas and the fields of the one that is redacted."""

    def __init__(self) -> None:
        self.canvas = Canvas(sizes=((1, 1),))
        self.fields: Fields = ()

    def read(self, data: bytes, limits: Limits, to: Format | None = None) -> Picture:
        """Decode a picture."""
        picture = super().read(data, limits, to)
        self.canvas, self.fields = picture.canvas, picture.encoding.fields
        return picture


class Hearing:
    """A detector, and what it said below its threshold."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self.doubtful: list[Sighting] = []

    @property
    def identity(self) -> FinderId:
        """That of the detector."""
        return self._finder.identity

    def find(self, view: Rgb) -> tuple[Sighting, ...]:
        """Return the faces; remember the rest."""
        if not isinstance(self._finder, Judge):
            return self._finder.find(view)
        judged = self._finder.judge(view)
        self.doubtful += judged.doubtful
        return judged.sure


def detection_from(
    report: Report, canvas: Canvas, doubtful: Sequence[Sighting], fields: Fields
) -> Detection:
    """Return what a dry run found: its faces, those that it could not settle, suggestions."""
    found = list(_found(report.decisions))
    found += _unsettled(report.unresolved, canvas)
    found += _suggested(doubtful, found)
    return Detection(
        size=canvas.sizes[0],
        frames=len(canvas.sizes),
        faces=tuple(found),
        finders=report.finders,
        fields=tuple(name for name, _ in fields),
    )


def _found(decisions: Iterable[Decision]) -> Iterable[Face]:
    """Join the decisions on one face to one; a face that the policy keeps has its ground."""
    tracks: dict[str, list[Decision]] = {}
    for decision in decisions:
        tracks.setdefault(decision.track.id, []).append(decision)
    for name, here in tracks.items():
        first = here[0]
        second = first.reason.startswith(SECOND_LOOK)
        kept = first.action is Action.KEEP
        yield Face(
            id=name,
            origin=Origin.SECOND_LOOK if second else Origin.FOUND,
            action=Choice.KEEP if kept else Choice.HIDE,
            places=tuple(_place(decision) for decision in here),
            score=max(decision.track.score for decision in here if decision.track.sightings),
            reason=first.reason if kept else "",
        )


def _place(decision: Decision) -> Place:
    return Place(region=decision.region, frame=decision.frame, sightings=decision.track.sightings)


def _unsettled(seen: tuple[Sighting, ...], canvas: Canvas) -> Iterable[Face]:
    """Ask about what the last look still found: nobody knows whether it is a face."""
    single = len(canvas.sizes) == 1
    for number, face in enumerate(faces_of(seen, canvas), start=1):
        places = tuple(
            Place(
                region=Region(box=moment.head, shape=Shape.BOX),
                frame=None if single else moment.frame,
                sightings=moment.sightings,
            )
            for moment in face
        )
        yield Face(
            id=f"u{number}",
            origin=Origin.SECOND_LOOK,
            action=Choice.ASK,
            places=places,
            score=max(s.score for place in places for s in place.sightings),
        )


def _suggested(doubtful: Sequence[Sighting], found: Sequence[Face]) -> list[Face]:
    """Return suggestions where no face lies yet, the likeliest first."""
    taken = [face.region.box for face in found]
    made: list[Face] = []
    for sighting in sorted(doubtful, key=lambda s: (-s.score, s.box, s.finder)):
        box = sighting.box
        if len(made) == MOST_SUGGESTIONS:
            break
        if any(box.intersection(other) >= _HIDDEN_ALREADY * box.area for other in taken):
            continue
        taken.append(head_of(box))
        place = Place(region=Region(box=head_of(box), shape=Shape.ELLIPSE), sightings=(sighting,))
        made.append(
            Face(
                id=f"s{len(made) + 1}",
                origin=Origin.SUGGESTED,
                action=Choice.ASK,
                places=(place,),
                score=sighting.score,
            )
        )
    return made
