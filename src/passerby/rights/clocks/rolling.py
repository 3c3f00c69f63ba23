"""Moving a last day that is no working day, and periods that are too short."""

from __future__ import annotations

from datetime import date

from passerby.rights.clocks import explaining
from passerby.rights.clocks.calendars import Calendar, is_weekend
from passerby.rights.clocks.periods import (
    DAY,
    needed,
    weekday_holidays,
    working_days_after,
    working_days_between,
)
from passerby.rights.facts.deadline import Step
from passerby.rights.facts.law import Clock, Roll


def closed(
    clock: Clock, roll: Roll, calendar: Calendar | None, event: date, end: date
) -> tuple[Step, ...]:
    """Return the steps from the end of a period to the last day on which an answer is in time.

    The last step's day is that day; there is none where nothing moves. `roll` is one of the two
    settled ones. Raises NoCalendar.
    """
    steps = list(_lengthened(clock, calendar, event, end))
    day = steps[-1].day if steps else end
    if roll is Roll.NEXT_WORKING_DAY:
        steps += _rolled(clock, needed(calendar), day)
    elif is_weekend(day):
        steps.append(explaining.stays(clock, day))
    return tuple(steps)


def _lengthened(
    clock: Clock, calendar: Calendar | None, event: date, end: date
) -> tuple[Step, ...]:
    """Let a period hold as many working days as it has to (Regulation 1182/71, art. 3(5))."""
    least = clock.at_least_working_days
    if not least:
        return ()
    known = needed(calendar)
    if working_days_between(event + DAY, end + DAY, known) >= least:
        return ()
    day = working_days_after(event, least, known)
    skipped = weekday_holidays(event + DAY, day, known)
    return (
        *(explaining.not_counted(clock, one, name) for one, name in skipped),
        explaining.at_least(clock, least, day),
    )


def _rolled(clock: Clock, calendar: Calendar, day: date) -> tuple[Step, ...]:
    """Move to the first working day (Regulation 1182/71, art. 3(4))."""
    steps = []
    while not calendar.works(day):
        last = day
        if is_weekend(day):
            day += (7 - day.weekday()) * DAY
            steps.append(explaining.weekend(clock, last, day))
        else:
            name = calendar.holiday(day) or ""
            day += DAY
            steps.append(explaining.holiday(clock, last, name, day))
    return tuple(steps)
