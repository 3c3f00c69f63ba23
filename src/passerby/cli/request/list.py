"""`passerby request list`."""

from __future__ import annotations

import click

from passerby.cli.console import print_json, say
from passerby.cli.options import json_option
from passerby.cli.request.access import Access, access_options, open_desk


@click.command("list")
@access_options
@json_option
def list_(access: Access, as_json: bool) -> int:
    """List every case: its reference, to whom, under which law, and where it stands."""
    from passerby.cli.request.shown import case_json, case_line
    from passerby.report.json import document
    from passerby.report.text import printable

    with open_desk(access) as desk:
        found = [
            (client_id, client, case)
            for client_id, client in desk.records.clients()
            for case in client.cases
        ]
    for _, client, case in found:
        say(printable(case_line(client, case)))
    if as_json:
        print_json(document("cases", cases=[case_json(*each) for each in found]))
    return 0
