"""The parts of a camera's RAW file: directories, previews, and what is not known of it.

Listing needs no RAW decoder. Most makers build their files like TIFF; Canon's CR3 is a box file
(ISO/IEC 14496-12), Fujifilm's RAF has a directory of its own. Of others the JPEG previews are
told, and the rest is of group UNKNOWN.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from passerby.errors import CorruptInput
from passerby.media.containers import bmff
from passerby.media.containers import jpeg as jpeg_container
from passerby.media.containers import tiff as container
from passerby.media.inventory import tiff
from passerby.media.inventory.parts import block, printable
from passerby.model.media import Group, Part

_JPEG = b"\xff\xd8\xff"
_MOST_PREVIEWS = 64
_RAF_HEAD = 108
_CANON = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
"""The UUID of the box of Canon's that holds Exif blocks (exiftool, QuickTime.pm and Canon.pm)."""


def list_parts(data: bytes) -> list[Part]:
    """List the parts of a RAW file. Raises CorruptInput."""
    if container.has_directories(data):
        return tiff.list_raw(data)
    if data[4:8] == b"ftyp":
        return _list_boxes(data)
    if data.startswith(b"FUJIFILMCCD-RAW") and len(data) >= _RAF_HEAD:
        return _list_fujifilm(data)
    return _list_stretch(data, "file", 0, len(data))


def _list_boxes(data: bytes) -> list[Part]:
    """List the boxes of a CR3, those at the top and in it those that hold others."""
    parts: list[Part] = []
    end = 0
    for box in bmff.walk(data, 0, len(data)):
        kind, offset, content, stop = box.kind, box.offset, box.content, box.end
        name = printable(kind)
        if kind in (b"ftyp", b"free", b"skip"):
            group = Group.PICTURE if kind == b"ftyp" else Group.UNKNOWN
            parts.append(Part(name=name, group=group, offset=offset, size=stop - offset))
        else:
            inside = (
                _list_movie(data, content, stop)
                if kind == b"moov"
                else _list_stretch(data, name, content, stop)
            )
            parts += block(name, offset, stop - offset, inside)
        end = stop
    if end < len(data):
        parts += _list_stretch(data, "after the boxes", end, len(data))
    return parts


def _list_movie(data: bytes, start: int, end: int) -> list[Part]:
    """List what is in the box ``moov`` of a CR3: Canon's own box holds Exif blocks (CMT1 to
    CMT4, of which the last is of GPS) and a thumbnail; the others speak of the sensor data."""
    parts: list[Part] = []
    at = start
    for box in bmff.walk(data, start, end):
        kind, offset, content, stop = box.kind, box.offset, box.content, box.end
        if kind == b"uuid" and data[content : content + 16] == _CANON:
            parts += block("moov/uuid", offset, stop - offset, _list_canon(data, content, stop))
        else:
            parts += _list_stretch(data, f"moov/{printable(kind)}", offset, stop)
        at = stop
    return parts + (_list_stretch(data, "moov", at, end) if at < end else [])


def _list_canon(data: bytes, content: int, end: int) -> list[Part]:
    parts: list[Part] = []
    at = content + 16
    for box in bmff.walk(data, at, end):
        kind, offset, inner, stop = box.kind, box.offset, box.content, box.end
        name = f"moov/uuid/{printable(kind)}"
        if kind == b"CMT4":
            size = stop - offset
            parts.append(Part(name=name, group=Group.LOCATION, offset=offset, size=size))
        elif kind in (b"CMT1", b"CMT2", b"CMT3"):
            parts += tiff.list_exif(data, slice(inner, stop), slice(offset, stop), name)
        else:
            parts += _list_stretch(data, name, offset, stop)
        at = stop
    return parts + (_list_stretch(data, "moov/uuid", at, end) if at < end else [])


def _list_fujifilm(data: bytes) -> list[Part]:
    """List header, preview, the directory of the sensor data, the sensor data (as LibRaw and
    exiftool read them: offsets and sizes from byte 84 on, big-endian)."""
    parts = [Part(name="header", group=Group.DEVICE, offset=0, size=_RAF_HEAD)]
    at = _RAF_HEAD
    places = zip(("preview", "directory", "sensor data"), (84, 92, 100), strict=True)
    found = [(*struct.unpack_from(">II", data, where), name) for name, where in places]
    for start, size, name in sorted(found):
        if start < at or start + size > len(data):
            continue
        if start > at:
            parts += _list_stretch(data, "between", at, start)
        parts += _list_stretch(data, name, start, start + size)
        at = start + size
    if at < len(data):
        parts += _list_stretch(data, "behind", at, len(data))
    return parts


def _list_stretch(data: bytes, name: str, start: int, end: int) -> list[Part]:
    """List the JPEGs in a stretch of the file, and what lies between them."""
    parts: list[Part] = []
    at = start
    for first, last in _find_previews(data, start, end):
        if first > at:
            parts.append(_unknown(name, at, first))
        preview = f"{name}/JPEG"
        parts.append(Part(name=preview, group=Group.EMBEDDED, offset=first, size=last - first))
        at = last
    if at < end:
        parts.append(_unknown(name, at, end))
    return parts


def _unknown(name: str, start: int, end: int) -> Part:
    return Part(name=f"{name}/bytes", group=Group.UNKNOWN, offset=start, size=end - start)


def _find_previews(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of JPEGs that are whole."""
    at = data.find(_JPEG, start, end)
    for _ in range(_MOST_PREVIEWS):
        if at < 0:
            return
        try:
            stop = jpeg_container.walk_segments(data, at)[-1].end
        except CorruptInput:
            stop = 0
        if at < stop <= end:
            yield at, stop
        at = data.find(_JPEG, max(stop, at + 1), end)
