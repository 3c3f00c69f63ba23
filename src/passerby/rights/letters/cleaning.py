"""Takes out of a text what would make a letter other than it looks."""

from __future__ import annotations

import re
import unicodedata

_KEPT = "\u200c\u200d\u00a0\u202f"
"""Joiners, which some scripts cannot be written without, and no-break spaces: they hide
nothing."""

_BREAKS = frozenset({"Zl", "Zp", "Zs"})
_DROPPED = frozenset({"Cf", "Cs", "Co", "Cn"})

_BOUND = re.compile(r"[ ](?=[;:?!»](?!\w))|(?<=«)[ ]")
"""A space that no line may end at: French sets one before these marks, and within its quotes."""


def clean(text: str) -> str:
    """Return the text as one line: breaks and control characters become a space; what cannot be
    seen (bidirectional marks and overrides, zero-width characters, surrogates) is dropped. A
    space before a mark becomes one that does not break."""
    words = "".join(map(_cleaned, text)).split(" ")
    return _BOUND.sub("\u00a0", " ".join(filter(None, words)).strip())


def clean_lines(text: str) -> tuple[str, ...]:
    """Return the lines of a text that have something in them, each clean."""
    return tuple(line for line in map(clean, text.splitlines()) if line)


def _cleaned(character: str) -> str:
    if character in _KEPT:
        return character
    category = unicodedata.category(character)
    if category == "Cc" or category in _BREAKS:
        return " "
    return "" if category in _DROPPED else character
