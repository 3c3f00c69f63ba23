"""Orientation (EXIF tag 0x0112): applied to pixels and to the grid of blocks.

The values are those of Exif 3.0, 4.6.5.1.5: they say where the stored row 0 and column 0 lie.
"""

from __future__ import annotations

from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from passerby.media.samples import contiguous, zero_invisible
from passerby.model.geometry import Grid
from passerby.model.media import Encoding, Orientation
from passerby.ports import Picture, Samples

_Any = TypeVar("_Any", bound=NDArray[np.generic])

_SWAPS = frozenset(
    {
        Orientation.LEFT_TOP,
        Orientation.RIGHT_TOP,
        Orientation.RIGHT_BOTTOM,
        Orientation.LEFT_BOTTOM,
    }
)
_MIRRORS_X = frozenset(
    {
        Orientation.TOP_RIGHT,
        Orientation.BOTTOM_RIGHT,
        Orientation.RIGHT_TOP,
        Orientation.RIGHT_BOTTOM,
    }
)
"""After rows and columns were swapped where they are, left and right change places."""
_MIRRORS_Y = frozenset(
    {
        Orientation.BOTTOM_RIGHT,
        Orientation.BOTTOM_LEFT,
        Orientation.RIGHT_BOTTOM,
        Orientation.LEFT_BOTTOM,
    }
)

_RINGING = 48
"""Levels of 255 that one colour under transparent pixels may differ by after lossy coding: zeros
written as AVIF come back with at most 25, beside random pixels and chequers."""


def swaps(orientation: Orientation) -> bool:
    """Whether width and height change places."""
    return orientation in _SWAPS


def apply(samples: Samples, orientation: Orientation) -> Samples:
    """Turn stored samples (height, width, channels) into display orientation, contiguous."""
    turned = samples.transpose(1, 0, 2) if swaps(orientation) else samples
    if orientation in _MIRRORS_X:
        turned = turned[:, ::-1]
    if orientation in _MIRRORS_Y:
        turned = turned[::-1]
    return contiguous(turned)


def unapply(samples: _Any, orientation: Orientation) -> _Any:
    """Turn what is in display orientation, (height, width, channels), back to how it is stored:
    a view."""
    turned = samples[::-1] if orientation in _MIRRORS_Y else samples
    if orientation in _MIRRORS_X:
        turned = turned[:, ::-1]
    return cast(_Any, turned.transpose(1, 0, 2) if swaps(orientation) else turned)


def upright(
    stored: Samples, encoding: Encoding, orientation: Orientation, notes: list[str]
) -> Picture:
    """Return the picture of decoded samples: turned, and without invisible colour.

    `stored` is (height, width, channels) as the file has it; it is written to.
    """
    ringing = 0 if encoding.lossless else _RINGING * (np.iinfo(stored.dtype).max // 255)
    hidden = encoding.mode.has_alpha and zero_invisible(stored, ringing)
    return Picture(
        samples=apply(stored, orientation),
        encoding=encoding,
        orientation=orientation,
        notes=tuple(notes),
        hidden_colour=hidden,
    )


def turn_grid(cell: tuple[int, int], size: tuple[int, int], orientation: Orientation) -> Grid:
    """Return where the cells of a grid lie in display orientation.

    `cell` and `size` are (width, height) as stored; there, cells begin at the top left.
    """
    width, height = size
    cell_width, cell_height = cell
    if swaps(orientation):
        width, height = height, width
        cell_width, cell_height = cell_height, cell_width
    return Grid(
        width=cell_width,
        height=cell_height,
        x=width % cell_width if orientation in _MIRRORS_X else 0,
        y=height % cell_height if orientation in _MIRRORS_Y else 0,
    )


def from_tag(value: int) -> Orientation:
    """Return the orientation that a tag's value names; upright when it names none."""
    return Orientation(value) if 1 <= value <= 8 else Orientation.TOP_LEFT
