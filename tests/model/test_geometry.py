import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.model.geometry import Box
from strategies import boxes


@pytest.mark.parametrize("corners", [(0, 0, 0, 1), (0, 0, 1, 0), (5, 5, 4, 6)])
def test_an_empty_box_cannot_be_made(corners: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="empty box"):
        Box(*corners)


@given(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4), st.floats(0.001, 1e4), st.floats(0.001, 1e4))
def test_from_floats_rounds_outward(x: float, y: float, w: float, h: float) -> None:
    box = Box.from_floats(x, y, x + w, y + h)
    assert box.x0 <= x
    assert box.y0 <= y
    assert box.x1 >= x + w
    assert box.y1 >= y + h
    assert box.width < w + 2


@given(boxes(), st.integers(1, 90), st.integers(1, 90))
def test_clip_keeps_exactly_the_pixels_inside(box: Box, width: int, height: int) -> None:
    clipped = box.clip(width, height)
    inside = {
        (x, y)
        for x in range(max(box.x0, 0), min(box.x1, width))
        for y in range(max(box.y0, 0), min(box.y1, height))
    }
    assert (clipped.area if clipped else 0) == len(inside)


def test_a_box_at_the_edge_keeps_the_last_row_and_column() -> None:
    assert Box(90, 90, 200, 200).clip(100, 100) == Box(90, 90, 100, 100)


@given(boxes(), boxes())
def test_iou_is_symmetric_and_one_only_for_equals(one: Box, other: Box) -> None:
    assert one.iou(other) == other.iou(one)
    assert 0 <= one.iou(other) <= 1
    assert (one.iou(other) == 1) == (one == other)


@given(boxes())
def test_growing_never_shrinks(box: Box) -> None:
    grown = box.grow(0.1, 0.2, 0.1, 0.05)
    assert grown.intersection(box) == box.area
