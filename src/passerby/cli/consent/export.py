"""`passerby consent export`."""

from __future__ import annotations

from pathlib import Path

import click

from passerby.cli.consent.access import Access, access_options, open_register
from passerby.cli.console import print_json, say
from passerby.cli.options import Name, json_option
from passerby.errors import OutputExists, UsageError


@click.command()
@click.argument("consent_id", metavar="ID")
@click.option(
    "-o",
    "--output",
    type=Name(),
    required=True,
    metavar="FILE",
    help="A .zip with the evidence in it, or a .json without.",
)
@access_options
@json_option
def export(access: Access, consent_id: str, output: Path, as_json: bool) -> int:
    """Write a consent for the person who gave it: all that is kept of her, its history, and the
    files that rely on it with where they are shown. Nothing of other people in the same picture.

    The file is not encrypted. `erase` tells where it was written.
    """
    from passerby.batch.uses import absolute
    from passerby.cli.consent.exporting import packed, record
    from passerby.files import Staged
    from passerby.report.json import document, dump
    from passerby.report.text import printable

    zipped = output.suffix.lower() == ".zip"
    if not zipped and output.suffix.lower() != ".json":
        raise UsageError(f"{output.name} ends neither in .zip nor in .json")
    with open_register(access) as register:
        consent = register.find(consent_id)
        text = dump(record(register, consent))
        data = packed(register, consent, text) if zipped else text
        if output.exists():
            raise OutputExists(f"{output} exists", "Choose another name.")
        # Before it is written: who erases her is told of it, even if this is cut off.
        register.record_export(consent.id, [str(absolute(output))])
        with Staged(output) as staged:
            staged.write(data)
            staged.publish(overwrite=False)
    say(printable(f"{output}: consent {consent.id}, for the person who gave it"))
    if as_json:
        print_json(document("consent-export", consent=consent.id, output=str(output)))
    return 0
