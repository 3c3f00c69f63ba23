"""The client's history as a chain of digests, and how anybody can compute it again.

Each digest is over the one before it, so that no entry can be changed, left out or put between
two others without changing every digest that follows. What an entry says is not in here, only
the SHA-256 of its sealed bytes: the chain can be shown to anybody.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from passerby.rights.bundle.manifest import (
    SCHEMA,
    ChainEnd,
    canonical,
    count_of,
    read_json,
    sha256_of,
)

DOMAIN = b"passerby history 1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the history. `sealed` is the SHA-256 of its sealed bytes, `digest` that of
    the chain up to it; both hexadecimal. Entries are numbered from 1."""

    number: int
    sealed: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A client's whole chain. `subject` is her random id."""

    subject: str
    entries: tuple[Entry, ...]

    @property
    def end(self) -> ChainEnd:
        """Where it stands."""
        head = self.entries[-1].digest if self.entries else first_digest(self.subject)
        return ChainEnd(subject=self.subject, entries=len(self.entries), head=head)


def first_digest(subject: str) -> str:
    """Return what stands before the first entry."""
    return hashlib.sha256(DOMAIN + subject.encode()).hexdigest()


def next_digest(previous: str, subject: str, number: int, sealed: str) -> str:
    """Return the digest of an entry: SHA-256 over the domain, the digest before it (32 bytes),
    its number (8 bytes, the highest first), the SHA-256 of its sealed bytes (32 bytes), and the
    subject."""
    material = bytes.fromhex(previous) + struct.pack(">Q", number) + bytes.fromhex(sealed)
    return hashlib.sha256(DOMAIN + material + subject.encode()).hexdigest()


def breaks_in(history: History) -> list[tuple[int, str]]:
    """Return the numbers of the entries that do not follow from what stands before them, each
    with what is wrong. After a break the chain is followed on from what the entry says."""
    found = []
    previous = first_digest(history.subject)
    for place, entry in enumerate(history.entries, start=1):
        if entry.number != place:
            found.append((entry.number, f"it stands in place {place}"))
        if next_digest(previous, history.subject, entry.number, entry.sealed) != entry.digest:
            found.append((entry.number, "its digest does not follow from the entry before it"))
        previous = entry.digest
    return found


def write_chain(history: History) -> bytes:
    """Return `chain.json`."""
    return canonical(
        {
            "schema": SCHEMA,
            "subject": history.subject,
            "entries": [
                {"number": e.number, "sealed": e.sealed, "digest": e.digest}
                for e in history.entries
            ],
        }
    )


def read_chain(data: bytes) -> History:
    """Read `chain.json`. Raises ValueError, in words for people, for anything that
    `write_chain` would not have written."""
    document = read_json(data)
    try:
        history = History(subject=document["subject"], entries=tuple(_entries(document["entries"])))
        again = write_chain(history)
    except (KeyError, TypeError, AttributeError, UnicodeEncodeError) as error:
        raise ValueError(f"it is no chain: {type(error).__name__}") from error
    if again != data:
        raise ValueError("it is not written as a chain is")
    return history


def _entries(listed: Sequence[Mapping[str, Any]]) -> list[Entry]:
    return [
        Entry(
            number=count_of(each["number"]),
            sealed=sha256_of(each["sealed"]),
            digest=sha256_of(each["digest"]),
        )
        for each in listed
    ]
