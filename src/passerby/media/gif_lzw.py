"""How far a GIF's image data reaches: its codes are followed, without making pixels of them.

Decoders fill a picture whose data ends early, and take no notice of what is there beyond it. So
the codes are counted here (GIF89a specification, appendix F).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from passerby.errors import CorruptInput

_LONGEST_CODE = 12
_ENTRIES = 1 << _LONGEST_CODE
_STRETCH = 4096
"""Codes that are taken from the stream at a time; fewer at first, because a stream may be
cleared after each code."""
_FIRST_STRETCH = 32

_Codes = NDArray[np.uint32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """`pixels` that the codes stand for, up to the end code or the one with which `wanted` is
    reached; `spare` bytes behind that; whether the end code is there; and which of the 256
    indices a pixel has."""

    pixels: int
    spare: int
    ended: bool
    used: frozenset[int]


@dataclass(slots=True)
class _Reader:
    """Takes codes from a stream; `at` is in bits, `count` are the codes since the last clear."""

    stream: NDArray[np.uint8]
    bits: int
    at: int = 0
    count: int = 0
    length: int = field(init=False)

    def __post_init__(self) -> None:
        self.length = 8 * len(self.stream)
        self.stream = np.concatenate([self.stream, np.zeros(3, np.uint8)])

    def take(self, most: int) -> tuple[_Codes, NDArray[np.int64]]:
        """Return the next codes, as if none of them cleared the table, and where each ends."""
        widths = _widths(self.bits)[self.count : self.count + most]
        if len(widths) < most:
            rest = np.full(most - len(widths), _LONGEST_CODE, np.int64)
            widths = np.concatenate([widths, rest])
        ends = self.at + np.cumsum(widths)
        whole = int(np.searchsorted(ends, self.length, "right"))
        widths, ends = widths[:whole], ends[:whole]
        starts = ends - widths
        first = starts >> 3
        three = (
            self.stream[first].astype(np.uint32)
            | self.stream[first + 1].astype(np.uint32) << np.uint32(8)
            | self.stream[first + 2].astype(np.uint32) << np.uint32(16)
        )
        masks = (np.uint32(1) << widths.astype(np.uint32)) - np.uint32(1)
        return three >> (starts & 7).astype(np.uint32) & masks, ends


@cache
def _widths(bits: int) -> NDArray[np.int64]:
    """Return the bits of the codes that follow a clear code: a code is as wide as the number of
    entries that the table has when it is read; the second code makes the first one."""
    entries = (1 << bits) + 2 + np.maximum(np.arange(_ENTRIES) - 1, 0)
    widths = np.frompyfunc(int.bit_length, 1, 1)(entries).astype(np.int64)
    clipped: NDArray[np.int64] = np.clip(widths, bits + 1, _LONGEST_CODE)
    return clipped


def measure(coded: bytes, bits: int, wanted: int) -> Extent:
    """Follow the codes of image data, of which `bits` is the code size, until they stand for
    `wanted` pixels and on to the end code. Raises CorruptInput for a code that has no entry."""
    clear, end = 1 << bits, (1 << bits) + 1
    reader = _Reader(np.frombuffer(coded, np.uint8), bits)
    used = np.zeros(256, np.bool_)
    sizes: list[int] = [1] * clear + [0, 0]
    pixels, stretch, ended = 0, _FIRST_STRETCH, False
    while pixels <= wanted and not ended:
        codes, ends = reader.take(stretch)
        if not len(codes):
            break
        marks = np.flatnonzero((codes == clear) | (codes == end))
        stop = int(marks[0]) if marks.size else len(codes)
        plain = codes[:stop]
        used[plain[plain < clear]] = True
        pixels = _count(plain.tolist(), sizes, pixels)
        stretch = min(2 * stretch, _STRETCH)
        reader.count += stop
        reader.at = int(ends[min(stop, len(ends) - 1)])
        if marks.size:
            ended = int(codes[stop]) == end
            reader.count, sizes = 0, [1] * clear + [0, 0]
            stretch = _FIRST_STRETCH if stop < _FIRST_STRETCH else stretch
    return Extent(
        pixels=pixels,
        spare=max(0, len(coded) - -(-reader.at // 8)),
        ended=ended,
        used=frozenset(np.flatnonzero(used).tolist()),
    )


def _count(codes: list[int], sizes: list[int], pixels: int) -> int:
    """Add up what codes stand for. `sizes` are those of the table's entries, to which one is
    added for each code; the newest is the code before and one pixel of this one."""
    try:
        for code in codes:
            size = sizes[code]
            pixels += size
            sizes.append(size + 1)
    except IndexError as error:
        raise CorruptInput("GIF: the image data is damaged") from error
    return pixels
