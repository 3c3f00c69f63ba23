"""`passerby request mandate`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from passerby.cli.console import print_json, say
from passerby.cli.options import InOrder, Name, json_option
from passerby.cli.request.access import Access, access_options, open_desk
from passerby.cli.request.client import client_json, client_of
from passerby.cli.request.days import Day

_LARGEST = 50 * 2**20


@click.group(cls=InOrder)
def mandate() -> None:
    """Who may act for a client. When she writes herself, nobody needs a mandate."""


@mandate.command()
@click.argument("subject", metavar="CLIENT|REFERENCE")
@click.option(
    "--kind",
    required=True,
    type=click.Choice(["attorney", "organisation", "agent", "guardian"]),
    help="attorney: a power of attorney for her rights; organisation: a body of GDPR 80(1), for "
    "complaints; agent: a signed permission under the CCPA; guardian: for everything.",
)
@click.option(
    "--holder",
    required=True,
    type=Name(),
    metavar="FILE",
    help="Who holds it, as TOML or YAML: name, address, email.",
)
@click.option("--since", required=True, type=Day(), metavar="DATE", help="Its first day.")
@click.option("--until", type=Day(), metavar="DATE", help="Its last day.  [default: none]")
@click.option(
    "--document",
    type=Name(),
    metavar="FILE",
    help="The signed document. Letters enclose it; without it none is written under the mandate.",
)
@access_options
@json_option
def add(
    access: Access,
    subject: str,
    kind: str,
    holder: Path,
    since: date,
    until: date | None,
    document: Path | None,
    as_json: bool,
) -> int:
    """Record a mandate; tells its id, which `new --mandate` takes."""
    from passerby.files import read_input
    from passerby.rights.cases.desk import Given
    from passerby.rights.cases.sender import read_sender
    from passerby.rights.facts.matter import MandateKind

    person = read_sender(holder).person
    given = None
    if document is not None:
        given = Given(file_name=document.name, data=read_input(document, _LARGEST))
    with open_desk(access) as desk:
        client_id = client_of(desk, subject)
        mandate_id = desk.add_mandate(client_id, MandateKind(kind), person, since, until, given)
        say(f"client {client_id}: mandate {mandate_id} is recorded")
        if as_json:
            _print(client_json(client_id, desk.records.client(client_id)), mandate_id)
    return 0


@mandate.command()
@click.argument("subject", metavar="CLIENT|REFERENCE")
@click.argument("mandate_id", metavar="ID")
@click.option("--date", "day", type=Day(), metavar="DATE", help="From when on.  [default: today]")
@access_options
@json_option
def end(access: Access, subject: str, mandate_id: str, day: date | None, as_json: bool) -> int:
    """Record that a mandate holds no longer."""
    with open_desk(access) as desk:
        client_id = client_of(desk, subject)
        desk.end_mandate(client_id, mandate_id, day or desk.today)
        say(f"client {client_id}: mandate {mandate_id} ends on {day or desk.today}")
        if as_json:
            _print(client_json(client_id, desk.records.client(client_id)), mandate_id)
    return 0


def _print(client: dict[str, object], mandate_id: str) -> None:
    from passerby.report.json import document

    print_json(document("client", mandate=mandate_id, **client))
