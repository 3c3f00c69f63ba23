"""Public holidays from the laws' own rules: a second source beside the `holidays` library.

Easter by the anonymous Gregorian computus; fixed days, nth weekdays and substitutes by hand. Only
what holds in 2024 to 2029.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta

DAY = timedelta(days=1)
Rule = Callable[[int], set[date]]


def easter(year: int) -> date:
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def fixed(year: int, *days: tuple[int, int]) -> set[date]:
    """Days given as (day, month)."""
    return {date(year, month, day) for day, month in days}


def around_easter(year: int, *offsets: int) -> set[date]:
    return {easter(year) + offset * DAY for offset in offsets}


def nth(year: int, month: int, weekday: int, count: int) -> date:
    """The count-th weekday of a month, from its end if negative."""
    days = [date(year, month, 1) + n * DAY for n in range(31)]
    fit = [day for day in days if day.month == month and day.weekday() == weekday]
    return fit[count - 1 if count > 0 else count]


def with_substitutes(days: Iterable[date]) -> set[date]:
    """British: a holiday on a weekend is kept on the next weekday that is none yet."""
    taken = {day for day in days if day.weekday() < 5}
    for day in sorted(days):
        if day.weekday() >= 5:
            moved = day
            while moved.weekday() >= 5 or moved in taken:
                moved += DAY
            taken.add(moved)
    return taken


def observed(days: Iterable[date]) -> set[date]:
    """American: Saturday's on Friday, Sunday's on Monday."""
    shift = {5: -1, 6: 1}
    return {day + shift.get(day.weekday(), 0) * DAY for day in days}


def germany(year: int) -> set[date]:
    return fixed(year, (1, 1), (1, 5), (3, 10), (25, 12), (26, 12)) | around_easter(
        year, -2, 1, 39, 50
    )


def bavaria(year: int) -> set[date]:
    """Without 15 August, which only municipalities with more Catholics keep (FTG art. 1(1))."""
    return germany(year) | fixed(year, (6, 1), (1, 11)) | around_easter(year, 60)


def hamburg(year: int) -> set[date]:
    return germany(year) | fixed(year, (31, 10))


def poland(year: int) -> set[date]:
    days = ((1, 1), (6, 1), (1, 5), (3, 5), (15, 8), (1, 11), (11, 11), (25, 12), (26, 12))
    eve = {(24, 12)} if year >= 2025 else set()
    return fixed(year, *days, *eve) | around_easter(year, 0, 1, 49, 60)


def austria(year: int) -> set[date]:
    days = ((1, 1), (6, 1), (1, 5), (15, 8), (26, 10), (1, 11), (8, 12), (25, 12), (26, 12))
    return fixed(year, *days) | around_easter(year, 1, 39, 50, 60)


def france(year: int) -> set[date]:
    days = ((1, 1), (1, 5), (8, 5), (14, 7), (15, 8), (1, 11), (11, 11), (25, 12))
    return fixed(year, *days) | around_easter(year, 1, 39, 50)


def italy(year: int) -> set[date]:
    days = ((1, 1), (6, 1), (25, 4), (1, 5), (2, 6), (15, 8), (1, 11), (8, 12), (25, 12), (26, 12))
    francis = {(4, 10)} if year >= 2026 else set()
    return fixed(year, *days, *francis) | around_easter(year, 0, 1)


def belgium(year: int) -> set[date]:
    days = ((1, 1), (1, 5), (21, 7), (15, 8), (1, 11), (11, 11), (25, 12))
    return fixed(year, *days) | around_easter(year, 0, 1, 39, 49, 50)


def sweden(year: int) -> set[date]:
    days = fixed(year, (1, 1), (6, 1), (1, 5), (6, 6), (25, 12), (26, 12))
    return days | around_easter(year, -2, 0, 1, 39, 49)


def denmark(year: int) -> set[date]:
    days = fixed(year, (1, 1), (25, 12), (26, 12))
    return days | around_easter(year, -3, -2, 0, 1, 39, 49, 50)


def england(year: int) -> set[date]:
    days = fixed(year, (1, 1), (25, 12), (26, 12)) | around_easter(year, -2, 1)
    return with_substitutes(days | {nth(year, 5, 0, 1), nth(year, 5, 0, -1), nth(year, 8, 0, -1)})


def scotland(year: int) -> set[date]:
    days = fixed(year, (1, 1), (2, 1), (30, 11), (25, 12), (26, 12)) | around_easter(year, -2)
    days |= {nth(year, 5, 0, 1), nth(year, 5, 0, -1), nth(year, 8, 0, 1)}
    return with_substitutes(days) | ({date(2026, 6, 15)} if year == 2026 else set())


def united_states(year: int) -> set[date]:
    mondays = {nth(year, 1, 0, 3), nth(year, 2, 0, 3), nth(year, 9, 0, 1), nth(year, 10, 0, 2)}
    others = {nth(year, 5, 0, -1), nth(year, 11, 3, 4)}
    # New Year's Day of the next year, on a Saturday, is observed in this one.
    days = fixed(year, (1, 1), (19, 6), (4, 7), (11, 11), (25, 12)) | {date(year + 1, 1, 1)}
    return {day for day in observed(days) | mondays | others if day.year == year}


def california(year: int) -> set[date]:
    """The federal set without Columbus Day, with Cesar Chavez Day and the day after
    Thanksgiving (Government Code 6700 and 19853)."""
    days = united_states(year) - {nth(year, 10, 0, 2)}
    return days | {nth(year, 11, 3, 4) + DAY} | fixed(year, (31, 3))


def brazil(year: int) -> set[date]:
    days = ((1, 1), (21, 4), (1, 5), (7, 9), (12, 10), (2, 11), (15, 11), (20, 11), (25, 12))
    return fixed(year, *days) | around_easter(year, -2)


def zurich(year: int) -> set[date]:
    days = fixed(year, (1, 1), (1, 5), (1, 8), (25, 12), (26, 12))
    return days | around_easter(year, -2, 1, 39, 50)


ALMANAC: dict[str, Rule] = {
    "AT": austria,
    "BE": belgium,
    "BR": brazil,
    "CH-ZH": zurich,
    "DE": germany,
    "DE-BY": bavaria,
    "DE-HH": hamburg,
    "DK": denmark,
    "FR": france,
    "GB-ENG": england,
    "GB-SCT": scotland,
    "IT": italy,
    "PL": poland,
    "SE": sweden,
    "US": united_states,
    "US-CA": california,
}


def works(place: str, day: date) -> bool:
    """Whether a day is a working day in a place, or in all that are joined by `+`."""
    if day.weekday() >= 5:
        return False
    return not any(day in ALMANAC[one](day.year) for one in place.split("+"))
