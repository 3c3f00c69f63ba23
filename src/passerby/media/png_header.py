"""What the critical chunks of a PNG say about its picture, checked before decoding.

PNG Third Edition, 11.2 (IHDR, PLTE, IDAT, IEND) and 11.3.1 (tRNS).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

from passerby.errors import CorruptInput, UnsupportedFormat
from passerby.media.containers import png as container
from passerby.media.containers.chunk import Chunk
from passerby.model.geometry import Box
from passerby.model.media import Mode

GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
_DEPTHS = {GREY: (1, 2, 4, 8, 16), RGB: (8, 16), PALETTE: (1, 2, 4, 8),
           GREY_ALPHA: (8, 16), RGBA: (8, 16)}  # fmt: skip
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}
MODES = {GREY: Mode.L, RGB: Mode.RGB, PALETTE: Mode.RGBA, GREY_ALPHA: Mode.LA,
          RGBA: Mode.RGBA}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Header:
    """IHDR, and the chunks that say what the samples mean."""

    width: int
    height: int
    depth: int
    colour: int
    interlaced: bool
    palette: bytes = b""
    transparency: bytes | None = None

    @property
    def mode(self) -> Mode:
        """The mode of the decoded picture: with alpha where a chunk gives transparency."""
        mode = MODES[self.colour]
        if self.transparency is None or mode.has_alpha:
            return mode
        return Mode.LA if mode is Mode.L else Mode.RGBA

    @property
    def sample_depth(self) -> int:
        """Bits of the decoded samples: below 8 only for grey without transparency."""
        return self.depth if self.mode is Mode.L else max(self.depth, 8)


def read_header(data: bytes, chunks: tuple[Chunk, ...]) -> Header:
    """Return what IHDR says. Raises CorruptInput."""
    first = chunks[0]
    if first.type != b"IHDR" or first.size != 13:
        raise CorruptInput("PNG: the header chunk is missing")
    container.check_crc(data, first)
    values = struct.unpack(">IIBBBBB", data[first.payload])
    width, height, depth, colour, compression, filtering, interlace = values
    if depth not in _DEPTHS.get(colour, ()):
        raise CorruptInput(f"PNG: colour type {colour} with {depth} bits does not exist")
    if compression or filtering or interlace > 1:
        raise CorruptInput("PNG: the header names a method that does not exist")
    return Header(width, height, depth, colour, bool(interlace))


def frame_header(header: Header, box: Box) -> Header:
    """Return the header that the rows of an animation's frame have."""
    return replace(header, width=box.width, height=box.height)


def read_meaning(data: bytes, chunks: tuple[Chunk, ...], header: Header) -> Header:
    """Check the critical chunks and add palette and transparency to the header."""
    for chunk in chunks:
        if chunk.type in (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"):
            container.check_crc(data, chunk)
        elif chunk.type[0] < 0x60:
            name = chunk.type.decode("ascii")
            raise UnsupportedFormat(f"PNG with the critical chunk {name} is not handled")
    kinds = [chunk.type for chunk in chunks]
    _check_order(kinds)
    meaning = (b"PLTE", b"tRNS")
    named = {chunk.type: data[chunk.payload] for chunk in chunks if chunk.type in meaning}
    if header.colour == PALETTE:
        palette = named.get(b"PLTE", b"")
        if not palette or len(palette) % 3 or len(palette) > 768:
            raise CorruptInput("PNG: the palette is missing or damaged")
        return replace(header, palette=palette, transparency=named.get(b"tRNS", b""))
    return replace(header, transparency=_colour_key(named.get(b"tRNS"), header))


def _check_order(kinds: list[bytes]) -> None:
    if kinds.count(b"IHDR") != 1 or kinds.count(b"PLTE") > 1 or kinds.count(b"tRNS") > 1:
        raise CorruptInput("PNG: a chunk that may stand once stands twice")
    if b"IDAT" not in kinds:
        raise CorruptInput("PNG: there is no picture data")
    start = kinds.index(b"IDAT")
    count = kinds.count(b"IDAT")
    if any(kind != b"IDAT" for kind in kinds[start : start + count]):
        raise CorruptInput("PNG: the picture data is not in one piece")
    if any(kind in (b"PLTE", b"tRNS") for kind in kinds[start:]):
        raise CorruptInput("PNG: the palette follows the picture data")


def _colour_key(payload: bytes | None, header: Header) -> bytes | None:
    """Return the colour that is transparent, two bytes a channel, for grey and RGB."""
    if payload is None or header.colour in (GREY_ALPHA, RGBA):
        return None
    if len(payload) != (2 if header.colour == GREY else 6):
        raise CorruptInput("PNG: the transparent colour is damaged")
    return payload
