"""HEIF and AVIF files put together from coded pictures: nothing in them but what is listed here.

The same form serves two ends: what a decoder is given, and what is written.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from passerby.media.containers.bmff import build, build_full

XMP_TYPE = b"application/rdf+xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """`properties` are whole boxes, with whether a reader must understand them."""

    kind: bytes
    payload: bytes
    properties: tuple[tuple[bytes, bool], ...] = ()
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A file to be. Items are numbered from 1 in their order, and the first is the picture;
    `references` are (kind, source, targets) by these numbers."""

    brands: tuple[bytes, ...]
    items: tuple[NewItem, ...]
    references: tuple[tuple[bytes, int, tuple[int, ...]], ...] = ()


def build_file(form: Form) -> bytes:
    """Return the file: ftyp, meta, mdat. Equal properties and equal payloads are stored once.

    Raises ValueError where a number does not fit the boxes.
    """
    ftyp = build(b"ftyp", form.brands[0], b"\0\0\0\0", *form.brands)
    places: dict[bytes, int] = {}
    at = 0
    for item in form.items:
        if item.payload not in places:
            places[item.payload] = at
            at += len(item.payload)
    # The numbers in iloc have a fixed size, so that a first try tells where mdat will lie.
    start = len(ftyp) + len(_meta(form, places, 0)) + 8
    if start + at >= 1 << 32 or len(form.items) >= 1 << 16:
        raise ValueError("the file would be too large")
    return b"".join([ftyp, _meta(form, places, start), build(b"mdat", *places)])


def _meta(form: Form, places: dict[bytes, int], start: int) -> bytes:
    handler = build_full(b"hdlr", b"\0\0\0\0pict" + b"\0" * 13)
    locations = [
        struct.pack(">HHHII", number, 0, 1, start + places[item.payload], len(item.payload))
        for number, item in enumerate(form.items, 1)
    ]
    count = struct.pack(">H", len(form.items))
    parts = [
        handler,
        build_full(b"pitm", struct.pack(">H", 1)),
        build_full(b"iloc", b"\x44\x00", count, *locations),
        build_full(b"iinf", count, *map(_entry, range(1, len(form.items) + 1), form.items)),
    ]
    if form.references:
        parts.append(build_full(b"iref", *map(_reference, form.references)))
    return build_full(b"meta", *parts, _properties(form.items))


def _entry(number: int, item: NewItem) -> bytes:
    """infe, version 2; the name is empty."""
    content_type = XMP_TYPE + b"\0\0" if item.kind == b"mime" else b""
    head = struct.pack(">HH4sB", number, 0, item.kind, 0)
    return build_full(b"infe", head, content_type, version=2, flags=int(item.hidden))


def _reference(reference: tuple[bytes, int, tuple[int, ...]]) -> bytes:
    kind, source, targets = reference
    return build(kind, struct.pack(f">HH{len(targets)}H", source, len(targets), *targets))


def _properties(items: tuple[NewItem, ...]) -> bytes:
    boxes: dict[bytes, int] = {}
    associations = []
    described = 0
    for number, item in enumerate(items, 1):
        if not item.properties:
            continue
        described += 1
        entries = b""
        for box, essential in item.properties:
            index = boxes.setdefault(box, len(boxes) + 1)
            entries += struct.pack(">H", essential << 15 | index)
        associations.append(struct.pack(">HB", number, len(item.properties)) + entries)
    ipma = build_full(b"ipma", struct.pack(">I", described), *associations, flags=1)
    return build(b"iprp", build(b"ipco", *boxes), ipma)
