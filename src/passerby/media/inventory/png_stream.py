"""What hides in the data stream of a PNG: bytes beyond the picture, and behind the stream's end."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

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
    pieces = [chunk.payload for chunk in chunks if chunk.type == b"IDAT"]
    return list_in_pieces(data, pieces, header, "IDAT")


def list_in_pieces(
    data: bytes, pieces: Sequence[slice], header: Header, name: str
) -> Iterator[Part]:
    """Yield the same for the stream in these pieces of the file, of the rows that the header
    says; parts are named below `name`."""
    wanted = stream_size(header)
    if not pieces or wanted > _LARGEST:
        return
    decoder = zlib.decompressobj()
    view = memoryview(data)
    inflated, rest = 0, 0
    for piece in pieces:
        coded = bytes(view[piece])
        if decoder.eof or inflated > wanted:
            rest += len(coded)
            continue
        try:
            while coded and not decoder.eof and inflated <= wanted:
                inflated += len(decoder.decompress(coded, _PIECE))
                coded = decoder.unconsumed_tail
        except zlib.error:
            yield _hidden(f"{name}/damaged", piece, piece.stop - piece.start)
            return
        rest += len(decoder.unused_data)
    if inflated != wanted:
        first = pieces[0]
        yield _hidden(f"{name}/more or less than the picture", first, first.stop - first.start)
    if rest:
        last = pieces[-1]
        yield _hidden(f"{name}/after the picture", last, min(rest, last.stop - last.start))


def _hidden(name: str, piece: slice, size: int) -> Part:
    return Part(name=name, group=Group.UNKNOWN, offset=piece.stop - size, size=size)
