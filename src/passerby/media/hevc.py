"""HEVC pictures in a HEIF file (ITU-T H.265; ISO/IEC 14496-15, 8.3): what a decoder needs of them,
and what their headers say. Nothing is decoded."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from passerby.errors import CorruptInput, UnsupportedFormat
from passerby.media.bits import Bits
from passerby.media.coded import Coded

_VPS, _SPS, _PPS = 32, 33, 34
_FIRST_RANDOM_ACCESS, _LAST_RANDOM_ACCESS = 16, 23
_MOST_UNITS = 20_000
_LARGEST_SIDE = 1 << 17
_SUBSAMPLED = {0: (1, 1), 1: (2, 2), 2: (2, 1), 3: (1, 1)}
"""What the conformance window is counted in, by chroma format (table 6-1)."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """`cleaned` is the hvcC box's content with parameter sets alone; `sets` are these."""

    cleaned: bytes
    sets: frozenset[bytes]
    length_size: int
    coded: Coded


def read_configuration(content: bytes) -> Configuration:
    """Read an hvcC box (14496-15, 8.3.3.1). Raises CorruptInput, UnsupportedFormat."""
    if len(content) < 23 or content[0] != 1:
        raise CorruptInput("HEVC: the configuration is damaged")
    at = 23
    arrays: list[bytes] = []
    units: list[bytes] = []
    for _ in range(content[22]):
        if at + 3 > len(content):
            raise CorruptInput("HEVC: the configuration ends too early")
        kind, count = content[at] & 0x3F, int.from_bytes(content[at + 1 : at + 3], "big")
        inside, stop = _take_units(content, at + 3, count)
        if kind in (_VPS, _SPS, _PPS):
            if any(kind_of(unit) != kind or layer_of(unit) for unit in inside):
                raise CorruptInput("HEVC: the configuration contradicts itself")
            arrays.append(bytes([0x80 | kind]) + content[at + 1 : stop])
            units += inside
        at = stop
    if at != len(content):
        raise CorruptInput("HEVC: the configuration is longer than it says")
    headers = [read_header(unit) for unit in units if kind_of(unit) == _SPS]
    if not headers or any(header != headers[0] for header in headers):
        raise CorruptInput("HEVC: there is no sequence header, or two that do not agree")
    cleaned = content[:22] + bytes([len(arrays)]) + b"".join(arrays)
    return Configuration(cleaned, frozenset(units), (content[21] & 3) + 1, headers[0])


def _take_units(content: bytes, at: int, count: int) -> tuple[list[bytes], int]:
    units = []
    for _ in range(count):
        size = int.from_bytes(content[at : at + 2], "big")
        if size < 3 or at + 2 + size > len(content):
            raise CorruptInput("HEVC: the configuration ends too early")
        units.append(content[at + 2 : at + 2 + size])
        at += 2 + size
    return units, at


def kind_of(unit: bytes) -> int:
    """Return a unit's type (H.265, 7.3.1.2)."""
    return unit[0] >> 1 & 0x3F


def layer_of(unit: bytes) -> int:
    """Return the layer that a unit belongs to; 0 is the picture itself."""
    return (unit[0] & 1) << 5 | unit[1] >> 3


def is_slice(unit: bytes) -> bool:
    """Whether a unit holds a part of a picture."""
    return kind_of(unit) < _VPS


def is_remark(unit: bytes) -> bool:
    """Whether a unit is supplemental information, of which a decoder needs none."""
    return kind_of(unit) in (39, 40)


def begins_picture(unit: bytes) -> bool:
    """Whether a slice is the first of its picture."""
    return bool(unit[2] >> 7)


def walk_units(payload: bytes, length_size: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of each unit, without its length. Raises CorruptInput."""
    at = 0
    for _ in range(_MOST_UNITS):
        if at == len(payload):
            return
        size = int.from_bytes(payload[at : at + length_size], "big")
        start = at + length_size
        at = start + size
        if size < 3 or at > len(payload):
            raise CorruptInput("HEVC: the picture is cut short")
        yield start, at
    raise CorruptInput("HEVC: the picture is in too many pieces")


def clean_picture(payload: bytes, configuration: Configuration) -> bytes:
    """Return the slices of the one picture in an item, in their units.

    Parameter sets are those of the configuration, so that no other size comes from the picture.
    Raises CorruptInput.
    """
    kept: list[bytes] = []
    pictures = 0
    for start, stop in walk_units(payload, configuration.length_size):
        unit = payload[start:stop]
        kind = kind_of(unit)
        if layer_of(unit):
            continue
        if kind in (_VPS, _SPS, _PPS) and unit not in configuration.sets:
            raise CorruptInput("HEVC: the picture has other parameters than it says")
        if is_slice(unit):
            if not _FIRST_RANDOM_ACCESS <= kind <= _LAST_RANDOM_ACCESS:
                raise CorruptInput("HEVC: a picture that needs others")
            pictures += begins_picture(unit)
            kept.append(struct.pack(">I", len(unit))[4 - configuration.length_size :] + unit)
    if pictures != 1:
        raise CorruptInput(f"HEVC: {pictures} pictures where one is to be")
    return b"".join(kept)


def read_header(unit: bytes) -> Coded:
    """Read a sequence parameter set up to the depth of its samples (H.265, 7.3.2.2)."""
    bits = Bits(unit[2:].replace(b"\0\0\3", b"\0\0"), "HEVC")
    bits.take(4)
    layers = bits.take(3)
    bits.take(1)
    _skip_profile(bits, layers)
    bits.golomb()
    chroma = bits.golomb()
    if chroma > 3:
        raise CorruptInput("HEVC: an unknown kind of colour")
    if chroma == 3 and bits.take(1):
        raise UnsupportedFormat("HEIC with its colour planes coded apart is not handled")
    width, height = bits.golomb(), bits.golomb()
    left = right = top = bottom = 0
    if bits.take(1):
        left, right, top, bottom = (bits.golomb() for _ in range(4))
    across, down = _SUBSAMPLED[chroma]
    depth, of_chroma = bits.golomb() + 8, bits.golomb() + 8
    shown = (width - across * (left + right), height - down * (top + bottom))
    if max(width, height) > _LARGEST_SIDE or min(shown) <= 0 or depth > 16:
        raise CorruptInput("HEVC: the size or depth in the header is not possible")
    if chroma and of_chroma != depth:
        raise UnsupportedFormat("HEIC with two depths is not handled")
    return Coded(room=(width, height), shown=shown, depth=depth, grey=chroma == 0)


def _skip_profile(bits: Bits, layers: int) -> None:
    """profile_tier_level() (7.3.3)."""
    bits.take(96)
    present = [(bits.take(1), bits.take(1)) for _ in range(layers)]
    if layers:
        bits.take(2 * (8 - layers))
    for profile, level in present:
        bits.take(88 * profile + 8 * level)
