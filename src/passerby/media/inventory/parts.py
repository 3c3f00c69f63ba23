"""Small steps on parts that all listings share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields, replace

from passerby.model.media import Group, Part

LEAST_PICTURE = 64
"""Bytes below which nothing is a picture: numbers about one, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder(Part):
    """A part whose picture does not lie in the file as a file of its own: pixels without a
    header, base64, pieces in several places, a compressed block.

    `open` returns a file of some format, or bytes in which such files lie. It is called only
    when somebody asks for the picture, and raises a PasserbyError when there is none to be had.
    `kind` says how the picture is stored, such as "uncompressed RGB", for people.

    A part that holds a whole file in one piece (a JPEG, a PNG...) need not be a Holder: such
    files are found in every part that is not the picture itself.
    """

    kind: str = ""
    open: Callable[[], bytes] = field(repr=False, compare=False)


def plain(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Return the parts as plain facts, without what opens them."""
    names = [each.name for each in fields(Part)]
    return tuple(
        Part(**{name: getattr(part, name) for name in names}) if isinstance(part, Holder) else part
        for part in parts
    )


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
    return [_moved(part, f"{prefix}/{part.name}", part.offset + by) for part in parts]


def _moved(part: Part, name: str, offset: int) -> Part:
    if isinstance(part, Holder):
        return replace(part, name=name, offset=offset)
    # Most parts go this way, three times as fast.
    return Part(
        name=name,
        group=part.group,
        offset=offset,
        size=part.size,
        required=part.required,
        pinned=part.pinned,
    )


def pinned(parts: Iterable[Part], prefix: str, offset: int) -> list[Part]:
    """Return the parts of a block that is compressed, or spread over several segments: all are
    said to lie where the block begins."""
    return [replace(p, name=f"{prefix}/{p.name}", offset=offset, pinned=True) for p in parts]


def unpacked(parts: list[Part], prefix: str, offset: int, raw: bytes) -> list[Part]:
    """Return the parts of a block `raw` that had to be inflated or put together, pinned to where
    it begins in the file; what lies in them can be opened."""
    blocks = ancestors(part.name for part in parts)
    return pinned([_held(p, raw) if p.name not in blocks else p for p in parts], prefix, offset)


def _held(part: Part, raw: bytes) -> Part:
    if isinstance(part, Holder) or part.group is Group.PICTURE or part.size < LEAST_PICTURE:
        return part
    stretch = slice(part.offset, part.offset + part.size)
    return Holder(
        name=part.name,
        group=part.group,
        offset=part.offset,
        size=part.size,
        open=lambda: raw[stretch],
    )


def ancestors(names: Iterable[str]) -> set[str]:
    """Return the names of blocks: those of which others are parts."""
    found: set[str] = set()
    for name in names:
        above = name.rpartition("/")[0]
        while above and above not in found:
            found.add(above)
            above = above.rpartition("/")[0]
    return found


def block(name: str, offset: int, size: int, inside: list[Part]) -> list[Part]:
    """Return a block and the parts inside it."""
    return [Part(name=name, group=gravest(inside), offset=offset, size=size), *inside]


def printable(raw: bytes) -> str:
    """Return bytes as a short printable name."""
    text = raw[:60].decode("latin-1")
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in text)
