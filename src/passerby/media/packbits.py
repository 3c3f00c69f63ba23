"""Rows that are packed one by one (PackBits), as Photoshop stores channels."""

from __future__ import annotations

from collections.abc import Sequence

import imagecodecs

from passerby.errors import CorruptInput


def unpack_rows(coded: bytes, counts: Sequence[int], row_bytes: int) -> bytes:
    """Return rows of `row_bytes` each; `counts` are their packed bytes.

    Raises CorruptInput where a row is short, and what imagecodecs raises where one is damaged.
    """
    rows, at = [], 0
    for size in counts:
        row = bytes(imagecodecs.packbits_decode(coded[at : at + size], out=row_bytes))
        if len(row) != row_bytes:
            raise CorruptInput("PSD: a row holds less than its part of the picture")
        rows.append(row)
        at += size
    return b"".join(rows)
