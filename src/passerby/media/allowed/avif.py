"""What a written AVIF may hold, and a HEIC of another tool: the boxes, items and properties of
`media.avif`, around the coded pictures of the file itself."""

from __future__ import annotations

from collections.abc import Iterator

from passerby.media import avif as codec
from passerby.media.containers import bmff, items
from passerby.media.containers.items import Meta
from passerby.media.heif_write import XMP_TYPE
from passerby.media.inventory import bmff as inventory
from passerby.model.media import Encoding, Group, Part


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
        if part.group is Group.COLOUR:
            inside = _is_planned(data[part.offset : part.offset + part.size], encoding)
        if part.group is not Group.PICTURE and not inside:
            left.append(part)
    return left


def _planned_spans(data: bytes, meta: Meta, packet: bytes | None) -> Iterator[tuple[int, int]]:
    """Yield where the planned fields lie: one item of one piece, to the byte."""
    for item in meta.items.values():
        plain = item.kind == b"mime" and item.content_type == XMP_TYPE and not item.coded
        if plain and len(item.spans) == 1 and item.read(data) == packet:
            yield item.spans[0]
            return


def _is_planned(box: bytes, encoding: Encoding) -> bool:
    """Whether a box of colours is one that is written, or code points alone."""
    planned = codec.colour_boxes(encoding)
    named = box[4:12] == b"colrnclx" and len(box) == len(planned[0])
    return named or box in planned
