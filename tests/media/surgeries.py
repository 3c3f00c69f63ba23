"""Planned and operated JPEGs, and what has to hold of them, read by `coefficients`."""

from __future__ import annotations

import numpy as np

import coefficients
from media.pictures import LIMITS, MEDIA
from passerby.masking import paint
from passerby.media import orient
from passerby.model.geometry import Box, Shape
from passerby.model.options import Options
from passerby.ports import Picture
from strategies import decision

BLUE = (0, 77, 200)
SOLID = Options(color=BLUE)
BOX = Box(30, 20, 70, 61)


def planned(data: bytes, box: Box = BOX, options: Options = SOLID) -> Picture:
    picture = MEDIA.read(data, LIMITS)
    painted = paint(picture, (decision(box, Shape.ELLIPSE),), options, "0f" * 16)
    return MEDIA.fit(painted)


def operated(data: bytes, box: Box = BOX, options: Options = SOLID) -> tuple[Picture, bytes]:
    plan = planned(data, box, options)
    assert plan.carried, plan.notes
    return plan, MEDIA.encode(plan, ())


def is_upright(copy: coefficients.Jpeg) -> bool:
    return not [payload for marker, payload in copy.segments if marker == 0xE1]


def as_written(plan: Picture, copy: coefficients.Jpeg) -> np.ndarray:
    """Return the mask as the copy's blocks lie."""
    assert plan.masked is not None
    if is_upright(copy):
        return plan.masked
    return orient.unapply(plan.masked[..., None], plan.orientation)[..., 0]


def covered_blocks(
    mask: np.ndarray, copy: coefficients.Jpeg, component: coefficients.Component
) -> np.ndarray:
    """Return which blocks of a component have a pixel under the mask."""
    width, height = copy.mcu
    single = len(copy.components) == 1
    across = width // (1 if single else component.h)
    down = height // (1 if single else component.v)
    found = np.zeros((component.rows, component.columns), np.bool_)
    for row, column in np.ndindex(*found.shape):
        part = mask[row * down : (row + 1) * down, column * across : (column + 1) * across]
        found[row, column] = part.any()
    return found


def assert_carried(source: bytes, plan: Picture, data: bytes) -> coefficients.Jpeg:
    """Hold a copy to the proof; return it."""
    before, copy = coefficients.read(source), coefficients.read(data)
    mask = as_written(plan, copy)
    orientation = int(plan.orientation) if is_upright(copy) else 1
    assert len(before.components) == len(copy.components)
    for one, other in zip(before.components, copy.components, strict=True):
        table = np.array(before.tables[one.table]).reshape(8, 8)
        table = table.T if orientation >= 5 else table
        assert copy.tables[other.table] == table.ravel().tolist()
        expected = coefficients.turned(one.real, orientation)
        covered = covered_blocks(mask, copy, other)
        assert (other.real[~covered] == expected[~covered]).all()
        assert not other.real[covered][:, 1:].any()
        for row, column in zip(*np.nonzero(covered), strict=True):
            h, v = (1, 1) if len(copy.components) == 1 else (other.h, other.v)
            mcu = other.real[row // v * v : row // v * v + v, column // h * h : column // h * h + h]
            assert (mcu[..., 0] == other.real[row, column, 0]).all()
        assert_padding_is_empty(other)
    return copy


def assert_padding_is_empty(component: coefficients.Component) -> None:
    """Blocks that only fill up an MCU repeat the constant of the block before them."""
    padding = np.ones(component.blocks.shape[:2], np.bool_)
    padding[: component.rows, : component.columns] = False
    assert not component.blocks[padding][:, 1:].any()
    constants = set(component.real[..., 0].ravel().tolist())
    assert set(component.blocks[padding][:, 0].tolist()) <= constants


def constants_of(copy: coefficients.Jpeg, levels: tuple[float, ...]) -> list[int]:
    """Return the constant terms that stand for a colour's levels (T.81, A.3.3)."""
    steps = [copy.tables[c.table][0] for c in copy.components]
    return [round(8 * (level - 128) / step) for level, step in zip(levels, steps, strict=True)]


def assert_filled(copy: coefficients.Jpeg, mask: np.ndarray, levels: tuple[float, ...]) -> None:
    for component, constant in zip(copy.components, constants_of(copy, levels), strict=True):
        covered = covered_blocks(mask, copy, component)
        assert covered.any()
        assert (component.real[covered][:, 0] == constant).all()


def ycc(red: float, green: float, blue: float) -> tuple[float, float, float]:
    """JFIF's colour transform (T.871, 7)."""
    return (
        0.299 * red + 0.587 * green + 0.114 * blue,
        128 - 0.168736 * red - 0.331264 * green + 0.5 * blue,
        128 + 0.5 * red - 0.418688 * green - 0.081312 * blue,
    )
