"""The SQLite file: how it is opened, written durably, and emptied of what was deleted.

Sole user of sqlite3; its errors are translated here.

Journal: a write-ahead log with synchronous=FULL. A transaction is one run of frames that ends in
a commit frame, each with a checksum over all before it; the log is synced before COMMIT returns.
A kill or a power cut leaves the log with or without that last frame, never half of it. A rollback
journal would need two or three syncs for the same, and would make readers wait for writers.

The price: what is deleted stays in the log until a truncating checkpoint. `expel` does one, and
syncs the emptied log; secure_delete has overwritten the same bytes in the database by then.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from passerby.errors import (
    LimitExceeded,
    OutputUnwritable,
    PasserbyError,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreMissing,
)

FILE_NAME = "records.db"
FORMAT = 1
_APPLICATION = 0x50736279
_TABLES = (
    "CREATE TABLE lock (slot TEXT PRIMARY KEY, kind TEXT, salt BLOB, memory INTEGER,"
    " passes INTEGER, lanes INTEGER, sealed BLOB, sha256 TEXT)",
    "CREATE TABLE roll (one INTEGER PRIMARY KEY CHECK (one = 1), sealed BLOB)",
    "CREATE TABLE subject (id TEXT PRIMARY KEY, sealed BLOB)",
    "CREATE TABLE entry (subject TEXT, number INTEGER, sealed BLOB, commitment TEXT,"
    " digest TEXT, PRIMARY KEY (subject, number))",
    "CREATE TABLE blob (subject TEXT, number INTEGER, position INTEGER, sha256 TEXT,"
    " sealed BLOB, PRIMARY KEY (subject, number, position))",
)
_SCHEMA = (
    *_TABLES,
    f"PRAGMA application_id = {_APPLICATION}",
    f"PRAGMA user_version = {FORMAT}",
)
# auto_vacuum moves pages, and leaves what was in them: none.
_BEFORE_SCHEMA = ("page_size = 4096", "auto_vacuum = NONE")
_SETTINGS = (
    "secure_delete = ON",
    "synchronous = FULL",
    # macOS: fsync alone does not reach the disk there.
    "fullfsync = ON",
    "checkpoint_fullfsync = ON",
    "temp_store = MEMORY",
    "mmap_size = 0",
    "trusted_schema = OFF",
    "cell_size_check = ON",
)

Value = str | bytes | int | None


class Database:
    """One connection. For one thread; others and other processes open their own."""

    def __init__(self, folder: Path, *, wait: float, read_only: bool) -> None:
        """`wait` is how many seconds to wait for another writer. Raises StoreError."""
        self.folder = folder
        if not os.path.lexists(folder / FILE_NAME):
            raise StoreMissing(f"no records in {folder}")
        # Where the file is a link, SQLite keeps its log beside what the link leads to.
        self.path = Path(os.path.realpath(folder / FILE_NAME))
        with translating(folder):
            self._connection = sqlite3.connect(
                self.path.as_uri() + _mode(self.path.parent, read_only=read_only),
                timeout=wait,
                isolation_level=None,
                uri=True,
            )
        try:
            self._set(*_SETTINGS)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection. SQLite removes the log when the last one goes."""
        with translating(self.folder):
            self._connection.close()

    def _set(self, *settings: str) -> None:
        for setting in settings:
            self.rows(f"PRAGMA {setting}")

    def rows(self, sql: str, *values: Value) -> list[tuple[Value, ...]]:
        """Run a statement and return all its rows: no cursor stays open that would keep a
        checkpoint from truncating."""
        with translating(self.folder):
            return self._connection.execute(sql, values).fetchall()

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: on the way out it is on the disk, or nothing was changed."""
        with self._transaction("BEGIN IMMEDIATE"):
            yield

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """See one state of the database, whatever others write meanwhile."""
        with self._transaction("BEGIN"):
            yield

    @contextlib.contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        self.rows(begin)
        try:
            yield
            self.rows("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                with contextlib.suppress(StoreError, OutputUnwritable):
                    self.rows("ROLLBACK")
            raise

    def create_schema(self) -> bool:
        """Write the tables if there are none; inside of `writing`. False if there are."""
        if self.has_schema():
            return False
        for statement in _SCHEMA:
            self.rows(statement)
        return True

    def before_schema(self) -> None:
        """Settle what cannot be changed once there are tables."""
        self._set(*_BEFORE_SCHEMA)

    def has_schema(self) -> bool:
        """Whether tables were written: a create that was killed leaves none."""
        return self.rows("SELECT count(*) FROM sqlite_master") != [(0,)]

    def check_format(self) -> None:
        """Raise StoreMissing, StoreDamaged, or StoreError for a format of a later Passerby."""
        if not self.has_schema():
            raise StoreMissing(f"no records in {self.folder}: they were never finished")
        if self.rows("PRAGMA application_id") != [(_APPLICATION,)]:
            raise StoreDamaged(f"{self.path} is a database, and none of Passerby's records")
        ((version,),) = self.rows("PRAGMA user_version")
        if not isinstance(version, int) or version > FORMAT:
            raise StoreError(
                f"these records have format {version!r}; this Passerby knows {FORMAT}",
                "Install the newer Passerby that wrote them; nothing was changed.",
            )
        if version != FORMAT:
            raise StoreDamaged(f"these records say that they have format {version}")
        self.check_tables()

    def check_tables(self) -> None:
        """Raise StoreDamaged unless there are the tables that were made, and nothing else: a
        trigger could keep what is deleted."""
        found = self.rows("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
        if found != [(sql,) for sql in _TABLES]:
            raise StoreDamaged(f"{self.path} has not the tables that were made")

    def log_ahead(self) -> None:
        """Keep a write-ahead log from now on. Raises StoreError where that is not possible."""
        if self.rows("PRAGMA journal_mode = WAL") != [("wal",)]:
            raise StoreError(
                f"the file system of {self.folder} bears no write-ahead log",
                "Keep the records on a disk of this machine.",
            )

    def sync_folder(self) -> None:
        """Make the names of the files durable, and the folder's own."""
        for folder in (self.path.parent, self.path.parent.parent):
            sync(folder, os.O_RDONLY)

    def truncate(self) -> None:
        """Carry the log into the database and empty it. Raises StoreBusy while another
        connection reads or writes, after waiting for it."""
        if self.rows("PRAGMA wal_checkpoint(TRUNCATE)")[0][0] != 0:
            raise StoreBusy("another process reads these records: what is deleted has to wait")

    def expel(self) -> None:
        """Drive what was deleted out of every file, durably. Raises StoreBusy.

        The checkpoint syncs the database, but not the log that it has emptied: without a sync a
        power cut could bring the old log back. (Closing the log's file drops no lock of
        SQLite's: it keeps them on the other two.)
        """
        self.truncate()
        with translating(self.folder):
            sync(self.path.with_name(FILE_NAME + "-wal"), os.O_RDWR)
        sync(self.path.parent, os.O_RDONLY)


