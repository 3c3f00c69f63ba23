"""How a HEIF picture is cut, turned and mirrored before it is shown (ISO/IEC 23008-12, 6.5.9,
6.5.10, 6.5.12). An orientation in its Exif is for information alone, and not applied again."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from passerby.errors import CorruptInput, UnsupportedFormat
from passerby.media import orient
from passerby.media.containers.bmff import Box, Fields, build
from passerby.media.containers.items import Item
from passerby.model.media import Orientation
from passerby.ports import Samples

Transform = tuple[bytes, tuple[int, ...]]
"""The type of a box, and its numbers."""

_WORDS = {b"clap": (4,) * 8, b"irot": (1,), b"imir": (1,)}


def read_transforms(data: bytes, chain: tuple[Item, ...]) -> tuple[Transform, ...]:
    """Return what is to be done to a picture, in order. `chain` are the item that is shown and
    what it shows, the innermost last. Raises CorruptInput."""
    found = []
    for item in reversed(chain):
        for box, _ in item.properties:
            if box.kind in _WORDS:
                found.append((box.kind, _read(data, box)))
    return tuple(found)


def _read(data: bytes, box: Box) -> tuple[int, ...]:
    fields = Fields(data, box, f"HEIF: the {box.kind.decode('ascii')} box")
    values = tuple(fields.number(size) for size in _WORDS[box.kind])
    if box.kind == b"irot":
        return (values[0] & 3,)
    return (values[0] & 1,) if box.kind == b"imir" else values


def write_transform(transform: Transform) -> bytes:
    """Return the box of a transform."""
    kind, values = transform
    sizes = zip(values, _WORDS[kind], strict=True)
    return build(kind, *(value.to_bytes(size, "big") for value, size in sizes))


def cut_out(samples: Samples, transforms: tuple[Transform, ...]) -> Samples:
    """Return the part of decoded samples that is shown, not turned yet.

    Raises CorruptInput, and UnsupportedFormat where it is cut after it is turned.
    """
    for index, (kind, values) in enumerate(transforms):
        if kind != b"clap":
            continue
        if any(before != b"clap" for before, _ in transforms[:index]):
            raise UnsupportedFormat("HEIF that is cut after it is turned is not handled")
        height, width = samples.shape[:2]
        across = _range(width, values[0:2], values[4:6])
        down = _range(height, values[2:4], values[6:8])
        samples = samples[down, across]
    return samples


def _range(length: int, size: tuple[int, ...], offset: tuple[int, ...]) -> slice:
    """Return the rows or columns of a clean aperture (ISO/IEC 14496-12, 12.1.4): the middle of
    the cut lies `offset` beside that of the picture. Offsets are signed."""
    if not size[1] or not offset[1]:
        raise CorruptInput("HEIF: what is to be cut out is damaged")
    wide = Fraction(*size)
    shift = Fraction(offset[0] - (offset[0] >> 31 << 32), offset[1])
    start = Fraction(length - 1, 2) + shift - (wide - 1) / 2
    if wide.denominator != 1 or start.denominator != 1:
        raise UnsupportedFormat("HEIF that is cut between pixels is not handled")
    if wide <= 0 or start < 0 or start + wide > length:
        raise CorruptInput("HEIF: what is to be cut out lies outside the picture")
    return slice(int(start), int(start + wide))


def orientation_of(transforms: tuple[Transform, ...]) -> Orientation:
    """Return the orientation that turns and mirrors come to.

    irot turns anticlockwise by quarters; imir exchanges top and bottom (0) or left and right (1).
    """
    probe: Samples = np.arange(6, dtype=np.uint8).reshape(2, 3, 1)
    turned = probe
    for kind, values in transforms:
        if kind == b"irot":
            turned = np.rot90(turned, values[0])
        elif kind == b"imir":
            turned = np.flip(turned, values[0])
    return next(o for o in Orientation if np.array_equal(orient.apply(probe, o), turned))
