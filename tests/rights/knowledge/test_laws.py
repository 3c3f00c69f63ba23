"""The laws that come with Passerby, against the facts that they were written from."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

import holidays
import pytest

from passerby.rights.facts.law import (
    Actor,
    Citation,
    Clock,
    Event,
    Law,
    LawKind,
    Period,
    Resume,
    Right,
    RightKind,
    Roll,
    Start,
    Unit,
)
from passerby.rights.facts.point import Point
from passerby.rights.facts.source import Confidence
from passerby.rights.knowledge import Knowledge
from passerby.rights.knowledge.laws import LANGUAGES

SHIPPED = Knowledge(own=None)
LAWS = SHIPPED.laws()
TODAY = date(2026, 11, 23)

READ = Confidence.READ
SECONDARY = Confidence.SECONDARY
MEMORY = Confidence.MEMORY


def law(name: str, on: date = TODAY) -> Law:
    return SHIPPED.law(name, on)


def citations(one: Law) -> list[tuple[str, Citation]]:
    """Every citation of a law, with where it stands."""
    found: list[tuple[str, Citation]] = []
    for kind, right in one.rights.items():
        found.append((kind, right.citation))
        found += [(f"{kind}.{point}", cited) for point, cited in right.contents.items()]
        found += [(f"{kind}.exceptions", cited) for cited in right.exceptions]
    for name, clock in one.clocks.items():
        found += [(name, cited) for cited in clock_citations(clock)]
    return found


def clock_citations(clock: Clock) -> list[Citation]:
    several = [
        clock.citation,
        clock.roll_citation,
        clock.extension_citation,
        clock.at_least_citation,
        clock.latest_start_citation,
        clock.silence,
        *clock.pauses,
    ]
    return [cited for cited in several if cited is not None]


def labelled(one: Law) -> str:
    return f"{one.id}-{one.applies_from}"


each_law = pytest.mark.parametrize("one", LAWS, ids=labelled)


# What is there.

VERSIONS = {
    "gdpr": ["2018-05-25"],
    "uk-gdpr": ["2021-01-01", "2026-02-05", "2026-06-19"],
    "swiss-fadp": ["2023-09-01"],
    "ccpa": ["2023-01-01"],
    "ca-delete-act": ["2026-08-01"],
    "us-va": ["2023-01-01"],
    "us-co": ["2023-07-01"],
    "us-ct": ["2023-07-01", "2026-07-01"],
    "us-ut": ["2023-12-31", "2026-07-01"],
    "us-tx": ["2024-07-01"],
    "us-mn": ["2025-07-31"],
    "us-or": ["2024-07-01"],
    "us-ia": ["2025-01-01"],
    "bipa": ["2008-10-03"],
    "pipeda": ["2004-01-01"],
    "quebec-law-25": ["2023-09-22"],
    "lgpd": ["2020-09-18"],
    "australia-privacy-act": ["2014-03-12"],
    "us-foia": ["2016-06-30"],
    "ca-pra": ["2023-01-01"],
    "ny-foil": ["2005-05-03"],
    "il-foia": ["2010-01-01"],
    "tx-pia": ["1993-09-01"],
    "uk-foia": ["2005-01-01"],
    "de-ifg": ["2006-01-01"],
}

EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EEA = "IS LI NO"

PARTS = {"GB": {"ENG", "SCT", "WLS", "NIR"}}
"""Parts of a country that have holidays of their own, where their table says so otherwise."""


def test_every_law_and_version_is_there() -> None:
    found: dict[str, list[str]] = {}
    for one in LAWS:
        found.setdefault(one.id, []).append(str(one.applies_from))
    assert found == VERSIONS


@pytest.mark.parametrize("name", [name for name, days in VERSIONS.items() if len(days) > 1])
def test_versions_follow_each_other_without_a_gap(name: str) -> None:
    versions = [one for one in LAWS if one.id == name]
    for earlier, later in pairwise(versions):
        assert earlier.applies_to == later.applies_from
        assert SHIPPED.law(name, later.applies_from) is later
        assert SHIPPED.law(name, later.applies_from - timedelta(days=1)) is earlier
    assert versions[-1].applies_to is None


@each_law
def test_names_are_in_six_languages_and_notes_in_two(one: Law) -> None:
    assert set(one.names) >= set(LANGUAGES)
    assert set(one.full_names) >= set(LANGUAGES)
    assert {"en", "de"} <= set(one.notes)


@each_law
def test_every_citation_is_in_six_languages_on_one_line_each(one: Law) -> None:
    for where, cited in citations(one):
        assert set(cited.texts) >= set(LANGUAGES), where
        for text in cited.texts.values():
            assert text == " ".join(text.split()), where
            assert not text.endswith((".", ",", ";")), where


@each_law
def test_every_citation_names_sources_that_the_law_has(one: Law) -> None:
    for where, cited in citations(one):
        assert cited.sources, where
        assert set(cited.sources) <= set(one.sources), where


@each_law
def test_every_source_is_cited(one: Law) -> None:
    cited = {source for _, citation in citations(one) for source in citation.sources}
    assert cited == set(one.sources)


@each_law
def test_what_was_read_rests_on_a_source_that_somebody_looked_at(one: Law) -> None:
    """The statute of FOIA and that of New York were read when the facts were collected, on no
    recorded day; so was the judgment C-154/21, beside the article that it reads."""
    if one.id in {"us-foia", "ny-foil"}:
        return
    for where, cited in citations(one):
        if cited.confidence is READ:
            assert any(one.sources[source].checked for source in cited.sources), where


@each_law
def test_points_are_points_of_the_checklist(one: Law) -> None:
    for right in one.rights.values():
        assert set(right.contents) <= set(Point)


def test_a_right_without_points_is_a_complaint() -> None:
    bare = {kind for one in LAWS for kind, right in one.rights.items() if not right.contents}
    assert bare == {RightKind.COMPLAINT}


@each_law
def test_places_are_places_with_a_table_of_holidays(one: Law) -> None:
    tables = holidays.list_supported_countries(include_aliases=False)
    named = set(one.places)
    for clock in one.clocks.values():
        for calendar in (clock.calendar, *clock.other_calendars):
            named |= set(calendar.split("+")) if calendar else set()
    for place in named:
        country, _, part = place.partition("-")
        assert country in tables, place
        assert not part or part in PARTS.get(country, set(tables[country])), place


def test_the_gdpr_holds_in_the_whole_eea() -> None:
    assert len(EU.split()) == 27
    assert sorted(law("gdpr").places) == sorted(f"{EU} {EEA}".split())


@each_law
def test_every_law_has_its_main_clock_and_rights_name_its_clocks(one: Law) -> None:
    assert "answer" in one.clocks
    for right in one.rights.values():
        assert right.clock is None or right.clock in one.clocks
    for name, clock in one.clocks.items():
        assert clock.id == name


@each_law
def test_a_clock_without_a_period_says_why_in_six_languages(one: Law) -> None:
    for clock in one.clocks.values():
        assert (clock.period is None) == (clock.why_none is not None)
        if clock.why_none is not None:
            assert set(clock.why_none) >= set(LANGUAGES)
            assert clock.extension is None


@each_law
def test_working_days_are_those_of_a_calendar(one: Law) -> None:
    """A request for records may come from anywhere: the days are the agency's."""
    for clock in one.clocks.values():
        if clock.period is not None and clock.period.unit is Unit.WORKING_DAYS:
            assert clock.calendar is not None, clock.id
            assert clock.roll is Roll.NONE, clock.id


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
    assert "164A" in complaint.citation.texts["en"]


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


