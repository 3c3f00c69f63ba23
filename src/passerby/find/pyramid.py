"""The picture at several scales, shown to a network tile by tile."""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from passerby.find.boxes import Candidates, no_candidates, suppress
from passerby.find.levels import ONE_PIECE, Level
from passerby.find.resize import Scaler, halve
from passerby.find.tiles import Tile, cut
from passerby.model.geometry import Box
from passerby.ports import Rgb

_SIDE, _OVERLAP = ONE_PIECE, 160
"""Level pixels of a tile's side, and what neighbours share: as much as the largest face that a
tiled level is asked for. CenterFace takes some 300 MB for such a tile."""

_STRIDE = 32
"""The networks want sides that are multiples of it."""

_ROOM = 48
"""Pixels around a hint that are looked at as well."""

_SAME = 0.5
"""Boxes of one tile are one face above this intersection over union."""


class Detector(Protocol):
    """What `centerface` and `yunet` offer."""

    def detect(self, image: NDArray[np.float32], floor: float) -> Candidates:
        """Return boxes whose score is above `floor`. Raises FinderError."""
        ...


class Pyramid:
    """One picture, halved as often as needed and no more than once."""

    def __init__(self, picture: Rgb, scaler: Scaler) -> None:
        self._halves = [picture]
        self._scaler = scaler

    def search(
        self, level: Level, detector: Detector, floor: float, hints: Candidates | None = None
    ) -> Candidates:
        """Return the faces of one level, in source pixels, whatever its gate.

        With `hints` (boxes in source pixels) only the surroundings of those are looked at.
        Scores are the detector's own. A face in the overlap of tiles may come more than once.
        Raises FinderError.
        """
        base, factor = self._base(level.scale)
        picture, shrunk = self._halves[base], 2.0**-base
        if level.mirrored:
            picture = picture[:, ::-1]
        height, width = picture.shape[:2]
        if height == 0 or width == 0:
            return no_candidates()
        side, overlap = math.ceil(_SIDE / factor), math.ceil(_OVERLAP / factor)
        near = None if hints is None else _within(hints, shrunk, width if level.mirrored else None)
        tiles = (_narrowed(tile, near) for tile in cut(width, height, side, overlap))
        parts = [self._look(picture, tile, factor, detector, floor) for tile in tiles if tile]
        found = np.concatenate([no_candidates(), *parts])
        if level.mirrored:
            found[:, [0, 2]] = width - found[:, [2, 0]]
        found[:, :4] /= shrunk
        return found

    def _base(self, scale: float) -> tuple[int, float]:
        """Return how often to halve the picture, and the factor that is left (above 0.5)."""
        base = max(0, math.ceil(-math.log2(scale) - 1 + 1e-9)) if scale < 1 else 0
        while len(self._halves) <= base:
            self._halves.append(halve(self._halves[-1]))
        return base, scale * 2.0**base

    def _look(
        self, picture: Rgb, tile: Tile, factor: float, detector: Detector, floor: float
    ) -> Candidates:
        """Show one tile to the detector; boxes come back in the picture's pixels."""
        box = tile.whole
        part = picture[box.y0 : box.y1, box.x0 : box.x1]
        width, height = (max(1, round(side * factor)) for side in (box.width, box.height))
        found = suppress(
            detector.detect(_padded(self._scaler.planes(part, width, height)), floor), _SAME
        )
        found[:, :4] *= np.array([box.width / width, box.height / height] * 2, np.float32)
        found[:, :4] += np.array([box.x0, box.y0] * 2, np.float32)
        return tile.own(found)


def _padded(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Add black at the right and at the bottom up to the next multiple of the stride."""
    down, right = -image.shape[2] % _STRIDE, -image.shape[3] % _STRIDE
    if not down and not right:
        return image
    return np.pad(image, ((0, 0), (0, 0), (0, down), (0, right)))


def _within(hints: Candidates, shrunk: float, mirror: int | None) -> Candidates:
    """Return hints in the pixels of a halved picture, mirrored at its width if that is given,
    with room around."""
    near = hints[:, :4] * np.float32(shrunk)
    if mirror is not None:
        near[:, [0, 2]] = mirror - near[:, [2, 0]]
    near[:, :2] -= _ROOM
    near[:, 2:] += _ROOM
    return near


def _narrowed(tile: Tile, near: Candidates | None) -> Tile | None:
    """Return the tile cut down to what surrounds the hints in it; None if there are none."""
    if near is None:
        return tile
    box = tile.whole
    low = np.maximum(near[:, :2], (box.x0, box.y0))
    high = np.minimum(near[:, 2:], (box.x1, box.y1))
    inside = (low < high).all(axis=1)
    if not inside.any():
        return None
    corners = (*low[inside].min(axis=0).tolist(), *high[inside].max(axis=0).tolist())
    return Tile(Box.from_floats(*corners).clip(box.x1, box.y1) or box, tile.core)
