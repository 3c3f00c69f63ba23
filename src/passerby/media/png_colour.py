"""The chunks of a PNG that say what its colours mean: iCCP, cICP, sRGB, gAMA, cHRM.

Values are read, checked and written anew (PNG Third Edition, 11.3.2).
"""

from __future__ import annotations

import struct
import zlib

from passerby.media.containers import png as container
from passerby.media.containers.chunk import Chunk
from passerby.media.inflate import Room, inflate
from passerby.model.media import Encoding

_ORDER = (b"cICP", b"sRGB", b"gAMA", b"cHRM")
_PROFILE_NAME = b"ICC"
_LARGEST_CHROMATICITY = 200_000
"""2.0 in units of 1/100000: wider than any real primary."""


def read_tags(
    data: bytes, chunks: tuple[Chunk, ...], profile: bytes | None, notes: list[str]
) -> tuple[tuple[str, bytes], ...]:
    """Return the valid colour chunks as (name, payload), in the order in which they are written.

    A profile that is kept outranks sRGB, which should not stand beside it (PNG, third edition).
    """
    found: dict[bytes, bytes] = {}
    for chunk in chunks:
        if chunk.type == b"IDAT":
            break
        if chunk.type in _ORDER and chunk.type not in found:
            payload = data[chunk.payload]
            if is_valid_tag(chunk.type, payload):
                found[chunk.type] = payload
            else:
                notes.append(f"the {chunk.type.decode('ascii')} chunk is not valid: left out")
    if profile is not None and found.pop(b"sRGB", None) is not None:
        notes.append("the sRGB chunk is left out: there is a colour profile")
    return tuple((kind.decode("ascii"), found[kind]) for kind in _ORDER if kind in found)


def is_valid_tag(kind: bytes, payload: bytes) -> bool:
    """Whether a colour chunk holds values that the specification allows."""
    if kind == b"sRGB":
        return len(payload) == 1 and payload[0] <= 3
    if kind == b"cICP":
        # ITU-T H.273 code points; the matrix of a PNG is always 0.
        known = len(payload) == 4 and 1 <= payload[0] <= 22 and 1 <= payload[1] <= 18
        return known and payload[2] == 0 and payload[3] <= 1
    if kind == b"gAMA":
        return len(payload) == 4 and 1_000 <= struct.unpack(">I", payload)[0] <= 1_000_000
    if kind == b"cHRM":
        if len(payload) != 32:
            return False
        values = struct.unpack(">8I", payload)
        return all(value <= _LARGEST_CHROMATICITY for value in values) and values[1] > 0
    return False


def write_chunks(encoding: Encoding) -> list[bytes]:
    """Return the colour chunks of the plan."""
    chunks = [
        container.build(name.encode("ascii"), payload) for name, payload in encoding.colour_tags
    ]
    if encoding.icc:
        chunks.append(container.build(b"iCCP", profile_payload(encoding.icc)))
    return chunks


def profile_payload(profile: bytes) -> bytes:
    """Return the payload of an iCCP chunk: a fixed name, the method, the compressed profile."""
    return _PROFILE_NAME + b"\x00\x00" + zlib.compress(profile, 9)


def read_profile(payload: bytes) -> bytes | None:
    """Return the profile of an iCCP chunk; None when it is damaged."""
    name, mark, rest = payload.partition(b"\x00")
    if not mark or len(name) > 79 or rest[:1] != b"\x00":
        return None
    return inflate(rest[1:])


def read_international_text(payload: bytes, room: Room | None = None) -> bytes | None:
    """Return the text of an iTXt chunk, inflated where needed; None when it is damaged, or when
    there is no room for it."""
    _, _, rest = payload.partition(b"\x00")
    if len(rest) < 4:
        return None
    compressed = rest[0] == 1
    parts = rest[2:].split(b"\x00", 2)
    if len(parts) != 3:
        return None
    return (room or Room()).inflate(parts[2]) if compressed else parts[2]
