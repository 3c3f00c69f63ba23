"""Pixels without a header of their own, made a PNG: for thumbnails that are stored bare."""

from __future__ import annotations

import numpy as np

from passerby.errors import CorruptInput
from passerby.media.png_header import GREY, GREY_ALPHA, RGB, RGBA, Header
from passerby.media.png_rows import file_of

_COLOURS = {1: GREY, 2: GREY_ALPHA, 3: RGB, 4: RGBA}
_LARGEST = 2**28
"""Bytes: more than any preview has."""


def as_png(pixels: bytes, size: tuple[int, int], channels: int, depth: int = 8) -> bytes:
    """Return a PNG of pixels that lie row by row, big-endian where `depth` is 16.

    `size` is (width, height); what follows the last row is left out. Raises CorruptInput when
    there are too few pixels, or none.
    """
    width, height = size
    row = width * channels * depth // 8
    if not (0 < width < 65536 and 0 < height < 65536) or channels not in _COLOURS:
        raise CorruptInput(f"a picture of {width}x{height} pixels and {channels} channels")
    if row * height > min(len(pixels), _LARGEST):
        raise CorruptInput(f"{len(pixels)} bytes are too few for {width}x{height} pixels")
    rows = b"".join(b"\x00" + pixels[at : at + row] for at in range(0, row * height, row))
    return file_of(rows, Header(width, height, depth, _COLOURS[channels], interlaced=False))


def ycc_as_png(pixels: bytes, size: tuple[int, int], sampling: tuple[int, int]) -> bytes:
    """Return a PNG of YCbCr pixels as TIFF 6.0 (section 21) stores them: for each block of
    `sampling` (across, down) pixels its lumas, one Cb, one Cr. Raises CorruptInput."""
    width, height = size
    across, down = sampling
    if across not in (1, 2, 4) or down not in (1, 2, 4) or not 0 < max(size) < 65536:
        raise CorruptInput(f"a YCbCr picture of {width}x{height} pixels, sampled {across}x{down}")
    columns, rows = -(-width // across), -(-height // down)
    block = across * down + 2
    if columns * rows * block > min(len(pixels), _LARGEST):
        raise CorruptInput(f"{len(pixels)} bytes are too few for {width}x{height} pixels")
    blocks = np.frombuffer(pixels, np.uint8, columns * rows * block).reshape(rows, columns, block)
    luma = blocks[..., :-2].reshape(rows, columns, down, across).transpose(0, 2, 1, 3)
    y = luma.reshape(rows * down, columns * across)[:height, :width].astype(np.float32)
    cb, cr = (
        blocks[..., -2 + index]
        .repeat(down, 0)
        .repeat(across, 1)[:height, :width]
        .astype(np.float32)
        - 128
        for index in (0, 1)
    )
    # ITU-R BT.601, full range, as Exif asks for (Exif 3.0, annex E).
    rgb = np.dstack([y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb])
    return as_png(rgb.round().clip(0, 255).astype(np.uint8).tobytes(), size, 3)
