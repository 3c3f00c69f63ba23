"""AV1 pictures in an AVIF file (AV1 Bitstream & Decoding Process Specification, 5.3 to 5.5): the
units of a picture, and what its headers say. Nothing is decoded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from passerby.errors import CorruptInput
from passerby.media.bits import Bits
from passerby.media.coded import Coded

SEQUENCE_HEADER, DELIMITER, FRAME_HEADER, TILE_GROUP, FRAME = 1, 2, 3, 4, 6
NEEDED = frozenset({SEQUENCE_HEADER, FRAME_HEADER, TILE_GROUP, FRAME})
NAMES = {
    SEQUENCE_HEADER: "sequence header",
    DELIMITER: "temporal delimiter",
    FRAME_HEADER: "frame header",
    TILE_GROUP: "tiles",
    5: "metadata",
    FRAME: "frame",
    7: "repeated frame header",
    8: "tile list",
    15: "padding",
}
_MOST_UNITS = 20_000
_IDENTITY = 0


@dataclass(frozen=True, slots=True)
class Unit:
    """One OBU: `start` and `end` are offsets in the item, `content` that of its own bytes."""

    kind: int
    start: int
    content: int
    end: int
    extended: bool


def walk_units(payload: bytes) -> Iterator[Unit]:
    """Yield the OBUs of an item (5.3.1). Raises CorruptInput where they do not fill it."""
    at = 0
    for _ in range(_MOST_UNITS):
        if at == len(payload):
            return
        head = payload[at]
        extended, sized = bool(head & 4), bool(head & 2)
        content = at + 1 + extended
        size = 0
        if sized:
            size, content = _read_length(payload, content)
        end = content + size if sized else len(payload)
        if head & 0x80 or end > len(payload) or content > end:
            raise CorruptInput("AV1: the picture is cut short")
        yield Unit(head >> 3 & 15, at, content, end, extended)
        at = end
    raise CorruptInput("AV1: the picture is in too many pieces")


def _read_length(payload: bytes, at: int) -> tuple[int, int]:
    """Return a leb128() number and the offset behind it (4.10.5)."""
    value = 0
    for index in range(8):
        if at + index >= len(payload):
            raise CorruptInput("AV1: the picture is cut short")
        byte = payload[at + index]
        value |= (byte & 0x7F) << (7 * index)
        if not byte & 0x80:
            return value, at + index + 1
    raise CorruptInput("AV1: a length is too large")


def clean_picture(payload: bytes) -> bytes:
    """Return the units that a decoder needs. Raises CorruptInput."""
    units = tuple(walk_units(payload))
    kept = [payload[unit.start : unit.end] for unit in units if unit.kind in NEEDED]
    if not any(unit.kind in (FRAME, TILE_GROUP) for unit in units):
        raise CorruptInput("AV1: there is no picture")
    return b"".join(kept)


def clean_configuration(content: bytes) -> bytes:
    """Return the four bytes of an av1C box that say what the stream is (AV1-ISOBMFF, 2.3).

    Units that may follow them only repeat the picture's own. Raises CorruptInput.
    """
    if len(content) < 4 or content[0] != 0x81:
        raise CorruptInput("AV1: the configuration is damaged")
    return content[:4]


def read_header(payload: bytes) -> Coded:
    """Read the sequence header of an item (5.5). Raises CorruptInput."""
    headers = {
        payload[unit.content : unit.end]
        for unit in walk_units(payload)
        if unit.kind == SEQUENCE_HEADER
    }
    if len(headers) != 1:
        raise CorruptInput("AV1: there is no sequence header, or two that do not agree")
    bits = Bits(headers.pop(), "AV1")
    profile = bits.take(3)
    bits.take(1)
    reduced = bits.take(1)
    if reduced:
        bits.take(5)
    else:
        _skip_operating_points(bits)
    of_width, of_height = bits.take(4) + 1, bits.take(4) + 1
    size = (bits.take(of_width) + 1, bits.take(of_height) + 1)
    _skip_tools(bits, reduced)
    return _read_colour(bits, profile, size)


def _skip_operating_points(bits: Bits) -> None:
    """From timing_info_present_flag to the last operating point (5.5.1)."""
    decoder_model = 0
    of_delay = 0
    if bits.take(1):
        bits.take(64)
        if bits.take(1):
            bits.golomb()
        decoder_model = bits.take(1)
        if decoder_model:
            of_delay = bits.take(5) + 1
            bits.take(32 + 5 + 5)
    initial_delay = bits.take(1)
    for _ in range(bits.take(5) + 1):
        bits.take(12)
        level = bits.take(5)
        if level > 7:
            bits.take(1)
        if decoder_model and bits.take(1):
            bits.take(2 * of_delay + 1)
        if initial_delay and bits.take(1):
            bits.take(4)


def _skip_tools(bits: Bits, reduced: int) -> None:
    """From frame_id_numbers_present_flag to enable_restoration (5.5.1)."""
    if not reduced and bits.take(1):
        bits.take(4 + 3)
    bits.take(3)
    if not reduced:
        bits.take(4)
        ordered = bits.take(1)
        bits.take(2 * ordered)
        screen = 1 if bits.take(1) else bits.take(1)
        if screen and not bits.take(1):
            bits.take(1)
        bits.take(3 * ordered)
    bits.take(3)


def _read_colour(bits: Bits, profile: int, size: tuple[int, int]) -> Coded:
    """color_config() (5.5.2)."""
    high = bits.take(1)
    depth = 10 if high else 8
    if profile == 2 and high and bits.take(1):
        depth = 12
    grey = bool(bits.take(1)) if profile != 1 else False
    codes = (bits.take(8), bits.take(8), bits.take(8)) if bits.take(1) else (2, 2, 2)
    full = codes == (1, 13, _IDENTITY) or bool(bits.take(1))
    return Coded(room=size, shown=size, depth=depth, grey=grey, colour=(*codes, full))
