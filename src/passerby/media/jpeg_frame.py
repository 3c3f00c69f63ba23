"""What a JPEG's segments say about its picture: frame, tables, colour coding, scans.

Everything that the decoder would silently fill in or smooth over is found here, before it is
decoded: missing components, missing scans, coefficients that were never refined (ITU-T T.81,
Annexes B, F and G).
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from passerby.errors import CorruptInput, UnsupportedFormat
from passerby.media.containers import jpeg as container
from passerby.media.containers.jpeg import Segment

_MOST_SCANS = 500
_UNKNOWN_BITS = -1
_KINDS = {
    0xC3: "lossless JPEG",
    0xC5: "hierarchical JPEG",
    0xC6: "hierarchical JPEG",
    0xC7: "hierarchical JPEG",
    0xCB: "lossless JPEG",
    0xCD: "hierarchical JPEG",
    0xCE: "hierarchical JPEG",
    0xCF: "hierarchical JPEG",
}
_PROGRESSIVE = frozenset({0xC2, 0xCA})
_ARITHMETIC = frozenset({0xC9, 0xCA})

_STANDARD_HUFFMAN = frozenset(
    {
        "9fb04cb1a8076318f33f273ffef967a9ea7291ecf3adeca79f643dfd300de425",
        "56f4b3b1bf992ae5175f190e3ac071f2bd0dd0c5f41d969c7b7fba0fbf4afe9f",
        "59212967b269cec5a1976158e406db3335b014dcedf67030011764d382b273a0",
        "544b5fe2b77b3d613e0b0f753b598fbe5501ac21084462d28fbc039699b47ec0",
    }
)
"""Tables K.3 to K.6, as `_huffman_hashes` names them."""

# Natural position of the n-th coefficient of the zigzag sequence (T.81, figure A.6).
ZIGZAG = tuple(
    sorted(range(64), key=lambda n: (n // 8 + n % 8, n // 8 if (n // 8 + n % 8) % 2 else n % 8))
)


class Coding(Enum):
    """How the components stand for colours."""

    GREY = "grey"
    YCC = "YCbCr"
    RGB = "RGB"
    CMYK = "CMYK"
    YCCK = "YCCK"


@dataclass(frozen=True, slots=True)
class Component:
    """One component of a frame: its id, sampling factors and quantisation table number."""

    id: int
    h: int
    v: int
    table: int


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame header, and what goes with it. `tables` are in natural order, by number;
    `tables_change` says that one is replaced after the first scan."""

    width: int
    height: int
    progressive: bool
    arithmetic: bool
    components: tuple[Component, ...]
    coding: Coding
    tables: dict[int, tuple[int, ...]]
    tables_change: bool = False
    standard_huffman: bool = False
    """Whether its Huffman tables are the examples of T.81, K.3, which most cameras use."""

    @property
    def cell(self) -> tuple[int, int]:
        """(width, height) of an MCU in pixels. A single component is never interleaved, so
        that its MCU is one block whatever its factors (T.81, A.2.2)."""
        if len(self.components) == 1:
            return 8, 8
        return 8 * max(c.h for c in self.components), 8 * max(c.v for c in self.components)


@dataclass(slots=True)
class _Facts:
    """Gathered segment by segment."""

    sof: tuple[int, bytes] | None = None
    tables: dict[int, tuple[int, ...]] = field(default_factory=dict)
    tables_change: bool = False
    huffman: set[str] = field(default_factory=set)
    adobe: int | None = None
    jfif: bool = False
    scans: list[bytes] = field(default_factory=list)


