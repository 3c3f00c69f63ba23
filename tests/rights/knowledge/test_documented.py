"""docs/knowledge.md: its examples are whole, and load."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from knowledge_files import put
from passerby.rights.facts.law import Period, RightKind, Unit
from passerby.rights.facts.party import Finality
from passerby.rights.knowledge import Kind, Knowledge
from passerby.rights.knowledge.checking import check
from passerby.rights.knowledge.folders import SHIPPED
from passerby.rights.knowledge.rulings import supports
from passerby.rights.knowledge.tables import TABLES
from passerby.rights.knowledge.validation import schema_of

PAGE = (Path(__file__).parents[3] / "docs" / "knowledge.md").read_text()

EXAMPLES = re.findall(r"^`(\w+/[\w.-]+)`:\n\n```yaml\n(.*?)^```$", PAGE, re.M | re.S)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a user who copied every example of the page."""
    for name, text in EXAMPLES:
        put(tmp_path, name, text)
    return tmp_path


def test_the_page_has_one_example_of_each_kind() -> None:
    """But of a language, which is too long for it: the English one is the example."""
    kinds = {kind.value for kind in TABLES} - {Kind.LANGUAGES.value}
    assert sorted(name.partition("/")[0] for name, _ in EXAMPLES) == sorted(kinds)


def test_the_examples_load_and_can_be_used(folder: Path) -> None:
    findings = check(folder, date(2026, 11, 24))
    assert findings.faults == ()
    assert len(findings.own) == len(EXAMPLES)
    assert not any(row.overrides for row in findings.own)
    known = Knowledge.load(folder)
    company = known.controller("face-finder")
    assert [each.channel.value for each in company.contacts] == ["email", "post"]
    assert known.authority(str(company.authority)).id == "no-datatilsynet"
    assert known.authority_for("IM").id == "im-commissioner"
    law = known.law("isle-act", date(2026, 11, 24))
    assert law.clocks["answer"].period == Period(count=30, unit=Unit.DAYS)
    assert law.rights[RightKind.ACCESS].clock == "answer"
    (ruling,) = (each for each in known.rulings(controller="face-finder") if each.controller)
    assert ruling.finality is Finality.NOT_FINAL


def test_an_example_shows_every_key_of_its_schema(folder: Path) -> None:
    for row in check(folder, date(2026, 11, 24)).own:
        if row.kind in (Kind.CONTROLLERS, Kind.AUTHORITIES, Kind.RULINGS):
            schema = schema_of(TABLES[row.kind].schema)
            assert set(row.tree.value) == set(schema["properties"]), row.kind


def test_the_line_of_an_error_is_the_one_that_the_page_shows(folder: Path) -> None:
    name, line, what = re.findall(r"^(controllers/[\w.-]+):(\d+): (.*)$", PAGE, re.M)[0]
    put(folder, name, (folder / name).read_text().replace("seat: NO ", "seat: UK "))
    (fault,) = (each for each in check(folder, date(2026, 11, 24)).faults if "seat" in each.what)
    assert str(fault) == f"{folder}/{name}:{line}: {what}"


def test_the_page_explains_what_decisions_are_cited_for_and_where_files_go() -> None:
    for support in supports():
        assert f"| `{support}` | " in PAGE
    for kind in Kind:
        assert f"  {kind.value}/ " in PAGE


def test_a_language_is_added_by_a_copy_of_the_english_one(tmp_path: Path) -> None:
    name = re.findall(r"copy `src/passerby/rights/data/(languages/en[.]yaml)`", PAGE)[0]
    text = (SHIPPED / name).read_text("utf-8")
    assert len(re.findall(r"^id: en$", text, re.M)) == 1
    mine = re.sub(r"^id: en$", "id: sv", text, flags=re.M)
    put(tmp_path, "languages/sv.yaml", mine)
    assert check(tmp_path, date(2026, 11, 24)).faults == ()
    assert Knowledge.load(tmp_path).language("sv").code == "sv"
    lines = mine.splitlines(keepends=True)
    last = max(n for n, line in enumerate(lines) if re.match(r"  [a-z][a-z-]*: \S", line))
    put(tmp_path, "languages/sv.yaml", "".join(lines[:last] + lines[last + 1 :]))
    faults = [str(fault) for fault in check(tmp_path, date(2026, 11, 24)).faults]
    assert faults
    assert all(fault.startswith(f"{tmp_path}/languages/sv.yaml:") for fault in faults)
