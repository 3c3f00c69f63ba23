"""The ways to read a clock, and where each of them leads.

A stopped clock. The European Data Protection Board lets the month be suspended while identity is
reasonably in doubt or a request has to be specified (Guidelines 01/2022 on the right of access,
section 5.3): the days before the pause are kept. The United Kingdom's commissioner counts the
month anew from the day on which the proof of identity or the fee arrived. `Clock.resume` says
which of them a law follows; where that is unsettled, both are computed. The day of asking is the
first on which a clock stands still, the day of the answer the first on which it runs again. A
pause that began no later than the event leaves nothing to keep: the day of the answer takes the
place of the event in both readings.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from passerby.errors import NoCalendar
from passerby.rights.clocks import explaining
from passerby.rights.clocks.calendars import Calendar, check_place
from passerby.rights.clocks.periods import (
    DAY,
    is_clamped,
    last_day,
    needed,
    weekday_holidays,
    working_days_after,
    working_days_between,
)
from passerby.rights.clocks.rolling import closed
from passerby.rights.facts.deadline import Pause, Step
from passerby.rights.facts.law import Clock, Period, Resume, Roll, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to read a clock: everything that the law leaves open is settled. `wait` is how
    long the clock stands at zero after the event; None: it runs at once."""

    name: str
    calendar: Calendar | None
    roll: Roll
    resume: Resume
    wait: Period | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Where a way leads. `day` is None while the clock is stopped, with no end known."""

    day: date | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What is counted: a period, or a period with its extension. `received` None: not known."""

    event: date
    received: date | None
    period: Period
    extension: Period | None = None


def ways(clock: Clock, places: Sequence[str], pauses: Sequence[Pause]) -> tuple[Way, ...]:
    """Return every way to read a clock in these places. Raises UnknownName, NoCalendar."""
    for place in places:
        check_place(place)
    waits = (None,) if clock.latest_start is None else (None, clock.latest_start)
    choices = product(_calendars_and_rolls(clock, places), _resumes(clock, pauses), waits)
    return tuple(
        Way(
            name=_name(clock, calendar, roll, resume if pauses else None, wait),
            calendar=calendar,
            roll=roll,
            resume=resume,
            wait=wait,
        )
        for (calendar, roll), resume, wait in choices
    )


def run(clock: Clock, way: Way, span: Span, pauses: Sequence[Pause]) -> Run:
    """Count a span in one way. `pauses` are in order and do not overlap. Raises NoCalendar."""
    counter = _Counter(clock=clock, way=way, span=span)
    for pause in pauses:
        if pause.since > counter.last:
            break
        if pause.until is None:
            return Run(day=None, steps=())
        counter.stop(pause, pause.until)
    return Run(day=counter.last, steps=counter.steps)


@dataclass(slots=True, kw_only=True)
class _Counter:
    """Counts a span, and counts on after each pause."""

    clock: Clock
    way: Way
    span: Span
    begin: date = date.min
    end: date = date.min
    counted: tuple[Step, ...] = ()
    closing: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        span, wait = self.span, self.way.wait
        begin = span.event
        steps = [explaining.event(self.clock, begin, span.received)]
        if wait is not None:
            begin = last_day(span.event, wait, self.way.calendar)
            if wait.unit is Unit.WORKING_DAYS:
                steps += self._skipped(span.event, begin)
            steps.append(explaining.begin(self.clock, wait, begin))
        self._begin(begin, tuple(steps))

    @property
    def last(self) -> date:
        """The last day on which an answer is in time, as far as the pauses have been told."""
        return self.closing[-1].day if self.closing else self.end

    @property
    def steps(self) -> tuple[Step, ...]:
        return self.counted + self.closing

    def stop(self, pause: Pause, until: date) -> None:
        """Let the clock stand still, from a day on which it had not run out."""
        if self.way.resume is Resume.WHOLE or pause.since <= self.begin:
            first = self.counted[0]
            self._begin(until, (first, explaining.restart(self.clock, pause, until)))
            return
        moved, end = self._moved(pause, until)
        steps = [explaining.stopped(self.clock, pause, moved, end)]
        if end < until:
            end = until
            steps.append(explaining.not_before(self.clock, end))
        skipped = self._skipped(self.end, end) if moved.unit is Unit.WORKING_DAYS else ()
        self._close(end, (*self.counted, *skipped, *steps))

    def _moved(self, pause: Pause, until: date) -> tuple[Period, date]:
        """Return for how long the clock stood still, and the end that follows."""
        if self._unit is not Unit.WORKING_DAYS:
            days = (until - pause.since).days
            return Period(count=days, unit=Unit.DAYS), self.end + days * DAY
        calendar = needed(self.way.calendar)
        days = working_days_between(pause.since, until, calendar)
        end = working_days_after(self.end, days, calendar)
        return Period(count=days, unit=Unit.WORKING_DAYS), end

    @property
    def _unit(self) -> Unit:
        return (self.span.extension or self.span.period).unit

    def _begin(self, begin: date, steps: tuple[Step, ...]) -> None:
        self.begin = begin
        day, found = begin, list(steps)
        for period, added in _parts(self.span):
            last, day = day, last_day(day, period, self.way.calendar)
            if period.unit is Unit.WORKING_DAYS:
                found += self._skipped(last, day)
            found.append(explaining.counted(self.clock, period, day, added=added))
            if period.unit is Unit.MONTHS and is_clamped(last, day):
                found.append(explaining.month_end(self.clock, last.day, day))
        self._close(day, tuple(found))

    def _close(self, end: date, steps: tuple[Step, ...]) -> None:
        self.end, self.counted = end, steps
        self.closing = closed(self.clock, self.way.roll, self.way.calendar, self.begin, end)

    def _skipped(self, after: date, last: date) -> tuple[Step, ...]:
        found = weekday_holidays(after + DAY, last, needed(self.way.calendar))
        return tuple(explaining.not_counted(self.clock, day, name) for day, name in found)


