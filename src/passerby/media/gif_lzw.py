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
"""Codes that are taken from the stream at a time."""
_FEW = 64
"""Codes behind a clear code that are taken one by one."""
_MOST_CLEARS = 64
"""Clear codes beyond one for each pixel: encoders clear a table that holds something."""

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

    raw: bytes = field(init=False)

    def __post_init__(self) -> None:
        self.raw = self.stream.tobytes()
        self.length = 8 * len(self.stream)
        self.stream = np.concatenate([self.stream, np.zeros(3, np.uint8)])

    def take(self, most: int) -> tuple[_Codes, NDArray[np.int64]]:
        """Return the next codes, as if none of them cleared the table, and where each ends."""
        widths = _widths(self.bits)[self.count : self.count + most]
        if len(widths) < most:
            rest = np.full(most - len(widths), _LONGEST_CODE, np.int64)
            widths = np.concatenate([widths, rest])
        return self._cut(widths)

    def _cut(self, widths: NDArray[np.int64]) -> tuple[_Codes, NDArray[np.int64]]:
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
    `wanted` pixels and on to the end code. Raises CorruptInput for a code that has no entry, and
    where the table is cleared again and again for nothing."""
    tally = _Tally(_Reader(np.frombuffer(coded, np.uint8), bits))
    while tally.pixels <= wanted and not tally.ended:
        before = tally.reader.at
        tally.follow_singly(wanted)
        if tally.reader.count >= _FEW and not tally.ended and tally.pixels <= wanted:
            tally.follow()
        if tally.reader.at == before:
            break
    return Extent(
        pixels=tally.pixels,
        spare=max(0, len(coded) - -(-tally.reader.at // 8)),
        ended=tally.ended,
        used=frozenset(np.flatnonzero(tally.used).tolist()),
    )


@dataclass(slots=True)
class _Tally:
    """What was counted so far. `sizes` are how many pixels each entry of the table stands for."""

    reader: _Reader
    pixels: int = 0
    clears: int = 0
    ended: bool = False
    sizes: list[int] = field(init=False)
    used: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self.used = np.zeros(256, np.bool_)
        self.sizes = self._fresh()

    def _fresh(self) -> list[int]:
        return [1] * (1 << self.reader.bits) + [0, 0]

    def follow_singly(self, wanted: int) -> None:
        """Follow codes one by one while few stand behind the last clear code: a stream may be
        cleared after each of them."""
        reader, clear = self.reader, 1 << self.reader.bits
        widths = _widths(reader.bits)[:_FEW].tolist()
        for _ in range(_STRETCH):
            if reader.count >= _FEW or self.pixels > wanted or self.ended:
                return
            end = reader.at + widths[reader.count]
            if end > reader.length:
                return
            three = int.from_bytes(reader.raw[reader.at >> 3 : (reader.at >> 3) + 3], "little")
            code = three >> (reader.at & 7) & ((1 << widths[reader.count]) - 1)
            if code in (clear, clear + 1):
                self._end_run(code, end)
                continue
            self.pixels = _count([code], self.sizes, self.pixels)
            if code < clear:
                self.used[code] = True
            reader.count += 1
            reader.at = end

    def follow(self) -> None:
        """Follow many codes at once, up to one that clears the table."""
        clear = 1 << self.reader.bits
        codes, ends = self.reader.take(min(_STRETCH, 4 * self.reader.count))
        marks = np.flatnonzero((codes == clear) | (codes == clear + 1))
        stop = int(marks[0]) if marks.size else len(codes)
        self._take(codes[:stop], ends[:stop])
        if marks.size:
            self._end_run(int(codes[stop]), int(ends[stop]))

    def _take(self, codes: _Codes, ends: NDArray[np.int64]) -> None:
        """Count codes that stand for pixels."""
        if len(codes):
            self.used[codes[codes < 1 << self.reader.bits]] = True
            self.pixels = _count(codes.tolist(), self.sizes, self.pixels)
            self.reader.count += len(codes)
            self.reader.at = int(ends[-1])

    def _end_run(self, code: int, end: int) -> None:
        """Take the code that clears the table, or the end code."""
        self.reader.at = end
        self.ended = code != 1 << self.reader.bits
        if not self.ended:
            self._clear()

    def _clear(self) -> None:
        self.clears += 1
        if self.clears > self.pixels + _MOST_CLEARS:
            raise CorruptInput("GIF: the image data is cleared again and again")
        self.reader.count = 0
        if len(self.sizes) > (1 << self.reader.bits) + 2:
            self.sizes = self._fresh()


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
