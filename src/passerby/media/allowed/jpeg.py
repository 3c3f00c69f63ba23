"""What a written JPEG may hold."""

from __future__ import annotations

from collections import Counter

from passerby.media import jpeg as codec
from passerby.media import surgery
from passerby.media.allowed.spans import Spans
from passerby.media.containers import jpeg as container
from passerby.media.containers.jpeg import Segment
from passerby.media.inventory import jpeg as inventory
from passerby.media.jpeg_frame import unused_huffman
from passerby.model.media import Encoding, Orientation, Part

_JFIF_SIZE, _ADOBE_SIZE = 18, 16
"""Bytes of the segments with marker and length field, without a thumbnail."""
_CODING = frozenset(
    {
        container.SOI,
        container.EOI,
        container.SOS,
        container.DHT,
        container.DAC,
        container.DRI,
        container.ENTROPY,
        container.FILL,
        *container.FRAMES,
    }
)


def list_leftovers(data: bytes, encoding: Encoding, packet: bytes | None) -> list[Part]:
    """List the segments that are not the picture's own, the planned profile or the planned
    fields, and whatever follows the end marker. Raises CorruptInput."""
    segments = container.walk_segments(data)
    planned = Counter(codec.icc_segments(encoding.icc))
    if packet is not None:
        planned[container.build(0xE1, codec.XMP_PREFIX + packet)] += 1
    if encoding.jpeg is not None and encoding.jpeg.orientation is not Orientation.TOP_LEFT:
        planned[surgery.tag(encoding.jpeg.orientation)] += 1
    used = inventory.used_tables(data, segments)
    spare = unused_huffman(data, segments)
    singles: Counter[int] = Counter()
    unplanned: list[tuple[int, int]] = []
    for segment in segments:
        raw = data[segment.offset : segment.end] if segment.marker > 0 else b""
        if planned[raw] > 0:
            planned[raw] -= 1
            continue
        singles[segment.marker] += 1
        if segment.offset in spare or not _is_coding(segment, raw, used, singles):
            unplanned.append((segment.offset, segment.end))
    end, spans = segments[-1].end, Spans.of(unplanned)
    return [part for part in inventory.list_parts(data) if part.offset >= end or spans.hold(part)]


def _is_coding(segment: Segment, raw: bytes, used: set[int], singles: Counter[int]) -> bool:
    """Whether a segment is what a decoder needs, in its plain form."""
    marker = segment.marker
    if marker in _CODING:
        return True
    if marker == container.DQT:
        return inventory.tables_are_used(raw[4:], used)
    if singles[marker] > 1:
        return False
    if marker == container.APP0:
        plain = raw[4:9] == b"JFIF\x00" and raw[16:18] == b"\x00\x00"
        return plain and len(raw) == _JFIF_SIZE
    return marker == 0xEE and raw[4:9] == b"Adobe" and len(raw) == _ADOBE_SIZE
