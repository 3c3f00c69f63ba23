"""The parts of a WebP file: chunks, what is inside them, and what follows the RIFF form."""

from __future__ import annotations

from passerby.media.containers import riff as container
from passerby.media.containers.chunk import Chunk
from passerby.media.inventory import boxes, tiff, trailer, xmp
from passerby.media.inventory.parts import block, printable, shifted
from passerby.model.media import Group, Part

_REQUIRED = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH"})
_GROUPS = {
    b"ICCP": Group.COLOUR,
    b"ANIM": Group.EMBEDDED,
    b"ANMF": Group.EMBEDDED,
}


def list_parts(data: bytes) -> list[Part]:
    """List the parts of a WebP file. Raises CorruptInput."""
    end = container.end_of_riff(data)
    parts = [Part(name="RIFF", group=Group.PICTURE, offset=0, size=12, required=True)]
    for chunk in container.walk_chunks(data):
        parts += list_chunk(data, chunk, end)
    return parts + trailer.list_trailer(data, end)


def list_chunk(data: bytes, chunk: Chunk, end: int) -> list[Part]:
    """List a chunk and what is inside it, as a still picture has it; `end` is that of what it
    lies in."""
    name = printable(chunk.type).strip()
    offset, size = chunk.offset, min(chunk.end, end) - chunk.offset
    at = chunk.payload.start
    if chunk.type in _REQUIRED:
        return [Part(name=name, group=Group.PICTURE, offset=offset, size=size, required=True)]
    if chunk.type == b"EXIF":
        return tiff.list_exif(data, chunk.payload, slice(offset, offset + size), name)
    if chunk.type == b"XMP ":
        inside = shifted(xmp.list_properties(data[chunk.payload]), name, at)
        return block(name, offset, size, inside)
    if chunk.type == b"C2PA":
        inside = shifted(boxes.list_boxes(data[chunk.payload]), name, at)
        return block(name, offset, size, inside)
    group = _GROUPS.get(chunk.type, Group.UNKNOWN)
    return [Part(name=name, group=group, offset=offset, size=size)]
