"""A reader of JPEG coefficients that shares no code with libjpeg, nor with Passerby.

Written from ITU-T T.81: Huffman coding, sequential (annex F) and progressive (annex G), any
sampling, restart markers. It is slow and meant for small pictures.
"""

from __future__ import annotations

import math
import re
import struct
from dataclasses import dataclass, field

import numpy as np


@dataclass
class Component:
    """One component: `blocks` are (rows, columns, 64) coefficients, row by row in each block, up
    to the last MCU; `rows` and `columns` are those that show something of the picture."""

    id: int
    h: int
    v: int
    table: int
    rows: int = 0
    columns: int = 0
    blocks: np.ndarray = field(default_factory=lambda: np.zeros((0, 0, 64), np.int64))

    @property
    def real(self) -> np.ndarray:
        """The blocks without those that only fill up the last MCU."""
        return self.blocks[: self.rows, : self.columns]


@dataclass
class Jpeg:
    """What is in a file: the segments as (marker, payload), the frame, the coefficients."""

    segments: list[tuple[int, bytes]] = field(default_factory=list)
    sof: int = 0
    width: int = 0
    height: int = 0
    components: list[Component] = field(default_factory=list)
    tables: dict[int, list[int]] = field(default_factory=dict)
    restart: int = 0
    huffman: dict[tuple[int, int], dict[str, int]] = field(default_factory=dict)

    @property
    def mcu(self) -> tuple[int, int]:
        """Width and height of an MCU in pixels."""
        if len(self.components) == 1:
            return 8, 8
        return 8 * max(c.h for c in self.components), 8 * max(c.v for c in self.components)


# Figure A.6: a walk along the diagonals, up and down by turns.
_WALK = [(s - x, x) if s % 2 else (x, s - x) for s in range(15) for x in range(s + 1)]
NATURAL = [8 * row + column for column, row in _WALK if row < 8 and column < 8]


class Bits:
    """The bits of one stretch of coded data, as a string of 0 and 1."""

    def __init__(self, raw: bytes) -> None:
        data = raw.replace(b"\xff\x00", b"\xff")
        self.text = bin(int.from_bytes(b"\1" + data))[3:]
        self.at = 0

    def take(self, count: int) -> int:
        """Read an unsigned number."""
        if self.at + count > len(self.text):
            raise ValueError("the coded data ends early")
        self.at += count
        return int(self.text[self.at - count : self.at], 2) if count else 0

    def symbol(self, table: dict[str, int]) -> int:
        """Read a Huffman code."""
        for length in range(1, 17):
            code = self.text[self.at : self.at + length]
            if code in table:
                self.at += length
                return table[code]
        raise ValueError("no such code")

    def value(self, size: int) -> int:
        """Read a signed number of `size` bits (F.2.2.1)."""
        number = self.take(size)
        return number if not size or number >> (size - 1) else number - (1 << size) + 1


def read(data: bytes) -> Jpeg:
    """Read a whole file. Raises ValueError where it is not whole."""
    jpeg = Jpeg()
    if data[:2] != b"\xff\xd8":
        raise ValueError("no start")
    at = 2
    while True:
        if data[at] != 0xFF:
            raise ValueError("no marker")
        marker = data[at + 1]
        if marker == 0xD9:
            if at + 2 != len(data):
                raise ValueError("bytes behind the end")
            return jpeg
        size = struct.unpack_from(">H", data, at + 2)[0]
        payload = data[at + 4 : at + 2 + size]
        jpeg.segments.append((marker, payload))
        at += 2 + size
        if marker == 0xDA:
            end = re.compile(rb"\xff[^\x00\xd0-\xd7]").search(data, at)
            if end is None:
                raise ValueError("no end of the scan")
            _scan(jpeg, payload, data[at : end.start()])
            at = end.start()
        else:
            _take(jpeg, marker, payload)


