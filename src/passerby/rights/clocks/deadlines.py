"""From what happened to when an answer is due: every reading, and what follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from passerby.errors import BadDate
from passerby.rights.clocks import noting, stops
from passerby.rights.clocks.calendars import check_place
from passerby.rights.clocks.explaining import AT_LEAST
from passerby.rights.clocks.periods import DAY
from passerby.rights.clocks.readings import Run, Span, Way, run, ways
from passerby.rights.facts.deadline import Deadline, Occurrence, Pause, Reading
from passerby.rights.facts.law import Actor, Clock, Roll, Start
from passerby.rights.facts.source import Confidence, text_in

_FARTHEST = date(9000, 1, 1)
"""Beyond it, periods would leave the calendar that Python knows."""

_ORDER = (Confidence.READ, Confidence.SECONDARY, Confidence.MEMORY)


def compute(clock: Clock, occurrence: Occurrence, places: Sequence[str]) -> Deadline:
    """Return when an answer is due under a clock, and how that was computed.

    `places` are ISO 3166 codes (`DE`, `DE-BY`, `US-CA`, `GB-SCT`): whose public holidays count.
    A clock with a calendar of its own does not look at them. Where several are given, each is a
    reading, and so are all of them together.

    The day of the event is not counted, and an extension is counted from the event as well. It
    moves `overdue_from` only in readings under which it was announced in time. Where the law
    counts from receipt and that day is not known, the dates are the earliest possible ones, and
    `overdue_from` is None: nothing is called overdue on a guess.

    Raises BadDate (days that contradict each other), UnknownName (no such place), NoCalendar (no
    holidays are known for a place or a year that matters).
    """
    stops.check(occurrence)
    for place in places:
        check_place(place)
    event, received = _event(clock, occurrence)
    if event > _FARTHEST:
        raise BadDate(f"{event} is too far in the future")
    if clock.period is None:
        return _without_period(clock)
    pauses = stops.in_order(occurrence.pauses, event) if clock.pauses else ()
    span = Span(event=event, received=received, period=clock.period)
    longer = _longer(clock, span)
    outcomes = tuple(
        _Outcome(
            way=way,
            first=run(clock, way, span, pauses),
            extended=None if longer is None else run(clock, way, longer, pauses),
        )
        for way in ways(clock, places, pauses)
    )
    return _deadline(clock, occurrence, span, pauses, outcomes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """Where one way leads, without an extension and with it (None: the law has none)."""

    way: Way
    first: Run
    extended: Run | None


def _event(clock: Clock, occurrence: Occurrence) -> tuple[date, date | None]:
    """Return the day from which is counted, and that of receipt."""
    if clock.start is Start.SENT:
        return occurrence.sent, occurrence.received
    return occurrence.received or occurrence.sent, occurrence.received


def _without_period(clock: Clock) -> Deadline:
    why = text_in(clock.why_none, "en") if clock.why_none else "The law sets no period."
    return Deadline(
        due=None,
        extended=None,
        overdue_from=None,
        readings=(),
        confidence=clock.citation.confidence,
        why_none=why,
    )


def _longer(clock: Clock, span: Span) -> Span | None:
    return None if clock.extension is None else replace(span, extension=clock.extension)


def _deadline(
    clock: Clock,
    occurrence: Occurrence,
    span: Span,
    pauses: tuple[Pause, ...],
    outcomes: tuple[_Outcome, ...],
) -> Deadline:
    readings = tuple(one for outcome in outcomes if (one := _reading(outcome)) is not None)
    stopped = len(readings) < len(outcomes)
    if stopped:
        readings = ()
    last = None if stopped else _latest(occurrence, outcomes)
    overdue = None if last is None else last + DAY
    if readings and clock.actor is Actor.REQUESTER:
        overdue = min(one.due for one in readings) + DAY
    elif clock.start is Start.RECEIVED and occurrence.received is None:
        overdue = None
    used = [one.way for one in outcomes]
    longer = _longer(clock, span)
    spans = [span] if longer is None else [span, longer]
    notes = (
        *noting.of_occurrence(clock, occurrence, span.event, pauses, readings),
        *noting.of_clock(clock),
        *noting.without_pauses(clock, used, span, pauses),
        *noting.of_places(clock, used, spans, pauses),
        *noting.of_table(one.way.calendar for one in outcomes),
    )
    return Deadline(
        due=min((one.due for one in readings), default=None),
        extended=min((one.extended for one in readings if one.extended), default=None),
        overdue_from=overdue,
        readings=readings,
        confidence=_confidence(clock, pauses, readings),
        notes=notes,
        open_ended=last is None,
    )


def _reading(outcome: _Outcome) -> Reading | None:
    if outcome.first.day is None:
        return None
    extended = outcome.extended
    return Reading(
        name=outcome.way.name,
        due=outcome.first.day,
        extended=None if extended is None else extended.day,
        steps=outcome.first.steps,
        extended_steps=() if extended is None else extended.steps,
    )


def _latest(occurrence: Occurrence, outcomes: tuple[_Outcome, ...]) -> date | None:
    """Return the last day on which an answer is in time under any reading; None while an
    extended period is stopped."""
    found = []
    for outcome in outcomes:
        due, extended = outcome.first.day, outcome.extended
        announced = occurrence.extended_on
        if due is None:
            return None
        if extended is None or announced is None or announced > due:
            found.append(due)
        elif extended.day is None:
            return None
        else:
            found.append(extended.day)
    return max(found)


def _confidence(
    clock: Clock, pauses: tuple[Pause, ...], readings: tuple[Reading, ...]
) -> Confidence:
    """Return the weakest of the provisions that the dates rest on."""
    steps = [step for one in readings for step in (*one.steps, *one.extended_steps)]
    citations = [clock.citation, clock.extension_citation]
    if clock.roll is not Roll.NONE:
        citations.append(clock.roll_citation)
    if any(step.rule.startswith(AT_LEAST) for step in steps):
        citations.append(clock.at_least_citation)
    if clock.latest_start is not None:
        citations.append(clock.latest_start_citation)
    if pauses:
        citations += clock.pauses
    return max((one.confidence for one in citations if one is not None), key=_ORDER.index)
