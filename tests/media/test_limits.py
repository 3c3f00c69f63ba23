"""Claims are checked before anything is decoded."""

from __future__ import annotations

import struct
import time
import tracemalloc
from contextlib import suppress

import pytest

from canaries import blocks
from canaries.blocks import Stream, long, short
from canaries.png import SIGNATURE, chunk
from canaries.webp import chunk as webp_chunk
from media.pictures import MEDIA, astronaut, saved
from passerby.errors import LimitExceeded, PasserbyError
from passerby.model.options import Limits

SIDE = 60_000


def jpeg() -> bytes:
    data = bytearray(saved(astronaut(), "JPEG"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", SIDE, SIDE)
    return bytes(data)


def png(depth: int = 8) -> bytes:
    header = struct.pack(">IIBBBBB", SIDE, SIDE, depth, 2, 0, 0, 0)
    data = [chunk(b"IHDR", header), chunk(b"IDAT", b"x" * 1000), chunk(b"IEND", b"")]
    return SIGNATURE + b"".join(data)


def webp() -> bytes:
    """A WebP side has 14 bits: the claim is as large as it can be."""
    picture = b"\x2f" + struct.pack("<I", 0x3FFF | 0x3FFF << 14) + b"\0" * 100
    body = webp_chunk(b"VP8L", picture)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def tiff() -> bytes:
    tags: blocks.Directory = {
        256: long(SIDE),
        257: long(SIDE),
        258: short(8, 8, 8),
        259: short(8),
        262: short(2),
        273: Stream(b"x" * 1000),
        277: short(3),
        278: long(SIDE),
        279: long(1000),
    }
    return blocks.build_tiff([tags])


@pytest.mark.parametrize("build", [jpeg, png, webp, tiff])
def test_a_large_claim_is_refused_at_once(build) -> None:
    data = build()
    tracemalloc.start()
    start = time.monotonic()
    with pytest.raises(LimitExceeded, match="limit"):
        MEDIA.read(data, Limits())
    elapsed = time.monotonic() - start
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert elapsed < 0.1
    assert peak < 10 * 2**20


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_the_limits_are_the_callers(name: str) -> None:
    data = saved(astronaut(120, 160), name)
    MEDIA.read(data, Limits(pixels=120 * 160))
    for limits in (Limits(pixels=120 * 160 - 1), Limits(memory=100_000)):
        for read in (MEDIA.read, MEDIA.read_again):
            with pytest.raises(LimitExceeded):
                read(data, limits)


@pytest.mark.parametrize("build", [jpeg, png, webp, tiff])
def test_listing_such_a_file_takes_no_memory_either(build) -> None:
    data = build()
    tracemalloc.start()
    with suppress(PasserbyError):
        MEDIA.parts(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * 2**20
