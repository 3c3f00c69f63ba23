"""Disks that are full, files that are damaged, others who write: one clear line, nothing lost."""

from __future__ import annotations

import os
import random
import resource
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from passerby.errors import (
    OutputUnwritable,
    PasserbyError,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreMissing,
)
from passerby.store import Entry, Store
from passerby.store.database import _translated
from requirements import require
from store_parts import PHRASE, sql


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 kB. mount(2) is for root; the limit on file sizes is for everybody."""
    place = tmp_path / "tiny"
    place.mkdir()
    if os.geteuid() != 0:
        pytest.skip("mount(2) is for root")
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
    mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    require(mounted, "a small file system could not be mounted")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_no_records(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(StoreMissing, match="no records in"):
            Store.open(folder, PHRASE)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "records").write_text("mine")
    with pytest.raises(OutputUnwritable, match="cannot write in"):
        Store.create(tmp_path / "records", PHRASE)
    with pytest.raises(StoreMissing):
        Store.open(tmp_path / "records", PHRASE)
    assert (tmp_path / "records").read_text() == "mine"


def test_a_later_format(folder: Path) -> None:
    sql(folder, "PRAGMA user_version = 2")
    before = (folder / "records.db").read_bytes()
    with pytest.raises(StoreError, match="have format 2; this Passerby knows 1") as caught:
        Store.open(folder, PHRASE)
    assert "newer Passerby" in caught.value.hint
    assert (folder / "records.db").read_bytes() == before


@pytest.mark.parametrize("version", [0, -1])
def test_a_format_that_never_was(folder: Path, version: int) -> None:
    sql(folder, f"PRAGMA user_version = {version}")
    with pytest.raises(StoreDamaged, match="format"):
        Store.open(folder, PHRASE)


def test_a_database_of_somebody_else(tmp_path: Path) -> None:
    sql(tmp_path, "CREATE TABLE mine (x)")
    with pytest.raises(StoreDamaged, match="none of Passerby's records"):
        Store.open(tmp_path, PHRASE)
    (tmp_path / "records.db").write_bytes(b"no database at all" * 1000)
    for use in (Store.open, Store.create):
        with pytest.raises(StoreDamaged, match="is damaged: file is not a database"):
            use(tmp_path, PHRASE)


def test_every_page_of_the_file(folder: Path, pair: tuple[str, str]) -> None:
    """A page of nonsense anywhere is found, and stops nobody with anything but StoreDamaged."""
    whole = (folder / "records.db").read_bytes()
    assert len(whole) % 4096 == 0
    for page in range(0, len(whole), 4096):
        for junk in (bytes(4096), os.urandom(4096)):
            (folder / "records.db").write_bytes(whole[:page] + junk + whole[page + 4096 :])
            assert broken(folder), f"page {page // 4096 + 1}"


def test_every_length_of_the_file(folder: Path, pair: tuple[str, str]) -> None:
    whole = (folder / "records.db").read_bytes()
    for length in (1, 99, 100, 5000, *range(4096, len(whole), 4096)):
        (folder / "records.db").write_bytes(whole[:length])
        assert broken(folder), f"{length} bytes"


def test_a_byte_anywhere_in_the_file(folder: Path, pair: tuple[str, str]) -> None:
    """What is not found changes nothing that was recorded."""
    rng = random.Random(3)
    with Store.open(folder, PHRASE) as store:
        held = [store.entries(subject) for subject in pair]
    whole = (folder / "records.db").read_bytes()
    unfound = 0
    for _ in range(150):
        place = rng.randrange(len(whole))
        changed = bytearray(whole)
        changed[place] ^= rng.randrange(1, 256)
        (folder / "records.db").write_bytes(changed)
        if not broken(folder):
            unfound += 1
            with Store.open(folder, PHRASE) as store:
                assert [store.entries(subject) for subject in pair] == held, f"byte {place}"
    assert unfound < 150


def broken(folder: Path) -> bool:
    """Whether the records say that they are damaged, in one of their ways."""
    try:
        with Store.open(folder, PHRASE) as store:
            return bool(store.check())
    except StoreError:
        return True


def test_a_full_disk(tiny: Path) -> None:
    with Store.create(tiny / "records", PHRASE)[0] as store:
        subject = store.add_subject()
        done: list[Entry] = []
        with pytest.raises(OutputUnwritable, match="cannot write in") as caught:
            while len(done) < 100:
                done.append(store.append(subject, b"x", {f"{len(done)}": bytes(10_000)}))
        assert "Free some space" in caught.value.hint
        assert len(done) > 3
        assert store.entries(subject) == tuple(done)
    with Store.open(tiny / "records", PHRASE) as store:
        assert store.entries(subject) == tuple(done)
        assert store.check() == ()
        with pytest.raises(OutputUnwritable):
            store.append(subject, bytes(200_000))
        subprocess.run(["mount", "-o", "remount,size=2m", str(tiny)], check=True)
        store.append(subject, b"goes on")
        assert len(store.entries(subject)) == len(done) + 1


def test_a_disk_too_small_to_begin(tiny: Path) -> None:
    (tiny / "filler").write_bytes(bytes(240 * 1024))
    with pytest.raises(OutputUnwritable):
        Store.create(tiny / "records", PHRASE)
    (tiny / "filler").unlink()
    Store.create(tiny / "records", PHRASE)[0].close()
    Store.open(tiny / "records", PHRASE).close()


def test_a_limit_on_the_size_of_files(folder: Path, pair: tuple[str, str]) -> None:
    """Works without root: the system refuses to let a file grow, as a full disk does."""
    anna, _ = pair
    code = (
        f"import sys; sys.path[:] = {sys.path}\n"
        "from pathlib import Path\n"
        "from passerby.errors import OutputUnwritable\n"
        "from passerby.store import Store\n"
        "from store_parts import PHRASE\n"
        "with Store.open(Path(sys.argv[1]), PHRASE) as store:\n"
        "    try:\n"
        "        store.append(sys.argv[2], bytes(400_000))\n"
        "    except OutputUnwritable as error:\n"
        "        print(error.message)\n"
    )

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    done = subprocess.run(
        [sys.executable, "-c", code, str(folder), anna],
        preexec_fn=limit,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "cannot write in" in done.stdout
    with Store.open(folder, PHRASE) as store:
        assert len(store.entries(anna)) == 3
        assert store.check() == ()


def test_a_disk_that_is_read_only(tiny: Path) -> None:
    with Store.create(tiny / "records", PHRASE)[0] as store:
        subject = store.add_subject()
    subprocess.run(["mount", "-o", "remount,ro", str(tiny)], check=True)
    with Store.open(tiny / "records", PHRASE, read_only=True) as store:
        assert store.entries(subject) == ()
        assert store.check() == ()
    with pytest.raises(OutputUnwritable, match="cannot write in"):
        Store.open(tiny / "records", PHRASE).append(subject, b"x")
    with pytest.raises(OutputUnwritable, match="Read-only file system"):
        Store.create(tiny / "more", PHRASE)
    subprocess.run(["mount", "-o", "remount,rw", str(tiny)], check=True)


def test_a_writer_waits_and_then_says_so(folder: Path, pair: tuple[str, str]) -> None:
    anna, _ = pair
    other = sqlite3.connect(folder / "records.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    with Store.open(folder, PHRASE, wait=0.05) as store:
        for change in (
            store.add_subject,
            lambda: store.append(anna, b"x"),
            lambda: store.erase(anna),
            store.renew_recovery_key,
        ):
            with pytest.raises(StoreBusy):
                change()
        assert len(store.entries(anna)) == 3
    with Store.open(folder, PHRASE, wait=30) as store:
        timer = threading.Timer(0.2, lambda: other.execute("ROLLBACK"))
        timer.start()
        store.append(anna, b"waited")
        timer.join()
        assert len(store.entries(anna)) == 4
        assert len(store.tombstones()) == 0
    other.close()


def test_two_processes_write_at_once(folder: Path, pair: tuple[str, str]) -> None:
    anna, _ = pair
    code = (
        f"import sys; sys.path[:] = {sys.path}\n"
        "from pathlib import Path\n"
        "from passerby.store import Store\n"
        "from store_parts import PHRASE\n"
        "with Store.open(Path(sys.argv[1]), PHRASE, wait=60) as store:\n"
        "    for number in range(40):\n"
        "        store.append(sys.argv[2], f'{sys.argv[3]} {number}'.encode())\n"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", code, str(folder), anna, name]) for name in "ab"
    ]
    assert [writer.wait() for writer in writers] == [0, 0]
    with Store.open(folder, PHRASE) as store:
        records = [entry.record.decode() for entry in store.entries(anna)[3:]]
        assert len(records) == 80
        for name in "ab":
            mine = [record for record in records if record.startswith(name)]
            assert mine == [f"{name} {number}" for number in range(40)]
        assert store.check() == ()


def test_a_reader_sees_what_was_confirmed_by_others(folder: Path, pair: tuple[str, str]) -> None:
    anna, _ = pair
    with Store.open(folder, PHRASE) as reading, Store.open(folder, PHRASE) as writing:
        assert len(reading.entries(anna)) == 3
        writing.append(anna, b"more")
        assert len(reading.entries(anna)) == 4


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_BUSY, StoreBusy),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, StoreBusy),
        (sqlite3.SQLITE_LOCKED, StoreBusy),
        (sqlite3.SQLITE_CORRUPT, StoreDamaged),
        (sqlite3.SQLITE_CORRUPT_VTAB, StoreDamaged),
        (sqlite3.SQLITE_NOTADB, StoreDamaged),
        (sqlite3.SQLITE_FULL, OutputUnwritable),
        (sqlite3.SQLITE_READONLY, OutputUnwritable),
        (sqlite3.SQLITE_CANTOPEN, OutputUnwritable),
        (sqlite3.SQLITE_IOERR_WRITE, OutputUnwritable),
        (sqlite3.SQLITE_IOERR_FSYNC, OutputUnwritable),
        (sqlite3.SQLITE_IOERR_SHMSIZE, OutputUnwritable),
        (sqlite3.SQLITE_IOERR_READ, StoreError),
        (sqlite3.SQLITE_NOMEM, StoreError),
        (sqlite3.SQLITE_ERROR, StoreDamaged),
        (sqlite3.SQLITE_CONSTRAINT_UNIQUE, StoreDamaged),
        (sqlite3.SQLITE_INTERRUPT, StoreError),
    ],
)
def test_every_error_of_sqlite_is_one_of_ours(code: int, kind: type[PasserbyError]) -> None:
    error = sqlite3.OperationalError("why")
    error.sqlite_errorcode = code
    translated = _translated(Path("/records"), error)
    assert type(translated) is kind
    assert "\n" not in translated.message


def test_an_interrupted_transaction_changes_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = store.add_subject()

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(store._records, "write", interrupt)
    with pytest.raises(KeyboardInterrupt):
        store.append(subject, b"x", {"a": b"y"})
    monkeypatch.undo()
    assert store.entries(subject) == ()
    store.append(subject, b"x", {"a": b"y"})
    assert store.check() == ()


def test_a_create_that_was_cut_off_has_begun_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "records"
    assert not Store.begun(folder)
    folder.mkdir()
    assert not Store.begun(folder)
    (folder / "records.db").touch(0o600)
    assert not Store.begun(folder)
    Store.create(folder, PHRASE)[0].close()
    assert Store.begun(folder)
    (folder / "records.db").write_bytes(b"something else " * 100)
    with pytest.raises(StoreDamaged):
        Store.begun(folder)
