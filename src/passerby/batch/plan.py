"""What a run is going to do: each input, its output and its report, before any is opened."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from passerby.batch.discover import Discovery, Found, discover, is_folder
from passerby.batch.ledger import record_place
from passerby.batch.names import fit, output_names, target_suffixes
from passerby.batch.neutral import names_key, neutral_names
from passerby.batch.permits import Consents
from passerby.batch.siblings import PICTURES, find_siblings
from passerby.consent.facts import Place
from passerby.errors import EmptyInput, OutputError, PasserbyError, UnsupportedFormat, UsageError
from passerby.model.consent import Replaces
from passerby.model.given import Given
from passerby.model.media import SUFFIXES, WRITABLE, Format, target_of
from passerby.model.options import Options
from passerby.model.report import Sibling
from passerby.report.text import printable

FILES = "files"
"""Folder below the report folder that mirrors the output folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody asked for.

    `out` is a folder, or the file for a single input; None stands for a dry run, which writes
    nothing but reports, and these only if `report` names a folder. `given` are decisions by
    the input's sha256: nothing is detected then. `neutral` asks for names that say nothing.
    `workers` is a number of processes, None for as many as there are cores. `consents` is the
    opened register: without it, decisions that name a consent are refused.
    """

    paths: tuple[Path, ...]
    out: Path | None
    options: Options
    report: Path | None = None
    given: Mapping[str, Given] | None = None
    overwrite: bool = False
    neutral: bool = False
    workers: int | None = None
    consents: Consents | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One file of a run. `sidecar` is where its report goes; `error` says why it is not even
    tried; `note`, `siblings` and `replaces` go into its report; `among` says that the output lies
    among inputs. `given`, `options` and `place` are its own decisions and choices and where it is
    published, where they are not those of the run."""

    source: Path
    shown: str
    output: Path | None = None
    sidecar: Path | None = None
    among: bool = False
    note: str | None = None
    siblings: tuple[Sibling, ...] = ()
    error: PasserbyError | None = None
    given: Given | None = None
    options: Options | None = None
    replaces: Replaces | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """Where the reports of a run go: those of its files below `folder`, the page to look at,
    and its JSON, if it has one."""

    folder: Path
    page: Path
    summary: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All files of a run. `reports` is None where none are kept."""

    tasks: tuple[Task, ...]
    reports: Reports | None
    left_out: int = 0
    notes: tuple[str, ...] = ()


def make_plan(request: Request) -> Plan:
    """List the inputs and give each its output.

    Raises UsageError when the output folder is an input or no folder, or neutral names cannot
    be had; EmptyInput when there is nothing to do; OutputUnwritable when the key of neutral
    names, which is all that is written here, cannot be.
    """
    single = is_single_file(request)
    reports = report_places(request, single)
    folders = (None if single else request.out, reports.folder if reports else None)
    own = tuple(folder for folder in folders if folder is not None)
    check_folders(request, own)
    found = discover(request.paths, own)
    if not found.files:
        raise EmptyInput(_nothing(found), "Check the paths.")
    names, folder = _names(request, found.files, reports, single)
    inputs = _identities(f.source for f in found.files)
    among = folder is not None and _among(folder, request.paths)
    tasks = tuple(
        replace(_task(one, name, folder, reports, inputs, among), siblings=siblings)
        for one, name, siblings in zip(found.files, names, find_siblings(found.files), strict=True)
    )
    if single:
        if tasks[0].error is not found.files[0].error:
            shown = printable(str(names[0]))
            raise UsageError(f"{shown} is the input: originals are never written to")
        _check_suffix(found.files[0], request)
    tasks = tuple(map(_explain_video, found.files, tasks))
    if request.neutral:
        # The times of writing must not tell the order of the inputs.
        tasks = tuple(sorted(tasks, key=lambda task: os.fsencode(task.output or "")))
    return Plan(tasks=tasks, reports=reports, left_out=found.left_out, notes=tuple(found.notes))


def _names(
    request: Request, files: list[Found], reports: Reports | None, single: bool
) -> tuple[list[PurePath], Path | None]:
    """Return the names of the copies, and the folder that they are below."""
    out, to = request.out, request.options.to
    if single and out is not None:
        if request.neutral:
            raise UsageError(
                f"{printable(out.name)} is the copy's name, and --neutral-names asks for another",
                "Leave --neutral-names out, or let -o name a folder.",
            )
        return [PurePath(out.name)], out.parent
    names = output_names(files, to)
    if not request.neutral or out is None or reports is None:
        return names, out
    if Path(os.path.realpath(reports.folder)).is_relative_to(os.path.realpath(out)):
        raise UsageError(
            "the reports would lie among the copies, and they tell which is which",
            "Name a folder outside of the output folder with --report.",
        )
    suffixes = [next(iter(target_suffixes(one.format, to)), None) for one in files]
    return neutral_names(names, suffixes, names_key(reports.folder, out)), out


def is_single_file(request: Request) -> bool:
    """Whether `out` names a file: one input that is no folder, and the suffix of a picture."""
    out = request.out
    if out is None or len(request.paths) != 1 or is_folder(request.paths[0]):
        return False
    if is_folder(out):
        return False
    return any(out.suffix.lower() in suffixes for suffixes in SUFFIXES.values())


def report_places(request: Request, single: bool) -> Reports | None:
    """Choose the folder for reports: beside the output, with ``-report`` added.

    The copy of a single file has one of its own, unless its folder has reports already. It
    belongs to these then, and leaves the page and the JSON of the whole folder as they are.
    """
    if request.report is not None:
        return _whole(request.report)
    if request.out is None:
        return None
    place = _named(request.out)
    if single and place.parent.name:
        shared = place.parent.with_name(fit(place.parent.name, "-report"))
        if is_folder(shared / FILES):
            return Reports(
                folder=shared, page=shared / FILES / fit(place.name, ".html"), summary=None
            )
    return _whole(place.with_name(fit(place.name, "-report")))


def reports_in(out: Path, report: Path | None) -> Reports:
    """Choose the folder for the reports of copies that go to the folder `out`. Raises
    UsageError."""
    if report is not None:
        return _whole(report)
    place = _named(out)
    return _whole(place.with_name(fit(place.name, "-report")))


def _named(out: Path) -> Path:
    place = Path(os.path.realpath(out))
    if not place.name:
        raise UsageError("-o names the root of a disk", "Name another folder, or add --report.")
    return place


def _whole(folder: Path) -> Reports:
    return Reports(folder=folder, page=folder / "index.html", summary=folder / "run.json")


def check_folders(request: Request, own: tuple[Path, ...]) -> None:
    """Raise UsageError where a folder for results is an input, or no folder."""
    for folder in own:
        if os.path.lexists(folder) and not is_folder(folder):
            raise UsageError(f"{printable(str(folder))} is not a folder", "Name a folder.")
        for path in request.paths:
            if is_folder(path) and _same(path, folder):
                raise UsageError(
                    f"{printable(str(folder))} is an input: originals are never written to",
                    "Name another output folder.",
                )


def _among(folder: Path, paths: Iterable[Path]) -> bool:
    """Whether an output folder lies inside of an input folder, or around an input."""
    place = Path(os.path.realpath(folder))
    inputs = [Path(os.path.realpath(path)) for path in paths]
    return any(place.is_relative_to(path) or path.is_relative_to(place) for path in inputs)


def _check_suffix(found: Found, request: Request) -> None:
    form, out, to = found.format, request.out, request.options.to
    fitting = target_suffixes(form, to)
    if form is None or out is None or not fitting or out.suffix.lower() in fitting:
        return
    wanted = next((f for f in WRITABLE if out.suffix.lower() in SUFFIXES[f]), None)
    advice = f"Let its name end in {fitting[0]}."
    if wanted is not None and to is None and target_of(form, wanted) is wanted:
        advice = f"Let its name end in {fitting[0]}, or add --to {wanted.value.lower()}."
    raise UsageError(
        f"the copy will be {target_of(form, to)}, and {printable(out.name)} says otherwise",
        advice,
    )


def _nothing(found: Discovery) -> str:
    others = f"; {found.left_out:,} other files were left out" if found.left_out else ""
    return f"there is no picture here{others}"


def _task(
    found: Found,
    name: PurePath,
    folder: Path | None,
    reports: Reports | None,
    inputs: frozenset[tuple[int, int]],
    among: bool,
) -> Task:
    output = None if folder is None else folder / name
    sidecar = None
    if reports is not None:
        sidecar = record_place(reports.folder / FILES / name.parent, name.name)
    error = found.error
    if output is not None and _identities([output]) & inputs:
        error = OutputError(
            f"{printable(str(output))} is one of the inputs", "Name another output folder."
        )
    return Task(
        source=found.source,
        shown=printable(str(found.source)),
        output=output,
        sidecar=sidecar,
        among=among,
        note=_note(found, name),
        error=error,
    )


def _explain_video(found: Found, task: Task) -> Task:
    """Say of a video that is refused which picture it belongs to by its name."""
    pictures = [s.path for s in task.siblings if Path(s.path).suffix.lower() in PICTURES]
    if task.error is not None or found.format is not Format.VIDEO or not pictures:
        return task
    shown = printable(PurePath(pictures[0]).name)
    error = UnsupportedFormat(
        f"video is not handled yet; by its name it is the moving part of {shown}, as in a Live "
        "Photo",
        "Do not publish it beside the redacted picture: it shows the same people.",
    )
    return replace(task, error=error)


def _note(found: Found, name: PurePath) -> str | None:
    """Say when a name promises another format than the bytes hold."""
    fitting = SUFFIXES.get(found.format, ()) if found.format else ()
    suffix = found.relative.suffix.lower()
    if not fitting or suffix in fitting:
        return None
    said = f"its name ends in {printable(suffix)}" if suffix else "its name has no suffix"
    return f"{said}; its bytes are {found.format}; the copy is called {printable(name.name)}"


def _identities(paths: Iterable[Path]) -> frozenset[tuple[int, int]]:
    """Return what identifies the files that are there, under whatever name."""
    found = set()
    for path in paths:
        try:
            status = path.stat()
        except (OSError, ValueError):
            continue
        found.add((status.st_dev, status.st_ino))
    return frozenset(found)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return os.path.realpath(one) == os.path.realpath(other)
