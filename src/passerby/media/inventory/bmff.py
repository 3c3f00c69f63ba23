"""The parts of a HEIF or AVIF file: boxes, items and what they are to the picture that is shown,
properties, and every byte that nothing refers to (ISO/IEC 14496-12, ISO/IEC 23008-12)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace

from passerby.errors import CorruptInput, UnsupportedFormat
from passerby.media import av1, hevc
from passerby.media.containers import bmff, items
from passerby.media.containers.bmff import Box
from passerby.media.containers.items import Meta, Span
from passerby.media.inventory import bmff_boxes, bmff_items, trailer
from passerby.media.inventory.bmff_roles import AUXILIARY, tell_roles
from passerby.media.inventory.parts import printable
from passerby.media.inventory.tiff import gaps
from passerby.model.media import Group, Part

_STRUCTURE = frozenset(
    {b"hdlr", b"pitm", b"iloc", b"iinf", b"iref", b"iprp", b"idat", b"grpl", b"dinf"}
)
_PROPERTIES: dict[bytes, tuple[Group, int | None]] = {
    b"ispe": (Group.PICTURE, 20),
    b"pasp": (Group.PICTURE, 16),
    b"irot": (Group.PICTURE, 9),
    b"imir": (Group.PICTURE, 9),
    b"av1C": (Group.PICTURE, None),
    b"hvcC": (Group.PICTURE, None),
    b"pixi": (Group.PICTURE, None),
    b"lsel": (Group.PICTURE, 10),
    b"a1op": (Group.PICTURE, 9),
    b"a1lx": (Group.PICTURE, 15),
    b"clli": (Group.COLOUR, 12),
    b"mdcv": (Group.COLOUR, 32),
    b"amve": (Group.COLOUR, 16),
    b"clap": (Group.EMBEDDED, 40),
    b"udes": (Group.TEXT, None),
    b"altt": (Group.TEXT, None),
    b"crtt": (Group.TIME, None),
    b"mdft": (Group.TIME, None),
    b"rtme": (Group.TIME, None),
    b"cmin": (Group.DEVICE, None),
    b"cmex": (Group.LOCATION, None),
}
"""What a property is to people, and the size that its box has to have."""
_BRANDS = frozenset(
    {
        *(b"mif1", b"mif2", b"mif3", b"miaf", b"msf1", b"1pic", b"tmap", b"unif", b"iso8"),
        *(b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"MiHB", b"MiHE", b"MiHA"),
        *(b"avif", b"avis", b"avio", b"MA1A", b"MA1B", b"MiPr", b"iso5", b"isom", b"MiHF"),
    }
)
_NAMES = frozenset({b"", b"Color", b"Alpha"})
"""Names of items that libavif gives to all of its own."""
_PIXI = 13
"""Bytes of a box that gives the depths of no channel."""
_DINF = 36
"""Bytes of a box that says that all data is in this file."""


def list_parts(data: bytes) -> list[Part]:
    """List the parts of a HEIF or AVIF file. Raises CorruptInput, UnsupportedFormat."""
    boxes = bmff.walk_file(data, "HEIF")
    meta = items.find_meta(data, boxes)
    roles = tell_roles(data, meta)
    used = _joined({span for item in meta.items.values() for span in item.spans})
    parts: list[Part] = []
    for box in boxes:
        if box.kind == b"ftyp":
            parts += _list_brands(data, box)
        elif box is meta.box:
            parts += _list_meta(data, meta, used)
        elif box.kind == b"mdat":
            parts.append(_structure("mdat", box))
            parts += bmff_boxes.list_gaps(data, "mdat", _gaps(used, box))
        else:
            parts += bmff_boxes.list_box(data, box)
    parts += bmff_items.list_items(data, meta, roles)
    return parts + trailer.list_trailer(data, boxes[-1].end)


def _structure(name: str, box: Box) -> Part:
    return Part(name=name, group=Group.PICTURE, offset=box.offset, size=box.size, required=True)


def _list_brands(data: bytes, box: Box) -> Iterator[Part]:
    yield _structure("ftyp", box)
    content = data[box.payload]
    brands = {content[at : at + 4] for at in range(8, len(content), 4)} | {content[:4]}
    if not brands <= _BRANDS or content[4:8] != b"\0\0\0\0":
        name = "ftyp/unknown brands"
        yield Part(name=name, group=Group.UNKNOWN, offset=box.offset, size=box.size)


def _joined(spans: set[Span]) -> list[Span]:
    """Return the spans in order, those that touch or overlap in one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _gaps(used: list[Span], box: Box) -> list[Span]:
    """Return the stretches of a box that no item has."""
    first = bisect_left(used, box.content, key=lambda span: span[1])
    last = bisect_left(used, box.end, key=lambda span: span[0])
    inside = [(max(start, box.content), end) for start, end in used[first:last]]
    return gaps(inside, box.content, box.end)