def read_frame(data: bytes, segments: tuple[Segment, ...]) -> Frame:
    """Gather the facts of the picture that `segments` hold.

    Raises CorruptInput or UnsupportedFormat.
    """
    facts = _Facts()
    for segment in segments:
        if segment.marker >= 0:
            _gather(facts, segment.marker, data[segment.payload])
    if facts.sof is None:
        raise CorruptInput("JPEG: there is no frame header")
    marker, header = facts.sof
    width, height, components = _parse_frame(marker, header)
    if not facts.scans:
        raise CorruptInput("JPEG: there is no scan")
    _check_scans(facts.scans, components, marker in _PROGRESSIVE)
    missing = [c.table for c in components if c.table not in facts.tables]
    if missing:
        raise CorruptInput(f"JPEG: quantisation table {missing[0]} is missing")
    return Frame(
        width=width,
        height=height,
        progressive=marker in _PROGRESSIVE,
        arithmetic=marker in _ARITHMETIC,
        components=components,
        coding=_tell_coding(components, facts),
        tables=facts.tables,
        tables_change=facts.tables_change,
        standard_huffman=marker not in _ARITHMETIC and facts.huffman <= _STANDARD_HUFFMAN,
    )


def _gather(facts: _Facts, marker: int, payload: bytes) -> None:
    if marker == container.DQT:
        for number, table in _parse_tables(payload).items():
            # One that is replaced between scans serves later components; the first, the luma.
            if facts.scans and facts.tables.get(number, table) != table:
                facts.tables_change = True
            if number not in facts.tables or not facts.scans:
                facts.tables[number] = table
    elif marker == container.DHT:
        facts.huffman |= _huffman_hashes(payload)
    elif marker == container.SOS:
        facts.scans.append(payload)
        if len(facts.scans) > _MOST_SCANS:
            raise CorruptInput("JPEG: too many scans")
    elif marker in container.FRAMES:
        if facts.sof is not None:
            raise CorruptInput("JPEG: more than one frame header")
        facts.sof = marker, payload
    elif marker == container.DNL:
        raise UnsupportedFormat("JPEG that names its height after the first scan is not handled")
    elif marker == 0xDE:
        raise UnsupportedFormat("hierarchical JPEG is not handled")
    elif facts.scans:
        # Decoders settle what the components stand for when the first scan begins.
        return
    elif marker == 0xEE and payload.startswith(b"Adobe") and len(payload) >= 12:
        facts.adobe = payload[11]
    elif marker == container.APP0 and payload.startswith(b"JFIF\x00"):
        facts.jfif = True


def _parse_frame(marker: int, header: bytes) -> tuple[int, int, tuple[Component, ...]]:
    if marker in _KINDS:
        raise UnsupportedFormat(f"{_KINDS[marker]} is not handled")
    if len(header) < 6:
        raise CorruptInput("JPEG: the frame header is too short")
    precision, height, width, count = struct.unpack_from(">BHHB", header)
    if precision != 8:
        raise UnsupportedFormat(f"JPEG of {precision} bits a sample is not handled")
    if len(header) != 6 + 3 * count or count == 0:
        raise CorruptInput("JPEG: the frame header is damaged")
    components = tuple(
        Component(header[at], header[at + 1] >> 4, header[at + 1] & 15, header[at + 2])
        for at in range(6, len(header), 3)
    )
    if count not in (1, 3, 4):
        raise UnsupportedFormat(f"JPEG of {count} components is not handled")
    if any(not (1 <= c.h <= 4 and 1 <= c.v <= 4 and c.table < 4) for c in components):
        raise CorruptInput("JPEG: a component of the frame header is damaged")
    if len({c.id for c in components}) != count:
        raise CorruptInput("JPEG: two components have one name")
    return width, height, components


def _parse_tables(payload: bytes) -> dict[int, tuple[int, ...]]:
    """Return the tables of one DQT segment in natural order. Raises CorruptInput."""
    tables = {}
    at = 0
    while at < len(payload):
        wide, number = payload[at] >> 4, payload[at] & 15
        size = 128 if wide else 64
        values = payload[at + 1 : at + 1 + size]
        if wide > 1 or number > 3 or len(values) < size:
            raise CorruptInput("JPEG: a quantisation table is damaged")
        steps = struct.unpack(">64H", values) if wide else tuple(values)
        if 0 in steps:
            raise CorruptInput("JPEG: a quantisation table holds a zero")
        natural = [0] * 64
        for position, step in zip(ZIGZAG, steps, strict=True):
            natural[position] = step
        tables[number] = tuple(natural)
        at += 1 + size
    return tables


def _huffman_hashes(payload: bytes) -> set[str]:
    """Return the sha256 of each table of one DHT segment: its class (0 for constant terms), the
    numbers of its codes, its symbols."""
    return {_hash(table) for table in _split_huffman(payload)}


