"""One picture's way from its bytes to a proven, published copy. Read this page first.

`run_one` redacts a file, `redact_bytes` does the same in memory. Neither raises a
PasserbyError: what went wrong stands in the report. KeyboardInterrupt passes through.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from passerby.checks import Plan, verify_written
from passerby.decide import add_found, decide, unexplained
from passerby.errors import BadDecisions, VerificationFailed
from passerby.files import Staged, read_input
from passerby.look import look, second_look_check
from passerby.masking import apply, build_mask, masked_regions
from passerby.model.decision import Decision
from passerby.model.finding import Sighting
from passerby.model.given import Given
from passerby.model.options import Options
from passerby.model.report import Outcome, Report
from passerby.ports import BoolMask, Picture, Ports
from passerby.work import Work

ROUNDS = 3
"""How often what the second look finds is masked as well, before a person has to look."""

Stage = Callable[[bytes], bytes]
"""Stores encoded bytes and returns what was stored, read back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One file to redact. `output` is None for a dry run."""

    source: Path
    shown: str
    output: Path | None
    options: Options
    given: Given | None = None
    overwrite: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The report, and redacted bytes that may be shown.

    For an outcome of PUBLISHED (or PLANNED) these are the output's bytes; for NEEDS_REVIEW a
    rendering in which the unresolved faces are covered as well, which is not published.
    """

    report: Report
    redacted: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A written file of which every check but perhaps the second look has passed."""

    data: bytes
    decisions: tuple[Decision, ...]
    unresolved: tuple[Sighting, ...]


def run_one(
    job: Job, ports: Ports, before_publish: Callable[[Report], None] = lambda _: None
) -> Result:
    """Redact one file, verify what was written, and only then give it its final name.

    `before_publish` is called with the finished report just before that: who keeps a record of
    what was published writes it then, so that no published file is ever without one.
    """
    work = Work(
        shown=job.shown,
        options=job.given.over(job.options) if job.given else job.options,
        ports=ports,
    )
    try:
        data = read_input(job.source, job.options.limits.memory)
        if job.output is None:
            result = _redact(work, data, job.given, _in_memory)
            return _planned(result)
        with Staged(job.output) as staged:
            result = _redact(work, data, job.given, staged.write)
            if result.report.outcome is not Outcome.PUBLISHED:
                return result
            report = replace(result.report, output=str(job.output))
            before_publish(report)
            staged.publish(overwrite=job.overwrite)
            return replace(result, report=report)
    except Exception as error:
        return Result(report=work.failed(error))


def redact_bytes(
    data: bytes, *, shown: str, options: Options, given: Given | None, ports: Ports
) -> Result:
    """Redact one picture in memory; `redacted` is fit to publish if the outcome says so."""
    work = Work(shown=shown, options=given.over(options) if given else options, ports=ports)
    try:
        return _redact(work, data, given, _in_memory)
    except Exception as error:
        return Result(report=work.failed(error))


def _redact(work: Work, data: bytes, given: Given | None, stage: Stage) -> Result:
    """Read, find, decide, redact, write, verify; the caller publishes."""
    picture = work.read(data)
    decisions = _follow(given, work) if given else _propose(picture, work)
    seed = _seed(work.options)
    original = work.read_again(data)
    draft = _settle(work, picture, original, decisions, seed, stage, masking=given is None)
    work.decisions, work.unresolved = draft.decisions, draft.unresolved
    if draft.unresolved and given is None:
        covered = add_found(draft.decisions, draft.unresolved, size=picture.size, at=work.now())
        with work.timed("redact"):
            shown = _write(work, _paint(work, picture, covered, seed)[1])
        return Result(report=work.report(Outcome.NEEDS_REVIEW, seed=seed), redacted=shown)
    report = work.report(Outcome.PUBLISHED, seed=seed, published=draft.data)
    return Result(report=report, redacted=draft.data)


def _settle(
    work: Work,
    picture: Picture,
    original: Picture,
    decisions: tuple[Decision, ...],
    seed: str,
    stage: Stage,
    *,
    masking: bool,
) -> _Draft:
    """Write and check, and mask what the second look finds, until it finds nothing new.

    With `masking` off, what it finds is only reported. Raises VerificationFailed.
    """
    rounds = ROUNDS if masking else 0
    for last in [False] * rounds + [True]:
        mask, planned = _paint(work, picture, decisions, seed)
        back = stage(_write(work, planned))
        plan = Plan(original=original, planned=planned, mask=mask)
        with work.timed("check"):
            checks, written = verify_written(
                back, plan, work.ports.source, work.options.keep_fields, work.options.limits
            )
        work.checks = checks
        failed = [check for check in checks if not check.passed]
        if failed or written is None:
            raise VerificationFailed(f"{failed[0].name}: {failed[0].detail}")
        with work.timed("second look"):
            found = look(work.ports.second, written, work.ports.source)
            found = unexplained(found, decisions, work.options)
        work.checks = (*checks, second_look_check(found, reports_only=not masking))
        if last or not found:
            break
        decisions = add_found(decisions, found, size=picture.size, at=work.now())
    return _Draft(data=back, decisions=decisions, unresolved=found)


def _propose(picture: Picture, work: Work) -> tuple[Decision, ...]:
    """Let the detector find the faces and the policy decide."""
    with work.timed("find"):
        sightings = look(work.ports.finder, picture, work.ports.source)
    return decide(sightings, options=work.options, size=picture.size, at=work.now())


def _follow(given: Given, work: Work) -> tuple[Decision, ...]:
    """Take the decisions of a file. Raises BadDecisions if they are for another picture."""
    item = work.item
    if given.sha256 != item.sha256:
        raise BadDecisions("the decisions are for a file with another sha256")
    if given.size is not None and given.size != item.size:
        raise BadDecisions(f"the decisions are for {given.size} pixels, this has {item.size}")
    return given.decisions


def _seed(options: Options) -> str:
    """Return the seed of the noise, drawn anew where none is set."""
    return options.seed or secrets.token_hex(16)


def _paint(
    work: Work, picture: Picture, decisions: tuple[Decision, ...], seed: str
) -> tuple[BoolMask, Picture]:
    """Draw the mask and replace what lies under it."""
    with work.timed("redact"):
        mask = build_mask(decisions, picture.size, picture.encoding.grid)
        planned = apply(
            picture,
            mask,
            method=work.options.method,
            color=work.options.color,
            seed=seed,
            regions=masked_regions(decisions),
        )
    return mask, planned


def _write(work: Work, planned: Picture) -> bytes:
    with work.timed("encode"):
        return work.ports.sink.encode(planned, work.options.keep_fields)


def _in_memory(data: bytes) -> bytes:
    return data


def _planned(result: Result) -> Result:
    """Turn what would have been published into a plan."""
    if result.report.outcome is not Outcome.PUBLISHED:
        return result
    report = replace(result.report, outcome=Outcome.PLANNED, output_sha256=None)
    return replace(result, report=report)
