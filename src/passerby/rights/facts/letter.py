"""A letter, composed and not yet typeset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class LetterKind(StrEnum):
    """What a letter is for."""

    REQUEST = "request"
    """The first letter; it never holds a photo."""
    IDENTITY = "identity"
    """The answer to a demand for a photo or an ID."""
    CROP = "crop"
    """The one that a watermarked crop goes with."""
    REMINDER = "reminder"
    WANTING = "wanting"
    """What a reply lacks, point by point."""
    COMPLAINT = "complaint"
    """To the supervisory authority."""
    WITHDRAWAL = "withdrawal"
    NOTICE = "notice"
    """Under a law that sets no time for an answer."""
    RECORDS = "records"
    """To an agency, for its records."""
    APPEAL = "appeal"
    """Against the refusal of such a request, or of a data subject's where the law has one."""


class BlockKind(StrEnum):
    """What a block of a letter looks like."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    NUMBERED = "numbered"
    """One point of a numbered list; the count goes on over the whole letter."""
    BULLET = "bullet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Plain text without markup, in one paragraph. `number` stands for a NUMBERED block."""

    kind: BlockKind
    text: str
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """The words around a letter, in its language."""

    reference: str
    date: str
    """The date of the letter, written out."""
    subject: str
    enclosures: str
    page: str
    """With `{page}` and `{pages}` in it."""
    draft: str
    """Says that a letter is a draft to be checked before it goes out."""
    anchor: str
    """Says what the string at the foot is for."""
    reading_copy: str = "Reading copy. This translation is not sent."
    """Says so on a letter that is a translation for the client."""
    colon: str = ":"
    """What stands between a label and what it is of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter in one language. Its text is plain: whoever typesets it escapes it.

    `reading_copy` marks a translation for the client that is not sent. `doubts` are the reasons
    why the letter is a draft to be checked, in its language; empty when it is none. `anchor` is
    the head of the client's history before the letter was added.
    """

    kind: LetterKind
    language: str
    reference: str
    day: date
    sender: tuple[str, ...]
    sender_email: str | None
    recipient: tuple[str, ...]
    recipient_email: str | None
    subject: str
    blocks: tuple[Block, ...]
    closing: str
    signed: str
    enclosures: tuple[str, ...]
    labels: Labels
    doubts: tuple[str, ...]
    anchor: str | None
    reading_copy: bool = False
