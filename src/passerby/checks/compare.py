"""Checks that compare pixels.

Lossless formats must agree to the last bit. JPEG is held to what its arithmetic allows: each
coefficient of a block is rounded by at most half a quantisation step (ITU-T T.81, A.3.4), and
the transform keeps sums of squares, so the root mean square error of a block is at most half the
root mean square of its table. A block that is one colour has a constant term alone, which gives
a bound for each of its pixels. Blocks here are 16x16, whole MCUs of every layout that is written.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from passerby.model.media import Encoding, Format, Mode
from passerby.model.report import Check
from passerby.ports import BoolMask, Picture, Samples

_BAND = 512
"""Rows compared at a time, to bound memory on large pictures; a multiple of `_BLOCK`."""
_BLOCK = 16
_ROUNDING = 4
"""Levels of 255 for rounding in the colour conversion and the inverse transform."""
_WEIGHT = 1.772 + 1.402
"""What an error in both chroma components can add to one channel (JFIF, BT.601)."""
_JPEG_RMS = 48.0
"""Levels, for a block of a JPEG that is coded again on its own grid, where rounding mostly finds
the same values: photographs stay below 6, random pixels below 24 (measured by the tests)."""
_TURNED_RMS = 120.0
"""The same for a turned JPEG whose size is no multiple of its blocks: its grid moves. Random
pixels stay below 76."""
_WEBPS = (Format.WEBP, Format.ANIMATED_WEBP)
_GIF_RMS = 96.0
"""Levels, for a block of a GIF frame that has fewer colours than before: of random pixels in 255
colours it stays below 31, in the 15 that are left at the worst below 60."""
_WEBP_RMS = 64.0
"""Levels, for a block of lossy WebP at the quality that is written: random pixels stay below 37."""
_CONVERTED_WEBP_RMS = 160.0
"""The same where the source was no WebP, so that its chroma had the full size: photographs stay
below 16, random pixels below 101, pixels of opposite colours side by side below 151."""
_WEBP_FLAT = 12
"""Levels, for a pixel in the middle of a one-coloured WebP block: measured, at most 5."""
_WEBP_EDGE = 4
"""Pixels at a block's edge that WebP mixes with its neighbours: half-size chroma, loop filter."""

_AVIF_RMS = 20.0
"""Levels, for a block of AVIF at the quality that is written, in 4:4:4: random pixels,
chequers and photographs stay below 7, at 8, 10 and 12 bits."""
_AVIF_FLAT = 16
"""Levels, for a pixel of a one-coloured AVIF block, its edges included: measured, at most 8."""
_FLAT_BOUNDS = {Format.WEBP: _WEBP_FLAT, Format.AVIF: _AVIF_FLAT}


def check_form(written: Picture, planned: Picture) -> Check:
    """Compare what the written file is, frame by frame, with the plan: the number of frames and
    how they are played; size, mode, depth, profile and colour tags of each."""
    name = "form"
    if len(written.frames) != len(planned.frames):
        detail = f"{len(written.frames)} frames instead of {len(planned.frames)}"
        return Check(name=name, passed=False, detail=detail)
    if written.timing != planned.timing:
        return Check(name=name, passed=False, detail="the frames are played in another way")
    return over_frames(
        check_frame_form(one, other)
        for one, other in zip(written.frames, planned.frames, strict=True)
    )


def check_under_masks(written: Picture, planned: Picture) -> Check:
    """Compare every pixel under a mask with the value that it was given. Both have as many
    frames."""
    return over_frames(
        check_under_mask(one, other, masked(other))
        for one, other in zip(written.frames, planned.frames, strict=True)
    )


def check_outside_masks(written: Picture, original: Picture, planned: Picture) -> Check:
    """Compare every pixel that is not under a mask with the original. All have as many frames."""
    frames = zip(written.frames, original.frames, planned.frames, strict=True)
    return over_frames(check_outside(one, other, plan) for one, other, plan in frames)


def masked(planned: Picture) -> BoolMask:
    """Return where a frame was painted over."""
    if planned.masked is None:
        return np.zeros(planned.samples.shape[:2], np.bool_)
    return planned.masked


