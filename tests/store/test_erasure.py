"""Erased is erased: the key that opens her records is in no file, whenever a process was killed."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from passerby.errors import StoreBusy, StoreError
from passerby.store import Store
from passerby.store.chain import recheck
from passerby.store.database import Database
from store_parts import PHRASE, found_in, sealed_key, sql

NAME = "Katarzyna Canary"


@dataclass(frozen=True)
class Forty:
    """Records of forty subjects: the one to erase, her sealed key, and the others."""

    folder: Path
    her: str
    key: bytes
    others: list[str]


@pytest.fixture(scope="module")
def forty_once(made: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Forty:
    """Records that are copied, never used."""
    folder = Path(shutil.copytree(made[0], tmp_path_factory.mktemp("forty") / "records"))
    with Store.open(folder, PHRASE) as store:
        subjects = [store.add_subject() for _ in range(40)]
        for number, subject in enumerate(subjects):
            name = NAME if number == 17 else f"Client {number}"
            store.append(subject, name.encode() * 30, {f"{name}.pdf": name.encode() * 500})
            store.append(subject, b"sent")
    her = subjects.pop(17)
    return Forty(folder, her, sealed_key(folder, her), subjects)


@pytest.fixture
def forty(forty_once: Forty, folder: Path) -> Forty:
    """The forty, in `folder`."""
    shutil.copytree(forty_once.folder, folder, dirs_exist_ok=True)
    return replace(forty_once, folder=folder)


def test_one_of_forty(folder: Path, forty: Forty) -> None:
    her, key, others = forty.her, forty.key, forty.others
    assert found_in(folder, key) == ["records.db"]
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    with Store.open(folder, PHRASE, clock=lambda: at) as store:
        head, sealed = (
            store.head(her),
            sql(folder, f"SELECT sealed FROM entry WHERE subject='{her}'"),
        )
        stone = store.erase(her)
        assert (stone.id, stone.at, stone.head) == (her, at, head)
        # While the records are still open: the log and the index of the log lie there too.
        assert (folder / "records.db-wal").exists()
        assert found_in(folder, key) == []
        assert all(found_in(folder, body) == [] for (body,) in sealed)
        assert store.tombstones() == (stone,)
        assert list(store.subjects()) == others
        assert store.check() == ()
    assert found_in(folder, key) == []
    assert found_in(folder, NAME.encode()) == []
    assert not any(NAME in str(path) for path in folder.rglob("*"))
    with Store.open(folder, PHRASE) as store:
        assert store.tombstones() == (stone,)
        assert all(len(store.entries(subject)) == 2 for subject in others)
        assert all(store.blob(s, store.entries(s)[0].blobs[0].name) for s in others)


def test_without_the_truncating_checkpoint_her_key_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That the search finds what is there; and why `expel` is not just a DELETE."""
    with Store.open(folder, PHRASE) as store:
        her = store.add_subject()
        key = sealed_key(folder, her)
        with monkeypatch.context() as patch:
            patch.setattr(Database, "truncate", lambda _: None)
            store.erase(her)
            assert sql(folder, "SELECT count(*) FROM subject") == [(0,)]
            assert found_in(folder, key) == ["records.db-wal"]
        store._database.expel()
        assert found_in(folder, key) == []


def test_without_overwriting_her_key_stays(folder: Path, forty: Forty) -> None:
    her, key = forty.her, forty.key
    with Store.open(folder, PHRASE) as store:
        store._database.rows("PRAGMA secure_delete = OFF")
        store.erase(her)
        assert found_in(folder, key) == ["records.db"]


def test_a_copy_from_before_still_opens_her(folder: Path, forty: Forty) -> None:
    """Documented in docs/store.md: erasure reaches no backup."""
    her, key = forty.her, forty.key
    shutil.copytree(folder, folder.parent / "copy")
    with Store.open(folder, PHRASE) as store:
        store.erase(her)
    with Store.open(folder.parent / "copy", PHRASE) as store:
        assert NAME.encode() in store.entries(her)[0].record
    assert found_in(folder.parent / "copy", key) == ["records.db"]


def test_the_head_that_stays_is_that_of_the_chain(store: Store) -> None:
    subject = store.add_subject()
    store.append(subject, b"asked")
    chain = store.chain(subject)
    assert store.erase(subject).head == recheck(chain)


def test_many_come_and_go(folder: Path) -> None:
    """SQLite moves rows between pages as tables grow and shrink: no copy of a key stays."""
    rng, keys = random.Random(4), {}
    with Store.open(folder, PHRASE) as store:
        for _ in range(110):
            subjects = store.subjects()
            if len(subjects) < 5 or rng.random() < 0.55:
                subject = store.add_subject()
                keys[subject] = sealed_key(folder, subject)
                for _ in range(rng.randrange(3)):
                    store.append(subject, rng.randbytes(rng.choice([10, 400, 6000])))
            else:
                store.erase(rng.choice(subjects))
        gone = [stone.id for stone in store.tombstones()]
        assert len(gone) > 30
        data = b"".join(path.read_bytes() for path in folder.iterdir())
        left = {
            subject: any(keys[subject][i : i + 8] in data for i in range(0, 41, 8))
            for subject in keys
        }
    assert left == {subject: subject not in gone for subject in keys}


