"""What each frame of a written GIF brings: the pixels that change, and a table of their colours.

A pixel that is as the canvas has it already is coded as transparent: it needs no colour. So a
frame of many colours stays exact where it was put together from frames of few, as they mostly are.
What is decided here depends on the pixels after masking alone. The colours of a table are in
ascending order, so that nothing is told by their places.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from passerby.media import animation
from passerby.media.animation import Blend, Cel
from passerby.media.quantize import Packed, pack, reduce, unpack
from passerby.model.geometry import Box
from passerby.model.media import Disposal
from passerby.ports import BoolMask, Picture, Samples

_MOST = 256
_MOST_MASKED = 240
"""Colours under the masks of a frame up to which each of them is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GifCel:
    """One image: `indices` are (height, width); `table` is 3 bytes a colour, a power of two of
    them; `transparent` is the index of what is left as it is."""

    box: Box
    indices: NDArray[np.uint8]
    table: bytes
    transparent: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """What is shown of a frame, how it is disposed of, and whether colours were taken from it."""

    shown: Samples
    disposal: Disposal
    reduced: bool


def lay(frames: Sequence[Picture], disposals: Sequence[Disposal]) -> Iterator[Laid]:
    """Yield what a GIF can show of each frame (RGBA, alpha 0 or 255)."""
    canvas: Samples | None = None
    for frame, (cel, changed) in zip(frames, _settle(frames, disposals), strict=True):
        canvas = np.zeros_like(frame.samples) if canvas is None else canvas
        new = _new_colours(frame, canvas, cel.box, changed)
        shown = canvas.copy()
        shown[changed] = np.insert(unpack(new), 3, 255, axis=1)
        differs = (shown != frame.samples).any(axis=2)
        yield Laid(shown=shown, disposal=cel.disposal, reduced=bool(differs.any()))
        canvas = animation.after(canvas, shown, cel)


def code_cels(frames: Sequence[Picture], disposals: Sequence[Disposal]) -> Iterator[GifCel]:
    """Yield the images that make the frames. Raises ValueError for what `lay` would change."""
    canvas: Samples | None = None
    for frame, disposal, (cel, changed) in zip(
        frames, disposals, _settle(frames, disposals), strict=True
    ):
        if cel.disposal is not disposal:
            raise ValueError("GIF: a disposal does not fit the next frame")
        canvas = np.zeros_like(frame.samples) if canvas is None else canvas
        yield _code(frame.samples, cel.box, changed)
        canvas = animation.after(canvas, frame.samples, cel)


def _settle(
    frames: Sequence[Picture], disposals: Sequence[Disposal]
) -> Iterator[tuple[Cel, BoolMask]]:
    """Yield where each frame's image goes, how it is disposed of, and the pixels that change.

    Where a pixel becomes transparent that was not, only a disposal can clear it: the frame before
    then spans the canvas and is disposed of to the background.
    """
    canvas = np.zeros_like(frames[0].samples)
    for index, frame in enumerate(frames):
        shown = frame.samples
        changed = (shown != canvas).any(axis=2)
        box = animation.changed_box(changed, 1) if index else _first_box(shown, changed)
        cel = Cel(box=box, blend=Blend.OVER, disposal=disposals[index])
        left = animation.after(canvas, shown, cel)
        if index + 1 < len(frames) and _shines_through(left, frames[index + 1].samples):
            cel = replace(cel, box=animation.whole(shown), disposal=Disposal.BACKGROUND)
            left = np.zeros_like(shown)
        yield cel, changed
        canvas = left


def _first_box(shown: Samples, changed: BoolMask) -> Box:
    """Return where the first image goes: everywhere, because viewers disagree on what is seen
    where no image was yet; but not where a colour would have to make room for that."""
    if changed.all() or len(np.unique(pack(shown[changed]))) < _MOST:
        return animation.whole(shown)
    return animation.changed_box(changed, 1)


def _shines_through(canvas: Samples, following: Samples) -> bool:
    """Whether the canvas shows something where the next frame is transparent."""
    return bool(((following[..., 3] == 0) & (canvas[..., 3] > 0)).any())


def _new_colours(frame: Picture, canvas: Samples, box: Box, changed: BoolMask) -> Packed:
    """Return the colours of the changed pixels, of which there are few enough for one table."""
    colours = pack(frame.samples[changed])
    distinct = np.unique(colours)
    spare = _most_new(box, changed)
    if len(distinct) <= spare:
        return colours
    if (
        spare < _MOST
        and len(distinct) <= _MOST
        and _fits_whole(frame.samples, canvas, box, changed)
    ):
        return colours
    return _reduce(colours, _under_mask(frame, changed), spare)


def _most_new(box: Box, changed: BoolMask) -> int:
    """Return how many colours there is room for: one place is for what is left as it is."""
    return _MOST - (not changed[animation.window(box)].all())


def _fits_whole(samples: Samples, canvas: Samples, box: Box, changed: BoolMask) -> bool:
    """Whether a table holds all colours in the box, so that none needs to be left as it is."""
    part = np.where(changed[..., None], samples, canvas)[animation.window(box)]
    return bool((part[..., 3] == 255).all()) and len(np.unique(pack(part))) <= _MOST


def _under_mask(frame: Picture, changed: BoolMask) -> BoolMask:
    """Return which of the changed pixels were replaced."""
    if frame.masked is None:
        return np.zeros(int(np.count_nonzero(changed)), np.bool_)
    under: BoolMask = frame.masked[changed]
    return under


def _reduce(colours: Packed, masked: BoolMask, most: int) -> Packed:
    """Return the colours with at most so many different ones; those of masks stay."""
    kept = np.unique(colours[masked])
    if len(kept) > _MOST_MASKED:
        return reduce(colours, most)
    fewer = colours.copy()
    fewer[~masked] = reduce(colours[~masked], most - len(kept))
    return fewer


def _code(samples: Samples, box: Box, changed: BoolMask) -> GifCel:
    """Return the image that changes these pixels to what they are."""
    where = animation.window(box)
    part, change = samples[where], changed[where]
    colours = np.unique(pack(part[change]))
    if len(colours) > _most_new(box, changed):
        change = np.ones_like(change)
        colours = np.unique(pack(part))
        if len(colours) > _MOST or (part[..., 3] != 255).any():
            raise ValueError("GIF: a frame has too many colours")
    if (part[change][..., 3] != 255).any():
        raise ValueError("GIF: a pixel is partly transparent")
    transparent = None if change.all() else len(colours)
    indices = np.searchsorted(colours, pack(part)).astype(np.uint8)
    if transparent is not None:
        indices[~change] = transparent
    entries = len(colours) + (transparent is not None)
    table = np.zeros((1 << max(1, (entries - 1).bit_length()), 3), np.uint8)
    table[: len(colours)] = unpack(colours)
    return GifCel(box=box, indices=indices, table=table.tobytes(), transparent=transparent)