def _take(jpeg: Jpeg, marker: int, payload: bytes) -> None:
    if marker in (0xC0, 0xC1, 0xC2):
        _frame(jpeg, marker, payload)
    elif marker == 0xDB:
        _quantisation(jpeg, payload)
    elif marker == 0xC4:
        _huffman(jpeg, payload)
    elif marker == 0xDD:
        jpeg.restart = struct.unpack(">H", payload)[0]
    elif marker in range(0xC3, 0xD0):
        raise ValueError(f"frame of kind {marker:02X}")


def _frame(jpeg: Jpeg, marker: int, payload: bytes) -> None:
    jpeg.sof = marker
    _, jpeg.height, jpeg.width, count = struct.unpack_from(">BHHB", payload)
    for n in range(count):
        id_, factors, table = payload[6 + 3 * n : 9 + 3 * n]
        jpeg.components.append(Component(id_, factors >> 4, factors & 15, table))
    high, wide = max(c.v for c in jpeg.components), max(c.h for c in jpeg.components)
    down, across = math.ceil(jpeg.height / (8 * high)), math.ceil(jpeg.width / (8 * wide))
    for c in jpeg.components:
        c.rows = math.ceil(math.ceil(jpeg.height * c.v / high) / 8)
        c.columns = math.ceil(math.ceil(jpeg.width * c.h / wide) / 8)
        c.blocks = np.zeros((down * c.v, across * c.h, 64), np.int64)


def _quantisation(jpeg: Jpeg, payload: bytes) -> None:
    while payload:
        wide, number = payload[0] >> 4, payload[0] & 15
        size = 128 if wide else 64
        steps = struct.unpack(">64H" if wide else ">64B", payload[1 : 1 + size])
        natural = [0] * 64
        for position, step in zip(NATURAL, steps, strict=True):
            natural[position] = step
        jpeg.tables[number] = natural
        payload = payload[1 + size :]


def _huffman(jpeg: Jpeg, payload: bytes) -> None:
    while payload:
        kind, counts = payload[0], payload[1:17]
        symbols = iter(payload[17 : 17 + sum(counts)])
        code, table = 0, {}
        for length, count in enumerate(counts, 1):
            for _ in range(count):
                table[f"{code:0{length}b}"] = next(symbols)
                code += 1
            code <<= 1
        jpeg.huffman[kind >> 4, kind & 15] = table
        payload = payload[17 + sum(counts) :]


@dataclass
class _Scan:
    """One scan at work. `runs` are blocks still to come that have no more coefficients."""

    first: int
    last: int
    high: int
    low: int
    bits: Bits
    previous: dict[int, int] = field(default_factory=dict)
    runs: int = 0


def _scan(jpeg: Jpeg, header: bytes, raw: bytes) -> None:
    count = header[0]
    named = {header[1 + 2 * n]: header[2 + 2 * n] for n in range(count)}
    parts = [(c, named[c.id] >> 4, named[c.id] & 15) for c in jpeg.components if c.id in named]
    first, last, approximation = header[1 + 2 * count :]
    stretches = re.split(rb"\xff[\xd0-\xd7]", raw)
    units = list(_units(jpeg, parts))
    step = jpeg.restart or len(units)
    if len(stretches) != math.ceil(len(units) / step):
        raise ValueError("restart markers are missing")
    for index, stretch in enumerate(stretches):
        scan = _Scan(first, last, approximation >> 4, approximation & 15, Bits(stretch))
        for unit in units[index * step : (index + 1) * step]:
            for c, row, column, dc, ac in unit:
                _block(jpeg, scan, c, c.blocks[row, column], dc, ac)
        rest = scan.bits.text[scan.bits.at :]
        if len(rest) > 7 or "0" in rest:
            raise ValueError("bits behind the last block")


