"""Dates that were computed by hand and with a table of holidays, under the laws as they ship."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from passerby.rights.clocks import compute
from passerby.rights.facts.deadline import Deadline, Occurrence
from passerby.rights.facts.source import Confidence
from passerby.rights.knowledge import Knowledge

SHIPPED = Knowledge(own=None)


def computed(law: str, clock: str, day: str, place: str) -> Deadline:
    event = date.fromisoformat(day)
    found = SHIPPED.law(law, event).clocks[clock]
    return compute(found, Occurrence(sent=event, received=event), [place])


@pytest.mark.parametrize(
    ("law", "clock", "event", "place", "due"),
    [
        ("gdpr", "answer", "2026-03-05", "PL", "2026-04-07"),
        ("gdpr", "answer", "2026-08-31", "PL", "2026-09-30"),
        ("gdpr", "answer", "2026-01-31", "DE", "2026-03-02"),
        ("gdpr", "answer", "2028-01-31", "DE", "2028-02-29"),
        ("gdpr", "answer", "2025-11-25", "PL", "2025-12-29"),
        ("gdpr", "answer", "2026-04-01", "PL", "2026-05-04"),
        ("gdpr", "answer", "2026-04-01", "DE", "2026-05-04"),
        ("gdpr", "answer", "2026-12-06", "DE", "2027-01-06"),
        ("gdpr", "answer", "2026-12-06", "DE-BY", "2027-01-07"),
        ("gdpr", "authority", "2026-04-08", "DE", "2026-07-08"),
        ("uk-gdpr", "answer", "2025-09-03", "GB-ENG", "2025-10-03"),
        ("uk-gdpr", "answer", "2026-04-01", "GB-ENG", "2026-05-01"),
        ("uk-gdpr", "answer", "2026-07-31", "GB-ENG", "2026-09-01"),
        ("uk-gdpr", "answer", "2026-07-31", "GB-SCT", "2026-08-31"),
        ("ccpa", "answer", "2026-11-23", "US-CA", "2027-01-07"),
        ("ccpa", "acknowledgement", "2026-11-23", "US-CA", "2026-12-08"),
        ("ccpa", "opt-out", "2026-11-23", "US-CA", "2026-12-15"),
        ("us-foia", "answer", "2026-11-23", "US", "2026-12-22"),
        ("us-foia", "answer", "2026-12-18", "US", "2027-01-20"),
        # Five business days over Thanksgiving, and ten over Thanksgiving and the day after.
        ("ny-foil", "answer", "2026-11-23", "US-NY", "2026-12-01"),
        ("tx-pia", "answer", "2026-11-23", "US-TX", "2026-12-08"),
        ("lgpd", "answer", "2026-11-23", "BR", "2026-12-08"),
        ("us-ia", "answer", "2026-11-23", "US-IA", "2027-02-21"),
    ],
)
def test_a_day_is_due_as_computed_by_hand(
    law: str, clock: str, event: str, place: str, due: str
) -> None:
    assert str(computed(law, clock, event, place).due) == due


@pytest.mark.parametrize(
    ("law", "event", "place", "extended"),
    [
        ("gdpr", "2026-01-31", "DE", "2026-04-30"),
        ("gdpr", "2026-04-01", "DE", "2026-07-01"),
        ("ccpa", "2026-11-23", "US-CA", "2027-02-21"),
        ("us-foia", "2026-11-23", "US", "2027-01-07"),
        ("pipeda", "2026-11-23", "CA", "2027-01-22"),
    ],
)
def test_an_extended_day_is_counted_from_the_event(
    law: str, event: str, place: str, extended: str
) -> None:
    assert str(computed(law, "answer", event, place).extended) == extended


@pytest.mark.parametrize(
    ("law", "clock", "place", "latest"),
    [
        # The later reading counts: California's holidays, ten days at the wrong component,
        # 45 days until the list is read, a Sunday that moves.
        ("ccpa", "acknowledgement", "US-CA", "2026-12-09"),
        ("ccpa", "opt-out", "US-CA", "2026-12-16"),
        ("us-foia", "answer", "US", "2027-01-04"),
        ("ca-delete-act", "answer", "US-CA", "2027-02-22"),
        ("us-ia", "answer", "US-IA", "2027-02-22"),
    ],
)
def test_nobody_is_late_before_the_latest_reading(
    law: str, clock: str, place: str, latest: str
) -> None:
    deadline = computed(law, clock, "2026-11-23", place)
    assert deadline.overdue_from == date.fromisoformat(latest) + timedelta(days=1)


@pytest.mark.parametrize("law", ["bipa", "australia-privacy-act"])
def test_where_there_is_no_period_there_is_no_day(law: str) -> None:
    (place,) = SHIPPED.law(law).places
    deadline = computed(law, "answer", "2026-11-23", place)
    assert (deadline.due, deadline.extended, deadline.overdue_from) == (None, None, None)
    assert deadline.why_none


@pytest.mark.parametrize(
    ("law", "place", "confidence"),
    [
        ("gdpr", "DE", Confidence.READ),
        ("ccpa", "US-CA", Confidence.READ),
        ("us-foia", "US", Confidence.READ),
        ("us-co", "US-CO", Confidence.SECONDARY),
        ("quebec-law-25", "CA-QC", Confidence.MEMORY),
    ],
)
def test_a_day_is_as_certain_as_its_law(law: str, place: str, confidence: Confidence) -> None:
    assert computed(law, "answer", "2026-11-23", place).confidence is confidence


def test_a_holiday_in_scotland_moves_a_request_for_records_in_england() -> None:
    """The 2nd of January 2027 is a Saturday: Scotland alone has Monday the 4th instead."""
    deadline = computed("uk-foia", "answer", "2026-12-14", "GB-ENG")
    assert str(deadline.due) == "2027-01-15"
