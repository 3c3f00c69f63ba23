"""Files that relied on a consent which ended, made anew with that face hidden.

The original is found by its hash, the faces by the boxes on record: nothing is detected. Killed
at any moment, the same command goes on: a copy that is there is skipped, and what the register
lacks of it is recorded then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from passerby.batch.affected import (
    Affected,
    Listing,
    list_affected,
    mark_all,
)
from passerby.batch.permits import Consents
from passerby.batch.plan import Plan, Reports, Request, Task, reports_in
from passerby.batch.remake import Order, check_out, plan_files
from passerby.batch.run import Silence, Watcher, run_plan
from passerby.batch.uses import absolute
from passerby.consent.events import Remade
from passerby.consent.register import Register
from passerby.consent.takedown import Line, as_csv, as_json, as_text, in_order
from passerby.errors import Exit
from passerby.files import write_atomically
from passerby.model.report import Outcome, Report
from passerby.report.json import document, dump
from passerby.report.run import RunReport
from passerby.report.text import printable

TAKE_DOWN = "take-down"
"""Name of the list, before its suffix, in the folder of the reports."""
_MADE = frozenset({Outcome.PUBLISHED, Outcome.SKIPPED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerun:
    """What became of it. `lines` is the list of what is to be taken down; `missing` are the
    files whose original is missing or changed; `look` those in which a face was still found
    where one was to be hidden; `unmarked` old copies without a report to mark; `list_files` are
    the list as it was written. `run` is None where nothing was left to do."""

    listing: Listing
    lines: tuple[Line, ...]
    missing: tuple[Line, ...] = ()
    look: tuple[str, ...] = ()
    unmarked: tuple[str, ...] = ()
    list_files: tuple[Path, ...] = ()
    run: RunReport | None = None

    @property
    def exit(self) -> Exit:
        """PARTIAL where an original, or the reports of a run, were missing; else that of the
        run, or REVIEW where a person has to look."""
        if self.run is not None and self.run.interrupted:
            return Exit.INTERRUPTED
        if self.missing or self.listing.lost:
            return Exit.PARTIAL
        if self.run is not None and self.run.exit is not Exit.OK:
            return self.run.exit
        return Exit.REVIEW if self.look else Exit.OK


def rerun(register: Register, order: Order, watcher: Watcher | None = None) -> Rerun:
    """Make anew what relied on consents that ended, mark the old copies, and write the list of
    what is to be taken down into the folder of the reports.

    Raises UsageError for a consent that still holds and for a folder in which the old copies
    lie; what `run_plan` raises.
    """
    listing = list_affected(register, order.consents)
    mark_all(listing.files)
    _settle(register, listing.files)
    reports = reports_in(order.out, order.report)
    check_out(order.out, listing.files)
    done = _Done(register=register, files=plan_files(listing.files, order, reports))
    run = _run(done, order, reports, watcher or Silence()) if done.files else None
    after = list_affected(register, order.consents)
    unmarked = mark_all(after.files)
    lines = in_order(one.line(done.problems.get(one.use.key, "")) for one in after.files)
    list_files = write_list(reports.folder, lines) if lines else ()
    return Rerun(
        listing=after,
        lines=lines,
        missing=tuple(
            one.line(str(task.error)) for task, one in done.files.items() if task.error is not None
        ),
        look=tuple(done.look),
        unmarked=unmarked,
        list_files=list_files,
        run=run,
    )


@dataclass(slots=True, kw_only=True)
class _Done:
    """Records of each file, as it ends, what took its place."""

    register: Register
    files: Mapping[Task, Affected]
    problems: dict[tuple[str | None, str], str] = field(default_factory=dict)
    look: list[str] = field(default_factory=list)

    def __call__(self, task: Task, report: Report) -> None:
        affected = self.files[task]
        if report.outcome not in _MADE or report.output_sha256 is None or task.output is None:
            why = "" if report.failure is None else report.failure.message
            self.problems[affected.use.key] = why or report.outcome.value
            return
        by = str(absolute(task.output))
        self.register.record_remade(affected.use, by, report.output_sha256)
        remade = Remade(
            output=affected.use.output,
            output_sha256=affected.use.output_sha256,
            day=self.register.today,
            by=by,
            by_sha256=report.output_sha256,
        )
        mark_all([replace(affected, remade=remade)])
        if _is_seen(affected, report):
            self.look.append(by)


def _is_seen(affected: Affected, report: Report) -> bool:
    """Whether a face was still found where one is hidden since its consent ended."""
    ended = {one.consent for one in affected.ended}
    hidden = [one for one in affected.use.making.ruled if one.consent in ended]
    return any(
        seen.box.intersection(one.region.box) and one.frame in (None, seen.frame)
        for seen in report.unresolved
        for one in hidden
    )


def _run(done: _Done, order: Order, reports: Reports, watcher: Watcher) -> RunReport:
    plan = Plan(tasks=tuple(done.files), reports=reports)
    request = Request(
        paths=(),
        out=order.out,
        options=order.options,
        report=reports.folder,
        workers=order.workers,
        consents=Consents(register=done.register),
    )
    return run_plan(plan, request, watcher, done)


def _settle(register: Register, files: Iterable[Affected]) -> None:
    """Record what is known of what took the place of files: a command that was killed may have
    told it to some of a file's consents only; and another copy may have its name by now."""
    for one in files:
        if one.overwritten_by is not None and one.use.output is not None:
            register.record_remade(one.use, one.use.output, one.overwritten_by)
        elif one.remade is not None and not one.standing and not one.succeeded:
            register.record_remade(one.use, one.remade.by, one.remade.by_sha256)


def write_list(folder: Path, lines: Sequence[Line]) -> tuple[Path, ...]:
    """Write the list of what is to be taken down into a folder, as text, CSV and JSON; return
    the files. Raises OutputUnwritable."""
    text = "".join(f"{printable(line)}\n" for line in as_text(lines))
    value = document("take-down", files=as_json(lines))
    written = (
        (folder / f"{TAKE_DOWN}.txt", text.encode("utf-8", "replace")),
        (folder / f"{TAKE_DOWN}.csv", as_csv(lines)),
        (folder / f"{TAKE_DOWN}.json", dump(value)),
    )
    for path, data in written:
        write_atomically(path, data)
    return tuple(path for path, _ in written)
