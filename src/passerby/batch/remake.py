"""What is to be made anew, and from what: the plan of a re-run.

The original is found by its hash, the faces by the boxes on record. Names are those of the old
copies below their folder, and hang on the register alone: they are the same whenever a re-run
goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from passerby.batch.affected import Affected, report_of
from passerby.batch.discover import discover
from passerby.batch.ledger import read_record, record_place
from passerby.batch.plan import FILES, Reports, Task
from passerby.batch.uses import absolute, sha256_of
from passerby.consent.facts import Use
from passerby.consent.making import given_again, same_rulings
from passerby.consent.state import Consent
from passerby.errors import InputChanged, PasserbyError, UnreadableInput, UsageError
from passerby.model.consent import Replaces
from passerby.model.given import Given
from passerby.model.options import Options
from passerby.report.text import printable


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


def check_out(out: Path, files: Iterable[Affected]) -> None:
    """Raise UsageError for a folder in which copies lie that are withdrawn."""
    place = absolute(out / "_").parent
    for one in files:
        paths = (one.use.output, None if one.remade is None else one.remade.by)
        lies, remade = (path is not None and Path(path).is_relative_to(place) for path in paths)
        if lies and not remade:
            raise UsageError(
                f"{printable(str(out))} holds copies that are withdrawn",
                "Name a new folder: what is shown and what is not must not lie together.",
            )


def plan_files(files: Sequence[Affected], order: Order, reports: Reports) -> dict[Task, Affected]:
    """Return the tasks of files, in the order of their publication, each with its decisions or
    with what is wrong with its original. Those that were made in this folder before are among
    them: they are verified and skipped, and stand in the report."""
    elsewhere = _Elsewhere(order.originals)
    place = absolute(order.out / "_").parent
    ours = [one for one in files if one.standing or _lies_in(place, one)]
    tasks: dict[Task, Affected] = {}
    for one, name in zip(ours, _names(ours), strict=True):
        sidecar = record_place(reports.folder / FILES / name.parent, name.name)
        given, made = _given(one, sidecar)
        if not (one.standing or made):
            continue
        source, error = _original(one.use, elsewhere)
        if error is not None and not one.standing:
            continue
        task = Task(
            source=source,
            shown=one.use.shown,
            output=order.out / name,
            sidecar=sidecar,
            error=error,
            given=given,
            options=replace(order.options, to=one.use.making.to),
            replaces=Replaces(
                output=one.output, output_sha256=one.use.output_sha256, ended=one.ended
            ),
            place=one.use.place,
        )
        tasks[task] = one
    return tasks


def _lies_in(place: Path, one: Affected) -> bool:
    """Whether what took a file's place lies in a folder, and stands for nothing else."""
    if one.remade is None or one.succeeded or one.overwritten_by is not None:
        return False
    return Path(one.remade.by).is_relative_to(place)


def _given(affected: Affected, sidecar: Path) -> tuple[Given, bool]:
    """Return the decisions of a copy, and whether it was made by them before. They are those of
    its report then, reasons and all: the report that the reasons are from may be gone since."""
    old = report_of(affected.use)
    ended = {one.consent: one for one in affected.ended}
    given = given_again(affected.use, ended, () if old is None else old.decisions)
    made = read_record(sidecar)
    if made is not None and made.replaces is not None:
        same = made.replaces.output_sha256 == affected.use.output_sha256
        if same and same_rulings(made.decisions, given.decisions):
            return replace(given, decisions=made.decisions), True
    return given, False


def _names(files: Sequence[Affected]) -> list[PurePath]:
    """Return names below the new folder: those of the old copies below theirs. Of several that
    are equal the first keeps it; the others carry a few digits of a hash of where they lay."""
    names: list[PurePath] = []
    taken: set[str] = set()
    for one in files:
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
