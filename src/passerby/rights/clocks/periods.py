"""Counting months, days and working days from the day of an event, which is never counted."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from passerby.rights.clocks.calendars import Calendar, is_weekend
from passerby.rights.facts.law import Period, Unit

DAY = timedelta(days=1)


def last_day(event: date, period: Period, calendar: Calendar | None) -> date:
    """Return the day on which a period ends, before anything is said of weekends.

    `calendar` is needed for working days alone. Raises NoCalendar.
    """
    match period.unit:
        case Unit.MONTHS:
            return months_after(event, period.count)
        case Unit.DAYS:
            return event + period.count * DAY
        case Unit.WORKING_DAYS:
            return working_days_after(event, period.count, needed(calendar))


def months_after(event: date, months: int) -> date:
    """Return the same date of a later month, or that month's last day where it has no such date
    (Regulation 1182/71, art. 3(2)(c)). Always from the event: 31 January and three months is
    30 April, not what 28 February and two more would be."""
    year, month = divmod(event.year * 12 + event.month - 1 + months, 12)
    return date(year, month + 1, min(event.day, monthrange(year, month + 1)[1]))


def is_clamped(event: date, end: date) -> bool:
    """Whether a period of months ends early because the last month is too short."""
    return end.day < event.day


def working_days_after(event: date, days: int, calendar: Calendar) -> date:
    """Return the day on which so many working days have passed. Raises NoCalendar."""
    day = event
    for _ in range(days):
        day += DAY
        while not calendar.works(day):
            day += DAY
    return day


def working_days_between(first: date, end: date, calendar: Calendar) -> int:
    """Count the working days from the first on and before the end. Raises NoCalendar."""
    return sum(calendar.works(first + n * DAY) for n in range((end - first).days))


def weekday_holidays(first: date, last: date, calendar: Calendar) -> tuple[tuple[date, str], ...]:
    """Return the holidays that fall on a day from Monday to Friday, both ends counted."""
    days = (first + n * DAY for n in range((last - first).days + 1))
    return tuple(
        (day, name) for day in days if not is_weekend(day) and (name := calendar.holiday(day))
    )


def needed(calendar: Calendar | None) -> Calendar:
    """Return the calendar of a computation that cannot do without."""
    if calendar is None:
        raise ValueError("working days without a calendar")
    return calendar
