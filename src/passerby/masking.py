"""Pixels and decisions in, masked pixels out. Pure: no input or output, no clock, no chance.

A mask is drawn from the regions of all decisions that are not KEEP, clipped once, and snapped
outward to the grid of the source (see `passerby.model.geometry.Grid`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from passerby.model.decision import Action, Decision, by_frame
from passerby.model.geometry import Box, Grid, Region, Shape
from passerby.model.media import Encoding, Mode
from passerby.model.options import Method, Options
from passerby.ports import BoolMask, Picture, Samples

_CELL = 16
"""Smallest cell of noise and mosaic, in pixels; on a JPEG, rounded up to whole MCUs."""
_BAND = 256
"""Rows worked on at a time, to bound memory on large pictures."""
_MOSAIC_CELLS = 8
"""Mosaic cells across a head."""


def masked_regions(decisions: Iterable[Decision]) -> Iterator[Region]:
    """Yield the regions to hide: all but those that are kept."""
    return (d.region for d in decisions if d.action is not Action.KEEP)


def build_mask(decisions: Iterable[Decision], size: tuple[int, int], grid: Grid) -> BoolMask:
    """Draw all regions that are to be hidden.

    `size` is (width, height). Returns (height, width), true under the mask. Every grid cell that
    a region touches is covered whole; `Grid()` leaves the regions as they are.
    """
    width, height = size
    mask = np.zeros((height, width), np.bool_)
    for region in masked_regions(decisions):
        # A cell beyond the edge of the picture still belongs to a cell inside it.
        clipped = region.box.clip(width, height)
        if clipped is None:
            continue
        window = _snap_outward(clipped, grid, size)
        touched = _touched(region, window)
        view = mask[window.y0 : window.y1, window.x0 : window.x1]
        view |= _whole_cells(touched, window, grid)
    return mask


def _snap_outward(box: Box, grid: Grid, size: tuple[int, int]) -> Box:
    """Grow a clipped box to whole cells, within the picture."""
    x0 = (box.x0 - grid.x) // grid.width * grid.width + grid.x
    y0 = (box.y0 - grid.y) // grid.height * grid.height + grid.y
    x1 = -((grid.x - box.x1) // grid.width) * grid.width + grid.x
    y1 = -((grid.y - box.y1) // grid.height) * grid.height + grid.y
    snapped = Box(x0, y0, x1, y1).clip(*size)
    assert snapped is not None  # noqa: S101 - it contains `box`, which is inside the picture
    return snapped


def _touched(region: Region, window: Box) -> BoolMask:
    """Mark the window's pixels of which any part lies inside the region."""
    xs = np.arange(window.x0, window.x1)
    ys = np.arange(window.y0, window.y1)
    box = region.box
    if region.shape is Shape.BOX:
        across = (xs >= box.x0) & (xs < box.x1)
        down = (ys >= box.y0) & (ys < box.y1)
        return down[:, None] & across[None, :]
    # The point of a pixel's square that is nearest to the centre decides.
    dx = np.maximum(np.abs(xs + 0.5 - (box.x0 + box.x1) / 2) - 0.5, 0) / (box.width / 2)
    dy = np.maximum(np.abs(ys + 0.5 - (box.y0 + box.y1) / 2) - 0.5, 0) / (box.height / 2)
    inside: BoolMask = (dx * dx)[None, :] + (dy * dy)[:, None] < 1.0
    return inside


def _whole_cells(touched: BoolMask, window: Box, grid: Grid) -> BoolMask:
    """Fill every cell of the grid in which a pixel is set. `window` starts on the grid, or at
    the picture's edge."""
    if grid.width == 1 and grid.height == 1:
        return touched
    rows = _cell_starts(window.y0, window.y1, grid.y, grid.height)
    columns = _cell_starts(window.x0, window.x1, grid.x, grid.width)
    cells = np.logical_or.reduceat(touched, rows, axis=0)
    cells = np.logical_or.reduceat(cells, columns, axis=1)
    heights = np.diff(np.append(rows, window.height))
    widths = np.diff(np.append(columns, window.width))
    whole: BoolMask = np.repeat(np.repeat(cells, heights, axis=0), widths, axis=1)
    return whole


def _cell_starts(start: int, stop: int, origin: int, step: int) -> NDArray[np.int64]:
    """Return where cells begin in start..stop, relative to start, the first being 0."""
    first = start + (origin - start) % step
    starts = np.arange(first, stop, step) - start
    return starts if starts.size and starts[0] == 0 else np.insert(starts, 0, 0)


