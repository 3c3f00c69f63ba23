"""One file of a run, done in whichever process has its turn."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace

from passerby.batch.ledger import published_before, write_record
from passerby.batch.plan import Task
from passerby.compose import build_ports, thumbnail
from passerby.errors import BadDecisions, InputChanged, PasserbyError
from passerby.files import read_input
from passerby.model.given import Given
from passerby.model.media import SUFFIXES
from passerby.model.options import Options
from passerby.model.report import Outcome, Report
from passerby.pipeline import Job, Result, run_one
from passerby.ports import Ports
from passerby.work import not_begun

THUMBNAIL = 720
"""Pixels of a thumbnail's longer side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What every file of a run has in common. `threads` is how many a detector may use;
    `pictures` says whether thumbnails of the redacted files are wanted."""

    options: Options
    given: Mapping[str, Given] | None
    overwrite: bool
    threads: int
    pictures: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A file's report, and a data: URI of its redacted picture."""

    report: Report
    thumbnail: str | None = None


Results = Generator[tuple[int, Done], None, None]
"""The places of tasks and what became of them, as they end."""


@dataclass(slots=True, kw_only=True)
class Worker:
    """Works on one file after another; the detectors are opened once, for the first."""

    settings: Settings
    _ports: Ports | None = field(default=None, init=False)

    def work(self, task: Task) -> Done:
        """Redact a file, or say why not. Raises nothing but KeyboardInterrupt."""
        try:
            if task.error is not None:
                raise task.error
            ports = self._open()
            result = self._before(task, ports) or self._redact(task, ports)
        except PasserbyError as error:
            result = Result(report=failed(task, self.settings.options, error))
        self._keep_unpublished(task, result.report)
        return Done(report=result.report, thumbnail=self._thumbnail(result))

    def _open(self) -> Ports:
        if self._ports is None:
            self._ports = build_ports(self.settings.options, self.settings.threads)
        return self._ports

    def _before(self, task: Task, ports: Ports) -> Result | None:
        """Return what an earlier run made of this file, if it need not be made again."""
        if task.output is None or not os.path.lexists(task.output):
            return None
        sha256 = self._hash(task)
        try:
            found = published_before(
                task.output,
                task.sidecar,
                sha256,
                self.settings.options,
                self._given(sha256),
                ports.source,
            )
        except PasserbyError:
            if self.settings.overwrite:
                return None
            raise
        if found is None:
            return None
        return Result(report=replace(found[0], output=str(task.output)), redacted=found[1])

    def _redact(self, task: Task, ports: Ports) -> Result:
        given = self._given(self._hash(task)) if self.settings.given is not None else None
        job = Job(
            source=task.source,
            shown=task.shown,
            output=task.output,
            options=self.settings.options,
            given=given,
            overwrite=self.settings.overwrite,
        )
        result = run_one(job, ports, lambda report: self._keep(task, report))
        return replace(result, report=_noted(task, result.report))

    def _keep_unpublished(self, task: Task, report: Report) -> None:
        """Keep the report of a file that has no output: none whose record this would replace."""
        standing = task.output is not None and os.path.lexists(task.output)
        if task.sidecar is not None and not standing:
            with contextlib.suppress(PasserbyError):
                self._keep(task, report)

    def _keep(self, task: Task, report: Report) -> None:
        """Write the report of a file, before the file itself gets its name."""
        if report.outcome is Outcome.PUBLISHED:
            _check_suffix(task, report)
        if task.sidecar is not None:
            write_record(task.sidecar, _noted(task, report))

    def _hash(self, task: Task) -> str:
        data = read_input(task.source, self.settings.options.limits.memory)
        return hashlib.sha256(data).hexdigest()

    def _given(self, sha256: str) -> Given | None:
        if self.settings.given is None:
            return None
        if sha256 not in self.settings.given:
            raise BadDecisions(f"the decisions say nothing of this picture (sha256 {sha256})")
        return self.settings.given[sha256]

    def _thumbnail(self, result: Result) -> str | None:
        """Make a small picture of redacted bytes. A report without it is still a report."""
        if not self.settings.pictures or result.redacted is None:
            return None
        try:
            return thumbnail(result.redacted, THUMBNAIL, self.settings.options.limits)
        except (PasserbyError, ValueError, MemoryError):
            return None


def failed(task: Task, options: Options, error: PasserbyError) -> Report:
    """Return the report of a file that was not even begun."""
    return _noted(task, not_begun(task.shown, options, error))


def _noted(task: Task, report: Report) -> Report:
    if task.note is None or task.note in report.notes:
        return report
    return replace(report, notes=(*report.notes, task.note))


def _check_suffix(task: Task, report: Report) -> None:
    """Raise InputChanged when the file became another format after it was listed: its name
    would not be true."""
    form, output = report.item.format, task.output
    fitting = SUFFIXES.get(form, ()) if form is not None else ()
    if output is not None and output.suffix.lower() not in fitting:
        raise InputChanged(f"it has become a {form} since it was listed")
