"""Files that are made to keep whoever looks into them busy for ever.

Megabytes each; what is measured is processor time, with room for slow machines: a loop that is
quadratic in these sizes takes minutes.
"""

from __future__ import annotations

import base64
import struct
import time
import zlib
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from canaries import blocks, faces
from canaries.jpeg import segment
from canaries.png import SIGNATURE, chunk
from passerby.examine import list_bytes
from passerby.inside import DEEPEST, MOST
from passerby.media.carve import TOO_MUCH
from passerby.model.options import Options
from passerby.model.report import Inspection
from stand_ins import MEDIA

SIZE = 4 * 2**20
ENOUGH = 4.0
"""Seconds. On a shared core of 2026 the slowest of these takes 1."""


def repeated(piece: bytes) -> bytes:
    return piece * (SIZE // len(piece))


def behind(trailer: bytes) -> bytes:
    return faces.with_segments(faces.host(), [], trailer)


def in_segments(payload: bytes, marker: int = 0xE9) -> bytes:
    room = 65000
    pieces = [segment(marker, payload[at : at + room]) for at in range(0, len(payload), room)]
    return faces.with_segments(faces.host(), pieces)


def tiff_of_many_directories() -> bytes:
    """Return directories that all name the same, very long, lists of strips."""
    count = 200_000
    lists = struct.pack("<I", 8) * count
    out = bytearray(b"II\x2a\0" + struct.pack("<I", 8 + len(lists)) + lists)
    for number in range(500):
        # All but the first are reduced copies: one page with many previews.
        entries = [(254, 4, 1, min(number, 1)), (256, 4, 1, 9), (257, 4, 1, 9)]
        entries += [(273, 4, count, 8), (279, 4, count, 8)]
        body = b"".join(struct.pack("<HHII", *entry) for entry in sorted(entries))
        after = len(out) + 2 + len(body) + 4
        out += struct.pack("<H", len(entries)) + body + struct.pack("<I", after)
    return bytes(out[:-4]) + bytes(4)


def index_of_many() -> bytes:
    """Return a multi-picture index of thousands of entries for one picture."""
    offset = len(faces.host()) + 62000
    entry = struct.pack("<IIIHH", 0, 3000, offset, 0, 0)
    tags: blocks.Directory = {0xB001: blocks.long(3800), 0xB002: blocks.undefined(entry * 3800)}
    index = segment(0xE2, b"MPF\0" + blocks.build_tiff([tags]))
    return faces.with_segments(faces.host(), [index], repeated(faces.jpeg(1)))


def bombs(kind: bytes, start: bytes) -> bytes:
    """Return a PNG of many chunks that each inflate to 16 MiB."""
    bomb = zlib.compress(bytes(16 * 2**20), 9)
    plain = faces.host("PNG")
    chunks = chunk(kind, start + bomb) * 200
    return plain[:33] + chunks + plain[33:]


def nested(depth: int) -> bytes:
    """Return a JPEG behind a JPEG's end in a comment of a JPEG..."""
    data = faces.jpeg(1, "innermost")
    for _ in range(depth):
        data = faces.with_segments(faces.host(), [segment(0xEA, b"Next\0" + data)])
    return data


def lying_thumbnail(tags: blocks.Directory) -> bytes:
    picture = faces.rgb_strips(faces.pixels(1)) | tags
    block = blocks.build_tiff([{0x0112: blocks.short(1)}, picture])
    return faces.with_segments(faces.host(), [segment(0xE1, b"Exif\0\0" + block)])


def deep_boxes() -> bytes:
    store = b""
    for number in range(3000):
        store = blocks.labelled(f"n{number}", store)
    plain = faces.host("PNG")
    return plain[:33] + chunk(b"caBX", store) + plain[33:]


HOSTILE: dict[str, Callable[[], bytes]] = {
    "JPEG starts": lambda: behind(repeated(b"\xff\xd8\xff\xe0\0\2\xff")),
    "JPEG starts in segments": lambda: in_segments(repeated(b"\xff\xd8\xff\xe0\0\2\xff")),
    "long segment chains": lambda: behind(repeated(b"\xff\xd8\xff" + b"\xe0\0\2\xff" * 5000)),
    "scans without an end": lambda: behind(repeated(b"\xff\xd8\xff\xda\0\2" + b"\xff\0" * 40)),
    "PNG starts": lambda: behind(repeated(SIGNATURE)),
    "PNG chunks": lambda: behind(repeated(SIGNATURE + bytes(4) + b"aaaabbbb")),
    "endless PNG chunks": lambda: behind(SIGNATURE + repeated(bytes(4) + b"aaaabbbb")),
    "RIFF starts": lambda: behind(repeated(b"RIFF")),
    "RIFF forms": lambda: behind(repeated(b"RIFF\4\0\0\0WEBP")),
    "GIF starts": lambda: behind(repeated(b"GIF8")),
    "GIFs": lambda: behind(repeated(b"GIF89a")),
    "boxes": lambda: behind(repeated(struct.pack(">I4s4s", 12, b"ftyp", b"heic"))),
    "boxes behind one": lambda: behind(
        struct.pack(">I4s4s", 12, b"ftyp", b"heic") + repeated(struct.pack(">I4s", 8, b"free"))
    ),
    "archives": lambda: behind(repeated(b"PK\3\4")),
    "base64 starts": lambda: behind(repeated(b"/9j/")),
    "base64 starts apart": lambda: behind(repeated(b"/9j/!")),
    "base64 pictures": lambda: behind(repeated(base64.b64encode(faces.jpeg(1)) + b"!")),
    "base64 in XMP": lambda: in_segments(repeated(b"/9j/"), 0xE1),
    "pictures": lambda: behind(repeated(faces.jpeg(1))),
    "index of many": index_of_many,
    "directories": tiff_of_many_directories,
    "zTXt bombs": lambda: bombs(b"zTXt", b"Comment\0\0"),
    "iTXt bombs": lambda: bombs(b"iTXt", b"Comment\0\1\0\0\0"),
    "XMP bombs": lambda: bombs(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0"),
    "profile bombs": lambda: bombs(b"iCCP", b"a\0\0"),
    "texts": lambda: faces.host("PNG")[:33]
    + chunk(b"tEXt", b"a\0" + b"x" * 70) * 20_000
    + faces.host("PNG")[33:],
    "nested": lambda: nested(12),
    "boxes in boxes": deep_boxes,
    "a thumbnail of 4 gigapixels": lambda: lying_thumbnail(
        {256: blocks.long(65535), 257: blocks.long(65535)}
    ),
    "a thumbnail of no pixels": lambda: lying_thumbnail({256: blocks.long(0)}),
    "a thumbnail beyond counting": lambda: lying_thumbnail(
        {256: blocks.long(0xFFFFFFFF), 257: blocks.long(0xFFFFFFFF), 262: blocks.short(6)}
    ),
    "sampling of nothing": lambda: lying_thumbnail(
        {262: blocks.short(6), 530: blocks.short(0, 0)}
    ),
    "random": lambda: behind(np.random.default_rng(1).bytes(SIZE)),
}  # fmt: skip


def listed(data: bytes) -> Inspection:
    return list_bytes(data, shown="x", options=Options(), source=MEDIA)


@cache
def looked_into(name: str) -> tuple[Inspection, float]:
    """Return what is found, and the seconds that it took."""
    data = HOSTILE[name]()
    start = time.process_time()
    return listed(data), time.process_time() - start


@pytest.mark.parametrize("name", HOSTILE)
def test_looking_into_it_ends(name: str) -> None:
    found, seconds = looked_into(name)
    assert seconds < ENOUGH
    assert found.failure is None
    assert len(found.embedded) <= MOST + 1


@pytest.mark.parametrize("name", ["JPEG starts", "RIFF starts", "profile bombs", "texts"])
def test_what_is_not_looked_at_is_told(name: str) -> None:
    assert TOO_MUCH in {each.problem for each in looked_into(name)[0].embedded}


def test_pictures_beyond_the_last_are_told() -> None:
    found = looked_into("pictures")[0].embedded
    assert len(found) == MOST + 1
    assert "not looked at further" in found[-1].problem


def test_pictures_too_deep_are_told() -> None:
    *opened, last = listed(nested(DEEPEST + 1)).embedded
    assert [len(each.path) for each in opened] == [*range(1, DEEPEST + 1)]
    assert not any(each.problem for each in opened)
    assert len(last.path) == DEEPEST + 1
    assert "not looked into" in last.problem
    assert len(listed(nested(DEEPEST)).embedded) == DEEPEST
