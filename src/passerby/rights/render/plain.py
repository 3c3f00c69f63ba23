"""Which characters a letter may hold: text that reads the same in every program."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from passerby.errors import BadRecord
from passerby.rights.facts.letter import BlockKind, Letter

_REFUSED = {"Cc": "a control character", "Co": "a private character", "Cn": "no character",
            "Cs": "half of a character"}  # fmt: skip
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def check_text(text: str, what: str) -> None:
    """Raise BadRecord where `text` holds a character that shows nothing or turns its
    neighbours around: what is read would not be what was written. A line feed is allowed.

    `what` names the text in the message, never the text itself: it may be a person's name.
    """
    for character in text:
        if character == "\n":
            continue
        kind = _REFUSED.get(unicodedata.category(character))
        if character in _TURNING:
            kind = "a character that turns text around"
        if kind is not None:
            raise BadRecord(f"{what} holds {kind} (U+{ord(character):04X})")


def check_line(text: str, what: str) -> None:
    """Raise BadRecord as `check_text` does, and where `text` is more than one line: a line feed
    in a header or an address would begin another."""
    check_text(text, what)
    if len(text.splitlines()) > 1 or text.endswith("\n"):
        raise BadRecord(f"{what} has more than one line")


def check_letter(letter: Letter) -> None:
    """Raise BadRecord unless the letter is whole, and every text of it can be set and sent as
    it is."""
    if not letter.sender or not letter.recipient or not letter.subject.strip():
        raise BadRecord("the letter lacks a sender, a recipient or a subject")
    if any(block.kind is BlockKind.NUMBERED and block.number is None for block in letter.blocks):
        raise BadRecord("a numbered point of the letter has no number")
    for what, line in _lines_of(letter):
        check_line(line, what)
    for what, text in _texts_of(letter):
        check_text(text, what)


def _lines_of(letter: Letter) -> Iterator[tuple[str, str]]:
    yield "the reference", letter.reference
    yield "the subject", letter.subject
    yield from (("the sender", line) for line in letter.sender)
    yield from (("the recipient", line) for line in letter.recipient)
    yield from (("an enclosure", line) for line in letter.enclosures)
    for address in (letter.sender_email, letter.recipient_email):
        if address is not None:
            yield "an e-mail address", address
    if letter.anchor is not None:
        yield "the anchor", letter.anchor


def _texts_of(letter: Letter) -> Iterator[tuple[str, str]]:
    labels = letter.labels
    yield from (("the letter's text", block.text) for block in letter.blocks)
    yield "the closing", letter.closing
    yield "the signature", letter.signed
    yield from (("a doubt", doubt) for doubt in letter.doubts)
    for label in (labels.reference, labels.date, labels.subject, labels.enclosures, labels.page,
                  labels.draft, labels.anchor, labels.reading_copy):  # fmt: skip
        yield "a label", label
