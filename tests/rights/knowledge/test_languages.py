"""Files of languages: what is missing, unknown or cannot be used is named with its line."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from passerby.errors import BadKnowledge
from passerby.rights.facts.language import Language
from passerby.rights.facts.source import text_in
from passerby.rights.facts.wording import COMMON, WORDING
from passerby.rights.knowledge import Knowledge
from passerby.rights.knowledge.folders import SHIPPED

ENGLISH = (SHIPPED / "languages" / "en.yaml").read_text("utf-8")


def load(folder: Path, source: str, code: str = "en") -> Language:
    """Read a file as the user's own."""
    (folder / "languages").mkdir()
    (folder / "languages" / f"{code}.yaml").write_text(source, "utf-8")
    return Knowledge.load(folder).language(code)


def refused(folder: Path, old: str, new: str) -> str:
    """Return what is said of English with one thing changed, without its folder."""
    assert ENGLISH.count(old) == 1, old
    source = ENGLISH.replace(old, new)
    with pytest.raises(BadKnowledge) as caught:
        load(folder, source)
    said = caught.value.message.removeprefix(f"{folder}/languages/en.yaml:")
    number, _, what = said.partition(": ")
    line = source.splitlines()[int(number) - 1] if new else ""
    assert not new or new.splitlines()[0].strip() in line or line.strip() in new
    return what


@pytest.mark.parametrize("language", Knowledge(own=None).languages(), ids=lambda each: each.code)
def test_every_language_is_complete(language: Language) -> None:
    assert set(WORDING) <= set(language.texts)
    assert len(set(language.months)) == 12
    assert {"en", language.code} <= set(language.languages)
    plain = {name.partition("@")[0] for name in language.texts}
    assert {name for name in plain if name.partition(".")[0] not in {"words", "terms"}} == set(
        WORDING
    )


def test_english_and_german_are_there() -> None:
    assert {"en", "de"} <= {each.code for each in Knowledge(own=None).languages()}


def test_a_copy_is_a_language_of_its_own(tmp_path: Path) -> None:
    copied = load(tmp_path, ENGLISH.replace("id: en\n", "id: nl\n"), "nl")
    assert copied.code == "nl"
    assert copied.texts == Knowledge(own=None).language("en").texts


def test_a_missing_text(tmp_path: Path) -> None:
    said = refused(tmp_path, "  salutation: Dear Sir or Madam,\n", "")
    assert said == "the text 'labels.salutation' is missing"


def test_an_unknown_text(tmp_path: Path) -> None:
    said = refused(tmp_path, "  closing: Yours", "  closing-line: x\n  closing: Yours")
    assert said == (
        "labels.closing-line: no letter has the text 'labels.closing-line': "
        "did you mean 'labels.closing'?"
    )


def test_a_variable_that_a_text_may_not_use(tmp_path: Path) -> None:
    said = refused(tmp_path, "closing: Yours faithfully,", 'closing: "Yours, {{ writer }}"')
    assert said.startswith("labels.closing: may not use writer; it may use acting, agency, client,")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{{ client", "no template"),
        ("{% if acting %}x", "no template"),
        ("{{ client | shout }}", "no template: No filter named 'shout'"),
        ("{{ client.name }}", "cannot be used"),
        ("{{ client.__class__ }}", "cannot be used"),
        ("{% for each in range(3) %}x{% endfor %}", "may not use range"),
    ],
)
def test_a_text_that_is_no_template(tmp_path: Path, text: str, what: str) -> None:
    assert what in refused(tmp_path, "closing: Yours faithfully,", f'closing: "{text}"')


def test_a_page_without_its_number(tmp_path: Path) -> None:
    said = refused(tmp_path, 'page: "Page {page} of {pages}"', "page: Page")
    assert said == "labels.page: has to hold {page} and {pages}"


def test_a_word_needs_both_of_its_forms(tmp_path: Path) -> None:
    said = refused(tmp_path, "  me:\n    own: me\n", "  me:\n")
    assert said == "'own' is missing in words.me"


def test_a_word_cannot_be_called_as_a_variable(tmp_path: Path) -> None:
    said = refused(tmp_path, "terms:\n", "terms:\n  client: x\n")
    assert said == "'client' is the name of a variable already"


def test_a_term_needs_a_plain_form(tmp_path: Path) -> None:
    said = refused(tmp_path, "terms:\n", "terms:\n  odd@us: x\n")
    assert said == "'odd@us' has no plain form without `@`"


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('pattern: "{day} {month} {year}"', 'pattern: "{day} {month}"', "date.pattern"),
        ('pattern: "{day} {month} {year}"', 'pattern: "{day} {month} {year} {x}"', "date.pattern"),
        ("checked: null", "checked: 2026-02-30", "calendar"),
        ("id: en", "id: xx", "xx"),
        ("claims: [damages,", "claimed: [damages,", "'claims' is missing"),
        ('quotes: ["“", "”"]', 'quotes: ["“"]', "quotes"),
    ],
)
def test_the_schema_is_held_against_the_file(tmp_path: Path, old: str, new: str, what: str) -> None:
    source = ENGLISH.replace(old, new)
    assert source != ENGLISH
    with pytest.raises(BadKnowledge, match=what):
        load(tmp_path, source)


def test_dates_and_lists() -> None:
    english, german = (Knowledge(own=None).language(code) for code in ("en", "de"))
    assert english.written(date(2026, 3, 1)) == "1 March 2026"
    assert german.written(date(2026, 3, 1)) == "1. März 2026"
    assert english.joined(()) == ""
    assert english.joined(("a",)) == "a"
    assert english.joined(("a", "b", "c")) == "a, b and c"


def test_a_text_of_a_law_stands_before_the_plain_one() -> None:
    english = Knowledge(own=None).language("en")
    plain = english.text("request.order", ())
    assert english.text("request.order", ("nowhere",)) == plain
    assert english.text("request.order", ("ccpa", "us")) != plain
    with pytest.raises(KeyError):
        english.text("request.nothing", ("us",))


@pytest.mark.parametrize("language", Knowledge(own=None).languages(), ids=lambda each: each.code)
def test_the_plain_texts_fit_every_law(language: Language) -> None:
    """A text that names articles stands under a law."""
    gdpr = text_in(Knowledge(own=None).law("gdpr", date(2026, 11, 25)).names, language.code)
    for name, text in language.texts.items():
        if "@" not in name:
            assert (
                re.search(r"\bart(\.|icle|icles|ículo|ículos|icolo|icoli)?\s+\d", text, re.I)
                is None
            )
            assert gdpr not in text, name


def test_variables_have_names_of_their_own() -> None:
    for name, variables in WORDING.items():
        assert not variables & COMMON, name
