"""Whatever is done to a bundle is found, and named."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.errors import UsageError
from passerby.rights.bundle import (
    Findings,
    History,
    Trouble,
    fingerprint,
    verify_bundle,
)
from passerby.rights.bundle.archive import Stored, pack
from passerby.rights.bundle.chain import write_chain
from passerby.rights.bundle.opening import open_archive
from passerby.store.chain import Chain, Link, digest_of
from rights.bundle.evidence import KEY, MADE_AT, MEMBERS, OTHER_KEY, bundle, disclosed, history

WHOLE = bundle()
FINGERPRINT = fingerprint(KEY.public_key())


def stored(data: bytes = WHOLE) -> list[Stored]:
    return list(open_archive(data).members)


def swapped(name: str, data: bytes) -> bytes:
    """Return the bundle with other bytes in a member, and a zip file that is right for them."""
    return pack([Stored(name=m.name, data=data if m.name == name else m.data) for m in stored()])


def told(findings: Findings) -> set[tuple[Trouble, str | None]]:
    return {(one.trouble, one.member) for one in findings.differences}


def spans() -> list[tuple[str, int, int]]:
    """Return each member's name and where its header begins and its bytes end, told by another
    reader than the one that is tested."""
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as file:
        return [
            (
                info.filename,
                info.header_offset,
                info.header_offset + 30 + len(info.filename) + info.file_size,
            )
            for info in file.infolist()
        ]


def test_a_bundle_as_it_was_signed_is_whole() -> None:
    findings = verify_bundle(WHOLE, trusted=FINGERPRINT)
    assert findings.whole
    assert findings.differences == ()
    assert findings.key == FINGERPRINT
    assert findings.manifest is not None
    assert findings.manifest.case == "PB-7Q2M"
    assert [member.name for member in findings.manifest.members][3:] == [m.name for m in MEMBERS]


def test_every_byte_that_is_changed_is_found_and_its_member_named() -> None:
    where = spans()
    members_end = max(end for _, _, end in where)
    for place in range(len(WHOLE)):
        changed = bytearray(WHOLE)
        # Each bit has its turn.
        changed[place] ^= 1 << place % 8
        findings = verify_bundle(bytes(changed))
        assert not findings.whole, place
        if place < members_end:
            owner = next(name for name, start, end in where if start <= place < end)
            # The two are one: which of them was changed cannot be told.
            owner = "manifest.json" if owner == "signature" else owner
            named = {one.member for one in findings.differences}
            assert owner in named or "signature" in named, (place, named)


@pytest.mark.parametrize("place", range(22))
def test_a_change_in_the_last_record_is_found(place: int) -> None:
    changed = bytearray(WHOLE)
    changed[-1 - place] ^= 4
    findings = verify_bundle(bytes(changed))
    assert Trouble.DIRECTORY in {one.trouble for one in findings.differences}


def test_a_bundle_that_is_cut_short_anywhere_is_found() -> None:
    for length in range(0, len(WHOLE), 7):
        assert not verify_bundle(WHOLE[:length]).whole


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_answered(data: bytes) -> None:
    assert not verify_bundle(data).whole
    assert not verify_bundle(WHOLE[:-22] + data).whole or data == WHOLE[-22:]
    assert not verify_bundle(data + WHOLE).whole or not data


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(WHOLE)), st.binary(min_size=1, max_size=8), st.integers(0, 8))
def test_bytes_put_in_or_taken_out_are_found(at: int, extra: bytes, gone: int) -> None:
    changed = WHOLE[:at] + extra + WHOLE[at + gone :]
    assert verify_bundle(changed).whole == (changed == WHOLE)


@pytest.mark.parametrize("name", [m.name for m in stored()])
def test_a_members_bytes(name: str) -> None:
    data = next(m.data for m in stored() if m.name == name)
    named = told(verify_bundle(swapped(name, data + b" ")))
    if name in ("manifest.json", "signature"):
        assert (Trouble.SIGNATURE, "manifest.json") in named
    else:
        assert (Trouble.CHANGED, name) in named


@pytest.mark.parametrize("name", [m.name for m in stored()])
def test_a_member_that_is_gone(name: str) -> None:
    named = told(verify_bundle(pack([m for m in stored() if m.name != name])))
    expected = {
        "manifest.json": (Trouble.NO_BUNDLE, "manifest.json"),
        "signature": (Trouble.SIGNATURE, "signature"),
    }.get(name, (Trouble.REMOVED, name))
    assert expected in named


def test_a_member_that_was_added() -> None:
    data = pack([*stored(), Stored(name="answers/2.eml", data=b"forged")])
    assert told(verify_bundle(data)) == {(Trouble.ADDED, "answers/2.eml")}


def test_a_member_that_was_renamed_and_nothing_else_is_told() -> None:
    members = [
        replace(m, name="letters/9.pdf") if m.name == "letters/1.pdf" else m for m in stored()
    ]
    findings = verify_bundle(pack(members))
    assert told(findings) == {(Trouble.RENAMED, "letters/9.pdf")}
    assert "letters/1.pdf" in findings.differences[0].detail


def test_two_members_whose_names_were_exchanged() -> None:
    names = {"letters/1.pdf": "answers/1.eml", "answers/1.eml": "letters/1.pdf"}
    data = pack([replace(m, name=names.get(m.name, m.name)) for m in stored()])
    named = told(verify_bundle(data))
    assert {(Trouble.CHANGED, "letters/1.pdf"), (Trouble.CHANGED, "answers/1.eml")} <= named


def test_members_in_another_order() -> None:
    *first, one, other = stored()
    assert told(verify_bundle(pack([*first, other, one]))) == {(Trouble.ORDER, None)}
    manifest, *rest = stored()
    named = told(verify_bundle(pack([*rest, manifest])))
    assert (Trouble.ORDER, "manifest.json") in named


def zipped(extra: Sequence[tuple[zipfile.ZipInfo, bytes]] = (), comment: bytes = b"") -> bytes:
    """Return the members in a zip file that Python's library wrote."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for member in stored():
            file.writestr(zipfile.ZipInfo(member.name), member.data)
        for info, data in extra:
            file.writestr(info, data)
        file.comment = comment
    return out.getvalue()


