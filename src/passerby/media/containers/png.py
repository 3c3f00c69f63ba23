"""PNG chunks (PNG Specification, Third Edition, chapter 5)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from passerby.errors import CorruptInput
from passerby.media.containers.chunk import Chunk

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MOST_CHUNKS = 200_000
"""More than any writer makes of a picture within the limits."""


def walk_chunks(data: bytes) -> Iterator[Chunk]:
    """Yield chunks up to and including IEND. Raises CorruptInput where the file breaks off."""
    if not data.startswith(SIGNATURE):
        raise CorruptInput("PNG: the signature is damaged")
    at = len(SIGNATURE)
    for _ in range(_MOST_CHUNKS):
        if at + 12 > len(data):
            raise CorruptInput("PNG: the file ends before its IEND chunk")
        size, kind = struct.unpack_from(">I4s", data, at)
        chunk = Chunk(kind, at, size, end=at + 12 + size)
        if size > 0x7FFFFFFF or chunk.end > len(data):
            raise CorruptInput(f"PNG: the chunk at byte {at} reaches beyond the end of the file")
        if not kind.isalpha():
            raise CorruptInput(f"PNG: the chunk at byte {at} has no valid name")
        yield chunk
        if kind == b"IEND":
            return
        at = chunk.end
    raise CorruptInput("PNG: too many chunks")


def check_crc(data: bytes, chunk: Chunk) -> None:
    """Raise CorruptInput unless the chunk's checksum agrees with its bytes."""
    view = memoryview(data)[chunk.offset + 4 : chunk.end - 4]
    stored = int.from_bytes(data[chunk.end - 4 : chunk.end], "big")
    if zlib.crc32(view) != stored:
        raise CorruptInput(f"PNG: the checksum of the chunk at byte {chunk.offset} is wrong")


def build(kind: bytes, payload: bytes) -> bytes:
    """Return a chunk's bytes."""
    body = kind + payload
    return struct.pack(">I", len(payload)) + body + struct.pack(">I", zlib.crc32(body))