def _parts(span: Span) -> tuple[tuple[Period, Period | None], ...]:
    """Return what is counted one after the other: as one where the units are the same, so that
    months are never chained."""
    period, more = span.period, span.extension
    if more is None:
        return ((period, None),)
    if more.unit is period.unit:
        return ((Period(count=period.count + more.count, unit=period.unit), more),)
    return ((period, None), (more, None))


def _calendars_and_rolls(
    clock: Clock, places: Sequence[str]
) -> Iterable[tuple[Calendar | None, Roll]]:
    rolls: tuple[Roll, ...] = (clock.roll,)
    if clock.roll is Roll.UNSETTLED:
        rolls = (Roll.NONE, Roll.NEXT_WORKING_DAY)
    for roll in rolls:
        if _needs_calendar(clock, roll):
            yield from ((calendar, roll) for calendar in _calendars(clock, places))
        else:
            yield None, roll


def _needs_calendar(clock: Clock, roll: Roll) -> bool:
    periods = (clock.period, clock.extension, clock.latest_start)
    units = {period.unit for period in periods if period is not None}
    counts = Unit.WORKING_DAYS in units or clock.at_least_working_days > 0
    return counts or roll is Roll.NEXT_WORKING_DAY


def _calendars(clock: Clock, places: Sequence[str]) -> tuple[Calendar, ...]:
    """Return one calendar for each reading. It is unclear whose holidays count where several
    places are concerned (a controller outside the Union): each alone, then all together."""
    if clock.calendar is not None:
        names = dict.fromkeys((clock.calendar, *clock.other_calendars))
        return tuple(_joined(name) for name in names)
    if not places:
        raise NoCalendar(
            "no place was given, and the date depends on its public holidays",
            "Name the place of whoever has to answer: DE, DE-BY, US-CA.",
        )
    single = tuple(Calendar(places=(place,)) for place in dict.fromkeys(places))
    others = tuple(_joined(name) for name in clock.other_calendars)
    union = (Calendar(places=tuple(dict.fromkeys(places))),) if len(single) > 1 else ()
    return (*single, *union, *(one for one in others if one not in single))


def _joined(name: str) -> Calendar:
    return Calendar(places=tuple(name.split("+")))


def _resumes(clock: Clock, pauses: Sequence[Pause]) -> tuple[Resume, ...]:
    if not pauses:
        return (Resume.REST,)
    if clock.resume is Resume.UNSETTLED:
        return Resume.REST, Resume.WHOLE
    return (clock.resume,)


def _name(
    clock: Clock,
    calendar: Calendar | None,
    roll: Roll,
    resume: Resume | None,
    wait: Period | None,
) -> str:
    """Return the name of a way: its calendar, and what was settled for this reading alone."""
    parts = ["calendar days" if calendar is None else calendar.name]
    if clock.roll is Roll.UNSETTLED:
        moved = roll is Roll.NEXT_WORKING_DAY
        parts.append("moved to a working day" if moved else "not moved")
    if resume is not None and clock.resume is Resume.UNSETTLED:
        rest = resume is Resume.REST
        parts.append("the rest after the pause" if rest else "the whole after the pause")
    if wait is not None:
        parts.append(f"begun {explaining.amount(wait)} late")
    return ", ".join(parts)
