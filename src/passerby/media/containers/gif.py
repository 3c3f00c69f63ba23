"""GIF blocks (GIF89a specification, 1990), walked to the trailer.

Bytes between blocks belong to none; viewers skip them or stop there. Here they are skipped, and
listed.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import StrEnum

from passerby.errors import CorruptInput
from passerby.model.media import Disposal

SIGNATURES = (b"GIF87a", b"GIF89a")
_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_SCREEN_END = 13
_MOST_BLOCKS = 200_000
XMP = b"XMP DataXMP"
ICC = b"ICCRGBG1012"
LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
XMP_TRAILER = b"\x01" + bytes(range(255, -1, -1)) + b"\x00"
"""What ends an XMP packet (XMP part 3, 1.1.2): wherever a reader of sub-blocks enters it, it comes
out at its end."""


class Kind(StrEnum):
    """What a block is."""

    SCREEN = "screen"
    """Signature and logical screen."""
    TABLE = "global colour table"
    CONTROL = "graphic control"
    IMAGE = "image"
    COMMENT = "comment"
    PLAIN_TEXT = "plain text"
    APPLICATION = "application"
    EXTENSION = "extension"
    """Of a label that the specification does not have."""
    STRAY = "bytes between blocks"
    TRAILER = "trailer"


_LABELS = {0xF9: Kind.CONTROL, 0xFE: Kind.COMMENT, 0x01: Kind.PLAIN_TEXT, 0xFF: Kind.APPLICATION}


@dataclass(frozen=True, slots=True)
class Block:
    """One block: `offset` is that of its first byte, `end` of the byte after its last."""

    kind: Kind
    offset: int
    end: int

    @property
    def size(self) -> int:
        """Bytes."""
        return self.end - self.offset


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A graphic control extension: what it says of the image behind it. `delay` is in hundredths
    of a second, `transparent` an index or None."""

    disposal: Disposal = Disposal.KEEP
    delay: int = 0
    transparent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image descriptor and what belongs to it. `table` is where its own colours lie, None
    where it has none; `bits` is the code size; `data` is where the first sub-block begins."""

    left: int
    top: int
    width: int
    height: int
    interlaced: bool
    table: slice | None
    bits: int
    data: int


def walk(data: bytes) -> list[Block]:
    """Return the blocks up to and including the trailer. Raises CorruptInput where the file
    breaks off."""
    if not data.startswith(SIGNATURES) or len(data) < _SCREEN_END:
        raise CorruptInput("GIF: the header is damaged")
    blocks = [Block(Kind.SCREEN, 0, _SCREEN_END)]
    at = _SCREEN_END + _table_bytes(data[10])
    if at > _SCREEN_END:
        blocks.append(Block(Kind.TABLE, _SCREEN_END, at))
    while at < len(data):
        if len(blocks) > _MOST_BLOCKS:
            raise CorruptInput("GIF: too many blocks")
        block = _read_block(data, at)
        if block.end > len(data):
            break
        blocks.append(block)
        if block.kind is Kind.TRAILER:
            return blocks
        at = block.end
    raise CorruptInput("GIF: the file ends before its trailer")


def _read_block(data: bytes, at: int) -> Block:
    first = data[at]
    if first == _TRAILER:
        return Block(Kind.TRAILER, at, at + 1)
    if first == _IMAGE:
        return Block(Kind.IMAGE, at, _end_of_image(data, at))
    if first == _EXTENSION and at + 2 < len(data):
        kind = _LABELS.get(data[at + 1], Kind.EXTENSION)
        return Block(kind, at, skip(data, at + 2))
    if first == _EXTENSION:
        return Block(Kind.EXTENSION, at, len(data) + 1)
    end = at + 1
    while end < len(data) and data[end] not in (_EXTENSION, _IMAGE, _TRAILER):
        end += 1
    return Block(Kind.STRAY, at, end)


def _end_of_image(data: bytes, at: int) -> int:
    if at + 11 > len(data):
        return len(data) + 1
    return skip(data, at + 11 + _table_bytes(data[at + 9]))


def _table_bytes(packed: int) -> int:
    return 3 << (packed & 7) + 1 if packed & 0x80 else 0


def skip(data: bytes, at: int) -> int:
    """Return where sub-blocks end that begin at a byte; beyond the file's end if they do not."""
    while at < len(data):
        size = data[at]
        at += 1 + size
        if not size:
            return at
    return len(data) + 1


def join(data: bytes, at: int) -> bytes:
    """Return the content of the sub-blocks that begin at a byte."""
    pieces = []
    while at < len(data) and data[at]:
        pieces.append(data[at + 1 : at + 1 + data[at]])
        at += 1 + data[at]
    return b"".join(pieces)


def split(payload: bytes) -> bytes:
    """Return content in sub-blocks, with their end."""
    pieces = [payload[at : at + 255] for at in range(0, len(payload), 255)]
    return b"".join(bytes([len(piece)]) + piece for piece in pieces) + b"\x00"


def read_image(data: bytes, block: Block) -> Image:
    """Return what an image block says of its image. Raises CorruptInput."""
    left, top, width, height, packed = struct.unpack_from("<4HB", data, block.offset + 1)
    start = block.offset + 10
    size = _table_bytes(packed)
    bits = data[start + size]
    # Pillow's own range; two colours are coded with 2 bits.
    if not 2 <= bits <= 8:
        raise CorruptInput(f"GIF: a code size of {bits} bits")
    return Image(
        left=left,
        top=top,
        width=width,
        height=height,
        interlaced=bool(packed & 0x40),
        table=slice(start, start + size) if size else None,
        bits=bits,
        data=start + size + 1,
    )


def read_control(data: bytes, block: Block) -> Control:
    """Return what a graphic control extension says; nothing of one that is too short."""
    if block.size < 8 or data[block.offset + 2] < 4:
        return Control()
    packed, delay, index = struct.unpack_from("<BHB", data, block.offset + 3)
    # Early encoders wrote 4 for what became 3, and browsers take both for it.
    disposal = {2: Disposal.BACKGROUND, 3: Disposal.PREVIOUS, 4: Disposal.PREVIOUS}
    return Control(
        disposal=disposal.get(packed >> 2 & 7, Disposal.KEEP),
        delay=delay,
        transparent=index if packed & 1 else None,
    )


def application(data: bytes, block: Block) -> bytes:
    """Return the identifier and code of an application extension, 11 bytes unless damaged."""
    size = data[block.offset + 2]
    return data[block.offset + 3 : block.offset + 3 + size]


def read_loops(data: bytes, block: Block) -> int | None:
    """Return how often an animation is shown, by a looping extension, 0 for ever.

    None where a block is no such extension. It counts how often the animation is repeated after
    it was shown once.
    """
    if application(data, block) not in LOOPS:
        return None
    at = block.offset + 14
    while at < block.end and data[at]:
        if data[at] >= 3 and data[at + 1] & 7 == 1:
            repeats = int(struct.unpack_from("<H", data, at + 2)[0])
            return repeats + 1 if repeats else 0
        at += 1 + data[at]
    return None


def read_packet(data: bytes, block: Block) -> bytes:
    """Return the packet of an XMP extension."""
    start, end = block.offset + 14, block.end
    if data[start:end].endswith(XMP_TRAILER):
        return data[start : end - len(XMP_TRAILER)]
    return join(data, start)


def build_extension(name: bytes, content: bytes) -> bytes:
    """Return an application extension of content that is in sub-blocks already."""
    return bytes([_EXTENSION, 0xFF, 11]) + name + content
