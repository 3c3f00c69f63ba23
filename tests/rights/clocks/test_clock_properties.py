"""What holds for every clock, on every day."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

import clock_laws as laws
from clock_replay import replay
from passerby.rights.clocks import compare
from passerby.rights.facts.deadline import Deadline, Pause
from passerby.rights.facts.law import Clock

DAY = timedelta(days=1)

CLOCKS = st.sampled_from(
    [
        laws.GDPR, laws.AUTHORITY, laws.UK, laws.UK_COMPLAINT, laws.SWISS, laws.CCPA,
        laws.CCPA_CONFIRM, laws.CCPA_OPT_OUT, laws.VIRGINIA_APPEAL, laws.COLORADO_APPEAL,
        laws.IOWA, laws.PIPEDA, laws.QUEBEC, laws.LGPD, laws.FOIA, laws.FOIA_COMPONENT, laws.DROP,
        laws.CPRA_RECORDS, laws.NEW_YORK, laws.ILLINOIS,
    ]
)  # fmt: skip
PLACES = st.sampled_from(
    [("PL",), ("DE-BY",), ("FR",), ("GB-SCT",), ("BR",), ("US",), ("PL", "GB-ENG"), ("DE", "US")]
)
EVENTS = st.dates(date(2015, 1, 1), date(2045, 12, 31))
STOPPED = st.sampled_from([laws.GDPR, laws.UK, laws.FOIA])


def every_date(deadline: Deadline) -> list[date]:
    found = [reading.due for reading in deadline.readings]
    return found + [one.extended for one in deadline.readings if one.extended]


@given(CLOCKS, PLACES, EVENTS, st.integers(1, 40))
@example(laws.GDPR, ("PL",), date(2026, 1, 29), 2)
@example(laws.GDPR, ("PL",), date(2028, 2, 28), 1)
@settings(max_examples=100, deadline=None)
def test_a_later_event_is_never_due_earlier(
    clock: Clock, places: tuple[str, ...], event: date, later: int
) -> None:
    one = laws.at(clock, event, *places)
    other = laws.at(clock, event + later * DAY, *places)
    for before, after in zip(every_date(one), every_date(other), strict=True):
        assert before <= after
    assert one.overdue_from is not None and other.overdue_from is not None
    assert one.overdue_from <= other.overdue_from


@given(CLOCKS, PLACES, EVENTS, st.integers(0, 120))
@example(laws.GDPR, ("DE-BY",), date(2024, 1, 31), 29)
@example(laws.GDPR, ("FR",), date(2027, 12, 31), 31)
@settings(max_examples=100, deadline=None)
def test_an_extension_never_shortens(
    clock: Clock, places: tuple[str, ...], event: date, announced: int
) -> None:
    plain = laws.at(clock, event, *places)
    extended = laws.at(clock, event, *places, extended_on=event + announced * DAY)
    for reading in extended.readings:
        assert reading.extended is None or reading.extended > reading.due
    assert extended.readings == plain.readings
    assert plain.overdue_from is not None and extended.overdue_from is not None
    assert extended.overdue_from >= plain.overdue_from


@given(CLOCKS, PLACES, EVENTS)
@settings(max_examples=100, deadline=None)
def test_nothing_is_overdue_before_the_latest_reading_has_passed(
    clock: Clock, places: tuple[str, ...], event: date
) -> None:
    deadline = laws.at(clock, event, *places)
    assert deadline.due is not None and deadline.overdue_from is not None
    assert deadline.due == min(reading.due for reading in deadline.readings)
    assert all(deadline.overdue_from > reading.due for reading in deadline.readings)
    assert event < deadline.due


@st.composite
def stops(draw: st.DrawFn, event: date) -> tuple[Pause, ...]:
    """Closed pauses: before, across and behind each other."""
    found = []
    for _ in range(draw(st.integers(1, 3))):
        since = event + draw(st.integers(0, 60)) * DAY
        until = since + draw(st.integers(0, 40)) * DAY
        found.append(Pause(since=since, until=until, why="identity in doubt"))
    return tuple(found)


@given(STOPPED, PLACES, EVENTS, st.data())
@settings(max_examples=100, deadline=None)
def test_pauses_only_lengthen(
    clock: Clock, places: tuple[str, ...], event: date, data: st.DataObject
) -> None:
    pauses = data.draw(stops(event))
    plain = laws.at(clock, event, *places)
    stopped = laws.at(clock, event, *places, pauses=pauses)
    assert stopped.due is not None and plain.due is not None
    assert stopped.overdue_from is not None and plain.overdue_from is not None
    assert stopped.extended is not None and plain.extended is not None
    assert stopped.due >= plain.due
    assert stopped.extended >= plain.extended
    assert stopped.overdue_from >= plain.overdue_from
    for reading in stopped.readings:
        assert not any(
            one.since <= reading.due < one.until for one in pauses if one.until is not None
        )


@given(STOPPED, PLACES, EVENTS, st.data())
@settings(max_examples=100, deadline=None)
def test_the_explanation_replays_to_the_same_date(
    clock: Clock, places: tuple[str, ...], event: date, data: st.DataObject
) -> None:
    deadline = laws.at(clock, event, *places, pauses=data.draw(stops(event)))
    for reading in deadline.readings:
        assert replay(reading.steps) == reading.due
        assert replay(reading.extended_steps) == reading.extended


@given(CLOCKS, PLACES, EVENTS)
@settings(max_examples=100, deadline=None)
def test_every_clock_explains_itself(clock: Clock, places: tuple[str, ...], event: date) -> None:
    deadline = laws.at(clock, event, *places)
    for reading in deadline.readings:
        assert replay(reading.steps) == reading.due
        if reading.extended is not None:
            assert replay(reading.extended_steps) == reading.extended
    assert compare(deadline, laws.at(clock, event, *places)) == ()
