"""Letters as plain text and as a link."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

import letter_samples
from passerby.errors import BadRecord, NoAddress
from passerby.rights.facts.letter import Letter
from passerby.rights.render.breaks import number_kept
from passerby.rights.render.mailto import LIMIT, letter_mailto
from passerby.rights.render.text import WIDTH, body_text, letter_text

LETTERS = (letter_samples.german(), letter_samples.polish(), letter_samples.american())


@pytest.mark.parametrize("letter", LETTERS)
def test_lines_are_short_unless_a_word_is_long(letter: Letter):
    long = [line for line in letter_text(letter).split("\n") if len(line) > WIDTH]
    assert all(" " not in line.strip() for line in long)


@pytest.mark.parametrize("letter", LETTERS)
def test_nothing_is_left_out(letter: Letter):
    flat = " ".join(letter_text(letter).split())
    for text in (
        *letter.sender, *letter.recipient, letter.subject, letter.closing, letter.signed,
        *letter.enclosures, *letter.doubts, letter.reference, letter.labels.date,
        *(block.text for block in letter.blocks),
    ):  # fmt: skip
        assert " ".join(text.split()) in flat


def test_points_are_numbered_and_hang():
    lines = letter_text(letter_samples.german()).split("\n")
    first = lines.index(
        " 1. ob Sie Daten verarbeiten, die mich betreffen; auch dann, wenn Sie mich"
    )
    assert lines[first + 1].startswith("    nur anhand")
    assert any(line.startswith("12. das Bestehen") for line in lines)


def test_the_place_of_a_page_stays_whole():
    assert "/a91f00b7c2d84e5f9a6b3c1d7e8f0a2b?quelle=presse&seite=4" in letter_text(LETTERS[0])


def test_a_citation_is_not_broken_before_its_number():
    lines = letter_text(letter_samples.german()).split("\n")
    assert not any(line.rstrip().endswith(("Art.", "Abs.", "§")) for line in lines)
    assert "\u00a0" not in "".join(lines)


def test_the_body_has_no_head_and_keeps_the_reference():
    letter = letter_samples.german()
    body = body_text(letter)
    assert body.startswith("Sehr geehrte")
    assert letter.recipient[2] not in body
    assert f"{letter.signed}\nUnser Zeichen: {letter.reference}" in body


def test_what_is_not_to_be_sent_says_so_first():
    letter = replace(letter_samples.german(), reading_copy=True, doubts=("Zweifel eins.",))
    for text in (letter_text(letter), body_text(letter)):
        assert text.startswith(f"*** {letter.labels.reading_copy} ***\n\n*** Entwurf")
        assert "- Zweifel eins." in text


def test_letters_of_any_script_are_carried():
    assert "王小明" in letter_text(replace(letter_samples.german(), signed="王小明"))


def test_what_misleads_is_refused():
    with pytest.raises(BadRecord, match="U\\+202E"):
        letter_text(replace(letter_samples.german(), signed="a\u202eb"))


def short() -> Letter:
    blocks = (letter_samples.paragraph("Bitte 100 % & mehr? Ja = gut #1 + 2."),)
    return replace(letter_samples.german(), blocks=blocks, enclosures=(), anchor=None)


def test_a_short_letter_is_a_link():
    letter = short()
    link = letter_mailto(letter)
    assert link is not None
    assert link.isascii()
    parts = urlsplit(link)
    assert (parts.scheme, unquote(parts.path)) == ("mailto", letter.recipient_email)
    # RFC 6068 has no plus for a space: read as a form, one would be lost.
    values = parse_qs(parts.query.replace("+", "%2B"), strict_parsing=True)
    assert values["subject"] == [f"{letter.subject} [{letter.reference}]"]
    assert values["body"] == [body_text(letter).replace("\n", "\r\n")]
    assert "+" not in link


def test_a_long_letter_is_none():
    assert letter_mailto(letter_samples.german()) is None
    letter = short()
    link = letter_mailto(letter)
    assert link is not None
    room = LIMIT - len(link)
    longest = replace(letter, signed=letter.signed + "x" * room)
    assert len(letter_mailto(longest) or "") == LIMIT
    assert letter_mailto(replace(longest, signed=longest.signed + "x")) is None


def test_a_link_needs_an_address():
    with pytest.raises(NoAddress):
        letter_mailto(replace(short(), recipient_email=None))
    for bad in ("a@b.example?bcc=c@d.example", "a@b.example,c@d.example", "a b@c.example", "a@b"):
        with pytest.raises(BadRecord):
            letter_mailto(replace(short(), recipient_email=bad))


@pytest.mark.parametrize(
    "cited",
    [
        "article\u00a015, paragraphe\u00a01, point\u00a0c), du RGPD\u00a0; voir",
        "artículo\u00a015, apartado\u00a01, letra\u00a0c), del RGPD",
        "règlement n°\u00a01182/71",
        "§\u00a07, al.\u00a05",
        "«\u00a0savoir\u00a0»\u00a0!",
    ],
)
def test_what_belongs_together_stays_on_one_line(cited: str):
    assert number_kept(cited.replace("\u00a0", " ")) == cited


def test_a_label_stands_before_the_colon_of_its_language():
    letter = letter_samples.german()
    french = replace(letter, labels=replace(letter.labels, subject="Objet", colon="\u00a0:"))
    assert f"Objet : {letter.subject[:20]}" in letter_text(french)
    assert "Unser Zeichen : PB-7K2M-9QXD" in body_text(french)
    assert "Anlagen :\n" in body_text(french)
