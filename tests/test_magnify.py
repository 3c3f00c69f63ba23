"""Small pictures are looked at enlarged."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from passerby.compose import build_eyes
from passerby.magnify import Magnified, enlarge
from passerby.model.geometry import Box
from passerby.model.options import Options
from people import crowd_and_faces
from stand_ins import Scripted


def thumbnails() -> list[tuple[np.ndarray, int]]:
    """Return thumbnails of 160x120 as cameras make them, and how many faces each shows."""
    made = []
    for height in (8, 10, 12, 14):
        for count in (3, 6):
            for seed in (1, 2):
                large, faces = crowd_and_faces(1600, 1200, count, height * 10, seed)
                small = Image.fromarray(large).resize((160, 120), Image.Resampling.LANCZOS)
                out = io.BytesIO()
                small.save(out, "JPEG", quality=80)
                with Image.open(out) as image:
                    made.append((np.asarray(image.convert("RGB")), len(faces)))
    return made


def test_faces_of_eight_pixels_in_a_thumbnail_are_found() -> None:
    finder = build_eyes(Options(), 2).finder
    magnified = Magnified(finder)
    shown = bare = found = 0
    for picture, count in thumbnails():
        shown += count
        bare += min(count, len(finder.find(picture)))
        found += min(count, len(magnified.find(picture)))
    assert shown == 72
    assert bare < 36
    assert found >= 70


@pytest.mark.parametrize(("side", "factor"), [(320, 3), (321, 2), (640, 2), (641, 1)])
def test_boxes_are_those_of_the_picture_as_it_is(side: int, factor: int) -> None:
    finder = Scripted([(Box(30, 60, 91, 122),)])
    (seen,) = Magnified(finder).find(np.zeros((100, side, 3), np.uint8))
    assert seen.box == Box.from_floats(30 / factor, 60 / factor, 91 / factor, 122 / factor)


def test_enlarging_is_linear_and_keeps_the_edges() -> None:
    ramp = np.repeat(np.arange(0, 100, 10, dtype=np.uint8)[None, :, None], 3, axis=2)
    large = enlarge(np.repeat(ramp, 4, axis=0), 2)
    assert large.shape == (8, 20, 3)
    assert large[0, :6, 0].tolist() == [0, 2, 8, 12, 18, 22]
    assert (large[0] == large[-1]).all()
    assert large[0, -1, 0] == 90
