"""`passerby consent rerun`."""

from __future__ import annotations

from pathlib import Path

import click

from passerby.cli.consent.access import Access, access_options, open_register
from passerby.cli.consent.anew import Choices, make_anew, remake_options
from passerby.cli.options import Name, json_option


@click.command()
@click.argument("consent_ids", nargs=-1, required=True, metavar="ID...")
@click.option(
    "-o",
    "--output",
    type=Name(),
    required=True,
    metavar="NEW",
    help="The new folder for the copies. The old ones stay where they are.",
)
@remake_options
@access_options
@json_option
def rerun(
    access: Access, consent_ids: tuple[str, ...], output: Path, choices: Choices, as_json: bool
) -> int:
    """Make exactly those files anew that relied on consents which were withdrawn or have ended.

    Each original is found by its path and hash, each face by the box on record: nothing is
    detected, and nothing but those faces changes. The old copies are marked, and the list of
    what is to be taken down is written beside the reports, as text, CSV and JSON. The same
    command again goes on where it stopped.

    Exit code 70: an original is missing or has changed, and its file could not be made anew.
    """
    with open_register(access) as register:
        consents = tuple(register.find(typed) for typed in dict.fromkeys(consent_ids))
        return make_anew(register, consents, output, choices, as_json=as_json)
