"""The laws that come with Passerby, against the facts that they were written from."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import holidays
import pytest

from passerby.rights.facts.law import (
    Law,
    LawKind,
    Right,
    RightKind,
    Roll,
    Unit,
)
from passerby.rights.facts.point import Point
from passerby.rights.knowledge.laws import LANGUAGES
from shipped_laws import LAWS, MEMORY, READ, SECONDARY, SHIPPED, citations, each_law, law

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
