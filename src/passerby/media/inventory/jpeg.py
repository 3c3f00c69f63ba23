"""The parts of a JPEG file: segments, what is inside them, and what follows the end marker."""

from __future__ import annotations

import struct
from dataclasses import replace

from passerby.media.containers import jpeg as container
from passerby.media.containers.jpeg import Segment
from passerby.media.inventory import boxes, photoshop, tiff, trailer, xmp
from passerby.media.inventory.jpeg_pictures import find_pieces, list_jfif, list_jfxx, list_mpf
from passerby.media.inventory.parts import block, printable, shifted, unpacked
from passerby.media.jpeg_frame import unused_huffman
from passerby.model.media import Group, Part

_XMP = b"http://ns.adobe.com/xap/1.0/\x00"
_EXTENDED = b"http://ns.adobe.com/xmp/extension/\x00"
_PHOTOSHOP = b"Photoshop 3.0\x00"
_EXTENDED_HEAD = len(_EXTENDED) + 40
_CODING = {
    container.SOI: "SOI",
    container.EOI: "EOI",
    container.SOS: "SOS",
    container.DQT: "DQT",
    container.DHT: "DHT",
    container.DAC: "DAC",
    container.DRI: "DRI",
    container.ENTROPY: "coded data",
}
# Identifiers at the start of an application segment: marker, bytes, name, group.
_KNOWN: tuple[tuple[int, bytes, str, Group], ...] = (
    (0xE0, b"II*", "CIFF", Group.DEVICE),
    (0xE1, b"FLIR\x00", "FLIR", Group.EMBEDDED),
    (0xE2, b"ICC_PROFILE\x00", "ICC_PROFILE", Group.COLOUR),
    (0xE2, b"FPXR\x00", "FPXR", Group.EMBEDDED),
    (0xE2, b"urn:iso:std:iso:ts:21496", "ISO 21496 gain map", Group.PROVENANCE),
    (0xE3, b"_JPSJPS_", "JPS", Group.TEXT),
    (0xE3, b"Meta\x00", "Meta", Group.DEVICE),
    (0xE6, b"GoPro\x00", "GoPro", Group.DEVICE),
    (0xEB, b"HDR_RI", "JPEG-HDR", Group.EMBEDDED),
    (0xEC, b"Ducky", "Ducky", Group.TEXT),
)


def list_parts(data: bytes) -> list[Part]:
    """List the parts of a JPEG file. Raises CorruptInput."""
    segments = container.walk_segments(data)
    parts: list[Part] = []
    used, spare = used_tables(data, segments), unused_huffman(data, segments)
    pieces = tuple(find_pieces(data, segments))
    cut = {segment.offset for each in pieces for segment in each.segments}
    for segment in segments:
        if segment.offset in cut:
            parts += [replace(part, pinned=True) for part in _list_segment(data, segment)]
        elif segment.marker == container.DQT and not tables_are_used(data[segment.payload], used):
            name, size = "DQT/unused table", segment.size
            parts.append(Part(name=name, group=Group.UNKNOWN, offset=segment.offset, size=size))
        elif segment.offset in spare:
            name, size = "DHT/unused table", segment.size
            parts.append(Part(name=name, group=Group.UNKNOWN, offset=segment.offset, size=size))
        else:
            parts += _list_segment(data, segment)
    parts += _list_extended_xmp(data, segments)
    parts += _list_jumbf(data, segments)
    parts += list_mpf(data, segments)
    parts += [each.held(data) for each in pieces]
    return parts + trailer.list_trailer(data, segments[-1].end)


def used_tables(data: bytes, segments: tuple[Segment, ...]) -> set[int]:
    """Return the quantisation tables that the components name."""
    frames = [data[s.payload] for s in segments if s.marker in container.FRAMES]
    return {frame[at] for frame in frames for at in range(8, len(frame), 3)}


def tables_are_used(payload: bytes, used: set[int]) -> bool:
    """Whether a DQT segment holds tables of components alone: others are room for anything."""
    at = 0
    while at < len(payload):
        wide, number = payload[at] >> 4, payload[at] & 15
        if number not in used:
            return False
        at += 1 + (128 if wide else 64)
    return at == len(payload)


def segment_name(segment: Segment) -> str:
    """Return the name of a segment's marker."""
    marker = segment.marker
    if segment.is_app:
        return f"APP{marker - 0xE0}"
    if marker in container.FRAMES:
        return f"SOF{marker - 0xC0}"
    fallback = "fill bytes" if marker == container.FILL else f"marker 0x{marker:02X}"
    return "COM" if marker == container.COM else _CODING.get(marker, fallback)