def over_frames(checks: Iterable[Check]) -> Check:
    """Return one check for the same check of all frames: as bad as the worst of them."""
    each = tuple(checks)
    if len(each) == 1:
        return each[0]
    failed = [number for number, check in enumerate(each, 1) if not check.passed]
    shown = failed[0] if failed else _worst_place(each)
    figures = tuple((name, _joined(name, each)) for name, _ in each[0].figures)
    detail = f"{len(each)} frames"
    if failed:
        detail += f", of which {len(failed)} fail"
    return Check(
        name=each[0].name,
        passed=not failed,
        detail=f"{detail}; frame {shown}: {each[shown - 1].detail}",
        figures=figures,
    )


def _joined(name: str, checks: tuple[Check, ...]) -> float:
    """Return one figure for all frames."""
    values = [dict(check.figures).get(name, 0.0) for check in checks]
    return max(values) if name.startswith("worst") else sum(values)


def _worst_place(checks: tuple[Check, ...]) -> int:
    """Return the number of the frame with the largest figures, counted from 1."""
    measures = [
        tuple(value for name, value in check.figures if name.startswith("worst"))
        for check in checks
    ]
    return measures.index(max(measures)) + 1


def check_frame_form(written: Picture, planned: Picture) -> Check:
    """Compare size, mode, depth, profile and colour tags of one written frame with the plan."""
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
    if got.colour_tags != planned.encoding.colour_tags:
        problems.append("other colour tags")
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
    encoding = planned.encoding
    # Colours are taken from a GIF's frame when it is planned, not when it is written.
    exact = encoding.lossless or encoding.format is Format.GIF
    worst, count, worst_block = 0, 0, 0.0
    for window, difference in _differences(written, planned, mask):
        band = mask[window]
        count += int(np.count_nonzero(band))
        masked = difference * band
        if exact:
            worst = max(worst, int(masked.max()))
        else:
            masked = _levels(masked)
            worst = max(worst, _worst_flat_pixel(masked, band, planned.samples[window], encoding))
            worst_block = max(worst_block, _worst_block_rms(masked))
    pixel_bound, block_bound = (0, 0.0) if exact else (_flat_bound(encoding), _block_bound(planned))
    detail = f"{count} pixels; largest difference {worst}, allowed {pixel_bound}"
    if not exact:
        detail += f"; of a block {worst_block:.3g}, allowed {block_bound:.3g}"
    return Check(
        name=name,
        passed=worst <= pixel_bound and worst_block <= block_bound,
        detail=detail,
        figures=(("pixels", count), ("worst", worst), ("worst_block", worst_block)),
    )


def check_outside(written: Picture, original: Picture, planned: Picture) -> Check:
    """Compare every pixel of a frame that is not under the mask with the original."""
    name = "outside the mask"
    mask = masked(planned)
    if not written.size == original.size == planned.size:
        return Check(name=name, passed=False, detail="the size differs")
    pixel_bound = _pixel_bound(written, original, planned)
    lossless = pixel_bound is not None
    bound = _block_bound(planned) if pixel_bound is None else pixel_bound
    worst, changed, count, worst_block = 0, 0, 0, 0.0
    for window, difference in _differences(written, original):
        kept = ~mask[window]
        count += int(np.count_nonzero(kept))
        outside = difference * kept
        worst = max(worst, int(outside.max()))
        changed += int(np.count_nonzero(outside))
        if not lossless:
            worst_block = max(worst_block, _worst_block_rms(_levels(outside)))
    measured = worst if lossless else worst_block
    kind = "largest difference" if lossless else "largest difference of a block"
    share = 100 * changed / count if count else 0.0
    return Check(
        name=name,
        passed=measured <= bound,
        detail=f"{kind} {measured:.3g}, allowed {bound:.3g}; {share:.3g}% of pixels changed",
        figures=(("worst", worst), ("worst_block", worst_block), ("changed", changed)),
    )


def _pixel_bound(written: Picture, original: Picture, planned: Picture) -> int | None:
    """Return how far a pixel outside of the masks may be off, in levels; None where its block
    was coded again."""
    if planned.encoding.lossless and written.encoding.lossless:
        return 0
    if not planned.carried:
        return None
    # The inverse transform of a turned block rounds in another order.
    return 0 if written.orientation is original.orientation else _ROUNDING


def _flat_bound(encoding: Encoding) -> int:
    """Return how far a pixel of a one-coloured block may be from its plan, in levels."""
    if encoding.lossless:
        return 0
    if encoding.format in _FLAT_BOUNDS:
        return _FLAT_BOUNDS[encoding.format]
    # The constant term is 8 times the mean.
    steps = [table[0] for table in encoding.jpeg.tables] if encoding.jpeg else [1]
    return _ROUNDING + math.ceil(max(steps) / 16 * (1 + _WEIGHT))


