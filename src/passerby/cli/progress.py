"""What a person sees while a run goes on: a line for each file, and a bar on a terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from passerby.cli.console import failure_line, say
from passerby.model.report import Outcome, Report
from passerby.report.text import plural, printable

if TYPE_CHECKING:
    from passerby.batch.plan import Plan
    from passerby.report.run import RunReport

MOST_SIBLINGS = 10
"""Files beside the originals that are named at the end of a run; the report names all."""


class Progress:
    """Watches a run. Use as a context manager: the bar is closed on the way out."""

    def __init__(self) -> None:
        self._bar: Any = None
        self.page: Path | None = None
        """Where the page to look at will be, once it is planned."""

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def planned(self, plan: Plan) -> None:
        """Show what was noted while listing, and the bar."""
        for note in plan.notes:
            say(f"note: {printable(note)}")
        self.page = plan.reports.page if plan.reports else None
        self.begin(len(plan.tasks))

    def begin(self, total: int) -> None:
        """Show the bar, if there is a terminal and more than one file."""
        if total > 1 and sys.stderr is not None and sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(total=total, unit="file", file=sys.stderr, dynamic_ncols=True)

    def done(self, report: Report) -> None:
        """Write the line of a file."""
        say(summary_line(report))
        self.step()

    def step(self) -> None:
        """Move the bar by one file."""
        if self._bar is not None:
            self._bar.update()


def summary_line(report: Report) -> str:
    """Return the line that tells what became of a file."""
    name = printable(report.item.path)
    if report.failure is not None:
        return failure_line(name, report.failure.message, report.failure.advice)
    if report.outcome is Outcome.NEEDS_REVIEW:
        left = plural(len(report.unresolved), "face is", "faces are")
        return f"{name}: needs review: {left} still found; nothing was published"
    hidden = f"{plural(report.redacted, 'mask')}{_how(report)}{_seen(report)}"
    if report.outcome is Outcome.PLANNED:
        return f"{name}: would get {hidden}"
    if report.outcome is Outcome.SKIPPED:
        return f"{name}: done before and verified, skipped ({hidden})"
    where = f" -> {printable(report.output)}" if report.output else ""
    return f"{name}: {hidden}{where}"


def total_line(run: RunReport) -> str:
    """Return the line that sums up a run."""
    parts = [f"{count:,} {outcome}" for outcome, count in run.totals.items() if count]
    line = f"{plural(len(run.files), 'file')}: {', '.join(parts) or 'none done'}"
    if run.left_out:
        line += f"; {plural(run.left_out, 'other file')} no media, left out"
    line += f"; {plural(run.masks, 'mask')}; {run.seconds:.1f} s"
    if run.options.method.cosmetic:
        line += f"; {run.options.method} is cosmetic: it can be undone"
    return line


def sibling_lines(run: RunReport) -> list[str]:
    """Return lines that name what lies beside the originals and would undo the redaction."""
    found = run.left_behind
    if not found:
        return []
    files = plural(len(found), "file lies", "files lie")
    lines = [
        f"{files} beside the originals and would undo this if published; none was copied:",
        *(f"  {printable(one.path)}: {one.what}" for one in found[:MOST_SIBLINGS]),
    ]
    if len(found) > MOST_SIBLINGS:
        lines.append(f"  and {len(found) - MOST_SIBLINGS:,} more, named in the report")
    return lines


def _how(report: Report) -> str:
    method = report.options.method
    return f" with {method} (cosmetic: it can be undone)" if method.cosmetic else ""


def _seen(report: Report) -> str:
    """Say what was published although it was still found: given decisions are followed."""
    if not report.unresolved:
        return ""
    return f", {plural(len(report.unresolved), 'face')} still found and left as decided"
