"""Boxes of the ISO base media file format (ISO/IEC 14496-12, 4.2), as HEIF, AVIF, JPEG XL, video
and JUMBF (ISO/IEC 19566-5) have them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from passerby.errors import CorruptInput

_MOST_BOXES = 20_000
"""On one level. A picture of a thousand tiles has some thousand boxes."""
_TOP_LEVEL = frozenset(
    {
        *(b"ftyp", b"styp", b"meta", b"mdat", b"moov", b"moof", b"free", b"skip", b"wide"),
        *(b"uuid", b"sefd", b"mpvd", b"idat", b"pdin", b"sidx", b"mfra"),
        *(b"JXL ", b"jxll", b"jxlc", b"jxlp", b"jxli", b"Exif", b"xml ", b"jumb", b"jbrd", b"brob"),
    }
)
"""Boxes that stand in a file by themselves. One that reaches beyond the end was cut short;
other bytes that are no box are something behind the file."""


@dataclass(frozen=True, slots=True)
class Box:
    """One box. `offset` is that of its first byte, `content` that of the byte after its length
    and type, `end` that of the byte after it."""

    kind: bytes
    offset: int
    content: int
    end: int

    @property
    def size(self) -> int:
        """Bytes, length and type included."""
        return self.end - self.offset

    @property
    def payload(self) -> slice:
        """Where what it holds lies in the file."""
        return slice(self.content, self.end)


def walk(data: bytes, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes of a stretch, up to the first bytes that are none."""
    at = start
    for _ in range(_MOST_BOXES):
        if at + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            if at + 16 > end:
                return
            size, head = int(struct.unpack_from(">Q", data, at + 8)[0]), 16
        stop = end if size == 0 else at + size
        if stop > end or stop < at + head:
            return
        yield Box(kind, at, at + head, stop)
        at = stop


def walk_whole(data: bytes, start: int, end: int, where: str) -> tuple[Box, ...]:
    """Return the boxes of a stretch that holds nothing else. Raises CorruptInput."""
    boxes = tuple(walk(data, start, end))
    if (boxes[-1].end if boxes else start) != end:
        raise CorruptInput(f"{where}: its boxes do not add up to its size")
    return boxes


def walk_file(data: bytes, what: str) -> tuple[Box, ...]:
    """Return the boxes of a file; what follows the last of them is none.

    Raises CorruptInput where a box is cut short, and where there are too many.
    """
    boxes = tuple(walk(data, 0, len(data)))
    end = boxes[-1].end if boxes else 0
    if len(boxes) >= _MOST_BOXES:
        raise CorruptInput(f"{what}: too many boxes")
    if not boxes or data[end + 4 : end + 8] in _TOP_LEVEL:
        raise CorruptInput(f"{what}: the box at byte {end} reaches beyond the end of the file")
    return boxes


def build(kind: bytes, *content: bytes) -> bytes:
    """Return a box's bytes."""
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def build_full(kind: bytes, *content: bytes, version: int = 0, flags: int = 0) -> bytes:
    """Return the bytes of a box with version and flags (4.2.2)."""
    return build(kind, struct.pack(">I", version << 24 | flags), *content)


class Fields:
    """Reads big-endian numbers of a box one after another. Raises CorruptInput at its end."""

    def __init__(self, data: bytes, box: Box, what: str) -> None:
        self._data, self._at, self._end, self._what = data, box.content, box.end, what

    @property
    def at(self) -> int:
        """The offset of the next byte in the file."""
        return self._at

    @property
    def left(self) -> int:
        """Bytes up to the end of the box."""
        return self._end - self._at

    def number(self, size: int) -> int:
        """Return an unsigned number of `size` bytes; 0 for none."""
        return int.from_bytes(self.take(size), "big")

    def take(self, size: int) -> bytes:
        """Return the next bytes."""
        if size > self.left:
            raise CorruptInput(f"{self._what} ends too early")
        self._at += size
        return self._data[self._at - size : self._at]

    def text(self) -> bytes:
        """Return the bytes up to a zero, which is passed over, or up to the end."""
        found = self._data.find(b"\0", self._at, self._end)
        stop = self._end if found < 0 else found
        value = self._data[self._at : stop]
        self._at = min(stop + 1, self._end)
        return value

    def version_and_flags(self) -> tuple[int, int]:
        """Return what a full box begins with (4.2.2)."""
        both = self.number(4)
        return both >> 24, both & 0xFFFFFF
