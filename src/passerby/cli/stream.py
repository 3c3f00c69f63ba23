"""One picture from stdin to stdout."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from passerby.batch.local import cores
from passerby.cli.console import print_json, say
from passerby.cli.progress import summary_line
from passerby.compose import build_ports
from passerby.errors import BadDecisions, LimitExceeded, UsageError
from passerby.model.given import Given
from passerby.model.options import Options
from passerby.model.report import Outcome
from passerby.pipeline import redact_bytes
from passerby.report.decisions import load_decisions
from passerby.report.json import report_document

SHOWN = "stdin"


def redact_stream(options: Options, decisions: Path | None, *, dry_run: bool, as_json: bool) -> int:
    """Redact what stdin holds and write it to stdout, if every check passes.

    Raises UsageError when stdout is a terminal, LimitExceeded, BadDecisions, ModelError.
    """
    if sys.stdout.isatty() and not dry_run:
        raise UsageError("stdout is a terminal", "Send the picture somewhere: > public.jpg.")
    data = read_stdin(options)
    result = redact_bytes(
        data,
        shown=SHOWN,
        options=options,
        given=_given(data, decisions),
        ports=build_ports(options, cores()),
    )
    if result.report.outcome is Outcome.PUBLISHED and result.redacted is not None and not dry_run:
        sys.stdout.buffer.write(result.redacted)
        sys.stdout.buffer.flush()
    say(summary_line(result.report))
    if as_json:
        print_json(report_document(result.report), to_stderr=True)
    return int(result.report.exit)


def read_stdin(options: Options) -> bytes:
    """Return what stdin holds. Raises LimitExceeded."""
    data = sys.stdin.buffer.read(options.limits.memory + 1)
    if len(data) > options.limits.memory:
        raise LimitExceeded(f"stdin has more than {options.limits.memory:,} bytes")
    return data


def _given(data: bytes, decisions: Path | None) -> Given | None:
    if decisions is None:
        return None
    sha256 = hashlib.sha256(data).hexdigest()
    known = load_decisions(decisions)
    if sha256 not in known:
        raise BadDecisions(f"the decisions say nothing of this picture (sha256 {sha256})")
    return known[sha256]
