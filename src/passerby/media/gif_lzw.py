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
"""Codes after a clear code that are taken one by one, because a stream may be cleared after each
of them."""


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
class _Walk:
    """Follows codes. `at` is in bits; `count` are the codes since the last clear; `sizes` are the
    pixels that the table's entries stand for; `used` are the indices that were met."""

    coded: bytes
    bits: int
    at: int = 0
    count: int = 0
    pixels: int = 0
    ended: bool = False
    sizes: list[int] = field(init=False)
    used: set[int] = field(default_factory=set)
    stream: NDArray[np.uint8] = field(init=False)

    def __post_init__(self) -> None:
        # A code is cut out of three bytes.
        self.stream = np.frombuffer(self.coded + b"\0\0\0", np.uint8)
        self.clear()

    def clear(self) -> None:
        """Begin a new table."""
        self.count = 0
        self.sizes = [1] * (1 << self.bits) + [0, 0]

    def step(self) -> bool:
        """Follow one code; return whether there was one."""
        widths = _widths(self.bits)
        width = widths[self.count]
        if self.at + width > 8 * len(self.coded):
            return False
        three = int.from_bytes(self.coded[self.at >> 3 : (self.at >> 3) + 3], "little")
        code = three >> (self.at & 7) & (1 << width) - 1
        self.at += width
        if code == 1 << self.bits:
            self.clear()
        elif code == (1 << self.bits) + 1:
            self.ended = True
        else:
            self.count += 1
            self.used.add(code)
            self._add([code])
        return True

    def stride(self) -> bool:
        """Follow many codes, up to one that clears the table or ends; return whether there were
        any."""
        codes, ends = self._cut()
        if not len(codes):
            return False
        marks = np.flatnonzero(codes >> np.uint32(1) == (1 << self.bits) >> 1)
        stop = int(marks[0]) if marks.size else len(codes)
        self.count += stop
        self.used.update(np.unique(codes[:stop]).tolist())
        self._add(codes[:stop].tolist())
        self.at = int(ends[min(stop, len(ends) - 1)])
        if marks.size:
            self.ended = bool(codes[stop] & 1)
            self.clear()
        return True

    def _cut(self) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """Return the next codes, as if none of them cleared the table, and where each ends."""
        known = _widths(self.bits)[self.count : self.count + _STRETCH]
        widths = np.array(known + [_LONGEST_CODE] * (_STRETCH - len(known)), np.int64)
        ends = self.at + np.cumsum(widths)
        whole = int(np.searchsorted(ends, 8 * len(self.coded), "right"))
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

    def _add(self, codes: list[int]) -> None:
        """Add up what codes stand for. Each makes an entry: what the code before stands for and
        one pixel of this one."""
        sizes, pixels = self.sizes, self.pixels
        try:
            for code in codes:
                size = sizes[code]
                pixels += size
                sizes.append(size + 1)
        except IndexError as error:
            raise CorruptInput("GIF: the image data is damaged") from error
        self.pixels = pixels


@cache
def _widths(bits: int) -> list[int]:
    """Return the bits of the codes that follow a clear code: a code is as wide as the number of
    entries that the table has when it is read; the second code makes the first one."""
    entries = [(1 << bits) + 2 + max(index - 1, 0) for index in range(_ENTRIES)]
    return [min(max(count.bit_length(), bits + 1), _LONGEST_CODE) for count in entries]


def measure(coded: bytes, bits: int, wanted: int) -> Extent:
    """Follow the codes of image data, of which `bits` is the code size, until they stand for
    `wanted` pixels and on to the end code. Raises CorruptInput for a code that has no entry."""
    walk = _Walk(coded, bits)
    while walk.pixels <= wanted and not walk.ended:
        more = walk.step() if walk.count < _FEW else walk.stride()
        if not more:
            break
    return Extent(
        pixels=walk.pixels,
        spare=max(0, len(coded) - -(-walk.at // 8)),
        ended=walk.ended,
        used=frozenset(code for code in walk.used if code < 1 << bits),
    )
