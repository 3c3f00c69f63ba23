"""What a written PNG may hold."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from passerby.media import png as codec
from passerby.media import png_colour
from passerby.media.containers import png as container
from passerby.media.containers.png import Chunk
from passerby.media.inventory import png as inventory
from passerby.model.media import Encoding, Group, Part

_PALETTE = 3
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PASSES = (
    *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
    *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
)
"""Adam7: first column, first row, step across, step down (PNG, 8.2)."""
_PIECE = 1 << 20


def list_leftovers(data: bytes, encoding: Encoding, packet: bytes | None) -> list[Part]:
    """List the chunks that are not the picture's own, the planned colour or the planned fields,
    whatever hides in the picture's data stream, and whatever follows IEND. Raises CorruptInput."""
    chunks = tuple(container.walk_chunks(data))
    planned = png_colour.write_chunks(encoding)
    if packet is not None:
        planned.append(codec.text_chunk(packet))
    header = codec.read_header(data, chunks)
    unplanned: set[int] = set()
    seen: set[bytes] = set()
    for chunk in chunks:
        raw = data[chunk.offset : chunk.end]
        if raw in planned:
            planned.remove(raw)
        elif not _is_picture(chunk, header.colour) or (
            chunk.type in seen and chunk.type != b"IDAT"
        ):
            unplanned.add(chunk.offset)
        seen.add(chunk.type)
    end = chunks[-1].end
    starts = {chunk.offset: chunk.end for chunk in chunks if chunk.offset in unplanned}
    found = [
        part
        for part in inventory.list_parts(data)
        if part.offset >= end or any(at <= part.offset < stop for at, stop in starts.items())
    ]
    return found + list(_in_the_stream(data, chunks, header))


def _is_picture(chunk: Chunk, colour: int) -> bool:
    if chunk.type in (b"IHDR", b"IDAT"):
        return True
    if chunk.type == b"IEND":
        return chunk.size == 0
    if chunk.type == b"PLTE":
        return colour == _PALETTE
    return chunk.type == b"tRNS" and colour in (0, 2, _PALETTE)


def _in_the_stream(data: bytes, chunks: tuple[Chunk, ...], header: codec.Header) -> Iterator[Part]:
    """Yield a part when the data stream holds more than the picture, or goes on after its end."""
    decoder = zlib.decompressobj()
    view = memoryview(data)
    inflated, rest = 0, 0
    wanted = _stream_size(header)
    for chunk in chunks:
        if chunk.type != b"IDAT":
            continue
        coded = bytes(view[chunk.payload])
        if decoder.eof:
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
    first = next(chunk for chunk in chunks if chunk.type == b"IDAT")
    if inflated != wanted:
        yield _hidden("IDAT/more or less than the picture", first, abs(inflated - wanted))
    if rest:
        yield _hidden("IDAT/after the picture", first, rest)


def _hidden(name: str, chunk: Chunk, size: int) -> Part:
    return Part(name=name, group=Group.UNKNOWN, offset=chunk.offset, size=size)


def _stream_size(header: codec.Header) -> int:
    """Return the bytes of the filtered rows."""
    bits = header.depth * _CHANNELS[header.colour]
    if not header.interlaced:
        return header.height * (1 + -(-header.width * bits // 8))
    total = 0
    for left, top, across, down in _PASSES:
        width = -(-(header.width - left) // across)
        height = -(-(header.height - top) // down)
        if width > 0 and height > 0:
            total += height * (1 + -(-width * bits // 8))
    return total
