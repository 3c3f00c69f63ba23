"""Pixels without a header of their own, made a PNG: for thumbnails that are stored bare."""

from __future__ import annotations

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