def _mode(folder: Path, *, read_only: bool) -> str:
    """Return how to open. A log needs a file beside it even to read: where that cannot be made
    (a disk that is read-only) and no log is left, nothing can change and none is needed."""
    if not read_only:
        return "?mode=rw"
    log = folder / f"{FILE_NAME}-wal"
    still = not os.access(folder, os.W_OK) and not (log.exists() and log.stat().st_size)
    return "?mode=ro&immutable=1" if still else "?mode=ro"


def prepare(folder: Path) -> None:
    """Make a folder and an empty database that only their owner may use, if they are not there.

    A folder that was there and holds other files keeps its permissions. Raises OutputUnwritable.
    """
    with translating(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not any(folder.iterdir()):
            folder.chmod(0o700)
        # SQLite gives its other files the permissions of the database. One that is there is not
        # opened: closing it would drop the locks of whoever has it open in this process.
        with contextlib.suppress(FileExistsError):
            os.close(os.open(folder / FILE_NAME, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def sync(path: Path, flags: int) -> None:
    """Sync a file or folder. Some file systems cannot sync a folder; nothing is lost then."""
    number = -1
    try:
        number = os.open(path, flags)
        os.fsync(number)
    except OSError:
        if not path.is_dir():
            raise
    finally:
        if number >= 0:
            os.close(number)


@contextlib.contextmanager
def translating(folder: Path) -> Iterator[None]:
    """Turn errors of SQLite and of the system into Passerby's. Misuse of sqlite3 stays a bug."""
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.DataError, sqlite3.IntegrityError) as error:
        raise _translated(folder, error) from error
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.ProgrammingError | sqlite3.InternalError):
            raise
        raise _translated(folder, error) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OutputUnwritable(f"cannot write in {folder}: {reason}") from error


# Extended codes of SQLITE_IOERR that mean that bytes could not be written.
_UNWRITTEN = {
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_FSYNC,
    sqlite3.SQLITE_IOERR_DIR_FSYNC,
    sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_DELETE,
    sqlite3.SQLITE_IOERR_SHMSIZE,
    sqlite3.SQLITE_IOERR_SHMOPEN,
}


# Statements are constant: an error in one means that the tables are not those that were made.
_ALTERED = {
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH,
}


def _translated(folder: Path, error: sqlite3.Error) -> PasserbyError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    base = code & 0xFF
    if base in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(f"another process is writing to the records in {folder}")
    if base in _ALTERED:
        return StoreDamaged(f"{folder / FILE_NAME} is damaged: {error}")
    if base == sqlite3.SQLITE_TOOBIG:
        return LimitExceeded(f"too large to keep: {error}", "Nothing was changed.")
    if base == sqlite3.SQLITE_FULL or code in _UNWRITTEN:
        return OutputUnwritable(f"cannot write in {folder}: {error}")
    if base in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return OutputUnwritable(
            f"cannot write in {folder}: {error}",
            "Check the permissions of the folder and of the files in it.",
        )
    return StoreError(f"the records in {folder} cannot be used: {error}")