@pytest.mark.parametrize("name", ["letters/1.pdf", "LETTERS/1.PDF", "manifest.json"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_also_in_other_capitals(name: str) -> None:
    named = told(verify_bundle(zipped([(zipfile.ZipInfo(name), b"forged")])))
    assert (Trouble.DUPLICATE, name) in named


@pytest.mark.parametrize(
    "name",
    ["../up.txt", "/etc/passwd", "C:/x", "a\\b", "a/../b", "nul.txt", "a\nb", "dot.", "über.txt"],
)
def test_names_that_must_not_be_unpacked(name: str) -> None:
    info = zipfile.ZipInfo()
    info.filename = name
    named = told(verify_bundle(zipped([(info, b"x")])))
    assert (Trouble.NAME, name) in named
    assert (Trouble.ADDED, name) in named


def test_a_very_long_name() -> None:
    findings = verify_bundle(zipped([(zipfile.ZipInfo("é" * 30000), b"x")]))
    assert Trouble.NAME in {one.trouble for one in findings.differences}
    assert max(len(one.member or "") for one in findings.differences) < 1000


def test_a_compressed_bomb_is_told_and_not_unpacked() -> None:
    info = zipfile.ZipInfo("bomb.bin")
    info.compress_type = zipfile.ZIP_DEFLATED
    findings = verify_bundle(zipped([(info, bytes(50_000_000))]))
    assert (Trouble.PACKED, "bomb.bin") in told(findings)
    sizes = [len(m.data) for m in stored(zipped([(info, bytes(50_000_000))]))]
    assert max(sizes) < 100_000


def test_members_that_claim_the_same_bytes_over_and_over() -> None:
    member = Stored(name="x" * 8, data=bytes(100_000))
    one = pack([member])
    record = one[-22 - 46 - 8 : -22]
    records = b"".join(record[:46] + b"x%07d" % number for number in range(5000))
    at = len(one) - 22 - len(record)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 5000, 5000, len(records), at, 0)
    findings = verify_bundle(one[:at] + records + end)
    assert (Trouble.OVERLAP, None) in told(findings)


def test_an_encrypted_member() -> None:
    changed = bytearray(WHOLE)
    start = next(start for name, start, _ in spans() if name == "letters/1.pdf")
    changed[start + 6] |= 1
    assert (Trouble.ENCRYPTED, "letters/1.pdf") in told(verify_bundle(bytes(changed)))


def test_bytes_around_the_zip_file() -> None:
    assert (Trouble.EXTRA_BYTES, None) in told(verify_bundle(WHOLE + b"tail"))
    assert (Trouble.EXTRA_BYTES, "manifest.json") in told(verify_bundle(b"#!/bin/sh\n" + WHOLE))
    assert (Trouble.EXTRA_BYTES, None) in told(verify_bundle(zipped(comment=b"a comment")))


def test_bytes_between_two_members_with_a_directory_that_is_right() -> None:
    start = next(start for name, start, _ in spans() if name == "letters/1.pdf")
    directory = struct.unpack_from("<L", WHOLE, len(WHOLE) - 6)[0]
    hidden = b"hidden"
    changed = bytearray(WHOLE[:start] + hidden + WHOLE[start:])
    at = directory + len(hidden)
    while changed[at : at + 4] == b"PK\1\2":
        name, offset = struct.unpack_from("<H", changed, at + 28)[0], at + 42
        here = struct.unpack_from("<L", changed, offset)[0]
        if here >= start:
            struct.pack_into("<L", changed, offset, here + len(hidden))
        at += 46 + name
    struct.pack_into("<L", changed, len(changed) - 6, directory + len(hidden))
    with zipfile.ZipFile(io.BytesIO(changed)) as file:
        assert file.testzip() is None
    named = told(verify_bundle(bytes(changed)))
    assert named == {(Trouble.EXTRA_BYTES, "letters/1.pdf")}


def test_a_header_that_names_another_file_than_the_directory() -> None:
    start = next(start for name, start, _ in spans() if name == "letters/1.pdf")
    changed = bytearray(WHOLE)
    changed[start + 30 : start + 43] = b"letters/2.pdf"
    findings = verify_bundle(bytes(changed))
    assert told(findings) == {(Trouble.HEADER, "letters/1.pdf")}
    assert "name" in findings.differences[0].detail


def test_a_file_that_a_plain_zip_tool_packed_again_is_told() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for member in stored():
            file.writestr(member.name, member.data)
    assert (Trouble.PACKED, "letters/1.pdf") in told(verify_bundle(out.getvalue()))


def test_a_manifest_that_was_changed_with_the_member() -> None:
    """Whoever changes a file and its sum in the manifest has no key to sign it with."""
    members = {m.name: m.data for m in stored()}
    manifest = json.loads(members["manifest.json"])
    manifest["case"] = "PB-0000"
    text = json.dumps(manifest, sort_keys=True, separators=(",", ":")).encode()
    assert told(verify_bundle(swapped("manifest.json", text))) == {
        (Trouble.SIGNATURE, "manifest.json")
    }


@pytest.mark.parametrize(
    "text",
    [
        *(b"", b"{}", b"[1]", b"\xff", b"[" * 100_000, b'{"schema":2}', b'{"schema":1}'),
        *(b'{"schema":1,"members":3}', b'{"schema":1,"chain":[],"bundle":1}'),
    ],
)
def test_a_manifest_that_cannot_be_read(text: bytes) -> None:
    named = told(verify_bundle(swapped("manifest.json", text)))
    assert (Trouble.MANIFEST, "manifest.json") in named


def test_a_manifest_with_other_spaces_is_not_the_one() -> None:
    members = {m.name: m.data for m in stored()}
    text = json.dumps(json.loads(members["manifest.json"]), indent=1).encode()
    named = told(verify_bundle(swapped("manifest.json", text)))
    assert {(Trouble.MANIFEST, "manifest.json"), (Trouble.SIGNATURE, "manifest.json")} <= named


def test_a_bundle_that_somebody_else_signed_is_whole_until_the_key_is_asked_for() -> None:
    forged = bundle((replace(MEMBERS[0], data=b"forged"), *MEMBERS[1:]), key=OTHER_KEY)
    assert verify_bundle(forged).whole
    named = told(verify_bundle(forged, trusted=FINGERPRINT))
    assert named == {(Trouble.UNTRUSTED_KEY, "public-key.pem")}
    assert verify_bundle(forged, trusted=fingerprint(OTHER_KEY.public_key())).whole


def test_a_key_and_a_signature_of_somebody_else_over_the_same_manifest() -> None:
    other = {m.name: m.data for m in stored(bundle(key=OTHER_KEY))}
    manifest = next(m.data for m in stored() if m.name == "manifest.json")
    signature = OTHER_KEY.sign(b"passerby bundle manifest 1\n" + manifest)
    data = {"signature": signature, "public-key.pem": other["public-key.pem"]}
    changed = pack([replace(m, data=data.get(m.name, m.data)) for m in stored()])
    named = told(verify_bundle(changed))
    assert {(Trouble.OTHER_KEY, "public-key.pem"), (Trouble.CHANGED, "public-key.pem")} <= named
    assert (Trouble.SIGNATURE, "manifest.json") not in named


def test_a_signature_of_the_manifest_alone_is_none() -> None:
    """What is signed begins with what it is: a key that signs other things too cannot be made
    to sign a bundle by accident."""
    manifest = next(m.data for m in stored() if m.name == "manifest.json")
    named = told(verify_bundle(swapped("signature", KEY.sign(manifest))))
    assert named == {(Trouble.SIGNATURE, "manifest.json")}


def test_a_tail_that_was_cut_from_the_history() -> None:
    short = write_chain(history(2))
    findings = verify_bundle(swapped("chain.json", short))
    assert (Trouble.TAIL_CUT, "chain.json") in told(findings)
    detail = next(d.detail for d in findings.differences if d.trouble is Trouble.TAIL_CUT)
    assert detail == "entries 3 to 4 are cut off"


def test_a_tail_that_the_holder_of_the_key_cut_is_told_by_the_heads_in_letters() -> None:
    sent = history(4).chain.links[3].digest
    shorter = bundle(chain=history(3))
    assert verify_bundle(shorter).whole
    assert told(verify_bundle(shorter, anchors=[sent])) == {(Trouble.ANCHOR, "chain.json")}
    findings = verify_bundle(WHOLE, anchors=[sent, history(4).chain.links[0].digest])
    assert findings.whole
    assert findings.anchors == (4, 1)


def chained(links: Sequence[Link]) -> bytes:
    chain = Chain(subject=history().chain.subject, links=tuple(links))
    return swapped("chain.json", write_chain(History(chain=chain)))


@pytest.mark.parametrize("order", [(1, 3, 4), (2, 1, 3, 4), (1, 2, 2, 3, 4), (2, 3, 4)])
def test_an_entry_left_out_moved_or_doubled(order: tuple[int, ...]) -> None:
    links = history().chain.links
    assert (Trouble.CHAIN, "chain.json") in told(
        verify_bundle(chained([links[n - 1] for n in order]))
    )


@pytest.mark.parametrize("what", ["sealed_sha256", "commitment", "blobs_sha256", "digest"])
def test_an_entry_that_was_changed(what: str) -> None:
    links = list(history().chain.links)
    value = "00" * 32
    links[1] = replace(links[1], **{what: (value,) if what == "blobs_sha256" else value})
    details = {one.detail for one in verify_bundle(chained(links)).differences}
    assert "entry 2: its digest does not follow from the entry before it" in details


def test_a_chain_that_was_computed_anew_has_another_head() -> None:
    first = history(3).chain
    sealed = "11" * 32
    last = history(4).chain.links[3]
    digest = digest_of(first.head, first.subject, 4, sealed, last.commitment, last.blobs_sha256)
    links = [*first.links, replace(last, sealed_sha256=sealed, digest=digest)]
    named = told(verify_bundle(chained(links)))
    assert named == {(Trouble.CHANGED, "chain.json"), (Trouble.HEAD, "chain.json")}


@pytest.mark.parametrize(
    "changes",
    [
        {"record": b"forged"},
        {"at": MADE_AT},
        {"number": 3},
        {"number": 9},
        {"opening": "22" * 32},
        {"blobs": ()},
    ],
)
def test_a_disclosed_entry_that_is_not_what_the_history_holds(changes: dict[str, Any]) -> None:
    one = replace(disclosed(2), **changes)
    data = write_chain(replace(history(), disclosed=(one,)))
    details = {d.detail for d in verify_bundle(swapped("chain.json", data)).differences}
    expected = f"entry {one.number}: what is disclosed of it is not what the history holds"
    assert expected in details


def test_the_history_of_somebody_else() -> None:
    other = write_chain(history(subject="c-000000"))
    assert (Trouble.CHAIN, "chain.json") in told(verify_bundle(swapped("chain.json", other)))


@pytest.mark.parametrize(
    "text",
    [
        *(b"", b"{}", b'{"entries":[1]}', b'{"disclosed":[],"entries":[],"schema":1,"subject":1}'),
        *(b'{"disclosed":[],"entries":{},"schema":1,"subject":"x"}', b"[[]]"),
    ],
)
def test_a_history_that_cannot_be_read(text: bytes) -> None:
    named = told(verify_bundle(swapped("chain.json", text)))
    assert (Trouble.CHAIN, "chain.json") in named


@pytest.mark.parametrize("text", ["", "5f1c", FINGERPRINT[:-2], FINGERPRINT + "00", "g" * 64])
def test_a_part_of_a_fingerprint_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        verify_bundle(WHOLE, trusted=text)
    with pytest.raises(UsageError):
        verify_bundle(WHOLE, anchors=[text])


def test_a_fingerprint_may_be_written_in_groups() -> None:
    text = " ".join(FINGERPRINT[at : at + 4].upper() for at in range(0, 64, 4))
    assert verify_bundle(WHOLE, trusted=text).whole
