"""`passerby consent list`."""

from __future__ import annotations

import click

from passerby.cli.consent.access import Access, access_options, read_register
from passerby.cli.console import print_json, say
from passerby.cli.options import json_option


@click.command("list")
@access_options
@json_option
def list_(access: Access, as_json: bool) -> int:
    """List every consent: its id, whether it holds, its purpose, and how many files rely on it.
    Nobody is named."""
    from passerby.cli.consent.shown import consent_json, consent_line
    from passerby.report.json import document
    from passerby.report.text import printable

    with read_register(access) as register:
        found, today = register.consents(), register.today
    for one in found:
        say(printable(consent_line(one, today)))
    if as_json:
        print_json(document("consents", consents=[consent_json(one, today) for one in found]))
    return 0
