"""The parts of boxes that stand in a file by themselves, in HEIF, AVIF and JPEG XL alike: free
space, boxes with a UUID, Samsung's data, videos; and what no box holds."""

from __future__ import annotations

from dataclasses import replace

from passerby.media.containers import bmff
from passerby.media.containers.bmff import Box
from passerby.media.inventory import boxes, trailer, xmp
from passerby.media.inventory.parts import block, printable, shifted, unpacked
from passerby.model.media import Group, Part

_C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
"""C2PA specification 2.1, A.5."""
_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
"""XMP specification part 3, 1.2.7."""
_FREE = frozenset({b"free", b"skip", b"wide"})
_VIDEO = frozenset({b"moov", b"moof", b"mpvd", b"styp", b"sidx", b"mfra"})
_DEEPEST = 12
_MOST = 2_000
_CONTAINERS = frozenset(
    {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf", b"udta", b"mpvd", b"moof"}
)
_BEHIND = "after the end"


def list_box(data: bytes, box: Box) -> list[Part]:
    """List a box that is no part of a still picture's own."""
    name = printable(box.kind).strip()
    if box.kind in _FREE:
        return [_stretch(data, name, box.offset, box.end, box.content)]
    if box.kind == b"uuid":
        return _list_uuid(data, box)
    if box.kind == b"sefd":
        inside = trailer.list_trailer(data[box.payload], 0)
        renamed = [replace(part, name=part.name.removeprefix(_BEHIND)) for part in inside]
        return block(name, box.offset, box.size, _moved(renamed, name, box.content))
    if box.kind in _VIDEO:
        return _list_video(data, box, name, [])
    return [Part(name=name, group=Group.UNKNOWN, offset=box.offset, size=box.size)]


def list_gaps(data: bytes, name: str, gaps: list[tuple[int, int]]) -> list[Part]:
    """List stretches that nothing refers to; zeros are padding."""
    return [_stretch(data, f"{name}/unreferenced bytes", start, end, start) for start, end in gaps]


def packed(parts: list[Part], prefix: str, offset: int, size: int, raw: bytes) -> list[Part]:
    """Return the parts of a block `raw` that is packed, or in pieces, in the file: they are said
    to lie where it begins, in `size` bytes."""
    return [
        replace(part, size=min(part.size, size)) for part in unpacked(parts, prefix, offset, raw)
    ]


def _stretch(data: bytes, name: str, start: int, end: int, content: int) -> Part:
    idle = not data[content:end].strip(b"\0")
    if idle:
        name = f"{name.removesuffix('/unreferenced bytes')}/padding"
    group = Group.PICTURE if idle else Group.UNKNOWN
    return Part(name=name, group=group, offset=start, size=end - start)


def _moved(parts: list[Part], prefix: str, by: int) -> list[Part]:
    return [replace(p, name=f"{prefix}{p.name}", offset=p.offset + by) for p in parts]


def _list_uuid(data: bytes, box: Box) -> list[Part]:
    kind, at = data[box.content : box.content + 16], box.content + 16
    if kind == _XMP:
        return block(
            "uuid/XMP",
            box.offset,
            box.size,
            shifted(xmp.list_properties(data[at : box.end]), "uuid/XMP", at),
        )
    if kind == _C2PA:
        # A full box's version, a purpose that ends in a zero, and the place of a Merkle tree.
        purpose = data.find(b"\0", at + 4, box.end)
        start = purpose + 9 if 0 <= purpose < box.end - 9 else at
        inside = shifted(boxes.list_boxes(data[start : box.end]), "uuid/C2PA", start)
        return block("uuid/C2PA", box.offset, box.size, inside)
    name = f"uuid/{kind.hex()}"
    return [Part(name=name, group=Group.UNKNOWN, offset=box.offset, size=box.size)]


def _list_video(data: bytes, box: Box, name: str, parts: list[Part]) -> list[Part]:
    """List a track or a video and the boxes in it, which say more than they show."""
    group = Group.UNKNOWN if parts else Group.EMBEDDED
    parts.append(Part(name=name, group=group, offset=box.offset, size=box.size))
    if box.kind in _CONTAINERS and name.count("/") < _DEEPEST:
        for inner in bmff.walk(data, box.content, box.end):
            if len(parts) < _MOST:
                _list_video(data, inner, f"{name}/{printable(inner.kind)}", parts)
    return parts
