"""Photoshop documents, PSD and PSB (Adobe Photoshop File Formats Specification, 2019).

Five sections: header, colour mode data, image resources, layers and masks, and the flattened
picture. Every length is checked before it is used, and everything is counted.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from passerby.errors import CorruptInput

SIGNATURE = b"8BPS"
HEADER = 26
RAW, RLE, ZIP, ZIP_PREDICTED = range(4)
MERGED_TRANSPARENCY = frozenset({b"Mtrn", b"Mt16", b"Mt32"})
_LAYER_BLOCKS = frozenset({b"Layr", b"Lr16", b"Lr32"})
"""Where documents of other depths than 8 have their layers."""
_WIDE_KEYS = frozenset(
    {b"LMsk", b"Lr16", b"Lr32", b"Layr", b"Mt16", b"Mt32", b"Mtrn", b"Alph", b"FMsk"}
    | {b"lnk2", b"FEid", b"FXid", b"PxSD", b"lnkE", b"lnk3", b"extd", b"cinf", b"artd", b"pths"}
)
"""Blocks whose lengths have eight bytes in a PSB."""
_MOST_LAYERS = 10_000
_MOST_BLOCKS = 10_000
_LARGEST_SIDE = {1: 30_000, 2: 300_000}
_MOST_CHANNELS = 56


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Header and sections. The slices are of the file and leave lengths out; `picture` is where
    the flattened picture begins, with two bytes that name its compression."""

    version: int
    channels: int
    width: int
    height: int
    depth: int
    mode: int
    palette: slice
    resources: slice
    layers: slice
    picture: int

    @property
    def row_bytes(self) -> int:
        """Bytes of a row of one channel."""
        return -(-self.width * self.depth // 8)


@dataclass(frozen=True, slots=True)
class Block:
    """A tagged block: its key, where it begins, and where its content lies."""

    key: bytes
    offset: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of a layer: its number, -1 for opacity and below for masks; its coded bytes with
    the two that name their compression; (width, height) in pixels, 0 where that is not known."""

    number: int
    offset: int
    size: int
    pixels: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer: where its record lies, its name, its blocks and its channels."""

    offset: int
    end: int
    name: bytes
    name_at: int
    blocks: tuple[Block, ...]
    channels: tuple[Channel, ...]


@dataclass(frozen=True, slots=True)
class Layers:
    """All layers, in the order of the file: the lowest first. `transparent` says that the first
    further channel of the flattened picture is its opacity; `start` and `end` are where the
    layers lie in the file."""

    start: int
    end: int
    transparent: bool
    layers: tuple[Layer, ...]


class _Reader:
    """Reads numbers one after another, and nothing beyond an end."""

    def __init__(self, data: bytes, at: int, end: int, version: int) -> None:
        self.data, self.at, self.end, self.version = data, at, end, version

    def number(self, code: str) -> int:
        size = struct.calcsize(">" + code)
        self.skip(size)
        return int(struct.unpack_from(">" + code, self.data, self.at - size)[0])

    def length(self) -> int:
        """Read a length that is twice as wide in a PSB."""
        return self.number("Q" if self.version == 2 else "I")

    def skip(self, size: int) -> slice:
        if size > self.end - self.at:
            raise CorruptInput("PSD: a length leads outside of its section")
        self.at += size
        return slice(self.at - size, self.at)


def walk(data: bytes) -> Document:
    """Read the header and find the sections. Raises CorruptInput."""
    if data[:4] != SIGNATURE or len(data) < HEADER:
        raise CorruptInput("PSD: the header is damaged")
    version, channels, height, width, depth, mode = struct.unpack_from(">H6xHIIHH", data, 4)
    if version not in _LARGEST_SIDE or not 1 <= channels <= _MOST_CHANNELS:
        raise CorruptInput("PSD: the header is damaged")
    if max(width, height) > _LARGEST_SIDE[version]:
        raise CorruptInput(f"PSD: {width}x{height} is larger than the format allows")
    reader = _Reader(data, HEADER, len(data), version)
    palette = reader.skip(reader.number("I"))
    resources = reader.skip(reader.number("I"))
    layers = reader.skip(reader.length())
    if reader.at + 2 > len(data):
        raise CorruptInput("PSD: the file ends before its picture")
    return Document(
        version=version,
        channels=channels,
        width=width,
        height=height,
        depth=depth,
        mode=mode,
        palette=palette,
        resources=resources,
        layers=layers,
        picture=reader.at,
    )


def global_blocks(data: bytes, document: Document) -> tuple[slice, tuple[Block, ...]]:
    """Return where the mask that all layers share lies, and the blocks behind it.

    Raises CorruptInput.
    """
    section = document.layers
    if section.start == section.stop:
        return section, ()
    reader = _Reader(data, section.start, section.stop, document.version)
    reader.skip(reader.length())
    if reader.at == section.stop:
        return slice(reader.at, reader.at), ()
    mask = reader.skip(reader.number("I"))
    return mask, tuple(_walk_blocks(data, reader.at, section.stop, document.version, align=4))


def read_layers(data: bytes, document: Document) -> Layers | None:
    """Return the layers; None where there are none. Raises CorruptInput."""
    section = document.layers
    if section.start == section.stop:
        return None
    reader = _Reader(data, section.start, section.stop, document.version)
    where = reader.skip(reader.length())
    if where.start == where.stop:
        _, blocks = global_blocks(data, document)
        held = [block for block in blocks if block.key in _LAYER_BLOCKS]
        if not held:
            return None
        where = slice(held[0].start, held[0].end)
    return _read_list(data, where, document.version)


def _read_list(data: bytes, where: slice, version: int) -> Layers | None:
    if where.stop - where.start < 2:
        return None
    reader = _Reader(data, where.start, where.stop, version)
    count = reader.number("h")
    if abs(count) > _MOST_LAYERS:
        raise CorruptInput("PSD: too many layers")
    records = [_read_record(data, reader) for _ in range(abs(count))]
    layers = []
    for record, sizes in records:
        channels = []
        for number, size, pixels in sizes:
            coded = reader.skip(size)
            channels.append(Channel(number, coded.start, size, pixels))
        layers.append(Layer(*record, tuple(channels)))
    return Layers(where.start, where.stop, count < 0, tuple(layers))


_Record = tuple[int, int, bytes, int, tuple[Block, ...]]
_Sizes = list[tuple[int, int, tuple[int, int]]]


def _read_record(data: bytes, reader: _Reader) -> tuple[_Record, _Sizes]:
    """Return what a layer's record says: offset, end, name, its place, blocks; and number, coded
    size and (width, height) of each channel."""
    offset = reader.at
    top, left, bottom, right = (reader.number("i") for _ in range(4))
    count = reader.number("H")
    if count > _MOST_CHANNELS + 4:
        raise CorruptInput("PSD: a layer has too many channels")
    told = [(reader.number("h"), reader.length()) for _ in range(count)]
    if data[reader.skip(4)] != b"8BIM":
        raise CorruptInput("PSD: the record of a layer is damaged")
    reader.skip(8)
    extra = reader.skip(reader.number("I"))
    inner = _Reader(data, extra.start, extra.stop, reader.version)
    mask = _mask_size(data[inner.skip(inner.number("I"))])
    inner.skip(inner.number("I"))
    name = inner.skip(inner.number("B"))
    # Length and text together are a multiple of four bytes.
    inner.at = min(inner.at + -(name.stop - name.start + 1) % 4, extra.stop)
    blocks = tuple(_walk_blocks(data, inner.at, extra.stop, reader.version, align=1))
    size = max(0, right - left), max(0, bottom - top)
    sizes = [
        (number, length, size if number >= -1 else mask if number == -2 else (0, 0))
        for number, length in told
    ]
    return (offset, reader.at, data[name], name.start, blocks), sizes


def _mask_size(raw: bytes) -> tuple[int, int]:
    if len(raw) < 16:
        return 0, 0
    top, left, bottom, right = struct.unpack_from(">4i", raw)
    return max(0, right - left), max(0, bottom - top)


def _walk_blocks(data: bytes, start: int, end: int, version: int, align: int) -> Iterator[Block]:
    """Yield tagged blocks, up to the first byte that begins none. Those of the document are
    padded to four bytes, those of a layer hardly ever."""
    at = start
    for _ in range(_MOST_BLOCKS):
        if at + 12 > end or data[at : at + 4] not in (b"8BIM", b"8B64"):
            return
        key = data[at + 4 : at + 8]
        wide = version == 2 and key in _WIDE_KEYS
        head = 16 if wide else 12
        if at + head > end:
            return
        size = int(struct.unpack_from(">Q" if wide else ">I", data, at + 8)[0])
        stop = at + head + size
        if stop > end:
            return
        yield Block(key, at, at + head, stop)
        following = stop + -size % align
        if data[following : following + 4] not in (b"8BIM", b"8B64"):
            # Some writers count the padding, some pad to even lengths.
            following = stop + size % 2
        at = following


def channel_spans(data: bytes, document: Document) -> tuple[int, tuple[slice, ...]]:
    """Return the compression of the flattened picture and where each channel's bytes lie; none
    where they are compressed together. Raises CorruptInput."""
    kind = int(struct.unpack_from(">H", data, document.picture)[0])
    at = document.picture + 2
    sizes = [document.row_bytes * document.height] * document.channels
    if kind == RLE:
        counts = row_counts(data, document)
        at += document.height * document.channels * (4 if document.version == 2 else 2)
        rows = [
            counts[i : i + document.height] for i in range(0, len(counts), document.height or 1)
        ]
        sizes = [sum(each) for each in rows]
    elif kind != RAW:
        return kind, ()
    spans = []
    for size in sizes:
        spans.append(slice(at, at + size))
        at += size
    if at > len(data):
        raise CorruptInput("PSD: the file ends in the middle of its picture")
    return kind, tuple(spans)


def row_counts(data: bytes, document: Document) -> tuple[int, ...]:
    """Return the coded bytes of each row of each channel of an RLE picture. Raises
    CorruptInput."""
    count = document.height * document.channels
    code = "I" if document.version == 2 else "H"
    at = document.picture + 2
    if at + count * struct.calcsize(code) > len(data):
        raise CorruptInput("PSD: the file ends in the middle of its picture")
    return struct.unpack_from(f">{count}{code}", data, at)
