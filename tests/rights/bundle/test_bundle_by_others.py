"""A bundle is checked without Passerby: by a checker of a few lines, by OpenSSL and sha256sum."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import shutil
import struct
import subprocess
import zipfile
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from passerby.errors import BadRecord, LimitExceeded
from passerby.rights.bundle import History, Member, MemberKind, verify_bundle, write_bundle
from passerby.rights.bundle import archive as archive_module
from passerby.store import Passphrase, Store
from requirements import require
from rights.bundle.evidence import KEY, MADE_AT, MEMBERS, OTHER_KEY, bundle, disclosed, history

DOCS = Path(__file__).parents[3] / "docs" / "bundle.md"


def frame(*parts: bytes) -> bytes:
    return b"".join(struct.pack(">Q", len(part)) + part for part in parts)


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(frame(*parts)).digest()


def follow(chain: dict[str, Any]) -> bytes:
    """Return the head of a chain, computed from docs/bundle.md alone."""
    subject = chain["subject"].encode()
    head = sha256(b"passerby.store beginning 1", subject)
    for number, entry in enumerate(chain["entries"], 1):
        head = sha256(
            b"passerby.store link 1",
            head,
            subject,
            struct.pack(">Q", number),
            bytes.fromhex(entry["sealed_sha256"]),
            bytes.fromhex(entry["commitment"]),
            *map(bytes.fromhex, entry["blobs_sha256"]),
        )
        assert head.hex() == entry["digest"]
    for one in chain["disclosed"]:
        committed = sha256(
            b"passerby.store commitment 1",
            bytes.fromhex(one["opening"]),
            subject,
            struct.pack(">QQ", one["number"], one["at"]),
            base64.b64decode(one["record"]),
            *(frame(b["name"].encode(), bytes.fromhex(b["sha256"])) for b in one["blobs"]),
        )
        assert chain["entries"][one["number"] - 1]["commitment"] == committed.hex()
    return head


def check(data: bytes) -> dict[str, bytes]:
    """Check a bundle with zipfile, hashlib and cryptography, and return its members."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        members = {name: file.read(name) for name in file.namelist()}
        assert len(members) == len(file.infolist())
    manifest = json.loads(members["manifest.json"])
    key: Any = load_pem_public_key(members["public-key.pem"])
    key.verify(members["signature"], b"passerby bundle manifest 1\n" + members["manifest.json"])
    sums = {m["name"]: (m["size"], m["sha256"]) for m in manifest["members"]}
    there = {name: (len(d), hashlib.sha256(d).hexdigest()) for name, d in members.items()}
    assert sums == {n: s for n, s in there.items() if n not in ("manifest.json", "signature")}
    chain = json.loads(members["chain.json"])
    assert follow(chain).hex() == manifest["chain"]["head"]
    assert len(chain["entries"]) == manifest["chain"]["entries"]
    return members


def test_another_checker_agrees() -> None:
    members = check(bundle())
    for member in MEMBERS:
        assert members[member.name] == member.data
    assert check(bundle(()))
    assert check(bundle(chain=history(0)))


def test_the_history_of_a_real_store(tmp_path: Path) -> None:
    store, _ = Store.create(tmp_path / "store", Passphrase("a passphrase of some words"))
    with store:
        subject = store.add_subject()
        store.append(subject, b"asked", {"1.pdf": MEMBERS[0].data})
        store.append(subject, b"another case of hers")
        head = store.head(subject)
        store.append(subject, b"answered", {"1.eml": MEMBERS[1].data})
        first, _, last = store.entries(subject)
        data = bundle(chain=History(chain=store.chain(subject), disclosed=(first, last)))
    check(data)
    findings = verify_bundle(data, anchors=[head])
    assert findings.whole
    assert findings.anchors == (2,)
    assert findings.recorded == ("letters/1.pdf", "answers/1.eml")
    plain = json.loads(check(data)["chain.json"])["disclosed"]
    assert [base64.b64decode(one["record"]) for one in plain] == [b"asked", b"answered"]
    assert b"another case" not in data
    assert base64.b64encode(b"another case of hers")[:12] not in data


def test_the_other_checker_can_fail() -> None:
    data = bytearray(bundle())
    data[data.index(b"manifest.json") + 40] ^= 1
    with pytest.raises((zipfile.BadZipFile, InvalidSignature)):
        check(bytes(data))


def test_a_history_without_an_entry_is_whole() -> None:
    findings = verify_bundle(bundle(chain=history(0)), anchors=[history(0).chain.head])
    assert findings.whole
    assert findings.anchors == (0,)


