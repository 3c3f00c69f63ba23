"""CenterFace: one heatmap of face centres, and each face's size.

Xu, Yan, Yang, et al., "CenterFace: Joint Face Detection and Alignment Using Face as Point",
2019 (arXiv:1911.03599); MIT licence.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from passerby.find.boxes import Candidates, iou
from passerby.find.graph import free_shape
from passerby.find.runtime import Network

_INPUT = "input.1"
_HEATMAP, _SIZE, _OFFSET = "537", "538", "539"
_CELL = 4
"""Pixels between neighbouring points of the heatmap."""

_SAME = 0.7
"""Neighbouring points give the same box above this intersection over union."""


class CenterFace:
    """The network and the reading of its outputs."""

    def __init__(self, weights: bytes, threads: int) -> None:
        """Load the network. Raises ModelError."""
        outputs = (_HEATMAP, _SIZE, _OFFSET)
        self._network = Network(free_shape(weights, outputs), threads)

    def detect(self, image: NDArray[np.float32], floor: float) -> Candidates:
        """Return boxes whose score is above `floor`; those of one face may overlap.

        `image` is (1, 3, height, width), RGB, 0 to 255, sides multiples of 32. Boxes are in its
        pixels and may reach outside. Raises FinderError.
        """
        heat, size, offset = self._network.run((_HEATMAP, _SIZE, _OFFSET), {_INPUT: image})
        scores = heat[0, 0]
        ys, xs = np.nonzero(scores > floor)
        half = np.exp(size[0][:, ys, xs]) * (_CELL / 2)
        y = (ys + offset[0, 0, ys, xs] + 0.5) * _CELL
        x = (xs + offset[0, 1, ys, xs] + 0.5) * _CELL
        columns = (x - half[1], y - half[0], x + half[1], y + half[0], scores[ys, xs])
        boxes = np.stack(columns, axis=1).astype(np.float32)
        return boxes[_best_near(boxes, ys, xs, scores.shape)]


def _best_near(
    boxes: Candidates, ys: NDArray[np.intp], xs: NDArray[np.intp], shape: tuple[int, ...]
) -> NDArray[np.bool_]:
    """Tell which points are not outdone by a neighbouring point that gives the same box.

    A face lights up several points around its peak. To drop them here leaves a fraction of the
    boxes; points that give different boxes stay, since small faces lie close together.
    """
    index = np.full((shape[0] + 2, shape[1] + 2), -1)
    index[ys + 1, xs + 1] = np.arange(len(ys))
    best = np.ones(len(ys), np.bool_)
    for dy, dx in ((0, 1), (1, -1), (1, 0), (1, 1)):
        second = index[ys + 1 + dy, xs + 1 + dx]
        first = np.flatnonzero(second >= 0)
        second = second[first]
        same = iou(boxes[first], boxes[second]) > _SAME
        first, second = first[same], second[same]
        lower = boxes[first, 4] < boxes[second, 4]
        best[np.where(lower, first, second)] = False
    return best
