"""What the animated formats share: cels put onto a canvas, and the canvas cut into cels.

A cel is what one frame of a file brings: a rectangle of pixels, how it is laid over what is there,
and what becomes of it before the next one. A canvas is what a viewer shows. All samples here have
alpha as their last channel, unless it says otherwise; a canvas begins transparent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from passerby.errors import CorruptInput, LimitExceeded
from passerby.media import guard, orient, samples
from passerby.model.geometry import Box
from passerby.model.media import Disposal, Encoding, Mode, Orientation, Timing
from passerby.model.options import Limits
from passerby.ports import BoolMask, Picture, Samples

MOST_FRAMES = 10_000
_BARE = {Mode.LA: Mode.L, Mode.RGBA: Mode.RGB}


class Blend(StrEnum):
    """How a cel is laid over what is there."""

    OVER = "over"
    SOURCE = "source"
    """It replaces what is there, transparent pixels too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cel:
    """Where one frame's pixels go, and what becomes of them."""

    box: Box
    blend: Blend
    disposal: Disposal


def check_frames(
    size: tuple[int, int], frames: int, pixel_bytes: int, file_bytes: int, limits: Limits
) -> None:
    """Refuse what all frames together would take, before any is decoded.

    `size` is (width, height) of the canvas; `pixel_bytes` is what a pixel of it takes. Raises
    CorruptInput, EmptyInput or LimitExceeded.
    """
    if not frames:
        raise CorruptInput("the animation has no frame")
    if frames > MOST_FRAMES:
        raise LimitExceeded(f"{frames} frames; the limit is {MOST_FRAMES}")
    guard.check_claims([(size, pixel_bytes)] * frames, file_bytes, limits)


def place(left: int, top: int, width: int, height: int, canvas: tuple[int, int]) -> Box:
    """Return where a cel goes. Raises CorruptInput unless it has pixels and lies inside."""
    if width < 1 or height < 1:
        raise CorruptInput(f"a frame is {width}x{height}: it has no pixels")
    if left + width > canvas[0] or top + height > canvas[1]:
        raise CorruptInput("a frame reaches beyond the canvas")
    return Box(left, top, left + width, top + height)


def window(box: Box) -> tuple[slice, slice]:
    """Return the rows and columns of a box."""
    return slice(box.y0, box.y1), slice(box.x0, box.x1)


def compose(size: tuple[int, int], cels: Sequence[Cel], parts: Iterable[Samples]) -> list[Samples]:
    """Return the canvases, (height, width, channels), as they are shown after each cel.

    `parts` are the pixels of the cels; colour under alpha 0 is zero in them.
    """
    canvas: Samples | None = None
    canvases: list[Samples] = []
    for cel, part in zip(cels, parts, strict=True):
        if canvas is None:
            canvas = np.zeros((size[1], size[0], part.shape[2]), part.dtype)
        shown = canvas.copy()
        _lay(shown[window(cel.box)], part, cel.blend)
        canvases.append(shown)
        canvas = after(canvas, shown, cel)
    return canvases


def after(before: Samples, shown: Samples, cel: Cel) -> Samples:
    """Return the canvas that the next cel is laid on; `before` is the one that this was laid on.
    None of them is written to."""
    if cel.disposal is Disposal.PREVIOUS:
        return before
    if cel.disposal is Disposal.KEEP:
        return shown
    cleared = shown.copy()
    cleared[window(cel.box)] = 0
    return cleared


def _lay(there: Samples, part: Samples, blend: Blend) -> None:
    """Lay pixels over those that are there: in place."""
    if blend is Blend.SOURCE:
        there[:] = part
        return
    top = int(np.iinfo(part.dtype).max)
    alpha = part[..., -1]
    opaque = alpha == top
    # Channel by channel is faster than indexing with a mask.
    for channel in range(part.shape[2]):
        np.copyto(there[..., channel], part[..., channel], where=opaque)
    mixed = (alpha > 0) & ~opaque
    if mixed.any():
        there[mixed] = _mix(part[mixed], there[mixed], top)