def test_the_same_case_gives_the_same_bytes() -> None:
    assert bundle() == bundle()
    assert bundle(key=OTHER_KEY) != bundle()
    elsewhere = MADE_AT.astimezone(timezone(timedelta(hours=9))).replace(microsecond=5)
    again = write_bundle(
        MEMBERS, history(plain=(2,)), KEY, bundle="b-93aa0c", case="PB-7Q2M", made_at=elsewhere
    )
    assert again == bundle()


def test_the_readme_says_what_is_not_proven() -> None:
    text = check(bundle())["README.txt"].decode()
    manifest = json.loads(check(bundle())["manifest.json"])
    for expected in (manifest["key"], manifest["chain"]["head"], "PB-7Q2M", "4 entries"):
        assert expected in text
    assert "does not prove" in text
    assert "{" not in text.replace("'{}'", "")
    assert max(map(len, text.splitlines())) < 100


def commands() -> str:
    """Return the commands of docs/bundle.md; those in README.txt do the same."""
    block = re.search(r"```bash\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert block is not None
    return block[1]


def by_hand(folder: Path, data: bytes) -> subprocess.CompletedProcess[str]:
    (folder / "PB-7Q2M.zip").write_bytes(data)
    script = f"set -e\n{commands()}"
    return subprocess.run(
        ["bash", "-c", script], cwd=folder, capture_output=True, text=True, check=False
    )


def test_the_commands_of_the_page_check_a_bundle(tmp_path: Path) -> None:
    for tool in ("openssl", "unzip", "sha256sum", "bash"):
        require(shutil.which(tool) is not None, f"{tool} is not installed")
    done = by_hand(tmp_path, bundle())
    assert done.returncode == 0, done.stderr
    assert "Signature Verified Successfully" in done.stdout
    manifest = json.loads(check(bundle())["manifest.json"])
    assert f"{manifest['key']}  -" in done.stdout
    for member in manifest["members"]:
        assert f"{member['sha256']}  ./{member['name']}" in done.stdout


def test_the_commands_of_the_page_fail_for_another_manifest(tmp_path: Path) -> None:
    for tool in ("openssl", "unzip", "sha256sum", "bash"):
        require(shutil.which(tool) is not None, f"{tool} is not installed")
    members = [
        replace(m, data=m.data.replace(b"PB-7Q2M", b"PB-0000")) if m.name == "manifest.json" else m
        for m in archive_module_members()
    ]
    done = by_hand(tmp_path, archive_module.pack(members))
    assert done.returncode != 0
    assert "Successfully" not in done.stdout


def archive_module_members() -> list[archive_module.Stored]:
    with zipfile.ZipFile(io.BytesIO(bundle())) as file:
        return [archive_module.Stored(name=n, data=file.read(n)) for n in file.namelist()]


@pytest.mark.parametrize(
    "name",
    ["", "../a", "/a", "a//b", "a/", "é.pdf", "a b", ".hidden", "CON", "lpt1.txt", "x" * 201],
)
def test_a_name_that_nobody_should_unpack_is_refused(name: str) -> None:
    with pytest.raises(BadRecord):
        bundle((Member(name=name, kind=MemberKind.ATTACHMENT, data=b""),))


@pytest.mark.parametrize("name", ["manifest.json", "Signature", "readme.txt", "chain.json"])
def test_the_names_of_what_passerby_makes_are_taken(name: str) -> None:
    with pytest.raises(BadRecord):
        bundle((Member(name=name, kind=MemberKind.ATTACHMENT, data=b""),))


def test_a_kind_that_passerby_makes_is_refused() -> None:
    with pytest.raises(BadRecord):
        bundle((Member(name="x.txt", kind=MemberKind.README, data=b""),))


def test_two_files_of_one_name_are_refused() -> None:
    one = Member(name="a.txt", kind=MemberKind.ATTACHMENT, data=b"")
    with pytest.raises(BadRecord):
        bundle((one, replace(one, name="A.TXT")))


def test_a_history_that_is_broken_is_not_signed() -> None:
    whole = history()
    cut = replace(whole, chain=replace(whole.chain, links=whole.chain.links[1:]))
    with pytest.raises(BadRecord, match="entry 2"):
        bundle(chain=cut)
    forged = replace(whole, disclosed=(replace(disclosed(1), record=b"forged"),))
    with pytest.raises(BadRecord, match="entry 1"):
        bundle(chain=forged)


def test_more_than_a_bundle_may_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_module, "MOST_BYTES", 5000)
    big = Member(name="a.bin", kind=MemberKind.ATTACHMENT, data=bytes(5001))
    with pytest.raises(LimitExceeded):
        bundle((big,))
