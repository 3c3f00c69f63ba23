"""The parts of a GIF file: blocks, what is inside them, and what follows the trailer."""

from __future__ import annotations

from collections.abc import Callable

from passerby.errors import CorruptInput
from passerby.media import gif_lzw
from passerby.media.animation import MOST_FRAMES
from passerby.media.containers import gif as container
from passerby.media.containers.gif import Block, Kind
from passerby.media.inventory import boxes, photoshop, trailer, xmp
from passerby.media.inventory.parts import block, printable, unpacked
from passerby.model.media import Group, Part

_NEEDED = frozenset({Kind.SCREEN, Kind.TABLE, Kind.TRAILER})
_BLOCKS: dict[bytes, Callable[[bytes], list[Part]]] = {
    b"C2PA_GIF\x01\x00\x00": boxes.list_boxes,
    b"MGK8BIM0000": photoshop.list_resources,
    b"MGKIPTC0000": photoshop.list_records,
}
"""Application extensions with metadata blocks in them: of C2PA (2.1, A.3.3) and of ImageMagick."""
MANY = 24
"""Colours without a pixel that can be more than what an encoder left over: 72 bytes."""
_LARGEST = 1 << 32
"""Pixels of a frame above which its data is not looked into: no such picture can be read."""


def list_parts(data: bytes, unused: int = MANY) -> list[Part]:
    """List the parts of a GIF file, and colours that no pixel has from so many on. Raises
    CorruptInput."""
    blocks = container.walk(data)
    parts: list[Part] = []
    shared: set[int] = set()
    number = 1
    for each in blocks:
        if each.kind is Kind.IMAGE:
            if number > MOST_FRAMES:
                parts.append(_part("further frames", Group.UNKNOWN, each.offset, each.size))
                continue
            listed, used = _list_frame(data, each, number, unused)
            parts += listed
            shared |= used
            number += 1
        else:
            parts += _list_block(data, each, number)
    for each in blocks:
        if each.kind is Kind.TABLE:
            parts += list_unused(
                data, slice(each.offset, each.end), shared, each.kind.value, unused
            )
    parts += trailer.list_trailer(data, blocks[-1].end)
    return sorted(parts, key=lambda part: part.offset)


def _list_frame(data: bytes, each: Block, number: int, unused: int) -> tuple[list[Part], set[int]]:
    """List an image block and what hides in its data. Returns as well which colours of the
    shared table it has."""
    name = f"frame {number}/image"
    parts = [_part(name, Group.PICTURE, each.offset, each.size, required=True)]
    try:
        image = container.read_image(data, each)
        coded = container.join(data, image.data)
        wanted = image.width * image.height
        extent = gif_lzw.measure(coded, image.bits, min(wanted, _LARGEST))
    except CorruptInput:
        return [*parts, _part(f"{name}/damaged", Group.UNKNOWN, each.offset, each.size)], set()
    if extent.pixels != wanted:
        told = f"{name}/more or less than the picture"
        parts.append(_part(told, Group.UNKNOWN, image.data, each.end - image.data))
    elif extent.spare:
        size = min(extent.spare + 1, each.end - image.data)
        parts.append(_part(f"{name}/after the picture", Group.UNKNOWN, each.end - size, size))
    elif not extent.ended:
        parts.append(_part(f"{name}/no end code", Group.UNKNOWN, each.end - 1, 1))
    if image.table is None:
        return parts, set(extent.used)
    return parts + list_unused(data, image.table, set(extent.used), name, unused), set()


def list_unused(data: bytes, table: slice, used: set[int], name: str, least: int) -> list[Part]:
    """List the colours of a table that no pixel has, where there are at least so many that are
    not black, as fillers are."""
    entries = range((table.stop - table.start) // 3)
    at = [table.start + 3 * index for index in entries if index not in used]
    if sum(any(data[offset : offset + 3]) for offset in at) < least:
        return []
    size = table.stop - at[0]
    return [_part(f"{name}/colours that no pixel has", Group.UNKNOWN, at[0], size)]


def _list_block(data: bytes, each: Block, number: int) -> list[Part]:
    """List a block that is no image. What stands before an image belongs to its frame."""
    offset, size = each.offset, each.size
    if each.kind in _NEEDED:
        return [_part(each.kind.value, Group.PICTURE, offset, size, required=True)]
    if each.kind is Kind.CONTROL:
        return [_part(f"frame {number}/control", Group.PICTURE, offset, size, required=True)]
    if each.kind is Kind.APPLICATION:
        return _list_application(data, each)
    group = Group.TEXT if each.kind in (Kind.COMMENT, Kind.PLAIN_TEXT) else Group.UNKNOWN
    name = each.kind.value
    if each.kind is Kind.EXTENSION:
        name = f"extension 0x{data[offset + 1]:02X}"
    return [_part(name, group, offset, size)]


def _list_application(data: bytes, each: Block) -> list[Part]:
    offset, size = each.offset, each.size
    identifier = container.application(data, each)
    name = f"application/{printable(identifier).strip()}"
    if identifier == container.XMP:
        packet = container.read_packet(data, each)
        return block(
            name, offset, size, unpacked(xmp.list_properties(packet), name, offset, packet)
        )
    if identifier in _BLOCKS:
        raw = container.join(data, offset + 14)
        return block(name, offset, size, unpacked(_BLOCKS[identifier](raw), name, offset, raw))
    if identifier == container.ICC:
        return [_part(name, Group.COLOUR, offset, size)]
    if container.read_loops(data, each) is not None and size == LOOP_SIZE:
        return [_part(name, Group.PICTURE, offset, size, required=True)]
    return [_part(name, Group.UNKNOWN, offset, size)]


LOOP_SIZE = 19
"""Bytes of a looping extension that says nothing else."""


def _part(name: str, group: Group, offset: int, size: int, *, required: bool = False) -> Part:
    return Part(name=name, group=group, offset=offset, size=size, required=required)