def _mix(over: Samples, under: Samples, top: int) -> Samples:
    """Return pixels, (count, channels), laid over others: PNG, 13.16, and RFC 9649, 2.7.1.1."""
    cover = over[:, -1:].astype(np.uint64)
    rest = under[:, -1:].astype(np.uint64) * (top - cover)
    whole = cover * top + rest
    colours = over[:, :-1] * (cover * top) + under[:, :-1] * rest
    mixed = np.empty_like(over)
    mixed[:, :-1] = (colours + whole // 2) // whole
    mixed[:, -1:] = (whole + top // 2) // top
    return mixed


def picture_of(
    canvases: Sequence[Samples],
    encoding: Encoding,
    orientation: Orientation,
    timing: Timing,
    *,
    notes: Sequence[str] = (),
    hidden_colour: bool = False,
) -> Picture:
    """Return the animation of canvases, turned upright. Its first frame bears the notes."""
    frames = [
        Picture(
            samples=orient.apply(canvas, orientation), encoding=encoding, orientation=orientation
        )
        for canvas in canvases
    ]
    first = replace(frames[0], notes=tuple(notes), hidden_colour=hidden_colour)
    return replace(first, more=tuple(frames[1:]), timing=timing)


def without_spare_alpha(
    canvases: Sequence[Samples], encoding: Encoding
) -> tuple[list[Samples], Encoding]:
    """Leave out an alpha channel that no frame needs, where the encoding says so."""
    bare = _BARE.get(encoding.mode)
    settled = replace(encoding, drop_opaque_alpha=False)
    if bare is None or not encoding.drop_opaque_alpha:
        return list(canvases), settled
    if not all(samples.is_opaque(canvas) for canvas in canvases):
        return list(canvases), encoding
    cut = [samples.contiguous(canvas[..., :-1]) for canvas in canvases]
    return cut, replace(settled, mode=bare)


def fit_alpha(picture: Picture) -> Picture:
    """Return the picture as it is written: all frames with alpha, or none."""
    frames = picture.frames
    cut, encoding = without_spare_alpha([frame.samples for frame in frames], picture.encoding)
    settled = replace(encoding, drop_opaque_alpha=False)
    return picture.with_frames(
        [
            replace(frame, samples=pixels, encoding=settled)
            for frame, pixels in zip(frames, cut, strict=True)
        ]
    )


def cut(frames: Sequence[Samples], disposals: Sequence[Disposal], step: int) -> list[Cel]:
    """Return for each frame the cel that makes it of the canvas before: the smallest box with
    what differs, its sides on multiples of `step`. The first spans the canvas.

    The frames are with alpha or without. The cels replace what they cover.
    """
    cels: list[Cel] = []
    canvas = np.zeros_like(samples.with_alpha(frames[0]))
    for frame, disposal in zip(frames, disposals, strict=True):
        shown = samples.with_alpha(frame)
        differs = (shown != canvas).any(axis=2)
        box = whole(frame) if not cels else changed_box(differs, step)
        cels.append(Cel(box=box, blend=Blend.SOURCE, disposal=disposal))
        canvas = after(canvas, shown, cels[-1])
    return cels


def whole(frame: Samples) -> Box:
    """Return the box of all pixels."""
    return Box(0, 0, frame.shape[1], frame.shape[0])


def changed_box(differs: BoolMask, step: int) -> Box:
    """Return the smallest box on multiples of `step` with all marked pixels; one step at the top
    left where none is marked."""
    height, width = differs.shape
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if not rows.size:
        return Box(0, 0, min(step, width), min(step, height))
    x0, y0 = int(columns[0]) // step * step, int(rows[0]) // step * step
    x1, y1 = -(-int(columns[-1] + 1) // step) * step, -(-int(rows[-1] + 1) // step) * step
    return Box(x0, y0, min(x1, width), min(y1, height))
