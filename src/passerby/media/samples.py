"""Small steps on decoded samples that several formats share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import numpy as np
from numpy.typing import NDArray

from passerby.model.media import Mode
from passerby.ports import Picture, Rgb, Samples

_BAND = 256
"""Rows worked on at a time, to bound memory on large pictures."""


def contiguous(samples: Samples) -> Samples:
    """Return the samples row by row in one piece; the same array when they are."""
    return cast(Samples, np.ascontiguousarray(samples))


def zero_invisible(samples: Samples, alike: int = 0) -> bool:
    """Zero the colour of pixels whose alpha, the last channel, is 0: in place.

    Returns whether they held a picture, that is more than one colour; colours that differ by at
    most `alike` in each channel are one.
    """
    extremes: list[NDArray[np.int64]] = []
    for top in range(0, samples.shape[0], _BAND):
        band = samples[top : top + _BAND]
        hidden = band[..., -1] == 0
        if hidden.any():
            held = band[hidden]
            extremes += [held.min(axis=0).astype(np.int64), held.max(axis=0).astype(np.int64)]
            band[hidden] = 0
    return bool(extremes) and int(np.ptp(np.array(extremes), axis=0).max()) > alike


def is_opaque(samples: Samples) -> bool:
    """Whether alpha, the last channel, is at its maximum everywhere."""
    top = np.iinfo(samples.dtype).max
    return all(
        bool((samples[at : at + _BAND, :, -1] == top).all())
        for at in range(0, samples.shape[0], _BAND)
    )


def with_alpha(samples: Samples) -> Samples:
    """Return the samples with an alpha channel: their own, or an opaque one."""
    if samples.shape[2] in (2, 4):
        return samples
    opaque = np.full((*samples.shape[:2], 1), np.iinfo(samples.dtype).max, samples.dtype)
    return cast(Samples, np.concatenate([samples, opaque], axis=2))


def spread(samples: NDArray[np.uint8], depth: int) -> NDArray[np.uint8]:
    """Bring samples of 1, 2 or 4 bits to 0..255."""
    return samples * np.uint8(255 // ((1 << depth) - 1))


def unspread(samples: NDArray[np.uint8], depth: int) -> NDArray[np.uint8]:
    """Bring samples of 0..255 to the nearest value of 1, 2 or 4 bits."""
    top = (1 << depth) - 1
    nearest = (np.arange(256, dtype=np.uint16) * top + 127) // 255
    return nearest.astype(np.uint8)[samples]


def widen(samples: Samples, depth: int) -> Samples:
    """Bring samples of 10 or 12 bits to 0..65535, by repeating their bits; others are as they
    are to be."""
    if not 8 < depth < 16:
        return samples
    wide: NDArray[np.uint16] = samples.astype(np.uint16)
    return (wide << np.uint16(16 - depth)) | (wide >> np.uint16(2 * depth - 16))


def narrow(samples: Samples, depth: int) -> Samples:
    """Bring samples of 0..65535 to the nearest value of 10 or 12 bits; others stay."""
    if not 8 < depth < 16:
        return samples
    top = (1 << depth) - 1
    nearest = (np.arange(65536, dtype=np.uint32) * top + 32767) // 65535
    return nearest.astype(np.uint16)[samples]


def written_form(picture: Picture) -> tuple[Mode, Samples]:
    """Return mode and samples as they are written: without an alpha channel that is opaque and
    that the encoding says to leave out then."""
    encoding = picture.encoding
    mode, samples = encoding.mode, picture.samples
    if mode.has_alpha and encoding.drop_opaque_alpha and is_opaque(samples):
        bare = Mode.L if mode is Mode.LA else Mode.RGB
        return bare, contiguous(samples[..., :-1])
    return mode, samples


def views(picture: Picture) -> Iterator[Rgb]:
    """Yield what a detector has to look at, 8-bit RGB.

    The colours alone; and where pixels are partly or wholly transparent, the picture as it is
    shown on white, in which a face can be seen that the colours alone hide.
    """
    colours = _colours(picture)
    yield colours
    if picture.encoding.mode.has_alpha and not is_opaque(picture.samples):
        yield _on_white(colours, to_8_bit(picture.samples[..., -1:]))


def flatten(samples: Samples) -> Samples:
    """Return the colours as they are shown on white, without alpha, the last channel."""
    top = int(np.iinfo(samples.dtype).max)
    shown = np.empty((*samples.shape[:2], samples.shape[2] - 1), samples.dtype)
    for at in range(0, samples.shape[0], _BAND):
        rows = slice(at, at + _BAND)
        cover = samples[rows, :, -1:].astype(np.uint64)
        mixed = samples[rows, :, :-1] * cover + top * (top - cover)
        shown[rows] = (mixed + top // 2) // top
    return cast(Samples, shown)


def to_8_bit(samples: Samples) -> NDArray[np.uint8]:
    """Return the upper 8 bits."""
    if samples.dtype == np.uint8:
        narrow: NDArray[np.uint8] = samples.astype(np.uint8, copy=False)
        return narrow
    return (samples >> 8).astype(np.uint8)


def _colours(picture: Picture) -> Rgb:
    mode = picture.encoding.mode
    if mode is Mode.CMYK:
        return _ink_to_rgb(to_8_bit(picture.samples))
    if mode in (Mode.L, Mode.LA):
        return np.repeat(to_8_bit(picture.samples[..., :1]), 3, axis=2)
    return np.ascontiguousarray(to_8_bit(picture.samples[..., :3]))


def _ink_to_rgb(ink: NDArray[np.uint8]) -> Rgb:
    """Mix ink on white paper, without a profile: enough to see a face."""
    height, width = ink.shape[:2]
    rgb = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, _BAND):
        light = 255 - ink[top : top + _BAND].astype(np.uint16)
        rgb[top : top + _BAND] = light[..., :3] * light[..., 3:] // 255
    return rgb


def _on_white(colours: Rgb, alpha: NDArray[np.uint8]) -> Rgb:
    shown = np.empty_like(colours)
    for top in range(0, colours.shape[0], _BAND):
        rows = slice(top, top + _BAND)
        cover = alpha[rows].astype(np.uint16)
        mixed = colours[rows] * cover + 255 * (255 - cover)
        shown[rows] = (mixed + 127) // 255
    return shown
