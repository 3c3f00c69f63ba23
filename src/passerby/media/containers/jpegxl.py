"""JPEG XL files (ISO/IEC 18181-2): a bare codestream, or boxes with one in them; and the headers
that the codestream begins with (18181-1, annexes B to D). Nothing is decoded."""

from __future__ import annotations

from dataclasses import dataclass

from passerby.errors import CorruptInput
from passerby.media.containers import bmff
from passerby.media.containers.bmff import Box

BARE = b"\xff\x0a"
_RATIOS = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
ALPHA, BLACK = 0, 4
RGB, GREY = 0, 1
_XYB = 2
_CUSTOM = 2
_MOST_CHANNELS = 256

Choices = tuple[tuple[int, int], ...]
"""Of U32(): what is added to how many bits."""
_SIZE: Choices = ((1, 9), (1, 13), (1, 18), (1, 30))
_SMALL_EIGHTHS: Choices = ((16, 0), (32, 0), (1, 5), (33, 9))
_SMALL: Choices = ((1, 6), (65, 8), (321, 10), (1345, 12))
_ENUM: Choices = ((0, 0), (1, 0), (2, 4), (18, 6))


@dataclass(frozen=True, slots=True)
class Channel:
    """An extra channel: `kind` is 0 for alpha and 4 for black; `associated` says that colours
    are multiplied by alpha."""

    kind: int
    depth: int
    is_float: bool = False
    shift: int = 0
    associated: bool = False


@dataclass(frozen=True, slots=True)
class Colour:
    """`codes` are primaries and transfer of ITU-T H.273 where they are named; `has_profile` says
    that an ICC profile is coded in the stream."""

    space: int
    codes: tuple[int, int] | None
    has_profile: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """`size` is (width, height) as stored; `orientation` is that of Exif; `through_xyb` says that
    the decoder makes the colours that are named here."""

    size: tuple[int, int]
    orientation: int = 1
    preview: tuple[int, int] | None = None
    animated: bool = False
    depth: int = 8
    is_float: bool = False
    channels: tuple[Channel, ...] = ()
    through_xyb: bool = True
    colour: Colour = Colour(RGB, (1, 13))


class _Bits:
    """Reads bits, the lowest of each byte first (18181-1, B.2)."""

    def __init__(self, data: bytes) -> None:
        self._value, self._at, self._end = int.from_bytes(data, "little"), 0, 8 * len(data)

    def take(self, count: int) -> int:
        if self._at + count > self._end:
            raise CorruptInput("JPEG XL: the header ends too early")
        value = self._value >> self._at & ((1 << count) - 1)
        self._at += count
        return value

    def flag(self) -> bool:
        return bool(self.take(1))

    def choose(self, choices: Choices) -> int:
        base, count = choices[self.take(2)]
        return base + self.take(count)

    def enum(self) -> int:
        return self.choose(_ENUM)


_LONGEST_HEADER = 16 * 1024


def read_header(stream: bytes) -> Header:
    """Read the size and metadata of a codestream, up to its colours. Raises CorruptInput."""
    if not stream.startswith(BARE):
        raise CorruptInput("JPEG XL: there is no codestream")
    bits = _Bits(stream[2:_LONGEST_HEADER])
    size = _read_size(bits, _SIZE, ((1, 5),) * 4)
    if bits.flag():
        return Header(size=size)
    return _read_metadata(bits, size)


def _read_size(bits: _Bits, whole: Choices, eighths: Choices) -> tuple[int, int]:
    """SizeHeader (D.2); also PreviewHeader, with other numbers."""
    small = bits.flag()
    height = _read_side(bits, small, whole, eighths)
    ratio = bits.take(3)
    if ratio:
        across, down = _RATIOS[ratio]
        return height * across // down, height
    return _read_side(bits, small, whole, eighths), height


def _read_side(bits: _Bits, small: bool, whole: Choices, eighths: Choices) -> int:
    if not small:
        return bits.choose(whole)
    if len(set(eighths)) == 1:
        return 8 * (1 + bits.take(5))
    return 8 * bits.choose(eighths)


