"""Which detector looks at which scale for faces of which height.

A detector is good at faces of some 12 to 250 pixels. A level shows it the picture at one scale
and takes its word for faces whose height lies within a gate: without gates the large scales fire
on parts of large faces. The gates of neighbouring levels overlap, so that no height is left out,
and the smallest level, which has no upper gate, shows the whole picture in one piece.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from passerby.find.boxes import Candidates
from passerby.model.options import Effort

ONE_PIECE = 1280
"""A level whose longer side has no more pixels is not cut into tiles."""

_COARSE_FROM = 35.0
"""Height in level pixels from which the levels below the first are asked."""

_TILED_UP_TO = 150.0
"""Height in level pixels up to which a tiled level is asked: the overlap of its tiles."""

_FADE = 80.0
"""Height in level pixels up to which YuNet's first level adds to what CenterFace says: above,
it adds false boxes (bench/faces)."""

_DOUBLED_UP_TO = 50.0
"""Height in source pixels up to which a level of twice the size is asked: above, it fires on
parts of faces."""

_LEFT_TO_DOUBLED = 12.0
"""Height in source pixels below which the level of the picture's own size is not asked when
there is one of twice its size."""

_LARGE_PICTURE = 6.0
"""Megapixels above which nothing is enlarged: pictures of that size are sharp enough, or are
enlargements already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One detector at one scale.

    `scale` is level pixels for each source pixel. Boxes of heights outside `smallest` to
    `largest` (in source pixels) are not taken from it. `mirrored` shows the picture as in a
    mirror.
    """

    scale: float
    smallest: float = 0.0
    largest: float = math.inf
    mirrored: bool = False

    def admits(self, candidates: Candidates) -> Candidates:
        """Return the boxes whose height lies within the gate."""
        heights = candidates[:, 3] - candidates[:, 1]
        return candidates[(heights >= self.smallest) & (heights <= self.largest)]


def first_look(size: tuple[int, int], effort: Effort) -> list[Level]:
    """Return the leader's levels of the first look at a picture of `size` (width, height)."""
    levels = _descending(size, 0.75 if effort is Effort.FAST else 1.0, mirrored=False)
    if effort is Effort.THOROUGH and _may_enlarge(size):
        levels[-1] = replace(levels[-1], smallest=_LEFT_TO_DOUBLED)
        levels.append(Level(scale=2.0, largest=_DOUBLED_UP_TO))
    return levels


def helping_look() -> list[Level]:
    """Return the levels at which YuNet helps a leader in the first look."""
    return [Level(scale=1.0, largest=_FADE)]


def second_look(size: tuple[int, int], effort: Effort) -> list[Level]:
    """Return the levels of the second look: mirrored, and at scales between the first's."""
    top = 1.6 if effort is Effort.THOROUGH and _may_enlarge(size) else 0.9
    return _descending(size, top, mirrored=True)


def _may_enlarge(size: tuple[int, int]) -> bool:
    return size[0] * size[1] <= _LARGE_PICTURE * 1e6


def _descending(size: tuple[int, int], top: float, *, mirrored: bool) -> list[Level]:
    """Return levels that halve from `top` until the picture is shown in one piece, and once
    more: a face that fills the picture is found best when it is not seen at its largest. The
    smallest level comes first."""
    scales = [top]
    while max(size) * scales[-1] > ONE_PIECE / 2:
        scales.append(scales[-1] / 2)
    levels = [
        Level(
            scale=scale,
            smallest=_COARSE_FROM / scale if index else 0.0,
            largest=_TILED_UP_TO / scale if max(size) * scale > ONE_PIECE else math.inf,
            mirrored=mirrored,
        )
        for index, scale in enumerate(scales)
    ]
    return levels[::-1]
