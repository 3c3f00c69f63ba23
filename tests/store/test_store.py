"""What goes in comes out, in order, with its time, and nobody else can read it."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

import passerby.store
from passerby.errors import LimitExceeded, OutputExists, StoreBusy, StoreError, StoreMissing
from passerby.store import Store, commitment_of, recheck
from passerby.store import store as module
from store_parts import PHRASE, found_in, sql


def test_what_goes_in_comes_out(folder: Path) -> None:
    with Store.open(folder, PHRASE) as store:
        anna, berta = store.add_subject(), store.add_subject()
        first = store.append(anna, b"asked", {"a.pdf": b"\0%PDF", "empty": b""})
        store.append(berta, b"")
        second = store.append(anna, b"sent")
    with Store.open(folder, PHRASE) as store:
        assert store.subjects() == (anna, berta)
        assert store.entries(anna) == (first, second)
        assert [entry.record for entry in store.entries(berta)] == [b""]
        assert store.blob(anna, "a.pdf") == b"\0%PDF"
        assert store.blob(anna, "empty") == b""
        assert [blob.name for blob in first.blobs] == ["a.pdf", "empty"]
        assert [entry.number for entry in store.entries(anna)] == [1, 2]
        assert store.head(anna) == second.digest
        assert store.check() == ()


def test_times_are_utc_to_the_microsecond(folder: Path) -> None:
    at = datetime(2026, 11, 24, 23, 5, 6, 789012, tzinfo=timezone(timedelta(hours=-7)))
    with Store.open(folder, PHRASE, clock=lambda: at) as store:
        subject = store.add_subject()
        appended = store.append(subject, b"x")
    with Store.open(folder, PHRASE) as store:
        (entry,) = store.entries(subject)
    assert entry == appended
    assert entry.at == at
    assert entry.at.tzinfo is UTC
    assert appended.at.tzinfo is UTC


def test_an_entry_in_a_traceback_tells_nothing(store: Store) -> None:
    entry = store.append(store.add_subject(), b"Katarzyna", {"Katarzyna.pdf": b"x"})
    assert entry.digest in repr(entry)
    assert "Katarzyna" not in repr(entry)
    assert entry.opening not in repr(entry)


def test_the_clock_of_the_machine(store: Store) -> None:
    before = datetime.now(UTC)
    entry = store.append(store.add_subject(), b"x")
    assert before <= entry.at <= datetime.now(UTC)


def test_ids_say_nothing_and_keys_are_distinct(store: Store, folder: Path) -> None:
    subjects = [store.add_subject() for _ in range(40)]
    assert len({*subjects}) == 40
    assert all(len(bytes.fromhex(subject)) == 16 for subject in subjects)
    records = store._records
    roll = records.roll()
    keys = {records._key(subject, roll.subjects[subject]) for subject in subjects}
    assert len(keys) == 40
    assert {len(key) for key in keys} == {32}
    assert not any(found_in(folder, key) for key in keys)


def test_nothing_readable_lies_in_the_files(folder: Path) -> None:
    names = [b"Katarzyna Canary", b"katarzyna-canary.pdf", b"the plain blob of hers", b"2026-11-24"]
    with Store.open(folder, PHRASE) as store:
        subject = store.add_subject()
        store.append(subject, names[0] + names[3], {names[1].decode(): names[2]})
        assert [name for name in names if found_in(folder, name)] == []
    assert [name for name in names if found_in(folder, name)] == []
    assert {path.name for path in folder.iterdir()} == {"records.db"}


def test_a_blob_of_a_taken_name(store: Store) -> None:
    anna, berta = store.add_subject(), store.add_subject()
    store.append(anna, b"1", {"a.pdf": b"first"})
    with pytest.raises(StoreError, match=r"a blob of that name already: 'a\.pdf'"):
        store.append(anna, b"2", {"b.pdf": b"", "a.pdf": b"second"})
    store.append(berta, b"1", {"a.pdf": b"another's"})
    assert len(store.entries(anna)) == 1
    assert store.blob(anna, "a.pdf") == b"first"
    assert store.blob(berta, "a.pdf") == b"another's"


def test_what_belongs_together_is_there_as_a_whole_or_not_at_all(store: Store) -> None:
    anna = store.add_subject()
    store.append(anna, b"1", {"a.pdf": b"first"})
    entries = store.append_all(anna, [(b"2", {"b.pdf": b"x"}), (b"3", {})], after=1)
    assert [entry.number for entry in entries] == [2, 3]
    assert len({entry.at for entry in entries}) == 1
    assert store.entries(anna)[1:] == entries
    assert store.head(anna) == entries[-1].digest == recheck(store.chain(anna))
    assert store.append_all(anna, [], after=3) == ()
    head = store.head(anna)
    fine = (b"4", {"c.pdf": b"y"})
    with pytest.raises(StoreError, match=r"a blob of that name already: 'a\.pdf'"):
        store.append_all(anna, [fine, (b"5", {"a.pdf": b"z"})])
    with pytest.raises(StoreError, match=r"a blob of that name already: 'c\.pdf'"):
        store.append_all(anna, [fine, (b"5", {"c.pdf": b"z"})])
    with pytest.raises(StoreBusy, match="at the same time"):
        store.append_all(anna, [fine], after=1)
    assert store.head(anna) == head
    assert len(store.entries(anna)) == 3
    assert store.check() == ()


def test_who_and_what_is_not_there(store: Store) -> None:
    with pytest.raises(StoreError, match="no subject 'nobody'"):
        store.append("nobody", b"x")
    with pytest.raises(StoreError, match="no subject 'nobody'"):
        store.entries("nobody")
    subject = store.add_subject()
    with pytest.raises(StoreError, match=r"no blob 'a\.pdf'"):
        store.blob(subject, "a.pdf")
    store.erase(subject)
    for use in (store.entries, store.head, store.chain, store.erase):
        with pytest.raises(StoreError, match="was erased on 20"):
            use(subject)


def test_too_large(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 10)
    subject = store.add_subject()
    with pytest.raises(LimitExceeded):
        store.append(subject, bytes(11))
    with pytest.raises(LimitExceeded):
        store.append(subject, b"", {"x": bytes(11)})
    assert store.entries(subject) == ()


def test_only_the_owner_may_use_the_files(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        with Store.create(tmp_path / "a" / "records", PHRASE)[0] as store:
            store.append(store.add_subject(), b"x")
            files = list(store._database.folder.iterdir())
            assert {path.name for path in files} == {
                "records.db",
                "records.db-wal",
                "records.db-shm",
            }
            assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
            assert stat.S_IMODE((tmp_path / "a" / "records").stat().st_mode) == 0o700
            assert store.check() == ()
            (tmp_path / "a" / "records").chmod(0o755)
            assert "others may use it (mode 0755)" in store.check()[0]
    finally:
        os.umask(mask)


def test_a_folder_that_holds_other_things_keeps_its_permissions(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    tmp_path.chmod(0o755)
    Store.create(tmp_path, PHRASE)[0].close()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_records_are_begun_once(folder: Path, pair: tuple[str, str]) -> None:
    anna, _ = pair
    with pytest.raises(OutputExists, match="there are records in"):
        Store.create(folder, PHRASE)
    with Store.open(folder, PHRASE) as store:
        assert len(store.entries(anna)) == 3


def test_a_create_that_was_killed_can_be_done_again(tmp_path: Path) -> None:
    folder = tmp_path / "records"
    folder.mkdir()
    (folder / "records.db").touch()
    with pytest.raises(StoreMissing, match="never finished"):
        Store.open(folder, PHRASE)
    with Store.create(folder, PHRASE)[0] as store:
        assert store.subjects() == ()


def test_a_reader_changes_nothing(folder: Path, pair: tuple[str, str]) -> None:
    anna, _ = pair
    before = (folder / "records.db").read_bytes()
    with Store.open(folder, PHRASE, read_only=True) as store:
        assert len(store.entries(anna)) == 3
        assert store.check() == ()
        with pytest.raises(passerby.errors.OutputUnwritable, match="readonly"):
            store.append(anna, b"x")
    assert (folder / "records.db").read_bytes() == before


def test_an_entry_shows_what_its_link_is_of(store: Store) -> None:
    subject = store.add_subject()
    entry = store.append(subject, b"asked", {"a.pdf": b"%PDF"})
    (link,) = store.chain(subject).links
    shown = (entry.opening, subject, entry.number, entry.at)
    assert commitment_of(*shown, entry.record, entry.blobs) == link.commitment
    assert commitment_of(*shown, b"asked more", entry.blobs) != link.commitment
    assert commitment_of(*shown, entry.record, ()) != link.commitment


def test_the_settings_that_the_claims_rest_on(store: Store) -> None:
    asked = {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "temp_store": 2,
        "auto_vacuum": 0,
        "page_size": 4096,
        "fullfsync": 1,
        "checkpoint_fullfsync": 1,
    }
    assert {name: store._database.rows(f"PRAGMA {name}")[0][0] for name in asked} == asked


def test_all_that_is_exported_is_there() -> None:
    assert sorted(passerby.store.__all__) == passerby.store.__all__
    assert all(hasattr(passerby.store, name) for name in passerby.store.__all__)


def test_the_file_says_what_it_is(folder: Path) -> None:
    assert sql(folder, "PRAGMA application_id") == [(0x50736279,)]
    assert sql(folder, "PRAGMA user_version") == [(1,)]
