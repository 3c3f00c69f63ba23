"""What stands after the end of a picture: further pictures, videos, makers' trailers, anything."""

from __future__ import annotations

import re
import struct

from passerby.errors import CorruptInput
from passerby.media.containers import gif as gif_container
from passerby.media.containers import jpeg as jpeg_container
from passerby.media.containers import png as png_container
from passerby.media.inventory import boxes
from passerby.media.inventory.parts import block, printable
from passerby.model.media import Group, Part

_MOST = 64
_KNOWN = re.compile(
    rb"(?P<jpeg>\xff\xd8\xff)|(?P<png>\x89PNG\r\n\x1a\n)|(?s:....)(?P<video>ftyp)"
    rb"|(?P<riff>RIFF....(?:WEBP|AVI ))|(?P<zip>PK\x03\x04)|(?P<matroska>\x1a\x45\xdf\xa3)"
    rb"|(?P<gif>GIF8[79]a)",
    re.DOTALL,
)


def list_trailer(data: bytes, start: int) -> list[Part]:
    """List what lies from byte `start` to the end of the file; nothing for nothing."""
    end = len(data)
    if start >= end:
        return []
    samsung, data_end = _list_samsung(data, start)
    inside: list[Part] = []
    at = start
    while at < data_end and len(inside) < _MOST:
        found = _KNOWN.search(data, at, data_end)
        if found is None:
            break
        if found.start() > at:
            inside.append(_unknown(at, found.start()))
        stop = _end_of(data, found, data_end)
        name = f"after the end/{found.lastgroup}"
        group = Group.EMBEDDED
        inside.append(Part(name=name, group=group, offset=found.start(), size=stop - found.start()))
        at = stop
    if at < data_end:
        inside.append(_unknown(at, data_end))
    return block("after the end", start, end - start, inside + samsung)


def _unknown(start: int, end: int) -> Part:
    return Part(name="after the end/bytes", group=Group.UNKNOWN, offset=start, size=end - start)


def _end_of(data: bytes, found: re.Match[bytes], end: int) -> int:
    """Return where a file within the trailer ends; the trailer's end if that is not known."""
    start = found.start()
    try:
        if found.lastgroup == "jpeg":
            return min(jpeg_container.walk_segments(data, start)[-1].end, end)
        if found.lastgroup == "png":
            *_, last = png_container.walk_chunks(data[start:end])
            return start + last.end
        if found.lastgroup == "gif":
            return start + gif_container.walk(data[start:end])[-1].end
    except CorruptInput:
        return end
    if found.lastgroup == "video":
        last_box = start
        for _, _, _, stop in boxes.walk(data, start, end):
            last_box = stop
        return last_box if last_box > start else end
    return end


def _list_samsung(data: bytes, start: int) -> tuple[list[Part], int]:
    """List a Samsung trailer: ``SEFH``, entries, the directory's length, ``SEFT`` at the very
    end. Returns its parts and where the bytes before its directory end."""
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
        parts.append(_samsung(f"SEFT/{name}".replace("//", "/"), at, size))
    return parts, head


def _samsung(name: str, offset: int, size: int) -> Part:
    return Part(name=f"after the end/{name}", group=Group.EMBEDDED, offset=offset, size=size)
