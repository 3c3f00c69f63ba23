"""Which published files rely on consents: recorded as they end, by the one process that has the
register open.

That a run begins is recorded before its first file. A run that is killed cannot tell all that it
published; its reports do, since every published file has its report (`recover`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from types import TracebackType
from typing import TYPE_CHECKING

from passerby.batch.ledger import read_record
from passerby.batch.names import target_suffixes
from passerby.batch.permits import Consents
from passerby.batch.plan import FILES, Plan, Request, Task
from passerby.consent.facts import Use
from passerby.consent.making import making_of
from passerby.errors import PasserbyError
from passerby.files import PENDING
from passerby.model.report import Outcome, Report

if TYPE_CHECKING:
    from passerby.consent.events import RunBegan
    from passerby.consent.register import Register
    from passerby.consent.state import Consent

_DONE = frozenset({Outcome.PUBLISHED, Outcome.SKIPPED})


class Uses:
    """Records which files of a run rely on consents. Use as a context manager around the run.

    A run that ends by an error, or is interrupted, is not recorded as ended: what it published
    and could not tell is found by its reports (`recover`).
    """

    def __init__(self, request: Request, plan: Plan, refused: Mapping[str, PasserbyError]) -> None:
        self._consents = request.consents
        self._out = _folder(request.out, plan)
        self._reports = None if plan.reports is None else str(absolute(plan.reports.folder))
        given = [one for sha256, one in (request.given or {}).items() if sha256 not in refused]
        given += [task.given for task in plan.tasks if task.given is not None]
        named = (consent_id for one in given for consent_id in one.consents)
        self._named = tuple(dict.fromkeys(named)) if self._consents is not None else ()

    def __enter__(self) -> Uses:
        consents = self._consents
        if consents is None or self._out is None or self._reports is None:
            return self
        from passerby.consent.events import RunBegan

        began = RunBegan(
            day=consents.register.today,
            out=str(self._out),
            reports=self._reports,
            working=str(Path.cwd()),
            event=consents.place.event,
            outlet=consents.place.outlet,
        )
        consents.register.begin_run(self._named, began)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None or self._consents is None or self._reports is None:
            return
        register = self._consents.register
        for consent_id in self._named:
            consent = register.consent(consent_id)
            if sum(run.reports == self._reports for run in consent.runs) > 1:
                # One before was cut off. What this one saw of its files is on record already.
                recover(register, consent)
        register.end_run(self._named, self._reports)

    def done(self, task: Task, report: Report) -> None:
        """Record a file of the run, if it was published and relies on a consent."""
        if self._consents is None or report.outcome not in _DONE or task.output is None:
            return
        use = _use(report, task, self._out, self._consents)
        if use is not None:
            self._consents.register.record_use(use)


def record_piped(report: Report, consents: Consents) -> None:
    """Record a picture that came and goes through a pipe, if it relies on a consent. Only its
    hashes tell it: it cannot be made anew, and has to be taken down."""
    use = _use(report, None, None, consents)
    if use is not None and report.outcome is Outcome.PUBLISHED:
        consents.register.record_use(use)


def _use(report: Report, task: Task | None, out: Path | None, consents: Consents) -> Use | None:
    """Return the use that a published file makes of consents; None where it makes none. Without
    a task it came and goes through a pipe."""
    making = making_of(report)
    output = None if task is None or task.output is None else absolute(task.output)
    if not making.consents or report.output_sha256 is None:
        return None
    sidecar = None if task is None else task.sidecar
    place = (task and task.place) or consents.place
    return Use(
        original_sha256=report.item.sha256,
        original=None if task is None else str(absolute(task.source)),
        shown=report.item.path,
        output=None if output is None else str(output),
        name=_piped_name(report) if output is None else _name(output, out),
        output_sha256=report.output_sha256,
        record=None if sidecar is None else str(absolute(sidecar)),
        day=consents.register.today,
        event=place.event,
        outlet=place.outlet,
        making=making,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What the reports of runs that were cut off told: how many files were not on record, and
    the runs whose reports are not there any more."""

    found: int = 0
    lost: tuple[RunBegan, ...] = ()


def recover(register: Register, consent: Consent) -> Recovered:
    """Record the files that runs published by a consent and could not tell, because they were
    killed."""
    found, lost = 0, []
    for run in consent.runs:
        folder = Path(run.reports) / FILES
        if not folder.is_dir():
            lost.append(run)
            continue
        for path, report in _reports_of(folder):
            use = _recovered(consent, run, path, report)
            found += use is not None and bool(register.record_use(use))
    return Recovered(found=found, lost=tuple(lost))


def _recovered(consent: Consent, run: RunBegan, path: Path, report: Report) -> Use | None:
    """Return the use that the report of a killed run tells of; None where it tells of none."""
    making = making_of(report)
    if consent.id not in making.consents or report.output is None or report.output_sha256 is None:
        return None
    output = absolute(Path(report.output), run.working)
    pending = path.name.endswith(PENDING)
    if pending and sha256_of(output) != report.output_sha256:
        return None
    old = None
    if report.replaces is not None:
        old = consent.file(report.replaces.output, report.replaces.output_sha256)
    place = run.place if old is None else old.use.place
    original = str(absolute(Path(report.item.path), run.working))
    return Use(
        original_sha256=report.item.sha256,
        original=original if old is None else old.use.original,
        shown=report.item.path,
        output=str(output),
        name=_name(output, Path(run.out)),
        output_sha256=report.output_sha256,
        record=None if pending else str(path),
        day=run.day,
        event=place.event,
        outlet=place.outlet,
        making=making,
    )


def _reports_of(folder: Path) -> Iterator[tuple[Path, Report]]:
    """Yield the reports in a folder, also those whose output was just getting its name."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".json" or path.name.endswith(PENDING):
            report = read_record(path)
            if report is not None and report.outcome is Outcome.PUBLISHED:
                yield path, report


def _folder(out: Path | None, plan: Plan) -> Path | None:
    """Return the folder that copies go to."""
    if out is None:
        return None
    single = len(plan.tasks) == 1 and plan.tasks[0].output == out
    return absolute(out.parent if single else out)


def absolute(path: Path, working: str | None = None) -> Path:
    """Return a path that holds wherever the next command is run, its folders without links."""
    place = Path(working or Path.cwd()) / path
    return Path(os.path.realpath(place.parent)) / place.name


def _name(output: Path, out: Path | None) -> str:
    """Return an output's name below its folder."""
    if out is not None and output.is_relative_to(out):
        return str(PurePath(output).relative_to(out))
    return output.name


def _piped_name(report: Report) -> str:
    """Return a name for the copy of a picture that had none."""
    suffixes = target_suffixes(report.item.format, report.options.to)
    return report.item.sha256[:12] + (suffixes[0] if suffixes else "")


def sha256_of(path: Path) -> str | None:
    """Return the sha256 (hex) of a file's bytes; None where it cannot be read."""
    digest = hashlib.sha256()
    try:
        # O_NONBLOCK: opening a named pipe must not wait for a writer.
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with open(number, "rb") as file:  # noqa: PTH123 - a descriptor, not a path
            while block := file.read(2**20):
                digest.update(block)
    except (OSError, ValueError):
        return None
    return digest.hexdigest()