def _split_huffman(payload: bytes) -> Iterator[bytes]:
    """Yield each table of one DHT segment: class and number, the numbers of codes, symbols."""
    at = 0
    while at < len(payload):
        end = at + 17 + sum(payload[at + 1 : at + 17])
        yield payload[at:end]
        at = end


def _hash(table: bytes) -> str:
    return hashlib.sha256(bytes((table[0] >> 4,)) + table[1:]).hexdigest()


def unused_huffman(data: bytes, segments: tuple[Segment, ...]) -> set[int]:
    """Return the offsets of DHT segments with a table that no scan uses: room for anything.

    The examples of T.81, K.3, say nothing: some encoders write them all.
    """
    waiting: dict[int, int] = {}
    spare: set[int] = set()
    progressive = any(s.marker in _PROGRESSIVE for s in segments)
    for segment in segments:
        payload = data[segment.payload] if segment.marker > 0 else b""
        if segment.marker == container.DHT:
            for table in _split_huffman(payload):
                spare |= {waiting.pop(table[0], segment.offset)} - {segment.offset}
                if _hash(table) not in _STANDARD_HUFFMAN:
                    waiting[table[0]] = segment.offset
        elif segment.marker == container.SOS and len(payload) >= 4:
            first, refines = payload[-3], payload[-1] >> 4
            for tables in payload[2 : 1 + 2 * payload[0] : 2]:
                if not (progressive and (first or refines)):
                    waiting.pop(tables >> 4, None)
                if first or not progressive:
                    waiting.pop(0x10 | tables & 15, None)
    return spare | set(waiting.values())


def _tell_coding(components: tuple[Component, ...], facts: _Facts) -> Coding:
    """Decide as the decoder does: JFIF, then Adobe's marker, then the components' names."""
    if len(components) == 1:
        return Coding.GREY
    if len(components) == 4:
        return Coding.YCCK if facts.adobe == 2 else Coding.CMYK
    if facts.jfif:
        return Coding.YCC
    if facts.adobe is not None:
        return Coding.RGB if facts.adobe == 0 else Coding.YCC
    names = bytes(c.id for c in components)
    return Coding.RGB if names == b"RGB" else Coding.YCC


def _check_scans(scans: list[bytes], components: tuple[Component, ...], progressive: bool) -> None:
    """Raise CorruptInput unless every coefficient of every component arrived in full.

    The decoder would smooth an incomplete progressive picture across blocks, which lets a block
    show in its neighbours; and would fill a missing component with grey.
    """
    # Bits still to come, for each coefficient in zigzag order.
    bits = {c.id: [_UNKNOWN_BITS] * 64 for c in components}
    for scan in scans:
        count = scan[0] if scan else 0
        if not 1 <= count <= 4 or len(scan) != 4 + 2 * count:
            raise CorruptInput("JPEG: a scan header is damaged")
        names = scan[1 : 1 + 2 * count : 2]
        first, last, high, low = scan[-3], scan[-2], scan[-1] >> 4, scan[-1] & 15
        if not progressive:
            first, last, high, low = 0, 63, 0, 0
        if first > last or last > 63:
            raise CorruptInput("JPEG: a scan header is damaged")
        for name in names:
            if name not in bits:
                raise CorruptInput("JPEG: a scan names a component that does not exist")
            _check_order(bits[name][first : last + 1], high, low)
            bits[name][first : last + 1] = [low] * (last - first + 1)
    if any(left != 0 for row in bits.values() for left in row):
        raise CorruptInput("JPEG: scans are missing, so the picture is incomplete")


def _check_order(left: list[int], high: int, low: int) -> None:
    """Raise CorruptInput unless a scan brings what is still to come (T.81, G.1.1.1).

    One that brings anew what was there already replaces a picture that nobody sees.
    """
    begins = high == 0 and set(left) == {_UNKNOWN_BITS}
    refines = high > 0 and set(left) == {high} and low == high - 1
    if not (begins or refines):
        raise CorruptInput("JPEG: a scan brings again, or out of order, what others bring")
