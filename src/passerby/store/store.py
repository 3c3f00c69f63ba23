"""The records: subjects with a key each, their entries in a chain, erasure. The page to read first.

A `Store` is one connection, for one thread of one process; others open their own and wait for
each other. Every call that changes something is one transaction: when it returns, the change is
on the disk; when it raises or the machine stops, nothing of it is there, or all.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from passerby.errors import LimitExceeded, OutputExists, StoreError, StoreMissing
from passerby.store import tables
from passerby.store.audit import problems
from passerby.store.chain import Chain
from passerby.store.database import Database, prepare
from passerby.store.dumps import forgo_core_dumps
from passerby.store.entry import Entry, Tombstone
from passerby.store.lock import Lock, make_lock, open_lock, slot_of
from passerby.store.records import Part, Records, standing_of
from passerby.store.seal import new_key
from passerby.store.secret import Secret, check_new, new_recovery_key

MOST_BYTES = 256 * 1024 * 1024
"""The most that one record or one blob may have."""
WAIT = 5.0
"""How many seconds a writer waits for another one, unless it is told otherwise."""
_NO_BLOBS: Mapping[str, bytes] = MappingProxyType({})


def _now() -> datetime:
    return datetime.now(UTC)


def _nobody(_: str) -> None:
    """Shows it to nobody."""


class Store:
    """Encrypted, append-only records in a folder. `create` or `open` one; use it in a `with`.

    All methods raise StoreDamaged where bytes are not what was written, StoreBusy where another
    process holds the records for too long, and OutputUnwritable where the disk takes no more.
    Times come from `clock`, which gives aware ones.
    """

    def __init__(
        self, database: Database, master: bytes, *, clock: Callable[[], datetime] = _now
    ) -> None:
        """Use `create` or `open`."""
        self._database = database
        self._records = Records(database, master)
        self._clock = clock

    @classmethod
    def create(
        cls,
        folder: Path,
        secret: Secret,
        *,
        wait: float = WAIT,
        clock: Callable[[], datetime] = _now,
    ) -> tuple[Store, str]:
        """Begin records in a folder; return them and the recovery key, to be shown once.

        Raises OutputExists where there are records already, and UsageError for a passphrase of
        fewer than 8 characters, a key file in the same folder, or a recovery key.
        """
        check_new(secret, folder)
        forgo_core_dumps()
        master, recovery = new_key(), new_recovery_key()
        locks = (make_lock(secret, master), make_lock(recovery, master))
        prepare(folder)
        database = Database(folder, wait=wait, read_only=False)
        try:
            store = cls(database, master, clock=clock)
            store._begin(*locks)
        except BaseException:
            database.close()
            raise
        return store, recovery.text

    @staticmethod
    def begun(folder: Path) -> bool:
        """Whether there are records in a folder: one in which `create` was cut off has none, and
        takes another `create`. Raises StoreError for a file that is no database."""
        try:
            # To write where that is possible: what a killed `create` left is put right by it.
            database = Database(folder, wait=WAIT, read_only=not os.access(folder, os.W_OK))
        except StoreMissing:
            return False
        try:
            return database.has_schema()
        finally:
            database.close()

    def _begin(self, *locks: Lock) -> None:
        self._database.before_schema()
        with self._database.writing():
            if not self._database.create_schema():
                raise OutputExists(
                    f"there are records in {self._database.folder} already",
                    "Open them, or choose another folder.",
                )
            self._records.begin(*locks)
        self._database.log_ahead()
        self._database.sync_folder()

    @classmethod
    def open(
        cls,
        folder: Path,
        secret: Secret,
        *,
        read_only: bool = False,
        wait: float = WAIT,
        clock: Callable[[], datetime] = _now,
    ) -> Store:
        """Open the records in a folder, and complete an erasure that was cut off.

        `wait` is how many seconds to wait for another writer. Raises StoreMissing, StoreLocked
        for a wrong secret (after the derivation), StoreError for records of a newer Passerby,
        and UnreadableInput for a key file that cannot be read.
        """
        forgo_core_dumps()
        database = Database(folder, wait=wait, read_only=read_only)
        try:
            database.check_format()
            lock = tables.read_lock(database, slot_of(secret))
            store = cls(database, open_lock(lock, secret), clock=clock)
            store._resume(read_only=read_only)
        except BaseException:
            database.close()
            raise
        return store

    def _resume(self, *, read_only: bool) -> None:
        """Take up what a killed process left."""
        if not read_only:
            self._database.log_ahead()
        with self._database.reading():
            leaving = self._records.roll().leaving
        if leaving and not read_only:
            self._expel()

    def close(self) -> None:
        """Close the records."""
        self._database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add_subject(self) -> str:
        """Add a subject with a data key of her own; return her random id."""
        subject = secrets.token_hex(16)
        with self._database.writing():
            self._records.add(subject)
        return subject

    def subjects(self) -> tuple[str, ...]:
        """Return the ids of all subjects, in the order they were added. Raises StoreDamaged
        rather than leave somebody out."""
        with self._database.reading():
            return self._records.subjects()

    def tombstones(self) -> tuple[Tombstone, ...]:
        """Return what is left of the erased, in the order they were."""
        with self._database.reading():
            return self._records.roll().tombstones

    def append(
        self,
        subject: str,
        record: bytes,
        blobs: Mapping[str, bytes] = _NO_BLOBS,
        *,
        after: int | None = None,
    ) -> Entry:
        """Append a record with its blobs to a subject's chain; it is on the disk on return.

        `after` is how many entries the caller has seen: with more or fewer nothing is appended.
        Raises StoreError for an unknown or erased subject and for a blob's name that she has
        already, StoreBusy where `after` does not hold, LimitExceeded for more than `MOST_BYTES`
        in one of them.
        """
        (entry,) = self.append_all(subject, [(record, blobs)], after=after)
        return entry

    def append_all(
        self, subject: str, parts: Sequence[Part], *, after: int | None = None
    ) -> tuple[Entry, ...]:
        """Append several records, each with its blobs, in one transaction: all of them are on
        the disk on return, and none where it raises or the machine stops. They carry one time.

        `after` is how many entries the caller has seen before the first. Raises as `append`
        does.
        """
        for record, blobs in parts:
            _check_sizes(record, *blobs.values())
        with self._database.writing():
            return self._records.append(subject, self._time(), parts, after)

    def entries(self, subject: str) -> tuple[Entry, ...]:
        """Return a subject's entries, the whole chain and every entry verified.

        The bytes of blobs are verified when they are read (`blob`, `check`). Raises StoreError
        for an unknown or erased subject.
        """
        with self._database.reading():
            standing = standing_of(self._records.roll(), subject)
            return tuple(entry for _, entry in self._records.entries(subject, standing))

    def blob(self, subject: str, name: str) -> bytes:
        """Return a blob by its name, verified. Raises StoreError where there is none."""
        with self._database.reading():
            standing = standing_of(self._records.roll(), subject)
            for link, entry in self._records.entries(subject, standing):
                for position, ref in enumerate(entry.blobs):
                    if ref.name == name:
                        return self._records.blob(subject, standing, link, entry, position)
        raise StoreError(f"subject {subject} has no blob {name!r}")

    def head(self, subject: str) -> str:
        """Return the head of a subject's chain (SHA-256, hex): what an anchor outside holds."""
        with self._database.reading():
            return standing_of(self._records.roll(), subject).head

    def chain(self, subject: str) -> Chain:
        """Return a subject's chain, rechecked: what a third party rechecks without a key."""
        with self._database.reading():
            return self._records.chain(subject)

    def erase(self, subject: str) -> Tombstone:
        """Destroy a subject's key and delete all that is hers; return what is left.

        On return her sealed key is in no file of the folder. Raises StoreBusy, with nothing
        changed, while another connection keeps the log from being emptied. Should one begin to
        read in the midst of it, StoreBusy says that she is erased and that her bytes wait in
        the log: the next `open` drives them out. Copies of the folder from before still hold
        her.
        """
        self._database.truncate()
        with self._database.writing():
            stone = self._records.erase(subject, self._time())
        self._expel()
        return stone

    def _time(self) -> datetime:
        return self._clock().astimezone(UTC)

    def _expel(self) -> None:
        """Drive what was deleted out of the files, then take it off the roll's list: only what
        was on it before, for another process may be deleting meanwhile."""
        with self._database.reading():
            leaving = self._records.roll().leaving
        self._database.expel()
        with self._database.writing():
            self._records.write(self._records.roll().settled(leaving))

    def change_secret(self, new: Secret) -> None:
        """Have another passphrase or key file open the records; the one before no longer does.

        The master key stays: who has an old copy of the records and its secret has that key.
        Raises as `erase` does, and UsageError as `create` does.
        """
        check_new(new, self._database.folder)
        self._replace(make_lock(new, self._records.master))

    def renew_recovery_key(self, show: Callable[[str], None] = _nobody) -> str:
        """Return a new recovery key; the one before no longer opens anything.

        `show` gets it before that, for whoever opened the records with the old one has no other
        key: where it raises, nothing is changed. Raises as `erase` does.
        """
        recovery = new_recovery_key()
        lock = make_lock(recovery, self._records.master)
        show(recovery.text)
        self._replace(lock)
        return recovery.text

    def _replace(self, lock: Lock) -> None:
        self._database.truncate()
        with self._database.writing():
            self._records.replace(lock)
        self._expel()

    def check(self) -> tuple[str, ...]:
        """Look at everything, blobs too; return what is wrong, one line each."""
        with self._database.reading():
            return problems(self._records)


def _check_sizes(*parts: bytes) -> None:
    if any(len(part) > MOST_BYTES for part in parts):
        raise LimitExceeded(
            f"a record or blob has more than {MOST_BYTES:,} bytes", "Nothing was recorded."
        )
