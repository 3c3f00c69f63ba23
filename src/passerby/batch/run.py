"""A run from its request to its report."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Protocol

from passerby.batch.ledger import check_replaced, remove_partials, settle
from passerby.batch.local import cores, work_all
from passerby.batch.permits import refusals
from passerby.batch.plan import Plan, Reports, Request, Task, make_plan
from passerby.batch.uses import Uses
from passerby.batch.worker import Results, Settings, Worker
from passerby.errors import PasserbyError
from passerby.files import write_atomically
from passerby.find.catalogue import load_weights
from passerby.model.options import Options
from passerby.model.report import Report
from passerby.report.html import MOST_CARDS, least_certain, page
from passerby.report.json import dump, run_document
from passerby.report.run import RunReport


class Watcher(Protocol):
    """Is told how a run goes on."""

    def planned(self, plan: Plan) -> None:
        """The files are known; the work begins."""

    def done(self, report: Report) -> None:
        """One file is done."""


class Silence:
    """A watcher that does nothing."""

    def planned(self, plan: Plan) -> None:
        """Do nothing."""

    def done(self, report: Report) -> None:
        """Do nothing."""


def run_batch(request: Request, watcher: Watcher | None = None) -> RunReport:
    """Redact many files and write the reports.

    A file that fails is told in the report; the others go on. Raises UsageError, EmptyInput,
    ModelError, or OutputExists for a foreign file in the report's place, before anything is
    written; OutputUnwritable when the report of the run cannot be written. KeyboardInterrupt
    ends the run: it is told in the report that returns.
    """
    check_weights(request.options)
    return run_plan(make_plan(request), request, watcher or Silence())


def run_plan(
    plan: Plan,
    request: Request,
    watcher: Watcher,
    then: Callable[[Task, Report], None] = lambda _task, _report: None,
) -> RunReport:
    """Do what was planned, and write the reports.

    A picture whose decisions name a consent that does not allow it is refused; files that rely
    on consents are recorded in the register. `then` is called with each file and its report, once
    that is done. Raises as `run_batch` does, and what the register
    raises.
    """
    started = datetime.now(UTC)
    if plan.reports is not None:
        check_report_places(plan.reports)
    watcher.planned(plan)
    reports: dict[int, Report] = {}
    pictures: dict[int, str] = {}
    interrupted = False
    refused = refusals(request.given, request.consents)
    settle_plan(plan)
    try:
        with (
            Uses(request, plan, refused) as uses,
            contextlib.closing(_work(plan, request, refused)) as results,
        ):
            for index, done in results:
                uses.done(plan.tasks[index], done.report)
                then(plan.tasks[index], done.report)
                reports[index] = done.report
                if done.thumbnail is not None:
                    pictures[index] = done.thumbnail
                if len(pictures) > 2 * MOST_CARDS:
                    _forget_certain(reports, pictures)
                watcher.done(done.report)
    except KeyboardInterrupt:
        interrupted = True
    settle_plan(plan)
    order = {place: number for number, place in enumerate(sorted(reports))}
    run = RunReport(
        options=request.options,
        files=tuple(reports[index] for index in order),
        started=started,
        finished=datetime.now(UTC),
        left_out=plan.left_out,
        interrupted=interrupted,
    )
    if plan.reports is not None:
        write_run(run, {order[i]: uri for i, uri in pictures.items()}, plan.reports)
    return run


def check_report_places(places: Reports) -> None:
    """Raise OutputExists where the page or the JSON of a run would replace a foreign file."""
    check_replaced(places.page, b"<title>Passerby: ")
    if places.summary is not None:
        check_replaced(places.summary, b'"kind": "run"')


def write_run(run: RunReport, pictures: dict[int, str], places: Reports) -> None:
    """Write the JSON of a run and its page. Raises OutputUnwritable."""
    if places.summary is not None:
        write_atomically(places.summary, dump(run_document(run)))
    write_atomically(places.page, b"".join(page(run, pictures)))


def _work(plan: Plan, request: Request, refused: Mapping[str, PasserbyError]) -> Results:
    """Choose the processes: none for one file, else as many as there are cores."""
    tasks = plan.tasks
    workers = max(1, min(request.workers or cores(), len(tasks)))
    settings = Settings(
        options=request.options,
        given=request.given,
        refused=refused,
        overwrite=request.overwrite,
        threads=max(1, cores() // workers),
        pictures=plan.reports is not None,
    )
    if len(tasks) == 1:
        yield 0, Worker(settings=settings).work(tasks[0])
    else:
        yield from work_all(tasks, settings, workers)


def check_weights(options: Options) -> None:
    """Find out before the first file whether the detectors are there. Raises ModelError."""
    for name in (options.finder, options.second):
        if name is not None:
            load_weights(name)


def settle_plan(plan: Plan) -> None:
    """Finish or remove what killed runs left in the folders of this run."""
    settle({t.sidecar: t.output for t in plan.tasks if t.sidecar and t.output})
    records = {t.sidecar.parent for t in plan.tasks if t.sidecar}
    for folder in records | ({plan.reports.page.parent} if plan.reports else set()):
        remove_partials(folder)


def _forget_certain(reports: dict[int, Report], pictures: dict[int, str]) -> None:
    """Keep only the thumbnails that the page would show: memory must not grow with the run."""
    places = list(pictures)
    now = datetime.now(UTC)
    some = RunReport(
        options=reports[places[0]].options,
        files=tuple(reports[i] for i in places),
        started=now,
        finished=now,
    )
    for place in least_certain(some)[MOST_CARDS:]:
        del pictures[places[place]]
