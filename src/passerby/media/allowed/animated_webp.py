"""What a written animated WebP may hold."""

from __future__ import annotations

from collections.abc import Iterator

from passerby.media import animated_webp as codec
from passerby.media import webp
from passerby.media.allowed.riff import list_padding, sort_chunks
from passerby.media.containers import riff as container
from passerby.media.containers.chunk import Chunk
from passerby.media.inventory import animated_webp as inventory
from passerby.model.media import Encoding, Group, Part

_FLAGS = webp.FLAG_ALPHA | webp.FLAG_ICC | webp.FLAG_XMP | codec.FLAG_ANIMATION
_FRAME_FLAGS = 0x03
_BACKGROUNDS = (b"\x00\x00\x00\x00", b"\xff\xff\xff\xff")
"""Colours that encoders name when nobody asked for one; viewers look at none of them."""


def list_leftovers(data: bytes, encoding: Encoding, packet: bytes | None) -> list[Part]:
    """List the chunks that are not of the frames, the planned profile or the planned fields, what
    else is in a frame, and whatever follows the RIFF form. Raises CorruptInput."""
    end = container.end_of_riff(data)
    frames = frozenset({b"ANMF"})
    spans, kept = sort_chunks(data, encoding, packet, _is_animation, frames)
    extra = [p for chunk in container.walk_chunks(data) for p in list_padding(data, chunk, end)]
    for chunk in kept:
        if chunk.type in frames:
            extra += _in_frame(data, chunk)
    found = [
        part
        for part in inventory.list_parts(data)
        if part.offset >= end
        or (part.name.startswith("frame ") and "/" in part.name)
        or spans.hold(part)
    ]
    return found + extra


def _is_animation(kind: bytes, payload: bytes) -> bool:
    """Whether a chunk is one of an animation's own, without bits that say nothing."""
    if kind == b"VP8X":
        return len(payload) == 10 and not (payload[0] & ~_FLAGS or any(payload[1:4]))
    if kind == b"ANIM":
        return len(payload) == 6 and payload[:4] in _BACKGROUNDS
    if kind == b"ANMF":
        return len(payload) > container.FRAME_HEADER and not payload[15] & ~_FRAME_FLAGS
    return False


def _in_frame(data: bytes, chunk: Chunk) -> Iterator[Part]:
    """Yield a part for each picture chunk of a frame that it does not need, and for padding that
    is not zero."""
    start, end = chunk.payload.start + container.FRAME_HEADER, chunk.payload.stop
    inside = list(container.walk_between(data, start, end))
    kinds = [each.type for each in inside if each.type in inventory.PICTURE]
    for each in inside:
        spare = each.type == b"ALPH" and b"VP8L" in kinds
        if each.type in inventory.PICTURE and (spare or kinds.count(each.type) > 1):
            size = each.end - each.offset
            yield Part(name="frame/spare", group=Group.UNKNOWN, offset=each.offset, size=size)
        yield from list_padding(data, each, end)
