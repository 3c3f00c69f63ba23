"""The parts of a JPEG XL file: a bare codestream, or boxes (ISO/IEC 18181-2)."""

from __future__ import annotations

from passerby.media.containers import jpegxl as container
from passerby.media.containers.bmff import Box
from passerby.media.heif_metadata import open_box
from passerby.media.inflate import MOST_PACKED
from passerby.media.inventory import bmff_boxes, boxes, tiff, trailer, xmp
from passerby.media.inventory.parts import block, printable, shifted
from passerby.model.media import Group, Part

_FIXED = {b"JXL ": 12, b"ftyp": 20, b"jxll": 9}
"""Sizes of the boxes that hold numbers alone."""
_KNOWN = frozenset({b"Exif", b"xml ", b"jumb"})


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
    parts: list[Part] = []
    opened = 0
    for box in listed:
        if box.kind == b"brob":
            opened += 1
            parts += _list_packed(data, box, opened <= MOST_PACKED)
        else:
            parts += _list_box(data, box)
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
    if box.kind not in _KNOWN:
        return bmff_boxes.list_box(data, box)
    inside = shifted(_list_inside(box.kind, data[box.payload]), name, box.content)
    return block(name, box.offset, box.size, inside)


def _list_packed(data: bytes, box: Box, look: bool) -> list[Part]:
    """List a box that is packed with Brotli; what is inside it if `look`."""
    kind = data[box.content : box.content + 4]
    name = f"brob/{printable(kind).strip()}"
    plain = open_box(box.kind, data[box.payload])[1] if look else None
    if plain is None or kind not in _KNOWN:
        return [Part(name=name, group=Group.UNKNOWN, offset=box.offset, size=box.size)]
    inside = bmff_boxes.packed(_list_inside(kind, plain), name, box.offset, box.size, plain)
    return block(name, box.offset, box.size, inside)


def _list_inside(kind: bytes, payload: bytes) -> list[Part]:
    if kind == b"xml ":
        return xmp.list_properties(payload)
    if kind == b"jumb":
        return boxes.list_boxes(payload)
    start = min(4 + int.from_bytes(payload[:4], "big"), len(payload))
    return tiff.list_exif(payload, slice(start, len(payload)), slice(0, len(payload)), "Exif")[1:]
