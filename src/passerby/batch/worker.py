"""One file of a run, done in whichever process has its turn."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from passerby.batch.ledger import (
    check_replaceable,
    published_before,
    read_record,
    recording,
    write_record,
)
from passerby.batch.names import target_suffixes
from passerby.batch.plan import Task
from passerby.compose import build_ports, thumbnail
from passerby.errors import BadDecisions, InputChanged, OutputExists, PasserbyError
from passerby.files import read_input
from passerby.model.given import Given
from passerby.model.options import Options
from passerby.model.report import Report
from passerby.pipeline import Job, Result, run_one
from passerby.ports import Ports
from passerby.work import VERSION, not_begun

THUMBNAIL = 720
"""Pixels of a thumbnail's longer side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What every file of a run has in common. `refused` says of pictures, by their sha256, why
    their decisions cannot be followed; `threads` is how many a detector may use; `pictures` says
    whether thumbnails of the redacted files are wanted."""

    options: Options
    given: Mapping[str, Given] | None
    overwrite: bool
    threads: int
    pictures: bool
    refused: Mapping[str, PasserbyError] = field(default_factory=dict)

    def doer(self) -> Worker:
        """Return what works in a process."""
        return Worker(settings=self)

    def lost(self, task: Task, error: PasserbyError) -> Done:
        """Return the report of a file that ends every process that works on it."""
        return Done(report=not_begun(task.shown, self.choices(task), error))

    def choices(self, task: Task) -> Options:
        """Return the options of a file: its own, or those of the run."""
        return task.options or self.options


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
            result = self._result(task)
        except Exception as error:
            result = Result(report=not_begun(task.shown, self.settings.choices(task), error))
        result = replace(result, report=_noted(task, result.report))
        self._keep_unpublished(task, result.report)
        return Done(report=result.report, thumbnail=self._thumbnail(result))

    def _result(self, task: Task) -> Result:
        if task.error is not None:
            raise task.error
        ports = self._open()
        data = read_input(task.source, self.settings.options.limits.memory)
        given = task.given or given_for(data, self.settings.given, self.settings.refused)
        done = self._before(task, data, given, ports)
        return done or self._redact(task, data, given, ports)

    def _open(self) -> Ports:
        if self._ports is None:
            self._ports = build_ports(self.settings.options, self.settings.threads)
        return self._ports

    def _before(self, task: Task, data: bytes, given: Given | None, ports: Ports) -> Result | None:
        """Return what an earlier run made of this file, if it need not be made again."""
        if task.output is None or not os.path.lexists(task.output):
            return None
        before = read_record(task.sidecar) if task.sidecar is not None else None
        sha256, options = hashlib.sha256(data).hexdigest(), self.settings.choices(task)
        try:
            report, redacted = published_before(
                task.output, before, sha256, options, given, ports.source
            )
        except OutputExists:
            if not self.settings.overwrite:
                raise
            check_replaceable(task.output, before, given=given is not None, among=task.among)
            return None
        if given is None and report.from_decisions:
            report = _with_note(report, "made with --decisions, which are kept")
        elif given is None and (maker := _maker(report, ports)):
            if self.settings.overwrite:
                return None
            report = _with_note(report, f"made by {maker}; --overwrite makes it anew")
        return Result(report=report, redacted=redacted)

    def _redact(self, task: Task, data: bytes, given: Given | None, ports: Ports) -> Result:
        job = Job(
            source=task.source,
            shown=task.shown,
            output=task.output,
            options=self.settings.choices(task),
            given=given,
            overwrite=self.settings.overwrite,
            data=data,
        )
        return run_one(job, ports, lambda report: _recording(task, report))

    def _keep_unpublished(self, task: Task, report: Report) -> None:
        """Keep the report of a file that has no output."""
        standing = task.output is not None and os.path.lexists(task.output)
        if task.sidecar is not None and not standing:
            with contextlib.suppress(PasserbyError):
                write_record(task.sidecar, report)

    def _thumbnail(self, result: Result) -> str | None:
        """Make a small picture of redacted bytes. A report without it is still a report."""
        if not self.settings.pictures or result.redacted is None:
            return None
        with contextlib.suppress(Exception):
            return thumbnail(result.redacted, THUMBNAIL, self.settings.options.limits)
        return None


def given_for(
    data: bytes,
    known: Mapping[str, Given] | None,
    refused: Mapping[str, PasserbyError] = MappingProxyType({}),
) -> Given | None:
    """Return the decisions for a picture; None where none are to be followed.

    Raises BadDecisions if those that are known say nothing of it, and what `refused` has for it.
    """
    if known is None:
        return None
    sha256 = hashlib.sha256(data).hexdigest()
    if sha256 not in known:
        raise BadDecisions(f"the decisions say nothing of this picture (sha256 {sha256})")
    if sha256 in refused:
        raise refused[sha256]
    return known[sha256]


@contextlib.contextmanager
def _recording(task: Task, report: Report) -> Iterator[None]:
    """Keep the record of a file that is being published."""
    _check_suffix(task, report)
    if task.sidecar is None:
        yield
    else:
        with recording(task.sidecar, _noted(task, report)):
            yield


def _maker(report: Report, ports: Ports) -> str | None:
    """Say who made a copy, if looking for faces today might end otherwise."""
    if report.passerby != VERSION:
        return f"Passerby {report.passerby or 'of another version'}"
    if report.finders != (ports.finder.identity, ports.second.identity):
        return "other detectors"
    return None


def _noted(task: Task, report: Report) -> Report:
    report = replace(report, siblings=task.siblings, replaces=task.replaces or report.replaces)
    return report if task.note is None else _with_note(report, task.note)


def _with_note(report: Report, note: str) -> Report:
    return report if note in report.notes else replace(report, notes=(*report.notes, note))


def _check_suffix(task: Task, report: Report) -> None:
    """Raise InputChanged when the file became another format after it was listed: its name
    would not be true."""
    form, output = report.item.format, task.output
    fitting = target_suffixes(form, report.options.to)
    if output is not None and output.suffix.lower() not in fitting:
        raise InputChanged(f"it has become a {form} since it was listed")
