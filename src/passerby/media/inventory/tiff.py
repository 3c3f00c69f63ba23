"""The parts of a TIFF file, and of an Exif block, which is built the same way.

Directories, values, strips and tiles are listed; so is every stretch that nothing refers to.
"""

from __future__ import annotations

from itertools import islice

from passerby.errors import CorruptInput
from passerby.media.carve import Budget, carve
from passerby.media.containers import tiff as container
from passerby.media.containers.tiff import Entry, Ifd, Tree
from passerby.media.inventory import boxes, photoshop, xmp
from passerby.media.inventory.exif_tags import describe
from passerby.media.inventory.parts import block, gravest, shifted
from passerby.media.inventory.tiff_pictures import held
from passerby.model.media import Group, Part

_EXIF_PREFIX = b"Exif\x00"
_MAKER_NOTE, _XMP, _IPTC, _PHOTOSHOP, _JUMBF = 37500, 700, 33723, 34377, 52545
_PRIVATE = 50740
"""DNGPrivateData: a maker's notes, moved there when a DNG was made of another RAW file."""
_DATA_TAGS = ((273, 279), (324, 325), (513, 514))
"""Tags that give offsets, and the tags that give the sizes there."""
_MOST_PICTURES = 64
_MOST_VALUES, _MOST_STRIPS = 4_000_000, 20_000
"""Strips or tiles of the picture, and of one beside it: every directory could name the same."""


def list_parts(data: bytes) -> list[Part]:
    """List the parts of a TIFF file. Raises CorruptInput."""
    tree = container.walk(data)
    return _list_tree(data, tree, len(data), container.pages(data, tree))


def list_raw(data: bytes) -> list[Part]:
    """List the parts of a RAW file that is built like a TIFF. The sensor data is its picture.
    Raises CorruptInput."""
    tree = container.walk(data)
    return _list_tree(data, tree, len(data), container.sensor_pictures(data, tree))


def list_exif(data: bytes, inner: slice, outer: slice, name: str) -> list[Part]:
    """List an Exif block at data[inner], in a segment or chunk at data[outer], which is first."""
    start, end = inner.start, inner.stop
    base = start + 6 if data[start : start + 5] == _EXIF_PREFIX else start
    try:
        # Values may not reach beyond the block.
        tree = container.walk(data, base, end)
        inside = _list_tree(data, tree, end, ())
    except CorruptInput:
        inside = [Part(name="damaged", group=Group.UNKNOWN, offset=start, size=end - start)]
    return block(name, outer.start, outer.stop - outer.start, shifted(inside, name, 0))


def _list_tree(data: bytes, tree: Tree, end: int, pages: tuple[Ifd, ...]) -> list[Part]:
    header = Part(
        name="header",
        group=Group.PICTURE,
        offset=tree.base,
        size=tree.header_size,
        required=bool(pages),
    )
    parts = [header]
    covered = [(tree.base, tree.base + tree.header_size)]
    for ifd in tree.ifds:
        listed, spans = _list_directory(data, tree, ifd, ifd in pages)
        parts += listed
        covered += spans
    for fault in tree.faults:
        where = min(max(fault.offset, tree.base), end)
        name = f"{fault.name} (damaged)"
        parts.append(Part(name=name, group=Group.UNKNOWN, offset=where, size=0))
    parts += _list_gaps(data, covered, tree.base, end)
    return parts


def _list_directory(
    data: bytes, tree: Tree, ifd: Ifd, is_page: bool
) -> tuple[list[Part], list[tuple[int, int]]]:
    """Return the parts of one directory, and the bytes that they cover."""
    parts: list[Part] = []
    covered = [(ifd.offset, ifd.offset + ifd.size)]
    for entry in ifd.entries:
        name, group = describe(ifd.name, entry.tag)
        path = f"{ifd.name}/{name}"
        if not entry.sound:
            path, group = f"{path} (damaged)", Group.UNKNOWN
        required = is_page and group is Group.PICTURE
        offset, size = (entry.offset, entry.size) if entry.sound else (entry.at, 12)
        inside = _list_inside(data, entry, path)
        if inside and entry.tag != _MAKER_NOTE:
            group = gravest(inside)
        parts.append(Part(name=path, group=group, offset=offset, size=size, required=required))
        parts += inside
        if entry.sound:
            covered.append((offset, offset + size))
    pictures, spans = _list_pictures(data, tree, ifd, is_page)
    own = Part(
        name=ifd.name,
        group=gravest([*parts, *pictures]) if not is_page else Group.PICTURE,
        offset=ifd.offset,
        size=ifd.size,
        required=is_page,
    )
    return [own, *parts, *pictures], covered + spans


