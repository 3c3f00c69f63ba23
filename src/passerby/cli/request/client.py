"""`passerby request client`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from passerby.cli.console import print_json, say
from passerby.cli.options import InOrder, Name, json_option
from passerby.cli.request.access import Access, access_options, open_desk, open_or_begin, read_desk
from passerby.cli.request.days import Day

if TYPE_CHECKING:
    from passerby.rights.cases.desk import Desk
    from passerby.rights.cases.events import Profile
    from passerby.rights.cases.state import Client


def client_of(desk: Desk, subject: str) -> str:
    """Return the id of a client who is named by it or by the reference of one of her cases.
    Raises UnknownName."""
    from passerby.rights.cases.reference import read_reference

    if read_reference(subject) is not None:
        return desk.records.find(subject)[0]
    desk.records.client(subject)
    return subject


@click.group(cls=InOrder)
def client() -> None:
    """The people for whom requests are made. One of them may be yourself."""


@client.command()
@click.argument("sender", type=Name(), metavar="FILE")
@access_options
@json_option
def add(access: Access, sender: Path, as_json: bool) -> int:
    """Record a client from a file (TOML or YAML): name, address, email, care_of, language, place,
    contact. Tells her id. With care_of the address is somebody else's, and her home stays out of
    every letter."""
    profile = _profile(sender)
    with open_or_begin(access) as desk:
        client_id = desk.add_client(profile)
        return _tell(desk, client_id, as_json=as_json)


@client.command()
@click.argument("subject", metavar="CLIENT|REFERENCE")
@click.argument("sender", type=Name(), metavar="FILE")
@access_options
@json_option
def change(access: Access, subject: str, sender: Path, as_json: bool) -> int:
    """Replace what is kept of a client by what a file says. Letters that were written keep what
    they say."""
    profile = _profile(sender)
    with open_desk(access) as desk:
        client_id = client_of(desk, subject)
        desk.change_client(client_id, profile)
        return _tell(desk, client_id, as_json=as_json)


@client.command("list")
@access_options
@json_option
def list_(access: Access, as_json: bool) -> int:
    """List the clients with their ids."""
    from passerby.report.json import document

    with read_desk(access) as desk:
        found = desk.records.clients()
    for client_id, one in found:
        _say(client_id, one)
    if as_json:
        print_json(document("clients", clients=[client_json(*each) for each in found]))
    return 0


@client.command()
@click.argument("subject", metavar="CLIENT|REFERENCE")
@access_options
@json_option
def show(access: Access, subject: str, as_json: bool) -> int:
    """Show one client: her cases, mandates, legal hold, retention, and what was exported."""
    with read_desk(access) as desk:
        return _tell(desk, client_of(desk, subject), as_json=as_json)


@client.command()
@click.argument("subject", metavar="CLIENT|REFERENCE")
@click.option("--why", required=True, metavar="TEXT", help="The reason, kept with it.")
@access_options
@json_option
def hold(access: Access, subject: str, why: str, as_json: bool) -> int:
    """Put a legal hold on a client's records: they are not erased until it is lifted."""
    with open_desk(access) as desk:
        client_id = client_of(desk, subject)
        desk.set_hold(client_id, why)
        return _tell(desk, client_id, as_json=as_json)


@client.command()
@click.argument("subject", metavar="CLIENT|REFERENCE")
@click.option("--why", required=True, metavar="TEXT", help="The reason, kept with it.")
@access_options
@json_option
def lift(access: Access, subject: str, why: str, as_json: bool) -> int:
    """Lift the legal hold on a client's records."""
    with open_desk(access) as desk:
        client_id = client_of(desk, subject)
        desk.lift_hold(client_id, why)
        return _tell(desk, client_id, as_json=as_json)


@client.command()
@click.argument("subject", metavar="CLIENT|REFERENCE")
@click.option("--until", type=Day(), metavar="DATE", help="The last day.  [default: undecided]")
@access_options
@json_option
def retain(access: Access, subject: str, until: date | None, as_json: bool) -> int:
    """Say until when a client's records are kept; `due` tells when that is over."""
    with open_desk(access) as desk:
        client_id = client_of(desk, subject)
        desk.set_retention(client_id, until)
        return _tell(desk, client_id, as_json=as_json)


def client_json(client_id: str, one: Client) -> dict[str, Any]:
    """Return a client for a JSON document."""
    from passerby.cli.request.shown import iso
    from passerby.rights.cases.codec import to_json

    return {
        "client": client_id,
        "profile": to_json(one.profile),
        "cases": [case.reference for case in one.cases],
        "mandates": [
            {"id": kept.id, "ended": iso(kept.ended), **to_json(kept.mandate)}
            for kept in one.mandates
        ],
        "hold": None if one.hold is None else to_json(one.hold),
        "retention": iso(one.retention),
        "exported": [path for export in one.exports for path in export.where],
    }


def _profile(sender: Path) -> Profile:
    from passerby.errors import BadRecord
    from passerby.rights.cases.events import Profile
    from passerby.rights.cases.sender import read_sender

    read = read_sender(sender)
    if read.language is None or read.place is None:
        missing = "language" if read.language is None else "place"
        raise BadRecord(f"{sender.name}: {missing}: this is missing")
    return Profile(
        person=read.person, language=read.language, place=read.place, contact=read.contact
    )


def _say(client_id: str, one: Client) -> None:
    from passerby.report.text import plural, printable

    held = f", legal hold since {one.hold.day}" if one.hold is not None else ""
    kept = f", kept until {one.retention}" if one.retention is not None else ""
    cases = plural(len(one.cases), "case")
    say(printable(f"{client_id}  {one.profile.person.name}: {cases}{held}{kept}"))


def _tell(desk: Desk, client_id: str, *, as_json: bool) -> int:
    from passerby.cli.request.shown import case_line
    from passerby.report.json import document
    from passerby.report.text import printable

    one = desk.records.client(client_id)
    _say(client_id, one)
    for case in one.cases:
        say(printable(f"  {case_line(one, case)}"))
    for kept in one.mandates:
        until = kept.ended or kept.mandate.until
        span = f"from {kept.mandate.since}" + (f" to {until}" if until else "")
        say(
            printable(
                f"  mandate {kept.id}: {kept.mandate.kind}, {kept.mandate.holder.name}, {span}"
            )
        )
    if as_json:
        print_json(document("client", **client_json(client_id, one)))
    return 0
