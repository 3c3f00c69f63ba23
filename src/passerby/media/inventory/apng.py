"""The parts of an animated PNG: those of a PNG, and which belong to its frames."""

from __future__ import annotations

from passerby.errors import CorruptInput
from passerby.media.apng_layout import Frame, read_layout
from passerby.media.containers import png as container
from passerby.media.containers.chunk import Chunk
from passerby.media.inflate import Room
from passerby.media.inventory import png, png_stream, trailer
from passerby.media.inventory.parts import Holder
from passerby.media.png_header import frame_header, read_header
from passerby.media.png_rows import stream_size
from passerby.model.media import Group, Part

_ANIMATION = frozenset({b"acTL", b"fcTL", b"fdAT"})
_MOST_ROWS = 1 << 32
"""Bytes of rows of all frames together, above which no stream is looked into: no such picture can
be read either."""
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
    space = Room()
    for chunk in chunks:
        if chunk.type in _ANIMATION:
            parts.append(_picture(chunk))
        elif chunk.type == b"IDAT" and layout.hidden_default:
            parts.append(_default_image(data, chunks, chunk))
        else:
            parts += png.list_chunk(data, chunk, space)
    room = _MOST_ROWS
    for number, frame in enumerate(layout.frames, 1):
        own = frame_header(header, frame.cel.box)
        room -= stream_size(own)
        if room < 0:
            parts.append(_not_looked_into(frame, number))
            break
        parts += png_stream.list_in_pieces(data, frame.pieces, own, f"frame {number}")
    if layout.hidden_default:
        parts += png_stream.list_hidden(data, chunks, header)
    return parts + trailer.list_trailer(data, chunks[-1].end)


def _not_looked_into(frame: Frame, number: int) -> Part:
    piece = frame.pieces[0]
    name = f"frame {number}/not looked into"
    return Part(name=name, group=Group.UNKNOWN, offset=piece.start, size=piece.stop - piece.start)


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
