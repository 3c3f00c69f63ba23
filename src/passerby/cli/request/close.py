"""`passerby request close`."""

from __future__ import annotations

import click

from passerby.cli.console import print_json, say
from passerby.cli.options import json_option
from passerby.cli.request.access import Access, access_options, open_desk


@click.command()
@click.argument("reference", metavar="REFERENCE")
@click.option(
    "--reason",
    required=True,
    type=click.Choice(["fulfilled", "withdrawn", "expired", "court", "other"]),
    help="Why it is pursued no longer.",
)
@click.option("--remark", default="", metavar="TEXT", help="A remark, kept with it. "
              "No bundle discloses it.")  # fmt: skip
@access_options
@json_option
def close(access: Access, reference: str, reason: str, remark: str, as_json: bool) -> int:
    """Close a case: nothing more is written in it. Its history stays."""
    from passerby.cli.request.shown import case_json, case_line
    from passerby.report.json import document
    from passerby.report.text import printable
    from passerby.rights.cases.events import Closing

    with open_desk(access) as desk:
        desk.close(reference, Closing(reason), remark)
        client_id, client, case = desk.records.find(reference)
    say(printable(case_line(client, case)))
    if as_json:
        print_json(document("case", **case_json(client_id, client, case)))
    return 0
