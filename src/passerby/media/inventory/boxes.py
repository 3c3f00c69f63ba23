"""The parts of JUMBF, in which C2PA travels (ISO/IEC 19566-5; C2PA 2.1, chapter 11)."""

from __future__ import annotations

from dataclasses import replace

from passerby.media.containers.bmff import walk
from passerby.media.inventory.parts import gravest, printable
from passerby.model.media import Group, Part

_DEEPEST = 16
_MOST = 2000


def list_boxes(raw: bytes) -> list[Part]:
    """List JUMBF boxes by their labels; embedded files are of group EMBEDDED."""
    parts: list[Part] = []
    _list_jumbf(raw, 0, len(raw), "", parts, 0)
    if not parts:
        parts.append(Part(name="damaged", group=Group.UNKNOWN, offset=0, size=len(raw)))
    return parts


def _list_jumbf(raw: bytes, start: int, end: int, path: str, parts: list[Part], depth: int) -> None:
    for box in walk(raw, start, end):
        if len(parts) >= _MOST:
            return
        if box.kind == b"jumd":
            continue
        nested = box.kind == b"jumb" and depth < _DEEPEST
        own = _label_of(raw, box.content, box.end) if nested else printable(box.kind)
        name = f"{path}/{own}".lstrip("/")
        embedded = box.kind in (b"bidb", b"jp2c") or "thumbnail" in path
        group = Group.EMBEDDED if embedded else Group.PROVENANCE
        place = len(parts)
        parts.append(Part(name=name, group=group, offset=box.offset, size=box.size))
        if nested:
            _list_jumbf(raw, box.content, box.end, name, parts, depth + 1)
            inside = parts[place + 1 :]
            parts[place] = replace(parts[place], group=gravest(inside) if inside else group)


def _label_of(raw: bytes, start: int, end: int) -> str:
    """Return the label of a superbox, which its first box gives."""
    for box in walk(raw, start, end):
        return _label(raw[box.payload]) if box.kind == b"jumd" else "unlabelled"
    return "unlabelled"


def _label(description: bytes) -> str:
    """Return the label of a description box: a UUID, a byte of toggles, a text."""
    if len(description) < 18 or not description[16] & 2:
        return "unlabelled"
    text = description[17:].partition(b"\x00")[0]
    return printable(text).replace("/", "_") or "unlabelled"
