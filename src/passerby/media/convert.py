"""Brings a decoded picture to what another format can hold, and says what that takes away.

What is lost depends on the formats alone, never on what the pixels show.
"""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache

import numpy as np
from PIL import Image

from passerby.errors import UnsupportedFormat
from passerby.media import samples
from passerby.media.containers import jpeg as jpeg_container
from passerby.media.convert_colour import fit_colours
from passerby.media.jpeg_frame import read_frame
from passerby.model.media import Format, JpegLayout, Mode, Orientation
from passerby.ports import CONVERTED, Picture, Samples

JPEG_QUALITY = 95
_MODES = {
    Format.JPEG: (Mode.L, Mode.RGB, Mode.CMYK),
    Format.PNG: (Mode.L, Mode.LA, Mode.RGB, Mode.RGBA),
    Format.WEBP: (Mode.RGB, Mode.RGBA),
    Format.TIFF: (Mode.L, Mode.LA, Mode.RGB, Mode.RGBA, Mode.CMYK),
    Format.AVIF: (Mode.L, Mode.LA, Mode.RGB, Mode.RGBA),
}
_DEPTHS = {
    Format.JPEG: (8,),
    Format.PNG: (1, 2, 4, 8, 16),
    Format.WEBP: (8,),
    Format.TIFF: (8, 16),
    Format.AVIF: (8, 10, 12),
}
_SIDES = {Format.JPEG: 65500, Format.WEBP: 16383, Format.AVIF: 32768}
"""Pixels of the longest side: what libjpeg codes (JPEG_MAX_DIMENSION), RFC 9649, 2, and what
libavif reads (AVIF_DEFAULT_IMAGE_DIMENSION_LIMIT)."""
_OMITS_OPAQUE = frozenset({Format.WEBP})
"""Formats whose encoder leaves out an alpha channel that is opaque."""
_NEAREST: dict[Mode, tuple[Mode, ...]] = {
    Mode.L: (Mode.L, Mode.RGB),
    Mode.LA: (Mode.LA, Mode.RGBA, Mode.L, Mode.RGB),
    Mode.RGB: (Mode.RGB,),
    Mode.RGBA: (Mode.RGBA, Mode.RGB),
    Mode.CMYK: (Mode.CMYK,),
}
"""Modes that show a picture of each mode, nearest first. Ink is never mixed without a profile."""
_BARE = {Mode.LA: Mode.L, Mode.RGBA: Mode.RGB}


def convert(picture: Picture, target: Format) -> Picture:
    """Return the picture as it is to be written in the target format.

    The picture itself where it has that format already. Raises UnsupportedFormat where the format
    cannot hold such a picture.
    """
    if picture.encoding.format is target:
        return picture
    source = picture.encoding
    if target not in _MODES or picture.more:
        raise UnsupportedFormat(f"{source.format} cannot be written as {target}")
    _check_size(picture, target)
    notes = [f"{CONVERTED}{target}"]
    mode = _fit_mode(source.mode, target)
    pixels = _in_mode(picture.samples, source.mode, mode, notes)
    depth = _fit_depth(source.depth, target, mode, notes)
    icc, tags = fit_colours(source, target, mode, notes)
    encoding = replace(
        source,
        format=target,
        mode=mode,
        depth=depth,
        lossless=target in (Format.PNG, Format.TIFF) or (target is Format.WEBP and source.lossless),
        icc=icc,
        colour_tags=tags,
        drop_opaque_alpha=source.drop_opaque_alpha or target in _OMITS_OPAQUE,
        jpeg=_standard_layout(len(mode)) if target is Format.JPEG else None,
    )
    return replace(
        picture,
        samples=_to_depth(pixels, mode, depth),
        encoding=encoding,
        source=picture.source or source,
        notes=(*picture.notes, *notes),
    )


def _check_size(picture: Picture, target: Format) -> None:
    longest = _SIDES.get(target)
    if longest is not None and max(picture.size) > longest:
        raise UnsupportedFormat(
            f"{target} holds at most {longest:,} pixels a side, this has {max(picture.size):,}",
            "Choose another format with --to, such as png or tiff.",
        )


def _fit_mode(mode: Mode, target: Format) -> Mode:
    """Return the nearest mode that the format has. Raises UnsupportedFormat."""
    fitting = next((near for near in _NEAREST[mode] if near in _MODES[target]), None)
    if fitting is None:
        raise UnsupportedFormat(
            f"{target} cannot hold {mode}", "Choose another format with --to, such as tiff."
        )
    return fitting


def _in_mode(pixels: Samples, mode: Mode, fitting: Mode, notes: list[str]) -> Samples:
    """Return samples of one mode in another of its `_NEAREST`."""
    if mode.has_alpha and not fitting.has_alpha:
        notes.append("transparent pixels are shown on white")
        pixels, mode = samples.flatten(pixels), _BARE[mode]
    if mode.channels < fitting.channels:
        grey, rest = pixels[..., :1], pixels[..., 1:]
        pixels = np.concatenate([grey, grey, grey, rest], axis=2)
    return pixels


def _fit_depth(depth: int, target: Format, mode: Mode, notes: list[str]) -> int:
    able = [d for d in _DEPTHS[target] if d >= 8 or mode is Mode.L]
    kept = min((d for d in able if d >= depth), default=max(able))
    if kept < depth:
        more = "; --to png keeps them" if mode is not Mode.CMYK else ""
        notes.append(f"{depth} bits a sample are brought to {kept}{more}")
    elif kept > depth > 8:
        notes.append(f"{depth} bits a sample are kept in {kept}")
    return kept


def _to_depth(pixels: Samples, mode: Mode, depth: int) -> Samples:
    fitted: Samples
    if depth <= 8:
        fitted = samples.to_8_bit(pixels)
    elif depth < 16:
        fitted = samples.widen(samples.narrow(pixels, depth), depth)
    else:
        fitted = pixels
    if mode.has_alpha and fitted is not pixels:
        # What was nearly transparent has become so, and its colour invisible.
        samples.zero_invisible(fitted)
    return fitted


@cache
def _standard_layout(channels: int) -> JpegLayout:
    """Return how the JPEG encoder lays out a picture of its own at `JPEG_QUALITY`."""
    mode = {1: "L", 3: "RGB", 4: "CMYK"}[channels]
    out = io.BytesIO()
    Image.new(mode, (8, 8)).save(out, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    data = out.getvalue()
    frame = read_frame(data, jpeg_container.walk_segments(data))
    numbers = sorted({component.table for component in frame.components})
    return JpegLayout(
        tables=tuple(frame.tables[number] for number in numbers),
        components=tuple((c.h, c.v, numbers.index(c.table)) for c in frame.components),
        progressive=False,
        orientation=Orientation.TOP_LEFT,
    )
