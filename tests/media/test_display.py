"""What a page shows of a picture: the pixels of the pipeline, upright, and nothing else."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

import people
from passerby.errors import LimitExceeded, UsageError
from passerby.media import Media
from passerby.media.display import code, show, show_small
from passerby.model.geometry import Box
from passerby.model.media import Orientation
from passerby.model.options import Limits

LIMITS = Limits()


def jpeg(orientation: int = 1, mode: str = "RGB", **options: object) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    image = Image.fromarray(people.crowd(900, 600, 6, 120)).convert(mode)
    image.save(out, "JPEG", quality=92, exif=exif, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("orientation", list(Orientation))
def test_it_is_shown_as_the_pipeline_sees_it(orientation: Orientation) -> None:
    data = jpeg(orientation)
    *_, view = Media().views(Media().read(data, LIMITS))
    shown = show(data, 0, LIMITS)
    assert np.array_equal(shown.view, view)
    small = show_small(data, 300, LIMITS)
    assert small is not None
    assert 300 <= max(small.size) < max(shown.size)
    wanted = Image.fromarray(view).resize(small.size, Image.Resampling.BOX)
    apart = np.abs(np.asarray(wanted, np.int16) - small.view)
    assert apart.mean() < 4


def test_a_coded_picture_has_no_metadata_and_keeps_its_colours() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = jpeg(6, icc_profile=profile, comment=b"canary")
    made = code(show(data, 0, LIMITS), box=None, longest=200, quality=80)
    assert b"canary" not in made
    with opened(made) as image:
        assert image.size == (133, 200)
        assert not image.getexif()
        # The profile as copies have it, rebuilt from an allow-list.
        assert image.info["icc_profile"] == Media().read(data, LIMITS).encoding.icc


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_other_modes_are_shown_in_colours_of_a_screen(mode: str) -> None:
    shown = show(jpeg(mode=mode), 0, LIMITS)
    assert shown.icc is None
    assert shown.view.shape == (600, 900, 3)
    small = show_small(jpeg(mode=mode), 100, LIMITS)
    assert (small is None) == (mode == "CMYK")


def test_a_part_is_shown_in_its_own_pixels() -> None:
    shown = show(jpeg(), 0, LIMITS)
    made = code(shown, box=Box(-50, 100, 30, 180), longest=2048, quality=94)
    with opened(made) as image:
        assert image.size == (30, 80)
        apart = np.abs(np.asarray(image, np.int16) - shown.view[100:180, :30])
        assert apart.mean() < 3
    with pytest.raises(UsageError):
        code(shown, box=Box(900, 0, 950, 50), longest=100, quality=80)


def test_frames_are_shown_one_by_one() -> None:
    out = io.BytesIO()
    first, *more = (Image.new("RGB", (40, 30), (value, 0, 0)) for value in (0, 120, 240))
    first.save(out, "GIF", save_all=True, append_images=more, duration=100)
    means = [int(show(out.getvalue(), frame, LIMITS).view[..., 0].mean()) for frame in range(3)]
    assert means == [0, 120, 240]
    with pytest.raises(UsageError):
        show(out.getvalue(), 3, LIMITS)


def test_the_limits_hold_before_anything_is_decoded() -> None:
    few = Limits(pixels=1000)
    with pytest.raises(LimitExceeded):
        show(jpeg(), 0, few)
    with pytest.raises(LimitExceeded):
        show_small(jpeg(), 100, few)
