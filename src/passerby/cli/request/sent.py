"""`passerby request sent`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from passerby.cli.console import print_json, say
from passerby.cli.options import Name, json_option
from passerby.cli.request.access import Access, access_options, open_desk
from passerby.cli.request.days import Day
from passerby.cli.request.outgoing import calendar_file, check_folder, write_files
from passerby.errors import UsageError

if TYPE_CHECKING:
    from passerby.rights.cases.desk import Desk, Given
    from passerby.rights.cases.state import Case, KeptLetter
    from passerby.rights.render.incoming import Mail


@click.command()
@click.argument("reference", metavar="REFERENCE")
@click.option("--letter", type=click.IntRange(min=1), metavar="NUMBER", help="Which letter.  "
              "[default: the last one]")  # fmt: skip
@click.option("--date", "day", type=Day(), metavar="DATE", help="The day it was sent.  "
              "[default: that of --eml or of a `send` that was cut off, else today]")  # fmt: skip
@click.option(
    "--channel",
    type=click.Choice(["email", "post", "form", "fax"]),
    help="The way it went.  [default: the one it was written for]",
)
@click.option("--received", type=Day(), metavar="DATE", help="The day on which it was received.")
@click.option("--message-id", metavar="<ID>", help="The Message-ID that the e-mail really had.")
@click.option(
    "--eml",
    type=Name(),
    metavar="FILE",
    help="The e-mail as it was sent, from your mail program: its Message-ID and its day are used, "
    "and it is kept as proof. It goes into a bundle, with its name.",
)
@click.option("--proof", type=Name(), metavar="FILE", help="A receipt of the post or the "
              "like. It goes into a bundle, with its name.")  # fmt: skip
@click.option("-o", "--output", type=Name(), metavar="FOLDER", help="Where the calendar goes.")
@access_options
@json_option
def sent(access: Access, reference: str, output: Path | None, as_json: bool, **given: Any) -> int:
    """Record that a letter went out, or that it was received.

    With --received the day from which an answer is late is known, and told with how it was
    computed; --output gets it as a calendar file. To record a receipt later, or to correct it,
    give --received alone.

    \b
    Examples:
      passerby request sent PB-7F3K-9Q2M-X40D --eml sent.eml
      passerby request sent PB-7F3K-9Q2M-X40D --received 2026-03-05 -o letters/
    """
    check_folder(output)
    with open_desk(access) as desk:
        case = desk.records.find(reference)[2]
        number = given["letter"] or len(case.letters)
        kept = case.letter(number)
        if kept is None:
            raise UsageError(f"{case.reference} has no letter {number}")
        if kept.sent is None:
            _record(desk, case.reference, kept, given)
        else:
            _record_receipt(desk, case.reference, kept, kept.sent.day, given)
        return _tell(desk, case.reference, number, output, as_json=as_json)


_OF_SENDING = {
    "day": "--date",
    "channel": "--channel",
    "message_id": "--message-id",
    "eml": "--eml",
}
"""The options that tell how a letter went out, which is recorded once."""


def _record_receipt(
    desk: Desk, reference: str, kept: KeptLetter, sent_on: date, given: dict[str, Any]
) -> None:
    """Record when a letter that went out before was received, or correct that."""
    from passerby.files import read_input
    from passerby.rights.cases.desk import Given
    from passerby.rights.render.incoming import MAX_BYTES

    number, day, proof = kept.drafted.letter, given["received"], given["proof"]
    cannot = [option for name, option in _OF_SENDING.items() if given[name] is not None]
    if cannot or day is None:
        also = f": {', '.join(cannot)} cannot change that" if cannot else ""
        raise UsageError(
            f"{reference}: letter {number} ({kept.drafted.kind}) was sent on {sent_on} already"
            f"{also}",
            "Name another letter by --letter N, or give --received alone for the day on which"
            f" letter {number} was received. Nothing was recorded.",
        )
    file = None
    if proof is not None:
        file = Given(file_name=proof.name, data=read_input(proof, MAX_BYTES))
    desk.record_received(reference, number, day, file)
    if kept.received is not None:
        say(f"Corrected: letter {number} was received on {day}, not on {kept.received.day}.")


def _record(desk: Desk, reference: str, kept: KeptLetter, given: dict[str, Any]) -> None:
    from passerby.rights.facts.party import Channel

    file, mail = _proof(given["eml"], given["proof"])
    # An e-mail's time is in UTC; what counts is the day where it was written.
    mailed = mail.sent.astimezone().date() if mail is not None and mail.sent else None
    day = given["day"] or mailed or kept.maybe_sent or desk.today
    way = Channel(given["channel"]) if given["channel"] else kept.drafted.channel
    real = given["message_id"] or (mail.message_id if mail else None) or kept.drafted.message_id
    message_id = real if way is Channel.EMAIL else None
    number = kept.drafted.letter
    desk.record_sent(reference, number, day, way, message_id, file, received=given["received"])


def _proof(eml: Path | None, proof: Path | None) -> tuple[Given | None, Mail | None]:
    from passerby.files import read_input
    from passerby.rights.cases.desk import Given
    from passerby.rights.render.incoming import MAX_BYTES, read_eml

    if eml is not None and proof is not None:
        raise UsageError("one proof is kept with a letter: --eml or --proof")
    path = eml or proof
    if path is None:
        return None, None
    data = read_input(path, MAX_BYTES)
    return Given(file_name=path.name, data=data), read_eml(data) if eml else None


def _tell(desk: Desk, reference: str, number: int, output: Path | None, *, as_json: bool) -> int:
    from passerby.cli.request.shown import case_json, case_lines
    from passerby.report.json import document
    from passerby.report.text import printable

    client_id, client, case = desk.records.find(reference)
    for line in case_lines(desk, client, case):
        say(printable(line))
    paths: tuple[Path, ...] = ()
    if output is not None:
        paths = write_files(desk, reference, output, [_calendar(desk, case)])
    for path in paths:
        say(f"  {printable(str(path))}")
    if as_json:
        files = [str(path) for path in paths]
        print_json(
            document("case", letter=number, files=files, **case_json(client_id, client, case))
        )
    return 0


def _calendar(desk: Desk, case: Case) -> Given:
    """The calendar, under a name that no earlier one has: which of them a program was given
    shows in the count of computations."""
    from passerby.rights.cases.desk import Given

    made = calendar_file(case, desk.today)
    name = f"{case.reference}-{len(case.deadlines)}.ics"
    return Given(file_name=name, data=made.data)
