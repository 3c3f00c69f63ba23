"""RIFF chunks of a WebP file (RFC 9649, section 2)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from passerby.errors import CorruptInput
from passerby.media.containers.chunk import Chunk

_HEADER = 12
_MOST_CHUNKS = 100_000
FRAME_HEADER = 16
"""Bytes of an ANMF chunk's payload before the chunks in it (RFC 9649, 2.7.1.1)."""


def end_of_riff(data: bytes) -> int:
    """Return where the RIFF form ends by its own size. Raises CorruptInput."""
    if len(data) < _HEADER or data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise CorruptInput("WebP: the header is damaged")
    end = 8 + int(struct.unpack_from("<I", data, 4)[0])
    if end > len(data):
        raise CorruptInput("WebP: the file is shorter than its header says")
    if end < _HEADER + 8:
        raise CorruptInput("WebP: the header leaves no room for a picture")
    return end


def walk_chunks(data: bytes) -> Iterator[Chunk]:
    """Yield the chunks of the form. Raises CorruptInput where the file breaks off."""
    return walk_between(data, _HEADER, end_of_riff(data))


def walk_between(data: bytes, at: int, end: int) -> Iterator[Chunk]:
    """Yield the chunks from a byte to another: those of the form, or of a frame. Raises
    CorruptInput where they do not end there."""
    for _ in range(_MOST_CHUNKS):
        if at >= end:
            return
        if at + 8 > end:
            raise CorruptInput("WebP: bytes that are no chunk")
        kind, size = struct.unpack_from("<4sI", data, at)
        chunk = Chunk(kind, at, size, end=at + 8 + size + size % 2)
        # The padding byte of the last chunk is often left out.
        if at + 8 + size > end:
            raise CorruptInput(f"WebP: the chunk at byte {at} reaches beyond the end of the file")
        yield chunk
        at = chunk.end
    raise CorruptInput("WebP: too many chunks")


def is_animated_webp(data: bytes) -> bool:
    """Whether the extended header or a chunk says that there are frames."""
    try:
        for chunk in walk_chunks(data):
            if chunk.type in (b"ANIM", b"ANMF"):
                return True
            if chunk.type == b"VP8X" and chunk.size >= 1 and data[chunk.offset + 8] & 0x02:
                return True
    except CorruptInput:
        return False
    return False


def build(kind: bytes, payload: bytes) -> bytes:
    """Return a chunk's bytes, padded to an even length."""
    return kind + struct.pack("<I", len(payload)) + payload + b"\x00" * (len(payload) % 2)
