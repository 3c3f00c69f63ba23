"""Writes a TIFF (TIFF 6.0): little-endian, strips, deflate, horizontal differencing.

The layout of the file is fixed, so that a reader can account for every byte: header, and of each
page its directory, values too long for it, strips.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import imagecodecs
import numpy as np

from passerby.media import samples as sample_steps
from passerby.model.media import Mode
from passerby.ports import Samples

_STRIP_BYTES = 1 << 20
_LEVEL = 6
_SHORT, _LONG, _RATIONAL, _BYTE, _UNDEFINED = 3, 4, 5, 1, 7
_PHOTOMETRIC = {Mode.L: 1, Mode.LA: 1, Mode.RGB: 2, Mode.RGBA: 2, Mode.CMYK: 5}
_LARGEST = 2**32 - 2**20
_ONE_OF_SEVERAL = 2
"""NewSubfileType of a page among several."""
_Values = tuple[int, int, bytes]
"""Type, count and bytes of a tag's value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A picture to write. `samples` are (height, width, channels), `depth` bits a sample."""

    mode: Mode
    samples: Samples
    depth: int
    icc: bytes | None = None
    xmp: bytes | None = None


def write(pages: Sequence[Page]) -> bytes:
    """Return the file. Raises ValueError if it would pass 4 GiB."""
    pieces, at = [struct.pack("<2sHI", b"II", 42, 8)], 8
    for number, page in enumerate(pages):
        tags, strips = _describe(page)
        if len(pages) > 1:
            tags[254] = _longs(_ONE_OF_SEVERAL)
            tags[297] = _shorts(number, len(pages))
        last = number + 1 == len(pages)
        written = _page(tags, strips, at, last)
        at += sum(map(len, written))
        if at > _LARGEST:
            raise ValueError("the picture is too large for a TIFF file")
        pieces += written
    return b"".join(pieces)


def _describe(page: Page) -> tuple[dict[int, _Values], list[bytes]]:
    """Return the tags of a page, but for where its strips lie, and the strips."""
    height, width, channels = page.samples.shape
    row_bytes = -(-width * channels * page.depth // 8)
    rows = max(1, min(height, _STRIP_BYTES // row_bytes))
    strips = [
        _code_strip(page.samples[top : top + rows], page.depth) for top in range(0, height, rows)
    ]
    tags: dict[int, _Values] = {
        256: _longs(width),
        257: _longs(height),
        258: _shorts(*[page.depth] * channels),
        259: _shorts(8),
        262: _shorts(_PHOTOMETRIC[page.mode]),
        277: _shorts(channels),
        278: _longs(rows),
        279: _longs(*map(len, strips)),
        282: (_RATIONAL, 1, struct.pack("<II", 1, 1)),
        283: (_RATIONAL, 1, struct.pack("<II", 1, 1)),
        284: _shorts(1),
        296: _shorts(1),
        317: _shorts(2 if page.depth >= 8 else 1),
    }
    if page.mode is Mode.CMYK:
        tags[332] = _shorts(1)
    if page.mode.has_alpha:
        tags[338] = _shorts(2)
    if page.xmp is not None:
        tags[700] = (_BYTE, len(page.xmp), page.xmp)
    if page.icc is not None:
        tags[34675] = (_UNDEFINED, len(page.icc), page.icc)
    return tags, strips


def _page(tags: dict[int, _Values], strips: list[bytes], start: int, last: bool) -> list[bytes]:
    """Return directory, long values and strips of a page that begins at byte `start`; the
    directory of the next page follows."""
    tags[273] = _longs(*[0] * len(strips))
    directory_end = start + 2 + 12 * len(tags) + 4
    long_values = sum(_padded(len(raw)) for _, _, raw in tags.values() if len(raw) > 4)
    offsets = np.cumsum([directory_end + long_values, *map(len, strips)]).tolist()
    tags[273] = _longs(*offsets[:-1])
    following = _padded(offsets[-1])
    at = directory_end
    entries, values = [], []
    for tag, (kind, count, raw) in sorted(tags.items()):
        if len(raw) <= 4:
            field = raw.ljust(4, b"\x00")
        else:
            field = struct.pack("<I", at)
            values.append(raw.ljust(_padded(len(raw)), b"\x00"))
            at += _padded(len(raw))
        entries.append(struct.pack("<HHI", tag, kind, count) + field)
    link = struct.pack("<I", 0 if last else following)
    padding = b"" if last else b"\x00" * (following - offsets[-1])
    return [struct.pack("<H", len(tags)), *entries, link, *values, *strips, padding]


def _padded(size: int) -> int:
    """Values and directories begin at even offsets."""
    return size + size % 2


def _shorts(*values: int) -> _Values:
    return _SHORT, len(values), struct.pack(f"<{len(values)}H", *values)


def _longs(*values: int) -> _Values:
    return _LONG, len(values), struct.pack(f"<{len(values)}I", *values)


def _code_strip(rows: Samples, depth: int) -> bytes:
    if depth < 8:
        levels = sample_steps.unspread(sample_steps.to_8_bit(rows[..., 0]), depth)
        bits = np.unpackbits(levels[..., None], axis=2)[..., 8 - depth :]
        packed = np.packbits(bits.reshape(len(rows), -1), axis=1)
        return bytes(imagecodecs.deflate_encode(packed.tobytes(), _LEVEL))
    differences = rows.copy()
    differences[:, 1:] -= rows[:, :-1]
    stored = differences.astype(differences.dtype.newbyteorder("<"), copy=False)
    return bytes(imagecodecs.deflate_encode(stored.tobytes(), _LEVEL))
