"""Sealed bytes open under their key, in their place, whole; and in no other way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.store.chain import BlobRef
from passerby.store.entry import Content, pack, unpack
from passerby.store.seal import NotAuthentic, Place, new_key, seal, subkey, unseal

PLACE = Place(purpose="entry", subject="anna", number=2, position=1)


def test_what_was_sealed_opens() -> None:
    key = new_key()
    assert unseal(key, seal(key, b"plain", PLACE), PLACE) == b"plain"


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(PLACE, purpose="blob"),
        replace(PLACE, subject="berta"),
        replace(PLACE, number=1),
        replace(PLACE, position=0),
        replace(PLACE, number=1, position=2),
        replace(PLACE, purpose="entrya", subject="nna"),
    ],
)
def test_it_opens_nowhere_else(elsewhere: Place) -> None:
    key = new_key()
    with pytest.raises(NotAuthentic):
        unseal(key, seal(key, b"plain", PLACE), elsewhere)


def test_every_bit_counts() -> None:
    key = new_key()
    sealed = seal(key, b"plain", PLACE)
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(NotAuthentic):
            unseal(key, bytes(changed), PLACE)
    for length in range(len(sealed)):
        with pytest.raises(NotAuthentic):
            unseal(key, sealed[:length], PLACE)
    with pytest.raises(NotAuthentic):
        unseal(new_key(), sealed, PLACE)


def test_nonces_are_random() -> None:
    key = new_key()
    assert len({seal(key, b"plain", PLACE)[:12] for _ in range(1000)}) == 1000


def test_keys_for_other_purposes_are_other_keys() -> None:
    key = new_key()
    purposes = [("roll", b""), ("wrapping", b""), ("roll", b"salt"), ("rol", b"l")]
    keys = {subkey(key, purpose, salt) for purpose, salt in purposes}
    assert len(keys | {key, subkey(new_key(), "roll")}) == 6


HASHES = st.binary(min_size=32, max_size=32).map(bytes.hex)
CONTENTS = st.builds(
    Content,
    opening=HASHES,
    at=st.datetimes(timezones=st.just(UTC)),
    blobs=st.lists(
        st.builds(BlobRef, name=st.text(st.characters(exclude_categories=["Cs"])), sha256=HASHES)
    ).map(tuple),
    record=st.binary(),
)


@given(CONTENTS)
def test_what_was_packed_comes_out(content: Content) -> None:
    assert unpack(pack(content)) == content


@given(st.binary(max_size=120))
def test_bytes_that_were_never_packed(plain: bytes) -> None:
    try:
        content = unpack(plain)
    except NotAuthentic:
        return
    assert content.record == plain[len(plain) - len(content.record) :]