# Which rights there are.

STATES = ("us-va", "us-co", "us-ct", "us-ut", "us-tx", "us-mn", "us-or", "us-ia")
RECORDS = ("us-foia", "ca-pra", "ny-foil", "il-foia", "tx-pia", "uk-foia", "de-ifg")
RIGHTS = {
    "gdpr": {"access", "erasure", "object", "no-collection", "complaint"},
    "uk-gdpr": {"access", "erasure", "object", "no-collection", "complaint"},
    "swiss-fadp": {"access", "erasure", "object", "no-collection", "complaint"},
    "ccpa": {"access", "erasure", "opt-out", "limit", "complaint"},
    "ca-delete-act": {"erasure", "opt-out", "complaint"},
    "bipa": {"notice"},
    "pipeda": {"access", "complaint"},
    "quebec-law-25": {"access", "erasure", "complaint"},
    "lgpd": {"access", "erasure", "object", "complaint"},
    "australia-privacy-act": {"access", "complaint"},
    **{name: {"access", "erasure", "opt-out", "complaint"} for name in STATES},
    **{name: {"records"} for name in RECORDS},
}


@each_law
def test_a_law_gives_these_rights_and_lacks_all_others(one: Law) -> None:
    assert set(one.rights) == RIGHTS[one.id]
    for kind, right in one.rights.items():
        assert right.kind is kind


@each_law
def test_the_kind_of_a_law_fits_its_rights(one: Law) -> None:
    kinds = {
        LawKind.PUBLIC_RECORDS: one.rights.keys() == {RightKind.RECORDS},
        LawKind.NOTICE: one.rights.keys() == {RightKind.NOTICE},
        LawKind.DATA_PROTECTION: not one.rights.keys() & {RightKind.RECORDS, RightKind.NOTICE},
    }
    assert kinds[one.kind]


