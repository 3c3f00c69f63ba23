"""IPTC-IIM records (IPTC-NAA Information Interchange Model 4.2), and Photoshop's image resources
(Adobe Photoshop File Formats Specification), in which they travel."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

IPTC_RESOURCE = 0x0404
_UTF8 = b"\x1b%G"
_MOST = 5000


@dataclass(frozen=True, slots=True)
class DataSet:
    """One data set: record and number, and where its value lies in the block, in bytes."""

    record: int
    number: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Resource:
    """One image resource: its number, and where its data lies in the block, in bytes.

    `start` is the offset of its ``8BIM``, `end` the byte after its padding.
    """

    id: int
    start: int
    offset: int
    size: int
    end: int


def walk_records(block: bytes) -> Iterator[DataSet]:
    """Yield data sets, up to the first byte that begins none."""
    at = 0
    for _ in range(_MOST):
        if at + 5 > len(block) or block[at] != 0x1C:
            return
        record, number, size = struct.unpack_from(">BBH", block, at + 1)
        at += 5
        if size & 0x8000:
            width = size & 0x7FFF
            if width > 4 or at + width > len(block):
                return
            size = int.from_bytes(block[at : at + width], "big")
            at += width
        if at + size > len(block):
            return
        yield DataSet(record, number, at, size)
        at += size


def walk_resources(block: bytes) -> Iterator[Resource]:
    """Yield image resources, up to the first byte that begins none."""
    at = 0
    for _ in range(_MOST):
        if at + 12 > len(block) or block[at : at + 4] not in (b"8BIM", b"MeSa", b"AgHg", b"PHUT"):
            return
        start = at
        number = struct.unpack_from(">H", block, at + 4)[0]
        # A Pascal string padded to an even length, then the size.
        name = 1 + block[at + 6]
        at += 6 + name + name % 2
        if at + 4 > len(block):
            return
        size = struct.unpack_from(">I", block, at)[0]
        at += 4
        if at + size > len(block):
            return
        end = min(at + size + size % 2, len(block))
        yield Resource(number, start, at, size, end)
        at = end


def text(block: bytes, found: DataSet, utf8: bool) -> str:
    """Return a data set's text: UTF-8 where it says so or is, else Latin-1."""
    raw = block[found.offset : found.offset + found.size]
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace") if utf8 else raw.decode("latin-1")


def says_utf8(block: bytes) -> bool:
    """Whether data set 1:90 names UTF-8."""
    return any(
        block[d.offset : d.offset + d.size] == _UTF8
        for d in walk_records(block)
        if (d.record, d.number) == (1, 90)
    )
