"""Pictures of TIFF directories that are not JPEG files: thumbnails and previews in strips or tiles.

Bare pixels become a PNG; anything else a TIFF of that directory alone.
"""

from __future__ import annotations

import struct

from passerby.errors import CorruptInput
from passerby.media.containers import tiff as container
from passerby.media.containers.tiff import Ifd, Tree
from passerby.media.inventory.parts import Holder
from passerby.media.raster import as_png, ycc_as_png
from passerby.model.media import Part

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 256, 257, 258, 259, 262
_STRIPS, _STRIP_SIZES, _CHANNELS, _PLANAR, _TILES, _TILE_SIZES = 273, 279, 277, 284, 324, 325
_SAMPLING = 530
_COPIED = frozenset(
    {_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC, 266, _CHANNELS, 278, _PLANAR, 317, 320}
    | {322, 323, 332, 338, 339, 347, _SAMPLING}
)
"""Tags that a decoder needs, besides those of strips and tiles."""
_UNCOMPRESSED, _GREY, _RGB, _YCBCR = 1, 1, 2, 6
_GREYS = frozenset({_GREY, 4, 51177, 52527})
"""Also transparency masks, depth maps and masks of what a picture shows (DNG 1.7)."""
_MOST_BYTES = 2**28
_NAMES = {_GREY: "grey", _RGB: "RGB", _YCBCR: "YCbCr"}


def held(data: bytes, tree: Tree, ifd: Ifd, part: Part) -> Holder:
    """Return the part of a directory's picture as one that can be opened."""
    kind = "strips of a TIFF" if ifd.find(_TILES) is None else "tiles of a TIFF"
    if _one(data, tree, ifd, _COMPRESSION, _UNCOMPRESSED) == _UNCOMPRESSED:
        name = _NAMES.get(_one(data, tree, ifd, _PHOTOMETRIC, -1))
        kind = f"uncompressed {name}" if name else kind
    return Holder(
        name=part.name,
        group=part.group,
        offset=part.offset,
        size=part.size,
        kind=kind,
        open=lambda: _file_of(data, tree, ifd),
    )


def _file_of(data: bytes, tree: Tree, ifd: Ifd) -> bytes:
    """Return the picture of a directory as a file. Raises CorruptInput."""
    segments = _segments(data, tree, ifd)
    compression = _one(data, tree, ifd, _COMPRESSION, _UNCOMPRESSED)
    plain = compression == _UNCOMPRESSED and _one(data, tree, ifd, _PLANAR, 1) == 1
    bits = ifd.find(_BITS)
    depths = set() if bits is None else set(container.integers(data, tree, bits))
    if plain and depths <= {8} and ifd.find(_TILES) is None:
        size = _one(data, tree, ifd, _WIDTH, 0), _one(data, tree, ifd, _HEIGHT, 0)
        photometric = _one(data, tree, ifd, _PHOTOMETRIC, -1)
        pixels = b"".join(segments)
        if photometric == _YCBCR:
            sampling = ifd.find(_SAMPLING)
            factors = (2, 2) if sampling is None else container.integers(data, tree, sampling)
            return ycc_as_png(pixels, size, (factors[0], factors[-1]))
        if photometric in _GREYS | {_RGB}:
            return as_png(pixels, size, 3 if photometric == _RGB else 1)
    return _alone(data, tree, ifd, segments)


def _one(data: bytes, tree: Tree, ifd: Ifd, tag: int, default: int) -> int:
    value = container.first_integer(data, tree, ifd, tag)
    return default if value is None else value


def _segments(data: bytes, tree: Tree, ifd: Ifd) -> list[bytes]:
    """Return the bytes of strips or tiles. Raises CorruptInput."""
    for places, sizes in ((_STRIPS, _STRIP_SIZES), (_TILES, _TILE_SIZES), (513, 514)):
        starts, counts = ifd.find(places), ifd.find(sizes)
        if starts is None or counts is None:
            continue
        spans = list(
            zip(
                container.integers(data, tree, starts),
                container.integers(data, tree, counts),
                strict=False,
            )
        )
        if sum(count for _, count in spans) > min(_MOST_BYTES, len(data)):
            raise CorruptInput("TIFF: the strips are larger than the file")
        return [data[tree.base + at : tree.base + at + count] for at, count in spans]
    raise CorruptInput("TIFF: the directory names no strips or tiles")


def _alone(data: bytes, tree: Tree, ifd: Ifd, segments: list[bytes]) -> bytes:
    """Return a TIFF of this directory alone, in the byte order of the whole."""
    order = tree.order
    tiled = ifd.find(_TILES) is not None
    tags = {
        entry.tag: (entry.kind, entry.count, container.raw(data, entry))
        for entry in reversed(ifd.entries)
        if entry.tag in _COPIED and entry.sound
    }
    count = len(segments)
    sizes = struct.pack(f"{order}{count}I", *map(len, segments))
    tags[_TILE_SIZES if tiled else _STRIP_SIZES] = (4, count, sizes)
    tags[_TILES if tiled else _STRIPS] = (4, count, bytes(4 * count))
    at = 8 + 2 + 12 * len(tags) + 4
    start = at + sum(len(raw) for _, _, raw in tags.values() if len(raw) > 4)
    places = [start + sum(map(len, segments[:index])) for index in range(count)]
    tags[_TILES if tiled else _STRIPS] = (4, count, struct.pack(f"{order}{count}I", *places))
    entries, values = [], []
    for tag, (kind, number, raw) in sorted(tags.items()):
        field = raw.ljust(4, b"\x00") if len(raw) <= 4 else struct.pack(order + "I", at)
        if len(raw) > 4:
            values.append(raw)
            at += len(raw)
        entries.append(struct.pack(order + "HHI", tag, kind, number) + field)
    mark = b"II" if order == "<" else b"MM"
    header = mark + struct.pack(order + "HIH", 42, 8, len(tags))
    return b"".join([header, *entries, bytes(4), *values, *segments])
