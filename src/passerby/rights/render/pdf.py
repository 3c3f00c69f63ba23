"""A letter as PDF."""

from __future__ import annotations

from passerby.rights.facts.letter import Block, BlockKind, Letter
from passerby.rights.render.breaks import broken_well
from passerby.rights.render.engine import language_of, missing_glyphs, typeset
from passerby.rights.render.paper import Paper
from passerby.rights.render.plain import check_letter

_GROUPED = frozenset({BlockKind.NUMBERED, BlockKind.BULLET})


def letter_pdf(letter: Letter, paper: Paper) -> bytes:
    """Typeset a letter: PDF/UA-1 with embedded fonts; the same letter gives the same bytes.

    The only time in it is noon UTC of the letter's day; no name but those in its text.
    Raises BadRecord for text that cannot be set: control characters, or letters that no
    embedded font has (`unprintable` tells those before).
    """
    check_letter(letter)
    return typeset("letter.typ", _data_of(letter, paper), letter.day)


def unprintable(letter: Letter) -> tuple[str, ...]:
    """Return the characters of a letter that no embedded font has: with any of them there is no
    PDF, while e-mail and text carry them. Empty for Latin, Greek, Cyrillic, Hebrew, Armenian,
    Georgian and Arabic; Chinese, Japanese, Korean and the scripts of India are missing.
    """
    labels = letter.labels
    texts = [
        *letter.sender, letter.sender_email or "", *letter.recipient, letter.subject,
        *(block.text for block in letter.blocks), letter.closing, letter.signed,
        *letter.enclosures, *letter.doubts, letter.reference, labels.reference, labels.date,
        labels.enclosures, labels.page, labels.draft, labels.anchor, labels.reading_copy,
    ]  # fmt: skip
    return missing_glyphs("".join(texts))


def _data_of(letter: Letter, paper: Paper) -> dict[str, object]:
    labels = letter.labels
    return {
        "paper": paper.value,
        **language_of(letter.language),
        "day": {"year": letter.day.year, "month": letter.day.month, "day": letter.day.day},
        "subject": broken_well(letter.subject),
        "sender": letter.sender,
        "email": letter.sender_email,
        "recipient": letter.recipient,
        "reference": letter.reference,
        "runs": _runs_of(letter.blocks),
        "closing": letter.closing,
        "signed": letter.signed,
        "enclosures": [broken_well(line) for line in letter.enclosures],
        "doubts": [broken_well(doubt) for doubt in letter.doubts],
        "anchor": letter.anchor,
        "reading-copy": labels.reading_copy if letter.reading_copy else None,
        "labels": {
            "reference": labels.reference,
            "date": labels.date,
            "enclosures": labels.enclosures,
            "page": labels.page,
            "draft": labels.draft,
            "anchor": labels.anchor,
        },
    }


def _runs_of(blocks: tuple[Block, ...]) -> list[list[dict[str, object]]]:
    """Points that follow each other make one list, every other block stands alone, and so does
    the last of all: it is kept with the closing."""
    runs: list[list[Block]] = []
    for block in blocks[:-1]:
        if runs and block.kind in _GROUPED and runs[-1][-1].kind is block.kind:
            runs[-1].append(block)
        else:
            runs.append([block])
    runs.extend([block] for block in blocks[-1:])
    return [[_data_of_block(block) for block in run] for run in runs]


def _data_of_block(block: Block) -> dict[str, object]:
    return {"kind": block.kind.value, "number": block.number, "text": broken_well(block.text)}
