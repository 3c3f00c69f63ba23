"""Entries, blobs and data keys, sealed and opened: bytes in, bytes out."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from passerby.errors import StoreDamaged
from passerby.store.chain import BlobRef, Link, digest_of
from passerby.store.entry import OPENING_BYTES, Content, Entry, pack, unpack
from passerby.store.seal import KEY_BYTES, NotAuthentic, Place, seal, unseal

# A database page has 4096 bytes; what does not fit beside others goes to a page of its own. So a
# data key and the tag without which it does not open lie in one page that nothing else shares:
# SQLite moves what shares pages about, and frees this one as a whole, overwritten.
_ROOM = bytes(4096)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedEntry:
    """An entry as it is kept: its link, its sealed bytes, its sealed blobs in their order."""

    entry: Entry
    link: Link
    sealed: bytes
    blobs: tuple[bytes, ...]


def sha256(data: bytes) -> str:
    """Return SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def seal_data_key(wrapping: bytes, subject: str, key: bytes) -> bytes:
    """Return a subject's data key, sealed under a key of the store."""
    return seal(wrapping, _ROOM + key, Place(purpose="key", subject=subject))


def unseal_data_key(wrapping: bytes, subject: str, sealed: bytes) -> bytes:
    """Return a subject's data key. Raises StoreDamaged."""
    try:
        return unseal(wrapping, sealed, Place(purpose="key", subject=subject))[-KEY_BYTES:]
    except NotAuthentic as error:
        raise StoreDamaged(f"the key of subject {subject} is not what was written") from error


def seal_entry(
    key: bytes,
    subject: str,
    before: tuple[int, str],
    at: datetime,
    record: bytes,
    blobs: Mapping[str, bytes],
) -> SealedEntry:
    """Seal the entry that follows the number and digest `before`."""
    number = before[0] + 1
    refs = tuple(BlobRef(name=name, sha256=sha256(data)) for name, data in blobs.items())
    content = Content(opening=os.urandom(OPENING_BYTES).hex(), at=at, blobs=refs, record=record)
    sealed = seal(key, pack(content), _entry_place(subject, number))
    bodies = tuple(
        seal(key, b"\1" + data, _blob_place(subject, number, position))
        for position, data in enumerate(blobs.values())
    )
    entry = _entry(number, content, "")
    commitment, hashes = entry.commitment(subject), tuple(sha256(body) for body in bodies)
    digest = digest_of(before[1], subject, number, sha256(sealed), commitment, hashes)
    link = Link(
        number=number,
        sealed_sha256=sha256(sealed),
        commitment=commitment,
        blobs_sha256=hashes,
        digest=digest,
    )
    return SealedEntry(
        entry=_entry(number, content, digest), link=link, sealed=sealed, blobs=bodies
    )


def open_entry(key: bytes, subject: str, link: Link, sealed: bytes) -> Entry:
    """Return an entry whose link fits the chain. Raises StoreDamaged."""
    try:
        content = unpack(unseal(key, sealed, _entry_place(subject, link.number)))
    except NotAuthentic as error:
        raise StoreDamaged(
            f"subject {subject}: entry {link.number} is not what was written"
        ) from error
    entry = _entry(link.number, content, link.digest)
    if entry.commitment(subject) != link.commitment or len(entry.blobs) != len(link.blobs_sha256):
        raise StoreDamaged(f"subject {subject}: entry {link.number} is not what its link is of")
    return entry


def open_blob(
    key: bytes, subject: str, link: Link, refs: Sequence[BlobRef], position: int, sealed: bytes
) -> bytes:
    """Return the plain bytes of a blob of an entry. Raises StoreDamaged."""
    what = f"subject {subject}: blob {position + 1} of entry {link.number}"
    if sha256(sealed) != link.blobs_sha256[position]:
        raise StoreDamaged(f"{what} is not what its link is of")
    try:
        plain = unseal(key, sealed, _blob_place(subject, link.number, position))[1:]
    except NotAuthentic as error:
        raise StoreDamaged(f"{what} is not what was written") from error
    if sha256(plain) != refs[position].sha256:
        raise StoreDamaged(f"{what} is not what its entry is of")
    return plain


def _entry(number: int, content: Content, digest: str) -> Entry:
    return Entry(
        number=number,
        at=content.at,
        record=content.record,
        digest=digest,
        blobs=content.blobs,
        opening=content.opening,
    )


def _entry_place(subject: str, number: int) -> Place:
    return Place(purpose="entry", subject=subject, number=number)


def _blob_place(subject: str, number: int, position: int) -> Place:
    return Place(purpose="blob", subject=subject, number=number, position=position)