def _list_inside(data: bytes, entry: Entry, path: str) -> list[Part]:
    """List what lies in the value of a tag that is a block of its own."""
    if not entry.sound:
        return []
    raw = container.raw(data, entry)
    if entry.tag == _XMP:
        return shifted(xmp.list_properties(raw), path, entry.offset)
    if entry.tag == _IPTC:
        return shifted(photoshop.list_records(raw), path, entry.offset)
    if entry.tag == _PHOTOSHOP:
        return shifted(photoshop.list_resources(raw), path, entry.offset)
    if entry.tag == _JUMBF:
        return shifted(boxes.list_boxes(raw), path, entry.offset)
    if entry.tag in (_MAKER_NOTE, _PRIVATE):
        return _list_previews(raw, entry, path)
    return []


def _list_previews(raw: bytes, entry: Entry, path: str) -> list[Part]:
    """List the JPEGs in a maker's note, whole or damaged: makers put them anywhere."""
    return [
        Part(
            name=f"{path}/JPEG",
            group=Group.EMBEDDED,
            offset=entry.offset + find.start,
            size=find.stop - find.start,
        )
        for find in islice(carve(raw, 0, len(raw), Budget(len(raw))), _MOST_PICTURES)
        if find.mark == b"\xff\xd8\xff"
    ]


def _list_pictures(
    data: bytes, tree: Tree, ifd: Ifd, is_page: bool
) -> tuple[list[Part], list[tuple[int, int]]]:
    """List the strips, tiles and JPEG streams of a directory, one part for each kind."""
    parts, spans = [], []
    for offset_tag, size_tag in _DATA_TAGS:
        most = _MOST_VALUES if is_page else _MOST_STRIPS
        offsets = _integers(data, tree, ifd.find(offset_tag), most)
        sizes = _integers(data, tree, ifd.find(size_tag), most)
        inside = [
            (tree.base + offset, tree.base + offset + size)
            for offset, size in zip(offsets, sizes, strict=False)
            if offset > 0 and tree.base + offset + size <= len(data) and size > 0
        ]
        if not inside:
            continue
        spans += inside
        kind = "picture" if is_page else "embedded picture"
        part = Part(
            name=f"{ifd.name}/{kind}",
            group=Group.PICTURE if is_page else Group.EMBEDDED,
            offset=min(start for start, _ in inside),
            size=sum(stop - start for start, stop in inside),
            required=is_page,
        )
        whole = len(inside) == 1 and data.startswith(b"\xff\xd8\xff", part.offset)
        parts.append(part if is_page or whole else held(data, tree, ifd, part))
    return parts, spans


def _integers(data: bytes, tree: Tree, entry: Entry | None, most: int) -> tuple[int, ...]:
    if entry is None or entry.count > most:
        return ()
    try:
        return container.integers(data, tree, entry)
    except CorruptInput:
        return ()


def _list_gaps(data: bytes, covered: list[tuple[int, int]], start: int, end: int) -> list[Part]:
    """List the stretches that nothing refers to; zeros are padding."""
    parts = []
    for first, last in gaps(covered, start, end):
        idle = not data[first:last].strip(b"\x00")
        name = "padding" if idle else "unreferenced bytes"
        group = Group.PICTURE if idle else Group.UNKNOWN
        parts.append(Part(name=name, group=group, offset=first, size=last - first))
    return parts


def gaps(covered: list[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """Return the stretches of start..end that no span covers."""
    free, at = [], start
    for first, last in sorted(covered):
        if first > at:
            free.append((at, min(first, end)))
        at = max(at, last)
    if at < end:
        free.append((at, end))
    return free
