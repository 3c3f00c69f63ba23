"""Which detector looks at which scale for faces of which height.

A detector is good at faces of some 12 to 100 pixels. A level shows it the picture at one scale
and takes its word for faces whose height lies within a gate: without gates the large scales fire
on parts of large faces. The gates of neighbouring levels overlap, so that no height is left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from passerby.model.options import Effort

CENTERFACE, YUNET = "centerface", "yunet"

_WHOLE = 800
"""Pixels of the longer side at which a level is small enough to be the last: a face that fills
the picture is then within what the detectors know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One detector at one scale.

    `scale` is level pixels for each source pixel. Boxes of heights outside `smallest` to
    `largest` (in source pixels) are not taken from it. `mirrored` shows the picture as in a
    mirror.
    """

    detector: str
    scale: float
    smallest: float = 0.0
    largest: float = math.inf
    mirrored: bool = False


def plan(
    detectors: tuple[str, ...], size: tuple[int, int], effort: Effort, *, second: bool
) -> tuple[Level, ...]:
    """Return the levels for a picture of `size` (width, height)."""
    megapixels = size[0] * size[1] / 1e6
    levels: list[Level] = []
    for detector in detectors:
        levels += [
            Level(detector=detector, scale=scale, largest=100 / scale, mirrored=second)
            for scale in _up(megapixels, effort)
        ]
        scale = 1.0
        while max(size) * scale > _WHOLE:
            levels.append(
                Level(
                    detector=detector,
                    scale=scale,
                    smallest=10 / scale,
                    largest=240 / scale,
                    mirrored=second,
                )
            )
            scale /= 2
        levels.append(Level(detector=detector, scale=scale, smallest=10 / scale, mirrored=second))
    return tuple(levels)


def _up(megapixels: float, effort: Effort) -> tuple[float, ...]:
    if effort is Effort.THOROUGH and megapixels < 6:
        return (2.0,)
    return ()
