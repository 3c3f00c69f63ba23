"""Pictures as a page shows them: decoded as for redaction, turned upright, coded anew.

What comes out is made from pixels. Nothing else of the file is in it but its colour profile, from
the allow-list that copies are held to as well.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from passerby.errors import UsageError
from passerby.media import Media, sniff
from passerby.media.guard import encoding
from passerby.media.jpeg import read_small
from passerby.model.geometry import Box
from passerby.model.media import Format, Mode
from passerby.model.options import Limits
from passerby.ports import Picture, Rgb

_LONGEST = 65_500
"""Pixels a side that a JPEG can have, by libjpeg."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One frame, 8-bit RGB in display orientation, and the profile of its colours."""

    view: Rgb
    icc: bytes | None

    @property
    def size(self) -> tuple[int, int]:
        """(width, height)."""
        return self.view.shape[1], self.view.shape[0]


def show(data: bytes, frame: int, limits: Limits) -> Shown:
    """Decode one frame or page of a file.

    Raises what `passerby.ports.Source.read` does, and UsageError for a frame that is not there.
    """
    media = Media()
    frames = media.read(data, limits).frames
    if not 0 <= frame < len(frames):
        raise UsageError(f"there is no frame {frame}: the file has {len(frames)}", "")
    return _shown(frames[frame])


def show_small(data: bytes, least: int, limits: Limits) -> Shown | None:
    """Decode a picture with at least `least` pixels on its longer side, or all that it has; None
    where that is not quicker than `show`. Raises as `show` does."""
    if sniff(data) is not Format.JPEG:
        return None
    picture = read_small(data, least, limits)
    return None if picture is None else _shown(picture)


def _shown(picture: Picture) -> Shown:
    # The last view is the picture as it is shown on a page.
    *_, view = Media().views(picture)
    coloured = picture.encoding.mode in (Mode.RGB, Mode.RGBA)
    return Shown(view=view, icc=picture.encoding.icc if coloured else None)


def code(shown: Shown, *, box: Box | None, longest: int, quality: int) -> bytes:
    """Return a JPEG of a picture, or of a part of it, with at most `longest` pixels a side.

    Nothing is enlarged. Raises UsageError for a box outside of the picture.
    """
    clipped = Box(0, 0, *shown.size) if box is None else box.clip(*shown.size)
    if clipped is None:
        raise UsageError("this lies outside of the picture", "")
    cut = shown.view[clipped.y0 : clipped.y1, clipped.x0 : clipped.x1]
    image = Image.fromarray(np.ascontiguousarray(cut))
    side = min(longest, _LONGEST)
    with encoding("JPEG"):
        if max(image.size) > side:
            image.thumbnail((side, side), Image.Resampling.BICUBIC, reducing_gap=2.0)
        out = io.BytesIO()
        # Colour at full resolution: faces of a few pixels are judged by it.
        image.save(out, "JPEG", quality=quality, subsampling=0, icc_profile=shown.icc)
    return out.getvalue()
