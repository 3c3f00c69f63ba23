"""Whoever can write to the file cannot change what it says: it is found, and named."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from passerby.errors import StoreDamaged, StoreError, StoreLocked
from passerby.store import Store
from store_parts import PHRASE, filled, found_in, sealed_key, sql


def found(folder: Path) -> str:
    """Return how the records stop whoever opens them, else what `check` finds, else nothing."""
    try:
        with Store.open(folder, PHRASE) as store:
            return "\n".join(store.check())
    except StoreDamaged as error:
        return error.message


# The whole of `WHERE` for the second entry and the second blob of subject {0}.
ENTRY = "WHERE subject = '{0}' AND number = 2"
BLOB = f"{ENTRY} AND position = 1"
KEY = "WHERE id = '{0}'"
FLIPPED = (
    "CAST(substr({0}, 1, 20) || iif(substr({0}, 21, 1) = x'00', x'01', x'00')"
    " || substr({0}, 22) AS BLOB)"
)
OTHER = "'" + "ab" * 32 + "'"

COLUMNS = {
    "lock.slot": ("UPDATE lock SET slot = 'x' WHERE slot = 'recovery'", "recovery is missing"),
    "lock.kind": ("UPDATE lock SET kind = 'file' WHERE slot = 'secret'", "lock of the secret"),
    "lock.salt": ("UPDATE lock SET salt = x'00' WHERE slot = 'secret'", "lock of the secret"),
    "lock.memory": ("UPDATE lock SET memory = 70000", "lock of the secret"),
    "lock.passes": ("UPDATE lock SET passes = 4", "lock of the secret"),
    "lock.lanes": ("UPDATE lock SET lanes = 5", "lock of the secret"),
    "lock.sealed": ("UPDATE lock SET sealed = x'00' WHERE slot = 'secret'", "lock of the secret"),
    "lock.sha256": (f"UPDATE lock SET sha256 = {OTHER} WHERE slot = 'recovery'", "not the one on"),
    "roll.one": ("DELETE FROM roll", "the roll of subjects is missing"),
    "roll.sealed": (
        f"UPDATE roll SET sealed = {FLIPPED.format('sealed')}",
        "the roll of subjects is not what was written",
    ),
    "subject.id": (f"UPDATE subject SET id = 'x' {KEY}", "key of subject {0} is missing"),
    "subject.sealed": (
        f"UPDATE subject SET sealed = {FLIPPED.format('sealed')} {KEY}",
        "the key of subject {0} is not what was written",
    ),
    "entry.subject": (f"UPDATE entry SET subject = 'x' {ENTRY}", "{0}: entry 3 stands where 2"),
    "entry.number": (f"UPDATE entry SET number = 7 {ENTRY}", "{0}: entry 3 stands where 2 should"),
    "entry.sealed": (
        f"UPDATE entry SET sealed = {FLIPPED.format('sealed')} {ENTRY}",
        "{0}: entry 2 does not fit the chain",
    ),
    "entry.commitment": (
        f"UPDATE entry SET commitment = {OTHER} {ENTRY}",
        "{0}: entry 2 does not fit the chain",
    ),
    "entry.digest": (
        f"UPDATE entry SET digest = {OTHER} {ENTRY}",
        "{0}: entry 2 does not fit the chain",
    ),
    "blob.subject": (f"UPDATE blob SET subject = 'x' {BLOB}", "{0}: entry 2 does not fit"),
    "blob.number": (f"UPDATE blob SET number = 3 {BLOB}", "a blob of entry 3 is missing or"),
    "blob.position": (f"UPDATE blob SET position = 5 {BLOB}", "a blob of entry 2 is missing or"),
    "blob.sha256": (f"UPDATE blob SET sha256 = {OTHER} {BLOB}", "{0}: entry 2 does not fit"),
    "blob.sealed": (
        f"UPDATE blob SET sealed = {FLIPPED.format('sealed')} {BLOB}",
        "{0}: blob 2 of entry 2 is not what its link is of",
    ),
}


def test_every_column_is_there(folder: Path) -> None:
    tables = [name for (name,) in sql(folder, "SELECT name FROM sqlite_master WHERE sql NOT NULL")]
    columns = {
        f"{table}.{row[1]}"
        for table in tables
        for row in sql(folder, f"PRAGMA table_info({table})")
    }
    assert columns == set(COLUMNS)


@pytest.mark.parametrize("column", COLUMNS)
def test_a_changed_column_is_found(folder: Path, pair: tuple[str, str], column: str) -> None:
    anna, berta = pair
    assert found(folder) == ""
    statement, says = COLUMNS[column]
    sql(folder, statement.format(anna))
    assert says.format(anna) in found(folder)
    assert berta not in found(folder)


# SQLite itself keeps roll.one at 1, and entries apart; blob.position is 1.
OTHER_TYPES = [
    (column, value)
    for column in COLUMNS
    for value in ("NULL", "1", "'x'", "x'00'", "1.5")
    if column != "roll.one"
    and (column, value) not in {("entry.number", "1"), ("blob.position", "1")}
]


@pytest.mark.parametrize(("column", "value"), OTHER_TYPES)
def test_a_column_of_another_type_is_damage(
    folder: Path, pair: tuple[str, str], column: str, value: str
) -> None:
    anna, _ = pair
    table, _, name = column.partition(".")
    where = {"entry": ENTRY, "blob": BLOB, "subject": KEY, "lock": "WHERE slot = 'secret'"}
    sql(folder, f"UPDATE {table} SET {name} = {value} {where.get(table, '').format(anna)}")
    assert found(folder) != ""


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE more (x)",
        "CREATE TRIGGER kept AFTER DELETE ON subject BEGIN INSERT INTO roll VALUES (2, 1); END",
        "CREATE VIEW seen AS SELECT * FROM subject",
        "CREATE INDEX fast ON subject (sealed)",
        "DROP TABLE blob",
        "ALTER TABLE entry ADD COLUMN more",
        "ALTER TABLE entry RENAME TO entries",
    ],
)
def test_other_tables_and_triggers_are_found(
    folder: Path, pair: tuple[str, str], statement: str
) -> None:
    with Store.open(folder, PHRASE) as store:
        sql(folder, statement)
        assert "has not the tables that were made" in store.check()[0]
    with pytest.raises(StoreDamaged, match="has not the tables that were made"):
        Store.open(folder, PHRASE)


def test_records_that_are_damaged_while_they_are_open(folder: Path, pair: tuple[str, str]) -> None:
    anna, berta = pair
    with Store.open(folder, PHRASE) as store:
        sql(folder, COLUMNS["blob.sealed"][0].format(anna))
        with pytest.raises(StoreDamaged, match="blob 2 of entry 2 is not what its link is of"):
            store.blob(anna, "reply.eml")
        assert store.blob(anna, "letter.pdf") == store.blob(berta, "letter.pdf") == b"%PDF 1"
        sql(folder, COLUMNS["roll.sealed"][0])
        for use in (store.subjects, store.tombstones, store.add_subject):
            with pytest.raises(StoreDamaged, match="the roll of subjects is not what was"):
                use()
        assert store.check() == ("the roll of subjects is not what was written",)


def test_a_table_that_vanishes_from_open_records(store: Store, folder: Path) -> None:
    subject = store.add_subject()
    sql(folder, "DROP TABLE entry")
    with pytest.raises(StoreDamaged, match="is damaged: no such table"):
        store.append(subject, b"x")


SWAPS: dict[str, tuple[str, str]] = {
    "two entries": (
        "UPDATE entry SET number = number + 7 WHERE subject = '{0}' AND number < 3;"
        "UPDATE entry SET number = 10 - number WHERE subject = '{0}' AND number > 3",
        "{0}: entry 1 does not fit the chain",
    ),
    "bytes of two entries": (
        "CREATE TEMP TABLE was AS SELECT * FROM entry;"
        "UPDATE entry SET sealed = (SELECT e.sealed FROM was e WHERE e.subject = '{0}'"
        " AND e.number = 3 - entry.number) WHERE subject = '{0}' AND number < 3",
        "{0}: entry 1 does not fit the chain",
    ),
    "an entry of another subject": (
        "UPDATE entry SET sealed = (SELECT e.sealed FROM entry e WHERE e.subject = '{1}'"
        " AND e.number = 2) WHERE subject = '{0}' AND number = 2",
        "{0}: entry 2 does not fit the chain",
    ),
    "all entries of another subject": (
        "UPDATE entry SET (sealed, commitment, digest) = (SELECT e.sealed, e.commitment, e.digest"
        " FROM entry e WHERE e.subject = '{1}' AND e.number = entry.number) WHERE subject = '{0}'",
        "{0}: entry 1 does not fit the chain",
    ),
    "two blobs": (
        "CREATE TEMP TABLE was AS SELECT * FROM blob;"
        "UPDATE blob SET sealed = (SELECT b.sealed FROM was b WHERE b.subject = '{0}'"
        " AND b.position = 1 - blob.position) WHERE subject = '{0}'",
        "{0}: blob 1 of entry 2 is not what its link is of",
    ),
    "the key of another subject": (
        "UPDATE subject SET sealed = (SELECT s.sealed FROM subject s WHERE s.id = '{1}')"
        " WHERE id = '{0}'",
        "the key of subject {0} is not what was written",
    ),
    "a deleted first entry": (
        "DELETE FROM entry WHERE subject = '{0}' AND number = 1",
        "{0}: entry 2 stands where 1 should",
    ),
    "a deleted tail": (
        "DELETE FROM entry WHERE subject = '{0}' AND number = 3",
        "{0}: entry 3 of 3 is missing at the end",
    ),
    "a deleted blob": (
        "DELETE FROM blob WHERE subject = '{0}' AND position = 1",
        "{0}: entry 2 does not fit the chain",
    ),
    "all rows of a subject": (
        "DELETE FROM entry WHERE subject = '{0}'",
        "{0}: entry 1 of 3 is missing at the end",
    ),
    "a deleted subject": (
        "DELETE FROM subject WHERE id = '{0}'",
        "the key of subject {0} is missing",
    ),
    "a subject from nowhere": (
        "INSERT INTO subject SELECT 'x{0}', sealed FROM subject WHERE id = '{0}'",
        "subject x{0}: there are rows of hers, and she is not on the roll",
    ),
    "a blob of no entry": (
        "INSERT INTO blob SELECT subject, 9, 0, sha256, sealed FROM blob"
        " WHERE subject = '{0}' AND position = 0",
        "{0}: a blob of no entry",
    ),
}


@pytest.mark.parametrize("what", SWAPS)
def test_rows_that_were_moved_or_removed_are_found(
    folder: Path, pair: tuple[str, str], what: str
) -> None:
    anna, berta = pair
    statement, says = SWAPS[what]
    sql(folder, *statement.format(anna, berta).split(";"))
    assert says.format(anna) in found(folder)


def test_an_entry_that_was_forged_with_a_chain_that_fits(
    folder: Path, pair: tuple[str, str]
) -> None:
    """The chain has no key in it: whoever writes to the file can compute a new one. The tag and
    the head on the roll stop that."""
    from passerby.store.chain import digest_of
    from passerby.store.sealing import sha256

    anna, _ = pair
    rows = sql(
        folder, f"SELECT number, commitment, digest FROM entry WHERE subject = '{anna}' ORDER BY 1"
    )
    forged = bytes(100)
    digest = digest_of(rows[1][2], anna, 3, sha256(forged), rows[2][1], ())
    sql(
        folder,
        f"UPDATE entry SET sealed = x'{forged.hex()}', digest = '{digest}'"
        f" WHERE subject = '{anna}' AND number = 3",
    )
    assert f"{anna}: the chain does not end in the head that it had" in found(folder)


def copied(folder: Path, rows: Callable[[str], str], name: str) -> None:
    """Put rows of an old copy of the records in place of today's."""
    sql(folder, f"ATTACH '{folder.parent / 'old' / 'records.db'}' AS old", rows(name))


