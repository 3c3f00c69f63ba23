"""What the tags of a TIFF say about its picture, checked against the file before decoding.

TIFF 6.0; the names of tags are those of the specification.
"""

from __future__ import annotations

from dataclasses import dataclass

from passerby.errors import CorruptInput, UnsupportedFormat
from passerby.media.containers import tiff as container
from passerby.media.containers.tiff import Ifd, Tree
from passerby.model.media import Mode

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, SEPARATED, YCBCR = 0, 1, 2, 3, 5, 6
NONE, LZW, JPEG, ADOBE_DEFLATE, PACKBITS, DEFLATE = 1, 5, 7, 8, 32773, 32946
COMPRESSIONS = frozenset({NONE, LZW, JPEG, ADOBE_DEFLATE, PACKBITS, DEFLATE})
_COMPRESSION_NAMES = {
    2: "CCITT modified Huffman",
    3: "CCITT group 3",
    4: "CCITT group 4",
    6: "old-style JPEG",
    34661: "JBIG",
    34712: "JPEG 2000",
    34887: "LERC",
    34925: "LZMA",
    50000: "Zstandard",
    50001: "WebP",
    50002: "JPEG XL",
}
_PHOTOMETRIC_NAMES = {
    4: "transparency mask",
    8: "CIE L*a*b*",
    9: "ICC L*a*b*",
    10: "ITU L*a*b*",
    32844: "LogL",
    32845: "LogLuv",
}
_MOST_SEGMENTS = 1_000_000
ASSOCIATED, UNASSOCIATED = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One page. `cell` is (width, height) of a strip or tile; `segments` are (offset, size) of
    each, in file order; `alpha` is the index of the alpha sample, `premultiplied` says whether
    colour was multiplied by it; `channels` are the samples of a pixel in the file."""

    width: int
    height: int
    depth: int
    channels: int
    photometric: int
    compression: int
    predictor: int
    planar: bool
    reversed_bits: bool
    cell: tuple[int, int]
    segments: tuple[tuple[int, int], ...]
    mode: Mode
    alpha: int | None
    premultiplied: bool
    palette: tuple[int, ...] = ()
    jpeg_tables: bytes = b""

    @property
    def is_tiled(self) -> bool:
        """Whether rows of a segment are padded to the cell's size."""
        return self.cell[0] != self.width

    @property
    def across(self) -> int:
        """Segments side by side."""
        return -(-self.width // self.cell[0])

    @property
    def down(self) -> int:
        """Segments one below another."""
        return -(-self.height // self.cell[1])


class _Tags:
    """Looks tags up with their defaults."""

    def __init__(self, data: bytes, tree: Tree, page: Ifd) -> None:
        self.data, self.tree, self.page = data, tree, page

    def one(self, tag: int, default: int | None = None) -> int:
        entry = self.page.find(tag)
        if entry is None and default is not None:
            return default
        values = self.many(tag)
        if not values:
            raise CorruptInput(f"TIFF: tag {tag} is missing")
        return values[0]

    def many(self, tag: int) -> tuple[int, ...]:
        entry = self.page.find(tag)
        return () if entry is None else container.integers(self.data, self.tree, entry)

    def raw(self, tag: int) -> bytes:
        entry = self.page.find(tag)
        return b"" if entry is None else container.raw(self.data, entry)


def read_size(data: bytes, tree: Tree, page: Ifd) -> tuple[int, int]:
    """Return (width, height). Raises CorruptInput."""
    tags = _Tags(data, tree, page)
    return tags.one(256), tags.one(257)


def read_layout(data: bytes, tree: Tree, page: Ifd) -> Layout:
    """Read and check the tags of a page. Raises CorruptInput or UnsupportedFormat."""
    tags = _Tags(data, tree, page)
    channels = tags.one(277, 1)
    depth = _read_depth(tags, channels)
    photometric = tags.one(262)
    compression = tags.one(259, NONE)
    _check_kind(photometric, compression, depth)
    mode, alpha, premultiplied = _read_channels(tags, photometric, channels)
    planar = tags.one(284, 1) == 2 and channels > 1
    width, height = tags.one(256), tags.one(257)
    cell, segments = _read_segments(tags, len(data), (width, height), channels if planar else 1)
    predictor = tags.one(317, 1)
    if predictor not in (1, 2):
        raise UnsupportedFormat("TIFF with a floating-point predictor is not handled")
    if predictor == 2 and compression in (NONE, PACKBITS):
        # TIFF 6.0 has predictors for LZW only. Some readers undo one here, some do not.
        raise UnsupportedFormat("TIFF with a predictor and without LZW or Deflate is not handled")
    return Layout(
        width=width,
        height=height,
        depth=depth,
        channels=channels,
        photometric=photometric,
        compression=compression,
        predictor=predictor if compression in (LZW, ADOBE_DEFLATE, DEFLATE) else 1,
        planar=planar,
        reversed_bits=tags.one(266, 1) == 2,
        cell=cell,
        segments=segments,
        mode=mode,
        alpha=alpha,
        premultiplied=premultiplied,
        palette=_read_palette(tags, depth) if photometric == PALETTE else (),
        jpeg_tables=tags.raw(347) if compression == JPEG else b"",
    )


def _read_depth(tags: _Tags, channels: int) -> int:
    bits = tags.many(258) or (1,)
    if not 1 <= channels <= 16:
        raise CorruptInput(f"TIFF: {channels} samples a pixel")
    if len(bits) not in (1, channels) or len(set(bits)) != 1:
        raise UnsupportedFormat("TIFF whose channels differ in depth is not handled")
    formats = set(tags.many(339) or (1,))
    if formats - {1, 4}:
        name = {2: "signed", 3: "floating-point"}.get(max(formats), "complex")
        raise UnsupportedFormat(f"TIFF of {name} samples is not handled")
    depth = bits[0]
    if depth not in (1, 2, 4, 8, 16):
        raise UnsupportedFormat(f"TIFF of {depth} bits a sample is not handled")
    if depth < 8 and channels != 1:
        raise UnsupportedFormat(f"TIFF of {channels} channels of {depth} bits is not handled")
    return depth


def _check_kind(photometric: int, compression: int, depth: int) -> None:
    if compression not in COMPRESSIONS:
        name = _COMPRESSION_NAMES.get(compression, f"compression {compression}")
        raise UnsupportedFormat(f"TIFF compressed with {name} is not handled")
    if photometric not in (WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, SEPARATED, YCBCR):
        name = _PHOTOMETRIC_NAMES.get(photometric, f"photometric interpretation {photometric}")
        raise UnsupportedFormat(f"TIFF in {name} is not handled")
    if photometric == YCBCR and compression != JPEG:
        raise UnsupportedFormat("TIFF in YCbCr without JPEG compression is not handled")
    if photometric == PALETTE and (depth > 8 or compression == JPEG):
        raise UnsupportedFormat("TIFF with a palette of this kind is not handled")
    if compression == JPEG and depth != 8:
        raise UnsupportedFormat(f"TIFF with JPEG compression and {depth} bits is not handled")


def _read_channels(tags: _Tags, photometric: int, channels: int) -> tuple[Mode, int | None, bool]:
    """Return mode, index of the alpha sample, and whether colour is multiplied by it."""
    colours = {RGB: 3, YCBCR: 3, SEPARATED: 4}.get(photometric, 1)
    if photometric == SEPARATED and tags.one(332, 1) != 1:
        raise UnsupportedFormat("TIFF in inks other than CMYK is not handled")
    if channels < colours:
        raise CorruptInput(f"TIFF: {channels} samples a pixel are too few")
    extra = (*tags.many(338), *([0] * channels))[: channels - colours]
    found = [i for i, kind in enumerate(extra) if kind in (ASSOCIATED, UNASSOCIATED)]
    if not found:
        return (
            {1: Mode.L, 3: Mode.RGB, 4: Mode.CMYK}[3 if photometric == PALETTE else colours],
            None,
            False,
        )
    if photometric in (PALETTE, SEPARATED):
        raise UnsupportedFormat("TIFF in CMYK or with a palette, and with alpha, is not handled")
    mode = Mode.LA if colours == 1 else Mode.RGBA
    return mode, colours + found[0], extra[found[0]] == ASSOCIATED


def _read_segments(
    tags: _Tags, file_bytes: int, size: tuple[int, int], planes: int
) -> tuple[tuple[int, int], tuple[tuple[int, int], ...]]:
    """Return the size of strips or tiles and where each lies, all inside the file."""
    width, height = size
    tiled = tags.page.find(324) is not None
    if tiled:
        cell = tags.one(322), tags.one(323)
        offsets, counts = tags.many(324), tags.many(325)
    else:
        cell = width, min(tags.one(278, height), height)
        offsets, counts = tags.many(273), tags.many(279)
    if min(cell) < 1 or max(cell) > 2 * 65536 + max(size):
        raise CorruptInput("TIFF: strips or tiles of an impossible size")
    expected = -(-width // cell[0]) * -(-height // cell[1]) * planes
    if expected > _MOST_SEGMENTS or len(offsets) != expected or len(counts) != expected:
        raise CorruptInput("TIFF: the number of strips or tiles does not fit the picture's size")
    for offset, count in zip(offsets, counts, strict=True):
        if offset < 8 or count < 1 or offset + count > file_bytes:
            raise CorruptInput("TIFF: a strip or tile lies outside the file")
    return cell, tuple(zip(offsets, counts, strict=True))


def _read_palette(tags: _Tags, depth: int) -> tuple[int, ...]:
    values = tags.many(320)
    if len(values) != 3 << depth:
        raise CorruptInput("TIFF: the palette is missing or damaged")
    return values
