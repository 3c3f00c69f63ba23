"""Levels, tiles and scaling: every height and every place is looked at."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.find.boxes import Candidates
from passerby.find.levels import ONE_PIECE, Level, first_look, second_look
from passerby.find.pyramid import Pyramid
from passerby.find.resize import Scaler, halve
from passerby.find.tiles import cut
from passerby.model.options import Effort

SIZES = st.tuples(st.integers(1, 12000), st.integers(1, 12000))


@given(SIZES, st.sampled_from(Effort), st.booleans())
def test_every_height_is_looked_at(size: tuple[int, int], effort: Effort, second: bool) -> None:
    levels = (second_look if second else first_look)(size, effort)
    for height in (1, 5, 10, 20, 50, 100, 250, 700, 2000, 12000):
        assert any(level.smallest <= height <= level.largest for level in levels)
    largest = max(levels, key=lambda level: level.largest)
    assert max(size) * largest.scale <= ONE_PIECE


@given(SIZES, st.sampled_from(Effort))
def test_the_second_look_is_another(size: tuple[int, int], effort: Effort) -> None:
    first = {level.scale for level in first_look(size, effort)}
    second = second_look(size, effort)
    assert all(level.mirrored and level.scale not in first for level in second)


def test_large_pictures_are_not_enlarged() -> None:
    assert max(level.scale for level in first_look((1000, 700), Effort.THOROUGH)) == 2
    assert max(level.scale for level in first_look((4000, 3000), Effort.THOROUGH)) == 1


@given(
    st.integers(1, 400), st.integers(1, 400), st.integers(40, 128), st.integers(1, 30), st.data()
)
def test_a_face_no_larger_than_the_overlap_is_whole_in_the_tile_that_owns_it(
    width: int, height: int, side: int, overlap: int, data: st.DataObject
) -> None:
    tiles = list(cut(width, height, side, overlap))
    size = data.draw(st.integers(1, overlap))
    x = data.draw(st.integers(0, max(0, width - size)))
    y = data.draw(st.integers(0, max(0, height - size)))
    face = np.array([[x, y, min(x + size, width), min(y + size, height), 1]], np.float32)
    owning = [tile for tile in tiles if len(tile.own(face))]
    assert owning
    assert any(
        tile.whole.x0 <= face[0, 0]
        and tile.whole.y0 <= face[0, 1]
        and tile.whole.x1 >= face[0, 2]
        and tile.whole.y1 >= face[0, 3]
        for tile in owning
    )
    for tile in tiles:
        assert tile.whole.width <= max(side, 1)
        assert tile.whole.clip(width, height) == tile.whole


def test_halving_averages() -> None:
    picture = np.arange(5 * 7 * 3, dtype=np.uint8).reshape(5, 7, 3)
    half = halve(picture)
    assert half.shape == (2, 3, 3)
    assert half[0, 0, 0] == (0 + 3 + 21 + 24 + 2) // 4
    tall = np.random.default_rng(0).integers(0, 256, (600, 40, 3), dtype=np.uint8)
    blocks = tall.reshape(300, 2, 20, 2, 3).astype(int).sum(axis=(1, 3))
    np.testing.assert_array_equal(halve(tall), (blocks + 2) // 4)


def test_scaling_keeps_the_mean_and_does_not_alias() -> None:
    scaler = Scaler(1)
    stripes = np.zeros((60, 90, 3), np.uint8)
    stripes[:, ::3] = 240
    small = scaler.planes(stripes, 50, 33)
    assert small.shape == (1, 3, 33, 50)
    # Without anti-aliasing the stripes would come and go across the picture.
    assert small.mean() == pytest.approx(80, abs=3)
    np.testing.assert_array_equal(
        scaler.planes(stripes, 90, 60)[0], stripes.transpose(2, 0, 1).astype(np.float32)
    )
    assert scaler.planes(stripes, 180, 120).mean() == pytest.approx(80, abs=1)


class Marks:
    """Finds bright squares of 8 pixels in the level it is shown: one box each."""

    def detect(self, image: np.ndarray, floor: float) -> Candidates:
        ys, xs = np.nonzero(image[0, 1] > 250)
        if not len(ys):
            return np.zeros((0, 5), np.float32)
        return np.array([[xs.min(), ys.min(), xs.max() + 1, ys.max() + 1, 0.9]], np.float32)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("scale", [1.0, 2.0, 0.5, 0.9, 0.25])
@pytest.mark.parametrize("place", [(0, 0), (1300, 7), (701, 1399), (1240, 1276)])
def test_boxes_come_back_to_where_they_were(
    mirrored: bool, scale: float, place: tuple[int, int]
) -> None:
    picture = np.zeros((1520, 1420, 3), np.uint8)
    x, y = place
    picture[y : y + 100, x : x + 100] = 255
    level = Level(scale=scale, mirrored=mirrored)
    found = Pyramid(picture, Scaler(2)).search(level, Marks(), 0.5)
    assert len(found)
    error = np.abs(found[:, :4] - [x, y, x + 100, y + 100]).max(axis=1)
    assert error.min() <= 2 / scale


def test_gates_leave_out_other_heights() -> None:
    boxes = np.array([[0, 0, 9, height, 1] for height in (10, 50, 90)], np.float32)
    assert Level(scale=1.0, largest=50).admits(boxes)[:, 3].tolist() == [10, 50]
    assert Level(scale=1.0, smallest=50).admits(boxes)[:, 3].tolist() == [50, 90]


@pytest.mark.parametrize("mirrored", [False, True])
def test_hints_narrow_the_search(mirrored: bool) -> None:
    picture = np.zeros((1500, 1500, 3), np.uint8)
    picture[100:140, 200:240] = 255
    pyramid, level = Pyramid(picture, Scaler(1)), Level(scale=1.0, mirrored=mirrored)
    near = np.array([[190, 90, 260, 150, 1]], np.float32)
    far = np.array([[800, 900, 860, 960, 1]], np.float32)
    found = pyramid.search(level, Marks(), 0.5, near)
    assert np.unique(found[:, :4], axis=0).tolist() == [[200, 100, 240, 140]]
    assert len(pyramid.search(level, Marks(), 0.5, far)) == 0
    assert len(pyramid.search(level, Marks(), 0.5, near[:0])) == 0
    assert len(pyramid.search(level, Marks(), 0.5, np.concatenate([far, near]))) >= 1