def _list_segment(data: bytes, segment: Segment) -> list[Part]:
    name, offset, size = segment_name(segment), segment.offset, segment.size
    if segment.is_app:
        return _list_app(data, segment, name)
    if segment.marker in _CODING or segment.marker in container.FRAMES:
        return [Part(name=name, group=Group.PICTURE, offset=offset, size=size, required=True)]
    group = {container.COM: Group.TEXT, container.FILL: Group.PICTURE}.get(
        segment.marker, Group.UNKNOWN
    )
    return [Part(name=name, group=group, offset=offset, size=size)]


def _list_app(data: bytes, segment: Segment, name: str) -> list[Part]:
    marker, offset, size = segment.marker, segment.offset, segment.size
    at = segment.offset + 4
    payload = data[segment.payload]
    if marker == 0xE0 and payload.startswith(b"JFIF\x00"):
        return list_jfif(payload, segment)
    if marker == 0xE0 and payload.startswith(b"JFXX\x00"):
        return list_jfxx(payload, segment)
    if marker == 0xE1 and payload.startswith(b"Exif\x00"):
        return tiff.list_exif(data, segment.payload, slice(offset, segment.end), f"{name}/Exif")
    if marker == 0xE1 and payload.startswith(_XMP):
        packet = payload[len(_XMP) :]
        inside = shifted(xmp.list_properties(packet), f"{name}/XMP", at + len(_XMP))
        return block(f"{name}/XMP", offset, size, inside)
    if marker == 0xE1 and payload.startswith(_EXTENDED):
        return [_piece(f"{name}/ExtendedXMP", Group.EMBEDDED, segment)]
    if marker == 0xED and payload.startswith(_PHOTOSHOP):
        raw = payload[len(_PHOTOSHOP) :]
        path = f"{name}/Photoshop"
        inside = shifted(photoshop.list_resources(raw), path, at + len(_PHOTOSHOP))
        return block(path, offset, size, inside)
    if marker == 0xE2 and payload.startswith(b"MPF\x00"):
        return [Part(name=f"{name}/MPF", group=Group.PROVENANCE, offset=offset, size=size)]
    if marker == 0xEB and payload.startswith(b"JP"):
        return [_piece(f"{name}/JUMBF", Group.PROVENANCE, segment)]
    if marker == 0xEE and payload.startswith(b"Adobe"):
        path, group = f"{name}/Adobe", Group.PICTURE
        return [Part(name=path, group=group, offset=offset, size=size, required=True)]
    for known, start, label, group in _KNOWN:
        if marker == known and payload.startswith(start):
            return [Part(name=f"{name}/{label}", group=group, offset=offset, size=size)]
    label = printable(payload[:16].partition(b"\x00")[0]).replace("/", "_")
    return [Part(name=f"{name}/{label}", group=Group.UNKNOWN, offset=offset, size=size)]


def _piece(name: str, group: Group, segment: Segment) -> Part:
    """Return a segment that is a piece of something larger."""
    return Part(name=name, group=group, offset=segment.offset, size=segment.size, pinned=True)


def _list_extended_xmp(data: bytes, segments: tuple[Segment, ...]) -> list[Part]:
    """Put the pieces of extended XMP together (XMP part 3, 1.1.3.1) and list its properties."""
    pieces: dict[bytes, list[tuple[int, bytes]]] = {}
    first = 0
    for segment in segments:
        payload = data[segment.payload] if segment.marker == 0xE1 else b""
        if payload.startswith(_EXTENDED) and len(payload) >= _EXTENDED_HEAD:
            first = first or segment.offset
            guid = payload[len(_EXTENDED) : len(_EXTENDED) + 32]
            place = struct.unpack_from(">I", payload, len(_EXTENDED) + 36)[0]
            pieces.setdefault(guid, []).append((place, payload[_EXTENDED_HEAD:]))
    parts: list[Part] = []
    for stretches in pieces.values():
        packet = b"".join(piece for _, piece in sorted(stretches))
        parts += unpacked(xmp.list_properties(packet), "APP1/ExtendedXMP", first, packet)
    return parts


def _list_jumbf(data: bytes, segments: tuple[Segment, ...]) -> list[Part]:
    """Put the pieces of JUMBF boxes together (ISO/IEC 19566-5, annex D) and list what they hold.

    Each segment repeats the header of the box; pieces are told apart by instance number.
    """
    pieces: dict[bytes, list[tuple[int, bytes]]] = {}
    first = 0
    for segment in segments:
        payload = data[segment.payload] if segment.marker == 0xEB else b""
        if payload.startswith(b"JP") and len(payload) > 16:
            first = first or segment.offset
            number = struct.unpack_from(">I", payload, 4)[0]
            known = pieces.setdefault(payload[2:4], [])
            known.append((number, payload[16:] if known else payload[8:]))
    parts: list[Part] = []
    for stretches in pieces.values():
        raw = b"".join(piece for _, piece in sorted(stretches, key=lambda item: item[0]))
        parts += unpacked(boxes.list_boxes(raw), "APP11/JUMBF", first, raw)
    return parts
