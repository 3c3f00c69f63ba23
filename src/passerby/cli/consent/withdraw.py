"""`passerby consent withdraw`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from passerby.cli.consent.access import Access, access_options, open_register
from passerby.cli.consent.anew import (
    Choices,
    make_anew,
    remake_options,
    tell_files,
    tell_unmarked,
)
from passerby.cli.console import print_json, say
from passerby.cli.options import Name, json_option
from passerby.cli.request.days import Day
from passerby.errors import Exit

if TYPE_CHECKING:
    from passerby.consent.register import Register
    from passerby.consent.state import Consent


@click.command()
@click.argument("consent_id", metavar="ID")
@click.option(
    "--on",
    "day",
    type=Day(),
    metavar="DATE",
    help="The day on which she withdrew it.  [default: today]",
)
@click.option(
    "-o",
    "--output",
    type=Name(),
    metavar="NEW",
    help="Make the files that relied on it anew at once, into this new folder.",
)
@click.option(
    "--list",
    "list_folder",
    type=Name(),
    metavar="FOLDER",
    help="Write the list of what is to be taken down there, as text, CSV and JSON. With --output "
    "it is in the folder of the reports.",
)
@remake_options
@access_options
@json_option
def withdraw(
    access: Access,
    consent_id: str,
    day: date | None,
    output: Path | None,
    list_folder: Path | None,
    choices: Choices,
    as_json: bool,
) -> int:
    """Record that a consent was withdrawn, and list every published file that relied on it.

    From now on nothing is published by it. The files that were are marked in their reports and
    listed with where they are shown. With --output they are made anew, with that face hidden and
    all else as it was; without, `rerun` does it when the originals are at hand.

    \b
    Examples:
      passerby consent withdraw 3f9a1c
      passerby consent withdraw 3f9a1c -o anew/

    Exit code 70: an original is missing or has changed, and its file could not be made anew.
    """
    with open_register(access) as register:
        consent = register.withdraw(register.find(consent_id).id, day)
        say(f"consent {consent.id} was withdrawn on {consent.withdrawn}")
        if output is not None:
            return make_anew(register, (consent,), output, choices, as_json=as_json)
        return _list(register, consent, list_folder, as_json=as_json)


def _list(register: Register, consent: Consent, folder: Path | None, *, as_json: bool) -> int:
    from passerby.batch.affected import list_affected, mark_all
    from passerby.batch.rerun import write_list
    from passerby.consent.takedown import as_json as files_json
    from passerby.consent.takedown import in_order
    from passerby.report.json import document
    from passerby.report.text import printable

    listing = list_affected(register, (consent,))
    unmarked = mark_all(listing.files)
    lines = in_order(one.line() for one in listing.files)
    tell_files(lines, listing.lost)
    tell_unmarked(unmarked)
    for path in write_list(folder, lines) if folder is not None else ():
        say(printable(f"List: {path}"))
    if any(one.standing for one in listing.files):
        say(f"Make them anew without the face: passerby consent rerun {consent.id} -o NEW")
    if as_json:
        print_json(
            document(
                "withdrawal",
                consent=consent.id,
                files=files_json(lines),
                unmarked=list(unmarked),
            )
        )
    return int(Exit.PARTIAL if listing.lost else Exit.OK)
