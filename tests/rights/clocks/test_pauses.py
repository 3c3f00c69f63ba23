"""A clock that stands still: what is kept, what begins anew, what has no date."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from clock_laws import CCPA, FOIA, GDPR, UK, at, pause
from clock_replay import replay
from passerby.errors import BadDate
from passerby.rights.facts.law import Resume


def test_where_it_is_unsettled_both_readings_are_told() -> None:
    deadline = at(GDPR, "2026-01-31", "DE", pauses=(pause("2026-02-10", "2026-02-20"),))
    assert {one.name: str(one.due) for one in deadline.readings} == {
        # Saturday 28 February and ten days.
        "DE, the rest after the pause": "2026-03-10",
        "DE, the whole after the pause": "2026-03-20",
    }
    assert str(deadline.due) == "2026-03-10"
    assert str(deadline.overdue_from) == "2026-03-21"
    assert any("Without one, the last day is Monday 2 March 2026" in one for one in deadline.notes)


@pytest.mark.parametrize(
    ("resume", "due"), [(Resume.REST, "2026-03-10"), (Resume.WHOLE, "2026-03-20")]
)
def test_a_law_can_settle_it(resume: Resume, due: str) -> None:
    clock = replace(GDPR, resume=resume)
    deadline = at(clock, "2026-01-31", "DE", pauses=(pause("2026-02-10", "2026-02-20"),))
    assert [(one.name, str(one.due)) for one in deadline.readings] == [("DE", due)]


def test_a_pause_from_the_first_day_lets_the_month_begin_with_the_answer() -> None:
    # The rule for the United Kingdom: the latest of request, proof of identity, fee.
    deadline = at(UK, "2026-06-01", "GB-ENG", pauses=(pause("2026-06-01", "2026-06-04"),))
    assert {str(one.due) for one in deadline.readings} == {"2026-07-06"}
    assert [step.rule for step in deadline.readings[0].steps][:2] == ["event", "restart"]


def test_an_open_pause_gives_no_date() -> None:
    deadline = at(GDPR, "2026-01-31", "DE", pauses=(pause("2026-02-10", None),))
    assert (deadline.due, deadline.extended, deadline.overdue_from) == (None, None, None)
    assert deadline.open_ended and deadline.readings == ()
    assert any("has stood still since Tuesday 10 February 2026" in one for one in deadline.notes)


def test_a_pause_after_the_last_day_comes_too_late() -> None:
    plain = at(GDPR, "2026-01-31", "DE")
    for until in ("2026-05-20", None):
        late = at(GDPR, "2026-01-31", "DE", pauses=(pause("2026-05-05", until),))
        assert (late.due, late.overdue_from) == (plain.due, plain.overdue_from)
        assert not late.open_ended
        assert any("began after the last day: it is not counted" in one for one in late.notes)


def test_a_pause_within_the_extension_alone_leaves_the_first_period() -> None:
    stopped = (pause("2026-04-01", None),)
    plain = at(GDPR, "2026-01-31", "DE", pauses=stopped)
    assert (str(plain.due), str(plain.overdue_from)) == ("2026-03-02", "2026-03-03")
    assert plain.extended is None
    extended = at(GDPR, "2026-01-31", "DE", pauses=stopped, extended_on="2026-02-20")
    assert extended.open_ended and extended.overdue_from is None


def test_a_pause_between_the_month_end_and_the_day_it_was_moved_to_counts() -> None:
    # Saturday 28 February, moved to Monday 2 March; asked on that Monday, answered on Tuesday.
    clock = replace(GDPR, resume=Resume.REST)
    deadline = at(clock, "2026-01-31", "DE", pauses=(pause("2026-03-02", "2026-03-03"),))
    assert str(deadline.due) == "2026-03-03"
    (reading,) = deadline.readings
    assert [step.rule for step in reading.steps][-2:] == ["stopped:1", "not-before"]
    assert replay(reading.steps) == deadline.due


def test_pauses_that_touch_are_one_and_an_answer_on_the_same_day_stops_nothing() -> None:
    one = at(GDPR, "2026-01-31", "DE", pauses=(pause("2026-02-10", "2026-02-20"),))
    two = at(
        GDPR,
        "2026-01-31",
        "DE",
        pauses=(
            pause("2026-02-14", "2026-02-20"),
            pause("2026-02-10", "2026-02-14"),
            pause("2026-02-24", "2026-02-24"),
        ),
    )
    assert two == one


def test_working_days_are_kept_too() -> None:
    # Twenty working days from 23 November 2026 are 22 December; 7 to 14 December holds five.
    deadline = at(FOIA, "2026-11-23", "US", pauses=(pause("2026-12-07", "2026-12-14"),))
    assert str(deadline.due) == "2026-12-30"
    (reading,) = deadline.readings
    assert "stopped-working:5" in [step.rule for step in reading.steps]


def test_a_clock_that_nothing_stops_runs_on() -> None:
    plain = at(CCPA, "2026-11-23", "US-CA")
    stopped = at(CCPA, "2026-11-23", "US-CA", pauses=(pause("2026-12-01", None),))
    assert (stopped.due, stopped.overdue_from) == (plain.due, plain.overdue_from)
    assert "Nothing stops this clock: the pauses are not counted." in stopped.notes


def test_a_pause_that_was_over_by_receipt_does_not_count() -> None:
    stopped = at(
        GDPR,
        "2026-03-01",
        "PL",
        received="2026-03-05",
        pauses=(pause("2026-03-02", "2026-03-04"),),
    )
    assert stopped.due == date(2026, 4, 7)
    assert any("over when the clock began" in one for one in stopped.notes)


@pytest.mark.parametrize(
    ("since", "until", "message"),
    [
        ("2026-02-20", "2026-02-10", "ends before it begins"),
        ("2026-01-30", "2026-02-10", "before 2026-01-31, the day of sending"),
    ],
)
def test_an_impossible_pause(since: str, until: str, message: str) -> None:
    with pytest.raises(BadDate, match=message):
        at(GDPR, "2026-01-31", "DE", pauses=(pause(since, until),))
