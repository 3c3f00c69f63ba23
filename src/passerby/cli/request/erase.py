"""`passerby request erase`."""

from __future__ import annotations

import sys

import click

from passerby.cli.console import print_json, say
from passerby.cli.options import json_option
from passerby.cli.request.access import Access, access_options, open_desk
from passerby.cli.request.client import client_of
from passerby.cli.request.outgoing import remove_unfinished
from passerby.errors import UsageError


@click.command()
@click.argument("subject", metavar="CLIENT|REFERENCE")
@click.option("--yes", is_flag=True, help="Do not ask whether it is meant.")
@access_options
@json_option
def erase(access: Access, subject: str, yes: bool, as_json: bool) -> int:
    """Erase a client with all of her cases: her key is destroyed, and nobody can read them.

    What is left is a random id, the time, and the head of her history. Files that were written
    outside of the records are listed: they are yours to delete. A legal hold keeps her records.
    """
    from passerby.report.text import printable
    from passerby.rights.cases.desk import OLD_COPIES

    with open_desk(access) as desk:
        client_id = client_of(desk, subject)
        client = desk.records.client(client_id)
        if client.hold is None and not yes:
            _ask(f"Erase {client.profile.person.name} with {len(client.cases)} cases for good?")
        erasure = desk.erase(client_id)
        remove_unfinished(erasure.exported)
    stone = erasure.tombstone
    say(f"client {stone.id} was erased at {stone.at:%Y-%m-%d %H:%M:%SZ}; head {stone.head}")
    if erasure.exported:
        say("These files about her were written outside of the records. Delete them too:")
    for path in erasure.exported:
        say(f"  {printable(path)}")
    say(OLD_COPIES)
    if as_json:
        from passerby.report.json import document

        print_json(
            document(
                "erasure",
                client=stone.id,
                at=stone.at.isoformat(),
                head=stone.head,
                exported=list(erasure.exported),
                note=OLD_COPIES,
            )
        )
    return 0


def _ask(question: str) -> None:
    from passerby.report.text import printable

    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError("there is nobody to ask whether it is meant", "Give --yes.")
    click.confirm(printable(question), abort=True, err=True)
