"""Every clock of every law that comes with Passerby, beside a computation of its own.

Days are walked one by one, as in `test_cross_checked`. Holidays are the almanac's where it has
the place, else the library's own tables, asked without going through the code under test.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product

import holidays
import pytest

from almanac import ALMANAC, works
from clock_replay import replay
from passerby.rights.clocks import compute
from passerby.rights.facts.deadline import Occurrence
from passerby.rights.facts.law import Actor, Clock, Law, Period, Roll, Unit
from passerby.rights.knowledge import Knowledge

DAY = timedelta(days=1)

KNOWN = [
    (law, name)
    for law in Knowledge.load().laws()
    for name, clock in law.clocks.items()
    if clock.period is not None
]
SILENT = [
    (law, name)
    for law in Knowledge.load().laws()
    for name, clock in law.clocks.items()
    if clock.period is None
]

# California's table in the library has days that the almanac leaves out.
BY_HAND = ALMANAC.keys() - {"US-CA"}


def label(value: object) -> str:
    return f"{value.id}-{value.applies_from}" if isinstance(value, Law) else str(value)


def place_of(law: Law) -> str:
    return {"GB": "GB-ENG", "AT": "PL"}.get(law.places[0], law.places[0])


def events(law: Law, name: str) -> list[date]:
    chosen = random.Random(f"{law.id} {name}")
    first = max(law.applies_from, date(2024, 1, 1))
    last = min(law.applies_to or date.max, date(2029, 1, 1))
    return [first + chosen.randrange((last - first).days) * DAY for _ in range(8)]


def open_in(names: str, day: date) -> bool:
    for name in names.split("+"):
        if name in BY_HAND:
            if not works(name, day):
                return False
            continue
        country, _, part = name.partition("-")
        table = holidays.country_holidays(country, subdiv=part or None, years=day.year)
        if day.weekday() >= 5 or day in table:
            return False
    return True


def walk(event: date, period: Period, names: str) -> date:
    day, left = event, period.count
    if period.unit is Unit.MONTHS:
        while left:
            day += DAY
            left -= day.day == 1
        while day.day < event.day and (day + DAY).day != 1:
            day += DAY
        return day
    while left:
        day += DAY
        left -= period.unit is Unit.DAYS or open_in(names, day)
    return day


def close(day: date, roll: Roll, names: str) -> date:
    while roll is Roll.NEXT_WORKING_DAY and not open_in(names, day):
        day += DAY
    return day


def expected(clock: Clock, event: date, place: str) -> Iterator[tuple[date, date | None]]:
    """Yield the last day and the extended one of every reading; some can be there twice."""
    names = (clock.calendar, *clock.other_calendars) if clock.calendar else (place,)
    rolls = (Roll.NONE, Roll.NEXT_WORKING_DAY) if clock.roll is Roll.UNSETTLED else (clock.roll,)
    waits = (None, clock.latest_start) if clock.latest_start else (None,)
    for name, roll, wait in product(names, rolls, waits):
        assert name is not None and clock.period is not None
        begin = event if wait is None else walk(event, wait, name)
        due = close(walk(begin, clock.period, name), roll, name)
        if clock.extension is None:
            yield due, None
            continue
        assert clock.extension.unit is clock.period.unit
        count = clock.period.count + clock.extension.count
        whole = Period(count=count, unit=clock.period.unit)
        yield due, close(walk(begin, whole, name), roll, name)


@pytest.mark.parametrize(("law", "name"), KNOWN, ids=label)
def test_a_clock_runs_as_its_law_says(law: Law, name: str) -> None:
    clock, place = law.clocks[name], place_of(law)
    for event in events(law, name):
        deadline = compute(clock, Occurrence(sent=event, received=event), (place,))
        readings = {(one.due, one.extended) for one in deadline.readings}
        assert readings == set(expected(clock, event, place))
        assert deadline.due == min(due for due, _ in readings)
        last = min if clock.actor is Actor.REQUESTER else max
        assert deadline.overdue_from == last(due for due, _ in readings) + DAY
        for reading in deadline.readings:
            assert replay(reading.steps) == reading.due
            assert reading.steps[0].citation == clock.citation.texts["en"]
            if reading.extended is not None:
                assert replay(reading.extended_steps) == reading.extended


@pytest.mark.parametrize(("law", "name"), SILENT, ids=label)
def test_a_law_that_sets_no_time_says_why(law: Law, name: str) -> None:
    deadline = compute(law.clocks[name], Occurrence(sent=law.applies_from), ())
    assert deadline.due is None and deadline.why_none


def test_there_are_clocks_for_the_laws() -> None:
    named = {law.id for law, _ in KNOWN + SILENT}
    assert named >= {
        "gdpr", "uk-gdpr", "swiss-fadp", "ccpa", "us-va", "us-co", "us-ct", "us-ut", "us-tx",
        "us-mn", "us-or", "us-ia", "ca-delete-act", "bipa", "pipeda", "quebec-law-25", "lgpd",
        "australia-privacy-act", "us-foia", "ca-pra", "ny-foil", "il-foia", "tx-pia", "uk-foia",
    }  # fmt: skip
    assert len(KNOWN) * 8 >= 200
