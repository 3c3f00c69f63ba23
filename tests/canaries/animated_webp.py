"""An animated WebP with every carrier of its kind."""

from __future__ import annotations

import io
import struct

import numpy as np
from PIL import Image

from canaries import blocks
from canaries.carriers import Filled, Nest
from canaries.png import hide_under_alpha
from canaries.webp import chunk


def coded(pixels: np.ndarray, **options: object) -> bytes:
    """Return the chunks of a still picture, without those that are no picture's own."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "WEBP", **(options or {"lossless": True, "exact": True}))
    data = out.getvalue()
    return data[30:] if data[12:16] == b"VP8X" else data[12:]


def frame(
    picture: bytes,
    size: tuple[int, int],
    at: tuple[int, int] = (0, 0),
    milliseconds: int = 100,
    flags: int = 0,
) -> bytes:
    """Return the chunk of a frame; `picture` are the chunks in it."""
    numbers = (at[0] // 2, at[1] // 2, size[0] - 1, size[1] - 1, milliseconds)
    head = b"".join(number.to_bytes(3, "little") for number in numbers) + bytes([flags])
    return chunk(b"ANMF", head + picture)


def animation(size: tuple[int, int], loops: int, *chunks: bytes, flags: int = 0x12) -> bytes:
    """Return a whole file of the chunks, with the headers of an animation before them."""
    canvas = b"".join((side - 1).to_bytes(3, "little") for side in size)
    body = b"".join(
        [
            chunk(b"VP8X", struct.pack("<I", flags) + canvas),
            *[each for each in chunks if each[:4] == b"ICCP"],
            chunk(b"ANIM", struct.pack("<IH", 0, loops)),
            *[each for each in chunks if each[:4] != b"ICCP"],
        ]
    )
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def filled_animated_webp(pixels: np.ndarray) -> Filled:
    """Return a lossless RGBA animation of two frames of (height, width, 3) pixels with every
    carrier that one can hold."""
    nest = Nest()
    whole = hide_under_alpha(pixels, nest)
    height, width = whole.shape[:2]
    part = whole[:20, :30]
    still = coded(part)
    canary = nest.raw("picture that is no frame", "VP8L/no frame")
    exif = nest.text("Exif in a frame", "frame 2/EXIF/IFD0/ImageDescription")
    inside = [
        chunk(b"ODD ", nest.raw("unknown chunk in a frame", "frame 2/ODD"), padding=b"\x7f"),
        chunk(b"XMP ", b"<x:xmpmeta/>" + nest.raw("XMP in a frame", "frame 2/XMP")),
        chunk(b"EXIF", blocks.build_tiff([{0x010E: blocks.ascii_(exif)}])),
    ]
    data = animation(
        (width, height),
        3,
        chunk(b"ICCP", blocks.laden_profile(nest)),
        chunk(b"VP8L", still[8:] + canary),
        frame(coded(whole), (width, height)),
        frame(coded(part) + b"".join(inside), (30, 20), at=(4, 6), milliseconds=70, flags=1),
        chunk(b"EXIF", b"Exif\0\0" + blocks.exif_block(nest)),
        chunk(b"XMP ", blocks.xmp_packet(nest)),
        chunk(b"C2PA", blocks.jumbf_box(nest)),
        chunk(b"ODD ", nest.raw("unknown chunk", "ODD")),
        flags=0x3E,
    )
    trailer = nest.raw("bytes after the end", "after the end")
    return nest.filled(data + nest.picture("picture after the end", "after the end/jpeg") + trailer)
