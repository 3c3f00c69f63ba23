"""What is done already: a report beside every output tells.

The report of a file is written before the output gets its final name, under a pending name, and
replaces the one before it afterwards. So whenever a run is killed, the next one finds for each
file either no output, or an output and a report that has its sha256, or something that it did
not make and will not touch.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePath

from passerby.batch.names import fit
from passerby.errors import OutputExists, PasserbyError
from passerby.files import PARTIAL, PENDING, Staged, left_behind, read_input, write_atomically
from passerby.model.given import Given
from passerby.model.media import Format, target_of
from passerby.model.options import Limits, Options
from passerby.model.report import Outcome, Report
from passerby.ports import Source
from passerby.report.json import dump, read_report, report_document
from passerby.report.text import printable

RECORD_MARK = b'"kind": "report"'
_HEAD = 4096


def record_place(folder: Path, name: str) -> Path:
    """Return where the record of an output of this name lies in a folder for records."""
    return folder / fit(name, ".json")


@contextlib.contextmanager
def recording(path: Path, report: Report) -> Iterator[None]:
    """Keep a report of an output that gets its name inside of the `with` block.

    Until then the record that was there before stands. Raises OutputUnwritable, or OutputExists
    where something stands that is no record.
    """
    check_replaced(path, RECORD_MARK)
    with Staged(path, PENDING) as staged:
        staged.write(dump(report_document(report)))
        try:
            yield
        except BaseException:
            # A signal may have come just after the output got its name.
            if _holds(report):
                staged.publish(overwrite=True)
            raise
        staged.publish(overwrite=True)


def write_record(path: Path, report: Report) -> None:
    """Keep the report of a file that was not published. Does nothing where the record of one
    that was is kept. Raises OutputUnwritable, or OutputExists where something stands that is no
    record."""
    check_replaced(path, RECORD_MARK)
    before = read_record(path)
    if before is None or before.output_sha256 is None:
        write_atomically(path, dump(report_document(report)))


def _holds(report: Report, output: Path | None = None) -> bool:
    """Whether the output of a report is there, byte for byte."""
    try:
        data = (output or Path(report.output or "")).read_bytes()
    except OSError:
        return False
    return hashlib.sha256(data).hexdigest() == report.output_sha256


def check_replaced(path: Path, mark: bytes) -> None:
    """Raise OutputExists for a file that a report would replace and that is none: `mark` is what
    all of this kind have near their beginning."""
    if not os.path.lexists(path):
        return
    ours = False
    with contextlib.suppress(OSError), path.open("rb") as file:
        ours = mark in file.read(_HEAD)
    if not ours:
        raise OutputExists(
            f"{printable(str(path))} exists and is no report of Passerby's",
            "Name another folder with --report.",
        )


def read_record(path: Path) -> Report | None:
    """Return a report that was kept; None when there is none that can be read."""
    try:
        return read_report(path.read_bytes())
    except (OSError, ValueError):
        return None


def published_before(
    output: Path,
    before: Report | None,
    sha256: str,
    options: Options,
    given: Given | None,
    source: Source,
) -> tuple[Report, bytes]:
    """Return the report and the bytes of an output that need not be made again.

    `before` is its record, `sha256` is the input's. The output is, byte for byte, what the record
    says was verified; it was made from the same input, with the same options and decisions; and
    its container still passes. Raises OutputExists for anything else that stands there.
    """
    place = printable(str(output))
    if before is None:
        raise OutputExists(f"{place} exists, and no report says that it was made from this input")
    if before.item.sha256 != sha256 or before.output_sha256 is None:
        raise OutputExists(f"{place} exists and was made from another input")
    if before.withdrawn is not None:
        raise OutputExists(
            f"{place} was withdrawn: a consent that it relied on holds no longer",
            "Choose another output folder, and take this copy down wherever it is shown.",
        )
    if not _same_choices(before, options, given):
        raise OutputExists(f"{place} exists and was made with other options or decisions")
    data = _verified(output, before, options.limits, source)
    if data is None:
        raise OutputExists(f"{place} exists and is not what was verified when it was made")
    return replace(before, outcome=Outcome.SKIPPED, output=str(output)), data


def check_replaceable(output: Path, before: Report | None, *, given: bool, among: bool) -> None:
    """Raise OutputExists for an output that even --overwrite must not replace.

    That is what a person decided, unless decisions are given now as well; and a file without a
    record where the output folder and an input lie in one another (`among`): it may be an
    original.
    """
    place = printable(str(output))
    if before is None and among:
        raise OutputExists(
            f"{place} exists, and no report says that it is a copy: it may be an original",
            "Choose an output folder that is not inside of an input, nor around one.",
        )
    if before is not None and before.from_decisions and not given:
        raise OutputExists(
            f"{place} was made with --decisions, and would be replaced without",
            "Add --decisions, or choose another output folder.",
        )


def _same_choices(done: Report, options: Options, given: Given | None) -> bool:
    """Whether the same would be asked for again. Limits do not change what is made."""
    if given is None:
        # With decisions comes the seed of the run that they are from.
        seed = options.seed if done.from_decisions else done.options.seed
        return _comparable(done, replace(done.options, seed=seed)) == _comparable(done, options)
    # Who looks for faces is no matter when nothing is detected; the rest is.
    wanted = replace(
        given.over(options),
        min_face=done.options.min_face,
        effort=done.options.effort,
        finder=done.options.finder,
        second=done.options.second,
    )
    if wanted.seed == done.seed:
        wanted = replace(wanted, seed=done.options.seed)
    same = _comparable(done, wanted) == _comparable(done, done.options)
    return same and given.decisions == done.decisions


def _comparable(done: Report, options: Options) -> tuple[Options, Format | None]:
    """Return the options without the limits, and the format that they give to the copy of the
    reported file: to ask for what it would have been anyway is to ask for the same."""
    form = done.item.format
    target = options.to if form is None else target_of(form, options.to)
    return replace(options, to=None, limits=Limits()), target


def _verified(output: Path, report: Report, limits: Limits, source: Source) -> bytes | None:
    """Return an output's bytes if they are those that were verified and still pass."""
    try:
        data = read_input(output, limits.memory)
        if hashlib.sha256(data).hexdigest() != report.output_sha256:
            return None
        written = source.read_again(data, limits)
        leftovers = source.leftovers(data, written.encoding, report.options.keep_fields)
    except PasserbyError:
        return None
    return None if leftovers else data


def settle(places: Mapping[Path, Path]) -> None:
    """Finish what killed runs left: outputs by the place of their record.

    A pending record becomes the record if its output got its name; if not, it is removed, as are
    half written files. What belongs to a running process is left alone.
    """
    for folder in {place.parent for both in places.items() for place in both}:
        for path in _left_behind(folder, PENDING):
            _settle_record(path, places)
        remove_partials(folder)


def _settle_record(path: Path, places: Mapping[Path, Path]) -> None:
    report = read_record(path)
    with contextlib.suppress(OSError, PasserbyError):
        if report is None or report.output is None:
            path.unlink()
            return
        sidecar = record_place(path.parent, PurePath(report.output).name)
        if sidecar not in places:
            return
        if _holds(report, places[sidecar]):
            path.replace(sidecar)
        else:
            path.unlink()


def remove_partials(folder: Path) -> None:
    """Remove the half written files of processes that are gone."""
    for path in _left_behind(folder, PARTIAL):
        with contextlib.suppress(OSError):
            path.unlink()


def _left_behind(folder: Path, ending: str) -> list[Path]:
    try:
        with os.scandir(folder) as listing:
            return [folder / e.name for e in listing if left_behind(e.name, ending)]
    except OSError:
        return []
