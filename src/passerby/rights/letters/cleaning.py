"""Takes out of a text what would make a letter other than it looks."""

from __future__ import annotations

import unicodedata

_KEPT = "\u200c\u200d"
"""Joiners: some scripts cannot be written without them, and they hide nothing."""

_FIXED = "\u00a0\u202f"
"""Spaces that no line is broken at: French has them inside of quotation marks."""

_SPACES = frozenset({"Cc", "Zl", "Zp", "Zs"})
_DROPPED = frozenset({"Cf", "Cs", "Co", "Cn"})


def clean(text: str) -> str:
    """Return the text as one line: breaks and control characters become a space, of which there
    is never more than one; what cannot be seen (bidirectional marks and overrides, zero-width
    characters, surrogates) is dropped."""
    return " ".join(filter(None, "".join(map(_cleaned, text)).split(" "))).strip(f" {_FIXED}")


def clean_lines(text: str) -> tuple[str, ...]:
    """Return the lines of a text that have something in them, each clean."""
    return tuple(line for line in map(clean, text.splitlines()) if line)


def _cleaned(character: str) -> str:
    if character in _KEPT or character in _FIXED:
        return character
    category = unicodedata.category(character)
    if category in _SPACES:
        return " "
    return "" if category in _DROPPED else character
