"""An entry, and its plain bytes as they are sealed.

Sealed together, so that nothing of it can be read or changed without the key: the form (one
byte), the opening of the commitment, the time, the names and hashes of the blobs, and the record.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from datetime import datetime

from passerby.store.chain import BlobRef, commitment_of, frame, microseconds, time_of
from passerby.store.seal import NotAuthentic

OPENING_BYTES = 32
_FORM = 1
_HASH_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A record as it was appended, verified.

    `number` counts from 1. `at` is when it was appended, UTC, by this machine's clock: authentic
    in that nobody without the key changed it, no proof of the time. `digest` (hex) is its link
    in the chain. `opening` (hex) with the rest of the entry shows that the link is of this
    record: `chain.commitment_of`. What is hers is left out of the repr: tracebacks get around.
    """

    number: int
    at: datetime
    record: bytes = field(repr=False)
    digest: str
    blobs: tuple[BlobRef, ...] = field(repr=False)
    opening: str = field(repr=False)

    def commitment(self, subject: str) -> str:
        """Return the commitment that this entry's link carries."""
        return commitment_of(self.opening, subject, self.number, self.at, self.record, self.blobs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """What stays of an erased subject: the random id, when (UTC), and the head of her chain."""

    id: str
    at: datetime
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What of an entry is sealed."""

    opening: str
    at: datetime
    blobs: tuple[BlobRef, ...]
    record: bytes


def pack(content: Content) -> bytes:
    """Return the plain bytes that are sealed."""
    blobs = b"".join(
        bytes.fromhex(blob.sha256) + frame(blob.name.encode()) for blob in content.blobs
    )
    head = struct.pack(
        ">B32sqI",
        _FORM,
        bytes.fromhex(content.opening),
        microseconds(content.at),
        len(content.blobs),
    )
    return head + blobs + content.record


def unpack(plain: bytes) -> Content:
    """Return the content of bytes that were sealed here. Raises NotAuthentic."""
    head = struct.Struct(">B32sqI")
    try:
        form, opening, at, count = head.unpack_from(plain)
        if form != _FORM:
            raise NotAuthentic
        offset, blobs = head.size, []
        for _ in range(count):
            (length,) = struct.unpack_from(">Q", plain, offset + _HASH_BYTES)
            start = offset + _HASH_BYTES + 8
            name = plain[start : start + length].decode()
            blobs.append(BlobRef(name=name, sha256=plain[offset : offset + _HASH_BYTES].hex()))
            offset = start + length
        return Content(
            opening=opening.hex(), at=time_of(at), blobs=tuple(blobs), record=plain[offset:]
        )
    except (struct.error, UnicodeDecodeError, OverflowError) as error:
        raise NotAuthentic from error
