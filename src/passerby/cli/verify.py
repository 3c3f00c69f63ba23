"""`passerby verify`."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import click

from passerby.cli.console import failure_line, print_json, say
from passerby.cli.options import Name, json_option, look_from, look_options
from passerby.errors import BadDecisions
from passerby.model.options import Options
from passerby.model.report import Report, Verification


@click.command()
@click.argument("output", type=Name(), metavar="OUTPUT")
@click.option(
    "--original",
    type=Name(),
    metavar="FILE",
    help="The picture before it was redacted: what lies outside of the masks is compared.",
)
@click.option(
    "--report",
    type=Name(),
    metavar="FILE",
    help="The JSON report of the file or of its run: says where the masks are and what is "
    "under them.",
)
@look_options
@json_option
def verify(
    output: Path,
    original: Path | None,
    report: Path | None,
    as_json: bool,
    **look: Any,
) -> int:
    """Check a finished picture, also one that another tool redacted.

    Alone: does the file open, does it hold anything but the picture, is a face left? With
    --report: do the masks lie where they should, with nothing of the face under them? With
    --original: is the rest as it was?

    \b
    Examples:
      passerby verify published/a.jpg
      passerby verify published/a.jpg --original march/a.jpg \\
          --report published-report/files/a.jpg.json

    Exit code 50: a check failed.
    """
    options = look_from(**look)
    done = _verify(output, original, report, options)
    _tell(done)
    if as_json:
        from passerby.report.json import verifications_document

        print_json(verifications_document((done,)))
    return int(done.exit)


def _verify(
    output: Path, original: Path | None, report: Path | None, options: Options
) -> Verification:
    from passerby.batch.local import cores
    from passerby.compose import build_ports
    from passerby.examine import verify_bytes
    from passerby.files import read_input
    from passerby.report.text import printable

    data = read_input(output, options.limits.memory)
    known = None if report is None else _report(report, data)
    before = None if original is None else read_input(original, options.limits.memory)
    return verify_bytes(
        data,
        shown=printable(str(output)),
        original=before,
        report=known,
        options=options,
        ports=build_ports(options, cores()),
    )


def _report(path: Path, data: bytes) -> Report:
    """Return the report that speaks of this output. Raises BadDecisions."""
    from passerby.report.json import load_reports

    reports = load_reports(path)
    if len(reports) == 1:
        return reports[0]
    sha256 = hashlib.sha256(data).hexdigest()
    for report in reports:
        if report.output_sha256 == sha256:
            return report
    raise BadDecisions(
        f"no report in there speaks of this file (sha256 {sha256})",
        "Use the report of the run that made it; if it was, the file has changed since.",
    )


def _tell(done: Verification) -> None:
    """Write how each check came out."""
    from passerby.report.text import plural, printable

    name = printable(done.item.path)
    if done.failure is not None:
        say(failure_line(name, done.failure.message, done.failure.advice))
        return
    failed = [check for check in done.checks if not check.passed]
    verdict = f"{plural(len(failed), 'check')} failed" if failed else "all checks passed"
    say(f"{name}: {verdict}")
    for check in done.checks:
        say(f"  {'passed' if check.passed else 'FAILED'}  {check.name}: {printable(check.detail)}")
