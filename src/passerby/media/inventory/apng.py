"""The parts of an animated PNG: those of a PNG, and which belong to its frames."""

from __future__ import annotations

from passerby.errors import CorruptInput
from passerby.media.apng_layout import Frame, read_layout
from passerby.media.containers import png as container
from passerby.media.containers.chunk import Chunk
from passerby.media.inventory import png, png_stream, trailer
from passerby.media.png_header import Header, frame_header, read_header
from passerby.model.media import Group, Part

_ANIMATION = frozenset({b"acTL", b"fcTL", b"fdAT"})


def list_parts(data: bytes) -> list[Part]:
    """List the parts of an animated PNG: as of a still one with further pictures where its
    chunks do not make an animation. Raises CorruptInput."""
    chunks = tuple(container.walk_chunks(data))
    header = read_header(data, chunks)
    try:
        layout = read_layout(data, chunks, header)
    except CorruptInput:
        return png.list_parts(data)
    signature = len(container.SIGNATURE)
    parts = [Part(name="signature", group=Group.PICTURE, offset=0, size=signature, required=True)]
    for chunk in chunks:
        parts += _list_chunk(data, chunk, hidden_default=layout.hidden_default)
    for number, frame in enumerate(layout.frames, 1):
        parts += list_hidden(data, frame, header, number)
    if layout.hidden_default:
        parts += png_stream.list_hidden(data, chunks, header)
    return parts + trailer.list_trailer(data, chunks[-1].end)


def list_hidden(data: bytes, frame: Frame, header: Header, number: int) -> list[Part]:
    """List what a frame's stream holds beyond its rows."""
    own = frame_header(header, frame.cel.box)
    return [*png_stream.list_in_pieces(data, frame.pieces, own, f"frame {number}")]


def _list_chunk(data: bytes, chunk: Chunk, *, hidden_default: bool) -> list[Part]:
    offset, size = chunk.offset, chunk.end - chunk.offset
    if chunk.type in _ANIMATION:
        name = chunk.type.decode("ascii")
        return [Part(name=name, group=Group.PICTURE, offset=offset, size=size, required=True)]
    if chunk.type == b"IDAT" and hidden_default:
        name = "IDAT/default image"
        return [Part(name=name, group=Group.EMBEDDED, offset=offset, size=size)]
    return png.list_chunk(data, chunk)
