"""A letter as plain text: the body of an e-mail, and what one can always read."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from passerby.rights.facts.letter import Block, BlockKind, Labels, Letter
from passerby.rights.render.breaks import number_kept
from passerby.rights.render.plain import check_letter

WIDTH = 76
"""Columns of a line, so that a mail program that quotes it still fits it in 80."""


def letter_text(letter: Letter) -> str:
    """Return the whole letter as text: sender, recipient, date, reference, subject and body.

    Lines end in LF and are wrapped at 76 columns. Raises BadRecord for characters that a letter
    may not hold.
    """
    check_letter(letter)
    labels = letter.labels
    email = () if letter.sender_email is None else (letter.sender_email,)
    head = [
        "\n".join((*letter.sender, *email)),
        "\n".join(letter.recipient),
        f"{labels.date}\n{_label(labels, labels.reference)} {letter.reference}",
        _wrapped(f"{_label(labels, labels.subject)} {letter.subject}"),
    ]
    return "\n\n".join([*_marks(letter), *head, *_body(letter)]) + "\n"


def body_text(letter: Letter) -> str:
    """Return the letter without its head, as the text of an e-mail: the header fields of that
    say who writes to whom. The reference stands behind the signature. Raises as `letter_text`.
    """
    check_letter(letter)
    reference = f"{_label(letter.labels, letter.labels.reference)} {letter.reference}"
    return "\n\n".join([*_marks(letter), *_body(letter, reference)]) + "\n"


def _marks(letter: Letter) -> Iterator[str]:
    """What says that this is not to be sent as it is."""
    if letter.reading_copy:
        yield _wrapped(f"*** {letter.labels.reading_copy} ***")
    if letter.doubts:
        doubts = (_hanging("- ", doubt) for doubt in letter.doubts)
        yield "\n".join([_wrapped(f"*** {letter.labels.draft} ***"), *doubts])


def _body(letter: Letter, *under_signature: str) -> Iterator[str]:
    yield from _blocks(letter.blocks)
    yield _wrapped(letter.closing)
    yield "\n".join((letter.signed, *under_signature))
    if letter.enclosures:
        items = (_hanging("- ", line) for line in letter.enclosures)
        yield "\n".join([_label(letter.labels, letter.labels.enclosures), *items])
    if letter.anchor is not None:
        yield f"{_wrapped(letter.labels.anchor)}\n{letter.anchor}"


def _label(labels: Labels, label: str) -> str:
    """Return a label with the colon of its language."""
    return f"{label}{labels.colon}".replace("\u00a0", " ")


def _blocks(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        match block.kind:
            case BlockKind.HEADING:
                title = _wrapped(block.text)
                yield f"{title}\n{'-' * max(map(len, title.splitlines()), default=0)}"
            case BlockKind.NUMBERED:
                yield _hanging(f"{block.number}. ".rjust(4), block.text)
            case BlockKind.BULLET:
                yield _hanging("  - ", block.text)
            case BlockKind.PARAGRAPH:
                yield _wrapped(block.text)


def _wrapped(text: str) -> str:
    return _hanging("", text)


def _hanging(mark: str, text: str) -> str:
    """Wrap a paragraph behind a mark. No word is cut, however long: addresses of pages stay
    whole. Line feeds inside stay."""
    indent = " " * len(mark)
    filler = textwrap.TextWrapper(
        WIDTH,
        initial_indent=mark,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    lines = []
    for line in number_kept(text).split("\n"):
        lines.append(filler.fill(line))
        filler.initial_indent = indent
    return "\n".join(lines).replace("\u00a0", " ")
