"""What a run over many files did."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from passerby.errors import Exit
from passerby.model.options import Options
from passerby.model.report import Outcome, Report, Sibling

FINE = frozenset({Outcome.PUBLISHED, Outcome.PLANNED, Outcome.SKIPPED})
"""Outcomes after which nobody has to do anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """The files of one run, in the order in which they were listed.

    `left_out` counts files that are no media and were left alone. `started` and `finished` are
    aware UTC times. `interrupted` is true when somebody stopped the run: the files that were
    not reached are missing then.
    """

    options: Options
    files: tuple[Report, ...]
    started: datetime
    finished: datetime
    left_out: int = 0
    interrupted: bool = False

    @property
    def seconds(self) -> float:
        """How long the run took."""
        return (self.finished - self.started).total_seconds()

    @property
    def totals(self) -> dict[str, int]:
        """How many files ended in which way; every outcome has its entry."""
        counted = Counter(report.outcome for report in self.files)
        return {outcome.value: counted[outcome] for outcome in Outcome}

    @property
    def masks(self) -> int:
        """How many masks the published files have."""
        return sum(r.redacted for r in self.files if r.outcome in FINE)

    @property
    def left_behind(self) -> tuple[Sibling, ...]:
        """The files beside the originals that would undo the redaction if they were published,
        each once, by path."""
        found = {s.path: s for report in self.files for s in report.siblings if not s.in_run}
        return tuple(found[path] for path in sorted(found))

    @property
    def exit(self) -> Exit:
        """The exit code of the whole run."""
        if self.interrupted:
            return Exit.INTERRUPTED
        return exit_of(self.files)


def exit_of(files: tuple[Report, ...]) -> Exit:
    """Return the exit code of a run over these files.

    One file: its own. Otherwise OK when all went well; REVIEW when all that is wrong is that a
    person has to look; the code that all files share; PARTIAL for anything else.
    """
    codes = {report.exit for report in files}
    wrong = codes - {Exit.OK}
    if not wrong:
        return Exit.OK
    if wrong == {Exit.REVIEW}:
        return Exit.REVIEW
    return codes.pop() if len(codes) == 1 else Exit.PARTIAL
