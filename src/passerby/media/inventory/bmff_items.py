"""The parts of one item of a HEIF or AVIF file: its bytes, and what is inside them."""

from __future__ import annotations

from collections.abc import Iterator

from passerby.errors import CorruptInput, UnsupportedFormat
from passerby.media import av1, heif_read, hevc
from passerby.media.containers.items import Item
from passerby.media.heif_write import XMP_TYPE
from passerby.media.inventory import boxes, tiff, xmp
from passerby.media.inventory.bmff_roles import Role
from passerby.media.inventory.parts import block, gravest, pinned, printable, shifted
from passerby.model.media import Group, Part

_C2PA_TYPES = frozenset({b"application/c2pa", b"application/x-c2pa-manifest-store"})
_MOST = 64


def list_item(data: bytes, item: Item, role: Role) -> list[Part]:
    """List an item of a role: one part for each piece, and what is inside."""
    name = f"item {item.id}/{role.name}"
    if not item.spans:
        return [Part(name=name, group=role.group, offset=item.box.offset, size=item.box.size)]
    inside = _list_inside(data, item, name)
    group = gravest(inside) if inside and not role.shown else role.group
    pieces = [
        Part(name=name, group=group, offset=start, size=end - start, required=role.shown)
        for start, end in item.spans
    ]
    return [*pieces, *inside]


def _list_inside(data: bytes, item: Item, name: str) -> list[Part]:
    start = item.spans[0][0]
    payload = item.read(data)
    whole = len(item.spans) == 1
    if item.kind == b"Exif":
        skipped = 4 + int.from_bytes(payload[:4], "big")
        listed = tiff.list_exif(
            payload, slice(min(skipped, len(payload)), len(payload)), slice(0, len(payload)), "Exif"
        )
        inside = listed[1:]
    elif item.kind == b"mime":
        inside = _list_mime(item, payload)
        whole = whole and not item.coded
    elif item.kind in (b"hvc1", b"av01"):
        inside = list(_list_units(data, item, payload))
    else:
        return []
    return shifted(inside, name, start) if whole else pinned(inside, name, start)


def _list_mime(item: Item, payload: bytes) -> list[Part]:
    plain = heif_read.plain_bytes(item, payload)
    label = printable(item.content_type).replace("/", "_")
    if plain is None:
        name = f"{label} (damaged)"
        return [Part(name=name, group=Group.UNKNOWN, offset=0, size=len(payload))]
    if item.content_type == XMP_TYPE:
        return xmp.list_properties(plain)
    if item.content_type in _C2PA_TYPES:
        return block("C2PA", 0, len(payload), boxes.list_boxes(plain))
    return [Part(name=label, group=Group.UNKNOWN, offset=0, size=len(payload))]


def _list_units(data: bytes, item: Item, payload: bytes) -> Iterator[Part]:
    """List what stands in a coded picture besides its picture."""
    try:
        if item.kind == b"av01":
            yield from _list_obus(payload)
        else:
            yield from _list_nals(data, item, payload)
    except (CorruptInput, UnsupportedFormat):
        yield Part(name="damaged", group=Group.UNKNOWN, offset=0, size=len(payload))


def _list_obus(payload: bytes) -> Iterator[Part]:
    frames = listed = 0
    for unit in av1.walk_units(payload):
        name, group = av1.NAMES.get(unit.kind, "unknown unit"), Group.UNKNOWN
        if unit.kind == av1.FRAME:
            frames += 1
            name, group = "further picture", Group.EMBEDDED
        if (unit.kind in av1.NEEDED and (unit.kind != av1.FRAME or frames == 1)) or (
            unit.kind == av1.DELIMITER and unit.content == unit.end
        ):
            continue
        listed += 1
        if listed > _MOST:
            return
        yield Part(name=name, group=group, offset=unit.start, size=unit.end - unit.start)


def _list_nals(data: bytes, item: Item, payload: bytes) -> Iterator[Part]:
    box = item.find(b"hvcC")
    if box is None:
        return
    configuration = hevc.read_configuration(data[box.payload])
    pictures = listed = 0
    for start, end in hevc.walk_units(payload, configuration.length_size):
        unit = payload[start:end]
        name, group = "unit", Group.UNKNOWN
        if hevc.is_slice(unit):
            pictures += hevc.begins_picture(unit)
            if pictures <= 1 and not hevc.layer_of(unit):
                continue
            name, group = "further picture", Group.EMBEDDED
        elif unit in configuration.sets:
            continue
        elif hevc.is_remark(unit):
            name = "SEI"
        listed += 1
        if listed > _MOST:
            return
        yield Part(name=name, group=group, offset=start, size=end - start)
