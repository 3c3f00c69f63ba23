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


def iou(first: Candidates, second: Candidates) -> NDArray[np.float32]:
    """Return intersection over union, row by row."""
    sides = np.minimum(first[:, 2:4], second[:, 2:4]) - np.maximum(first[:, :2], second[:, :2])
    shared = np.maximum(sides, 0).prod(axis=1)
    areas = (first[:, 2:4] - first[:, :2]).prod(axis=1)
    areas += (second[:, 2:4] - second[:, :2]).prod(axis=1)
    result: NDArray[np.float32] = shared / np.maximum(areas - shared, 1e-6)
    return result


def ranks(candidates: Candidates) -> NDArray[np.intp]:
    """Return each row's place by score, 0 for the highest; ties by position, so that the answer
    does not depend on the order in which tiles came."""
    x0, y0, x1, y1, score = candidates.T
    columns = (y1, x1, x0, y0, -score)
    places = np.empty(len(candidates), np.intp)
    places[np.lexsort(columns)] = np.arange(len(candidates))
    return places


def owners(candidates: Candidates, overlap: float) -> NDArray[np.intp]:
    """Group boxes: return for each row the row that stands for it.

    The row of the highest score stands for itself and for all that overlap it by more than
    `overlap` (IoU); then the highest of the rest, and so on (greedy non-maximum suppression).
    """
    first, second = _overlapping(candidates, overlap)
    place = ranks(candidates)
    swap = place[first] > place[second]
    better, worse = np.where(swap, second, first), np.where(swap, first, second)
    owner = list(range(len(candidates)))
    at = np.argsort(place[better], kind="stable")
    # When a row's turn comes, every better row has had its own: it is free or taken for good.
    for high, low in zip(better[at].tolist(), worse[at].tolist(), strict=True):
        if owner[high] == high and owner[low] == low:
            owner[low] = high
    return np.array(owner, np.intp)


def suppress(candidates: Candidates, overlap: float) -> Candidates:
    """Keep only the rows that stand for themselves, from the highest score to the lowest."""
    kept = candidates[owners(candidates, overlap) == np.arange(len(candidates))]
    best_first: Candidates = kept[np.argsort(ranks(kept))]
    return best_first


def _overlapping(
    candidates: Candidates, overlap: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the pairs of rows whose intersection over union is more than `overlap`."""
    by_left = np.argsort(candidates[:, 0], kind="stable")
    x0, y0, x1, y1 = candidates[by_left, :4].T
    # Of the boxes that begin further to the right, only those that begin before this one ends.
    last = np.searchsorted(x0, x1, side="left")
    count = np.maximum(last - np.arange(len(x0)) - 1, 0)
    first = np.repeat(np.arange(len(x0)), count)
    offsets = np.arange(len(first)) - np.repeat(np.cumsum(count) - count, count)
    second = first + 1 + offsets
    near = np.minimum(y1[first], y1[second]) > np.maximum(y0[first], y0[second])
    first, second = by_left[first[near]], by_left[second[near]]
    same = iou(candidates[first], candidates[second]) > overlap
    return first[same], second[same]
