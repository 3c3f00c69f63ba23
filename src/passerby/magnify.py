"""Looking at small pictures enlarged: a thumbnail of a crowd has faces of eight pixels, smaller
than what a detector finds."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from passerby.model.finding import FinderId, Sighting
from passerby.model.geometry import Box
from passerby.ports import Finder, Rgb

_STEPS = ((320, 3), (640, 2))
"""Up to this many pixels a side, times so many. Of 72 faces of 8 to 14 pixels in thumbnails of
160x120 the first detector finds 22 as they are, 70 twice as large, 72 three times (the pictures
are those of `tests/test_magnify.py`)."""


@dataclass(frozen=True, slots=True)
class Magnified:
    """A detector that is shown small pictures enlarged; its sightings are in the pixels of the
    picture as it is."""

    finder: Finder

    @property
    def identity(self) -> FinderId:
        """Those of the detector itself."""
        return self.finder.identity

    def find(self, view: Rgb) -> tuple[Sighting, ...]:
        """Find the faces. Raises FinderError."""
        factor = next((times for side, times in _STEPS if max(view.shape[:2]) <= side), 1)
        if factor == 1:
            return self.finder.find(view)
        found = self.finder.find(enlarge(view, factor))
        return tuple(replace(seen, box=_shrunk(seen.box, factor)) for seen in found)


def _shrunk(box: Box, factor: int) -> Box:
    return Box.from_floats(*(side / factor for side in box.as_tuple()))


def enlarge(view: Rgb, factor: int) -> Rgb:
    """Return the picture `factor` times as large, interpolated linearly."""
    large = view.astype(np.float32)
    for axis in (0, 1):
        size = large.shape[axis]
        at = ((np.arange(size * factor) + 0.5) / factor - 0.5).clip(0, size - 1)
        low = at.astype(np.intp)
        shape = (-1, 1, 1) if axis == 0 else (1, -1, 1)
        share = (at - low).astype(np.float32).reshape(shape)
        high = np.minimum(low + 1, size - 1)
        large = large.take(low, axis) * (1 - share) + large.take(high, axis) * share
    enlarged: Rgb = large.round().astype(np.uint8)
    return enlarged
