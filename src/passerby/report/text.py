"""Text that is safe to show: names of files may hold anything."""

from __future__ import annotations

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that a terminal or a page may act on, or that cannot be shown."""


def printable(name: str) -> str:
    """Replace what cannot be shown safely by U+FFFD: controls, bidirectional overrides, line
    breaks, and bytes that are no UTF-8."""
    if name.isascii() and name.isprintable():
        return name
    return "".join("\ufffd" if unicodedata.category(c) in _HIDDEN else c for c in name)


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return the count with its noun: "1 mask", "2,000 masks"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def size(count: int) -> str:
    """Return a number of bytes for people, in decimal units."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count} B"
