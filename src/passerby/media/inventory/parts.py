"""Small steps on parts that all listings share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from passerby.model.media import Group, Part

_GRAVEST_FIRST = (
    Group.EMBEDDED,
    Group.LOCATION,
    Group.PERSON,
    Group.DEVICE,
    Group.PROVENANCE,
    Group.TIME,
    Group.TEXT,
    Group.UNKNOWN,
    Group.COLOUR,
    Group.PICTURE,
)


def gravest(parts: Iterable[Part]) -> Group:
    """Return what a block is, for people, by the gravest of its parts; UNKNOWN for none."""
    groups = {part.group for part in parts}
    return next((group for group in _GRAVEST_FIRST if group in groups), Group.UNKNOWN)


def shifted(parts: Iterable[Part], prefix: str, by: int) -> list[Part]:
    """Return the parts of a block that lies at byte `by` of the file in one piece."""
    return [replace(p, name=f"{prefix}/{p.name}", offset=p.offset + by) for p in parts]


def pinned(parts: Iterable[Part], prefix: str, offset: int) -> list[Part]:
    """Return the parts of a block that is compressed, or spread over several segments: all are
    said to lie where the block begins."""
    return [replace(p, name=f"{prefix}/{p.name}", offset=offset) for p in parts]


def block(name: str, offset: int, size: int, inside: list[Part]) -> list[Part]:
    """Return a block and the parts inside it."""
    return [Part(name=name, group=gravest(inside), offset=offset, size=size), *inside]


def printable(raw: bytes) -> str:
    """Return bytes as a short printable name."""
    text = raw[:60].decode("latin-1")
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in text)