def _list_meta(data: bytes, meta: Meta, used: list[Span]) -> Iterator[Part]:
    yield _structure("meta", meta.box)
    for box in meta.boxes:
        name = f"meta/{printable(box.kind)}"
        if box.kind not in _STRUCTURE or (box.kind == b"dinf" and box.size != _DINF):
            for part in bmff_boxes.list_box(data, box):
                yield _under("meta", part)
            continue
        yield _structure(name, box)
        if box.kind == b"hdlr" and data[box.content + 12 : box.end].strip(b"\0"):
            yield Part(name=f"{name}/name", group=Group.TEXT, offset=box.offset, size=box.size)
        if box.kind == b"idat":
            for part in bmff_boxes.list_gaps(data, name, _gaps(used, box)):
                yield part
        if box.kind in (b"iprp", b"grpl"):
            yield from _list_children(data, meta, box, name)
    for item in meta.items.values():
        if item.name not in _NAMES:
            text = f"meta/iinf/name of item {item.id}"
            yield Part(name=text, group=Group.TEXT, offset=item.box.offset, size=item.box.size)
    for start, end in meta.slack:
        yield Part(name="meta/unread bytes", group=Group.UNKNOWN, offset=start, size=end - start)
    described = {box.offset for item in meta.items.values() for box, _ in item.properties}
    for box in meta.properties:
        part = _list_property(data, box)
        if box.offset not in described and part.group in (Group.PICTURE, Group.COLOUR):
            part = replace(part, name=f"{part.name} (of no item)", group=Group.UNKNOWN)
        yield part


def _under(prefix: str, part: Part) -> Part:
    return Part(name=f"{prefix}/{part.name}", group=part.group, offset=part.offset, size=part.size)


def _list_children(data: bytes, meta: Meta, box: Box, name: str) -> Iterator[Part]:
    """List what stands beside the properties, and groups; a group of items that are there is a
    few numbers (14496-12, 8.18.3)."""
    known = {number.to_bytes(4, "big") for number in meta.items}
    for inner in bmff.walk(data, box.content, box.end):
        if inner.kind in (b"ipco", b"ipma"):
            continue
        numbers = data[inner.content + 8 : inner.end]
        members = {numbers[at : at + 4] for at in range(4, len(numbers), 4)}
        whole = inner.size >= 20 and 4 * int.from_bytes(numbers[:4], "big") == len(numbers) - 4
        plain = box.kind == b"grpl" and inner.kind != b"uuid" and whole and members <= known
        group = Group.PICTURE if plain else Group.UNKNOWN
        label = f"{name}/{printable(inner.kind)}"
        yield Part(name=label, group=group, offset=inner.offset, size=inner.size)


def _list_property(data: bytes, box: Box) -> Part:
    name = f"meta/iprp/{printable(box.kind)}"
    group, size = _PROPERTIES.get(box.kind, (Group.UNKNOWN, None))
    if box.kind == b"colr":
        group = Group.COLOUR
        kind = data[box.content : box.content + 4]
        name = f"{name}/{'ICC' if kind in (b'prof', b'rICC') else printable(kind)}"
    elif box.kind == b"auxC":
        urn = data[box.content + 4 : box.end].partition(b"\0")
        name = f"{name}/{printable(urn[0])}"
        group = Group.PICTURE if urn[0] in AUXILIARY and not urn[2] else Group.UNKNOWN
    elif box.kind in (b"hvcC", b"av1C") and not _is_bare(box.kind, data[box.payload]):
        group, name = Group.UNKNOWN, f"{name}/further units"
    elif (size is not None and size != box.size) or (
        box.kind == b"pixi" and box.size != _PIXI + data[min(box.content + 4, box.end - 1)]
    ):
        group, name = Group.UNKNOWN, f"{name} (damaged)"
    return Part(name=name, group=group, offset=box.offset, size=box.size)


def _is_bare(kind: bytes, content: bytes) -> bool:
    """Whether a configuration holds what a decoder needs, and no more."""
    try:
        if kind == b"hvcC":
            cleaned = hevc.read_configuration(content).cleaned
            return len(cleaned) == len(content)
        units = av1.walk_units(content[4:])
        return all(unit.kind == av1.SEQUENCE_HEADER for unit in units)
    except (CorruptInput, UnsupportedFormat):
        return False
