"""What happened, where, and what follows: receipt, extensions, places, silence of the law."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

import clock_laws as laws
from clock_laws import GDPR, at
from clock_replay import replay
from passerby.errors import BadDate, NoCalendar, UnknownName
from passerby.rights.clocks import compare, compute
from passerby.rights.facts.deadline import Occurrence
from passerby.rights.facts.law import Roll
from passerby.rights.facts.source import Confidence


def test_receipt_starts_the_clock_where_the_law_says_so() -> None:
    assert at(GDPR, "2026-03-01", "PL", received="2026-03-05").due == date(2026, 4, 7)
    # LGPD art. 19(II) counts from the request.
    sent = at(laws.LGPD, "2026-03-02", "BR", received="2026-03-20")
    assert sent.due == date(2026, 3, 17)
    assert "Counted from sending on Monday 2 March 2026" in sent.readings[0].steps[0].text


def test_nothing_is_overdue_while_receipt_is_unknown() -> None:
    deadline = compute(GDPR, Occurrence(sent=date(2026, 3, 5)), ("PL",))
    assert deadline.due == date(2026, 4, 7)
    assert deadline.overdue_from is None and not deadline.open_ended
    assert any("the day of receipt is not known" in note for note in deadline.notes)
    assert "as if it were the day of sending" in deadline.readings[0].steps[0].text
    known = compute(laws.LGPD, Occurrence(sent=date(2026, 3, 5)), ("BR",))
    assert known.overdue_from is not None


@pytest.mark.parametrize(
    ("announced", "overdue", "note"),
    [
        (None, "2026-03-03", "counts only if the extension was announced"),
        ("2026-03-02", "2026-05-01", None),
        ("2026-03-03", "2026-03-03", "comes too late and does not count"),
    ],
)
def test_an_extension_counts_when_it_was_announced_in_time(
    announced: str | None, overdue: str, note: str | None
) -> None:
    deadline = at(GDPR, "2026-01-31", "DE", extended_on=announced)
    assert (str(deadline.due), str(deadline.extended)) == ("2026-03-02", "2026-04-30")
    assert str(deadline.overdue_from) == overdue
    extension = [one for one in deadline.notes if "extension" in one]
    assert extension == [] if note is None else note in extension[0]


def test_an_announcement_can_be_in_time_under_one_reading_alone() -> None:
    # 1 May is a holiday in Poland and none in England.
    deadline = at(GDPR, "2026-04-01", "PL", "GB-ENG", extended_on="2026-05-04")
    assert str(deadline.overdue_from) == "2026-07-02"
    assert any("depends on the reading" in note for note in deadline.notes)


def test_an_extension_that_the_law_does_not_know_moves_nothing() -> None:
    deadline = at(laws.QUEBEC, "2026-03-02", "CA-QC", extended_on="2026-03-10")
    assert deadline.extended is None and str(deadline.overdue_from) == "2026-04-02"
    assert any("knows no extension" in note for note in deadline.notes)


def test_each_place_is_a_reading_and_all_of_them_are_one() -> None:
    deadline = at(GDPR, "2026-04-01", "PL", "GB-ENG", "PL")
    # Friday 1 May in Poland; Monday 4 May, early May bank holiday, in England.
    assert [(one.name, str(one.due)) for one in deadline.readings] == [
        ("PL", "2026-05-04"),
        ("GB-ENG", "2026-05-01"),
        ("PL + GB-ENG", "2026-05-05"),
    ]
    assert str(deadline.due) == "2026-05-01"
    assert str(deadline.overdue_from) == "2026-05-06"
    assert "(GB-ENG)" in deadline.readings[2].steps[-1].text


def test_a_part_of_the_country_with_another_last_day_is_named() -> None:
    notes = at(GDPR, "2026-12-06", "DE").notes
    assert any("in DE-BW, DE-BY, DE-ST the last day is Thursday 7 January" in one for one in notes)
    assert not any("differ within" in one for one in at(GDPR, "2026-12-06", "DE-BY").notes)
    # 15 August is kept in most municipalities of Bavaria, not in all.
    notes = at(GDPR, "2024-07-15", "DE-BY").notes
    assert any("15 August 2024 is no public holiday of all DE-BY" in one for one in notes)


def test_both_readings_where_the_law_has_no_weekend_rule() -> None:
    # 30 days after 1 August 2026 are Monday 31; after 30 July, Saturday 29 August.
    deadline = at(laws.SWISS, "2026-07-30", "CH-ZH")
    assert [(one.name, str(one.due)) for one in deadline.readings] == [
        ("calendar days, not moved", "2026-08-29"),
        ("CH-ZH, moved to a working day", "2026-08-31"),
    ]
    assert deadline.readings[0].steps[-1].rule == "stays"
    assert (str(deadline.due), str(deadline.overdue_from)) == ("2026-08-29", "2026-09-01")


def test_a_period_holds_two_working_days_at_least() -> None:
    # Two days from Wednesday 24 December 2025 in Germany end on a holiday, 26 December, and
    # hold no working day: Monday 29 and Tuesday 30 December are the first two.
    clock = replace(GDPR, period=laws.days(2), extension=None)
    deadline = at(clock, "2025-12-24", "DE")
    assert str(deadline.due) == "2025-12-30"
    (reading,) = deadline.readings
    assert reading.steps[-1].rule == "at-least:2"
    assert replay(reading.steps) == deadline.due
    assert deadline.confidence is Confidence.MEMORY
    assert str(at(replace(clock, at_least_working_days=0), "2025-12-24", "DE").due) == "2025-12-29"


def test_a_law_without_a_period_says_why() -> None:
    for clock, why in (
        (laws.SWISS_ERASURE, "Swiss law sets none."),
        (laws.BIPA, "The law sets no period."),
        (laws.AUSTRALIA, "A reasonable period: about 30 days by the commissioner's guidance."),
    ):
        deadline = at(clock, "2026-03-05", "US-IL")
        assert (deadline.due, deadline.extended, deadline.overdue_from) == (None, None, None)
        assert (deadline.why_none, deadline.readings) == (why, ())


def test_a_clock_that_can_begin_late() -> None:
    # 5 USC 552(a)(6)(A): at the right component, at most ten days after the first receipt.
    deadline = at(laws.FOIA_COMPONENT, "2026-11-23", "US")
    assert [str(one.due) for one in deadline.readings] == ["2026-12-22", "2027-01-04"]
    assert str(deadline.overdue_from) == "2027-01-05"
    assert replay(deadline.readings[1].steps) == date(2027, 1, 4)
    drop = at(laws.DROP, "2026-08-01", "US-CA")
    assert [str(one.due) for one in drop.readings] == ["2026-09-15", "2026-10-30"]
    assert "The duty comes again every 45 days." in drop.notes


def test_the_requesters_own_time_ends_with_the_earliest_reading() -> None:
    clock = replace(laws.QUEBEC_REVIEW, roll=Roll.UNSETTLED)
    # 30 days after Thursday 2 July 2026 are Saturday 1 August.
    deadline = at(clock, "2026-07-02", "CA-QC")
    assert [str(one.due) for one in deadline.readings] == ["2026-08-01", "2026-08-03"]
    assert str(deadline.overdue_from) == "2026-08-02"


def test_silence_is_told() -> None:
    notes = at(laws.PIPEDA, "2026-03-02", "CA").notes
    assert "Silence beyond the last day is a refusal (PIPEDA s. 8(5))." in notes


def test_calendars_that_are_joined() -> None:
    clock = replace(GDPR, calendar="GB-ENG+GB-SCT")
    # 31 August is a bank holiday in England, 30 November in Scotland.
    assert str(at(clock, "2026-07-31", "DE").due) == "2026-09-01"
    assert str(at(clock, "2026-10-30", "DE").due) == "2026-12-01"


def test_the_weakest_provision_tells_the_confidence() -> None:
    assert at(GDPR, "2026-03-05", "PL").confidence is Confidence.READ
    assert at(laws.CCPA_OPT_OUT, "2026-03-05", "US-CA").confidence is Confidence.SECONDARY


@pytest.mark.parametrize("place", ["XX", "UK", "de", "DE-XX", "Germany", "US-ca", "GB-England", ""])
def test_an_unknown_place(place: str) -> None:
    with pytest.raises(UnknownName):
        at(GDPR, "2026-03-05", place)
    with pytest.raises(UnknownName):
        at(laws.CCPA, "2026-03-05", place)


@pytest.mark.parametrize("place", ["UA", "BV"])
def test_a_year_without_any_holiday_is_not_believed(place: str) -> None:
    with pytest.raises(NoCalendar):
        at(GDPR, "2026-03-05", place)


def test_no_place_at_all() -> None:
    with pytest.raises(NoCalendar, match="no place was given"):
        at(GDPR, "2026-03-05")
    assert at(laws.CCPA, "2026-11-23").due == date(2027, 1, 7)


def test_days_that_contradict_each_other() -> None:
    with pytest.raises(BadDate, match="received on 2026-03-04, before it was sent on 2026-03-05"):
        at(GDPR, "2026-03-05", "PL", received="2026-03-04")
    with pytest.raises(BadDate, match="announced before 2026-03-09"):
        at(GDPR, "2026-03-05", "PL", received="2026-03-09", extended_on="2026-03-08")
    with pytest.raises(BadDate, match="too far"):
        at(laws.CCPA, "9999-12-01", "US-CA")


def test_what_a_recorded_receipt_changes() -> None:
    before = compute(GDPR, Occurrence(sent=date(2026, 3, 5)), ("PL",))
    after = at(GDPR, "2026-03-05", "PL", received="2026-03-09")
    changes = {change.what: change for change in compare(before, after)}
    assert set(changes) == {"due", "extended", "overdue_from"}
    due = changes["due"]
    assert (due.before, due.after) == (date(2026, 4, 7), date(2026, 4, 9))
    assert due.why == (
        "Before: Counted from receipt, whose day is not known, as if it were the day of sending, "
        "Thursday 5 March 2026; that day itself is not counted. Now: Counted from receipt on "
        "Monday 9 March 2026; that day itself is not counted."
    )
    overdue = changes["overdue_from"]
    assert (overdue.before, overdue.after) == (None, date(2026, 4, 10))
    assert "nothing is called overdue on a guess" in overdue.why


def test_what_another_calendar_an_extension_and_a_pause_change() -> None:
    plain = at(GDPR, "2026-12-06", "DE")
    (due, overdue) = compare(plain, at(GDPR, "2026-12-06", "DE-BY"))
    assert (due.what, overdue.what) == ("due", "overdue_from")
    assert "Before: One month later is Wednesday 6 January 2027." in due.why
    assert "is a public holiday, Epiphany: on to Thursday 7 January 2027." in due.why
    (late,) = compare(plain, at(GDPR, "2026-12-06", "DE", extended_on="2026-12-20"))
    assert (late.what, str(late.after)) == ("overdue_from", "2027-03-09")
    assert "With the extension of two months" in late.why
    stopped = at(GDPR, "2026-12-06", "DE", pauses=(laws.pause("2026-12-10", None),))
    assert [one.after for one in compare(plain, stopped)] == [None, None, None]
    assert all("stands still" in one.why for one in compare(plain, stopped))
