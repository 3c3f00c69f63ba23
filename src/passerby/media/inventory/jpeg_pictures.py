"""Pictures that JPEG segments hold: JFIF and JFXX thumbnails, the multi-picture index, and
pictures that are cut into several segments."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from passerby.errors import CorruptInput
from passerby.media.containers import tiff as tiff_container
from passerby.media.containers.jpeg import Segment
from passerby.media.inventory.parts import Holder
from passerby.media.raster import as_png
from passerby.model.media import Group, Part

_FLASHPIX = b"FPXR\x00"
_STREAM = 2
"""The type of a FlashPix segment that carries data."""
_CUT = (
    ("APP2/FPXR/streams", 0xE2, _FLASHPIX, 13),
    ("APP1/FLIR/data", 0xE1, b"FLIR\x00", 8),
    ("APP11/JPEG-HDR/data", 0xEB, b"HDR_RI", 0),
)
"""Name, marker, first bytes, and bytes before the data: of FlashPix version, type, index and
offset (Exif 3.0, 4.7.3); of thermal pictures version, number and count."""
_PALETTE_BYTES = 768
_TYPES = {
    0x010001: "large thumbnail, VGA",
    0x010002: "large thumbnail, full HD",
    0x010003: "large thumbnail, 4K",
    0x020001: "panorama",
    0x020002: "disparity",
    0x020003: "other angle",
    0x030000: "primary",
}
"""CIPA DC-007, table 4."""
_PRIMARY = 0x030000
_FULL = 65000
"""Bytes: a piece of this size goes on in the next segment."""


def list_jfif(payload: bytes, segment: Segment) -> list[Part]:
    """List a JFIF segment and its thumbnail, RGB pixels (ITU-T T.871, 10.1)."""
    at, size = segment.offset, segment.size
    whole = Part(name="APP0/JFIF", group=Group.PICTURE, offset=at, size=size, required=True)
    if len(payload) <= 14:
        return [whole]
    thumbnail = Holder(
        name="APP0/JFIF/thumbnail",
        group=Group.EMBEDDED,
        offset=at + 18,
        size=len(payload) - 14,
        kind="uncompressed RGB",
        open=lambda: as_png(payload[14:], (payload[12], payload[13]), 3),
    )
    return [whole, thumbnail]


def list_jfxx(payload: bytes, segment: Segment) -> list[Part]:
    """List a JFIF extension (JFIF 1.02): a JPEG, or pixels of one byte with a palette, or RGB."""
    part = Part(name="APP0/JFXX", group=Group.EMBEDDED, offset=segment.offset, size=segment.size)
    code = payload[5] if len(payload) > 8 else None
    if code not in (0x11, 0x13):
        return [part]
    holder = Holder(
        name=part.name,
        group=part.group,
        offset=part.offset,
        size=part.size,
        kind="uncompressed RGB" if code == 0x13 else "palette",
        open=lambda: _extension_pixels(payload),
    )
    return [holder]


def _extension_pixels(payload: bytes) -> bytes:
    size, body = (payload[6], payload[7]), payload[8:]
    if payload[5] == 0x13:
        return as_png(body, size, 3)
    palette, indices = body[:_PALETTE_BYTES], body[_PALETTE_BYTES:]
    if len(palette) < _PALETTE_BYTES:
        raise CorruptInput("JFXX: the palette is cut off")
    pixels = b"".join(palette[3 * index : 3 * index + 3] for index in indices)
    return as_png(pixels, size, 3)


def list_mpf(data: bytes, segments: tuple[Segment, ...]) -> list[Part]:
    """List the pictures that a multi-picture index names (CIPA DC-007)."""
    parts: list[Part] = []
    for segment in segments:
        if segment.marker != 0xE2 or not data.startswith(b"MPF\x00", segment.payload.start):
            continue
        base = segment.offset + 8
        try:
            tree = tiff_container.walk(data, base, segment.end)
        except CorruptInput:
            where, size = segment.offset, segment.size
            parts.append(
                Part(name="APP2/MPF/damaged", group=Group.UNKNOWN, offset=where, size=size)
            )
            continue
        entry = tree.ifds[0].find(0xB002)
        raw = tiff_container.raw(data, entry) if entry is not None else b""
        for index in range(len(raw) // 16):
            words = struct.unpack_from(tree.order + "III", raw, 16 * index)
            parts += _named(data, index + 1, words, base)
    return parts


def _named(data: bytes, number: int, words: tuple[int, ...], base: int) -> list[Part]:
    """Return the part that an entry of the index stands for; none for the picture itself."""
    kind, size, start = words
    name = f"APP2/MPF/picture {number}"
    what = _TYPES.get(kind & 0xFFFFFF)
    if start == 0:
        return []
    if what and kind & 0xFFFFFF != _PRIMARY:
        name += f" ({what})"
    at = base + start
    if at >= len(data):
        return [Part(name=f"{name} (damaged)", group=Group.UNKNOWN, offset=base, size=0)]
    if at + size > len(data):
        # Pillow writes such sizes; the picture is there all the same.
        name, size = f"{name} (damaged)", len(data) - at
    return [Part(name=name, group=Group.EMBEDDED, offset=at, size=size)]


@dataclass(frozen=True, slots=True)
class Pieces:
    """Data that is cut into several segments, and the name of what they hold together."""

    name: str
    segments: tuple[Segment, ...]
    head: int = 0
    """Bytes at the start of each segment that do not belong to it."""

    def held(self, data: bytes) -> Holder:
        """Return the part that they are together."""
        spans = [slice(s.payload.start + self.head, s.payload.stop) for s in self.segments]
        return Holder(
            name=self.name,
            group=Group.EMBEDDED,
            offset=self.segments[0].offset,
            size=sum(max(0, span.stop - span.start) for span in spans),
            pinned=True,
            open=lambda: b"".join(data[span] for span in spans),
        )


def find_pieces(data: bytes, segments: tuple[Segment, ...]) -> Iterator[Pieces]:
    """Yield what is cut into several segments: FlashPix streams, thermal pictures, the ratio of
    JPEG-HDR, and previews that go on in the next application segment."""
    for name, marker, start, head in _CUT:
        found = [
            s for s in segments if s.marker == marker and data.startswith(start, s.payload.start)
        ]
        if start == _FLASHPIX:
            found = [s for s in found if s.size > 10 and data[s.payload.start + 6] == _STREAM]
        if found:
            yield Pieces(name, tuple(found), head)
    run: list[Segment] = []
    for segment in segments:
        if run and segment.is_app and run[-1].size > _FULL and segment.offset == run[-1].end:
            run.append(segment)
            continue
        yield from _preview(run)
        begins = segment.is_app and data.startswith(b"\xff\xd8\xff", segment.payload.start)
        run = [segment] if begins else []
    yield from _preview(run)


def _preview(run: list[Segment]) -> Iterator[Pieces]:
    """Yield a JPEG that begins at the very start of a segment and does not end in it."""
    if len(run) > 1:
        name = f"APP{run[0].marker - 0xE0}/preview in {len(run)} segments"
        yield Pieces(name, tuple(run))