def paint(
    picture: Picture, decisions: Sequence[Decision], options: Options, seed: str | None
) -> Picture:
    """Draw the mask of the decisions in every frame and replace what lies under it.

    `seed` is hexadecimal, for NOISE.
    """
    frames = picture.frames
    held = by_frame(decisions, len(frames))
    return picture.with_frames(
        [
            _paint_frame(frame, those, options, seed)
            for frame, those in zip(frames, held, strict=True)
        ]
    )


def _paint_frame(
    frame: Picture, decisions: Sequence[Decision], options: Options, seed: str | None
) -> Picture:
    mask = build_mask(decisions, frame.size, frame.encoding.grid)
    painted = apply(
        frame,
        mask,
        method=options.method,
        color=options.color,
        seed=seed or "",
        regions=masked_regions(decisions),
    )
    return replace(painted, masked=mask)


def apply(
    picture: Picture,
    mask: BoolMask,
    *,
    method: Method,
    color: tuple[int, int, int],
    seed: str,
    regions: Iterable[Region] = (),
) -> Picture:
    """Return the picture with everything under the mask replaced.

    `color` is 8-bit RGB for SOLID; `seed` is hexadecimal for NOISE; `regions` sets the strength
    of BLUR and MOSAIC, which are computed from the pixels that they cover and are cosmetic.
    Pixels under the mask become opaque.
    """
    samples = picture.samples.copy()
    encoding = picture.encoding
    match method:
        case Method.SOLID:
            # Channel by channel is ten times faster than indexing with the mask.
            for channel, value in enumerate(_solid(color, encoding)):
                np.copyto(samples[..., channel], value, where=mask)
        case Method.NOISE:
            _paint_noise(samples, mask, bytes.fromhex(seed), encoding)
        case Method.MOSAIC:
            _paint_mosaic(samples, mask, tuple(regions), encoding.grid)
        case Method.BLUR:
            _paint_blur(samples, mask, tuple(regions))
    if encoding.mode.has_alpha:
        np.copyto(samples[..., -1], np.iinfo(samples.dtype).max, where=mask)
    return _recoded(picture, samples, method)


def _recoded(picture: Picture, samples: Samples, method: Method) -> Picture:
    """Return the picture with other samples. A cosmetic fill is no constant, so that its blocks
    cannot be put between those that are carried over."""
    if picture.coded is None or not method.cosmetic:
        return picture.with_samples(samples)
    note = f"all blocks are coded again: {method} is not one colour a block"
    return replace(picture, samples=samples, coded=None, notes=(*picture.notes, note))


