"""How much evidence is enough: the measured thresholds of every look.

Each rule gives, at the face heights of `HEIGHTS`, the log-odds above the detector's floor from
which a face counts as seen. A false mask costs the picture its area, so small boxes are taken on
little evidence and large ones on more.

Source of the numbers: 500 crowd photographs of WIDER FACE's validation set, judged as
`bench/faces` judges them. Fitted was the smallest number of missed faces, the larger ones
weighing more, at 0.27% of the picture under masks that touch no face. Fitted on one half of the
photographs and measured on the other, both ways, the first look misses 13.7% of the faces above
10 pixels at 0.29% (default) and 9.3% at 0.28% (thorough); fitted on all, 13.6% and 9.4%.

The second look publishes a picture in which nothing reaches its own thresholds. They are higher,
about 0.7 of YuNet's score: at that height it still finds some of the larger faces that the first
look overlooked, one photograph in thirty goes through another round, and the masks that it adds
on no face are 0.02% of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from passerby.model.options import Effort

FLOORS = {"centerface": 0.08, "yunet": 0.2}
"""The lowest score of each kind of detector that is looked at; evidence counts from there."""

HINTS = {"centerface": 0.08, "yunet": 0.15}
"""The score from which a place is worth a look at a larger scale. On the photographs named above
this narrows CenterFace's full-size level to about 60% of the picture and loses one in a thousand
of the faces that it would have found elsewhere."""

EVERYWHERE = 0.5
"""Level pixels for each source pixel up to which the leader looks everywhere, whatever the hints:
in a large picture its smallest level shows no small face, and the helper overlooks faces that are
turned or half covered."""

SHORT = 1.0
"""Log-odds by which a candidate may be short of enough evidence and still be told to a person who
decides: a score from 0.27. Of the 30 faces of ten pixels in the composed crowd of
`tests/session/test_session_detecting.py` the first look misses 20, and 14 of these are told."""

HEIGHTS = (8.0, 16.0, 30.0, 60.0, 120.0, 240.0)
"""Face heights in source pixels; between them thresholds are interpolated by the logarithm."""

_FADE_FROM, _FADE_TO = 40.0, 80.0
"""Heights between which the helper's share fades to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How evidence adds up, and how much of it is enough.

    `next_level` and `helper` are the shares of the leader's next best level and of the helper.
    """

    enough: tuple[float, ...]
    next_level: float = 0.0
    helper: float = 0.0

    def margins(
        self, evidence: NDArray[np.float32], heights: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return by how much faces exceed the threshold.

        `evidence` is (n, 3): log-odds of the leader's best level, of its next, of the helper.
        """
        logs = np.log(np.maximum(heights, 1))
        fading = (logs - np.log(_FADE_FROM)) / np.log(_FADE_TO / _FADE_FROM)
        total = evidence[:, 0].astype(np.float64) + self.next_level * evidence[:, 1]
        total += self.helper * (1 - np.clip(fading, 0, 1)) * evidence[:, 2]
        needed = np.interp(logs, np.log(HEIGHTS), self.enough)
        result: NDArray[np.float32] = (total - needed).astype(np.float32)
        return result


_FIRST = {
    "centerface": {
        Effort.FAST: Rule(enough=(0.6, 1.2, 1.55, 1.45, 1.6, 2.65), helper=0.65),
        Effort.DEFAULT: Rule(enough=(1.35, 1.4, 1.4, 1.5, 1.95, 2.75), next_level=0.3, helper=0.55),
        Effort.THOROUGH: Rule(enough=(1.8, 1.95, 1.6, 1.45, 1.9, 2.75), next_level=0.3, helper=0.6),
    },
    "yunet": dict.fromkeys(Effort, Rule(enough=(1.3, 1.3, 1.5, 1.8, 2.2, 2.8), next_level=0.3)),
}

_SECOND = {
    "centerface": Rule(enough=(1.8, 1.8, 1.8, 1.8, 2.2, 2.8), next_level=0.3),
    "yunet": Rule(enough=(2.3, 2.3, 2.3, 2.3, 2.6, 3.0), next_level=0.3),
}


def rule_for(kind: str, effort: Effort, *, second: bool) -> Rule:
    """Return the rule of a look led by a kind of detector."""
    return _SECOND[kind] if second else _FIRST[kind][effort]
