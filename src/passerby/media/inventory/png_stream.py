"""What hides in the data stream of a PNG: bytes beyond the picture, and behind the stream's end."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from passerby.media.containers.chunk import Chunk
from passerby.media.png_header import Header
from passerby.media.png_rows import stream_size
from passerby.model.media import Group, Part

_PIECE = 1 << 20
_LARGEST = 1 << 32
"""Bytes of rows, above which a stream is not looked into: no such picture can be read either."""


def list_hidden(data: bytes, chunks: tuple[Chunk, ...], header: Header) -> Iterator[Part]:
    """Yield a part when the stream holds more or less than the picture, is damaged, or when
    bytes follow its end."""
    wanted = stream_size(header)
    pieces = [chunk for chunk in chunks if chunk.type == b"IDAT"]
    if not pieces or wanted > _LARGEST:
        return
    decoder = zlib.decompressobj()
    view = memoryview(data)
    inflated, rest = 0, 0
    for chunk in pieces:
        coded = bytes(view[chunk.payload])
        if decoder.eof or inflated > wanted:
            rest += len(coded)
            continue
        try:
            while coded and not decoder.eof and inflated <= wanted:
                inflated += len(decoder.decompress(coded, _PIECE))
                coded = decoder.unconsumed_tail
        except zlib.error:
            yield _hidden("IDAT/damaged", chunk, chunk.size)
            return
        rest += len(decoder.unused_data)
    if inflated != wanted:
        yield _hidden("IDAT/more or less than the picture", pieces[0], pieces[0].size)
    if rest:
        yield _hidden("IDAT/after the picture", pieces[-1], min(rest, pieces[-1].size))


def _hidden(name: str, chunk: Chunk, size: int) -> Part:
    offset = chunk.payload.stop - size
    return Part(name=name, group=Group.UNKNOWN, offset=offset, size=size)
