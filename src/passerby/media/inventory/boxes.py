"""The boxes of JUMBF, in which C2PA travels (ISO/IEC 19566-5)."""

from __future__ import annotations

from passerby.media.containers.bmff import walk
from passerby.media.inventory.parts import printable
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
    label = path
    for box in walk(raw, start, end):
        if len(parts) >= _MOST:
            return
        if box.kind == b"jumd":
            label = f"{path}{'/' if path else ''}{_label(raw[box.payload])}"
            continue
        name = f"{label}/{printable(box.kind)}".lstrip("/")
        embedded = box.kind in (b"bidb", b"jp2c") or "thumbnail" in label
        group = Group.EMBEDDED if embedded else Group.PROVENANCE
        parts.append(Part(name=name, group=group, offset=box.offset, size=box.size))
        if box.kind == b"jumb" and depth < _DEEPEST:
            _list_jumbf(raw, box.content, box.end, label, parts, depth + 1)


def _label(description: bytes) -> str:
    """Return the label of a description box: a UUID, a byte of toggles, a text."""
    if len(description) < 18 or not description[16] & 2:
        return "unlabelled"
    text = description[17:].partition(b"\x00")[0]
    return printable(text).replace("/", "_") or "unlabelled"
