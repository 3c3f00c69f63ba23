"""What is known about one picture while it is worked on, and the report made of it.

Whatever step fails, the report holds all that was learnt until then.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from passerby.errors import Exit, InputError, LimitExceeded, PasserbyError
from passerby.model.decision import Decision
from passerby.model.finding import Sighting
from passerby.model.geometry import Grid
from passerby.model.media import Group, Item, Part
from passerby.model.options import Method, Options
from passerby.model.report import Check, Failure, Outcome, Report
from passerby.ports import Picture, Ports


def bare_item(data: bytes, shown: str) -> Item:
    """Describe bytes of which nothing else is known yet."""
    return Item(path=shown, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))


def full_item(data: bytes, shown: str, picture: Picture) -> Item:
    """Describe a file that was decoded."""
    return Item(
        path=shown,
        sha256=hashlib.sha256(data).hexdigest(),
        bytes=len(data),
        format=picture.encoding.format,
        size=picture.size,
        mode=picture.encoding.mode,
        depth=picture.encoding.depth,
        orientation=picture.orientation,
    )


def failure_of(error: Exception) -> Failure:
    """Describe what ended the work on a file; one that nobody foresaw in one line."""
    if isinstance(error, PasserbyError):
        return Failure.from_error(error)
    if os.environ.get("PASSERBY_DEBUG"):
        raise error
    message = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    return Failure(
        code=PasserbyError.code, message=message, advice=PasserbyError.advice, exit=Exit.BUG
    )


@dataclass(slots=True, kw_only=True)
class Work:
    """The state of one redaction. Its steps fill it in; `report` freezes it."""

    shown: str
    options: Options
    ports: Ports
    item: Item = field(init=False)
    grid: Grid = field(default_factory=Grid)
    parts: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()
    found_fields: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    unresolved: tuple[Sighting, ...] = ()
    checks: tuple[Check, ...] = ()
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
            picture = self.ports.source.read(data, self.options.limits)
            self.item = full_item(data, self.shown, picture)
            self.grid = picture.encoding.grid
            self.found_fields = tuple(name.value for name, _ in picture.encoding.fields)
            self.notes = picture.notes
            self.parts = self._dropped(data)
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
            return self.ports.source.read_again(data, self.options.limits)

    def report(self, outcome: Outcome, *, seed: str, published: bytes | None = None) -> Report:
        """Return the report of a redaction that came to its end."""
        kept = tuple(f.value for f in self.options.keep_fields if f.value in self.found_fields)
        return Report(
            item=self.item,
            outcome=outcome,
            options=self.options,
            output_sha256=hashlib.sha256(published).hexdigest() if published else None,
            seed=seed if self.options.method is Method.NOISE else None,
            grid=self.grid,
            finders=(self.ports.finder.identity, self.ports.second.identity),
            decisions=self.decisions,
            unresolved=self.unresolved,
            checks=self.checks,
            dropped=self.parts,
            kept_fields=kept,
            notes=self.notes,
            timings=tuple(self.seconds.items()),
        )

    def failed(self, error: Exception) -> Report:
        """Return the report of a redaction that an error, or a bug, ended."""
        refused = isinstance(error, (InputError, LimitExceeded))
        failure = failure_of(error)
        return Report(
            item=self.item,
            outcome=Outcome.REFUSED if refused else Outcome.FAILED,
            options=self.options,
            grid=self.grid,
            decisions=self.decisions,
            checks=self.checks,
            notes=self.notes,
            failure=failure,
            timings=tuple(self.seconds.items()),
        )
