"""Cuts a level into overlapping tiles, to bound the memory that a network takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from passerby.find.boxes import Candidates
from passerby.model.geometry import Box


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a picture to look at, and the part of it whose faces are its own.

    The cores of all tiles cover the picture without overlap; a face belongs to the tile in whose
    core its centre lies. `whole` reaches beyond the core by half the overlap, so that a face no
    larger than the overlap lies whole in the tile that it belongs to.
    """

    whole: Box
    core: Box

    def own(self, candidates: Candidates) -> Candidates:
        """Return the candidates (in picture coordinates) that belong to this tile.

        A centre just outside counts as well: its place is an estimate, and the neighbour may
        have put it just on this side. What both tiles return is merged later.
        """
        x = (candidates[:, 0] + candidates[:, 2]) / 2
        y = (candidates[:, 1] + candidates[:, 3]) / 2
        slack_x = (candidates[:, 2] - candidates[:, 0]) / 4
        slack_y = (candidates[:, 3] - candidates[:, 1]) / 4
        inside = (x >= self.core.x0 - slack_x) & (x <= self.core.x1 + slack_x)
        inside &= (y >= self.core.y0 - slack_y) & (y <= self.core.y1 + slack_y)
        return candidates[inside]


def cut(width: int, height: int, side: int, overlap: int) -> Iterator[Tile]:
    """Yield tiles of at most `side` pixels a side that share `overlap` pixels with their
    neighbours. A picture that fits into one tile is one."""
    for y0, y1, core_y0, core_y1 in _spans(height, side, overlap):
        for x0, x1, core_x0, core_x1 in _spans(width, side, overlap):
            yield Tile(Box(x0, y0, x1, y1), Box(core_x0, core_y0, core_x1, core_y1))


def _spans(length: int, side: int, overlap: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield (start, end, core start, core end) of equal spans along one axis."""
    if length <= side:
        # Faces cut by the picture's edge have their centre outside: the edge cores are open.
        yield 0, length, -side, length + side
        return
    count = -(-(length - overlap) // (side - overlap))
    # No larger than the count needs: what tiles share is looked at twice.
    side = min(side, -(-(length + (count - 1) * overlap) // count))
    starts = np.linspace(0, length - side, count).round().astype(int).tolist()
    borders = [-side] + [(a + side + b) // 2 for a, b in pairwise(starts)]
    borders.append(length + side)
    for index, start in enumerate(starts):
        yield start, start + side, borders[index], borders[index + 1]
