"""A law from a user's own file, and what is said of one that is wrong."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from passerby.errors import BadKnowledge
from passerby.rights.facts.law import Actor, Event, Period, RightKind, Roll, Start, Unit
from passerby.rights.facts.source import Confidence
from passerby.rights.knowledge import Knowledge

EXAMPLE = """\
id: scotland-foisa
checked: null
kind: public-records
names:
  en: FOISA
full_names:
  en: Freedom of Information (Scotland) Act 2002
places: [GB-SCT]
applies_from: 2005-01-01
applies_to: null
sources:
  act:
    title: Freedom of Information (Scotland) Act 2002
    url: https://www.legislation.gov.uk/asp/2002/13/contents
    checked: null
notes:
  en: From memory, to be checked.
rights:
  records:
    citation:
      text: {en: section 1(1) FOISA, de: Abschnitt 1(1) FOISA}
      confidence: memory
      sources: [act]
    clock: answer
    contents:
      reasons:
        text: section 16(1) FOISA
        confidence: memory
        sources: [act]
    exceptions:
      - text: section 12(1) FOISA
        confidence: memory
        sources: [act]
clocks:
  answer:
    start: received
    period: {count: 20, unit: working-days}
    citation:
      text: section 10(1) FOISA
      confidence: memory
      sources: [act]
    roll: none
    calendar: GB-SCT
  to-appeal:
    event: refusal
    actor: requester
    start: sent
    period: {count: 40, unit: working-days}
    citation:
      text: section 20(5) FOISA
      confidence: memory
      sources: [act]
    roll: none
    calendar: GB-SCT