def _to_depth(values: NDArray[np.uint8], encoding: Encoding) -> Samples:
    """Bring 8-bit values to what the encoding can hold, in its samples' scale."""
    depth = encoding.depth
    if depth == 16:
        wide: NDArray[np.uint16] = values.astype(np.uint16) * np.uint16(257)
        return wide
    if depth == 8:
        return values
    top = (1 << depth) - 1
    levels = (values.astype(np.uint32) * top + 127) // 255
    if depth > 8:
        deep: NDArray[np.uint16] = (levels << (16 - depth) | levels >> (2 * depth - 16)).astype(
            np.uint16
        )
        return deep
    spread: NDArray[np.uint8] = (levels * (255 // top)).astype(np.uint8)
    return spread


def _solid(color: tuple[int, int, int], encoding: Encoding) -> Samples:
    """Return one pixel of the fill colour in the picture's mode."""
    red, green, blue = color
    # ITU-R BT.601 luma, in integers.
    luma = (299 * red + 587 * green + 114 * blue + 500) // 1000
    match encoding.mode:
        case Mode.L:
            values = [luma]
        case Mode.LA:
            values = [luma, 255]
        case Mode.RGB:
            values = [red, green, blue]
        case Mode.RGBA:
            values = [red, green, blue, 255]
        case Mode.CMYK:
            black = 255 - max(color)
            values = [255 - red - black, 255 - green - black, 255 - blue - black, black]
    return _to_depth(np.array(values, np.uint8), encoding)


def _cell_size(grid: Grid) -> tuple[int, int]:
    """Return (width, height) of a noise cell: whole grid cells of at least `_CELL` pixels."""
    return -(-_CELL // grid.width) * grid.width, -(-_CELL // grid.height) * grid.height


def _paint_noise(samples: Samples, mask: BoolMask, seed: bytes, encoding: Encoding) -> None:
    """Fill with cells of random colours that depend on the seed and the cell's place alone.

    SHAKE-256 is used because its output for a seed is fixed by a standard (FIPS 202), unlike
    that of a library's generators.
    """
    height, width = mask.shape
    grid = encoding.grid
    cell_width, cell_height = _cell_size(grid)
    columns = (np.arange(width) - grid.x + cell_width) // cell_width
    rows = (np.arange(height) - grid.y + cell_height) // cell_height
    # Whether there is an alpha channel may depend on what is under the mask: it takes no part.
    colours = samples.shape[2] - encoding.mode.has_alpha
    shape = (int(rows[-1]) + 1, int(columns[-1]) + 1, colours)
    stream = hashlib.shake_256(b"passerby noise 1:" + seed).digest(int(np.prod(shape)))
    table = _to_depth(np.frombuffer(stream, np.uint8).reshape(shape), encoding)
    for top in range(0, height, _BAND):
        ys, xs = np.nonzero(mask[top : top + _BAND])
        samples[ys + top, xs, :colours] = table[rows[ys + top], columns[xs]]


def _windows(mask: BoolMask, regions: tuple[Region, ...]) -> Iterator[tuple[Box, Region]]:
    """Yield for each region the part of the picture around it, wider than any grown mask."""
    height, width = mask.shape
    for region in regions:
        room = region.box.grow(0.5, 0.5, 0.5, 0.5)
        room = Box(room.x0 - 32, room.y0 - 32, room.x1 + 32, room.y1 + 32)
        window = room.clip(width, height)
        if window is not None:
            yield window, region


def _paint_mosaic(
    samples: Samples, mask: BoolMask, regions: tuple[Region, ...], grid: Grid
) -> None:
    """Average the pixels in cells: cosmetic, and computed from the face."""
    source = samples.copy()
    for window, region in _windows(mask, regions):
        cell = max(_CELL, max(region.box.width, region.box.height) // _MOSAIC_CELLS)
        step_x = -(-cell // grid.width) * grid.width
        step_y = -(-cell // grid.height) * grid.height
        rows = _cell_starts(window.y0, window.y1, grid.y, step_y)
        columns = _cell_starts(window.x0, window.x1, grid.x, step_x)
        part = source[window.y0 : window.y1, window.x0 : window.x1].astype(np.float64)
        sums = np.add.reduceat(np.add.reduceat(part, rows, axis=0), columns, axis=1)
        heights = np.diff(np.append(rows, window.height))
        widths = np.diff(np.append(columns, window.width))
        means = sums / (heights[:, None] * widths[None, :])[..., None]
        flat = np.repeat(np.repeat(means, heights, axis=0), widths, axis=1)
        _put(samples, mask, window, flat)


def _paint_blur(samples: Samples, mask: BoolMask, regions: tuple[Region, ...]) -> None:
    """Blur with three box filters, which is close to a Gaussian: cosmetic, and computed from
    the face."""
    source = samples.copy()
    for window, region in _windows(mask, regions):
        radius = max(2, max(region.box.width, region.box.height) // 6)
        part = source[window.y0 : window.y1, window.x0 : window.x1].astype(np.float64)
        for _ in range(3):
            part = _box_filter(_box_filter(part, radius, 0), radius, 1)
        _put(samples, mask, window, part)


def _box_filter(part: NDArray[np.float64], radius: int, axis: int) -> NDArray[np.float64]:
    """Average over 2 * radius + 1 samples along an axis, repeating the edges."""
    widths = [(0, 0)] * part.ndim
    widths[axis] = (radius + 1, radius)
    sums = np.cumsum(np.pad(part, widths, mode="edge"), axis=axis)
    length = part.shape[axis]
    upper = np.take(sums, range(2 * radius + 1, 2 * radius + 1 + length), axis=axis)
    lower = np.take(sums, range(length), axis=axis)
    filtered: NDArray[np.float64] = (upper - lower) / (2 * radius + 1)
    return filtered


def _put(samples: Samples, mask: BoolMask, window: Box, values: NDArray[np.float64]) -> None:
    """Write values into the masked pixels of a window."""
    where = mask[window.y0 : window.y1, window.x0 : window.x1]
    view = samples[window.y0 : window.y1, window.x0 : window.x1]
    view[where] = np.rint(values[where]).astype(samples.dtype)
