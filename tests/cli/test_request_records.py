"""The encrypted records on the command line: what opens them, and the care of them."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from clinics import NEW, Clinic
from passerby.files import Staged
from passerby.store import Passphrase, Store
from requirements import require
from store_parts import found_in, sql

WORDS = "a horse that counts to eight"
NEW_WORDS = "eight horses that count"


def recovery_key(shell: Clinic) -> str:
    """The recovery key that was told."""
    (key,) = [line.strip() for line in shell.err.splitlines() if line.count("-") == 7]
    return key


def private(name: str, words: str) -> str:
    """Write a file for its owner alone; return its name."""
    Path(name).write_text(words + "\n")
    Path(name).chmod(0o600)
    return name


def test_the_recovery_key_is_told_once_and_opens_the_records(
    shell: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.begin()
    (key,) = [line.strip() for line in shell.err.splitlines() if line.count("-") == 7]
    Path("key").write_text(key + "\n")
    assert shell.ask("list") == 0
    assert key not in shell.err + shell.out
    monkeypatch.delenv("PASSERBY_PASSPHRASE_FILE")
    assert shell.ask("list", "--recovery-key-file", "key") == 0
    assert "Anna Świątek" in shell.err


def test_a_wrong_passphrase_and_none_at_all(shell: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.begin()
    Path("words").write_text("another\n")
    assert shell.ask("list") == 61
    assert "this is not the right passphrase" in shell.err
    monkeypatch.delenv("PASSERBY_PASSPHRASE_FILE")
    assert shell.ask("list") == 2
    assert "nobody to ask for the passphrase" in shell.err
    assert shell.ask("list", "--passphrase-file", "words", "--key-file", "words") == 2
    assert shell.ask("list", "--passphrase-file", "missing") == 10


def test_records_that_are_not_there(shell: Clinic) -> None:
    assert shell.ask("list") == 61
    assert "no records in records" in shell.err


def test_a_key_file_is_made_when_the_records_are_begun(
    shell: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PASSERBY_PASSPHRASE_FILE")
    assert shell.ask(*NEW, "--key-file", "my.key") == 0
    assert Path("my.key").stat().st_mode & 0o077 == 0
    assert shell.ask("list", "--key-file", "my.key") == 0


def test_records_whose_beginning_was_cut_off_are_begun_anew(shell: Clinic) -> None:
    """The process that was killed left the file with nothing in it."""
    Path("records").mkdir(mode=0o700)
    Path("records/records.db").touch(0o600)
    assert shell.ask("client", "add", "me.toml") == 0, shell.err
    assert "Write this recovery key down" in shell.err
    assert len(shell.told("client", "list")["clients"]) == 1


def test_no_records_are_begun_where_their_recovery_key_cannot_be_read(
    shell: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = io.TextIOWrapper(io.BytesIO())
    closed.close()
    for stderr in (closed, None):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stderr", stderr)
            assert shell.ask("client", "add", "me.toml") == 40
    assert not Path("records").exists()


def test_a_passphrase_file_of_an_editor_that_marks_its_bytes(shell: Clinic) -> None:
    shell.told("client", "add", "me.toml")
    Path("words").write_bytes(b"\xef\xbb\xbfa horse that counts to eight\r\n")
    assert len(shell.told("client", "list")["clients"]) == 1


def test_what_is_written_is_for_its_owner_alone(shell: Clinic) -> None:
    old = os.umask(0)
    try:
        reference = shell.begin("--country", "DE")["reference"]
        shell.told("export", reference, "-o", "evidence.zip")
    finally:
        os.umask(old)
    written = [*Path("out").iterdir(), Path("evidence.zip"), Path("records/records.db")]
    assert len(written) == 6
    assert {path.stat().st_mode & 0o777 for path in written} == {0o600}
    assert {Path(name).stat().st_mode & 0o777 for name in ("out", "records")} == {0o700}


def test_an_erasure_removes_what_a_killed_process_was_writing(shell: Clinic) -> None:
    reference = shell.begin("--country", "DE")["reference"]
    child = os.fork()
    if child == 0:
        Staged(Path("out") / f"{reference}-1-request.txt").write(b"Anna")
        os._exit(0)
    os.waitpid(child, 0)
    assert len([path for path in Path("out").iterdir() if path.name.startswith(".")]) == 1
    told = shell.told("erase", reference, "--yes")
    left = {str(path.absolute()) for path in Path("out").iterdir()}
    assert left == set(told["exported"])


def test_a_check_tells_what_is_wrong(shell: Clinic) -> None:
    shell.begin()
    before = Path("records/records.db").read_bytes()
    told = shell.told("store", "check")
    assert (told["problems"], told["subjects"]) == ([], 1)
    assert "Everything is as it was written." in shell.err
    assert Path("records/records.db").read_bytes() == before
    sql(Path("records"), "UPDATE blob SET sealed = zeroblob(40) WHERE position = 0")
    assert shell.ask("store", "check") == 61
    assert "blob 1 of entry" in shell.err
    assert shell.run("consent", "store", "check", "--store", "nowhere") == 61
    assert "no records in nowhere" in shell.err


def test_another_passphrase(shell: Clinic) -> None:
    shell.begin()
    (before,) = sql(Path("records"), "SELECT hex(sealed) FROM lock WHERE slot = 'secret'")[0]
    new = private("new", NEW_WORDS)
    shell.told("store", "passphrase", "--new-passphrase-file", new)
    assert "Copies of the records that were made before this still open" in shell.err
    assert shell.ask("list") == 61
    assert shell.ask("list", "--passphrase-file", new) == 0
    assert found_in(Path("records"), bytes.fromhex(before)) == []
    shell.told("store", "passphrase", "--passphrase-file", new, "--new-key-file", "my.key")
    assert Path("my.key").stat().st_mode & 0o777 == 0o600
    assert shell.ask("list", "--key-file", "my.key") == 0
    assert shell.ask("list", "--passphrase-file", new) == 61


def test_a_lost_passphrase_is_replaced_by_the_recovery_key(shell: Clinic) -> None:
    shell.begin()
    paper = private("paper", recovery_key(shell))
    new = private("new", NEW_WORDS)
    shell.told("store", "passphrase", "--recovery-key-file", paper, "--new-passphrase-file", new)
    assert shell.ask("list", "--passphrase-file", new) == 0
    assert shell.ask("list", "--recovery-key-file", paper) == 0


def test_another_recovery_key_is_told_once(shell: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.begin()
    old = private("old", recovery_key(shell))
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", None)
        assert shell.ask("store", "recovery-key") == 40
    assert shell.ask("list", "--recovery-key-file", old) == 0
    shell.told("store", "recovery-key", "--recovery-key-file", old)
    key = recovery_key(shell)
    assert key not in shell.out
    assert shell.ask("list", "--recovery-key-file", old) == 61
    assert shell.ask("list", "--recovery-key-file", private("new", key)) == 0


def test_the_register_of_consents_is_cared_for_alike(shell: Clinic) -> None:
    Store.create(Path("register"), Passphrase(WORDS))[0].close()
    new = private("new", NEW_WORDS)
    register = ("--store", "register")
    assert shell.run("consent", "store", "check", *register) == 0
    changed = ("consent", "store", "passphrase", *register, "--new-passphrase-file", new)
    assert shell.run(*changed) == 0, shell.err
    assert shell.run("consent", "store", "recovery-key", *register) == 61
    assert shell.run("consent", "store", "recovery-key", *register, "--passphrase-file", new) == 0
    assert recovery_key(shell)


def test_a_new_passphrase_that_is_soon_guessed(shell: Clinic) -> None:
    short = private("short", "seven c")
    assert shell.ask("client", "add", "me.toml", "--passphrase-file", short) == 2
    assert "the passphrase has fewer than 8 characters" in shell.err
    assert "recovery" not in shell.err
    assert not Path("records").exists()
    shell.begin()
    assert shell.ask("store", "passphrase", "--new-passphrase-file", short) == 2
    assert shell.ask("list") == 0


def test_a_key_in_the_folder_of_what_it_opens(shell: Clinic) -> None:
    assert shell.ask("client", "add", "me.toml", "--key-file", "records/key") == 2
    assert "records/key lies in the folder of the records" in shell.err
    assert not Path("records").exists()
    shell.begin()
    for option in ("--new-key-file", "--new-passphrase-file"):
        assert shell.ask("store", "passphrase", option, "records/key") == 2
        assert "lies in the folder of the records" in shell.err
    assert not Path("records/key").exists()
    assert shell.ask("list") == 0


@pytest.mark.skipif(os.name != "posix", reason="no such permissions")
def test_a_file_of_a_secret_that_others_can_read(
    shell: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.begin()
    paper = private("paper", recovery_key(shell))
    assert "others on this machine" not in shell.err
    for mode in (0o640, 0o604):
        Path("words").chmod(mode)
        assert shell.ask("list") == 0
        assert f"words: others on this machine may use it (mode {mode:04o})" in shell.err
    Path(paper).chmod(0o644)
    assert shell.ask("list", "--recovery-key-file", paper) == 0
    assert "paper: others on this machine" in shell.err
    Path("new").write_text(NEW_WORDS)
    Path("new").chmod(0o644)
    Path("words").chmod(0o600)
    shell.told("store", "passphrase", "--new-passphrase-file", "new")
    assert "new: others on this machine" in shell.err


def test_what_only_reads_needs_no_disk_that_can_be_written(
    shell: Clinic, tmp_path_factory: pytest.TempPathFactory
) -> None:
    reference = shell.begin()["reference"]
    place = tmp_path_factory.mktemp("disk")
    tried = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "tmpfs", str(place)],
        capture_output=True,
        check=False,
    )
    require(tried.returncode == 0, "no rights to mount")
    try:
        shutil.copytree("records", place / "records")
        Store.create(place / "register", Passphrase(WORDS))[0].close()
        subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
        store = ("--store", str(place / "records"))
        for command in (
            ("list",),
            ("show", reference),
            ("log", reference),
            ("client", "list"),
            ("client", "show", reference),
            ("store", "check"),
        ):
            assert shell.run("request", *command, *store) == 0, (command, shell.err)
        assert shell.run("request", "close", reference, "--reason", "other", *store) == 40
        assert "cannot write in" in shell.err
        for command in (("list",), ("due",), ("store", "check")):
            told = shell.run("consent", *command, "--store", str(place / "register"))
            assert told == 0, (command, shell.err)
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)


def test_what_only_reads_waits_for_no_writer(shell: Clinic) -> None:
    reference = shell.begin()["reference"]
    with Store.open(Path("records"), Passphrase(WORDS)) as store, store._database.writing():
        store._database.rows("UPDATE blob SET sealed = zeroblob(40)")
        for command in (("list",), ("show", reference), ("log", reference), ("store", "check")):
            assert shell.ask(*command) == 0, shell.err
        store._database.rows("ROLLBACK")
        store._database.rows("BEGIN")
    assert shell.ask("store", "check") == 0
