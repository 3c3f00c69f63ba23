"""`passerby request check-data`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from passerby.cli.console import print_json, say
from passerby.cli.options import Name, json_option
from passerby.cli.request.days import Day
from passerby.report.text import printable

if TYPE_CHECKING:
    from passerby.rights.knowledge.checking import Findings
    from passerby.rights.knowledge.tables import Row


@click.command("check-data")
@click.option(
    "--knowledge",
    "own",
    type=Name(),
    metavar="FOLDER",
    help="Your own files of laws, companies, authorities, decisions and languages.",
)
@click.option(
    "--on",
    type=Day(),
    metavar="DATE",
    help="The day from which the age of a row is counted.  [default: today]",
)
@json_option
def check_data(own: Path | None, on: date | None, as_json: bool) -> int:
    """Check the files of laws, companies, authorities, decisions and languages.

    Every file is read and compared with its schema, and whatever it names has to be there. Rows
    that nobody ever compared with their sources, or not for over a year, are told and are no
    error. docs/knowledge.md describes the files.

    \b
    Examples:
      passerby request check-data
      passerby request check-data --knowledge ./ours --json
    """
    from passerby.rights.knowledge import checking

    today = on or date.today()
    findings = checking.check(own, today)
    _tell(findings)
    checking.refuse_faults(findings)
    if as_json:
        print_json(_document(findings, today))
    return 0


def _tell(findings: Findings) -> None:
    for fault in findings.faults:
        say(printable(str(fault)))
    for row in findings.own:
        place = "in place of the one that came with Passerby" if row.overrides else "added"
        say(f"{row.kind}/{row.id}: {printable(str(row.origin))}, {place}")
    for kind, count in findings.counts.items():
        say(f"{kind}: {count}")
        _tell_ids("never checked", (row for row in findings.never if row.kind is kind))
        _tell_ids("not for over a year", (row for row in findings.stale if row.kind is kind))
        _tell_ids("on a day to come", (row for row in findings.ahead if row.kind is kind))


def _tell_ids(what: str, rows: Iterable[Row]) -> None:
    ids = [row.id for row in rows]
    if ids:
        say(f"    {what} ({len(ids)}): {', '.join(ids)}")


def _document(findings: Findings, today: date) -> dict[str, Any]:
    from passerby.report.json import document

    return document(
        "check-data",
        day=today.isoformat(),
        rows={kind.value: count for kind, count in findings.counts.items()},
        own=[_row(row) | {"overrides": row.overrides} for row in findings.own],
        never_checked=[_row(row) for row in findings.never],
        not_for_a_year=[_row(row) for row in findings.stale],
        on_a_day_to_come=[_row(row) for row in findings.ahead],
    )


def _row(row: Row) -> dict[str, Any]:
    return {
        "kind": row.kind.value,
        "id": row.id,
        "version": None if row.version is None else row.version.isoformat(),
        "checked": None if row.checked is None else row.checked.isoformat(),
        "file": None if row.origin is None else str(row.origin),
    }
