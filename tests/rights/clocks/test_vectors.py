"""The known dates, one by one, and the mistakes that other tools make."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from clock_laws import (
    CCPA,
    CCPA_CONFIRM,
    CCPA_OPT_OUT,
    FOIA,
    GDPR,
    UK,
    at,
)
from clock_replay import replay
from passerby.errors import NoCalendar
from passerby.rights.facts.law import Clock

DUE = [
    (GDPR, "2026-03-05", "PL", "2026-04-07"),
    (GDPR, "2026-08-31", "DE", "2026-09-30"),
    (GDPR, "2026-08-31", "PL", "2026-09-30"),
    (GDPR, "2026-01-31", "DE", "2026-03-02"),
    (GDPR, "2028-01-31", "DE", "2028-02-29"),
    (GDPR, "2025-11-25", "PL", "2025-12-29"),
    (GDPR, "2026-04-01", "PL", "2026-05-04"),
    (GDPR, "2026-04-01", "DE", "2026-05-04"),
    (GDPR, "2026-04-01", "GB-ENG", "2026-05-01"),
    (GDPR, "2026-12-06", "DE", "2027-01-06"),
    (GDPR, "2026-12-06", "DE-BY", "2027-01-07"),
    (UK, "2026-07-31", "GB-ENG", "2026-09-01"),
    (UK, "2026-07-31", "GB-SCT", "2026-08-31"),
    (UK, "2026-09-03", "GB-ENG", "2026-10-05"),
    (CCPA, "2026-11-23", "US-CA", "2027-01-07"),
    (CCPA_CONFIRM, "2026-11-23", "US-CA", "2026-12-08"),
    (CCPA_OPT_OUT, "2026-11-23", "US-CA", "2026-12-15"),
    (FOIA, "2026-11-23", "US", "2026-12-22"),
    (FOIA, "2026-12-18", "US", "2027-01-20"),
]

EXTENDED = [
    (GDPR, "2026-01-31", "DE", "2026-04-30"),
    (GDPR, "2026-04-01", "DE", "2026-07-01"),
    (CCPA, "2026-11-23", "US-CA", "2027-02-21"),
    (FOIA, "2026-11-23", "US", "2027-01-07"),
]


@pytest.mark.parametrize(("clock", "event", "place", "due"), DUE)
def test_an_answer_is_due(clock: Clock, event: str, place: str, due: str) -> None:
    deadline = at(clock, event, place)
    assert str(deadline.due) == due
    assert replay(deadline.readings[0].steps) == deadline.due


@pytest.mark.parametrize(("clock", "event", "place", "due"), EXTENDED)
def test_an_extended_answer_is_due(clock: Clock, event: str, place: str, due: str) -> None:
    deadline = at(clock, event, place)
    assert str(deadline.extended) == due
    assert replay(deadline.readings[0].extended_steps) == deadline.extended


def test_business_days_of_the_ccpa_are_read_with_both_calendars() -> None:
    confirm = at(CCPA_CONFIRM, "2026-11-23", "US-CA")
    assert [(one.name, str(one.due)) for one in confirm.readings] == [
        ("US", "2026-12-08"),
        ("US-CA", "2026-12-09"),
    ]
    assert str(confirm.overdue_from) == "2026-12-10"
    opt_out = at(CCPA_OPT_OUT, "2026-11-23", "US-CA")
    assert [str(one.due) for one in opt_out.readings] == ["2026-12-15", "2026-12-16"]
    assert str(opt_out.overdue_from) == "2026-12-17"


def test_the_united_kingdom_has_no_calendar_of_its_own() -> None:
    with pytest.raises(NoCalendar) as raised:
        at(UK, "2026-07-31", "GB")
    for nation in ("GB-ENG", "GB-NIR", "GB-SCT", "GB-WLS"):
        assert nation in raised.value.hint


@pytest.mark.parametrize("event", ["1950-05-01", "2101-05-01"])
def test_a_year_outside_of_the_table_is_no_year_without_holidays(event: str) -> None:
    with pytest.raises(NoCalendar, match="1991 to 2100"):
        at(GDPR, event, "DE")


def test_a_month_is_not_31_days() -> None:
    deadline = at(GDPR, "2026-01-31", "DE")
    assert deadline.due != date(2026, 1, 31) + timedelta(days=31)


def test_10_november_and_a_month_is_10_december() -> None:
    # Seen elsewhere: 12 December, a Saturday.
    assert at(GDPR, "2026-11-10", "DE").due == date(2026, 12, 10)


def test_months_are_not_chained() -> None:
    deadline = at(GDPR, "2026-01-31", "DE")
    assert deadline.extended == date(2026, 4, 30)
    assert deadline.extended != date(2026, 4, 28)
    moved = at(GDPR, "2026-04-01", "DE")
    assert (moved.due, moved.extended) == (date(2026, 5, 4), date(2026, 7, 1))


def test_the_explanation_names_what_moved_the_day() -> None:
    (reading,) = at(GDPR, "2026-03-05", "PL").readings
    assert [(step.rule, step.citation) for step in reading.steps] == [
        ("event", "GDPR art. 12(3)"),
        ("months:1", "GDPR art. 12(3)"),
        ("weekend", "Regulation 1182/71 art. 3(4)"),
        ("holiday", "Regulation 1182/71 art. 3(4)"),
    ]
    assert reading.steps[0].text == (
        "Counted from receipt on Thursday 5 March 2026; that day itself is not counted."
    )
    assert "Easter Monday" in reading.steps[-1].text
    (clamped,) = at(GDPR, "2026-01-31", "DE").readings
    assert "February 2026 has no day 31" in clamped.steps[2].text
