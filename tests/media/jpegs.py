"""JPEGs of every layout that surgery handles, and libraries to operate with."""

from __future__ import annotations

import ctypes
import struct
from ctypes.util import find_library

import numpy as np
import simplejpeg
from PIL import Image

import coefficients
from media.pictures import orientation_block, saved, segment, with_segment
from passerby.media import turbojpeg_library
from passerby.media.turbojpeg import Blocks, Coding, TurboJpeg, Turn
from requirements import require

SAMPLINGS = ("444", "422", "420", "440", "411")


def packed() -> TurboJpeg:
    """Return the library that Passerby found."""
    loaded = turbojpeg_library.search().loaded
    require(loaded is not None, "libjpeg-turbo's transform library is not there")
    assert loaded is not None
    return loaded.turbojpeg


def debian() -> TurboJpeg:
    """Return the system's library: on Debian 12 one of the second generation."""
    name = find_library("turbojpeg")
    require(name is not None, "apt-get install libturbojpeg0")
    assert name is not None
    return TurboJpeg(ctypes.CDLL(name))


def coded(pixels: np.ndarray, quality: int, sampling: str, *, progressive: bool = False) -> bytes:
    """Return a JPEG of (height, width, 3) of any sampling."""
    data = bytes(simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), quality, "RGB", sampling))
    if not progressive:
        return data
    return packed().rewrite(data, Turn.NONE, lambda *_: None, Coding.PROGRESSIVE)


def oriented(data: bytes, orientation: int) -> bytes:
    """Return a JPEG with an orientation tag, and a name that no copy may have."""
    exif = b"Exif\0\0" + orientation_block(orientation)
    return with_segment(with_segment(data, 0xE1, exif), 0xFE, b"canary")


def ycck(pixels: np.ndarray, quality: int) -> bytes:
    """Return a JPEG of four components that Adobe's marker calls YCCK."""
    data = saved(Image.fromarray(pixels).convert("CMYK"), "JPEG", quality=quality)
    marker = data.index(b"Adobe") + 11
    return data[:marker] + b"\2" + data[marker + 1 :]


def wide_tables(data: bytes, step: int = 300) -> bytes:
    """Return a JPEG with tables of 16 bits. Its picture is another one."""
    first = data.index(b"\xff\xdb")
    at = first
    while data[at : at + 2] == b"\xff\xdb":
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    wide = b"".join(
        bytes((0x10 | number,)) + struct.pack(">64H", *[step // (1 + number)] * 64)
        for number in (0, 1)
    )
    replaced = data[:first] + segment(0xDB, wide) + data[at:]
    return replaced.replace(b"\xff\xc0", b"\xff\xc1", 1)


def resized(data: bytes, width: int, height: int) -> bytes:
    """Return a JPEG whose header names a smaller picture of as many MCUs: the rest of what was
    coded lies in blocks that fill up the last ones, and in the blocks that the edge cuts."""
    at = min(i for i in (data.find(bytes((0xFF, m))) for m in (0xC0, 0xC1, 0xC2)) if i > 0)
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


def scrambled(
    data: bytes, mask: np.ndarray, rng: np.random.Generator, *, progressive: bool
) -> bytes:
    """Return a JPEG with other coefficients in every block that lies under a mask of whole MCUs,
    (height, width) as stored."""
    frame = coefficients.read(data)
    width, height = frame.mcu
    planes = [mask[:: height // c.v, :: width // c.h] for c in frame.components]

    def visit(component: int, row: int, blocks: Blocks) -> None:
        where = planes[component][row]
        blocks[where] = rng.integers(-15, 16, (int(where.sum()), 64))

    coding = Coding.PROGRESSIVE if progressive else Coding.STANDARD
    return packed().rewrite(data, Turn.NONE, visit, coding)
