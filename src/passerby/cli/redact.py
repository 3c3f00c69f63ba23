"""`passerby redact`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from passerby.cli.console import print_json, say
from passerby.cli.options import (
    STDIN,
    Name,
    hiding_from,
    hiding_options,
    json_option,
    look_options,
)
from passerby.cli.permit import Permit, opened, permit_options
from passerby.errors import UsageError

if TYPE_CHECKING:
    from passerby.batch.plan import Request


_HELP = """Make copies of pictures in which every face is hidden.

PATH is a file or a folder; folders are taken with all that is below them, and keep their
structure. A copy is published only after its written file was read back and every check
has passed. Each copy gets a report, and the run a page to look at (index.html).

\b
Examples:
  passerby redact march/ -o published/
  passerby redact a.jpg b.tif -o published/ --method noise
  passerby redact a.jpg -o public.jpg --keep-fields credit,copyright
  passerby redact - < a.jpg > public.jpg

Look first, decide, then repeat exactly:

\b
  passerby redact march/ --dry-run --report look/
  passerby redact march/ -o published/ --decisions look/run.json

A face may stay visible by a consent on record (`passerby consent`): its decision is to
keep, and names the consent's id. What the consent does not allow is refused, and every
file that relies on it is recorded, so that it can be found when the consent ends.

The same command again goes on where it stopped: a copy that is there, verifies and came
from the same input, options and decisions is skipped. Anything else that stands in the
way is an error, unless --overwrite is given. Originals are never written to.
"""


@click.command(help=_HELP)
@click.argument("paths", nargs=-1, required=True, type=Name(), metavar="PATH...")
@click.option(
    "-o",
    "--output",
    type=Name(),
    metavar="OUT",
    help="Folder for the copies; for a single file also the copy's own name.",
)
@hiding_options
@click.option(
    "--decisions",
    type=Name(),
    metavar="FILE",
    help="Hide exactly what this JSON report or reviewer's file says; nothing is detected.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Write no copies: say what would be done. Reports are written if --report says where.",
)
@click.option("--overwrite", is_flag=True, help="Replace outputs that are not up to date.")
@click.option(
    "--neutral-names",
    is_flag=True,
    help="Give the copies names that tell nothing of the inputs' names, folders, order or time, "
    "all in one folder. The reports say which is which.",
)
@click.option(
    "--report",
    type=Name(),
    metavar="FOLDER",
    help="Where the reports go.  [default: OUT with -report added]",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Processes.  [default: as many as there are cores]",
)
@permit_options
@look_options
@json_option
def redact(
    paths: tuple[Path, ...],
    output: Path | None,
    decisions: Path | None,
    dry_run: bool,
    overwrite: bool,
    neutral_names: bool,
    report: Path | None,
    workers: int | None,
    permit: Permit,
    as_json: bool,
    **choices: Any,
) -> int:
    """Run the command; what it does stands in its help."""
    options = hiding_from(**choices)
    if STDIN in (*paths, output):
        others = {"report": report, "overwrite": overwrite, "neutral-names": neutral_names}
        _check_stream(paths, output, {**others, "workers": workers})
        from passerby.cli.stream import redact_stream

        return redact_stream(options, decisions, permit, dry_run=dry_run, as_json=as_json)
    if output is None and not dry_run:
        raise UsageError("-o is missing: where should the copies go?")
    from passerby.batch.plan import Request
    from passerby.report.decisions import load_decisions

    request = Request(
        paths=paths,
        out=None if dry_run else output,
        options=options,
        report=report,
        given=None if decisions is None else load_decisions(decisions),
        overwrite=overwrite,
        neutral=neutral_names,
        workers=workers,
    )
    with opened(permit, request.given) as consents:
        return _run(replace(request, consents=consents), as_json)


def _run(request: Request, as_json: bool) -> int:
    from passerby.batch.run import run_batch
    from passerby.cli.progress import Progress, sibling_lines, total_line
    from passerby.report.json import run_document
    from passerby.report.text import printable

    with Progress() as progress:
        run = run_batch(request, progress)
    for line in (total_line(run), *sibling_lines(run)):
        say(line)
    if progress.page is not None:
        say(f"Report: {printable(str(progress.page))}")
    if as_json:
        print_json(run_document(run))
    if run.interrupted:
        raise KeyboardInterrupt
    return int(run.exit)


def _check_stream(paths: tuple[Path, ...], output: Path | None, others: dict[str, Any]) -> None:
    """Raise UsageError for what a picture from stdin to stdout cannot have."""
    if paths != (STDIN,) or output not in (None, STDIN):
        raise UsageError("- reads one picture from stdin and writes it to stdout: nothing else")
    for name, value in others.items():
        if value:
            raise UsageError(f"--{name} has no meaning for a picture from stdin")
