"""Files that relied on a consent which ended, made anew with that face hidden.

The original is found by its hash, the faces by the boxes on record: nothing is detected. Killed
at any moment, the same command goes on: a copy that is there is skipped, and what the register
lacks of it is recorded then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from passerby.batch.affected import (
    Affected,
    Listing,
    list_affected,
    mark_all,
    report_of,
)
from passerby.batch.discover import discover
from passerby.batch.ledger import read_record, record_place
from passerby.batch.permits import Consents
from passerby.batch.plan import FILES, Plan, Reports, Request, Task, reports_in
from passerby.batch.run import Silence, Watcher, run_plan
from passerby.batch.uses import absolute, sha256_of
from passerby.consent.events import Remade
from passerby.consent.facts import Use
from passerby.consent.making import given_again, same_rulings
from passerby.consent.register import Register
from passerby.consent.state import Consent
from passerby.consent.takedown import Line, as_csv, as_json, as_text
from passerby.errors import Exit, InputChanged, PasserbyError, UnreadableInput, UsageError
from passerby.files import write_atomically
from passerby.model.consent import Replaces
from passerby.model.given import Given
from passerby.model.options import Options
from passerby.model.report import Outcome, Report
from passerby.report.json import document, dump
from passerby.report.run import RunReport
from passerby.report.text import printable

TAKE_DOWN = "take-down"
"""Name of the list, before its suffix, in the folder of the reports."""
_MADE = frozenset({Outcome.PUBLISHED, Outcome.SKIPPED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be made anew: all that relied on `consents`, into the folder `out`.

    `originals` are folders to look in for originals that are not where they were. `limits` and
    `effort` are those of `options`; all that makes the copy is on record.
    """

    consents: tuple[Consent, ...]
    out: Path
    options: Options = field(default_factory=Options)
    report: Path | None = None
    originals: tuple[Path, ...] = ()
    workers: int | None = None


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
    reports = reports_in(order.out, order.report)
    _check_out(order.out, listing.files)
    todo = [one for one in listing.files if one.standing]
    for one in listing.files:
        if one.remade is not None and one not in todo:
            # A command that was killed may have told it to some of its consents only.
            register.record_remade(one.use, one.remade.by, one.remade.by_sha256)
    tasks = _tasks(todo, order, reports)
    done = _Done(register=register, files=dict(zip(tasks, todo, strict=True)))
    run = None
    if tasks:
        plan = Plan(tasks=tuple(tasks), reports=reports)
        request = Request(
            paths=(),
            out=order.out,
            options=order.options,
            report=reports.folder,
            workers=order.workers,
            consents=Consents(register=register),
        )
        run = run_plan(plan, request, watcher or Silence(), done)
    after = list_affected(register, order.consents)
    unmarked = mark_all(after.files)
    lines = tuple(one.line(done.problems.get(one.use.key, "")) for one in after.files)
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


def _check_out(out: Path, files: Iterable[Affected]) -> None:
    place = absolute(out / "_").parent
    for one in files:
        paths = (one.use.output, None if one.remade is None else one.remade.by)
        lies, remade = (path is not None and Path(path).is_relative_to(place) for path in paths)
        if lies and not remade:
            raise UsageError(
                f"{printable(str(out))} holds copies that are withdrawn",
                "Name a new folder: what is shown and what is not must not lie together.",
            )


def _tasks(todo: Sequence[Affected], order: Order, reports: Reports) -> list[Task]:
    """Return the files to make, each with its decisions, in the order of their publication."""
    elsewhere = _Elsewhere(order.originals)
    tasks = []
    for one, name in zip(todo, _names(todo), strict=True):
        source, error = _original(one.use, elsewhere)
        sidecar = record_place(reports.folder / FILES / name.parent, name.name)
        tasks.append(
            Task(
                source=source,
                shown=one.use.shown,
                output=order.out / name,
                sidecar=sidecar,
                error=error,
                given=_given(one, sidecar),
                options=replace(order.options, to=one.use.making.to),
                replaces=Replaces(
                    output=one.output, output_sha256=one.use.output_sha256, ended=one.ended
                ),
                place=one.use.place,
            )
        )
    return tasks


def _given(affected: Affected, sidecar: Path) -> Given:
    """Return the decisions of a copy. Where it was made before by the same rulings, they are
    those, reasons and all: the report that these are from may be gone since."""
    before = report_of(affected.use)
    ended = {one.consent: one for one in affected.ended}
    given = given_again(affected.use, ended, () if before is None else before.decisions)
    made = read_record(sidecar)
    if made is not None and made.replaces is not None:
        same = made.replaces.output_sha256 == affected.use.output_sha256
        if same and same_rulings(made.decisions, given.decisions):
            return replace(given, decisions=made.decisions)
    return given


def _names(todo: Sequence[Affected]) -> list[PurePath]:
    """Return names below the new folder: those of the old copies below theirs. Of several that
    are equal the first keeps it; the others carry a few digits of a hash of where they lay."""
    names: list[PurePath] = []
    taken: set[str] = set()
    for one in todo:
        name = _safe(PurePath(one.use.name or PurePath(one.use.shown).name or "picture"))
        if str(name).casefold() in taken:
            digest = hashlib.sha256(repr(one.use.key).encode()).hexdigest()[:8]
            name = name.with_name(f"{name.stem}~{digest}{name.suffix}")
        taken.add(str(name).casefold())
        names.append(name)
    return names


def _safe(name: PurePath) -> PurePath:
    """Return a name that does not lead out of the folder."""
    return PurePath(name.name) if name.is_absolute() or ".." in name.parts else name


def _original(use: Use, elsewhere: _Elsewhere) -> tuple[Path, PasserbyError | None]:
    """Return where the original is, and what is wrong if it is not the one that was used."""
    place = Path(use.original or use.shown)
    digest = None if use.original is None else sha256_of(place)
    if digest == use.original_sha256:
        return place, None
    found = elsewhere.find(use.original_sha256)
    if found is not None:
        return found, None
    advice = "Name the folder where the original is now with --originals."
    if use.original is None:
        return place, UnreadableInput("the original came through a pipe", advice)
    if digest is None:
        return place, UnreadableInput(
            f"the original is not there any more: {printable(str(place))}", advice
        )
    return place, InputChanged(f"the original has changed: {printable(str(place))}", advice)


@dataclass(slots=True)
class _Elsewhere:
    """Folders to look for originals in; what lies there is hashed when the first is missed."""

    folders: tuple[Path, ...]
    known: dict[str, Path] | None = None

    def find(self, sha256: str) -> Path | None:
        """Return a file of this hash, or None."""
        if self.known is None:
            files = discover(self.folders).files if self.folders else []
            hashed = ((sha256_of(one.source), one.source) for one in files)
            self.known = {digest: path for digest, path in hashed if digest is not None}
        return self.known.get(sha256)


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