def test_an_answer_under_the_gdpr_has_every_point_of_access() -> None:
    access = law("gdpr").rights[RightKind.ACCESS]
    cited = {point: citation.texts["en"] for point, citation in access.contents.items()}
    assert cited == {
        "held": "Article 15(1) GDPR",
        "copy": "Article 15(3) GDPR",
        "template": "Article 15(1) and (3) in conjunction with Article 4(14) GDPR",
        "purposes": "Article 15(1)(a) GDPR",
        "categories": "Article 15(1)(b) GDPR",
        "recipients": "Article 15(1)(c) GDPR; CJEU, 12 January 2023, C-154/21",
        "retention": "Article 15(1)(d) GDPR",
        "rights-told": "Article 15(1)(e) and (f) GDPR",
        "sources": "Article 15(1)(g) GDPR",
        "profiling": "Article 15(1)(h) GDPR",
        "transfers": "Article 15(2) GDPR",
        "searches": "Article 15(1)(c) in conjunction with Article 4(2) and Article 4(9) GDPR",
        "reasons": "Article 12(4) GDPR",
    }
    assert {citation.confidence for citation in access.contents.values()} == {READ}


def test_erasure_and_objection_under_the_gdpr() -> None:
    erasure = law("gdpr").rights[RightKind.ERASURE].contents
    assert erasure["recipients-told"].texts["en"] == "Article 17(2) and Article 19 GDPR"
    assert set(erasure) == {"erased", "recipients-told", "reasons"}
    assert set(law("gdpr").rights[RightKind.OBJECTION].contents) == {"stopped", "reasons"}


@pytest.mark.parametrize(
    ("point", "texts"),
    [
        (
            "purposes",
            {
                "de": "Art. 15 Abs. 1 lit. a DSGVO",
                "fr": "article 15, paragraphe 1, point a), du RGPD",
                "es": "artículo 15, apartado 1, letra a), del RGPD",
                "it": "articolo 15, paragrafo 1, lettera a), del GDPR",
                "pl": "art. 15 ust. 1 lit. a RODO",
            },
        ),
        (
            "rights-told",
            {
                "de": "Art. 15 Abs. 1 lit. e und f DSGVO",
                "fr": "article 15, paragraphe 1, points e) et f), du RGPD",
                "es": "artículo 15, apartado 1, letras e) y f), del RGPD",
                "it": "articolo 15, paragrafo 1, lettere e) e f), del GDPR",
                "pl": "art. 15 ust. 1 lit. e i f RODO",
            },
        ),
        (
            "template",
            {
                "de": "Art. 15 Abs. 1 und 3 i. V. m. Art. 4 Nr. 14 DSGVO",
                "fr": "article 15, paragraphes 1 et 3, en combinaison avec l’article 4, point 14), "
                "du RGPD",
                "es": "artículo 15, apartados 1 y 3, en relación con el artículo 4, punto 14, "
                "del RGPD",
                "it": "articolo 15, paragrafi 1 e 3, in combinato disposto con l’articolo 4, "
                "punto 14), del GDPR",
                "pl": "art. 15 ust. 1 i 3 w zw. z art. 4 pkt 14 RODO",
            },
        ),
    ],
)
def test_the_gdpr_is_cited_as_lawyers_of_each_language_do(
    point: str, texts: dict[str, str]
) -> None:
    cited = law("gdpr").rights[RightKind.ACCESS].contents[point].texts
    assert {language: cited[language] for language in texts} == texts


def test_swiss_law_is_cited_in_its_own_three_languages() -> None:
    texts = law("swiss-fadp").rights[RightKind.ACCESS].contents["sources"].texts
    assert texts["de"] == "Art. 25 Abs. 2 lit. e DSG"
    assert texts["fr"] == "art. 25, al. 2, let. e, LPD"
    assert texts["it"] == "art. 25 cpv. 2 lett. e LPD"


def test_us_provisions_are_not_translated() -> None:
    for name in ("ccpa", "us-tx", "bipa", "us-foia"):
        for where, cited in citations(law(name)):
            assert len(set(cited.texts.values())) == 1, where


def test_connecticut_does_not_have_to_hand_over_a_template_since_july_2026() -> None:
    def access(on: date) -> Right:
        return law("us-ct", on).rights[RightKind.ACCESS]

    assert Point.TEMPLATE in access(date(2026, 6, 30)).contents
    assert Point.TEMPLATE not in access(date(2026, 7, 1)).contents
    assert access(date(2026, 7, 1)).citation.confidence is SECONDARY


def test_what_a_letter_may_rest_on_without_being_a_draft() -> None:
    """The first letter under the GDPR is no draft; one under Quebec's law always is."""
    gdpr = law("gdpr")
    for kind in (RightKind.ACCESS, RightKind.ERASURE, RightKind.OBJECTION):
        right = gdpr.rights[kind]
        assert right.citation.confidence.certain
        assert all(cited.confidence.certain for cited in right.contents.values())
    for _, cited in citations(law("quebec-law-25")):
        assert cited.confidence is MEMORY


@pytest.mark.parametrize("name", ["us-ut", "us-ia"])
def test_where_only_data_that_the_consumer_gave_are_erased_it_is_an_exception(name: str) -> None:
    erasure = law(name).rights[RightKind.ERASURE]
    assert erasure.citation in erasure.exceptions
    assert "only data that the consumer provided" in law(name).notes["en"]
