"""`passerby request due`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from passerby.cli.console import print_json, say
from passerby.cli.options import json_option
from passerby.cli.request.access import Access, access_options, open_desk
from passerby.errors import BadKnowledge, RightsError
from passerby.report.text import plural, printable

if TYPE_CHECKING:
    from passerby.rights.cases.desk import Desk
    from passerby.rights.cases.due import Due


@click.command()
@access_options
@json_option
def due(access: Access, as_json: bool) -> int:
    """Tell what is due over all clients, the most urgent first, and which letter comes next.

    Deadlines are computed anew where what is known of a law or of holidays has changed since,
    and the change is recorded with its history. Clients whose time of retention is over are told
    at the end.
    """
    from passerby.cli.request.shown import due_json, proposal_lines

    with open_desk(access) as desk:
        for reference in sorted(desk.records.references()):
            _recompute(desk, reference)
        found = desk.due()
        over = [client_id for client_id, _ in desk.retention_over()]
    for one in found:
        say(printable(f"{one.reference}  {one.name}, {one.to}: {_when(one)}"))
        if one.act_by is not None:
            say(f"  the last day to take the refusal further: {one.act_by}")
        for line in proposal_lines(one.next):
            say(printable(line))
    for client_id in over:
        say(f"client {client_id}: the time for which her records were to be kept is over")
    if as_json:
        from passerby.report.json import document

        day = access.day.isoformat()
        cases = [due_json(one) for one in found]
        print_json(document("due", day=day, cases=cases, retention_over=over))
    return 0


def _recompute(desk: Desk, reference: str) -> None:
    """Compute a case anew. That it cannot be is told, and hides no other case."""
    try:
        changed = desk.recompute(reference)
    except (RightsError, BadKnowledge) as error:
        say(f"{reference}: its days could not be computed anew: {printable(error.message)}")
        return
    for clock in changed:
        say(f"{reference}: the clock {clock} was computed anew: see `passerby request log`")


def _when(one: Due) -> str:
    if one.paused_since is not None:
        return f"the clock stands still since {one.paused_since}"
    if one.days is None:
        return one.status.value
    if one.overdue:
        since = f"for {plural(-one.days, 'day')}" if one.days else "from today on"
        return f"LATE since {one.overdue_from}, {since}"
    return f"late from {one.overdue_from}, in {plural(one.days, 'day')}"