"""


def known(folder: Path, text: str = EXAMPLE) -> Knowledge:
    """The knowledge of a user whose folder holds this one law."""
    (folder / "laws").mkdir(exist_ok=True)
    (folder / "laws" / "mine.yaml").write_text(text, "utf-8")
    return Knowledge.load(folder)


def complaint(folder: Path, text: str) -> str:
    """What is said of a law that is wrong."""
    with pytest.raises(BadKnowledge) as caught:
        known(folder, text).laws()
    return caught.value.message


def line_of(message: str) -> int:
    """The line that a message names."""
    found = re.search(r"mine\.yaml:(\d+): ", message)
    assert found is not None
    return int(found[1])


def changed(old: str, new: str) -> tuple[str, int]:
    """The example with one passage changed, and the line of the change."""
    assert EXAMPLE.count(old) >= 1, old
    before, _, after = EXAMPLE.partition(old)
    return before + new + after, before.count("\n") + 1


def test_a_law_of_ones_own_is_read(tmp_path: Path) -> None:
    law = known(tmp_path).law("scotland-foisa", date(2026, 3, 1))
    assert law.places == ("GB-SCT",)
    right = law.rights[RightKind.RECORDS]
    assert right.citation.texts == {"en": "section 1(1) FOISA", "de": "Abschnitt 1(1) FOISA"}
    assert right.citation.confidence is Confidence.MEMORY
    assert [one.texts["pl"] for one in right.exceptions] == ["section 12(1) FOISA"]
    clock = law.clocks["answer"]
    assert clock.period == Period(count=20, unit=Unit.WORKING_DAYS)
    assert (clock.start, clock.roll, clock.calendar) == (Start.RECEIVED, Roll.NONE, "GB-SCT")
    assert (clock.event, clock.actor) == (Event.REQUEST, Actor.RECIPIENT)
    appeal = law.clocks["to-appeal"]
    assert (appeal.event, appeal.actor) == (Event.REFUSAL, Actor.REQUESTER)
    assert law.sources["act"].checked is None


def test_it_stands_beside_those_that_came_with_passerby(tmp_path: Path) -> None:
    shipped = {(law.id, law.applies_from) for law in Knowledge(own=None).laws()}
    found = {(law.id, law.applies_from) for law in known(tmp_path).laws()}
    assert found - shipped == {("scotland-foisa", date(2005, 1, 1))}


def test_a_version_of_a_law_is_replaced_by_one_of_ones_own(tmp_path: Path) -> None:
    text = EXAMPLE.replace("id: scotland-foisa", "id: gdpr").replace("2005-01-01", "2018-05-25")
    assert known(tmp_path, text).law("gdpr").names["en"] == "FOISA"
    assert len(known(tmp_path, text).laws()) == len(Knowledge(own=None).laws())


REQUIRED = [
    "id: scotland-foisa",
    "checked: null",
    "kind: public-records",
    "names:\n  en: FOISA",
    "full_names:\n  en: Freedom of Information (Scotland) Act 2002",
    "places: [GB-SCT]",
    "applies_from: 2005-01-01",
    "applies_to: null",
    "notes:\n  en: From memory, to be checked.",
    "    title: Freedom of Information (Scotland) Act 2002",
    "    url: https://www.legislation.gov.uk/asp/2002/13/contents",
    "    checked: null",
    "      text: {en: section 1(1) FOISA, de: Abschnitt 1(1) FOISA}",
    "      confidence: memory",
    "      sources: [act]",
    "    clock: answer",
    "        text: section 16(1) FOISA",
    "        confidence: memory",
    "        sources: [act]",
    "    start: received",
    "    period: {count: 20, unit: working-days}",
    "    roll: none",
]


@pytest.mark.parametrize("passage", REQUIRED)
def test_a_required_key_that_is_missing_is_named(tmp_path: Path, passage: str) -> None:
    start = EXAMPLE.index(passage + "\n")
    text = EXAMPLE[:start] + EXAMPLE[start + len(passage) + 1 :]
    key = passage.split(":", 1)[0].strip()
    said = complaint(tmp_path, text)
    assert line_of(said) <= EXAMPLE.count("\n", 0, start) + 1
    assert f"{key!r} is missing" in said


@pytest.mark.parametrize("section", ["sources", "rights", "clocks"])
def test_a_section_that_is_missing_is_named(tmp_path: Path, section: str) -> None:
    text = re.sub(rf"(?ms)^{section}:\n(  .*?\n)+(?=^\S|\Z)", "", EXAMPLE)
    assert f"{section!r} is missing" in complaint(tmp_path, text)


CHANGES = [
    ("kind: public-records", "kind: public-record", "did you mean 'public-records'?"),
    ("applies_from: 2005-01-01", "applies_from: 2005-02-30", "not a day of the calendar"),
    ("applies_to: null", "applies_to: 2005-01-01", "it follows the first"),
    ("places: [GB-SCT]", "places: [UK]", "not an ISO 3166 code"),
    ("places: [GB-SCT]", "places: []", "places is empty"),
    ("      reasons:\n", "      reason:\n", "did you mean 'reasons'?"),
    ("      text: {en: section", "      text: {eng: section", "not an ISO 639-1 code"),
    ("confidence: memory", "confidence: sure", "none of read, secondary, memory"),
    ("sources: [act]", "sources: [statute]", "'statute' is none of the row's sources: act"),
    ("sources: [act]", "sources: []", "sources is empty"),
    ("clock: answer", "clock: reply", "'reply' is none of the law's clocks"),
    ("clock: answer", "clock: The answer", "an id: lower-case letters"),
    ("start: received", "start: arrived", "none of sent, received"),
    ("unit: working-days", "unit: workdays", "did you mean 'working-days'?"),
    ("count: 20", "count: 0", "a number from 1 to 1000"),
    ("count: 20", "count: twenty", "has to be a whole number"),
    ("period: {count: 20, unit: working-days}", "period: 20", "has to be a mapping or null"),
    ("calendar: GB-SCT", "calendar: scotland", "a place such as US or DE-BY"),
    ("calendar: GB-SCT", "calendar: GB-SCT+ZZ", "'ZZ' is no ISO 3166 code"),
    ("calendar: GB-SCT", "calender: GB-SCT", "did you mean 'calendar'?"),
    ("actor: requester", "actor: me", "none of recipient, authority, requester"),
]


@pytest.mark.parametrize(("old", "new", "said"), CHANGES)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    text, line = changed(old, new)
    message = complaint(tmp_path, text)
    assert said in message
    assert line_of(message) == line


CONTRADICTIONS = [
    ("  records:\n", "  record:\n", "'record' is none of", "  record:"),
    ("clock: answer", "clock: answer\n    places: [DE]", "does not hold in DE", "places: [DE]"),
    ("  answer:\n", "  answers:\n", "'answer' is none of the law's clocks", "clock: answer"),
    (
        "period: {count: 20, unit: working-days}",
        "period: null",
        "'why_none' is missing",
        "  answer:",
    ),
    ("roll: none", "roll: next-working-day", "'roll_citation' is missing", "  answer:"),
    (
        "roll: none",
        "roll: none\n    at_least_working_days: 2",
        "'at_least_citation' is missing",
        "  answer:",
    ),
    (
        "start: received",
        "start: received\n    latest_start: {count: 10, unit: days}",
        "'latest_start_citation' is missing",
        "  answer:",
    ),
    ("roll: none", "roll: none\n    resume: rest", "'pauses' is missing", "  answer:"),
]


@pytest.mark.parametrize(("old", "new", "said", "at"), CONTRADICTIONS)
def test_what_contradicts_another_line_is_said_with_the_line_that_needs_it(
    tmp_path: Path, old: str, new: str, said: str, at: str
) -> None:
    text, _ = changed(old, new)
    message = complaint(tmp_path, text)
    assert said in message
    start = text.index(at, text.index("places: [GB-SCT]\n") + 17)
    assert line_of(message) == text.count("\n", 0, start) + 1


def test_a_reason_for_no_period_has_no_place_beside_a_period(tmp_path: Path) -> None:
    text, _ = changed("roll: none", "why_none: {en: there is none}\n    roll: none")
    assert "why_none" in complaint(tmp_path, text)


def test_where_there_is_no_period_nothing_can_be_extended(tmp_path: Path) -> None:
    text, _ = changed(
        "period: {count: 20, unit: working-days}",
        "period: null\n    why_none: {en: none}\n    extension: {count: 10, unit: days}",
    )
    assert "nothing to extend" in complaint(tmp_path, text)


def test_a_law_without_its_main_clock_is_refused(tmp_path: Path) -> None:
    text, _ = changed("    clock: answer", "    clock: null")
    text = text.replace("  answer:\n", "  reply:\n")
    assert "the clock 'answer' is missing" in complaint(tmp_path, text)


def test_all_faults_are_counted(tmp_path: Path) -> None:
    text = EXAMPLE.replace("sources: [act]", "sources: [statute]")
    assert complaint(tmp_path, text).endswith("(and 4 more)")
