"""What a written AVIF may hold, and a HEIC of another tool: the boxes, items and properties of `media.avif`, around the coded
pictures of the file itself."""

from __future__ import annotations

from collections.abc import Iterator

from passerby.media import avif as codec
from passerby.media.containers import bmff, items
from passerby.media.containers.items import Meta
from passerby.media.heif_write import XMP_TYPE
from passerby.media.inventory import bmff as inventory
from passerby.model.media import Encoding, Group, Part

_PLAIN = frozenset({Group.PICTURE, Group.COLOUR})


def list_leftovers(data: bytes, encoding: Encoding, packet: bytes | None) -> list[Part]:
    """List what does not belong to the picture, the planned colours or the planned fields.

    Every byte of the file has been told by the listing: what remains are numbers and coded
    pixels. Raises CorruptInput, UnsupportedFormat.
    """
    meta = items.find_meta(data, bmff.walk_file(data, "AVIF"))
    planned = list(_planned_spans(data, meta, packet))
    left = []
    for part in inventory.list_parts(data):
        inside = any(start <= part.offset < end for start, end in planned)
        if part.group not in _PLAIN and not inside:
            left.append(part)
    return left + _list_colours(data, meta, encoding)


def _planned_spans(data: bytes, meta: Meta, packet: bytes | None) -> Iterator[tuple[int, int]]:
    """Yield where the planned fields lie: one item of one piece, to the byte."""
    for item in meta.items.values():
        plain = item.kind == b"mime" and item.content_type == XMP_TYPE and not item.coded
        if plain and len(item.spans) == 1 and item.read(data) == packet:
            yield item.spans[0]
            return


def _list_colours(data: bytes, meta: Meta, encoding: Encoding) -> list[Part]:
    """List colour boxes that are not the planned ones, and code points with more bytes than
    theirs."""
    planned = codec.colour_boxes(encoding)
    found = []
    for box in meta.properties:
        raw = data[box.offset : box.end]
        named = raw[4:12] == b"colrnclx" and len(raw) == len(planned[0])
        if box.kind == b"colr" and raw not in planned and not named:
            name = f"meta/iprp/colr/{raw[8:12].decode('latin-1')}"
            part = Part(name=name, group=Group.COLOUR, offset=box.offset, size=box.size)
            found.append(part)
    return found
