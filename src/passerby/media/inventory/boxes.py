"""Boxes: of JUMBF, in which C2PA travels (ISO/IEC 19566-5), and of video (ISO/IEC 14496-12)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace

from passerby.media.inventory.parts import gravest, printable
from passerby.model.media import Group, Part

_DEEPEST = 16
_MOST = 2000


def walk(raw: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int, int]]:
    """Yield (type, offset, offset of the content, end) of boxes, up to the first damaged one."""
    at = start
    for _ in range(_MOST):
        if at + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", raw, at)
        head = 8
        if size == 1 and at + 16 <= end:
            size, head = int(struct.unpack_from(">Q", raw, at + 8)[0]), 16
        stop = end if size == 0 else at + size
        if stop > end or stop < at + head:
            return
        yield kind, at, at + head, stop
        at = stop


def list_boxes(raw: bytes) -> list[Part]:
    """List JUMBF boxes by their labels; embedded files are of group EMBEDDED."""
    parts: list[Part] = []
    _list_jumbf(raw, 0, len(raw), "", parts, 0)
    if not parts:
        parts.append(Part(name="damaged", group=Group.UNKNOWN, offset=0, size=len(raw)))
    return parts


def _list_jumbf(raw: bytes, start: int, end: int, path: str, parts: list[Part], depth: int) -> None:
    for kind, offset, content, stop in walk(raw, start, end):
        if len(parts) >= _MOST:
            return
        if kind == b"jumd":
            continue
        nested = kind == b"jumb" and depth < _DEEPEST
        own = _label_of(raw, content, stop) if nested else printable(kind)
        name = f"{path}/{own}".lstrip("/")
        embedded = kind in (b"bidb", b"jp2c") or "thumbnail" in path
        group = Group.EMBEDDED if embedded else Group.PROVENANCE
        place = len(parts)
        parts.append(Part(name=name, group=group, offset=offset, size=stop - offset))
        if nested:
            _list_jumbf(raw, content, stop, name, parts, depth + 1)
            inside = parts[place + 1 :]
            parts[place] = replace(parts[place], group=gravest(inside) if inside else group)


def _label_of(raw: bytes, start: int, end: int) -> str:
    """Return the label of a superbox, which its first box gives."""
    for kind, _, content, stop in walk(raw, start, end):
        return _label(raw[content:stop]) if kind == b"jumd" else "unlabelled"
    return "unlabelled"


def _label(description: bytes) -> str:
    """Return the label of a description box: a UUID, a byte of toggles, a text."""
    if len(description) < 18 or not description[16] & 2:
        return "unlabelled"
    text = description[17:].partition(b"\x00")[0]
    return printable(text).replace("/", "_") or "unlabelled"
