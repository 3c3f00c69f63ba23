"""Fewer colours: pairwise nearest neighbours (Equitz 1989), with Ward's cost (Ward 1963).

The two groups of pixels whose union costs least are made one, until few enough are left. Where
there are a few colours too many, all but a few pixels keep theirs. The same colours give the same
answer, in whatever order they come.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from passerby.ports import Samples

_MOST_GROUPS = 1024
"""Groups to begin with. Where there are more colours, those that agree in their upper bits are
one group from the start."""

Packed = NDArray[np.uint32]
"""Colours as 0xRRGGBB."""
_Reals = NDArray[np.float64]


def pack(samples: Samples) -> Packed:
    """Return the colours of 8-bit (..., channels) samples, of which the first three count."""
    red, green, blue = (samples[..., channel].astype(np.uint32) for channel in range(3))
    return red << np.uint32(16) | green << np.uint32(8) | blue


def unpack(colours: Packed) -> NDArray[np.uint8]:
    """Return (count, 3) samples."""
    out = np.empty((len(colours), 3), np.uint8)
    for channel, shift in enumerate((16, 8, 0)):
        out[:, channel] = (colours >> np.uint32(shift)).astype(np.uint8)
    return out


def reduce(colours: Packed, most: int) -> Packed:
    """Return the colour of each pixel, (count,), brought to at most so many different ones."""
    distinct, inverse, counts = np.unique(colours, return_inverse=True, return_counts=True)
    if len(distinct) <= most:
        return colours
    group = _first_groups(distinct)
    weights = np.bincount(group, counts).astype(np.float64)
    sums = [np.bincount(group, counts * channel) for channel in unpack(distinct).T.astype(float)]
    centres = np.stack(sums, axis=1) / weights[:, None]
    means, merged = _merge(centres, weights, most)
    few = pack(np.rint(means).astype(np.uint8))
    fewer: Packed = few[merged[group]][inverse]
    return fewer


def _first_groups(distinct: Packed) -> NDArray[np.intp]:
    """Return the number of each colour's group: each its own, or by the upper bits."""
    kept = 8
    while True:
        mask = (0xFF << 8 - kept & 0xFF) * 0x010101
        groups, group = np.unique(distinct & np.uint32(mask), return_inverse=True)
        if len(groups) <= _MOST_GROUPS:
            numbers: NDArray[np.intp] = group.astype(np.intp)
            return numbers
        kept -= 1


def _merge(centres: _Reals, weights: _Reals, most: int) -> tuple[_Reals, NDArray[np.intp]]:
    """Unite groups until `most` are left; return the mean colours, and by group which of them."""
    centres, weights = centres.copy(), weights.astype(np.float64)
    count = len(centres)
    into = np.arange(count)
    alive = np.ones(count, np.bool_)
    costs = np.stack([_costs(centres, weights, alive, index) for index in range(count)])
    nearest = costs.argmin(axis=1)
    least = costs[np.arange(count), nearest]
    for _ in range(count - most):
        one = int(least.argmin())
        other = int(nearest[one])
        both = weights[one] + weights[other]
        centres[one] = (weights[one] * centres[one] + weights[other] * centres[other]) / both
        weights[one] = both
        into[into == other] = one
        alive[other] = False
        costs[other], costs[:, other], least[other] = np.inf, np.inf, np.inf
        costs[one] = costs[:, one] = _costs(centres, weights, alive, one)
        stale = np.flatnonzero(alive & ((nearest == one) | (nearest == other)))
        closer = alive & (costs[one] < least)
        nearest[closer], least[closer] = one, costs[one][closer]
        for index in {one, *stale.tolist()}:
            nearest[index] = costs[index].argmin()
            least[index] = costs[index, nearest[index]]
    left = np.flatnonzero(alive)
    return centres[left], np.searchsorted(left, into)


def _costs(centres: _Reals, weights: _Reals, alive: NDArray[np.bool_], index: int) -> _Reals:
    """Return what it adds to the sum of squared errors to unite a group with each other one."""
    squares = np.square(centres - centres[index]).sum(axis=1)
    costs = weights * weights[index] / (weights + weights[index]) * squares
    costs[~alive] = np.inf
    costs[index] = np.inf
    told: _Reals = costs
    return told