def _block_bound(planned: Picture) -> float:
    """Return the root mean square difference allowed in a block, in levels."""
    encoding = planned.encoding
    if encoding.lossless:
        return 0.0
    if encoding.format is Format.GIF:
        return _GIF_RMS
    if encoding.format is Format.AVIF:
        return _AVIF_RMS
    if encoding.format in _WEBPS or encoding.jpeg is None:
        return _WEBP_RMS if planned.source is None else _CONVERTED_WEBP_RMS
    halves = [math.sqrt(sum(q * q for q in t) / len(t)) / 2 for t in encoding.jpeg.tables]
    grid = encoding.grid
    measured = _TURNED_RMS if grid.x or grid.y else _JPEG_RMS
    return min(measured, _ROUNDING + max(halves) * (1 + _WEIGHT))


def _differences(
    one: Picture, other: Picture, where: BoolMask | None = None
) -> Iterator[tuple[tuple[slice, slice], Samples]]:
    """Yield windows of whole blocks and the largest difference over the channels of each pixel.

    With `where`, only what lies between its first and last pixel, across and down, is compared.
    """
    height, width = one.samples.shape[:2]
    for top in range(0, height, _BAND):
        rows = slice(top, min(top + _BAND, height))
        columns = slice(0, width)
        if where is not None:
            used = np.flatnonzero(where[rows].any(axis=0))
            if not used.size:
                continue
            columns = slice(int(used[0]) // _BLOCK * _BLOCK, int(used[-1]) + 1)
        first, second = _aligned(one.samples[rows, columns], other.samples[rows, columns])
        each = np.maximum(first, second) - np.minimum(first, second)
        # Channel by channel: reducing over a short last axis is many times slower.
        largest = each[..., 0].copy()
        for channel in range(1, each.shape[2]):
            np.maximum(largest, each[..., channel], out=largest)
        yield (rows, columns), largest


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


def _worst_flat_pixel(
    difference: Samples, band: BoolMask, planned: Samples, encoding: Encoding
) -> int:
    """Return the largest difference in blocks that are masked entirely and planned to be one
    colour; for WebP without the pixels at their edges."""
    height, width = (side // _BLOCK * _BLOCK for side in band.shape)
    if not height or not width:
        return 0
    whole = np.flatnonzero(_cut(band[:height, :width]).all(axis=(2, 3)))
    colours = _cut(planned[:height, :width]).reshape(-1, _BLOCK, _BLOCK, planned.shape[2])[whole]
    flat = whole[(colours == colours[:, :1, :1]).all(axis=(1, 2, 3))]
    blocks = _cut(difference[:height, :width]).reshape(-1, _BLOCK, _BLOCK)[flat]
    edge = _WEBP_EDGE if encoding.format in _WEBPS else 0
    return int(blocks[:, edge : _BLOCK - edge, edge : _BLOCK - edge].max(initial=0))


_Any = TypeVar("_Any", bound=np.generic)


def _cut(array: NDArray[_Any]) -> NDArray[_Any]:
    """Cut into blocks: (down, across, row, column, ...)."""
    shape = (array.shape[0] // _BLOCK, _BLOCK, array.shape[1] // _BLOCK, _BLOCK)
    return array.reshape(*shape, *array.shape[2:]).swapaxes(1, 2)


def _levels(difference: Samples) -> Samples:
    """Return differences in levels of 255, those of 16-bit samples rounded up."""
    if difference.dtype == np.uint8:
        return difference
    return ((difference.astype(np.uint32) + 256) // 257).astype(np.uint8)


def _worst_block_rms(difference: Samples) -> float:
    """Return the largest root mean square difference of a block of 8-bit samples. Pixels that a
    block at the edge lacks are taken as equal."""
    squares = np.square(difference, dtype=np.uint16)
    down = np.arange(0, difference.shape[0], _BLOCK)
    across = np.arange(0, difference.shape[1], _BLOCK)
    sums = np.add.reduceat(squares, down, axis=0, dtype=np.uint32)
    sums = np.add.reduceat(sums, across, axis=1, dtype=np.uint32)
    return math.sqrt(float(sums.max()) / _BLOCK**2)
