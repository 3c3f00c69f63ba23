"""The parts of one item of a HEIF or AVIF file: its bytes, and what is inside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from passerby.errors import CorruptInput, UnsupportedFormat
from passerby.media import av1, heif_picture, hevc
from passerby.media.containers.items import Item, Meta
from passerby.media.heif_metadata import plain_bytes
from passerby.media.heif_write import XMP_TYPE
from passerby.media.inflate import MOST_PACKED
from passerby.media.inventory import bmff_boxes, boxes, tiff, xmp
from passerby.media.inventory.bmff_roles import Role
from passerby.media.inventory.parts import Holder, block, gravest, printable, shifted
from passerby.model.media import Group, Part
from passerby.model.options import Limits

_C2PA_TYPES = frozenset({b"application/c2pa", b"application/x-c2pa-manifest-store"})
_OPENED = {
    b"hvc1": "HEVC item",
    b"av01": "AV1 item",
    b"grid": "grid of items",
    b"iden": "item shown anew",
}
"""Kinds of items that a file of their own can be made of."""
_MOST = 64


def list_items(data: bytes, meta: Meta, roles: dict[int, Role]) -> list[Part]:
    """List all items: a part for each piece of one, and what is inside. What is inside bytes that
    several items share is listed once."""
    parts: list[Part] = []
    seen: set[tuple[object, ...]] = set()
    packed = 0
    for item in meta.items.values():
        key = (item.kind, item.content_type, item.coded, item.spans)
        packed += bool(item.coded)
        fresh = key not in seen and (not item.coded or packed <= MOST_PACKED)
        seen.add(key)
        parts += _list_item(data, meta, item, roles[item.id], fresh)
    return parts


def _list_item(data: bytes, meta: Meta, item: Item, role: Role, fresh: bool) -> list[Part]:
    name = f"item {item.id}/{role.name}"
    if not item.spans:
        return [Part(name=name, group=role.group, offset=item.box.offset, size=item.box.size)]
    inside = _list_inside(data, item, name) if fresh else []
    group = gravest(inside) if inside and not role.shown else role.group
    if role.group is Group.EMBEDDED:
        group = Group.EMBEDDED
    pieces = [
        Part(name=name, group=group, offset=start, size=end - start, required=role.shown)
        for start, end in item.spans
    ]
    if group is Group.EMBEDDED and item.kind in _OPENED:
        rest = [replace(piece, group=Group.UNKNOWN, name=f"{name}/piece") for piece in pieces[1:]]
        pieces = [_held(data, meta, item, pieces[0]), *rest]
    return [*pieces, *inside]


def _held(data: bytes, meta: Meta, item: Item, part: Part) -> Holder:
    """Return a part that opens as a file of the item's picture."""
    return Holder(
        name=part.name,
        group=part.group,
        offset=part.offset,
        size=part.size,
        kind=_OPENED[item.kind],
        open=lambda: heif_picture.read_shown(data, meta, Limits(), item.id).shown_file,
    )


def _list_inside(data: bytes, item: Item, name: str) -> list[Part]:
    start, end = item.spans[0]
    payload = raw = item.read(data)
    if item.kind == b"Exif":
        skipped = min(4 + int.from_bytes(payload[:4], "big"), len(payload))
        block_at, whole = slice(skipped, len(payload)), slice(0, len(payload))
        inside = tiff.list_exif(payload, block_at, whole, "Exif")[1:]
    elif item.kind == b"mime":
        plain = plain_bytes(item, payload)
        raw = payload if plain is None else plain
        inside = _list_mime(item, plain, len(payload))
    elif item.kind in (b"hvc1", b"av01"):
        inside = list(_list_units(data, item, payload))
    else:
        return []
    if len(item.spans) == 1 and raw is payload:
        return shifted(inside, name, start)
    return bmff_boxes.packed(inside, name, start, end - start, raw)


def _list_mime(item: Item, plain: bytes | None, size: int) -> list[Part]:
    label = printable(item.content_type).replace("/", "_")
    if plain is None:
        return [Part(name=f"{label} (damaged)", group=Group.UNKNOWN, offset=0, size=size)]
    if item.content_type == XMP_TYPE:
        return xmp.list_properties(plain)
    if item.content_type in _C2PA_TYPES:
        return block("C2PA", 0, size, boxes.list_boxes(plain))
    return [Part(name=label, group=Group.UNKNOWN, offset=0, size=size)]


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
        begins = unit.kind in (av1.FRAME, av1.FRAME_HEADER)
        frames += begins
        if begins or unit.kind == av1.TILE_GROUP:
            name, group = "further picture", Group.EMBEDDED
        if (unit.kind in av1.NEEDED and frames <= 1) or (
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