@pytest.fixture
def reader(folder: Path) -> Iterator[sqlite3.Connection]:
    """Another connection, in the midst of reading once `SELECT` was run."""
    connection = sqlite3.connect(folder / "records.db", isolation_level=None)
    yield connection
    connection.close()


def test_a_reader_keeps_the_log_from_being_emptied(
    folder: Path, forty: Forty, reader: sqlite3.Connection
) -> None:
    her, key = forty.her, forty.key
    with Store.open(folder, PHRASE, wait=0.05) as store:
        store.append(her, b"something in the log")
        reader.execute("BEGIN").execute("SELECT * FROM roll").fetchall()
        store.append(her, b"and something after what is read")
        with pytest.raises(StoreBusy, match="another process reads these records"):
            store.erase(her)
        assert len(store.entries(her)) == 4
        assert store.tombstones() == ()
        assert store.check() == ()
        reader.execute("COMMIT")
        store.erase(her)
        assert found_in(folder, key) == []


def test_a_reader_who_comes_in_the_midst_of_it(
    folder: Path, forty: Forty, reader: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """She is erased for every reader; her bytes wait for the next who opens the records."""
    her, key = forty.her, forty.key
    inner = Database.expel

    def late(database: Database) -> None:
        reader.execute("BEGIN").execute("SELECT * FROM roll").fetchall()
        inner(database)

    with Store.open(folder, PHRASE, wait=0.05) as store:
        with monkeypatch.context() as patch:
            patch.setattr(Database, "expel", late)
            with pytest.raises(StoreBusy, match="what is deleted has to wait"):
                store.erase(her)
        with pytest.raises(StoreError, match="was erased"):
            store.entries(her)
        assert "an erasure was cut off: open these records for writing to complete it" in (
            store.check()
        )
        with pytest.raises(StoreBusy):
            Store.open(folder, PHRASE, wait=0.05)
        with Store.open(folder, PHRASE, read_only=True, wait=0.05) as other:
            assert [stone.id for stone in other.tombstones()] == [her]
        reader.execute("COMMIT")
    with Store.open(folder, PHRASE) as store:
        assert found_in(folder, key) == []
        assert store.check() == ()


def test_an_open_store_that_does_not_read_is_no_hindrance(folder: Path, forty: Forty) -> None:
    her, key, others = forty.her, forty.key, forty.others
    with (
        Store.open(folder, PHRASE) as idle,
        Store.open(folder, PHRASE, read_only=True) as reading,
        Store.open(folder, PHRASE, wait=0.05) as store,
    ):
        assert len(idle.entries(her)) == len(reading.entries(her)) == 2
        store.erase(her)
        assert found_in(folder, key) == []
        for other in (idle, reading):
            assert list(other.subjects()) == others
            with pytest.raises(StoreError, match="was erased"):
                other.entries(her)
    assert found_in(folder, key) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from passerby.store import Store
from passerby.store.database import Database
from store_parts import PHRASE

inner = Database.expel

def expel(database):
    if {emptied}:
        inner(database)
    os.kill(os.getpid(), signal.SIGKILL)

Database.expel = expel
Store.open(Path(sys.argv[1]), PHRASE).erase(sys.argv[2])
"""


@pytest.mark.parametrize("emptied", [False, True], ids=["before", "after"])
def test_killed_before_or_after_the_log_is_emptied(
    folder: Path, forty: Forty, emptied: bool
) -> None:
    """The next who opens the records completes the erasure, before anything else."""
    her, key = forty.her, forty.key
    code = KILLED.format(emptied=emptied)
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path}\n{code}", str(folder), her],
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    assert bool(found_in(folder, key)) is not emptied
    with Store.open(folder, PHRASE, read_only=True) as store:
        assert [stone.id for stone in store.tombstones()] == [her]
        assert "an erasure was cut off" in store.check()[-1]
    with Store.open(folder, PHRASE) as store:
        assert found_in(folder, key) == []
        assert [stone.id for stone in store.tombstones()] == [her]
        assert store.check() == ()


def test_what_another_process_erases_meanwhile_is_not_forgotten(
    folder: Path, pair: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two erase at once; one is done, the other is killed: hers is still on the list."""
    anna, berta = pair
    inner = Database.expel

    def meanwhile(database: Database) -> None:
        inner(database)
        with monkeypatch.context() as patch:
            patch.setattr(Database, "expel", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                other.erase(berta)

    with Store.open(folder, PHRASE) as other, Store.open(folder, PHRASE) as store:
        monkeypatch.setattr(Database, "expel", meanwhile)
        store.erase(anna)
        assert store._records.roll().leaving == (berta,)
