"""`passerby request escalate`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from passerby.cli.console import print_json
from passerby.cli.options import Name, json_option
from passerby.cli.request.access import Access, access_options, open_desk
from passerby.cli.request.outgoing import (
    check_folder,
    check_names,
    letter_json,
    tell_letter,
    write_letter,
)
from passerby.errors import UsageError

if TYPE_CHECKING:
    from passerby.rights.cases.desk import Given
    from passerby.rights.cases.drafting import Order
    from passerby.rights.facts.letter import LetterKind
    from passerby.rights.facts.matter import Crop

Command = TypeVar("Command", bound=Callable[..., Any])


def letter_options(command: Command) -> Command:
    """Add the options of whatever writes a later letter."""
    for decorate in (
        click.option(
            "-o", "--output", type=Name(), metavar="FOLDER", help="Where the letter is written."
        ),
        click.option(
            "--to",
            metavar="ADDRESS",
            help="An address of your own, for this letter and "
            "those after it.  [default: that of the letter before]",
        ),
        click.option(
            "--channel",
            type=click.Choice(["email", "post", "form", "fax"]),
            help="The way the letter goes.  [default: that of the letter before]",
        ),
        click.option("--authority", metavar="ID", help="The authority that a complaint goes to."),
        click.option(
            "--mandate",
            "mandate_id",
            metavar="ID",
            help="The mandate of who writes; none: she herself.  [default: the case's]",
        ),
        click.option(
            "--language", metavar="CODE", help="The letter's.  [default: that of the letter before]"
        ),
        click.option(
            "--reading-language", metavar="CODE", help="A reading copy's.  [default: hers]"
        ),
        click.option(
            "--crop",
            type=Name(),
            metavar="FILE.jpg",
            help="The crop that goes with the letter, made by `passerby request crop`.",
        ),
        click.option("--watermark", metavar="TEXT", help="What is written across the crop."),
        click.option(
            "--with-crop",
            is_flag=True,
            help="Enclose the crop that went out before with "
            "the complaint; it is left out otherwise.",
        ),
    ):
        command = decorate(command)
    return command


def order_from(given: dict[str, Any], kind: LetterKind) -> Order:
    """Return the letter that the options want. Raises UsageError for a crop without its words."""
    from passerby.rights.cases.drafting import Order
    from passerby.rights.cases.matters import Wanted
    from passerby.rights.facts.party import Channel

    crop, file = _crop(given["crop"], given["watermark"])
    return Order(
        kind=kind,
        language=given["language"],
        reading_language=given["reading_language"],
        wanted=Wanted(
            channel=None if given["channel"] is None else Channel(given["channel"]),
            to=given["to"],
            authority=given["authority"],
            mandate_id=given["mandate_id"],
            crop=crop,
        ),
        crop=file,
        with_crop=given["with_crop"],
    )


def _crop(path: Path | None, watermark: str | None) -> tuple[Crop | None, Given | None]:
    from passerby.crop import is_crop
    from passerby.files import read_input
    from passerby.rights.cases.desk import Given
    from passerby.rights.facts.matter import Crop

    if path is None:
        return None, None
    if not watermark:
        raise UsageError("say by --watermark what is written across the crop")
    data = read_input(path, 20 * 2**20)
    if not is_crop(data):
        raise UsageError(
            f"{path.name} is no crop that Passerby made: it may show or hold more than the face",
            "Make one with `passerby request crop`, and give that file as it is.",
        )
    facts = Crop(file_name="crop.jpg", sha256=hashlib.sha256(data).hexdigest(), watermark=watermark)
    return facts, Given(file_name=facts.file_name, data=data)


@click.command()
@click.argument("reference", metavar="REFERENCE")
@click.option(
    "--kind",
    type=click.Choice(
        ["identity", "crop", "reminder", "wanting", "complaint", "appeal", "withdrawal"]
    ),
    help="The letter that is written.  [default: the one that comes next]",
)
@letter_options
@access_options
@json_option
def escalate(
    access: Access,
    reference: str,
    kind: str | None,
    output: Path | None,
    as_json: bool,
    **given: Any,
) -> int:
    """Write the letter that comes next: a reminder, what a reply lacks, a complaint to the
    authority, an appeal.

    \b
    Examples:
      passerby request escalate PB-7F3K-9Q2M-X40D -o letters/
      passerby request escalate PB-7F3K-9Q2M-X40D --kind complaint --authority de-hh-hmbbfdi
    """
    from passerby.report.json import document
    from passerby.rights.facts.letter import LetterKind

    check_folder(output)
    with open_desk(access) as desk:
        check_names(desk, reference, output)
        proposal = desk.propose(reference)
        wanted = proposal.kind if kind is None else LetterKind(kind)
        if wanted is None:
            raise UsageError(
                f"nothing comes next now: {proposal.reason}", "Name the letter with --kind."
            )
        written = write_letter(desk, reference, order_from(given, wanted), output)
    tell_letter(written)
    if as_json:
        print_json(document("letter", **letter_json(written)))
    return 0
