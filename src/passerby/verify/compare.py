"""Checks that compare pixels.

Lossless formats must agree to the last bit. For lossy ones a bound is stated, and measured by
the tests over formats, subsamplings and qualities:

- outside the mask, the mean difference from the original over any 16x16 block is at most
  `MEAN_BOUND` plus what the quantisation step of the file allows;
- under the mask, each pixel of a block that is wholly masked differs from the planned value by
  no more than half a quantisation step of the constant term allows, plus `ROUNDING`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from passerby.model.media import Encoding, Format, Mode
from passerby.model.report import Check
from passerby.ports import BoolMask, Picture, Samples

_BAND = 512
"""Rows compared at a time, to bound memory on large pictures; a multiple of 16."""
_BLOCK = 16
MEAN_BOUND = 6.0
"""Levels of 255, over a block, for a source coded with a step of 1."""
ROUNDING = 4
"""Levels of 255 for rounding in the colour conversion and the inverse transform."""
WEBP_BOUND = 24
"""Levels of 255 under a mask in lossy WebP: its loop filter mixes blocks at the edges."""


def check_depth_and_size(written: Picture, planned: Picture) -> Check:
    """Compare size, mode, depth, profile and colour tags of the written file with the plan."""
    expected_mode = written_mode(planned)
    problems = []
    if written.size != planned.size:
        problems.append(f"size {written.size} instead of {planned.size}")
    got = written.encoding
    if got.mode is not expected_mode:
        problems.append(f"mode {got.mode} instead of {expected_mode}")
    if got.depth != planned.encoding.depth:
        problems.append(f"{got.depth} bits instead of {planned.encoding.depth}")
    if got.icc != planned.encoding.icc:
        problems.append("another colour profile")
    width, height = written.size
    return Check(
        name="form",
        passed=not problems,
        detail="; ".join(problems) or f"{width}x{height} {got.mode}, {got.depth} bits a sample",
    )


def written_mode(planned: Picture) -> Mode:
    """Return the mode that the plan's pixels are to be written in."""
    mode = planned.encoding.mode
    if planned.encoding.drop_opaque_alpha and mode.has_alpha:
        alpha = planned.samples[..., -1]
        if bool((alpha == np.iinfo(alpha.dtype).max).all()):
            return Mode.L if mode is Mode.LA else Mode.RGB
    return mode


def check_under_mask(written: Picture, planned: Picture, mask: BoolMask) -> Check:
    """Compare every pixel under the mask with the value that it was given."""
    name = "under the mask"
    if written.size != planned.size:
        return Check(name=name, passed=False, detail="the size differs")
    bound = _bound_under_mask(planned.encoding)
    worst, wrong, count = 0, 0, 0
    for rows, difference in _differences(written, planned):
        band = mask[rows]
        if not band.any():
            continue
        where = band if bound == 0 else _whole_blocks(band)
        values = difference[where]
        count += int(band.sum())
        if values.size:
            worst = max(worst, int(values.max()))
            wrong += int((values > bound).sum())
    detail = f"{count} pixels; largest difference {worst}, allowed {bound}"
    return Check(
        name=name,
        passed=wrong == 0,
        detail=detail,
        figures=(("pixels", count), ("worst", worst), ("allowed", bound)),
    )


def check_outside(written: Picture, original: Picture, mask: BoolMask) -> Check:
    """Compare every pixel that is not under the mask with the original."""
    name = "outside the mask"
    if written.size != original.size:
        return Check(name=name, passed=False, detail="the size differs")
    lossless = original.encoding.lossless and written.encoding.lossless
    worst, changed, count, worst_mean = 0, 0, 0, 0.0
    bound = 0.0 if lossless else _bound_outside(original.encoding)
    for rows, difference in _differences(written, original):
        kept = ~mask[rows]
        values = difference[kept]
        count += values.size
        if not values.size:
            continue
        worst = max(worst, int(values.max()))
        changed += int(np.count_nonzero(values))
        if not lossless:
            worst_mean = max(worst_mean, _worst_block_mean(difference, kept))
    measured = worst if lossless else worst_mean
    kind = "largest difference" if lossless else "largest mean difference of a block"
    share = 100 * changed / count if count else 0.0
    return Check(
        name=name,
        passed=measured <= bound,
        detail=f"{kind} {measured:.3g}, allowed {bound:.3g}; {share:.3g}% of pixels changed",
        figures=(("worst", worst), ("worst_block_mean", worst_mean), ("changed", changed)),
    )


