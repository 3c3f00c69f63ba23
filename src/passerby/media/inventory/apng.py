"""The parts of an animated PNG: those of a PNG, and which belong to its frames."""

from __future__ import annotations

from passerby.errors import CorruptInput
from passerby.media.apng_layout import Frame, read_layout
from passerby.media.containers import png as container
from passerby.media.containers.chunk import Chunk
from passerby.media.inflate import Room
from passerby.media.inventory import png, png_stream, trailer
from passerby.media.inventory.parts import Holder
from passerby.media.png_header import Header, frame_header, read_header
from passerby.model.media import Group, Part

_ANIMATION = frozenset({b"acTL", b"fcTL", b"fdAT"})
_STILL = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})


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
    room = Room()
    for chunk in chunks:
        if chunk.type in _ANIMATION:
            parts.append(_picture(chunk))
        elif chunk.type == b"IDAT" and layout.hidden_default:
            parts.append(_default_image(data, chunks, chunk))
        else:
            parts += png.list_chunk(data, chunk, room)
    for number, frame in enumerate(layout.frames, 1):
        parts += list_hidden(data, frame, header, number)
    if layout.hidden_default:
        parts += png_stream.list_hidden(data, chunks, header)
    return parts + trailer.list_trailer(data, chunks[-1].end)


def list_hidden(data: bytes, frame: Frame, header: Header, number: int) -> list[Part]:
    """List what a frame's stream holds beyond its rows."""
    own = frame_header(header, frame.cel.box)
    return [*png_stream.list_in_pieces(data, frame.pieces, own, f"frame {number}")]


def _picture(chunk: Chunk) -> Part:
    name, size = chunk.type.decode("ascii"), chunk.end - chunk.offset
    return Part(name=name, group=Group.PICTURE, offset=chunk.offset, size=size, required=True)


def _default_image(data: bytes, chunks: tuple[Chunk, ...], chunk: Chunk) -> Part:
    """Return a piece of the picture that is no frame; it opens as a still one."""
    return Holder(
        name="IDAT/default image",
        group=Group.EMBEDDED,
        offset=chunk.offset,
        size=chunk.end - chunk.offset,
        open=lambda: (
            container.SIGNATURE
            + b"".join(data[c.offset : c.end] for c in chunks if c.type in _STILL)
        ),
    )
