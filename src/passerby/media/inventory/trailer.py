"""What stands after the end of a picture: further pictures, videos, makers' trailers, anything."""

from __future__ import annotations

import struct
from itertools import islice

from passerby.media.carve import Budget, carve
from passerby.media.inventory.parts import block, printable
from passerby.model.media import Group, Part

_MOST = 64
_NAMES = {
    b"\xff\xd8\xff": "jpeg",
    b"\x89PNG\r\n\x1a\n": "png",
    b"ftyp": "video",
    b"RIFF": "riff",
    b"GIF8": "gif",
    b"PK\x03\x04": "zip",
    b"\x1a\x45\xdf\xa3": "matroska",
}
# Samsung's entries of which it is known that they are words and numbers; all others may be
# pictures, videos or sound (names as in ExifTool's Samsung.pm).
_SAMSUNG = (
    ("Image_UTC_Data", Group.TIME),
    ("MCC_Data", Group.LOCATION),
    ("Camera_", Group.DEVICE),
    ("Samsung_Capture_Info", Group.DEVICE),
    ("Color_Display_", Group.DEVICE),
    ("Photo_HDR_Info", Group.DEVICE),
    ("Gallery_", Group.PROVENANCE),
    ("PhotoEditor_Re_Edit", Group.PROVENANCE),
    ("Watermark_Info", Group.DEVICE),
)


def list_trailer(data: bytes, start: int) -> list[Part]:
    """List what lies from byte `start` to the end of the file; nothing for nothing."""
    end = len(data)
    if start >= end:
        return []
    samsung, data_end = _list_samsung(data, start)
    inside: list[Part] = []
    at = start
    for find in islice(carve(data, start, data_end, Budget(data_end - start)), _MOST):
        if find.start < at or find.mark not in _NAMES:
            continue
        if find.start > at:
            inside.append(_unknown(at, find.start))
        name = f"after the end/{_NAMES[find.mark]}"
        size = find.stop - find.start
        inside.append(Part(name=name, group=Group.EMBEDDED, offset=find.start, size=size))
        at = find.stop
    if at < data_end:
        inside.append(_unknown(at, data_end))
    return block("after the end", start, end - start, inside + samsung)


def _unknown(start: int, end: int) -> Part:
    return Part(name="after the end/bytes", group=Group.UNKNOWN, offset=start, size=end - start)


def _list_samsung(data: bytes, start: int) -> tuple[list[Part], int]:
    """List a Samsung trailer: blocks, ``SEFH``, entries, the directory's length, ``SEFT`` at the
    very end. Returns its parts and where the bytes before its blocks end."""
    end = len(data)
    if data[-4:] != b"SEFT" or end - start < 24:
        return [], end
    length = struct.unpack_from("<I", data, end - 8)[0]
    head = end - 8 - length
    if head < start or data[head : head + 4] != b"SEFH" or length < 12:
        return [_samsung("SEFT", end - 8, 8)], end - 8
    count = struct.unpack_from("<I", data, head + 8)[0]
    parts = [_samsung("SEFT", head, end - head)]
    for index in range(min(count, _MOST, (length - 12) // 12)):
        back, size = struct.unpack_from("<II", data, head + 12 + 12 * index + 4)
        at = head - back
        if at < start or at + size > head or size < 8:
            continue
        name_size = struct.unpack_from("<I", data, at + 4)[0]
        name = printable(data[at + 8 : at + 8 + min(name_size, 60)])
        parts.append(_samsung(f"SEFT/{name}".replace("//", "/"), at, size, _tell(name)))
    return parts, min(part.offset for part in parts)


def _tell(name: str) -> Group:
    return next((group for start, group in _SAMSUNG if name.startswith(start)), Group.EMBEDDED)


def _samsung(name: str, offset: int, size: int, group: Group = Group.PROVENANCE) -> Part:
    return Part(name=f"after the end/{name}", group=group, offset=offset, size=size)
