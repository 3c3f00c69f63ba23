"""All eight orientations, in all four formats: the copy is upright and says nothing of it."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from PIL import Image, ImageOps

from canaries.png import chunk as png_chunk
from canaries.webp import chunk as webp_chunk
from media.pictures import (
    LIMITS,
    MEDIA,
    astronaut,
    orientation_block,
    saved,
    with_segment,
)
from passerby.media import orient
from passerby.model.geometry import Grid
from passerby.model.media import Orientation

PIXELS = astronaut(40, 64)


def jpeg(value: int) -> bytes:
    coded = saved(PIXELS, "JPEG", quality=100, subsampling="4:4:4")
    return with_segment(coded, 0xE1, b"Exif\0\0" + orientation_block(value))


def png(value: int) -> bytes:
    coded = saved(PIXELS, "PNG")
    return coded[:33] + png_chunk(b"eXIf", orientation_block(value)) + coded[33:]


def webp(value: int) -> bytes:
    coded = saved(PIXELS, "WEBP", lossless=True)
    canvas = struct.pack("<I", 8) + (63).to_bytes(3, "little") + (39).to_bytes(3, "little")
    # Some writers put the marker of a JPEG segment before the block.
    exif = webp_chunk(b"EXIF", b"Exif\0\0" + orientation_block(value))
    body = webp_chunk(b"VP8X", canvas) + coded[12:] + exif
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def tiff(value: int) -> bytes:
    return saved(PIXELS, "TIFF", tiffinfo={274: value})


def upright(value: int) -> np.ndarray:
    """Return what Pillow makes of the orientation."""
    image = Image.fromarray(PIXELS)
    image.getexif()[0x0112] = value
    return np.asarray(ImageOps.exif_transpose(image))


@pytest.mark.parametrize("value", range(1, 9))
@pytest.mark.parametrize("build", [jpeg, png, webp, tiff])
def test_the_copy_is_upright(build, value: int) -> None:
    picture = MEDIA.read(build(value), LIMITS)
    wanted = upright(value)
    assert picture.orientation == value
    assert picture.samples.shape == wanted.shape
    assert np.abs(picture.samples.astype(int) - wanted).max() <= (8 if build is jpeg else 0)
    written = MEDIA.encode(picture, ())
    again = MEDIA.read_again(written, LIMITS)
    assert again.orientation == Orientation.TOP_LEFT
    assert np.abs(again.samples.astype(int) - wanted).max() <= (12 if build is jpeg else 0)
    assert b"Exif" not in written


@pytest.mark.parametrize("value", range(1, 9))
def test_the_grid_turns_with_the_picture(value: int) -> None:
    """A picture whose pixels are the numbers of their cells: cells stay whole."""
    width, height, cell = 53, 37, (16, 8)
    rows, columns = np.mgrid[:height, :width]
    numbers = (rows // cell[1] * 100 + columns // cell[0]).astype(np.uint16)[..., None]
    turned = orient.apply(numbers, Orientation(value))[..., 0]
    grid = orient.turn_grid(cell, (width, height), Orientation(value))
    for x in range(1, turned.shape[1]):
        same = (turned[:, x] == turned[:, x - 1]).all()
        assert same == ((x - grid.x) % grid.width != 0)
    for y in range(1, turned.shape[0]):
        same = (turned[y] == turned[y - 1]).all()
        assert same == ((y - grid.y) % grid.height != 0)


def test_no_grid() -> None:
    assert orient.turn_grid((1, 1), (5, 7), Orientation.LEFT_BOTTOM) == Grid()


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_an_orientation_that_does_not_exist(value: int) -> None:
    assert MEDIA.read(png(value), LIMITS).orientation == Orientation.TOP_LEFT
