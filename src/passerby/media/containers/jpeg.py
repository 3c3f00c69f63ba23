"""JPEG marker segments (ITU-T T.81, Annex B)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from passerby.errors import CorruptInput

SOI, EOI, SOS, DQT, DHT, DRI, DNL, COM, APP0 = (
    0xD8,
    0xD9,
    0xDA,
    0xDB,
    0xC4,
    0xDD,
    0xDC,
    0xFE,
    0xE0,
)
DAC = 0xCC
FRAMES = frozenset(range(0xC0, 0xD0)) - {DHT, DAC, 0xC8}
ENTROPY = -1
"""Stands for a marker where the coded data of a scan lies, restart markers included."""
FILL = -2
"""Stands for a marker where fill bytes (0xFF) lie before one."""

# In coded data 0xFF is followed by 0 (stuffing), by a restart marker, or by another 0xFF (fill).
_NEXT_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_MOST_SEGMENTS = 20_000


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the file: `offset` and `size` in bytes, marker and length field included."""

    marker: int
    offset: int
    size: int

    @property
    def end(self) -> int:
        """The offset of the byte after it."""
        return self.offset + self.size

    @property
    def payload(self) -> slice:
        """Where the bytes after the length field lie."""
        return slice(self.offset + 4, self.offset + self.size)

    @property
    def is_app(self) -> bool:
        """Whether it is an application segment."""
        return 0xE0 <= self.marker <= 0xEF


def walk_segments(data: bytes, start: int = 0) -> tuple[Segment, ...]:
    """Return every piece from SOI to EOI, without a gap.

    Raises CorruptInput where the file breaks off, and where bytes lie between segments.
    """
    if data[start : start + 2] != b"\xff\xd8":
        raise CorruptInput("JPEG: there is no start marker")
    segments = [Segment(SOI, start, 2)]
    at = start + 2
    while len(segments) < _MOST_SEGMENTS:
        segment = _next_segment(data, at)
        segments.append(segment)
        at = segment.end
        if segment.marker == EOI:
            return tuple(segments)
        if segment.marker == SOS:
            found = _NEXT_MARKER.search(data, at)
            if found is None:
                raise CorruptInput("JPEG: the file ends in the middle of the picture")
            segments.append(Segment(ENTROPY, at, found.start() - at))
            at = found.start()
    raise CorruptInput("JPEG: too many segments")


def walk_head(data: bytes) -> Iterator[Segment]:
    """Yield the segments up to the first scan. Raises CorruptInput where the file breaks off."""
    at = 2
    for _ in range(_MOST_SEGMENTS):
        segment = _next_segment(data, at)
        if segment.marker in (SOS, EOI):
            return
        yield segment
        at = segment.end


def _next_segment(data: bytes, at: int) -> Segment:
    if at + 2 > len(data):
        raise CorruptInput("JPEG: the file ends before its end marker")
    if data[at] != 0xFF:
        raise CorruptInput(f"JPEG: there is no marker at byte {at}")
    marker = data[at + 1]
    if marker == 0xFF:
        fill = at
        while fill < len(data) - 1 and data[fill + 1] == 0xFF:
            fill += 1
        return Segment(FILL, at, fill - at)
    if marker == EOI:
        return Segment(EOI, at, 2)
    if marker in _STANDALONE or marker in (0, SOI):
        raise CorruptInput(f"JPEG: marker 0x{marker:02X} is out of place at byte {at}")
    if at + 4 > len(data):
        raise CorruptInput("JPEG: the file ends before its end marker")
    size = int(struct.unpack_from(">H", data, at + 2)[0])
    if size < 2 or at + 2 + size > len(data):
        raise CorruptInput(f"JPEG: the segment at byte {at} reaches beyond the end of the file")
    return Segment(marker, at, 2 + size)


def build(marker: int, payload: bytes) -> bytes:
    """Return a segment's bytes. Raises ValueError if the payload is too long for one."""
    if len(payload) > 65533:
        raise ValueError("a JPEG segment holds at most 65533 bytes")
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload
