"""The parts of an animated WebP: those of a WebP, and what is inside its frames."""

from __future__ import annotations

import struct

from passerby.errors import CorruptInput
from passerby.media.containers import riff as container
from passerby.media.containers.chunk import Chunk
from passerby.media.inventory import trailer, webp
from passerby.media.inventory.parts import Holder
from passerby.model.media import Group, Part

PICTURE = frozenset({b"ALPH", b"VP8 ", b"VP8L"})


def list_parts(data: bytes) -> list[Part]:
    """List the parts of an animated WebP. Raises CorruptInput."""
    end = container.end_of_riff(data)
    parts = [Part(name="RIFF", group=Group.PICTURE, offset=0, size=12, required=True)]
    number = 1
    for chunk in container.walk_chunks(data):
        size = min(chunk.end, end) - chunk.offset
        if chunk.type == b"ANMF":
            parts += _list_frame(data, chunk, f"frame {number}", size)
            number += 1
        elif chunk.type == b"ANIM":
            parts.append(_picture("ANIM", chunk.offset, size))
        elif chunk.type in PICTURE:
            parts.append(_no_frame(data, chunk, size))
        else:
            parts += webp.list_chunk(data, chunk, end)
    return parts + trailer.list_trailer(data, end)


def _list_frame(data: bytes, chunk: Chunk, name: str, size: int) -> list[Part]:
    """List a frame and the chunks in it; those of the picture are not listed one by one."""
    parts = [_picture(name, chunk.offset, size)]
    at = chunk.payload.start + container.FRAME_HEADER
    try:
        inside = list(container.walk_between(data, at, chunk.payload.stop))
    except CorruptInput:
        damaged = f"{name}/damaged"
        return [*parts, Part(name=damaged, group=Group.UNKNOWN, offset=chunk.offset, size=size)]
    for each in inside:
        if each.type not in PICTURE:
            listed = webp.list_chunk(data, each, chunk.payload.stop)
            parts += [_below(name, part) for part in listed]
    return parts


def _no_frame(data: bytes, chunk: Chunk, size: int) -> Part:
    """Return a picture that is no frame; it opens as a still one."""
    coded = container.build(chunk.type, data[chunk.payload])
    return Holder(
        name=f"{chunk.type.decode('ascii').strip()}/no frame",
        group=Group.EMBEDDED,
        offset=chunk.offset,
        size=size,
        open=lambda: b"RIFF" + struct.pack("<I", 4 + len(coded)) + b"WEBP" + coded,
    )


def _below(name: str, part: Part) -> Part:
    """Return a part of a frame. What the frame itself does not need is unknown there."""
    group = Group.UNKNOWN if part.group is Group.PICTURE else part.group
    return Part(name=f"{name}/{part.name}", group=group, offset=part.offset, size=part.size)


def _picture(name: str, offset: int, size: int) -> Part:
    return Part(name=name, group=Group.PICTURE, offset=offset, size=size, required=True)
