"""`passerby request answer`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from passerby.cli.console import print_json, say
from passerby.cli.options import Name, json_option
from passerby.cli.request.access import Access, access_options, open_desk
from passerby.cli.request.days import Day
from passerby.cli.request.escalate import letter_options, order_from
from passerby.cli.request.outgoing import (
    Written,
    check_folder,
    check_names,
    letter_json,
    tell_letter,
    write_letter,
)
from passerby.errors import UsageError

if TYPE_CHECKING:
    from passerby.rights.cases.desk import Desk, Given
    from passerby.rights.facts.point import Answered, Point

_REASONS = (
    "suspected_fraud", "insuf_verification", "no_match", "claim_not_covered",
    "outside_jurisdiction", "too_many_requests", "other",
)  # fmt: skip


@click.command()
@click.argument("reference", metavar="REFERENCE")
@click.option(
    "--date", "day", type=Day(), metavar="DATE", help="The day it came.  [default: today]"
)
@click.option("--file", "files", multiple=True, type=Name(), metavar="FILE", help="The reply as it "
              "came, as EML or PDF; repeatable. It goes into a bundle, with its name.")  # fmt: skip
@click.option("--demand", metavar="NAMES", help="It wants proof of identity first: photo, id, "
              "selfie, form, other; with commas between.")  # fmt: skip
@click.option("--pause", type=Day(), metavar="DATE", help="The clock stands still from this day "
              "on: for who holds that the doubts about identity are reasonable.")  # fmt: skip
@click.option("--pause-why", default="identity in doubt", show_default=True, metavar="TEXT",
              help="Why it does. It stands in a bundle.")  # fmt: skip
@click.option("--resume", type=Day(), metavar="DATE", help="The clock runs again from this day on.")
@click.option("--extension", metavar="REASONS", help="It takes more time, for these reasons.")
@click.option("--refused", is_flag=True, help="It refuses the request as a whole.")
@click.option("--reason", type=click.Choice(_REASONS), help="Why it refuses.")
@click.option(
    "--point",
    "points",
    multiple=True,
    metavar="POINT=VERDICT",
    help="How it treats one point that the law demands: given, missing, refused, refused-validly, "
    "with a remark behind a space, which stands in a bundle; repeatable. Without any, each is "
    "asked for.",
)
@click.option("--points", "points_file", type=Name(), metavar="FILE", help="The same, one a line.")
@click.option(
    "--rest",
    type=click.Choice(["given", "missing", "refused", "refused-validly"]),
    help="How it treats all points that --point and --points do not name.",
)
@letter_options
@access_options
@json_option
def answer(access: Access, reference: str, output: Path | None, as_json: bool, **given: Any) -> int:
    """Record what came back, and go through it point by point.

    The points are those that the law demands for the rights that were asked for. With --output
    the letter that comes next is written at once.

    \b
    Examples:
      passerby request answer PB-7F3K-9Q2M-X40D --file reply.eml --demand photo -o letters/
      passerby request answer PB-7F3K-9Q2M-X40D --file reply.pdf --points checked.txt
      passerby request answer PB-7F3K-9Q2M-X40D --point sources=missing --rest given
      passerby request answer PB-7F3K-9Q2M-X40D --extension "many requests"
    """
    check_folder(output)
    with open_desk(access) as desk:
        check_names(desk, reference, output)
        _record(desk, reference, given)
        proposal = desk.propose(reference)
        written = None
        if output is not None and proposal.kind is not None:
            written = write_letter(desk, reference, order_from(given, proposal.kind), output)
        _tell(desk, reference, written, as_json=as_json)
    return 0


def _record(desk: Desk, reference: str, given: dict[str, Any]) -> None:
    """Record what the options say, in the order in which it has to have happened."""
    from passerby.rights.cases.status import Reason

    files = _files(given["files"])
    day: date = given["day"] or desk.today
    other = [given[name] is not None for name in ("demand", "pause", "resume", "extension")]
    told = bool(given["points"]) or bool(given["points_file"] or given["rest"])
    replied = not any(other) or told or given["refused"]
    # All is asked for and read before the first of it is recorded.
    points = _points(desk, reference, given) if replied else ()
    with desk.records.together(desk.records.find(reference)[0]):
        if given["demand"] is not None:
            desk.record_demand(reference, day, _asked(given["demand"]), files)
        if given["pause"] is not None:
            desk.begin_pause(reference, given["pause"], given["pause_why"])
        if given["resume"] is not None:
            desk.end_pause(reference, given["resume"])
        if given["extension"] is not None:
            desk.record_extension(reference, day, given["extension"])
        if replied:
            desk.record_reply(
                reference,
                day,
                refused=given["refused"],
                points=points,
                reason=None if given["reason"] is None else Reason(given["reason"]),
                files=files,
            )


def _points(desk: Desk, reference: str, given: dict[str, Any]) -> tuple[Answered, ...]:
    from passerby.files import read_input
    from passerby.rights.cases.checklist import points_of, read_verdicts
    from passerby.rights.facts.point import Verdict

    case = desk.records.find(reference)[2]
    demanded = points_of(desk.law_of(case), case.opened.rights)
    lines: list[str] = list(given["points"])
    if given["points_file"] is not None:
        if lines:
            raise UsageError("give the points by --point or by --points")
        data = read_input(given["points_file"], 2**20)
        lines = data.decode("utf-8-sig", "replace").splitlines()
    rest = None if given["rest"] is None else Verdict(given["rest"])
    if not lines and rest is None:
        if given["refused"]:
            return ()
        lines = list(_walk(demanded))
    return read_verdicts(lines, demanded, rest)


def _walk(demanded: tuple[Point, ...]) -> Iterable[str]:
    """Ask for each point."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(
            f"the reply has to be checked for {', '.join(demanded)}",
            "Give --point POINT=VERDICT for each, or --points FILE; --rest VERDICT for all others.",
        )
    verdicts = click.Choice(["given", "missing", "refused", "refused-validly"])
    for point in demanded:
        verdict = click.prompt(point.value, type=verdicts, default="missing", err=True)
        remark = click.prompt("  remark", default="", show_default=False, err=True)
        yield f"{point}={verdict} {remark}"


def _asked(names: str) -> tuple[Any, ...]:
    from passerby.rights.facts.matter import Asked

    known = {kind.value: kind for kind in Asked}
    found = [name.strip().lower() for name in names.split(",") if name.strip()]
    for name in found:
        if name not in known:
            raise UsageError(f"--demand: {name!r} is none of {', '.join(known)}")
    return tuple(known[name] for name in dict.fromkeys(found))


def _files(paths: Iterable[Path]) -> list[Given]:
    from passerby.files import read_input
    from passerby.rights.cases.desk import Given
    from passerby.rights.render.incoming import MAX_BYTES, read_document

    read = [(path.name, read_input(path, MAX_BYTES)) for path in paths]
    documents = [read_document(data, name) for name, data in read]
    return [Given(file_name=document.name, data=document.data) for document in documents]


def _tell(desk: Desk, reference: str, written: Written | None, *, as_json: bool) -> None:
    from passerby.cli.request.shown import case_lines, full_json
    from passerby.report.json import document
    from passerby.report.text import printable

    client_id, client, case = desk.records.find(reference)
    for line in case_lines(desk, client, case):
        say(printable(line))
    if written is not None:
        tell_letter(written)
    if as_json:
        letter = None if written is None else letter_json(written)
        print_json(document("case", letter=letter, **full_json(desk, client_id, client, case)))
