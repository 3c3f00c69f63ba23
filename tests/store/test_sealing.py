"""Behind the chain stand the tags: what fits the chain and was not sealed for it does not open."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from passerby.errors import StoreDamaged
from passerby.store.chain import beginning
from passerby.store.seal import new_key
from passerby.store.sealing import (
    SealedEntry,
    open_blob,
    open_entry,
    seal_data_key,
    seal_entry,
    sha256,
    unseal_data_key,
)

KEY = new_key()
AT = datetime(2026, 11, 24, tzinfo=UTC)


def sealed(
    record: bytes = b"asked", subject: str = "anna", before: int = 0, key: bytes = KEY
) -> SealedEntry:
    """Return an entry with two blobs."""
    blobs = {"a.pdf": b"first", "b.pdf": b"second"}
    return seal_entry(key, subject, (before, beginning(subject)), AT, record, blobs)


def test_what_was_sealed_opens() -> None:
    made = sealed()
    entry = open_entry(KEY, "anna", made.link, made.sealed)
    assert entry == made.entry
    blobs = [
        open_blob(KEY, "anna", made.link, entry.blobs, place, body)
        for place, body in enumerate(made.blobs)
    ]
    assert blobs == [b"first", b"second"]


@pytest.mark.parametrize(
    "other",
    [sealed(subject="berta"), sealed(before=1), sealed(key=new_key())],
    ids=["of another subject", "of another number", "under another key"],
)
def test_sealed_bytes_of_elsewhere(other: SealedEntry) -> None:
    made = sealed()
    with pytest.raises(StoreDamaged, match="anna: entry 1 is not what was written"):
        open_entry(KEY, "anna", made.link, other.sealed)
    link = replace(made.link, blobs_sha256=(sha256(other.blobs[0]), made.link.blobs_sha256[1]))
    with pytest.raises(StoreDamaged, match="anna: blob 1 of entry 1 is not what was written"):
        open_blob(KEY, "anna", link, made.entry.blobs, 0, other.blobs[0])


def test_another_record_under_the_same_key_and_number() -> None:
    made, other = sealed(), sealed(b"asked for more")
    with pytest.raises(StoreDamaged, match="anna: entry 1 is not what its link is of"):
        open_entry(KEY, "anna", made.link, other.sealed)


def test_a_link_of_fewer_blobs() -> None:
    made = sealed()
    with pytest.raises(StoreDamaged, match="entry 1 is not what its link is of"):
        open_entry(KEY, "anna", replace(made.link, blobs_sha256=()), made.sealed)


def test_another_blob_in_the_place() -> None:
    made = sealed()
    with pytest.raises(StoreDamaged, match="blob 1 of entry 1 is not what its link is of"):
        open_blob(KEY, "anna", made.link, made.entry.blobs, 0, made.blobs[1])
    swapped = made.entry.blobs[::-1]
    with pytest.raises(StoreDamaged, match="blob 1 of entry 1 is not what its entry is of"):
        open_blob(KEY, "anna", made.link, swapped, 0, made.blobs[0])


def test_a_data_key() -> None:
    kept = seal_data_key(KEY, "anna", key := new_key())
    assert unseal_data_key(KEY, "anna", kept) == key
    for wrapping, subject in ((new_key(), "anna"), (KEY, "berta")):
        with pytest.raises(StoreDamaged, match=f"the key of subject {subject} is not what was"):
            unseal_data_key(wrapping, subject, kept)
