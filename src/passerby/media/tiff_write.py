"""Writes a TIFF of one page (TIFF 6.0): little-endian, strips, deflate, horizontal differencing.

The layout of the file is fixed, so that a reader can account for every byte: header, directory,
values too long for it, strips.
"""

from __future__ import annotations

import struct

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
_Values = tuple[int, int, bytes]
"""Type, count and bytes of a tag's value."""


def write(
    mode: Mode, samples: Samples, depth: int, *, icc: bytes | None, xmp: bytes | None
) -> bytes:
    """Return the file. `depth` is bits a sample. Raises ValueError if it would pass 4 GiB."""
    height, width, channels = samples.shape
    row_bytes = -(-width * channels * depth // 8)
    rows = max(1, min(height, _STRIP_BYTES // row_bytes))
    strips = [_code_strip(samples[top : top + rows], depth) for top in range(0, height, rows)]
    if sum(map(len, strips)) > _LARGEST:
        raise ValueError("the picture is too large for a TIFF file")
    tags: dict[int, _Values] = {
        256: _longs(width),
        257: _longs(height),
        258: _shorts(*[depth] * channels),
        259: _shorts(8),
        262: _shorts(_PHOTOMETRIC[mode]),
        273: _longs(*[0] * len(strips)),
        277: _shorts(channels),
        278: _longs(rows),
        279: _longs(*map(len, strips)),
        282: (_RATIONAL, 1, struct.pack("<II", 1, 1)),
        283: (_RATIONAL, 1, struct.pack("<II", 1, 1)),
        284: _shorts(1),
        296: _shorts(1),
        317: _shorts(2 if depth >= 8 else 1),
    }
    if mode is Mode.CMYK:
        tags[332] = _shorts(1)
    if mode.has_alpha:
        tags[338] = _shorts(2)
    if xmp is not None:
        tags[700] = (_BYTE, len(xmp), xmp)
    if icc is not None:
        tags[34675] = (_UNDEFINED, len(icc), icc)
    return b"".join([*_directory(tags, [len(strip) for strip in strips]), *strips])


def _directory(tags: dict[int, _Values], strip_sizes: list[int]) -> list[bytes]:
    """Return header, directory and long values; strips follow, each where it is said to be."""
    directory_end = 8 + 2 + 12 * len(tags) + 4
    long_values = sum(_padded(len(raw)) for _, _, raw in tags.values() if len(raw) > 4)
    offsets = np.cumsum([directory_end + long_values, *strip_sizes[:-1]])
    tags[273] = _longs(*offsets.tolist())
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
    header = struct.pack("<2sHIH", b"II", 42, 8, len(tags))
    return [header, *entries, struct.pack("<I", 0), *values]


def _padded(size: int) -> int:
    """Values begin at even offsets."""
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
