"""Metadata in items and boxes: without what stands before it, and unpacked."""

from __future__ import annotations

from passerby.media.containers.items import Item
from passerby.media.inflate import inflate, unbrotli


def exif_block(payload: bytes) -> bytes:
    """Return what is behind the offset that an Exif item begins with (23008-12, A.2.1)."""
    return payload[4 + int.from_bytes(payload[:4], "big") :]


def plain_bytes(item: Item, payload: bytes) -> bytes | None:
    """Return a mime item's bytes without their content encoding; None when that is damaged or
    unknown."""
    if item.coded in (b"", b"identity"):
        return payload
    if item.coded == b"deflate":
        return inflate(payload)
    return unbrotli(payload) if item.coded == b"br" else None


def open_box(kind: bytes, payload: bytes) -> tuple[bytes, bytes | None]:
    """Return a box's type and bytes, those of a ``brob`` box of JPEG XL unpacked (ISO/IEC
    18181-2, 9.7); None for bytes that cannot be."""
    if kind != b"brob":
        return kind, payload
    return payload[:4], unbrotli(payload[4:])
