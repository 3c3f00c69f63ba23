"""Dates of all laws in 16 countries and regions, beside a computation that shares nothing with
the one under test: it walks day by day, with holidays from `almanac` (Easter by computus, fixed
days and nth weekdays by hand) instead of the `holidays` library."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

import clock_laws as laws
from almanac import ALMANAC, works
from clock_replay import replay
from passerby.rights.clocks.calendars import Calendar
from passerby.rights.facts.law import Clock, Unit

DAY = timedelta(days=1)

ROLLING = {
    "GDPR": (
        laws.GDPR,
        ("AT", "BE", "DE", "DE-BY", "DE-HH", "DK", "FR", "IT", "PL", "SE", "US", "CH-ZH"),
    ),
    "GDPR authority": (laws.AUTHORITY, ("AT", "DE-HH", "FR", "PL")),
    "UK GDPR": (laws.UK, ("GB-ENG", "GB-SCT")),
}
BOTH = {
    "UK DPA s.164A": (laws.UK_COMPLAINT, ("GB-ENG", "GB-SCT")),
    "Swiss FADP": (laws.SWISS, ("CH-ZH",)),
    "LGPD": (laws.LGPD, ("BR",)),
}
STAYING = {
    "CCPA": (laws.CCPA, ("US-CA",)),
    "Virginia": (laws.VIRGINIA, ("US-VA",)),
    "Virginia appeal": (laws.VIRGINIA_APPEAL, ("US-VA",)),
    "Colorado appeal": (laws.COLORADO_APPEAL, ("US-CO",)),
    "Oregon appeal": (laws.OREGON_APPEAL, ("US-OR",)),
    "Iowa": (laws.IOWA, ("US-IA",)),
    "PIPEDA": (laws.PIPEDA, ("CA",)),
    "Quebec": (laws.QUEBEC, ("CA-QC",)),
    "California records": (laws.CPRA_RECORDS, ("US-CA",)),
}
COUNTING = {
    "FOIA": (laws.FOIA, ("US",)),
    "New York records": (laws.NEW_YORK, ("US-NY",)),
    "Illinois records": (laws.ILLINOIS, ("US-IL",)),
    "Texas records": (laws.TEXAS, ("US-TX",)),
    "CCPA confirm": (laws.CCPA_CONFIRM, ("US-CA",)),
    "CCPA opt-out": (laws.CCPA_OPT_OUT, ("US-CA",)),
}

OTHER_DAYS = {
    "US-CA": {"Susan B. Anthony Day", "Diwali", "Cesar Chavez Day (observed)"},
}
"""What `holidays` counts as public and the almanac does not. California lists these days without
closing for all of them; a later reading is the safe one."""


@dataclass(frozen=True)
class Case:
    law: str
    clock: Clock
    place: str
    event: date

    def __str__(self) -> str:
        return f"{self.law}-{self.place}-{self.event}"


def events(seed: str, count: int) -> list[date]:
    """Days at random, and those that go wrong most easily."""
    chosen = random.Random(seed)
    hard = [
        date(2024, 1, 31), date(2024, 2, 29), date(2025, 1, 30), date(2025, 11, 25),
        date(2026, 3, 5), date(2026, 12, 1), date(2026, 12, 31), date(2027, 11, 24),
        date(2028, 1, 31), date(2028, 2, 29),
    ]  # fmt: skip
    return chosen.sample(hard, 4) + [
        date(2024, 1, 1) + chosen.randrange(1700) * DAY for _ in range(count)
    ]


def cases(table: dict[str, tuple[Clock, tuple[str, ...]]], count: int) -> list[Case]:
    return [
        Case(law, clock, place, event)
        for law, (clock, places) in table.items()
        for place in places
        for event in events(f"{law} {place}", count)
    ]


ROLLED, READ_TWICE, STAYED = cases(ROLLING, 8), cases(BOTH, 8), cases(STAYING, 8)
COUNTED = cases(COUNTING, 10)


def walk_months(event: date, months: int) -> date:
    """From the event, day by day, into the month and to its day or its last."""
    day, left = event, months
    while left:
        day += DAY
        left -= day.day == 1
    while day.day < event.day and (day + DAY).day != 1:
        day += DAY
    return day


def walk(clock: Clock, event: date, extended: bool, place: str) -> date:
    """The end of the period, counted once from the event."""
    assert clock.period is not None
    count = clock.period.count
    if extended:
        assert clock.extension is not None
        assert clock.extension.unit is clock.period.unit
        count += clock.extension.count
    if clock.period.unit is Unit.MONTHS:
        return walk_months(event, count)
    day = event
    while count:
        day += DAY
        count -= clock.period.unit is Unit.DAYS or works(place, day)
    return day


def walk_to_work(place: str, day: date) -> date:
    while not works(place, day):
        day += DAY
    return day


def test_there_are_enough_of_them() -> None:
    every = {str(case) for case in ROLLED + READ_TWICE + STAYED + COUNTED}
    assert len(every) >= 400
    assert len({case.place for case in ROLLED + READ_TWICE + STAYED + COUNTED}) >= 20


@pytest.mark.parametrize("place", ALMANAC)
def test_both_sources_of_holidays_agree(place: str) -> None:
    calendar = Calendar(places=(place,))
    day = date(2024, 1, 1)
    while day.year < 2030:
        if day.weekday() < 5 and calendar.holiday(day) not in OTHER_DAYS.get(place, ()):
            assert calendar.works(day) == works(place, day), (day, calendar.holiday(day))
        day += DAY


@pytest.mark.parametrize("case", ROLLED, ids=str)
def test_rolled_periods(case: Case) -> None:
    deadline = laws.at(case.clock, case.event, case.place)
    first = walk_to_work(case.place, walk(case.clock, case.event, False, case.place))
    assert deadline.due == first
    assert deadline.overdue_from == first + DAY
    (reading,) = deadline.readings
    assert replay(reading.steps) == first
    if case.clock.extension is not None:
        last = walk_to_work(case.place, walk(case.clock, case.event, True, case.place))
        assert deadline.extended == replay(reading.extended_steps) == last


@pytest.mark.parametrize("case", READ_TWICE, ids=str)
def test_periods_whose_end_is_unsettled(case: Case) -> None:
    deadline = laws.at(case.clock, case.event, case.place)
    end = walk(case.clock, case.event, False, case.place)
    moved = walk_to_work(case.place, end)
    assert [reading.due for reading in deadline.readings] == [end, moved]
    assert [replay(reading.steps) for reading in deadline.readings] == [end, moved]
    assert (deadline.due, deadline.overdue_from) == (end, moved + DAY)


@pytest.mark.parametrize("case", STAYED, ids=str)
def test_periods_that_end_on_any_day(case: Case) -> None:
    deadline = laws.at(case.clock, case.event, case.place)
    end = walk(case.clock, case.event, False, case.place)
    assert (deadline.due, deadline.overdue_from) == (end, end + DAY)
    (reading,) = deadline.readings
    assert replay(reading.steps) == end
    if case.clock.extension is not None:
        assert deadline.extended == walk(case.clock, case.event, True, case.place)


@pytest.mark.parametrize("case", COUNTED, ids=str)
def test_counts_of_working_days(case: Case) -> None:
    deadline = laws.at(case.clock, case.event, case.place)
    for reading in deadline.readings:
        window = [case.event + n * DAY for n in range(70)]
        calendar = Calendar(places=(reading.name,))
        if any(calendar.holiday(day) in OTHER_DAYS.get(reading.name, ()) for day in window):
            continue
        assert reading.due == walk(case.clock, case.event, False, reading.name)
        assert replay(reading.steps) == reading.due
        if case.clock.extension is not None:
            assert reading.extended == walk(case.clock, case.event, True, reading.name)
    assert deadline.due == min(reading.due for reading in deadline.readings)
    assert deadline.overdue_from == max(reading.due for reading in deadline.readings) + DAY
