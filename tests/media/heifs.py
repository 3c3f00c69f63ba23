"""HEIC and AVIF files put together for the tests."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from heif_files import (
    CODERS,
    Coded,
    HeifBuilder,
    box,
)
from media.pictures import LIMITS, MEDIA, astronaut
from passerby.model.media import Format

PIXELS = astronaut(128, 160)
BRANDS = {"HEIC": b"heic", "AVIF": b"avif"}
KINDS = list(BRANDS)
ALPHA = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha"


@lru_cache
def coded(kind: str, top: int = 0, left: int = 0, height: int = 128, width: int = 160) -> Coded:
    return CODERS[kind](PIXELS[top : top + height, left : left + width])


def started(kind: str, *extra: tuple[bytes, bool]) -> HeifBuilder:
    """Return a file of one picture."""
    builder = HeifBuilder(brand=BRANDS[kind])
    builder.picture(coded(kind), *extra)
    return builder


def pixels_of(data: bytes) -> np.ndarray:
    return MEDIA.read(data, LIMITS, Format.PNG).samples


def changed(kind: str, change: Callable[[HeifBuilder], None]) -> bytes:
    builder = started(kind)
    change(builder)
    return builder.build()


def name_colours(builder: HeifBuilder, primaries: int, transfer: int) -> None:
    numbers = struct.pack(">HHHB", primaries, transfer, 6, 0x80)
    builder.items[0].properties.append((box(b"colr", b"nclx", numbers), False))
