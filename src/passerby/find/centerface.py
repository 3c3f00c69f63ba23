"""CenterFace: one heatmap of face centres, and each face's size.

Xu, Yan, Yang, et al., "CenterFace: Joint Face Detection and Alignment Using Face as Point",
2019 (arXiv:1911.03599); MIT licence.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from passerby.find.boxes import Candidates
from passerby.find.graph import free_shape
from passerby.find.runtime import Network

_INPUT = "input.1"
_HEATMAP, _SIZE, _OFFSET = "537", "538", "539"
_CELL = 4
"""Pixels between neighbouring points of the heatmap."""


class CenterFace:
    """The network and the reading of its outputs."""

    def __init__(self, weights: bytes, threads: int) -> None:
        """Load the network. Raises ModelError."""
        outputs = (_HEATMAP, _SIZE, _OFFSET)
        self._network = Network(free_shape(weights, outputs), threads)

    def detect(self, image: NDArray[np.float32], floor: float) -> Candidates:
        """Return every point whose score is above `floor`: overlapping boxes, many for a face.

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
        return np.stack(columns, axis=1).astype(np.float32)
