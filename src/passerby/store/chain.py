"""The hash chain of a subject: anyone can recheck it, without a key.

Each link is SHA-256 over the link before it, the subject, its number, the hash of its sealed
bytes, its commitment and the hashes of its sealed blobs, all with their lengths before them. So
whoever has an earlier head (it is printed in letters) can tell that nothing before it was changed,
left out or put elsewhere.

The commitment is a hash of the plain record under a random opening. A sealed text alone could be
made to open differently under two keys; the commitment binds a link to one record, shows nothing
as long as the opening is secret, and lets a bundle that discloses record and opening prove that
the record is what the chain holds.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from passerby.errors import StoreDamaged

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def frame(*parts: bytes) -> bytes:
    """Return the parts, each behind its length (8 bytes, big endian): no two lists of parts
    give the same bytes."""
    return b"".join(struct.pack(">Q", len(part)) + part for part in parts)


def hashed(purpose: str, *parts: bytes) -> str:
    """Return SHA-256 (hex) over framed parts, told apart from other purposes."""
    return hashlib.sha256(frame(f"passerby.store {purpose} 1".encode(), *parts)).hexdigest()


def microseconds(at: datetime) -> int:
    """Return an aware time as microseconds since 1970, UTC, exactly."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def time_of(count: int) -> datetime:
    """Return the time, UTC, that `microseconds` gave. Raises OverflowError."""
    return _EPOCH + timedelta(microseconds=count)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobRef:
    """A blob that came with a record: its name, the sha256 (hex) of its plain bytes."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One entry as the chain knows it. All hashes are SHA-256 in hex."""

    number: int
    sealed_sha256: str
    commitment: str
    blobs_sha256: tuple[str, ...]
    """Of the sealed blobs, in their order."""
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What a third party needs to recheck a subject's chain: `recheck`."""

    subject: str
    links: tuple[Link, ...]

    @property
    def head(self) -> str:
        """The last digest as it is written here: not rechecked."""
        return self.links[-1].digest if self.links else beginning(self.subject)


def beginning(subject: str) -> str:
    """Return the head of a chain that has no link yet."""
    return hashed("beginning", subject.encode())


def digest_of(
    before: str,
    subject: str,
    number: int,
    sealed_sha256: str,
    commitment: str,
    blobs: Iterable[str],
) -> str:
    """Return the digest of a link that follows the digest `before`. Raises ValueError where a
    hash is not hex."""
    return hashed(
        "link",
        bytes.fromhex(before),
        subject.encode(),
        struct.pack(">Q", number),
        bytes.fromhex(sealed_sha256),
        bytes.fromhex(commitment),
        *(bytes.fromhex(blob) for blob in blobs),
    )


def commitment_of(
    opening: str, subject: str, number: int, at: datetime, record: bytes, blobs: Iterable[BlobRef]
) -> str:
    """Return what binds a link to one plain record. `opening` is hex: 32 random bytes."""
    return hashed(
        "commitment",
        bytes.fromhex(opening),
        subject.encode(),
        struct.pack(">Qq", number, microseconds(at)),
        record,
        *(frame(blob.name.encode(), bytes.fromhex(blob.sha256)) for blob in blobs),
    )


def recheck(chain: Chain) -> str:
    """Return the head of a chain whose every digest was computed anew. Raises StoreDamaged."""
    before = beginning(chain.subject)
    for number, link in enumerate(chain.links, 1):
        if link.number != number:
            raise StoreDamaged(
                f"subject {chain.subject}: entry {link.number} stands where {number} should"
            )
        before = _recheck_link(before, chain.subject, link)
    return before


def _recheck_link(before: str, subject: str, link: Link) -> str:
    try:
        digest = digest_of(
            before, subject, link.number, link.sealed_sha256, link.commitment, link.blobs_sha256
        )
    except ValueError:
        digest = ""
    if digest != link.digest:
        raise StoreDamaged(f"subject {subject}: entry {link.number} does not fit the chain")
    return digest
