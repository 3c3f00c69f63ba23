"""What is done already: a report beside every output tells.

The report of a file is written before the output gets its final name. So whenever a run is
killed, the next one finds for each file either no output, or an output whose report has its
sha256, or something that it did not make and will not touch.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from passerby.errors import OutputExists, PasserbyError
from passerby.files import PARTIAL, read_input, write_atomically
from passerby.model.given import Given
from passerby.model.options import Limits, Options
from passerby.model.report import Outcome, Report
from passerby.ports import Source
from passerby.report.json import dump, read_report, report_document
from passerby.report.text import printable

_PARTIAL_NAME = re.compile(rf"^\..*\.(\d+)-[0-9a-f]+{re.escape(PARTIAL)}$", re.DOTALL)


def write_record(path: Path, report: Report) -> None:
    """Keep a report. Raises OutputUnwritable."""
    write_atomically(path, dump(report_document(report)))


def read_record(path: Path) -> Report | None:
    """Return a report that was kept; None when there is none that can be read."""
    try:
        return read_report(path.read_bytes())
    except (OSError, ValueError):
        return None


def published_before(
    output: Path,
    sidecar: Path | None,
    sha256: str,
    options: Options,
    given: Given | None,
    source: Source,
) -> tuple[Report, bytes] | None:
    """Return the report and the bytes of an output that need not be made again.

    That is one which is, byte for byte, what the report beside it says was verified; which was
    made from the same input, with the same options and the same decisions; and whose container
    still passes. `sha256` is the input's. None when there is nothing at `output`.
    Raises OutputExists for anything else that stands there.
    """
    if not os.path.lexists(output):
        return None
    report = read_record(sidecar) if sidecar is not None else None
    place = printable(str(output))
    if report is None:
        raise OutputExists(f"{place} exists, and no report says that it was made from this input")
    if report.item.sha256 != sha256 or report.output_sha256 is None:
        raise OutputExists(f"{place} exists and was made from another input")
    if not _same_choices(report, options, given):
        raise OutputExists(f"{place} exists and was made with other options or decisions")
    data = _verified(output, report, options.limits, source)
    if data is None:
        raise OutputExists(f"{place} exists and is not what was verified when it was made")
    return replace(report, outcome=Outcome.SKIPPED), data


def _same_choices(done: Report, options: Options, given: Given | None) -> bool:
    """Whether the same would be asked for again. Limits do not change what is made."""
    if given is None:
        return not done.from_decisions and _without_limits(done.options) == _without_limits(options)
    # Who looks for faces is no matter when nothing is detected; the rest is.
    wanted = replace(
        given.over(options),
        min_face=done.options.min_face,
        effort=done.options.effort,
        finder=done.options.finder,
        second=done.options.second,
        limits=Limits(),
    )
    if wanted.seed == done.seed:
        wanted = replace(wanted, seed=done.options.seed)
    return wanted == _without_limits(done.options) and given.decisions == done.decisions


def _without_limits(options: Options) -> Options:
    return replace(options, limits=Limits())


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


def remove_stale(folders: Iterable[Path]) -> int:
    """Remove what killed runs left half written; return how many files that were.

    The name of a temporary file carries the number of its process: while that process lives,
    the file is left alone.
    """
    removed = 0
    for folder in set(folders):
        with contextlib.suppress(OSError), os.scandir(folder) as listing:
            for entry in listing:
                match = _PARTIAL_NAME.match(entry.name)
                if match and not _alive(int(match[1])):
                    with contextlib.suppress(OSError):
                        Path(entry.path).unlink()
                        removed += 1
    return removed


def _alive(number: int) -> bool:
    """Whether a process is running. One that was killed may go on as an entry in the table of
    processes until somebody asks for its exit code: that is not running."""
    if number == os.getpid():
        return False
    try:
        os.kill(number, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    try:
        status = Path(f"/proc/{number}/stat").read_bytes()
    except OSError:
        return not Path("/proc/self/stat").exists()
    # proc(5): the state follows the name, which stands in parentheses and may hold any byte.
    return status.rpartition(b")")[2].split()[:1] not in ([b"Z"], [b"X"])
