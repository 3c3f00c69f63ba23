"""Values of ICC tags (ICC.1:2022, clause 10), each parsed and written anew.

What is returned has exactly the bytes that its type defines: what lies behind or between is gone.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

_MOST_ENTRIES = 65536
_PARAMETERS = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}
_MOST_CHANNELS = 4


class BadTag(Exception):
    """A profile, or one of its tags, is damaged or of an unknown type."""


def rebuild_tag(name: bytes, value: bytes) -> bytes:
    """Return a tag's value from its parsed form. Raises BadTag."""
    writer = _TYPES.get(value[:4])
    label = name.decode("ascii", "replace")
    if writer is None or value[:4] not in _allowed_types(name):
        raise BadTag(f"its tag {label} is of an unknown type")
    try:
        return writer(value)
    except struct.error as error:
        raise BadTag(f"its tag {label} is damaged") from error


def _allowed_types(name: bytes) -> tuple[bytes, ...]:
    if name.endswith(b"XYZ") or name.endswith(b"pt"):
        return (b"XYZ ",)
    if name.endswith(b"TRC"):
        return (b"curv", b"para")
    if name in (b"chad", b"cicp"):
        return (b"sf32",) if name == b"chad" else (b"cicp",)
    return (b"mft1", b"mft2", b"mAB ", b"mBA ")


def _take(value: bytes, start: int, size: int) -> bytes:
    part = value[start : start + size]
    if len(part) != size:
        raise BadTag("a tag is shorter than its type says")
    return part


def _xyz(value: bytes) -> bytes:
    return b"XYZ \0\0\0\0" + _take(value, 8, 12)


def _chad(value: bytes) -> bytes:
    return b"sf32\0\0\0\0" + _take(value, 8, 36)


def _cicp(value: bytes) -> bytes:
    return b"cicp\0\0\0\0" + _take(value, 8, 4)


def _curve(value: bytes) -> bytes:
    count = struct.unpack_from(">I", value, 8)[0]
    if count > _MOST_ENTRIES:
        raise BadTag("a curve has too many entries")
    return b"curv\0\0\0\0" + _take(value, 8, 4 + 2 * count)


def _parametric(value: bytes) -> bytes:
    kind = struct.unpack_from(">H", value, 8)[0]
    if kind not in _PARAMETERS:
        raise BadTag("a curve is of an unknown kind")
    numbers = _take(value, 12, 4 * _PARAMETERS[kind])
    return b"para\0\0\0\0" + struct.pack(">HH", kind, 0) + numbers


def _channels(value: bytes) -> tuple[int, int, int]:
    inputs, outputs, points = struct.unpack_from(">BBB", value, 8)
    if not (1 <= inputs <= _MOST_CHANNELS and 1 <= outputs <= _MOST_CHANNELS):
        raise BadTag("a table has too many channels")
    return inputs, outputs, points


def _table_8(value: bytes) -> bytes:
    inputs, outputs, points = _channels(value)
    size = 256 * inputs + points**inputs * outputs + 256 * outputs
    head = b"mft1\0\0\0\0" + bytes((inputs, outputs, points, 0)) + _take(value, 12, 36)
    return head + _take(value, 48, size)


def _table_16(value: bytes) -> bytes:
    inputs, outputs, points = _channels(value)
    before, after = struct.unpack_from(">HH", value, 48)
    if not (2 <= before <= 4096 and 2 <= after <= 4096):
        raise BadTag("a table has too many entries")
    size = 2 * (before * inputs + points**inputs * outputs + after * outputs)
    head = b"mft2\0\0\0\0" + bytes((inputs, outputs, points, 0)) + _take(value, 12, 40)
    return head + _take(value, 52, size)


def _elements(value: bytes) -> bytes:
    """lutAToBType and lutBToAType (10.12, 10.13): curves, matrix and table, each at an offset."""
    inputs, outputs, _ = _channels(value)
    to_pcs = value[:4] == b"mAB "
    b_count, a_count = (outputs, inputs) if to_pcs else (inputs, outputs)
    b_at, matrix_at, m_at, table_at, a_at = struct.unpack_from(">5I", value, 12)
    parts = [
        _curves(value, b_at, b_count),
        _take(value, matrix_at, 48) if matrix_at else b"",
        _curves(value, m_at, b_count) if m_at else b"",
        _grid(value, table_at, inputs, outputs) if table_at else b"",
        _curves(value, a_at, a_count) if a_at else b"",
    ]
    if not b_at:
        raise BadTag("a table has no curves")
    places, at = [], 32
    for part in parts:
        places.append(at if part else 0)
        at += len(part)
    head = value[:4] + b"\0\0\0\0" + bytes((inputs, outputs, 0, 0)) + struct.pack(">5I", *places)
    return head + b"".join(parts)


def _curves(value: bytes, at: int, count: int) -> bytes:
    """Return curves that follow one another, each padded to four bytes."""
    out = b""
    for _ in range(count):
        kind = value[at : at + 4]
        if kind not in (b"curv", b"para"):
            raise BadTag("a curve is of an unknown type")
        curve = (_curve if kind == b"curv" else _parametric)(value[at:])
        padded = curve + b"\0" * (-len(curve) % 4)
        out += padded
        at += len(padded)
    return out


def _grid(value: bytes, at: int, inputs: int, outputs: int) -> bytes:
    points = _take(value, at, 16)
    precision = _take(value, at + 16, 1)[0]
    if precision not in (1, 2):
        raise BadTag("a table is of an unknown precision")
    size = outputs * precision
    for count in points[:inputs]:
        size *= count
    if size > len(value):
        raise BadTag("a table is shorter than its type says")
    head = points[:inputs].ljust(16, b"\0") + bytes((precision, 0, 0, 0))
    numbers = _take(value, at + 20, size)
    return head + numbers + b"\0" * (-size % 4)


_TYPES: dict[bytes, Callable[[bytes], bytes]] = {
    b"XYZ ": _xyz,
    b"sf32": _chad,
    b"cicp": _cicp,
    b"curv": _curve,
    b"para": _parametric,
    b"mft1": _table_8,
    b"mft2": _table_16,
    b"mAB ": _elements,
    b"mBA ": _elements,
}
