"""Bundles of evidence for tests: a small case, signed by a key that everybody knows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from passerby.rights.bundle import (
    History,
    Member,
    MemberKind,
    write_bundle,
)
from passerby.store.chain import BlobRef, Chain, Link, beginning, digest_of
from passerby.store.entry import Entry

SUBJECT = "c-4f6a1d"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
MADE_AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
MEMBERS = (
    Member(name="letters/1.pdf", kind=MemberKind.LETTER_PDF, data=b"%PDF-1.7 a letter"),
    Member(name="answers/1.eml", kind=MemberKind.ANSWER, data=b"From: x@example.org\r\n\r\nNo."),
    Member(name="empty.txt", kind=MemberKind.ATTACHMENT, data=b""),
)


def disclosed(number: int) -> Entry:
    """Return the plain entry of this number."""
    return Entry(
        number=number,
        at=MADE_AT + timedelta(microseconds=number),
        opening=hashlib.sha256(b"opening %d" % number).hexdigest(),
        record=b"record %d" % number,
        digest="",
        blobs=(BlobRef(name="1.pdf", sha256=hashlib.sha256(MEMBERS[0].data).hexdigest()),),
    )


def history(count: int = 4, subject: str = SUBJECT, plain: Sequence[int] = ()) -> History:
    """Return a history of so many entries, of which some are disclosed."""
    links = []
    before = beginning(subject)
    for number in range(1, count + 1):
        sealed = hashlib.sha256(b"sealed %d" % number).hexdigest()
        blobs = (hashlib.sha256(b"sealed blob %d" % number).hexdigest(),)
        committed = disclosed(number).commitment(subject)
        before = digest_of(before, subject, number, sealed, committed, blobs)
        links.append(
            Link(
                number=number,
                sealed_sha256=sealed,
                commitment=committed,
                blobs_sha256=blobs,
                digest=before,
            )
        )
    chain = Chain(subject=subject, links=tuple(links))
    return History(chain=chain, disclosed=tuple(map(disclosed, plain)))


def bundle(
    members: Sequence[Member] = MEMBERS,
    *,
    chain: History | None = None,
    key: Ed25519PrivateKey = KEY,
) -> bytes:
    """Return a bundle of the case."""
    return write_bundle(
        members,
        history(plain=(2,)) if chain is None else chain,
        key,
        bundle="b-93aa0c",
        case="PB-7Q2M",
        made_at=MADE_AT,
    )
