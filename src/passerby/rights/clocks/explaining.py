"""The words of each step. The keys in `Step.rule` are stable, with what they need to be replayed
after a colon:

    event                the day from which all is counted, not counted itself
    restart              the same, moved to the day on which a pause ended
    begin-days:N         the same, moved by N days (or `begin-working-days:N`)
    months:N  days:N     N months or days after the last day found
    month-end            that month is too short: its last day (no move of its own)
    not-counted          a holiday, which the next count of working days passes over
    working-days:N       N working days after the last day found
    stopped:N            the clock stood still for N days
    stopped-working:N    the clock stood still for N working days
    not-before           a clock cannot run out before it runs again
    at-least:N           the first day by which N working days have passed since the event
    weekend              from a Saturday or Sunday to Monday
    holiday              from a holiday to the next day
    stays                the last day is no working day and stays
"""

from __future__ import annotations

from datetime import date

from passerby.rights.facts.deadline import Pause, Step
from passerby.rights.facts.law import Citation, Clock, Period, Start, Unit
from passerby.rights.facts.source import text_in

AT_LEAST = "at-least"
"""The key of the step that makes a period hold enough working days."""

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_UNITS = {Unit.MONTHS: "month", Unit.DAYS: "day", Unit.WORKING_DAYS: "working day"}


def written(day: date) -> str:
    """Return a date in words: Thursday 5 March 2026. Independent of the locale."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def amount(period: Period) -> str:
    """Return a period in words: one month, 45 days, 10 working days."""
    count = period.count
    number = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
    return f"{number} {_UNITS[period.unit]}{'' if count == 1 else 's'}"


def cited(citation: Citation | None) -> str:
    """Return a provision as it is cited in English; nothing where none is known."""
    return "" if citation is None else text_in(citation.texts, "en")


def event(clock: Clock, day: date, received: date | None) -> Step:
    """The day from which all is counted."""
    if clock.start is Start.SENT:
        text = f"Counted from sending on {written(day)}; that day itself is not counted."
    elif received is not None:
        text = f"Counted from receipt on {written(day)}; that day itself is not counted."
    else:
        text = (
            f"Counted from receipt, whose day is not known, as if it were the day of sending, "
            f"{written(day)}; that day itself is not counted."
        )
    return Step(rule="event", day=day, text=text, citation=cited(clock.citation))


def restart(clock: Clock, pause: Pause, day: date) -> Step:
    """The day on which what was missing arrived, as the event."""
    text = (
        f"Stopped on {written(pause.since)} ({pause.why}) and begun anew on {written(day)}; that "
        "day itself is not counted."
    )
    return Step(rule="restart", day=day, text=text, citation=_pause_citations(clock))


def begin(clock: Clock, wait: Period, day: date) -> Step:
    """The last day on which the clock can still be standing at zero, as the event."""
    text = (
        f"The clock can begin as late as {amount(wait)} after that, on {written(day)}; that day "
        "itself is not counted."
    )
    citation = cited(clock.latest_start_citation or clock.citation)
    return Step(rule=f"begin-{wait.unit.value}:{wait.count}", day=day, text=text, citation=citation)


def counted(clock: Clock, period: Period, day: date, *, added: Period | None) -> Step:
    """The end of the period, before weekends and holidays."""
    rule = f"{period.unit.value}:{period.count}"
    text = f"{amount(period).capitalize()} later is {written(day)}."
    if added is not None:
        text = (
            f"With the extension of {amount(added)}, {amount(period)} are counted from the same "
            f"day: {written(day)}."
        )
    extended = clock.extension_citation if added is not None else None
    return Step(rule=rule, day=day, text=text, citation=cited(extended or clock.citation))


def month_end(clock: Clock, wanted: int, day: date) -> Step:
    """A month that is too short."""
    text = (
        f"{_MONTHS[day.month - 1]} {day.year} has no day {wanted}: the period ends with the last "
        "day of the month."
    )
    return Step(rule="month-end", day=day, text=text, citation=cited(clock.citation))


def not_counted(clock: Clock, day: date, name: str) -> Step:
    """A holiday within a count of working days."""
    text = f"{written(day)} is a public holiday, {name}: it is no working day."
    return Step(rule="not-counted", day=day, text=text, citation=cited(clock.citation))


def stopped(clock: Clock, pause: Pause, moved: Period, day: date) -> Step:
    """A clock that stood still."""
    until = pause.until or pause.since
    rule = "stopped-working" if moved.unit is Unit.WORKING_DAYS else "stopped"
    text = (
        f"The clock stood still from {written(pause.since)} ({pause.why}) and ran again on "
        f"{written(until)}: {amount(moved)} are added, to {written(day)}."
    )
    if moved.count == 1:
        text = text.replace(" are added", " is added")
    return Step(rule=f"{rule}:{moved.count}", day=day, text=text, citation=_pause_citations(clock))


def not_before(clock: Clock, day: date) -> Step:
    """A clock that was stopped on the day to which its end had moved."""
    text = f"The clock cannot run out before it runs again, on {written(day)}."
    return Step(rule="not-before", day=day, text=text, citation=_pause_citations(clock))


def at_least(clock: Clock, days: int, day: date) -> Step:
    """A period that would hold too few working days."""
    number = amount(Period(count=days, unit=Unit.WORKING_DAYS))
    text = f"The period has to hold at least {number}: it ends on {written(day)}."
    citation = cited(clock.at_least_citation or clock.roll_citation)
    return Step(rule=f"{AT_LEAST}:{days}", day=day, text=text, citation=citation)


def weekend(clock: Clock, last: date, day: date) -> Step:
    """A last day on a weekend."""
    text = f"{written(last)} is no working day: on to {written(day)}."
    return Step(rule="weekend", day=day, text=text, citation=cited(clock.roll_citation))


def holiday(clock: Clock, last: date, name: str, day: date) -> Step:
    """A last day on a public holiday."""
    text = f"{written(last)} is a public holiday, {name}: on to {written(day)}."
    return Step(rule="holiday", day=day, text=text, citation=cited(clock.roll_citation))


def stays(clock: Clock, day: date) -> Step:
    """A last day on a weekend that stays, as the law or this reading of it has it."""
    text = f"{written(day)} is no working day; the last day stays where it is."
    return Step(rule="stays", day=day, text=text, citation=cited(clock.roll_citation))


def _pause_citations(clock: Clock) -> str:
    return "; ".join(cited(citation) for citation in clock.pauses)
