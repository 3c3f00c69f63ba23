"""`passerby request show`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from passerby.cli.console import print_json, say
from passerby.cli.options import Name, json_option
from passerby.cli.request.access import Access, access_options, open_desk, read_desk
from passerby.cli.request.outgoing import write_files

if TYPE_CHECKING:
    from passerby.rights.cases.desk import Desk, Given


@click.command()
@click.argument("reference", metavar="REFERENCE")
@click.option("--letter", type=click.IntRange(min=1), metavar="NUMBER", help="One letter's files.")
@click.option("-o", "--output", type=Name(), metavar="FOLDER", help="Where those are written.")
@access_options
@json_option
def show(
    access: Access, reference: str, letter: int | None, output: Path | None, as_json: bool
) -> int:
    """Show one case: its letters, what came back, its deadlines, and what comes next.

    With --letter and --output the files of a letter are written once more.
    """
    from passerby.cli.request.shown import case_lines, full_json
    from passerby.report.json import document
    from passerby.report.text import printable

    # What is written outside of the records is recorded in them.
    opened = open_desk if letter is not None and output is not None else read_desk
    with opened(access) as desk:
        client_id, client, case = desk.records.find(reference)
        for line in case_lines(desk, client, case):
            say(printable(line))
        paths: tuple[Path, ...] = ()
        if letter is not None and output is not None:
            paths = write_files(desk, reference, output, _files(desk, reference, letter))
        for path in paths:
            say(f"  {printable(str(path))}")
        if as_json:
            files = [str(path) for path in paths]
            print_json(document("case", files=files, **full_json(desk, client_id, client, case)))
    return 0


def _files(desk: Desk, reference: str, letter: int) -> list[Given]:
    from passerby.errors import UsageError
    from passerby.rights.cases.desk import Given

    client_id, _, case = desk.records.find(reference)
    kept = case.letter(letter)
    if kept is None:
        raise UsageError(f"{case.reference} has no letter {letter}")
    return [
        Given(file_name=file.file_name, data=desk.records.file(client_id, file))
        for file in kept.drafted.files
    ]