def test_old_rows_that_were_put_back_are_found(folder: Path, pair: tuple[str, str]) -> None:
    """A subject as she once was: her rows fit each other, and not the roll."""
    anna, berta = pair
    shutil.copytree(folder, folder.parent / "old")
    with Store.open(folder, PHRASE) as store:
        store.append(anna, b"the fourth")
    sql(folder, f"DELETE FROM entry WHERE subject = '{anna}' AND number = 4")
    assert f"{anna}: entry 4 of 4 is missing at the end" in found(folder)
    with Store.open(folder, PHRASE) as store:
        with pytest.raises(StoreDamaged, match="the chain does not end at entry 4, as it did"):
            store.append(anna, b"the fifth")
        with pytest.raises(StoreDamaged, match="entry 4 of 4 is missing"):
            store.entries(anna)
        with pytest.raises(StoreDamaged, match="entry 4 of 4 is missing"):
            store.chain(anna)
        # The others are not locked out by what is wrong with her.
        assert len(store.entries(berta)) == 3
        store.append(berta, b"goes on")


def test_an_old_roll_is_found(folder: Path, pair: tuple[str, str]) -> None:
    anna, _ = pair
    shutil.copytree(folder, folder.parent / "old")
    with Store.open(folder, PHRASE) as store:
        store.append(anna, b"the fourth")
    copied(folder, lambda _: "UPDATE roll SET sealed = (SELECT sealed FROM old.roll)", anna)
    assert f"{anna}: the chain does not end in the head that it had" in found(folder)


