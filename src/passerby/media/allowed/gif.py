"""What a written GIF may hold."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from passerby.media import gif as codec
from passerby.media.allowed.spans import Spans
from passerby.media.containers import gif as container
from passerby.media.containers.gif import Block, Kind
from passerby.media.inventory import gif as inventory
from passerby.model.media import Encoding, Group, Part

_PICTURE = frozenset({Kind.SCREEN, Kind.TABLE, Kind.IMAGE, Kind.TRAILER})
_TRANSPARENT = 0x01
_CONTROL_BITS = 0x1D
"""Disposal and transparency; the rest is reserved, or waits for somebody to press a key."""
_IMAGE_BITS = 0xC7
"""Table, interlacing and the table's size; the rest is reserved, or about the colours' order."""


def list_leftovers(data: bytes, encoding: Encoding, packet: bytes | None) -> list[Part]:
    """List the blocks that are not the picture's own, the planned profile, the planned fields or
    how often it is played, whatever hides in the picture's data, its tables and in bits that say
    nothing, and whatever follows the trailer. Raises CorruptInput."""
    blocks = container.walk(data)
    planned = list(codec.extensions(encoding, packet))
    unplanned: list[Block] = []
    loops = 0
    for block, following in zip_longest(blocks, blocks[1:]):
        raw = data[block.offset : block.end]
        if raw in planned:
            planned.remove(raw)
        elif block.kind is Kind.APPLICATION and _is_loop(data, block):
            loops += 1
            unplanned += [block] if loops > 1 else []
        elif block.kind not in _PICTURE and not _is_control(data, block, following):
            unplanned.append(block)
    end, spans = blocks[-1].end, Spans.of((b.offset, b.end) for b in unplanned)
    found = [
        part
        for part in inventory.list_parts(data, unused=1)
        if part.offset >= end or part.name.endswith(_HIDDEN) or spans.hold(part)
    ]
    return found + list(_in_bits(data, blocks))


_HIDDEN = (
    *("/damaged", "/more or less than the picture", "/after the picture", "/no end code"),
    "/colours that no pixel has",
    "further frames",
)


def _is_loop(data: bytes, block: Block) -> bool:
    known = container.read_loops(data, block) is not None
    return known and block.size == inventory.LOOP_SIZE


def _is_control(data: bytes, block: Block, following: Block | None) -> bool:
    """Whether a block is a control extension of the usual size, just before an image."""
    if block.kind is not Kind.CONTROL or block.size != 8:
        return False
    if following is None or following.kind is not Kind.IMAGE:
        return False
    packed, index = data[block.offset + 3], data[block.offset + 6]
    return not packed & ~_CONTROL_BITS and bool(packed & _TRANSPARENT or not index)


def _in_bits(data: bytes, blocks: list[Block]) -> Iterator[Part]:
    """Yield a part for each header with a value that no viewer needs."""
    if data[12] or (data[11] and not data[10] & 0x80):
        yield Part(name="screen/spare values", group=Group.UNKNOWN, offset=11, size=2)
    for block in blocks:
        if block.kind is not Kind.IMAGE:
            continue
        packed = data[block.offset + 9]
        if packed & ~_IMAGE_BITS or (packed & 7 and not packed & 0x80):
            at = block.offset + 9
            yield Part(name="image/spare bits", group=Group.UNKNOWN, offset=at, size=1)
