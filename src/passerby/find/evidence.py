"""From what the levels saw to one score for each face.

Boxes of all levels that overlap are one face: the box with the most evidence stands for it, and
the others add theirs. `passerby.find.rules` says how, and how much is enough.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from passerby.find.boxes import Candidates, iou, no_candidates, order
from passerby.find.rules import Rule

_SAME = 0.4
"""Boxes of different levels are one face above this intersection over union."""

_HELPER_RANK = 0.6
"""What the helper's log-odds are worth beside the leader's when the box of a face is chosen."""


def log_odds(scores: NDArray[np.float32], floor: float) -> NDArray[np.float32]:
    """Return the log-odds of scores above those of the floor."""
    clipped = np.clip(scores, 1e-4, 1 - 1e-4)
    result: NDArray[np.float32] = np.log(clipped / (1 - clipped)) - np.log(floor / (1 - floor))
    return result.astype(np.float32)


def weigh(found: list[Candidates], leading: list[bool], rule: Rule) -> tuple[Candidates, list[int]]:
    """Merge the levels and return the faces that have enough evidence, the surest first.

    `found` holds each level's boxes with log-odds in place of scores; `leading` says which
    levels are the leader's. Returns boxes with scores, 1 / (1 + exp(-margin)), so that 0.5 is
    just enough; and the number of the level that each box comes from.
    """
    rows = np.concatenate([no_candidates(), *found])
    level = np.repeat(np.arange(len(found)), [len(candidates) for candidates in found])
    leads = np.array(leading, np.bool_)[level]
    # The leader's boxes lie better, so that they go first at equal evidence.
    ranked = rows.copy()
    ranked[~leads, 4] *= _HELPER_RANK
    at = order(ranked)
    chosen: list[int] = []
    evidence: list[tuple[float, float, float]] = []
    while len(at):
        same = iou(rows[at[0]], rows[at]) > _SAME
        same[0] = True
        group = at[same]
        chosen.append(int(at[0]))
        evidence.append(_sum_up(rows[group, 4], level[group], leads[group]))
        at = at[~same]
    if not chosen:
        return no_candidates(), []
    faces = rows[chosen]
    margins = rule.margins(np.array(evidence, np.float32), faces[:, 3] - faces[:, 1])
    faces[:, 4] = 1 / (1 + np.exp(-margins))
    enough = np.flatnonzero(margins > 0)
    enough = enough[order(faces[enough])]
    return faces[enough], [int(level[chosen[index]]) for index in enough]


def _sum_up(
    odds: NDArray[np.float32], level: NDArray[np.intp], leads: NDArray[np.bool_]
) -> tuple[float, float, float]:
    """Return a face's log-odds: the leader's best level, its next best, and the helper's best."""
    by_level: dict[int, float] = {}
    for number, value in zip(level[leads].tolist(), odds[leads].tolist(), strict=True):
        by_level[number] = max(value, by_level.get(number, 0.0))
    best, second, *_ = *sorted(by_level.values(), reverse=True), 0.0, 0.0
    return best, second, float(odds[~leads].max(initial=0.0))
