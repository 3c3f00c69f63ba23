"""What has to be said beside a date, so that nobody takes it for more than it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import product

from passerby.rights.clocks.calendars import Calendar, parts_of, table_version
from passerby.rights.clocks.explaining import amount, cited, written
from passerby.rights.clocks.readings import Span, Way, run
from passerby.rights.facts.deadline import Occurrence, Pause, Reading
from passerby.rights.facts.law import Actor, Clock, Start


def of_occurrence(
    clock: Clock,
    occurrence: Occurrence,
    event: date,
    pauses: Sequence[Pause],
    readings: Sequence[Reading],
) -> Iterator[str]:
    """Yield what has to be said of receipt, pauses and an extension."""
    if clock.start is Start.RECEIVED and occurrence.received is None:
        yield (
            "The time is counted from receipt, and the day of receipt is not known. The dates "
            "are the earliest possible ones: those of a request that arrived on the day it was "
            "sent."
        )
    if occurrence.pauses and not clock.pauses:
        yield "Nothing stops this clock: the pauses are not counted."
    for pause in pauses:
        yield from _of_pause(pause, readings)
    dropped = [one for one in occurrence.pauses if one.until and one.until <= event]
    if clock.pauses and dropped:
        yield "A pause that was over when the clock began to run is not counted."
    if readings:
        yield from _of_extension(clock, occurrence, readings)


def of_clock(clock: Clock) -> Iterator[str]:
    """Yield what the clock itself has to say beyond its dates."""
    if clock.actor is Actor.REQUESTER:
        yield "It is the requester who has to act in time: the earliest reading is the safe one."
    if clock.latest_start is not None:
        yield (
            "The clock may have begun later than on the day of the event: the later readings "
            f"count from {amount(clock.latest_start)} after it."
        )
    if clock.silence is not None:
        yield f"Silence beyond the last day is a refusal ({cited(clock.silence)})."
    if clock.repeats is not None:
        yield f"The duty comes again every {amount(clock.repeats)}."


def of_places(
    clock: Clock,
    used: Sequence[Way],
    spans: Sequence[Span],
    pauses: Sequence[Pause],
) -> Iterator[str]:
    """Yield where the last day would be another in a part of a country that stands alone as the
    place, and which last days are kept though they are no public holidays. Raises NoCalendar."""
    if clock.calendar is not None:
        return
    said = set()
    for way, span in product(used, spans):
        day = run(clock, way, span, pauses).day
        if way.calendar is None or day is None:
            continue
        for note in (*_of_parts(clock, way, span, pauses, day), *_of_custom(way.calendar, day)):
            if note not in said:
                said.add(note)
                yield note


def without_pauses(
    clock: Clock, used: Sequence[Way], span: Span, pauses: Sequence[Pause]
) -> Iterator[str]:
    """Yield what the last day would be had the clock not stopped: whoever asks whether a pause
    was justified wants to know. Raises NoCalendar."""
    days = [day for way in used if (day := run(clock, way, span, ()).day) is not None]
    if pauses and days:
        yield (
            "A pause counts only if it was asked for with good reason and without delay. Without "
            f"one, the last day is {written(min(days))}."
        )


def _of_parts(
    clock: Clock, way: Way, span: Span, pauses: Sequence[Pause], whole: date
) -> Iterator[str]:
    places = () if way.calendar is None else way.calendar.places
    differ: dict[date, list[str]] = {}
    for part in parts_of(places[0]) if len(places) == 1 else ():
        day = run(clock, replace(way, calendar=Calendar(places=(part,))), span, pauses).day
        if day is not None and day != whole:
            differ.setdefault(day, []).append(part)
    for day, parts in sorted(differ.items()):
        yield (
            f"Holidays differ within {places[0]}: in {', '.join(parts)} the last day is "
            f"{written(day)} instead of {written(whole)}. Name the part, if it is known."
        )


def _of_custom(calendar: Calendar, day: date) -> Iterator[str]:
    name = calendar.kept_otherwise(day)
    if name is not None and calendar.works(day):
        yield (
            f"{written(day)} is no public holiday of all {calendar.name}, but {name} is kept in "
            "parts of it, by banks or by custom: wait for the next working day before calling "
            "the answer overdue."
        )


def of_table(calendars: Iterable[Calendar | None]) -> Iterator[str]:
    """Yield where the holidays come from."""
    if any(calendar is not None for calendar in calendars):
        yield f"Public holidays are those of {table_version()}; later laws can change them."


def _of_pause(pause: Pause, readings: Sequence[Reading]) -> Iterator[str]:
    if pause.until is None and not readings:
        yield (
            f"The clock has stood still since {written(pause.since)} ({pause.why}): there is no "
            "last day until it runs again."
        )
    late = [one for one in readings if pause.since > max(one.due, one.extended or one.due)]
    first = [one for one in readings if pause.since > one.due]
    if readings and len(late) == len(readings):
        yield f"The pause from {written(pause.since)} began after the last day: it is not counted."
    elif first:
        yield (
            f"The pause from {written(pause.since)} began after the last day of the first period "
            "and is counted for the extended one alone, or in some readings alone."
        )


def _of_extension(
    clock: Clock, occurrence: Occurrence, readings: Sequence[Reading]
) -> Iterator[str]:
    announced = occurrence.extended_on
    if clock.extension is None:
        if announced is not None:
            yield (
                "The law knows no extension of a fixed length here: what was announced on "
                f"{written(announced)} does not move the last day."
            )
        return
    first, last = min(one.due for one in readings), max(one.due for one in readings)
    if announced is None:
        yield (
            "The extended day counts only if the extension was announced, with its reasons, by "
            f"{written(first)}."
        )
    elif announced > last:
        yield (
            f"The extension was announced on {written(announced)}, after the first period had "
            "ended: it comes too late and does not count."
        )
    elif announced > first:
        yield (
            f"Whether the extension of {written(announced)} came in time depends on the reading: "
            "it counts only where the first period had not ended."
        )
