"""Passerby for programs: the functions behind `import passerby`.

The detectors are opened once and kept; codecs and detectors are imported on first use, so that
importing the package stays cheap.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from passerby.model.given import Given
from passerby.model.options import Effort, Options
from passerby.model.report import Inspection, Outcome, Report, Verification

if TYPE_CHECKING:
    from passerby.pipeline import Result
    from passerby.ports import Ports

PathLike = str | os.PathLike[str]


@lru_cache(maxsize=4)
def _opened(finder: str, second: str | None, effort: Effort) -> Ports:
    from passerby.compose import build_ports

    options = Options(finder=finder, second=second, effort=effort)
    return build_ports(options, threads=os.cpu_count() or 1)


def _ports(options: Options) -> Ports:
    return _opened(options.finder, options.second, options.effort)


def redact(
    source: PathLike,
    output: PathLike | None,
    *,
    options: Options | None = None,
    decisions: Given | None = None,
    overwrite: bool = False,
) -> Report:
    """Redact one picture file and publish the copy as `output`, if every check passes.

    With `output` None nothing is written. With `decisions` nothing is detected: exactly those
    regions are hidden. What went wrong stands in the report: look at `report.outcome`. The
    copy's format is that of the source or `options.to`, whatever the name of `output` says.
    Decisions that name a consent are refused: no register is open here. Raises UsageError for an
    unknown detector, ModelError or FinderError if one cannot be opened.
    """
    from passerby.pipeline import Job, run_one

    options = options or Options()
    path = Path(source)
    if decisions is not None and decisions.consents:
        return _without_register(path.name, options, decisions)
    job = Job(
        source=path,
        shown=path.name,
        output=None if output is None else Path(output),
        options=options,
        given=decisions,
        overwrite=overwrite,
    )
    return run_one(job, _ports(options)).report


def redact_bytes(
    data: bytes,
    *,
    name: str = "picture",
    options: Options | None = None,
    decisions: Given | None = None,
) -> tuple[Report, bytes | None]:
    """Redact one picture in memory; the bytes are None unless every check passed.

    Decisions that name a consent are refused, as by `redact`. Raises UsageError for an unknown
    detector, ModelError or FinderError if one cannot be opened.
    """
    from passerby.pipeline import redact_bytes as run

    options = options or Options()
    if decisions is not None and decisions.consents:
        return _without_register(name, options, decisions), None
    result: Result = run(data, shown=name, options=options, given=decisions, ports=_ports(options))
    published = result.report.outcome is Outcome.PUBLISHED
    return result.report, result.redacted if published else None


def _without_register(shown: str, options: Options, decisions: Given) -> Report:
    """Return the report of a picture whose decisions name a consent."""
    from passerby.batch.permits import refusal
    from passerby.work import not_begun

    error = refusal(decisions, None)
    assert error is not None  # noqa: S101 - the caller saw that they name one
    return not_begun(shown, options, error)


def inspect(source: PathLike | bytes, *, options: Options | None = None) -> Inspection:
    """Say what in a picture file would identify people. Changes nothing.

    Raises UsageError for an unknown detector, ModelError or FinderError if one cannot be opened.
    """
    from passerby.errors import PasserbyError
    from passerby.examine import inspect_bytes
    from passerby.model.report import Failure
    from passerby.work import bare_item

    options = options or Options()
    ports = _ports(options)
    name = "picture" if isinstance(source, bytes) else Path(source).name
    try:
        data = _bytes(source, options)
    except PasserbyError as error:
        return Inspection(item=bare_item(b"", name), failure=Failure.from_error(error))
    return inspect_bytes(data, shown=name, options=options, ports=ports)


def verify(
    output: PathLike | bytes,
    *,
    original: PathLike | bytes | None = None,
    report: Report | None = None,
    options: Options | None = None,
) -> Verification:
    """Check a finished picture file, also one that another tool redacted.

    Raises UsageError for an unknown detector, ModelError or FinderError if one cannot be opened.
    """
    from passerby.errors import PasserbyError
    from passerby.examine import verify_bytes
    from passerby.model.report import Failure
    from passerby.work import bare_item

    options = options or (report.options if report else Options())
    ports = _ports(options)
    name = "picture" if isinstance(output, bytes) else Path(output).name
    try:
        data = _bytes(output, options)
        before = None if original is None else _bytes(original, options)
    except PasserbyError as error:
        return Verification(item=bare_item(b"", name), failure=Failure.from_error(error))
    return verify_bytes(
        data, shown=name, original=before, report=report, options=options, ports=ports
    )


def load_decisions(path: PathLike) -> dict[str, Given]:
    """Read a decisions file: what is to be done with each picture, by the sha256 of its bytes.

    The report of a file or of a run is such a file. Raises BadDecisions.
    """
    from passerby.report.decisions import load_decisions as load

    return load(Path(path))


def load_reports(path: PathLike) -> tuple[Report, ...]:
    """Read the JSON report of a file, or those in the report of a run. Raises BadDecisions."""
    from passerby.report.json import load_reports as load

    return load(Path(path))


def report_json(report: Report) -> bytes:
    """Return a report as JSON text: what `load_reports` and `load_decisions` read."""
    from passerby.report.json import dump, report_document

    return dump(report_document(report))


def _bytes(source: PathLike | bytes, options: Options) -> bytes:
    from passerby.files import read_input

    if isinstance(source, bytes):
        return source
    return read_input(Path(source), options.limits.memory)
