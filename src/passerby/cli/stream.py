"""One picture from stdin to stdout."""

from __future__ import annotations

import sys
from pathlib import Path

from passerby.batch.local import cores
from passerby.batch.permits import refusal
from passerby.batch.uses import record_piped
from passerby.batch.worker import given_for
from passerby.cli.console import print_json, say, write_data
from passerby.cli.permit import Permit, opened
from passerby.cli.progress import summary_line
from passerby.compose import build_ports
from passerby.errors import LimitExceeded, UnreadableInput, UsageError
from passerby.model.options import Options
from passerby.model.report import Outcome
from passerby.pipeline import as_plan, redact_bytes
from passerby.report.decisions import load_decisions
from passerby.report.json import report_document

SHOWN = "stdin"


def redact_stream(
    options: Options, decisions: Path | None, permit: Permit, *, dry_run: bool, as_json: bool
) -> int:
    """Redact what stdin holds and write it to stdout, if every check passes.

    Raises UsageError when stdout is a terminal, LimitExceeded, BadDecisions, ModelError,
    NoConsent, and what keeps the register of consents closed.
    """
    if not dry_run and sys.stdout is not None and sys.stdout.isatty():
        raise UsageError("stdout is a terminal", "Send the picture somewhere: > public.jpg.")
    data = read_stdin(options)
    given = given_for(data, None if decisions is None else load_decisions(decisions))
    known = None if given is None else {given.sha256: given}
    with opened(permit, known) as consents:
        refused = None if given is None else refusal(given, consents)
        if refused is not None:
            raise refused
        ports = build_ports(options, cores())
        result = redact_bytes(data, shown=SHOWN, options=options, given=given, ports=ports)
        if dry_run:
            result = as_plan(result)
        elif consents is not None:
            # Before it goes out: nobody can ask a pipe afterwards.
            record_piped(result.report, consents)
    if result.report.outcome is Outcome.PUBLISHED and result.redacted is not None:
        write_data(result.redacted)
    say(summary_line(result.report))
    if as_json:
        print_json(report_document(result.report), to_stderr=True)
    return int(result.report.exit)


def read_stdin(options: Options) -> bytes:
    """Return what stdin holds. Raises UnreadableInput or LimitExceeded."""
    try:
        data = sys.stdin.buffer.read(options.limits.memory + 1)
    except (OSError, AttributeError) as error:
        # Python has no sys.stdin when the descriptor is closed.
        raise UnreadableInput("stdin cannot be read") from error
    if len(data) > options.limits.memory:
        raise LimitExceeded(f"stdin has more than {options.limits.memory:,} bytes")
    return data
