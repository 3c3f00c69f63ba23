"""Arrays of boxes with scores, as detectors make them by the thousand.

A `Candidates` array is (n, 5) float32: x0, y0, x1, y1, score.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Candidates = NDArray[np.float32]
"""(n, 5): x0, y0, x1, y1, score."""


def no_candidates() -> Candidates:
    """Return an array of no rows."""
    return np.zeros((0, 5), np.float32)


def iou(box: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return intersection over union of one box with each of the others: (n,), 0 to 1."""
    width = np.minimum(box[2], others[:, 2]) - np.maximum(box[0], others[:, 0])
    height = np.minimum(box[3], others[:, 3]) - np.maximum(box[1], others[:, 1])
    shared = np.maximum(width, 0) * np.maximum(height, 0)
    area = (box[2] - box[0]) * (box[3] - box[1])
    areas = (others[:, 2] - others[:, 0]) * (others[:, 3] - others[:, 1])
    result: NDArray[np.float32] = shared / np.maximum(area + areas - shared, 1e-6)
    return result


def order(candidates: Candidates) -> NDArray[np.intp]:
    """Return the rows from the highest score to the lowest; ties by place, so that the answer
    does not depend on the order in which tiles came."""
    keys = (candidates[:, 2], candidates[:, 0], candidates[:, 1], -candidates[:, 4])
    return np.lexsort(keys)


def suppress(candidates: Candidates, overlap: float) -> Candidates:
    """Keep, of boxes that overlap by more than `overlap` (IoU), the one of the highest score.

    Rows come out from the highest score to the lowest (greedy non-maximum suppression).
    """
    rest = candidates[order(candidates)]
    kept: list[NDArray[np.float32]] = []
    while len(rest):
        best = rest[0]
        kept.append(best)
        rest = rest[iou(best, rest) <= overlap]
    return np.stack(kept) if kept else no_candidates()
