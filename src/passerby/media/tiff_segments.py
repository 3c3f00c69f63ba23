"""Strips and tiles of a TIFF: from their bytes to samples. Codecs are those of imagecodecs.

A segment is never inflated beyond the size that its place in the picture needs, and one that
yields less is an error.
"""

from __future__ import annotations

import zlib
from typing import cast

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from passerby.errors import CorruptInput, UnsupportedFormat
from passerby.media import jpeg, samples
from passerby.media.containers import jpeg as jpeg_container
from passerby.media.jpeg_frame import Coding, Frame, read_frame
from passerby.media.tiff_layout import (
    JPEG,
    LZW,
    NONE,
    PACKBITS,
    PALETTE,
    RGB,
    SEPARATED,
    YCBCR,
    Layout,
)
from passerby.ports import Samples

_REVERSED = np.packbits(np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1)[:, ::-1])


def decode(data: bytes, layout: Layout, order: str) -> Samples:
    """Return (height, width, channels in the file); samples of 1 to 4 bits are not spread."""
    dtype = np.uint16 if layout.depth == 16 else np.uint8
    picture = np.empty((layout.height, layout.width, layout.channels), dtype)
    cell_width, cell_height = layout.cell
    in_plane = layout.across * layout.down
    for index, (offset, size) in enumerate(layout.segments):
        plane, place = divmod(index, in_plane)
        row, column = divmod(place, layout.across)
        top, left = row * cell_height, column * cell_width
        height = cell_height if layout.is_tiled else min(cell_height, layout.height - top)
        channels = 1 if layout.planar else layout.channels
        coded = data[offset : offset + size]
        part = _decode_segment(coded, layout, order, (height, cell_width, channels))
        target = picture[top : top + cell_height, left : left + cell_width]
        if layout.planar:
            target = target[..., plane : plane + 1]
        target[:] = part[: target.shape[0], : target.shape[1]]
    return picture


