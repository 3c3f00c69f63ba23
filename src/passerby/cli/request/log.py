"""`passerby request log`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from passerby.cli.console import print_json, say
from passerby.cli.options import json_option
from passerby.cli.request.access import Access, access_options, read_desk
from passerby.cli.request.client import client_of

if TYPE_CHECKING:
    from passerby.rights.cases.records import Logged


@click.command()
@click.argument("subject", metavar="CLIENT|REFERENCE")
@access_options
@json_option
def log(access: Access, subject: str, as_json: bool) -> int:
    """Tell a client's whole history, oldest first: what was recorded and when, with the digest
    of each entry in her chain. The last digest is the anchor that her next letter carries."""
    from passerby.rights.cases.codec import kind_of

    with read_desk(access) as desk:
        client_id = client_of(desk, subject)
        entries = desk.records.log(client_id)
    for one in entries:
        case = getattr(one.event, "case", None) or ""
        day = getattr(one.event, "day", "")
        kind = kind_of(type(one.event))
        say(f"{one.number:>4}  {one.at:%Y-%m-%d %H:%M:%SZ}  {kind}  {day}  {case}".rstrip())
        say(f"      {one.digest}")
    if as_json:
        from passerby.report.json import document

        print_json(document("log", client=client_id, entries=[_entry(one) for one in entries]))
    return 0


def _entry(one: Logged) -> dict[str, Any]:
    from passerby.rights.cases.codec import kind_of, to_json

    return {
        "number": one.number,
        "at": one.at.isoformat(),
        "digest": one.digest,
        "event": kind_of(type(one.event)),
        "data": to_json(one.event),
    }