def test_an_erased_subject_that_was_put_back_is_found(folder: Path, pair: tuple[str, str]) -> None:
    anna, _ = pair
    shutil.copytree(folder, folder.parent / "old")
    with Store.open(folder, PHRASE) as store:
        store.erase(anna)
    sql(
        folder,
        f"ATTACH '{folder.parent / 'old' / 'records.db'}' AS old",
        "INSERT INTO subject SELECT * FROM old.subject WHERE id NOT IN (SELECT id FROM subject)",
        f"INSERT INTO entry SELECT * FROM old.entry WHERE subject = '{anna}'",
        f"INSERT INTO blob SELECT * FROM old.blob WHERE subject = '{anna}'",
    )
    assert f"subject {anna}: there are rows of hers, and she is not on the roll" in found(folder)
    with Store.open(folder, PHRASE) as store, pytest.raises(StoreError, match="was erased"):
        store.entries(anna)


def test_an_old_lock_that_was_put_back_is_found(folder: Path) -> None:
    shutil.copytree(folder, folder.parent / "old")
    with Store.open(folder, PHRASE) as store:
        store.renew_recovery_key()
    copied(
        folder,
        lambda name: f"INSERT OR REPLACE INTO lock SELECT * FROM old.lock WHERE slot = '{name}'",
        "recovery",
    )
    assert "the lock of the recovery is not the one on the roll" in found(folder)


