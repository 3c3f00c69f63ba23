"""What a detector gets to see."""

from __future__ import annotations

import numpy as np
import pytest

from media.pictures import MEDIA, noise
from passerby.model.media import Encoding, Format, Mode
from passerby.ports import Picture


def picture(mode: Mode, depth: int = 8, height: int = 300) -> Picture:
    encoding = Encoding(format=Format.TIFF, mode=mode, depth=depth, lossless=True)
    return Picture(samples=noise(height, 7, mode.channels, depth=depth), encoding=encoding)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("depth", [8, 16])
def test_every_view_is_8_bit_rgb(mode: Mode, depth: int) -> None:
    views = list(MEDIA.views(picture(mode, depth)))
    assert len(views) == (2 if mode.has_alpha else 1)
    for view in views:
        assert (view.shape, view.dtype) == ((300, 7, 3), np.uint8)
        assert view.flags.c_contiguous


def test_transparent_pixels_are_shown_on_white() -> None:
    source = picture(Mode.RGBA)
    samples = source.samples.copy()
    samples[0] = (10, 20, 30, 0)
    samples[1] = (10, 20, 30, 255)
    samples[2] = (0, 0, 0, 128)
    colours, shown = MEDIA.views(source.with_samples(samples))
    assert colours[0, 0].tolist() == [10, 20, 30]
    assert shown[0, 0].tolist() == [255, 255, 255]
    assert shown[1, 0].tolist() == [10, 20, 30]
    assert shown[2, 0].tolist() == [127, 127, 127]


def test_an_opaque_picture_has_one_view() -> None:
    source = picture(Mode.RGBA)
    samples = source.samples.copy()
    samples[..., 3] = 255
    assert len(list(MEDIA.views(source.with_samples(samples)))) == 1


def test_no_ink_is_white_and_black_is_black() -> None:
    source = picture(Mode.CMYK)
    samples = np.zeros_like(source.samples)
    samples[1] = (0, 0, 0, 255)
    samples[2] = (255, 0, 0, 0)
    (view,) = MEDIA.views(source.with_samples(samples))
    assert view[0, 0].tolist() == [255, 255, 255]
    assert view[1, 0].tolist() == [0, 0, 0]
    assert view[2, 0].tolist() == [0, 255, 255]
