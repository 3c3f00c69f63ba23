"""Files that nobody wrote: cut, damaged, joined and nested ones, made from real ones.

The same file, partner, number and seed give the same variant.
"""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable

from faultbench.mutations import MUTATIONS, mend_png

_SEGMENT = 65000
_Maker = Callable[[bytes, bytes, random.Random], bytes]


def make_variant(data: bytes, other: bytes, number: int, seed: int) -> tuple[str, bytes]:
    """Return what was done to a file and the bytes that came of it; `other` is another file of
    the corpus, to join or to nest."""
    rng = random.Random(f"{seed}/{number}/{len(data)}/{zlib.crc32(data)}")
    name, maker = _MAKERS[number % len(_MAKERS)]
    return name, maker(data, other, rng)


def _cut(data: bytes, _: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _cut_near_end(data: bytes, _: bytes, rng: random.Random) -> bytes:
    return data[: max(0, len(data) - rng.randrange(1, 2000))]


def _damaged(data: bytes, _: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(data)
    for _step in range(rng.choice((1, 2, 4, 16))):
        if damaged:
            rng.choice(MUTATIONS)(damaged, rng)
    if damaged.startswith(b"\x89PNG"):
        mend_png(damaged)
    return bytes(damaged)


def _damaged_head(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """Damage where headers and directories are."""
    size = min(len(data), rng.choice((64, 512, 4096)))
    return _damaged(data[:size], other, rng) + data[size:] if size else data


def _joined(data: bytes, other: bytes, _: random.Random) -> bytes:
    return data + other


def _joined_behind(data: bytes, other: bytes, _: random.Random) -> bytes:
    return other + data


def _in_itself(data: bytes, _: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(data) + 1)
    return data[:place] + data + data[place:]


def _hole(data: bytes, _: bytes, rng: random.Random) -> bytes:
    """Zeros where a download stopped and went on."""
    start = rng.randrange(len(data) + 1)
    end = min(len(data), start + rng.choice((16, 512, 4096, 65536)))
    return data[:start] + bytes(end - start) + data[end:]


def _swapped(data: bytes, _: bytes, rng: random.Random) -> bytes:
    first, second = sorted((rng.randrange(len(data) + 1), rng.randrange(len(data) + 1)))
    return data[:first] + data[second:] + data[first:second]


def _crossed(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """The head of one file with the tail of another."""
    return data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other) + 1) :]


def _nested(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """Put the other file into a part of this one's container, as a preview or worse."""
    inner = other[: 4 * _SEGMENT]
    if data.startswith(b"\xff\xd8"):
        marker, name = rng.choice(
            ((0xE1, b"Exif\0\0"), (0xE1, b"http://ns.adobe.com/xap/1.0/\0"), (0xE2, b"MPF\0"),
             (0xE2, b"ICC_PROFILE\0\1\1"), (0xED, b"Photoshop 3.0\0"), (0xEB, b"JP\0\1\0\0\0\1"),
             (0xEE, b"Adobe"), (0xE0, b"JFXX\0\x10"), (0xFE, b""))
        )  # fmt: skip
        parts = [inner[at : at + _SEGMENT] for at in range(0, len(inner), _SEGMENT)]
        return data[:2] + b"".join(_segment(marker, name + part) for part in parts) + data[2:]
    if data.startswith(b"\x89PNG"):
        kind = rng.choice((b"eXIf", b"iCCP", b"iTXt", b"zTXt", b"caBX", b"prVt", b"acTL", b"sPLT"))
        return data[:33] + _chunk(kind, inner) + data[33:]
    if data.startswith(b"RIFF"):
        body = (
            data[12:] + struct.pack("<4sI", b"EXIF", len(inner)) + inner + b"\0" * (len(inner) % 2)
        )
        return b"RIFF" + struct.pack("<I", (4 + len(body)) & 0xFFFFFFFF) + data[8:12] + body
    if data[4:8] == b"ftyp":
        size = int.from_bytes(data[:4], "big")
        kind = rng.choice((b"free", b"uuid", b"jumb", b"sefd", b"meta"))
        return data[:size] + struct.pack(">I4s", len(inner) + 8, kind) + inner + data[size:]
    place = rng.randrange(len(data) + 1)
    return data[:place] + inner + data[place:]


def _segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload[:65533]) + 2) + payload[:65533]


def _chunk(kind: bytes, payload: bytes) -> bytes:
    return (
        struct.pack(">I", len(payload))
        + kind
        + payload
        + struct.pack(">I", zlib.crc32(kind + payload))
    )


_MAKERS: tuple[tuple[str, _Maker], ...] = (
    ("damaged head", _damaged_head),
    ("cut", _cut),
    ("nested", _nested),
    ("damaged", _damaged),
    ("joined", _joined),
    ("crossed", _crossed),
    ("hole", _hole),
    ("cut near its end", _cut_near_end),
    ("in itself", _in_itself),
    ("joined behind", _joined_behind),
    ("swapped", _swapped),
)
