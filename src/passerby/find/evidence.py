"""From what the levels saw to one score for each face.

Boxes of all levels that overlap are one face: the box with the most evidence stands for it, and
the others add theirs. `passerby.find.rules` says how, and how much is enough.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from passerby.find.boxes import Candidates, no_candidates, owners, ranks
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
    """Merge the levels and return the faces that have enough evidence, the surest first; and the
    number of the level that each box comes from. See `weigh_doubtful`."""
    faces, levels, _ = weigh_doubtful(found, leading, rule, 0.0)
    return faces, levels


def weigh_doubtful(
    found: list[Candidates], leading: list[bool], rule: Rule, short: float
) -> tuple[Candidates, list[int], int]:
    """Merge the levels and return the faces that have enough evidence, the surest first; and
    behind them those that are short of it by less than `short`, in log-odds.

    `found` holds each level's boxes with log-odds in place of scores; `leading` says which
    levels are the leader's. Returns boxes with scores, 1 / (1 + exp(-margin)), so that 0.5 is
    just enough; the number of the level that each box comes from; and how many have enough.
    """
    rows = np.concatenate([no_candidates(), *found])
    level = np.repeat(np.arange(len(found)), [len(candidates) for candidates in found])
    leads = np.array(leading, np.bool_)[level]
    # The leader's boxes lie better, so that they go first at equal evidence.
    ranked = rows.copy()
    ranked[~leads, 4] *= _HELPER_RANK
    chosen, face = np.unique(owners(ranked, _SAME), return_inverse=True)
    faces = rows[chosen]
    best = np.zeros((len(chosen), len(found)), np.float32)
    np.maximum.at(best, (face, level), rows[:, 4])
    margins = rule.margins(_sum_up(best, np.array(leading, np.bool_)), faces[:, 3] - faces[:, 1])
    faces[:, 4] = 1 / (1 + np.exp(-margins))
    told = np.flatnonzero(margins > -short)
    told = told[np.lexsort((ranks(faces[told]), margins[told] <= 0))]
    return faces[told], level[chosen[told]].tolist(), int(np.count_nonzero(margins > 0))


def _sum_up(best: NDArray[np.float32], leading: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return for each face the leader's best log-odds, its next best level's, the helper's.

    `best` is (faces, levels): the highest of each level, 0 where it saw nothing.
    """
    nothing = np.zeros((len(best), 2), np.float32)
    leader = np.sort(np.hstack([best[:, leading], nothing]), axis=1)[:, :-3:-1]
    helper = np.hstack([best[:, ~leading], nothing]).max(axis=1, keepdims=True)
    return np.hstack([leader, helper])
