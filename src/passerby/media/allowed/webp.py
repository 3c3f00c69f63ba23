"""What a written WebP may hold."""

from __future__ import annotations

from passerby.media import webp as codec
from passerby.media.allowed.riff import list_padding, sort_chunks
from passerby.media.containers import riff as container
from passerby.media.inventory import webp as inventory
from passerby.model.media import Encoding, Part

_PICTURE = frozenset({b"VP8 ", b"VP8L", b"ALPH"})
_FLAGS = codec.FLAG_ALPHA | codec.FLAG_ICC | codec.FLAG_XMP


def list_leftovers(data: bytes, encoding: Encoding, packet: bytes | None) -> list[Part]:
    """List the chunks that are not the picture's own, the planned profile or the planned fields,
    and whatever follows the RIFF form. Raises CorruptInput."""
    end = container.end_of_riff(data)
    spans, _ = sort_chunks(data, encoding, packet, _is_picture)
    extra = [p for chunk in container.walk_chunks(data) for p in list_padding(data, chunk, end)]
    found = [part for part in inventory.list_parts(data) if part.offset >= end or spans.hold(part)]
    return found + extra


def _is_picture(kind: bytes, payload: bytes) -> bool:
    if kind == b"VP8X":
        reserved = payload[0] & ~_FLAGS or any(payload[1:4])
        return len(payload) == 10 and not reserved
    return kind in _PICTURE
