"""What the headers of a coded picture say, whatever its codec."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """`width` and `height` are what a decoder makes room for and what it shows of it, in pixels;
    `depth` is bits a sample; `colour` are the code points of ITU-T H.273 for primaries, transfer
    and matrix, where the stream has them, and whether its range is full."""

    room: tuple[int, int]
    shown: tuple[int, int]
    depth: int
    grey: bool
    colour: tuple[int, int, int, bool] | None = None
