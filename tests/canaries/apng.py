"""An animated PNG with every carrier of its kind."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from canaries import blocks
from canaries.carriers import Filled, Nest
from canaries.png import SIGNATURE, chunk, hide_under_alpha, rows, texts


def frame_control(
    sequence: int,
    size: tuple[int, int],
    at: tuple[int, int] = (0, 0),
    delay: tuple[int, int] = (1, 10),
    methods: tuple[int, int] = (0, 0),
) -> bytes:
    """Return the chunk before a frame; `methods` are disposal and blending."""
    return chunk(b"fcTL", struct.pack(">IIIIIHHBB", sequence, *size, *at, *delay, *methods))


def frame_data(sequence: int, stream: bytes) -> bytes:
    """Return a chunk of a frame's data stream."""
    return chunk(b"fdAT", struct.pack(">I", sequence) + stream)


def filled_apng(pixels: np.ndarray) -> Filled:
    """Return an RGBA animation of two frames of (height, width, 3) pixels, and a default image
    that is none of them, with every carrier that one can hold."""
    nest = Nest()
    whole = hide_under_alpha(pixels, nest)
    height, width = whole.shape[:2]
    default = np.zeros((height, width, 4), np.uint8)
    canary = nest.raw("default image", "IDAT/default image")
    default[0].reshape(-1)[: len(canary)] = np.frombuffer(canary, np.uint8)
    behind = zlib.compress(rows(default)) + nest.raw("behind the default image", "IDAT/after")
    first = zlib.compress(rows(whole)) + nest.raw("behind a frame's stream", "frame 1/after")
    extra = nest.raw("rows beyond the frame", "frame 2/more or less").ljust(4 * 30 + 1, b"\0")
    second = zlib.compress(rows(whole[:20, :30]) + extra)
    pieces = [
        SIGNATURE,
        chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)),
        chunk(b"acTL", struct.pack(">II", 2, 3)),
        chunk(b"iCCP", b"a name\0\0" + zlib.compress(blocks.laden_profile(nest))),
        chunk(b"eXIf", blocks.exif_block(nest)),
        chunk(b"caBX", blocks.jumbf_box(nest)),
        *texts(nest),
        chunk(b"IDAT", behind),
        frame_control(0, (width, height)),
        frame_data(1, first[:100]),
        frame_data(2, first[100:]),
        chunk(b"prVu", nest.raw("private chunk between frames", "prVu")),
        frame_control(3, (30, 20), at=(4, 6), methods=(1, 1)),
        frame_data(4, second),
        chunk(b"tEXt", b"Author\0" + nest.raw("tEXt behind the frames", "tEXt/Author")),
        chunk(b"IEND", b""),
        nest.picture("picture after IEND", "after the end/jpeg"),
    ]
    return nest.filled(b"".join(pieces))
