"""Exif blocks (Exif 3.0; CIPA DC-008): the orientation."""

from __future__ import annotations

from passerby.errors import CorruptInput
from passerby.media import orient
from passerby.media.containers import tiff
from passerby.model.media import Orientation

ORIENTATION = 0x0112
_PREFIX = b"Exif\x00"


def block_start(data: bytes, start: int) -> int:
    """Return where the TIFF header of an Exif block lies: some writers put ``Exif\\0\\0`` first
    even where the container has no use for it."""
    return start + 6 if data[start : start + 5] == _PREFIX else start


def read_orientation(data: bytes, start: int, end: int) -> Orientation:
    """Return the orientation of the block at data[start:end]; upright when it names none.

    A damaged block names none: other software shows such a picture as it is stored.
    """
    try:
        tree = tiff.walk_first(data, block_start(data, start), end)
    except CorruptInput:
        return Orientation.TOP_LEFT
    value = tiff.first_integer(data, tree, tree.ifds[0], ORIENTATION) if tree.ifds else None
    return orient.from_tag(value) if value is not None else Orientation.TOP_LEFT
