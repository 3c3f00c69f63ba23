"""Publishing what was decided: the run of the command line, over the pictures of a session."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol

from passerby.batch.ledger import read_record
from passerby.batch.local import Inbox, cores, work_from
from passerby.batch.permits import refusals
from passerby.batch.plan import Plan, Request, Task
from passerby.batch.run import (
    check_report_places,
    check_weights,
    settle_plan,
    write_run,
)
from passerby.batch.uses import Uses
from passerby.batch.worker import Done, Results, Settings
from passerby.errors import OutputExists, PasserbyError
from passerby.model.given import Given
from passerby.model.options import Options
from passerby.model.report import Outcome, Report
from passerby.report.html import MOST_CARDS
from passerby.report.run import RunReport
from passerby.report.text import printable

FRESH = frozenset({Outcome.PUBLISHED, Outcome.SKIPPED})
"""Outcomes after which there is a verified copy of what was decided."""


class Watcher(Protocol):
    """Is told how publishing goes on; from the thread that publishes."""

    def begun(self, total: int) -> None:
        """So many pictures are going to be published."""

    def done(self, picture: str, report: Report) -> None:
        """One picture, by its id, is done."""


class Silence:
    """A watcher that does nothing."""

    def begun(self, total: int) -> None:
        """Do nothing."""

    def done(self, picture: str, report: Report) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One picture to publish: `given` is what is decided, `error` why it cannot be published.
    `quiet` ones are up to date, and only go into the report."""

    picture: str
    task: Task
    given: Given | None = None
    error: PasserbyError | None = None
    quiet: bool = False

    def refused(self, refused: Mapping[str, PasserbyError]) -> bool:
        """Whether a consent does not allow what is decided."""
        return self.given is not None and self.given.sha256 in refused


@dataclass(slots=True)
class Press:
    """Publishes, and can be told to stop. Small pictures of what it published are kept for the
    page of the next report."""

    options: Options
    pictures: dict[str, str] = field(default_factory=dict)
    """data: URIs of redacted pictures, by the sha256 of the copies."""
    _inbox: Inbox[Task] | None = None
    _stopping: bool = False

    def ready(self) -> None:
        """Forget that it was told to stop before."""
        self._stopping = False

    def stop(self) -> None:
        """Begin no other file; those in hand are finished."""
        self._stopping = True
        if self._inbox is not None:
            self._inbox.clear()

    def run(
        self,
        plan: Plan,
        request: Request,
        orders: Sequence[Order],
        done: Callable[[Order, Report], None],
    ) -> RunReport:
        """Publish, and write the reports of the run.

        `plan` is that of the whole folder: copies that are there and not ordered stay in the
        report. `request` has the consents by which faces may stay: what they do not allow is
        refused. Raises what `passerby.batch.run.run_batch` does, and what the register raises.
        """
        started = datetime.now(UTC)
        check_weights(self.options)
        if plan.reports is not None:
            check_report_places(plan.reports)
        settle_plan(plan)
        given = {order.given.sha256: order.given for order in orders if order.given is not None}
        request = replace(request, given=given, overwrite=True)
        refused = refusals(given, request.consents)
        orders = [order for order in orders if not order.quiet or not order.refused(refused)]
        chosen = replace(plan, tasks=tuple(_checked(order) for order in orders))
        reports: dict[int, Report] = {}
        try:
            with (
                Uses(request, chosen, refused) as uses,
                contextlib.closing(self._work(chosen, request, refused)) as ends,
            ):
                for place, ended in ends:
                    uses.done(chosen.tasks[place], ended.report)
                    reports[place] = ended.report
                    self._keep(ended)
                    done(orders[place], ended.report)
            interrupted = len(reports) < len(orders)
        except KeyboardInterrupt:
            interrupted = True
        settle_plan(plan)
        run = self._report(plan, orders, reports, started, interrupted)
        if plan.reports is not None:
            write_run(run, self._shown(run), plan.reports)
        return run

    def _work(self, plan: Plan, request: Request, refused: Mapping[str, PasserbyError]) -> Results:
        workers = max(1, min(request.workers or cores(), len(plan.tasks)))
        settings = Settings(
            options=request.options,
            given=request.given,
            refused=refused,
            overwrite=request.overwrite,
            threads=max(1, cores() // workers),
            pictures=True,
        )
        self._inbox = Inbox(plan.tasks)
        if self._stopping:
            self._inbox.clear()
        with contextlib.closing(work_from(self._inbox, settings, workers)) as ends:
            yield from ends
        self._inbox = None

    def _keep(self, ended: Done) -> None:
        sha256 = ended.report.output_sha256
        if sha256 is not None and ended.thumbnail is not None:
            self.pictures.pop(sha256, None)
            self.pictures[sha256] = ended.thumbnail
        while len(self.pictures) > MOST_CARDS:
            del self.pictures[next(iter(self.pictures))]

    def _report(
        self,
        plan: Plan,
        orders: Sequence[Order],
        reports: Mapping[int, Report],
        started: datetime,
        interrupted: bool,
    ) -> RunReport:
        """Return the report of all copies that there are, in the plan's order."""
        ordered = {orders[place].task.source: report for place, report in reports.items()}
        files: list[Report] = []
        for task in plan.tasks:
            report = ordered.get(task.source) or _earlier(task)
            if report is not None:
                files.append(report)
        return RunReport(
            options=self.options,
            files=tuple(files),
            started=started,
            finished=datetime.now(UTC),
            left_out=plan.left_out,
            interrupted=interrupted,
        )

    def _shown(self, run: RunReport) -> dict[int, str]:
        return {
            place: self.pictures[report.output_sha256]
            for place, report in enumerate(run.files)
            if report.output_sha256 in self.pictures
        }


def made_from(record: Report | None, given: Given) -> str | None:
    """Return the sha256 of a copy that was made from these decisions and still holds; None for
    any other. A process that was killed may have published it and not been able to say so."""
    if record is None or record.item.sha256 != given.sha256 or record.withdrawn is not None:
        return None
    same = record.decisions == given.decisions and record.options == given.over(record.options)
    return record.output_sha256 if record.from_decisions and same else None


def _checked(order: Order) -> Task:
    """Return the task of an order. What stands in its place and is no copy of Passerby's is not
    replaced."""
    task = order.task
    if order.error is not None:
        return replace(task, error=order.error)
    if task.output is None or not os.path.lexists(task.output):
        return task
    if task.sidecar is None or read_record(task.sidecar) is None:
        shown = printable(str(task.output))
        error = OutputExists(
            f"{shown} exists, and no report says that it is a copy", "Move it elsewhere."
        )
        return replace(task, error=error)
    return task


def _earlier(task: Task) -> Report | None:
    """Return the report of a copy that was published before."""
    if task.output is None or task.sidecar is None or not os.path.lexists(task.output):
        return None
    report = read_record(task.sidecar)
    if report is None or report.output_sha256 is None:
        return None
    return replace(report, outcome=Outcome.SKIPPED)
