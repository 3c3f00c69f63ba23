"""What a written animated PNG may hold."""

from __future__ import annotations

from passerby.media import png as codec
from passerby.media import png_colour
from passerby.media.allowed.png import is_picture
from passerby.media.allowed.spans import Spans
from passerby.media.apng_layout import read_layout
from passerby.media.containers import png as container
from passerby.media.inventory import apng as inventory
from passerby.media.png_header import read_header
from passerby.model.media import Encoding, Part

_ANIMATION = frozenset({b"acTL", b"fcTL", b"fdAT"})
_SEVERAL = frozenset({b"IDAT", b"fcTL", b"fdAT"})


def list_leftovers(data: bytes, encoding: Encoding, packet: bytes | None) -> list[Part]:
    """List the chunks that are not of the frames, the planned colour or the planned fields, a
    default image that is no frame, whatever hides in the frames' data streams, and whatever
    follows IEND. Raises CorruptInput, also where the chunks do not make an animation."""
    chunks = tuple(container.walk_chunks(data))
    header = read_header(data, chunks)
    layout = read_layout(data, chunks, header)
    planned = png_colour.write_chunks(encoding)
    if packet is not None:
        planned.append(codec.text_chunk(packet))
    unplanned: list[tuple[int, int]] = []
    seen: set[bytes] = set()
    for chunk in chunks:
        raw = data[chunk.offset : chunk.end]
        needed = chunk.type in _ANIMATION or is_picture(chunk, header.colour)
        if chunk.type == b"IDAT" and layout.hidden_default:
            needed = False
        if raw in planned:
            planned.remove(raw)
        elif not needed or (chunk.type in seen and chunk.type not in _SEVERAL):
            unplanned.append((chunk.offset, chunk.end))
        seen.add(chunk.type)
    end, spans = chunks[-1].end, Spans.of(unplanned)
    return [
        part
        for part in inventory.list_parts(data)
        if part.offset >= end or spans.hold(part) or part.name.startswith("frame ")
    ]
