"""What came with Passerby: every file loads, and says what it has to say."""

from __future__ import annotations

import re
from importlib.resources.abc import Traversable
from pathlib import Path

import pytest

from passerby.rights.facts.party import Channel, Contact, Finality, Remit, Ruling, RulingKind
from passerby.rights.facts.source import Confidence
from passerby.rights.knowledge import Kind, Knowledge, folders
from passerby.rights.knowledge.rulings import supports
from passerby.rights.knowledge.tables import TABLES, read_row

KNOWN = Knowledge(own=None)

LETTERS = {"en", "de", "fr", "es", "it", "pl"}
"""The languages that letters are written in."""

EU = frozenset(
    {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"}
    | {"IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"}
)

GERMANY = frozenset(
    {"DE-BB", "DE-BE", "DE-BW", "DE-BY", "DE-HB", "DE-HE", "DE-HH", "DE-MV"}
    | {"DE-NI", "DE-NW", "DE-RP", "DE-SH", "DE-SL", "DE-SN", "DE-ST", "DE-TH"}
)

FILES = [
    (kind, file)
    for kind in TABLES
    if (folders.SHIPPED / kind.value).is_dir()
    for file in (folders.SHIPPED / kind.value).iterdir()
]


@pytest.mark.parametrize(("kind", "file"), FILES, ids=lambda each: str(getattr(each, "name", each)))
def test_every_file_is_read_and_bears_the_name_of_its_row(kind: Kind, file: Traversable) -> None:
    row = read_row(kind, file, None)
    assert file.name.endswith(".yaml")
    assert file.name.startswith(row.id), file.name
    assert file.read_text("utf-8").endswith("\n")


def test_every_authority_of_the_union_is_there() -> None:
    for place in (EU - {"DE"}) | GERMANY | {"IS", "LI", "NO", "CH", "GB"}:
        assert len(KNOWN.authorities_for(place)) == 1, place
        assert KNOWN.authorities_for(place, Remit.PUBLIC_BODIES), place
        (found,) = KNOWN.authorities_for(place)
        assert found.contacts, place


def test_nobody_is_sent_to_a_church_or_a_broadcaster() -> None:
    narrow = [
        each
        for each in KNOWN.authorities()
        if set(each.remits) & {Remit.CHURCH, Remit.BROADCASTING}
    ]
    assert len(narrow) == 8
    assert all(each.places == () and each.names for each in narrow)
    assert all(len(each.remits) == 1 for each in narrow)


def contacts() -> list[tuple[str, Contact]]:
    """Return every address, and whose it is."""
    return [
        (each.id, contact)
        for each in (*KNOWN.controllers(), *KNOWN.authorities())
        for contact in each.contacts
    ]


def test_no_address_is_without_a_source() -> None:
    for owner, contact in contacts():
        assert contact.source.title, owner
        assert contact.source.url, owner
        assert contact.channel is not Channel.POST or contact.value.count("\n") >= 2, owner


def test_no_company_is_without_an_address_and_without_advice() -> None:
    for each in KNOWN.controllers():
        assert bool(each.contacts) != bool(each.missing), each.id
        assert all("https://" in line for line in each.missing), each.id


def test_sources_on_clearview_contradict_each_other_in_the_open() -> None:
    clearview = KNOWN.controller("clearview-ai")
    emails = [each.value for each in clearview.contacts if each.channel is Channel.EMAIL]
    posts = [each.value for each in clearview.contacts if each.channel is Channel.POST]
    assert {"legal-requests@clearview.ai", "privacy@clearview.ai"} <= set(emails)
    assert any("Albany" in each for each in posts)
    assert any("99 Wall Street" in each for each in posts)
    assert len(clearview.conflicts) == 2
    assert {each.what for each in clearview.demands} == {"email", "photo", "id"}


def test_lenso_answers_to_the_polish_authority() -> None:
    lenso = KNOWN.controller("lenso-ai")
    assert (lenso.seat, lenso.authority) == ("PL", "pl-uodo")
    assert {each.what for each in lenso.demands} >= {"photo", "email", "phone"}


@pytest.mark.parametrize("ruling", KNOWN.rulings(), ids=lambda ruling: ruling.id)
def test_a_decision_can_be_cited_in_every_language(ruling: Ruling) -> None:
    for texts in (ruling.by, ruling.outcome, ruling.finality_note):
        assert set(texts) == LETTERS
    assert len(set(ruling.outcome.values())) == len(LETTERS)
    assert ruling.sources
    years = {year for text in ruling.outcome.values() for year in re.findall(r"\b20\d\d\b", text)}
    for language, text in ruling.outcome.items():
        assert set(re.findall(r"\b20\d\d\b", text)) == years, language
    if ruling.month_only or (
        ruling.kind is RulingKind.SETTLEMENT and ruling.finality != Finality.FINAL
    ):
        assert ruling.supports == (), "a letter would name a day that nobody knows"


def test_decisions_are_those_of_the_facts() -> None:
    by_id = {ruling.id: ruling for ruling in KNOWN.rulings()}
    days = {name: str(ruling.day) for name, ruling in by_id.items() if not ruling.month_only}
    assert days["cjeu-c-154-21"] == "2023-01-12"
    assert days["cjeu-c-526-24"] == "2026-03-19"
    assert days["hamburg-clearview-2021"] == "2021-01-27"
    assert days["cnil-clearview-2021"] == "2021-11-26"
    assert days["cnil-clearview-2022"] == "2022-10-17"
    assert days["cnil-clearview-2023"] == "2023-04-13"
    assert days["garante-clearview-2022"] == "2022-02-10"
    assert days["hdpa-clearview-35-2022"] == "2022-07-13"
    assert days["ico-clearview-2022"] == "2022-05-18"
    assert days["ukut-2025-319"] == "2025-10-06"
    assert days["bvwg-clearview-2025"] == "2025-01-28"
    assert days["ap-clearview-2024"] == "2024-05-16"
    assert days["opc-clearview-2021"] == "2021-02-02"
    assert days["bcca-2026-67"] == "2026-02-18"
    assert days["aclu-clearview-2022"] == "2022-05-11"
    assert days["clearview-class-action-2025"] == "2025-03-20"
    assert days["eu-ai-act-5-1-e"] == "2025-02-02"
    assert set(by_id) - set(days) == {"vermont-clearview-2025"}
    for name in ("hamburg-clearview-2021", "ico-clearview-2022", "ukut-2025-319"):
        assert by_id[name].finality is Finality.NOT_FINAL
    assert "9751362" in by_id["garante-clearview-2022"].reference
    assert "7,552,800" in by_id["ico-clearview-2022"].outcome["en"]


def test_each_thing_that_decisions_are_cited_for_has_one() -> None:
    for support in supports():
        assert KNOWN.rulings(supports=support), support
    ban = KNOWN.rulings(controller="clearview-ai", supports="no-collection")
    assert "bvwg-clearview-2025" in {ruling.id for ruling in ban}


def test_what_is_read_names_where_it_can_be_read() -> None:
    for ruling in KNOWN.rulings():
        if ruling.confidence is Confidence.READ:
            assert any(source.url for source in ruling.sources), ruling.id


def test_the_files_are_part_of_the_package() -> None:
    root = Path(str(folders.SHIPPED))
    assert {path.suffix for path in root.rglob("*") if path.is_file()} <= {".yaml", ".json"}


def test_a_decision_is_referred_to_briefly_and_in_no_language() -> None:
    """A letter says by whom and when in its own language: a number, or the parties' names."""
    words = re.compile(
        r"(?i)\b(decided|published|decision|order|notice|besluit|anhörung)\b|20..-..-"
    )
    for ruling in KNOWN.rulings():
        assert len(ruling.reference) <= 90, ruling.id
        assert not words.search(ruling.reference), ruling.id
