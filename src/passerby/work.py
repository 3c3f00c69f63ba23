"""What is known about one picture while it is worked on, and the report made of it.

Whatever step fails, the report holds all that was learnt until then.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib import metadata

from passerby.errors import InputError, LimitExceeded, PasserbyError
from passerby.model.decision import Decision
from passerby.model.finding import Sighting
from passerby.model.geometry import Grid
from passerby.model.media import Facts, Group, Item, Part
from passerby.model.options import Method, Options
from passerby.model.report import Check, Failure, Outcome, Report
from passerby.ports import Picture, Ports

VERSION = metadata.version("passerby")

BUG_ADVICE = (
    "This is a bug in Passerby: please report it. With PASSERBY_DEBUG=1 the same command shows "
    "where it is."
)


def bare_item(data: bytes, shown: str) -> Item:
    """Describe bytes of which nothing else is known yet."""
    return Item(path=shown, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))


def full_item(item: Item, picture: Picture) -> Item:
    """Describe a file that was decoded."""
    coded = picture.source or picture.encoding
    return replace(
        item,
        format=coded.format,
        size=picture.size,
        mode=coded.mode,
        depth=coded.depth,
        orientation=picture.orientation,
        frames=len(picture.frames),
    )


def described_item(item: Item, facts: Facts) -> Item:
    """Describe a file of which the header was read."""
    return replace(
        item,
        format=facts.format,
        size=facts.size,
        mode=facts.mode,
        depth=facts.depth,
        orientation=facts.orientation,
    )


def foreseen(error: Exception) -> PasserbyError:
    """Return the error of the tree that an exception amounts to.

    Of a bug only the type is told: its text may hold what a report must not. With
    PASSERBY_DEBUG set it is raised as it is.
    """
    if isinstance(error, PasserbyError):
        return error
    if isinstance(error, MemoryError):
        return LimitExceeded(
            "memory ran out", "Use fewer --workers, or lower --max-memory; then run again."
        )
    if os.environ.get("PASSERBY_DEBUG"):
        raise error
    return PasserbyError(f"an unforeseen {type(error).__name__}", BUG_ADVICE)


def failure_of(error: Exception) -> Failure:
    """Describe what ended the work on a file."""
    return Failure.from_error(foreseen(error))


def not_begun(shown: str, options: Options, error: Exception) -> Report:
    """Return the report of a file of which nothing is known but its name."""
    item = bare_item(b"", shown)
    report = Report(item=item, outcome=Outcome.FAILED, options=options, passerby=VERSION)
    return _ended(report, error)


def _ended(report: Report, error: Exception) -> Report:
    """Return the report of a redaction that an error, or a bug, ended."""
    known = foreseen(error)
    refused = isinstance(known, InputError | LimitExceeded)
    return replace(
        report,
        outcome=Outcome.REFUSED if refused else Outcome.FAILED,
        failure=Failure.from_error(known),
    )


@dataclass(slots=True, kw_only=True)
class Work:
    """The state of one redaction. Its steps fill it in; `report` freezes it."""

    shown: str
    options: Options
    ports: Ports
    from_decisions: bool = False
    item: Item = field(init=False)
    grids: tuple[Grid, ...] = (Grid(),)
    parts: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()
    fitting: tuple[str, ...] = ()
    """What the format cannot hold of the picture that was last planned."""
    found_fields: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    unresolved: tuple[Sighting, ...] = ()
    checks: tuple[Check, ...] = ()
    seed: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.item = bare_item(b"", self.shown)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Add the wall time of a step to the report."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[step] = self.seconds.get(step, 0.0) + time.perf_counter() - start

    def now(self) -> datetime:
        """Return the time of a decision."""
        return self.ports.clock.now()

    def read(self, data: bytes) -> Picture:
        """Decode the source and note what it is. Raises InputError or LimitExceeded."""
        with self.timed("read"):
            self.item = bare_item(data, self.shown)
            picture = self.ports.source.read(data, self.options.limits, self.options.to)
            self.item = full_item(self.item, picture)
            self.grids = tuple(frame.encoding.grid for frame in picture.frames)
            self.found_fields = tuple(name.value for name, _ in picture.encoding.fields)
            self.notes = picture.notes
            self.parts = (*self._dropped(data), *picture.hidden_parts)
        return picture

    def _dropped(self, data: bytes) -> tuple[Part, ...]:
        """List what the copy will not have. The picture can be redacted even if its container
        cannot be walked to the end: all of it is dropped then, and the report says so."""
        try:
            parts = self.ports.source.parts(data)
        except InputError as error:
            self.notes = (*self.notes, f"not all parts could be listed: {error.message}")
            return ()
        return tuple(p for p in parts if p.group not in (Group.PICTURE, Group.COLOUR))

    def read_again(self, data: bytes) -> Picture:
        """Decode the source for the comparison. Raises InputError or LimitExceeded."""
        with self.timed("check"):
            return self.ports.source.read_again(data, self.options.limits, self.options.to)

    def report(self, outcome: Outcome, published: bytes | None = None) -> Report:
        """Return the report of all that was learnt."""
        options = self.options
        kept = tuple(f.value for f in options.keep_fields if f.value in self.found_fields)
        return Report(
            item=self.item,
            outcome=outcome,
            options=options,
            passerby=VERSION,
            from_decisions=self.from_decisions,
            output_sha256=hashlib.sha256(published).hexdigest() if published else None,
            seed=self.seed if options.method is Method.NOISE else None,
            grid=self.grids[0],
            further_grids=self.grids[1:] if len(set(self.grids)) > 1 else (),
            finders=(self.ports.finder.identity, self.ports.second.identity),
            decisions=self.decisions,
            unresolved=self.unresolved,
            checks=self.checks,
            dropped=self.parts,
            kept_fields=kept,
            notes=(*self.notes, *self.fitting, *cosmetic_notes(options.method)),
            timings=tuple(self.seconds.items()),
        )

    def failed(self, error: Exception) -> Report:
        """Return the report of a redaction that an error, or a bug, ended."""
        return _ended(self.report(Outcome.FAILED), error)


def cosmetic_notes(method: Method) -> tuple[str, ...]:
    """Say it when a method does not remove the faces."""
    if not method.cosmetic:
        return ()
    return (f"{method} is cosmetic: it is computed from the face, and networks undo it",)