def _read_metadata(bits: _Bits, size: tuple[int, int]) -> Header:
    """ImageMetadata (D.3.1), which is not all default."""
    orientation, preview, animated = 1, None, False
    if bits.flag():
        orientation = 1 + bits.take(3)
        if bits.flag():
            _read_size(bits, _SIZE, ((1, 5),) * 4)
        if bits.flag():
            preview = _read_size(bits, _SMALL, _SMALL_EIGHTHS)
        animated = bits.flag()
    if animated:
        return Header(size=size, orientation=orientation, preview=preview, animated=True)
    depth, is_float = _read_depth(bits)
    bits.flag()
    count = bits.choose(((0, 0), (1, 0), (2, 4), (1, 12)))
    if count > _MOST_CHANNELS:
        raise CorruptInput("JPEG XL: too many channels")
    channels = tuple(_read_channel(bits) for _ in range(count))
    through_xyb = bits.flag()
    return Header(
        size=size,
        orientation=orientation,
        preview=preview,
        depth=depth,
        is_float=is_float,
        channels=channels,
        through_xyb=through_xyb,
        colour=_read_colour(bits),
    )


def _read_depth(bits: _Bits) -> tuple[int, bool]:
    """BitDepth (D.3.2)."""
    if not bits.flag():
        return bits.choose(((8, 0), (10, 0), (12, 0), (1, 6))), False
    depth = bits.choose(((32, 0), (16, 0), (24, 0), (1, 6)))
    bits.take(4)
    return depth, True


def _read_channel(bits: _Bits) -> Channel:
    """ExtraChannelInfo (D.3.6)."""
    if bits.flag():
        return Channel(ALPHA, 8)
    kind = bits.enum()
    depth, is_float = _read_depth(bits)
    shift = bits.choose(((0, 0), (3, 0), (4, 0), (1, 3)))
    bits.take(8 * bits.choose(((0, 0), (0, 4), (16, 5), (48, 10))))
    associated = kind == ALPHA and bits.flag()
    if kind == 2:
        bits.take(4 * 16)
    if kind == 5:
        bits.choose(((1, 0), (0, 2), (3, 4), (19, 8)))
    return Channel(kind, depth, is_float, shift, associated)


def _read_colour(bits: _Bits) -> Colour:
    """ColourEncoding (D.3.5)."""
    if bits.flag():
        return Colour(RGB, (1, 13))
    has_profile = bits.flag()
    space = bits.enum()
    if has_profile or space == _XYB:
        return Colour(space, None, has_profile)
    white = bits.enum()
    if white == _CUSTOM:
        _skip_place(bits)
    primaries = 1
    if space != GREY:
        primaries = bits.enum()
        if primaries == _CUSTOM:
            for _ in range(3):
                _skip_place(bits)
    if bits.flag():
        bits.take(24)
        return Colour(space, None)
    transfer = bits.enum()
    named = {(1, 1): 1, (1, 9): 9, (1, 11): 12, (11, 11): 11}.get((white, primaries))
    return Colour(space, (named, transfer) if named else None)


def _skip_place(bits: _Bits) -> None:
    """Customxy (D.3.5)."""
    for _ in range(2):
        bits.choose(((0, 19), (524288, 19), (1048576, 20), (2097152, 21)))


def find_stream(data: bytes) -> bytes:
    """Return the codestream of a file, put together where it is in parts (18181-2, 9.3).

    Raises CorruptInput.
    """
    if data.startswith(BARE):
        return data
    boxes = walk_boxes(data)
    whole = [box for box in boxes if box.kind == b"jxlc"]
    pieces = [box for box in boxes if box.kind == b"jxlp"]
    if len(whole) + bool(pieces) != 1:
        raise CorruptInput("JPEG XL: there is no picture, or more than one")
    if whole:
        return data[whole[0].payload]
    numbers = [int.from_bytes(data[box.content : box.content + 4], "big") for box in pieces]
    expected = [*range(len(pieces) - 1), len(pieces) - 1 | 0x80000000]
    if numbers != expected or any(box.end - box.content < 4 for box in pieces):
        raise CorruptInput("JPEG XL: parts of the picture are missing")
    return b"".join(data[box.content + 4 : box.end] for box in pieces)


def walk_boxes(data: bytes) -> tuple[Box, ...]:
    """Return the boxes of a file that has some. Raises CorruptInput."""
    boxes = bmff.walk_file(data, "JPEG XL")
    if len(boxes) < 2 or boxes[0].kind != b"JXL " or boxes[1].kind != b"ftyp":
        raise CorruptInput("JPEG XL: the file does not begin as one")
    return boxes
