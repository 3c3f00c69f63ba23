"""The rows of a PNG: its data stream inflated within a bound, and made into files that decoders
take without a word on stderr.

Pillow fills a picture whose stream ends early, and libpng prints a warning when a stream is too
long or a picture is interlaced. Both are therefore given a stream of exactly the right length,
stored rather than compressed; and an interlaced picture goes to libpng pass by pass.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator

from passerby.errors import CorruptInput
from passerby.media.containers import png as container
from passerby.media.containers.chunk import Chunk
from passerby.media.png_header import CHANNELS, Header

_PASSES = (
    *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
    *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
)
"""Adam7: first column, first row, step across, step down (PNG, 8.2)."""


def passes(header: Header) -> Iterator[tuple[slice, slice, int, int, int]]:
    """Yield rows, columns, width, height and bytes of each pass that has pixels; a picture that
    is not interlaced has one."""
    steps = _PASSES if header.interlaced else ((0, 0, 1, 1),)
    bits = header.depth * CHANNELS[header.colour]
    for left, top, across, down in steps:
        width = -(-(header.width - left) // across)
        height = -(-(header.height - top) // down)
        if width > 0 and height > 0:
            size = height * (1 + -(-width * bits // 8))
            yield slice(top, None, down), slice(left, None, across), width, height, size


def stream_size(header: Header) -> int:
    """Return the bytes of the filtered rows."""
    return sum(size for *_, size in passes(header))


def inflate_rows(data: bytes, chunks: tuple[Chunk, ...], header: Header) -> bytes:
    """Return the filtered rows of the picture. Raises CorruptInput when its stream is damaged or
    ends early."""
    pieces = [chunk.payload for chunk in chunks if chunk.type == b"IDAT"]
    return inflate_pieces(data, pieces, header)


def inflate_pieces(data: bytes, pieces: Iterable[slice], header: Header) -> bytes:
    """Return the filtered rows of which the stream lies in these pieces of a file. Raises
    CorruptInput when it is damaged or ends early."""
    wanted = stream_size(header)
    decoder = zlib.decompressobj()
    view = memoryview(data)
    rows: list[bytes] = []
    for piece in pieces:
        if wanted <= 0 or decoder.eof:
            break
        try:
            rows.append(decoder.decompress(view[piece], wanted))
        except zlib.error as error:
            raise CorruptInput("PNG: the picture data is damaged") from error
        wanted -= len(rows[-1])
    if wanted > 0:
        raise CorruptInput("PNG: the picture data ends early")
    return b"".join(rows)


def file_of(rows: bytes | memoryview, header: Header, palette: bytes = b"") -> bytes:
    """Return a PNG of header, palette and rows alone."""
    head = struct.pack(
        ">IIBBBBB",
        *(header.width, header.height, header.depth, header.colour),
        *(0, 0, int(header.interlaced)),
    )
    pieces = [container.SIGNATURE, container.build(b"IHDR", head)]
    if palette:
        pieces.append(container.build(b"PLTE", palette))
    pieces += [container.build(b"IDAT", part) for part in _stored(rows)]
    return b"".join([*pieces, container.build(b"IEND", b"")])


def _stored(rows: bytes | memoryview) -> Iterator[bytes]:
    """Yield a zlib stream that stores the rows, in payloads that a chunk can hold."""
    stream = zlib.compress(rows, 0)
    for at in range(0, len(stream), 1 << 30):
        yield stream[at : at + (1 << 30)]