def test_rows_of_other_records_are_found(
    folder: Path, pair: tuple[str, str], tmp_path: Path
) -> None:
    Store.create(tmp_path / "old", PHRASE)[0].close()
    filled(tmp_path / "old")
    copied(folder, lambda _: "UPDATE roll SET sealed = (SELECT sealed FROM old.roll)", "")
    assert "the roll of subjects is not what was written" in found(folder)


def test_a_whole_folder_that_was_put_back_is_not_found(folder: Path, pair: tuple[str, str]) -> None:
    """What the store cannot see, and what a head that was printed elsewhere is for."""
    anna, _ = pair
    shutil.copytree(folder, folder.parent / "old")
    with Store.open(folder, PHRASE) as store:
        store.append(anna, b"the fourth")
        printed = store.head(anna)
    shutil.rmtree(folder)
    shutil.move(folder.parent / "old", folder)
    assert found(folder) == ""
    with Store.open(folder, PHRASE) as store:
        assert printed not in {link.digest for link in store.chain(anna).links}


def test_a_wrong_passphrase_is_told_from_a_damaged_lock(folder: Path) -> None:
    from passerby.store import Passphrase

    with pytest.raises(StoreLocked):
        Store.open(folder, Passphrase("wrong"))
    sql(folder, f"UPDATE lock SET sealed = {FLIPPED.format('sealed')}")
    with pytest.raises(StoreDamaged, match="the lock of the secret is not what was written"):
        Store.open(folder, PHRASE)


def test_an_old_roll_hides_nobody_who_came_after_it(folder: Path, pair: tuple[str, str]) -> None:
    """Every chain on such a roll ends where it did: only the rows of the newcomer tell."""
    anna, _ = pair
    shutil.copytree(folder, folder.parent / "old")
    with Store.open(folder, PHRASE) as store:
        clara = store.add_subject()
        store.append(clara, b"an answer is due")
    copied(folder, lambda _: "UPDATE roll SET sealed = (SELECT sealed FROM old.roll)", anna)
    with Store.open(folder, PHRASE) as store:
        with pytest.raises(StoreDamaged, match=f"subject {clara}: there are rows of hers"):
            store.subjects()
        assert len(store.entries(anna)) == 3


def test_records_behind_a_link(folder: Path, pair: tuple[str, str], tmp_path: Path) -> None:
    """SQLite keeps the log beside the file itself: that is the one to empty."""
    anna, berta = pair
    key = sealed_key(folder, anna)
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "records.db").symlink_to(folder / "records.db")
    with Store.open(tmp_path / "linked", PHRASE) as store:
        store.erase(anna)
        assert found_in(folder, key) == []
        assert store.subjects() == (berta,)
        (folder / "records.db").chmod(0o644)
        assert "others may use it" in "".join(store.check())
