"""The clocks of the laws that come with Passerby, against the facts that they were written from."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import pytest

from passerby.rights.facts.law import (
    Actor,
    Event,
    Law,
    Period,
    Resume,
    RightKind,
    Roll,
    Start,
    Unit,
)
from passerby.rights.facts.source import Confidence
from shipped_laws import LAWS, MEMORY, READ, SECONDARY, TODAY, citations, each_law, law

# What the facts say of the clocks, written down here a second time.


class Fact(NamedTuple):
    law: str
    clock: str
    start: Start
    period: tuple[int, Unit] | None
    extension: tuple[int, Unit] | None
    roll: Roll
    confidence: Confidence
    on: date = TODAY


MONTHS = Unit.MONTHS
DAYS = Unit.DAYS
WORKING = Unit.WORKING_DAYS
SENT = Start.SENT
RECEIVED = Start.RECEIVED
NEXT = Roll.NEXT_WORKING_DAY
STAYS = Roll.NONE
UNSETTLED = Roll.UNSETTLED
FORTY_FIVE = (45, DAYS)

FACTS = [
    Fact("gdpr", "answer", RECEIVED, (1, MONTHS), (2, MONTHS), NEXT, READ),
    Fact("gdpr", "authority", RECEIVED, (3, MONTHS), None, NEXT, READ),
    Fact("uk-gdpr", "answer", RECEIVED, (1, MONTHS), (2, MONTHS), NEXT, READ),
    Fact("uk-gdpr", "answer", RECEIVED, (1, MONTHS), (2, MONTHS), NEXT, READ, date(2026, 2, 5)),
    Fact("uk-gdpr", "answer", RECEIVED, (1, MONTHS), (2, MONTHS), NEXT, READ, date(2026, 2, 4)),
    Fact("uk-gdpr", "acknowledgement", RECEIVED, (30, DAYS), None, UNSETTLED, READ),
    Fact("uk-gdpr", "authority", RECEIVED, (3, MONTHS), None, UNSETTLED, MEMORY),
    Fact("swiss-fadp", "answer", RECEIVED, (30, DAYS), None, UNSETTLED, READ),
    Fact("ccpa", "acknowledgement", RECEIVED, (10, WORKING), None, STAYS, READ),
    Fact("ccpa", "answer", RECEIVED, FORTY_FIVE, FORTY_FIVE, STAYS, READ),
    Fact("ccpa", "opt-out", RECEIVED, (15, WORKING), None, STAYS, SECONDARY),
    Fact("ca-delete-act", "answer", SENT, FORTY_FIVE, None, UNSETTLED, SECONDARY),
    Fact("us-co", "answer", RECEIVED, FORTY_FIVE, FORTY_FIVE, UNSETTLED, SECONDARY),
    Fact("us-ct", "answer", RECEIVED, FORTY_FIVE, FORTY_FIVE, UNSETTLED, SECONDARY),
    # These statutes were read after the facts were written; Connecticut's before its amendment.
    Fact("us-ct", "answer", RECEIVED, FORTY_FIVE, FORTY_FIVE, UNSETTLED, READ, date(2026, 6, 30)),
    Fact("us-va", "answer", RECEIVED, FORTY_FIVE, FORTY_FIVE, UNSETTLED, READ),
    Fact("us-tx", "answer", RECEIVED, FORTY_FIVE, FORTY_FIVE, UNSETTLED, READ),
    Fact("us-ut", "answer", RECEIVED, FORTY_FIVE, FORTY_FIVE, UNSETTLED, READ),
    Fact("us-mn", "answer", RECEIVED, FORTY_FIVE, FORTY_FIVE, UNSETTLED, SECONDARY),
    Fact("us-or", "answer", RECEIVED, FORTY_FIVE, FORTY_FIVE, UNSETTLED, SECONDARY),
    Fact("us-ia", "answer", RECEIVED, (90, DAYS), FORTY_FIVE, UNSETTLED, SECONDARY),
    Fact("us-va", "appeal", RECEIVED, (60, DAYS), None, UNSETTLED, SECONDARY),
    Fact("us-ct", "appeal", RECEIVED, (60, DAYS), None, UNSETTLED, SECONDARY),
    Fact("us-tx", "appeal", RECEIVED, (60, DAYS), None, UNSETTLED, SECONDARY),
    Fact("us-ia", "appeal", RECEIVED, (60, DAYS), None, UNSETTLED, SECONDARY),
    Fact("us-co", "appeal", RECEIVED, FORTY_FIVE, (60, DAYS), UNSETTLED, SECONDARY),
    Fact("us-mn", "appeal", RECEIVED, FORTY_FIVE, (60, DAYS), UNSETTLED, SECONDARY),
    # The statute of Oregon knows no extension of an appeal.
    Fact("us-or", "appeal", RECEIVED, FORTY_FIVE, None, UNSETTLED, READ),
    Fact("bipa", "answer", RECEIVED, None, None, STAYS, SECONDARY),
    Fact("pipeda", "answer", RECEIVED, (30, DAYS), (30, DAYS), UNSETTLED, READ),
    Fact("quebec-law-25", "answer", RECEIVED, (30, DAYS), None, UNSETTLED, MEMORY),
    Fact("quebec-law-25", "to-apply", RECEIVED, (30, DAYS), None, UNSETTLED, MEMORY),
    Fact("lgpd", "answer", SENT, (15, DAYS), None, UNSETTLED, READ),
    Fact("australia-privacy-act", "answer", RECEIVED, None, None, STAYS, SECONDARY),
    Fact("us-foia", "answer", RECEIVED, (20, WORKING), (10, WORKING), STAYS, READ),
    Fact("us-foia", "appeal", RECEIVED, (20, WORKING), (10, WORKING), STAYS, READ),
    Fact("us-foia", "to-appeal", SENT, (90, DAYS), None, UNSETTLED, MEMORY),
    Fact("ca-pra", "answer", RECEIVED, (10, DAYS), (14, DAYS), UNSETTLED, READ),
    Fact("ny-foil", "answer", RECEIVED, (5, WORKING), None, STAYS, READ),
    # The statute of Illinois was read after the facts were written, but not on the extension.
    Fact("il-foia", "answer", RECEIVED, (5, WORKING), (5, WORKING), STAYS, READ),
    Fact("tx-pia", "answer", RECEIVED, (10, WORKING), None, STAYS, MEMORY),
    Fact("uk-foia", "answer", RECEIVED, (20, WORKING), None, STAYS, READ),
    Fact("de-ifg", "answer", RECEIVED, (1, MONTHS), None, NEXT, READ),
]


def pair(period: Period | None) -> tuple[int, Unit] | None:
    return None if period is None else (period.count, period.unit)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: f"{fact.law}.{fact.clock}.{fact.on}")
def test_a_clock_is_as_the_facts_say(fact: Fact) -> None:
    clock = law(fact.law, fact.on).clocks[fact.clock]
    assert clock.start is fact.start
    assert pair(clock.period) == fact.period
    assert pair(clock.extension) == fact.extension
    assert clock.roll is fact.roll
    assert clock.citation.confidence is fact.confidence


@each_law
def test_the_main_clock_of_every_law_is_in_the_facts(one: Law) -> None:
    assert any(fact.law == one.id and fact.clock == "answer" for fact in FACTS)


def test_the_two_working_days_of_the_gdpr_are_from_memory_and_its_roll_is_read() -> None:
    clock = law("gdpr").clocks["answer"]
    assert clock.at_least_working_days == 2
    assert clock.at_least_citation is not None
    assert clock.at_least_citation.confidence is MEMORY
    assert clock.at_least_citation.texts["de"].startswith("Art. 3 Abs. 5 der Verordnung")
    assert clock.roll_citation is not None
    assert clock.roll_citation.confidence is READ
    assert clock.roll_citation.texts["en"].startswith("Article 3(4) of Regulation")


def test_a_pause_of_the_gdpr_is_from_memory() -> None:
    (pause,) = law("gdpr").clocks["answer"].pauses
    assert pause.texts["en"] == "Article 12(6) GDPR"
    assert pause.confidence is MEMORY


def test_article_12a_of_the_uk_begins_on_5_february_2026() -> None:
    before = law("uk-gdpr", date(2026, 2, 4)).clocks["answer"]
    after = law("uk-gdpr", date(2026, 2, 5)).clocks["answer"]
    assert "12A" not in before.citation.texts["en"]
    assert "12A" in after.citation.texts["en"]
    assert [pause.texts["en"] for pause in after.pauses] == ["Article 12A UK GDPR"]


def test_complaints_in_the_uk_go_to_the_controller_from_19_june_2026() -> None:
    before = law("uk-gdpr", date(2026, 6, 18))
    after = law("uk-gdpr", date(2026, 6, 19))
    assert before.rights[RightKind.COMPLAINT].clock == "authority"
    assert "acknowledgement" not in before.clocks
    complaint = after.rights[RightKind.COMPLAINT]
    assert complaint.clock == "acknowledgement"
    assert "section 165 " in complaint.citation.texts["en"]
    assert "164A" in after.clocks["acknowledgement"].citation.texts["en"]


@pytest.mark.parametrize("on", [date(2021, 1, 1), date(2026, 2, 5), date(2026, 6, 19)])
def test_the_uk_is_not_cited_with_the_sections_for_the_police(on: date) -> None:
    for _, cited in citations(law("uk-gdpr", on)):
        for section in range(45, 55):
            assert f"section {section} " not in cited.texts["en"]


def test_business_days_in_california_have_two_readings() -> None:
    for name in ("acknowledgement", "opt-out"):
        clock = law("ccpa").clocks[name]
        assert clock.calendar == "US"
        assert clock.other_calendars == ("US-CA",)


def test_foia_starts_late_at_the_wrong_component_and_stops_for_two_reasons() -> None:
    clock = law("us-foia").clocks["answer"]
    assert clock.latest_start == Period(count=10, unit=DAYS)
    assert clock.latest_start_citation is not None
    assert clock.latest_start_citation.confidence is READ
    assert clock.calendar == "US"
    assert len(clock.pauses) == 2
    assert all(pause.confidence is READ for pause in clock.pauses)
    assert clock.resume is Resume.REST


def test_what_runs_after_a_pause_is_settled_for_foia_alone() -> None:
    settled = {
        one.id
        for one in LAWS
        for clock in one.clocks.values()
        if clock.pauses and clock.resume is not Resume.UNSETTLED
    }
    assert settled == {"us-foia"}


def test_drop_is_read_every_45_days_and_repeats() -> None:
    clock = law("ca-delete-act").clocks["answer"]
    assert clock.latest_start == Period(count=45, unit=DAYS)
    assert clock.repeats == Period(count=45, unit=DAYS)
    assert [one.id for one in LAWS for clock in one.clocks.values() if clock.repeats] == [
        "ca-delete-act"
    ]


def test_where_silence_is_a_refusal() -> None:
    silent = {
        one.id: one.clocks["answer"].silence.confidence  # type: ignore[union-attr]
        for one in LAWS
        if one.clocks["answer"].silence is not None
    }
    assert silent == {"pipeda": READ, "quebec-law-25": MEMORY, "us-foia": MEMORY, "il-foia": READ}


def test_a_holiday_anywhere_in_the_uk_counts_for_its_records() -> None:
    calendar = law("uk-foia").clocks["answer"].calendar
    assert calendar is not None
    assert set(calendar.split("+")) == {"GB-ENG", "GB-SCT", "GB-NIR"}


def test_clocks_of_the_requester_and_of_authorities() -> None:
    own = {
        (one.id, name)
        for one in LAWS
        for name, clock in one.clocks.items()
        if clock.actor is Actor.REQUESTER
    }
    assert own == {
        ("quebec-law-25", "to-apply"),
        ("us-foia", "to-appeal"),
        ("ny-foil", "to-appeal"),
        ("il-foia", "to-appeal"),
        ("de-ifg", "to-appeal"),
    }
    for name, clock in own:
        assert law(name).clocks[clock].event is Event.REFUSAL
    for one in LAWS:
        assert one.clocks["answer"].event is Event.REQUEST
        assert one.clocks["answer"].actor is Actor.RECIPIENT
        if "authority" in one.clocks:
            assert one.clocks["authority"].actor is Actor.AUTHORITY
            assert one.clocks["authority"].event is Event.COMPLAINT
