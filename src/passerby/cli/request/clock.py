"""`passerby request clock`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from passerby.cli.console import print_json, say
from passerby.cli.options import Name, json_option
from passerby.cli.request.days import Day, Days, pauses_of
from passerby.errors import UnknownName

if TYPE_CHECKING:
    from passerby.rights.facts.deadline import Deadline, Occurrence, Reading, Step
    from passerby.rights.facts.law import Clock, Law

_SUPPOSED = (
    "The day from which it is overdue supposes that it was received on the day it was sent. Give "
    "--received as soon as you know that day: a later one moves every date."
)

_KNOWN_FROM = {"secondary": "one secondary source", "memory": "memory alone"}


@click.command()
@click.option("--law", "name", required=True, metavar="LAW", help="gdpr, uk-gdpr, ccpa, us-foia...")
@click.option("--event", type=Day(), required=True, metavar="DATE", help="The day it was sent.")
@click.option(
    "--place",
    "places",
    multiple=True,
    required=True,
    metavar="PLACE",
    help="Whose public holidays count, by ISO 3166: DE, DE-BY, US-CA, GB-SCT. As a rule those of "
    "whoever has to answer. Given several times where that is unclear: each is a reading of its "
    "own.",
)
@click.option("--received", type=Day(), metavar="DATE", help="The day it was received.")
@click.option(
    "--clock",
    "wanted",
    default="answer",
    show_default=True,
    metavar="NAME",
    help="Which of the law's clocks: the one of the answer, of an appeal, of an authority...",
)
@click.option(
    "--pause",
    "stops",
    type=Days(),
    multiple=True,
    metavar="FROM[:TO]",
    help="The clock stood still, while identity was reasonably in doubt or a question or a fee "
    "was open: from the day of asking to the day of the answer, or to no known day.",
)
@click.option(
    "--extended-on",
    type=Day(),
    metavar="DATE",
    help="The day on which an extension was announced, with its reasons.",
)
@click.option(
    "--knowledge",
    "folder",
    type=Name(),
    metavar="FOLDER",
    help="Your own files of laws, which go before those that came with Passerby.",
)
@json_option
def clock(
    name: str,
    event: date,
    places: tuple[str, ...],
    received: date | None,
    wanted: str,
    stops: tuple[tuple[date, date | None], ...],
    extended_on: date | None,
    folder: Path | None,
    as_json: bool,
) -> int:
    """Say when an answer is due, and why. Needs no records and writes nothing.

    Tells the last day, the last day of an extended period, and the day from which it is safe to
    call the answer overdue: the one after the latest reading of the law. Each step is told with
    its provision.

    \b
    Examples:
      passerby request clock --law gdpr --event 2026-03-05 --place PL
      passerby request clock --law uk-gdpr --event 2026-07-31 --received 2026-08-03 --place GB-SCT
      passerby request clock --law gdpr --event 2026-03-05 --place PL --pause 2026-03-10:2026-03-20
      passerby request clock --law us-foia --event 2026-11-23 --place US --json
    """
    from passerby.rights.facts.deadline import Occurrence
    from passerby.rights.knowledge import Knowledge

    law = Knowledge.load(folder).law(name, on=event)
    chosen = _chosen(law, wanted)
    occurrence = Occurrence(
        sent=event, received=received, pauses=pauses_of(stops), extended_on=extended_on
    )
    places = tuple(place.strip().upper() for place in places)
    deadline = _computed(chosen, occurrence, places)
    _tell(law, chosen, deadline)
    if as_json:
        print_json(_document(law, chosen, places, occurrence, deadline))
    return 0


def _chosen(law: Law, wanted: str) -> Clock:
    if wanted not in law.clocks:
        raise UnknownName(
            f"the law {law.id!r} has no clock {wanted!r}", f"It has {', '.join(law.clocks)}."
        )
    return law.clocks[wanted]


def _computed(clock: Clock, occurrence: Occurrence, places: tuple[str, ...]) -> Deadline:
    """Return the deadline. A case waits for the day of receipt before it calls anything overdue;
    here the user asks what would be, so the day of sending stands for it, and that is said."""
    from passerby.rights.clocks import compute

    deadline = compute(clock, occurrence, places)
    if deadline.overdue_from is not None or occurrence.received is not None:
        return deadline
    supposed = compute(clock, replace(occurrence, received=occurrence.sent), places)
    if supposed.overdue_from is None:
        return deadline
    notes = (_SUPPOSED, *deadline.notes)
    return replace(deadline, overdue_from=supposed.overdue_from, notes=notes)


def _tell(law: Law, clock: Clock, deadline: Deadline) -> None:
    from passerby.report.text import printable

    for line in _lines(law, clock, deadline):
        say(printable(line))


def _lines(law: Law, clock: Clock, deadline: Deadline) -> Iterator[str]:
    from passerby.rights.clocks.explaining import written
    from passerby.rights.facts.source import text_in

    yield f"{text_in(law.names, 'en')}, clock {clock.id!r}"
    if deadline.why_none is not None:
        yield f"No date: {deadline.why_none}"
    for title, day in (
        ("Due", deadline.due),
        ("Due if extended", deadline.extended),
        ("Overdue from", deadline.overdue_from),
    ):
        if day is not None:
            yield f"{title + ':':<17}{written(day)}"
    for reading in deadline.readings:
        yield f"Reading: {reading.name}"
        yield from (f"  {line}" for line in _step_lines(reading.steps))
        if reading.extended_steps:
            yield "  Extended:"
            yield from (f"    {line}" for line in _step_lines(reading.extended_steps))
    yield from (f"Note: {note}" for note in deadline.notes)
    if law.notes:
        yield f"About this law: {text_in(law.notes, 'en')}"
    if not deadline.confidence.certain:
        source = _KNOWN_FROM[deadline.confidence.value]
        yield f"To be checked: a provision that this rests on is known from {source}."


def _step_lines(steps: tuple[Step, ...]) -> Iterator[str]:
    for step in steps:
        yield f"{step.day}  {step.text}" + (f" [{step.citation}]" if step.citation else "")


def _document(
    law: Law,
    clock: Clock,
    places: tuple[str, ...],
    occurrence: Occurrence,
    deadline: Deadline,
) -> dict[str, Any]:
    from passerby.report.json import document
    from passerby.rights.clocks import table_version
    from passerby.rights.facts.source import text_in

    first = next((one for one in deadline.readings if one.due == deadline.due), None)
    return document(
        "clock",
        law=law.id,
        clock=clock.id,
        places=list(places),
        event=_iso(occurrence.sent),
        received=_iso(occurrence.received),
        receipt_supposed=_SUPPOSED in deadline.notes,
        due=_iso(deadline.due),
        extended=_iso(deadline.extended),
        overdue_from=_iso(deadline.overdue_from),
        confidence=deadline.confidence.value,
        why=_why(deadline),
        open_ended=deadline.open_ended,
        steps=_steps(() if first is None else first.steps),
        readings=[_reading(one) for one in deadline.readings],
        notes=list(deadline.notes),
        law_notes=text_in(law.notes, "en") if law.notes else None,
        holidays=table_version(),
    )


def _why(deadline: Deadline) -> str | None:
    """Return why a date is missing."""
    if deadline.open_ended:
        return "The clock stands still."
    return deadline.why_none


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "name": reading.name,
        "due": _iso(reading.due),
        "extended": _iso(reading.extended),
        "steps": _steps(reading.steps),
        "extended_steps": _steps(reading.extended_steps),
    }


def _steps(steps: tuple[Step, ...]) -> list[dict[str, Any]]:
    return [
        {"rule": one.rule, "day": _iso(one.day), "text": one.text, "citation": one.citation}
        for one in steps
    ]


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
