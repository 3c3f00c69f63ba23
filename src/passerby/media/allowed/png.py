"""What a written PNG may hold."""

from __future__ import annotations

from passerby.media import png as codec
from passerby.media import png_colour
from passerby.media.allowed.spans import Spans
from passerby.media.containers import png as container
from passerby.media.containers.chunk import Chunk
from passerby.media.inventory import png as inventory
from passerby.media.png_header import PALETTE, read_header
from passerby.model.media import Encoding, Part


def list_leftovers(data: bytes, encoding: Encoding, packet: bytes | None) -> list[Part]:
    """List the chunks that are not the picture's own, the planned colour or the planned fields,
    whatever hides in the picture's data stream, and whatever follows IEND. Raises CorruptInput."""
    chunks = tuple(container.walk_chunks(data))
    planned = png_colour.write_chunks(encoding)
    if packet is not None:
        planned.append(codec.text_chunk(packet))
    header = read_header(data, chunks)
    unplanned: list[tuple[int, int]] = []
    seen: set[bytes] = set()
    for chunk in chunks:
        raw = data[chunk.offset : chunk.end]
        if raw in planned:
            planned.remove(raw)
        elif not is_picture(chunk, header.colour) or (chunk.type in seen and chunk.type != b"IDAT"):
            unplanned.append((chunk.offset, chunk.end))
        seen.add(chunk.type)
    end, spans = chunks[-1].end, Spans.of(unplanned)
    listed = inventory.list_parts(data)
    hidden = [part for part in listed if part.name.startswith("IDAT/")]
    return [part for part in listed if part.offset >= end or spans.hold(part)] + hidden


def is_picture(chunk: Chunk, colour: int) -> bool:
    """Whether a chunk is one that a still picture of the colour type needs."""
    if chunk.type in (b"IHDR", b"IDAT"):
        return True
    if chunk.type == b"IEND":
        return chunk.size == 0
    if chunk.type == b"PLTE":
        return colour == PALETTE
    return chunk.type == b"tRNS" and colour in (0, 2, PALETTE)
