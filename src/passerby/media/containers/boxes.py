"""Boxes of JUMBF (ISO/IEC 19566-5) and of video and HEIF files (ISO/IEC 14496-12)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

MOST_BOXES = 2000
"""In a row; more than any writer puts beside each other."""


def walk(raw: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int, int]]:
    """Yield (type, offset, offset of the content, end) of boxes, up to the first damaged one."""
    at = start
    for _ in range(MOST_BOXES):
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
