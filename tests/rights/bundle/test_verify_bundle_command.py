"""`passerby request verify-bundle`, as people and scripts use it."""

from __future__ import annotations

from pathlib import Path

import pytest

from passerby.errors import Exit
from passerby.rights.bundle import fingerprint
from rights.bundle.evidence import KEY, OTHER_KEY, bundle, history
from shells import Shell

FINGERPRINT = fingerprint(KEY.public_key())


@pytest.fixture
def shell(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Shell:
    monkeypatch.chdir(tmp_path)
    Path("a.zip").write_bytes(bundle())
    return Shell(capfd)


def test_a_whole_bundle(shell: Shell) -> None:
    assert shell.run("request", "verify-bundle", "a.zip") == Exit.OK
    assert shell.out == ""
    assert "a.zip: whole" in shell.err
    assert FINGERPRINT in shell.err
    assert "is not proven" in shell.err
    head = history().chain.links[2].digest
    code = shell.run(
        "request", "verify-bundle", "a.zip", "--key", FINGERPRINT, "--anchor", head, "--json"
    )
    assert code == Exit.OK
    assert "is not proven" not in shell.err
    assert "entry 3 of the history" in shell.err
    document = shell.json()
    assert document["kind"] == "bundle"
    assert document["whole"] is True
    assert document["anchors"] == [3]
    assert document["recorded"] == ["letters/1.pdf"]
    assert document["manifest"]["case"] == "PB-7Q2M"


def test_a_byte_that_was_changed_is_named(shell: Shell) -> None:
    Path("a.zip").write_bytes(bundle().replace(b"a letter", b"A letter"))
    assert shell.run("request", "verify-bundle", "a.zip", "--json") == Exit.VERIFICATION
    assert "NOT the bundle that was signed" in shell.err
    assert "changed  letters/1.pdf" in shell.err
    troubles = {(d["trouble"], d["member"]) for d in shell.json()["differences"]}
    assert ("changed", "letters/1.pdf") in troubles
    assert shell.json()["exit"] == 50


def test_a_forgery_and_a_cut_history(shell: Shell) -> None:
    Path("a.zip").write_bytes(bundle(key=OTHER_KEY, chain=history(2)))
    assert shell.run("request", "verify-bundle", "a.zip") == Exit.OK
    code = shell.run("request", "verify-bundle", "a.zip", "--key", FINGERPRINT)
    assert code == Exit.VERIFICATION
    assert "untrusted-key  public-key.pem" in shell.err
    head = history().chain.links[3].digest
    assert shell.run("request", "verify-bundle", "a.zip", "--anchor", head) == Exit.VERIFICATION
    assert f"anchor  chain.json: {head} is not in the history" in shell.err


def test_what_cannot_be_checked(shell: Shell) -> None:
    assert shell.run("request", "verify-bundle", "missing.zip") == Exit.INPUT
    assert shell.run("request", "verify-bundle", "a.zip", "--key", "5f1c") == Exit.USAGE
    assert shell.run("request", "verify-bundle", "a.zip", "--anchor", "x") == Exit.USAGE
    Path("a.zip").write_bytes(b"")
    assert shell.run("request", "verify-bundle", "a.zip") == Exit.VERIFICATION
    assert "this is no zip file" in shell.err


def test_names_with_controls_cannot_write_to_the_terminal(shell: Shell) -> None:
    Path("a.zip").write_bytes(bundle().replace(b"empty.txt", b"em\x1b[2J.tx"))
    assert shell.run("request", "verify-bundle", "a.zip") == Exit.VERIFICATION
    assert "\x1b" not in shell.err