def _decode_segment(
    coded: bytes, layout: Layout, order: str, shape: tuple[int, int, int]
) -> Samples:
    if layout.compression == JPEG:
        return _decode_jpeg(coded, layout, shape)
    height, width, channels = shape
    row_bytes = -(-width * channels * layout.depth // 8)
    raw = inflate(coded, layout, height * row_bytes)
    if len(raw) < height * row_bytes:
        raise CorruptInput("TIFF: a strip or tile holds less than its part of the picture")
    rows = np.frombuffer(raw, np.uint8, height * row_bytes).reshape(height, row_bytes)
    if layout.depth == 16:
        wide = rows.view(np.dtype(f"{order}u2")).astype(np.uint16)
        return _undo_predictor(wide.reshape(shape), layout)
    if layout.depth == 8:
        return _undo_predictor(rows.reshape(shape), layout)
    return _unpack(rows, layout.depth, width).reshape(shape)


def inflate(coded: bytes, layout: Layout, size: int) -> bytes:
    """Return the bytes of a strip or tile that is no JPEG, at most `size` of them unless it is
    not compressed. Raises what the codec raises."""
    if layout.reversed_bits:
        coded = _REVERSED[np.frombuffer(coded, np.uint8)].tobytes()
    if layout.compression == NONE:
        return coded
    if layout.compression == LZW:
        return bytes(imagecodecs.lzw_decode(coded, out=size))
    if layout.compression == PACKBITS:
        return bytes(imagecodecs.packbits_decode(coded, out=size))
    return zlib.decompressobj().decompress(coded, size)


def _undo_predictor(part: Samples, layout: Layout) -> Samples:
    """Horizontal differencing (TIFF 6.0, section 14): sums along a row, modulo the depth."""
    if layout.predictor == 1:
        return part
    return cast(Samples, np.cumsum(part, axis=1, dtype=part.dtype))


def _unpack(rows: NDArray[np.uint8], depth: int, width: int) -> NDArray[np.uint8]:
    """Return one value a sample from samples packed from the left."""
    bits = np.unpackbits(rows, axis=1)[:, : width * depth].reshape(len(rows), width, depth)
    weights = (1 << np.arange(depth - 1, -1, -1)).astype(np.uint8)
    values: NDArray[np.uint8] = (bits * weights).sum(axis=2, dtype=np.uint8)
    return values


def jpeg_file(coded: bytes, layout: Layout) -> bytes:
    """Return a strip or tile as a JPEG file of its own: the shared tables put in, and a marker
    that says how its components are to be understood (TIFF Technical Note 2)."""
    transform = {YCBCR: 2 if layout.channels == 4 else 1}.get(layout.photometric, 0)
    adobe = jpeg_container.build(0xEE, b"Adobe\x00\x64\x00\x00\x00\x00" + bytes([transform]))
    tables = layout.jpeg_tables
    shared = (
        tables[2:-2] if tables.startswith(b"\xff\xd8") and tables.endswith(b"\xff\xd9") else b""
    )
    file = b"".join([b"\xff\xd8", shared, coded[2:]])
    body = [
        file[s.offset : s.end]
        for s in jpeg_container.walk_segments(file)
        if s.marker != jpeg_container.SOI and not s.is_app
    ]
    return b"".join([b"\xff\xd8", adobe, *body])


def jpeg_frame(coded: bytes, layout: Layout) -> tuple[bytes, Frame]:
    """Return a strip or tile as a JPEG file, and what its header says."""
    file = jpeg_file(coded, layout)
    frame = read_frame(file, jpeg_container.walk_segments(file))
    expected = {YCBCR: Coding.YCC, RGB: Coding.RGB, SEPARATED: Coding.CMYK}
    if frame.coding is not expected.get(layout.photometric, Coding.GREY):
        raise UnsupportedFormat("TIFF with JPEG compression of this kind is not handled")
    return file, frame


def _decode_jpeg(coded: bytes, layout: Layout, shape: tuple[int, int, int]) -> Samples:
    file, frame = jpeg_frame(coded, layout)
    height, width, channels = shape
    if len(frame.components) != channels or frame.width < 1 or frame.height < 1:
        raise CorruptInput("TIFF: a JPEG strip has other channels than the picture")
    # Some writers give the last strip the height of the others.
    if frame.width != width or not height <= frame.height <= layout.cell[1]:
        raise CorruptInput("TIFF: a JPEG strip is not of the size of its place")
    part = jpeg.decode(file, frame)
    # Ink in a TIFF is not inverted as it is in a JPEG file.
    return np.invert(part) if layout.photometric == SEPARATED else part


def meaning(raw: Samples, layout: Layout) -> Samples:
    """Turn samples as stored into those of the layout's mode: palette looked up, white made 255,
    samples of few bits spread, alpha straight, channels without a meaning left out."""
    if layout.photometric == PALETTE:
        return _look_up(raw, layout)
    if layout.depth < 8:
        raw = samples.spread(samples.to_8_bit(raw), layout.depth)
    colours = layout.mode.channels - (layout.alpha is not None)
    picture = raw[..., :colours]
    if layout.photometric == 0:
        picture = np.invert(picture)
    if layout.alpha is None:
        return samples.contiguous(picture)
    alpha = raw[..., layout.alpha : layout.alpha + 1]
    if layout.premultiplied:
        picture = _divide(picture, alpha)
    joined: Samples = np.concatenate([picture, alpha], axis=2)
    return joined


def _look_up(raw: Samples, layout: Layout) -> Samples:
    table = np.array(layout.palette, np.uint32).reshape(3, -1).T
    # Some writers fill the 16-bit table with 8-bit values.
    eight = table if int(table.max()) < 256 else table >> 8
    looked_up: NDArray[np.uint8] = np.take(eight.astype(np.uint8), raw[..., 0], axis=0)
    return looked_up


def _divide(picture: Samples, alpha: Samples) -> Samples:
    """Take the multiplication by alpha back, rounding to the nearest."""
    top = int(np.iinfo(picture.dtype).max)
    straight = np.empty(picture.shape, picture.dtype)
    for row in range(picture.shape[0]):
        cover = np.maximum(alpha[row].astype(np.uint32), 1)
        value = (picture[row].astype(np.uint32) * top + cover // 2) // cover
        straight[row] = np.minimum(value, top)
    return straight
