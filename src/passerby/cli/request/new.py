"""`passerby request new`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from passerby.cli.console import print_json, say
from passerby.cli.options import Name, json_option
from passerby.cli.request.access import Access, access_options, open_or_begin
from passerby.cli.request.outgoing import (
    Written,
    calendar_file,
    check_folder,
    letter_json,
    now,
    recorded,
    tell_letter,
    write_draft,
    write_files,
)
from passerby.errors import BadRecord, PasserbyError, UsageError

if TYPE_CHECKING:
    from passerby.rights.cases.batch import Row
    from passerby.rights.cases.desk import Desk
    from passerby.rights.cases.drafting import Order
    from passerby.rights.cases.events import Profile
    from passerby.rights.cases.requesting import Request
    from passerby.rights.cases.sender import Sender
    from passerby.rights.facts.matter import Agency


@click.command()
@click.option("--controller", metavar="ID", help="The company: clearview-ai, pimeyes...")
@click.option("--agency", metavar="NAME", help="An agency, for its records on face search.")
@click.option("--agency-place", metavar="PLACE", help="Where the agency is, by ISO 3166: US, DE.")
@click.option("--law", metavar="LAW", help="gdpr, uk-gdpr, ccpa, us-foia...")
@click.option(
    "--right",
    "rights",
    metavar="NAMES",
    help="What is asked for, with commas between: access, erasure, object, no-collection, "
    "opt-out, limit; notice and records under laws that have those.",
)
@click.option("--country", "place", metavar="PLACE", help="Where she is: DE, DE-HH, US-CA.")
@click.option("--language", metavar="CODE", help="The letter's.  [default: one read there]")
@click.option("--reading-language", metavar="CODE", help="A reading copy's.  [default: hers]")
@click.option("--sender", type=Name(), metavar="FILE", help="Who writes, as TOML or YAML.")
@click.option("--client", "client_id", metavar="ID", help="A client on record, instead.")
@click.option(
    "--clients",
    "table",
    type=Name(),
    metavar="FILE.csv",
    help="Many clients, one row each, instead: all rows are checked before any is used.",
)
@click.option("--purpose", metavar="TEXT", help="Why she asks, in her own words.")
@click.option(
    "--include-purpose",
    is_flag=True,
    help="Let a letter to an agency tell her purpose and background too: such letters are often "
    "published, with the name.",
)
@click.option("--background", multiple=True, metavar="TEXT", help="What she knows; repeatable.")
@click.option("--words-language", metavar="CODE", help="Of her words.  [default: hers]")
@click.option("--mandate", "mandate_id", metavar="ID", help="Who acts for her: the mandate's id.")
@click.option("--authority", metavar="ID", help="The authority in charge, where it is not clear.")
@click.option(
    "--holidays",
    "calendars",
    multiple=True,
    metavar="PLACE",
    help="A further place whose public holidays may count; repeatable.",
)
@click.option("--to", metavar="ADDRESS", help="An address of your own for the letter.")
@click.option(
    "--channel",
    type=click.Choice(["email", "post", "form", "fax"]),
    help="The way it goes.  [default: the best that is known]",
)
@click.option("-o", "--output", type=Name(), metavar="FOLDER", help="Where the files are written.")
@access_options
@json_option
def new(access: Access, as_json: bool, output: Path | None, **given: Any) -> int:
    """Begin a request: record the client and the case, and write the first letter.

    It is written as PDF, as an e-mail that is ready to be sent, and as text, with a neutral
    reminder for the calendar. Nothing is sent. The first letter never holds a photo, and the
    part on access asks to be answered before anything is erased.

    The sender's file has name, and address (lines) or email; and can have care_of, language,
    place, purpose, background (paragraphs) and contact, which stands in no letter. With care_of
    the address is somebody else's, and her home stays hidden.

    The table of --clients is CSV in UTF-8, with commas. Its first line names its columns: name,
    language, place, controller, law, rights, purpose, background, and address (lines with | or a
    line break between) or email; care_of and contact if wanted. Each client's background has to
    be her own: letters that are one letter many times over can be refused as abusive.

    \b
    Examples:
      passerby request new --controller clearview-ai --law gdpr --right access,erasure,object \\
          --country DE-HH --language de --sender me.toml -o letters/
      passerby request new --clients clinic.csv -o letters/
    """
    if sum(given[name] is not None for name in ("sender", "client_id", "table")) != 1:
        raise UsageError("name who asks by one of --sender, --client and --clients")
    check_folder(output)
    with open_or_begin(access) as desk:
        if given["table"] is not None:
            written = _many(desk, given["table"], given, output)
        else:
            written = [_one(desk, given, output)]
    for each in written:
        tell_letter(each)
    if as_json:
        from passerby.report.json import document

        print_json(document("requests", requests=[letter_json(each) for each in written]))
    return 0


def _one(desk: Desk, given: dict[str, Any], output: Path | None) -> Written:
    from passerby.rights.cases.drafting import rehearse
    from passerby.rights.cases.events import Profile
    from passerby.rights.cases.requesting import check_request
    from passerby.rights.cases.sender import Sender, read_sender

    if given["client_id"] is not None:
        client_id = given["client_id"]
        kept = desk.records.client(client_id).profile
        sender = Sender(person=kept.person, language=kept.language, place=kept.place)
    else:
        client_id = None
        sender = read_sender(given["sender"])
    request = _discreet(_request(given, sender), given)
    law = check_request(request, desk.knowledge, desk.today)
    order = _order(given, law.kind.value)
    _check_language(desk, order)
    profile = Profile(
        person=sender.person,
        language=sender.language or request.words_language,
        place=request.place,
        contact=sender.contact,
    )
    known = profile if client_id is None else desk.records.client(client_id)
    rehearse(desk, known, request, order, now())
    if client_id is None:
        client_id = desk.add_client(profile)
    return _begin(desk, client_id, request, order, output)


def _begin(
    desk: Desk, client_id: str, request: Request, order: Order, output: Path | None
) -> Written:
    from passerby.rights.cases.drafting import draft_letter

    # One transaction: what is cut off leaves no case that has no letter.
    with desk.records.together(client_id):
        reference = desk.open_case(client_id, request)
        draft = draft_letter(desk, reference, order, now())
    written = write_draft(desk, draft, output)
    if output is None:
        return written
    _, _, case = desk.records.find(reference)
    with recorded(reference, written.draft.event.letter):
        reminder = write_files(desk, reference, output, [calendar_file(case, desk.today)])
    return Written(draft=written.draft, paths=(*written.paths, *reminder))


def _request(given: dict[str, Any], sender: Sender) -> Request:
    from passerby.rights.cases import fields
    from passerby.rights.cases.requesting import Request

    for name, option in (("law", "--law"), ("rights", "--right")):
        if not given[name]:
            raise UsageError(f"{option} is missing")
    place = given["place"] or sender.place
    if not place:
        raise UsageError("--country is missing, and the sender's file has no place")
    language = sender.language or given["language"]
    if not (given["words_language"] or language):
        raise UsageError("her language is missing: give --words-language, or put it in the file")
    with _option_named():
        return Request(
            controller=given["controller"],
            agency=_agency(given),
            law=given["law"],
            rights=fields.rights(given["rights"]),
            place=_finer(fields.place(place), sender.place),
            purpose=fields.text(given["purpose"] or sender.purpose),
            background=tuple(map(fields.text, given["background"])) or sender.background,
            words_language=fields.language(given["words_language"] or language),
            mandate_id=given["mandate_id"],
            authority=given["authority"],
            calendars=tuple(map(fields.place, given["calendars"])),
        )


def _discreet(request: Request, given: dict[str, Any]) -> Request:
    """Return a request without her own words where it goes to an agency, unless she wants them
    in it; say that they may be published."""
    if request.agency is None:
        return request
    words = bool(request.purpose.strip() or request.background)
    if not given["include_purpose"]:
        if words:
            say("Left out: her purpose and background. --include-purpose puts them in.")
        request = replace(request, purpose="", background=())
    told = "name, address and words" if given["include_purpose"] and words else "name and address"
    say(f"Look at it: requests to agencies are often published, with {told}.")
    return request


def _finer(place: str, hers: str | None) -> str:
    """Return the part of the country that her file names, where the command line named the
    country alone: which authority is in charge can depend on it."""
    return hers if hers is not None and hers.startswith(f"{place}-") else place


def _agency(given: dict[str, Any]) -> Agency | None:
    from passerby.rights.cases import fields
    from passerby.rights.facts.matter import Agency

    if given["agency"] is None:
        return None
    if given["agency_place"] is None or given["to"] is None:
        raise UsageError("an agency needs --agency-place and an address (--to)")
    name = fields.one_line(given["agency"])
    return Agency(name=name, place=fields.place(given["agency_place"]), contacts=())


def _order(given: dict[str, Any], law_kind: str) -> Order:
    from passerby.rights.cases.drafting import Order
    from passerby.rights.cases.matters import Wanted
    from passerby.rights.cases.requesting import FIRST_LETTER
    from passerby.rights.facts.law import LawKind
    from passerby.rights.facts.party import Channel

    channel = None if given["channel"] is None else Channel(given["channel"])
    return Order(
        kind=FIRST_LETTER[LawKind(law_kind)],
        language=given["language"],
        reading_language=given["reading_language"],
        wanted=Wanted(channel=channel, to=given["to"]),
    )


def _check_language(desk: Desk, order: Order) -> None:
    for code in (order.language, order.reading_language):
        if code is not None:
            desk.knowledge.language(code)


def _many(desk: Desk, table: Path, given: dict[str, Any], output: Path | None) -> list[Written]:
    """One client, case and letter for each row."""
    from passerby.rights.cases.batch import read_batch, same_person
    from passerby.rights.cases.drafting import rehearse
    from passerby.rights.cases.sender import Sender

    def check(row: Row) -> None:
        order = _row_order(desk, row, given)
        for _, known in desk.records.clients():
            if same_person(Sender(person=known.profile.person), row.sender):
                raise BadRecord("this client is on record already: use --client")
        rehearse(desk, _row_profile(row), _row_request(row, given), order, now())

    batch = read_batch(table, check)
    for warning in batch.warnings:
        say(f"Look at it: {warning}")
    written = []
    for row in batch.rows:
        try:
            client_id = desk.add_client(_row_profile(row))
            request, order = _row_request(row, given), _row_order(desk, row, given)
            written.append(_begin(desk, client_id, request, order, output))
        except PasserbyError as error:
            raise type(error)(
                f"line {row.line}: {error.message} ({len(written)} requests were written before)",
                error.hint,
            ) from error
    return written


def _row_profile(row: Row) -> Profile:
    from passerby.rights.cases.events import Profile

    return Profile(
        person=row.sender.person,
        language=row.language,
        place=row.place,
        contact=row.sender.contact,
    )


def _row_order(desk: Desk, row: Row, given: dict[str, Any]) -> Order:
    law = desk.knowledge.law(row.law, on=desk.today)
    order = _order(given, law.kind.value)
    _check_language(desk, order)
    return order


def _row_request(row: Row, given: dict[str, Any]) -> Request:
    from passerby.rights.cases.requesting import Request

    return Request(
        controller=row.controller,
        law=row.law,
        rights=row.rights,
        place=row.place,
        purpose=row.sender.purpose,
        background=row.sender.background,
        words_language=row.language,
        authority=given["authority"],
        calendars=given["calendars"],
    )


class _option_named:  # noqa: N801 - used like a function
    """Turn a value that cannot be used into an error of the command line."""

    def __enter__(self) -> None:
        """Nothing to do."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        from passerby.rights.cases.fields import BadValue

        if isinstance(error, BadValue):
            raise UsageError(str(error)) from error
