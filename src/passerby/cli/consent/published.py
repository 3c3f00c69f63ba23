"""`passerby consent published`."""

from __future__ import annotations

from pathlib import Path

import click

from passerby.cli.consent.access import Access, access_options, open_register
from passerby.cli.console import print_json, say
from passerby.cli.options import Name, json_option
from passerby.errors import NoConsent


@click.command()
@click.argument("output", type=Name(), metavar="OUTPUT")
@click.argument("where", nargs=-1, required=True, metavar="WHERE...")
@access_options
@json_option
def published(access: Access, output: Path, where: tuple[str, ...], as_json: bool) -> int:
    """Record where a copy is shown: addresses, or words. The take-down list names them.

    \b
    Example:
      passerby consent published published/a.jpg https://paper.example/42 "print, 3 March"
    """
    from passerby.batch.uses import absolute, sha256_of
    from passerby.report.json import document
    from passerby.report.text import printable

    with open_register(access) as register:
        found = register.files(str(absolute(output)), sha256_of(output))
        if not found:
            raise NoConsent(
                f"no file on record is {output}, or has its bytes",
                "Only copies in which a face is visible by a consent are on record.",
            )
        for one in found:
            register.record_shown(one.use, where)
            for address in where:
                say(printable(f"{one.use.output or output}: shown at {address}"))
    if as_json:
        print_json(
            document("published", files=[one.use.output for one in found], where=list(where))
        )
    return 0
