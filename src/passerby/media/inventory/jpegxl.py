"""The parts of a JPEG XL file: a bare codestream, or boxes (ISO/IEC 18181-2)."""

from __future__ import annotations

from passerby.media import jpegxl as codec
from passerby.media.containers import jpegxl as container
from passerby.media.containers.bmff import Box
from passerby.media.inventory import bmff_boxes, boxes, tiff, trailer, xmp
from passerby.media.inventory.parts import block, pinned, printable, shifted
from passerby.model.media import Group, Part

_FIXED = {b"JXL ": 12, b"ftyp": 20, b"jxll": 9}
"""Sizes of the boxes that hold numbers alone."""


def list_parts(data: bytes) -> list[Part]:
    """List the parts of a JPEG XL file. Raises CorruptInput."""
    header = container.read_header(container.find_stream(data))
    hidden = []
    if header.preview is not None:
        hidden.append(Part(name="codestream/preview", group=Group.EMBEDDED, offset=0, size=0))
    if data.startswith(container.BARE):
        whole = Part(
            name="codestream", group=Group.PICTURE, offset=0, size=len(data), required=True
        )
        return [whole, *hidden]
    listed = container.walk_boxes(data)
    parts = [part for box in listed for part in _list_box(data, box)]
    return [*parts, *hidden, *trailer.list_trailer(data, listed[-1].end)]


def _list_box(data: bytes, box: Box) -> list[Part]:
    name = printable(box.kind).strip()
    if box.kind in (b"jxlc", b"jxlp") or box.size == _FIXED.get(box.kind):
        return [
            Part(name=name, group=Group.PICTURE, offset=box.offset, size=box.size, required=True)
        ]
    if box.kind == b"jbrd":
        # What a JPEG had besides its picture: its segments, and bytes behind its end.
        return [Part(name=name, group=Group.EMBEDDED, offset=box.offset, size=box.size)]
    kind, payload = codec.open_box(box.kind, data[box.payload])
    if box.kind == b"brob":
        name = f"{name}/{printable(kind).strip()}"
    if payload is None:
        name = f"{name} (damaged)"
        return [Part(name=name, group=Group.UNKNOWN, offset=box.offset, size=box.size)]
    if kind not in (b"Exif", b"xml ", b"jumb"):
        if box.kind == b"brob":
            return [Part(name=name, group=Group.UNKNOWN, offset=box.offset, size=box.size)]
        return bmff_boxes.list_box(data, box)
    inside = _list_inside(kind, payload)
    if box.kind == b"brob":
        inside = pinned(inside, name, box.offset)
        inside = [_bounded(part, box) for part in inside]
    else:
        inside = shifted(inside, name, box.content)
    return block(name, box.offset, box.size, inside)


def _bounded(part: Part, box: Box) -> Part:
    """Return a part of a packed box, which lies where the box does."""
    return Part(name=part.name, group=part.group, offset=box.offset, size=min(part.size, box.size))


def _list_inside(kind: bytes, payload: bytes) -> list[Part]:
    if kind == b"xml ":
        return xmp.list_properties(payload)
    if kind == b"jumb":
        return boxes.list_boxes(payload)
    start = min(4 + int.from_bytes(payload[:4], "big"), len(payload))
    return tiff.list_exif(payload, slice(start, len(payload)), slice(0, len(payload)), "Exif")[1:]