def _units(jpeg, parts):
    """Yield the blocks of each MCU of a scan, in their order (A.2)."""
    if len(parts) == 1:
        c, dc, ac = parts[0]
        for row in range(c.rows):
            for column in range(c.columns):
                yield [(c, row, column, dc, ac)]
        return
    c = parts[0][0]
    for down in range(c.blocks.shape[0] // c.v):
        for across in range(c.blocks.shape[1] // c.h):
            yield [
                (c, down * c.v + y, across * c.h + x, dc, ac)
                for c, dc, ac in parts
                for y in range(c.v)
                for x in range(c.h)
            ]


def _block(jpeg: Jpeg, scan: _Scan, c: Component, block: np.ndarray, dc: int, ac: int) -> None:
    if jpeg.sof != 0xC2:
        _constant(jpeg, scan, c, block, dc)
        _sequential(scan, block, jpeg.huffman[1, ac])
    elif scan.first == 0 and scan.high == 0:
        _constant(jpeg, scan, c, block, dc)
    elif scan.first == 0:
        block[0] |= scan.bits.take(1) << scan.low
    elif scan.high == 0:
        _first(scan, block, jpeg.huffman[1, ac])
    else:
        _refine(scan, block, jpeg.huffman[1, ac])


def _constant(jpeg: Jpeg, scan: _Scan, c: Component, block: np.ndarray, dc: int) -> None:
    difference = scan.bits.value(scan.bits.symbol(jpeg.huffman[0, dc]))
    scan.previous[c.id] = scan.previous.get(c.id, 0) + difference
    low = scan.low if jpeg.sof == 0xC2 else 0
    block[0] = scan.previous[c.id] << low


def _sequential(scan: _Scan, block: np.ndarray, table: dict[str, int]) -> None:
    """F.2.2.2."""
    k = 1
    while k < 64:
        run, size = divmod(scan.bits.symbol(table), 16)
        if size == 0 and run < 15:
            return
        k += run
        if size:
            block[NATURAL[k]] = scan.bits.value(size)
        k += 1


def _first(scan: _Scan, block: np.ndarray, table: dict[str, int]) -> None:
    """G.1.2.2."""
    if scan.runs:
        scan.runs -= 1
        return
    k = scan.first
    while k <= scan.last:
        run, size = divmod(scan.bits.symbol(table), 16)
        if size == 0 and run < 15:
            scan.runs = (1 << run) + scan.bits.take(run) - 1
            return
        k += run
        if size:
            block[NATURAL[k]] = scan.bits.value(size) * (1 << scan.low)
        k += 1


def _refine(scan: _Scan, block: np.ndarray, table: dict[str, int]) -> None:
    """G.1.2.3."""
    k, step = scan.first, 1 << scan.low
    while k <= scan.last and not scan.runs:
        run, size = divmod(scan.bits.symbol(table), 16)
        fresh = 0
        if size:
            fresh = step if scan.bits.take(1) else -step
        elif run < 15:
            scan.runs = (1 << run) + scan.bits.take(run)
            break
        while k <= scan.last:
            place = NATURAL[k]
            k += 1
            if block[place]:
                _correct(scan, block, place, step)
            elif run == 0:
                block[place] = fresh
                break
            else:
                run -= 1
    if scan.runs:
        for place in (NATURAL[n] for n in range(k, scan.last + 1)):
            if block[place]:
                _correct(scan, block, place, step)
        scan.runs -= 1


def _correct(scan: _Scan, block: np.ndarray, place: int, step: int) -> None:
    if scan.bits.take(1) and not abs(block[place]) & step:
        block[place] += step if block[place] > 0 else -step


def turned(blocks: np.ndarray, orientation: int) -> np.ndarray:
    """Return the blocks (rows, columns, 64) of an upright picture, from those of a stored one.

    Turning a block over negates the terms of odd frequency in that direction; swapping rows and
    columns swaps frequencies.
    """
    rows, columns, _ = blocks.shape
    square = blocks.reshape(rows, columns, 8, 8)
    if orientation >= 5:
        square = square.transpose(1, 0, 3, 2)
    signs = np.where(np.arange(8) % 2, -1, 1)
    if orientation in (2, 3, 6, 7):
        square = square[:, ::-1] * signs
    if orientation in (3, 4, 7, 8):
        square = square[::-1] * signs[:, None]
    return square.reshape(square.shape[0], square.shape[1], 64)
