"""Anyone rechecks a chain, with nothing but hashes."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.errors import StoreDamaged
from passerby.store import Chain, Store, recheck
from passerby.store.chain import frame, microseconds, time_of
from store_parts import PHRASE, sql


@pytest.fixture
def chain(folder: Path, pair: tuple[str, str]) -> Chain:
    """A chain of three links, the second with two blobs."""
    anna, _ = pair
    with Store.open(folder, PHRASE) as store:
        return store.chain(anna)


def independent_head(folder: Path, subject: str) -> str:
    """Compute a head as docs/store.md tells, from the rows, without this program."""

    def framed(*parts: bytes) -> bytes:
        return b"".join(len(part).to_bytes(8, "big") + part for part in parts)

    def sha(*parts: bytes) -> bytes:
        return hashlib.sha256(framed(*parts)).digest()

    head = sha(b"passerby.store beginning 1", subject.encode())
    for number, sealed, commitment in sql(
        folder, f"SELECT number, sealed, commitment FROM entry WHERE subject='{subject}' ORDER BY 1"
    ):
        blobs = sql(
            folder,
            "SELECT sealed FROM blob WHERE"
            f" subject='{subject}' AND number={number} ORDER BY position",
        )
        head = sha(
            b"passerby.store link 1",
            head,
            subject.encode(),
            number.to_bytes(8, "big"),
            hashlib.sha256(sealed).digest(),
            bytes.fromhex(commitment),
            *(hashlib.sha256(blob).digest() for (blob,) in blobs),
        )
    return head.hex()


def test_a_head_that_somebody_else_computes(folder: Path, pair: tuple[str, str]) -> None:
    anna, berta = pair
    with Store.open(folder, PHRASE) as store:
        for subject in (anna, berta, store.add_subject()):
            assert store.head(subject) == independent_head(folder, subject)
            assert recheck(store.chain(subject)) == store.head(subject)


def test_each_part_of_a_link_counts(chain: Chain) -> None:
    other = "ab" * 32
    second = chain.links[1]
    for changed, named in (
        (replace(second, sealed_sha256=other), 2),
        (replace(second, commitment=other), 2),
        (replace(second, digest=other), 2),
        (replace(second, blobs_sha256=second.blobs_sha256[::-1]), 2),
        (replace(second, blobs_sha256=second.blobs_sha256[:1]), 2),
        (replace(second, blobs_sha256=()), 2),
        (replace(second, sealed_sha256="no hash"), 2),
        (replace(second, number=3), 3),
    ):
        links = (chain.links[0], changed, chain.links[2])
        with pytest.raises(StoreDamaged, match=f"entry {named} "):
            recheck(replace(chain, links=links))


def test_order_and_owner_count(chain: Chain) -> None:
    first, second, third = chain.links
    for links, named in (
        ((second, first, third), 2),
        ((first, third), 3),
        ((first, replace(third, number=2)), 2),
        ((second, third), 2),
    ):
        with pytest.raises(StoreDamaged, match=f"entry {named} "):
            recheck(replace(chain, links=links))
    with pytest.raises(StoreDamaged, match="entry 1 "):
        recheck(replace(chain, subject="0" * 32))


def test_a_tail_that_is_cut_off_shows_only_beside_a_head_from_outside(chain: Chain) -> None:
    short = replace(chain, links=chain.links[:2])
    assert recheck(short) == short.head == chain.links[1].digest
    assert recheck(short) != recheck(chain)


PARTS = st.lists(st.binary(max_size=12), max_size=5)


@given(one=PARTS, other=PARTS)
def test_no_two_lists_of_parts_frame_alike(one: list[bytes], other: list[bytes]) -> None:
    assert (frame(*one) == frame(*other)) == (one == other)


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(9999, 1, 1)))
def test_times_come_back_exactly(at: datetime) -> None:
    at = at.replace(tzinfo=UTC)
    assert time_of(microseconds(at)) == at
    struct.pack(">q", microseconds(at))
