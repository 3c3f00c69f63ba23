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
from passerby.ports import Picture, Samples

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
_BARE = {Mode.LA: Mode.L, Mode.RGBA: Mode.RGB}
_COLOURED = {Mode.L: Mode.RGB, Mode.LA: Mode.RGBA}


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
    notes = [f"written as {target}"]
    mode, pixels = _fit_mode(picture, target, notes)
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
        jpeg=_standard_layout(len(mode)) if target is Format.JPEG else None,
    )
    return replace(
        picture,
        samples=_to_depth(pixels, depth),
        encoding=encoding,
        source=picture.source or source,
        notes=(*picture.notes, *notes),
    )


def _fit_mode(picture: Picture, target: Format, notes: list[str]) -> tuple[Mode, Samples]:
    """Return the nearest mode that the format has, and the samples in it."""
    mode, pixels = picture.encoding.mode, picture.samples
    able = _MODES[target]
    if mode not in able and mode in _COLOURED:
        grey, rest = pixels[..., :1], pixels[..., 1:]
        mode, pixels = _COLOURED[mode], np.concatenate([grey, grey, grey, rest], axis=2)
    if mode not in able and mode.has_alpha:
        notes.append("transparent pixels are shown on white")
        mode, pixels = _BARE[mode], samples.flatten(pixels)
    if mode not in able:
        raise UnsupportedFormat(
            f"{target} cannot hold {mode}", "Choose another format with --to, such as tiff."
        )
    return mode, pixels


def _fit_depth(depth: int, target: Format, mode: Mode, notes: list[str]) -> int:
    able = [d for d in _DEPTHS[target] if d >= 8 or mode is Mode.L]
    kept = min((d for d in able if d >= depth), default=max(able))
    if kept < depth:
        more = "; --to png keeps them" if mode is not Mode.CMYK else ""
        notes.append(f"{depth} bits a sample are brought to {kept}{more}")
    elif kept > depth > 8:
        notes.append(f"{depth} bits a sample are kept in {kept}")
    return kept


def _to_depth(pixels: Samples, depth: int) -> Samples:
    if depth > 8:
        return pixels
    return samples.to_8_bit(pixels)


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
