"""What a written WebP may hold."""

from __future__ import annotations

from passerby.media import webp as codec
from passerby.media.allowed.spans import Spans
from passerby.media.containers import riff as container
from passerby.media.inventory import webp as inventory
from passerby.model.media import Encoding, Group, Part

_PICTURE = frozenset({b"VP8 ", b"VP8L", b"ALPH"})
_FLAGS = codec.FLAG_ALPHA | codec.FLAG_ICC | codec.FLAG_XMP


def list_leftovers(data: bytes, encoding: Encoding, packet: bytes | None) -> list[Part]:
    """List the chunks that are not the picture's own, the planned profile or the planned fields,
    and whatever follows the RIFF form. Raises CorruptInput."""
    end = container.end_of_riff(data)
    planned = []
    if encoding.icc:
        planned.append((b"ICCP", encoding.icc))
    if packet is not None:
        planned.append((b"XMP ", packet))
    unplanned: list[tuple[int, int]] = []
    extra: list[Part] = []
    seen: set[bytes] = set()
    for chunk in container.walk_chunks(data):
        payload = data[chunk.payload]
        again = chunk.type in seen
        seen.add(chunk.type)
        if (chunk.type, payload) in planned:
            planned.remove((chunk.type, payload))
        elif again or not _is_picture(chunk.type, payload):
            unplanned.append((chunk.offset, chunk.end))
        if any(data[chunk.payload.stop : min(chunk.end, end)]):
            at = chunk.payload.stop
            extra.append(Part(name="padding", group=Group.UNKNOWN, offset=at, size=1))
    spans = Spans.of(unplanned)
    found = [part for part in inventory.list_parts(data) if part.offset >= end or spans.hold(part)]
    return found + extra


def _is_picture(kind: bytes, payload: bytes) -> bool:
    if kind == b"VP8X":
        reserved = payload[0] & ~_FLAGS or any(payload[1:4])
        return len(payload) == 10 and not reserved
    return kind in _PICTURE