def _bound_under_mask(encoding: Encoding) -> int:
    """Return how far a masked pixel may be from its planned value, in levels."""
    if encoding.lossless:
        return 0
    if encoding.format is Format.WEBP:
        return WEBP_BOUND
    # ITU-T T.81: the constant term is 8 times the mean and is rounded to a multiple of the
    # table's first entry; a chroma error weighs up to 1.772 in blue (JFIF).
    steps = [table[0] for table in encoding.jpeg.tables] if encoding.jpeg else [1]
    return ROUNDING + round(max(steps) / 16 * (1 + 1.772))


def _bound_outside(encoding: Encoding) -> float:
    """Return how far the mean of a block may be from the original's, in levels."""
    if encoding.format is Format.WEBP or encoding.jpeg is None:
        return MEAN_BOUND
    steps = [sum(table) / len(table) for table in encoding.jpeg.tables]
    return MEAN_BOUND + max(steps) / 8


def _differences(one: Picture, other: Picture) -> Iterator[tuple[slice, NDArray[np.uint16]]]:
    """Yield bands of rows and the largest difference over the channels in each pixel."""
    height = one.samples.shape[0]
    for top in range(0, height, _BAND):
        rows = slice(top, min(top + _BAND, height))
        first, second = _aligned(one.samples[rows], other.samples[rows])
        difference = np.maximum(first, second) - np.minimum(first, second)
        yield rows, difference.max(axis=2).astype(np.uint16)


def _aligned(one: Samples, other: Samples) -> tuple[Samples, Samples]:
    """Give both the same channels: an alpha channel that one lacks is opaque."""
    if one.shape[2] == other.shape[2]:
        return one, other
    if one.shape[2] > other.shape[2]:
        return one, _with_alpha(other)
    return _with_alpha(one), other


def _with_alpha(samples: Samples) -> Samples:
    opaque = np.full((*samples.shape[:2], 1), np.iinfo(samples.dtype).max, samples.dtype)
    joined: Samples = np.concatenate([samples, opaque], axis=2)
    return joined


def _whole_blocks(band: BoolMask) -> BoolMask:
    """Keep the 16x16 blocks that are masked entirely. Where a mask was snapped to the grid of a
    source that is coded anew on another grid, the blocks on its edge hold both sides."""
    rows = np.arange(0, band.shape[0], _BLOCK)
    columns = np.arange(0, band.shape[1], _BLOCK)
    whole = np.logical_and.reduceat(np.logical_and.reduceat(band, rows, axis=0), columns, axis=1)
    spread = np.repeat(np.repeat(whole, _BLOCK, axis=0), _BLOCK, axis=1)
    kept: BoolMask = spread[: band.shape[0], : band.shape[1]]
    return kept


def _worst_block_mean(difference: NDArray[np.uint16], kept: BoolMask) -> float:
    """Return the largest mean difference over the kept pixels of any 16x16 block."""
    rows = np.arange(0, kept.shape[0], _BLOCK)
    columns = np.arange(0, kept.shape[1], _BLOCK)
    values = np.where(kept, difference, 0).astype(np.uint32)
    sums = np.add.reduceat(np.add.reduceat(values, rows, axis=0), columns, axis=1)
    counts = np.add.reduceat(np.add.reduceat(kept.astype(np.uint32), rows, axis=0), columns, axis=1)
    # A block of which only a sliver is kept says little: a quarter of it is asked for.
    enough = counts >= _BLOCK * _BLOCK // 4
    return float((sums[enough] / counts[enough]).max()) if enough.any() else 0.0
