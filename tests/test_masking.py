import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.masking import apply, build_mask
from passerby.model.decision import Action
from passerby.model.geometry import Box, Grid, Region, Shape
from passerby.model.media import Encoding, Format, Mode
from passerby.model.options import Method
from passerby.ports import Picture
from strategies import SIDES, boxes, decision, grids

SEED = "00112233445566778899aabbccddeeff"


def picture(mode: Mode, depth: int, size: tuple[int, int], grid: Grid, seed: int = 1) -> Picture:
    rng = np.random.default_rng(seed)
    width, height = size
    top, dtype = (65536, np.uint16) if depth == 16 else (256, np.uint8)
    samples = rng.integers(0, top, (height, width, mode.channels), dtype=dtype)
    encoding = Encoding(format=Format.PNG, mode=mode, depth=depth, lossless=True, grid=grid)
    return Picture(samples=samples, encoding=encoding)


@given(boxes(), SIDES, SIDES, grids(), st.sampled_from(Shape))
def test_a_mask_holds_the_region_and_whole_cells_only(
    box: Box, width: int, height: int, grid: Grid, shape: Shape
) -> None:
    plain = build_mask([decision(box, shape)], (width, height), Grid())
    mask = build_mask([decision(box, shape)], (width, height), grid)
    assert mask.shape == (height, width)
    ys, xs = np.mgrid[:height, :width]
    cell = ((ys - grid.y) // grid.height) * 10_000 + (xs - grid.x) // grid.width
    touched = np.unique(cell[plain])
    assert np.array_equal(mask, np.isin(cell, touched))


@given(boxes(), SIDES, SIDES)
def test_a_box_covers_each_of_its_pixels_to_the_last(box: Box, width: int, height: int) -> None:
    mask = build_mask([decision(box)], (width, height), Grid())
    clipped = box.clip(width, height)
    assert mask.sum() == (clipped.area if clipped else 0)
    if clipped:
        assert mask[clipped.y0 : clipped.y1, clipped.x0 : clipped.x1].all()


@given(boxes(), SIDES, SIDES)
def test_an_ellipse_covers_every_pixel_that_it_touches(box: Box, width: int, height: int) -> None:
    mask = build_mask([decision(box, Shape.ELLIPSE)], (width, height), Grid())
    angle = np.linspace(0, 2 * np.pi, 400)
    x = (box.x0 + box.x1) / 2 + np.cos(angle) * box.width / 2 * 0.999
    y = (box.y0 + box.y1) / 2 + np.sin(angle) * box.height / 2 * 0.999
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    assert mask[np.floor(y[inside]).astype(int), np.floor(x[inside]).astype(int)].all()


def test_only_keep_leaves_a_face_visible() -> None:
    for action in Action:
        mask = build_mask([decision(Box(2, 2, 8, 8), action=action)], (10, 10), Grid())
        assert mask.any() == (action is not Action.KEEP)


def test_a_kept_face_under_a_neighbours_mask_is_hidden_where_they_meet() -> None:
    keep = decision(Box(0, 0, 10, 10), action=Action.KEEP)
    hide = decision(Box(5, 0, 15, 10))
    mask = build_mask([keep, hide], (20, 10), Grid())
    assert mask[:, 5:10].all()


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("method", [Method.SOLID, Method.NOISE])
@given(
    box=boxes(),
    width=SIDES,
    height=SIDES,
    grid=grids(),
    color=st.tuples(*[st.integers(0, 255)] * 3),
)
def test_nothing_under_the_mask_reaches_the_result(
    mode: Mode,
    depth: int,
    method: Method,
    box: Box,
    width: int,
    height: int,
    grid: Grid,
    color: tuple[int, int, int],
) -> None:
    if depth < 8 and mode is not Mode.L:
        return
    before = picture(mode, depth, (width, height), grid)
    mask = build_mask([decision(box)], before.size, grid)
    scrambled = before.samples.copy()
    scrambled[mask] = picture(mode, depth, (width, height), grid, seed=2).samples[mask]
    one = apply(before, mask, method=method, color=color, seed=SEED)
    other = apply(before.with_samples(scrambled), mask, method=method, color=color, seed=SEED)
    assert np.array_equal(one.samples, other.samples)
    assert np.array_equal(one.samples[~mask], before.samples[~mask])
    if mode.has_alpha:
        assert (one.samples[..., -1][mask] == np.iinfo(one.samples.dtype).max).all()
    if depth < 8:
        step = 255 // ((1 << depth) - 1)
        assert not (one.samples[mask] % step).any()


def test_noise_depends_on_the_seed_and_is_made_of_whole_cells() -> None:
    before = picture(Mode.RGB, 8, (96, 80), Grid(width=16, height=8, x=3, y=5))
    mask = build_mask([decision(Box(20, 20, 60, 60))], before.size, before.encoding.grid)
    one = apply(before, mask, method=Method.NOISE, color=(0, 0, 0), seed=SEED).samples
    other = apply(before, mask, method=Method.NOISE, color=(0, 0, 0), seed="ff" * 16).samples
    assert not np.array_equal(one[mask], other[mask])
    # Inside one 16x8 cell of the source's grid the colour does not change.
    assert (one[29:37, 35:51] == one[29, 35]).all()


@pytest.mark.parametrize("method", [Method.BLUR, Method.MOSAIC])
@pytest.mark.parametrize("grid", [Grid(), Grid(width=32, height=8, x=5, y=1)])
def test_cosmetic_methods_change_the_whole_mask_and_nothing_else(
    method: Method, grid: Grid
) -> None:
    before = picture(Mode.RGB, 8, (120, 100), grid)
    region = Region(box=Box(40, 40, 44, 45), shape=Shape.BOX)
    mask = build_mask([decision(region.box)], before.size, grid)
    after = apply(before, mask, method=method, color=(0, 0, 0), seed=SEED, regions=[region])
    assert np.array_equal(after.samples[~mask], before.samples[~mask])
    changed = (after.samples != before.samples).any(axis=2)
    assert changed[mask].mean() > 0.97


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (Mode.L, [76]),
        (Mode.LA, [76, 255]),
        (Mode.RGB, [255, 0, 0]),
        (Mode.RGBA, [255, 0, 0, 255]),
        (Mode.CMYK, [0, 255, 255, 0]),
    ],
)
def test_the_fill_colour_in_each_mode(mode: Mode, expected: list[int]) -> None:
    before = picture(mode, 8, (4, 4), Grid())
    mask = np.ones((4, 4), np.bool_)
    after = apply(before, mask, method=Method.SOLID, color=(255, 0, 0), seed=SEED)
    assert (after.samples == np.array(expected, np.uint8)).all()
