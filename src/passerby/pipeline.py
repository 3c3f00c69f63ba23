"""One picture's way from its bytes to a proven, published copy. Read this page first.

`run_one` redacts a file, `redact_bytes` does the same in memory. Neither raises a
PasserbyError: what went wrong stands in the report. KeyboardInterrupt passes through.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from passerby.checks import Plan, verify_written
from passerby.decide import add_found, decide, explaining, unexplained
from passerby.errors import BadDecisions, OutputError, VerificationFailed
from passerby.files import Staged, read_input
from passerby.look import look, second_look_check
from passerby.masking import paint
from passerby.model.decision import Decision
from passerby.model.given import Given
from passerby.model.options import Options
from passerby.model.report import Outcome, Report
from passerby.ports import Picture, Ports
from passerby.work import Work

ROUNDS = 3
"""How often what the second look finds is masked as well, before a person has to look."""

Stage = Callable[[bytes], bytes]
"""Stores encoded bytes and returns what was stored, read back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One file to redact. `output` is None for a dry run; `data` are the input's bytes where they
    were read already."""

    source: Path
    shown: str
    output: Path | None
    options: Options
    given: Given | None = None
    overwrite: bool = False
    data: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The report, and redacted bytes that may be shown.

    For an outcome of PUBLISHED (or PLANNED) these are the output's bytes; for NEEDS_REVIEW a
    rendering in which the unresolved faces are covered as well, which is not published.
    """

    report: Report
    redacted: bytes | None = None


def run_one(
    job: Job,
    ports: Ports,
    recording: Callable[[Report], AbstractContextManager[None]] = lambda _: nullcontext(),
) -> Result:
    """Redact one file, verify what was written, and only then give it its final name.

    `recording` is entered with the finished report just before that, and left just after: who
    keeps a record of what was published does so there, so that no published file is without one.
    """
    work = _begin(job.shown, job.options, job.given, ports)
    try:
        data = job.data
        if data is None:
            data = read_input(job.source, job.options.limits.memory)
        if job.output is None:
            return as_plan(_redact(work, data, job.given, _in_memory))
        _check_not_input(job.source, job.output)
        with Staged(job.output) as staged:
            result = _redact(work, data, job.given, staged.write)
            if result.report.outcome is not Outcome.PUBLISHED:
                return result
            report = replace(result.report, output=str(job.output))
            with recording(report):
                staged.publish(overwrite=job.overwrite)
            return replace(result, report=report)
    except Exception as error:
        return Result(report=work.failed(error))


def redact_bytes(
    data: bytes, *, shown: str, options: Options, given: Given | None, ports: Ports
) -> Result:
    """Redact one picture in memory; `redacted` is fit to publish if the outcome says so."""
    work = _begin(shown, options, given, ports)
    try:
        return _redact(work, data, given, _in_memory)
    except Exception as error:
        return Result(report=work.failed(error))


def as_plan(result: Result) -> Result:
    """Turn what would have been published into a plan."""
    if result.report.outcome is not Outcome.PUBLISHED:
        return result
    report = replace(result.report, outcome=Outcome.PLANNED, output_sha256=None)
    return replace(result, report=report)


def _begin(shown: str, options: Options, given: Given | None, ports: Ports) -> Work:
    return Work(
        shown=shown,
        options=given.over(options) if given else options,
        ports=ports,
        from_decisions=given is not None,
    )


def _check_not_input(source: Path, output: Path) -> None:
    """Raise OutputError when both names lead to one file: originals are never written to."""
    with contextlib.suppress(OSError):
        if source.samefile(output):
            raise OutputError("the output is the input", "Name another output.")


def _redact(work: Work, data: bytes, given: Given | None, stage: Stage) -> Result:
    """Read, find, decide, redact, write, verify; the caller publishes."""
    picture = work.read(data)
    work.decisions = _follow(given, picture, work) if given else _propose(picture, work)
    work.seed = work.options.seed or secrets.token_hex(16)
    original = work.read_again(data)
    written = _settle(work, picture, original, stage)
    if work.unresolved and given is None:
        covered = add_found(work.decisions, work.unresolved, canvas=picture.canvas, at=work.now())
        shown = _write(work, _paint(work, picture, covered))
        return Result(report=work.report(Outcome.NEEDS_REVIEW), redacted=shown)
    return Result(report=work.report(Outcome.PUBLISHED, written), redacted=written)


def _settle(work: Work, picture: Picture, original: Picture, stage: Stage) -> bytes:
    """Write and check, and mask what the second look finds, until it finds nothing new.

    Returns the bytes that passed every check but perhaps the second look. Where the decisions
    were given, what that finds is only reported. Raises VerificationFailed.
    """
    rounds = 0 if work.from_decisions else ROUNDS
    for last in [False] * rounds + [True]:
        planned = _paint(work, picture, work.decisions)
        back = stage(_write(work, planned))
        plan = Plan(original=original, planned=planned)
        with work.timed("check"):
            work.checks, written = verify_written(
                back, plan, work.ports.source, work.options.keep_fields, work.options.limits
            )
        failed = [check for check in work.checks if not check.passed]
        if failed or written is None:
            raise VerificationFailed(f"{failed[0].name}: {failed[0].detail}")
        with work.timed("second look"):
            found = look(work.ports.second, written, work.ports.source)
        told = explaining(work.decisions, from_decisions=work.from_decisions)
        work.unresolved = unexplained(found, told, work.options)
        check = second_look_check(work.unresolved, reports_only=work.from_decisions)
        work.checks = (*work.checks, check)
        if last or not work.unresolved:
            break
        work.decisions = add_found(
            work.decisions, work.unresolved, canvas=picture.canvas, at=work.now()
        )
    return back


def _propose(picture: Picture, work: Work) -> tuple[Decision, ...]:
    """Let the detector find the faces and the policy decide."""
    with work.timed("find"):
        sightings = look(work.ports.finder, picture, work.ports.source)
    return decide(sightings, options=work.options, canvas=picture.canvas, at=work.now())


def _follow(given: Given, picture: Picture, work: Work) -> tuple[Decision, ...]:
    """Take the decisions of a file. Raises BadDecisions if they are for another picture, or lie
    outside of this one: whoever made them meant to hide something."""
    sizes = picture.canvas.sizes
    item = work.item
    if given.sha256 != item.sha256:
        raise BadDecisions("the decisions are for a file with another sha256")
    if given.size is not None and given.size != item.size:
        raise BadDecisions(f"the decisions are for {given.size} pixels, this has {item.size}")
    for number, decision in enumerate(given.decisions, start=1):
        frame = decision.frame
        if frame is not None and not 0 <= frame < len(sizes):
            raise BadDecisions(f"decision {number} is for frame {frame} of {len(sizes)}")
        seen = sizes if frame is None else (sizes[frame],)
        if not any(decision.region.box.clip(*size) for size in seen):
            raise BadDecisions(f"decision {number} lies outside of the picture {item.size}")
    return given.decisions


def _paint(work: Work, picture: Picture, decisions: tuple[Decision, ...]) -> Picture:
    """Draw the masks and replace what lies under them, as the format can hold it."""
    with work.timed("redact"):
        painted = paint(picture, decisions, work.options, work.seed)
        planned = work.ports.sink.fit(painted)
    work.fitting = tuple(note for note in planned.notes if note not in picture.notes)
    return planned


def _write(work: Work, planned: Picture) -> bytes:
    with work.timed("encode"):
        return work.ports.sink.encode(planned, work.options.keep_fields)


def _in_memory(data: bytes) -> bytes:
    return data
