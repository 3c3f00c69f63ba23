"""What lies in the database, read and written with the keys: always inside of a transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from passerby.errors import StoreBusy, StoreDamaged, StoreError
from passerby.store import tables
from passerby.store.chain import Chain, Link, beginning
from passerby.store.database import Database
from passerby.store.entry import Entry, Tombstone
from passerby.store.lock import Lock, Slot
from passerby.store.roll import Roll, Standing, seal_roll, unseal_roll
from passerby.store.seal import NotAuthentic, new_key, subkey
from passerby.store.sealing import (
    open_blob,
    open_entry,
    seal_data_key,
    seal_entry,
    sha256,
    unseal_data_key,
)


class Records:
    """The tables of a database, under a master key."""

    def __init__(self, database: Database, master: bytes) -> None:
        self.database = database
        self.master = master
        self._wrapping = subkey(master, "wrapping")
        self._roll_key = subkey(master, "roll")

    def roll(self) -> Roll:
        """Return the roll. Raises StoreDamaged, also where a lock is not the one on it."""
        try:
            roll = unseal_roll(self._roll_key, tables.read_roll(self.database))
        except NotAuthentic as error:
            raise StoreDamaged("the roll of subjects is not what was written") from error
        for slot in Slot:
            if tables.read_lock(self.database, slot).sha256 != roll.locks.get(slot):
                raise StoreDamaged(f"the lock of the {slot} is not the one on the roll")
        return roll

    def subjects(self) -> tuple[str, ...]:
        """Return the ids on the roll. Raises StoreDamaged where somebody has rows and is not on
        it: an old roll that was put back would leave out whoever came after it, and nothing
        else would tell."""
        known = tuple(self.roll().subjects)
        for name in tables.strangers(self.database, known):
            raise StoreDamaged(tables.stranger(name))
        return known

    def write(self, roll: Roll) -> None:
        """Keep a roll in place of the one before."""
        tables.write_roll(self.database, seal_roll(self._roll_key, roll))

    def begin(self, *locks: Lock) -> None:
        """Write the first roll and the locks."""
        for lock in locks:
            tables.write_lock(self.database, lock)
        self.write(Roll(locks={lock.slot: lock.sha256 for lock in locks}))

    def replace(self, lock: Lock) -> None:
        """Put a lock in place of the one before."""
        roll = self.roll()
        tables.write_lock(self.database, lock)
        self.write(roll.with_lock(lock.slot, lock.sha256))

    def add(self, subject: str) -> None:
        """Add a subject with a new data key."""
        sealed = seal_data_key(self._wrapping, subject, new_key())
        tables.write_key(self.database, subject, sealed)
        standing = Standing(number=0, head=beginning(subject), key_sha256=sha256(sealed))
        self.write(self.roll().with_subject(subject, standing))

    def append(
        self,
        subject: str,
        at: datetime,
        record: bytes,
        blobs: Mapping[str, bytes],
        after: int | None = None,
    ) -> Entry:
        """Append an entry. Raises StoreError for a blob's name that is taken, StoreBusy when
        there are not `after` entries before it."""
        roll = self.roll()
        standing = standing_of(roll, subject)
        if after is not None and standing.number != after:
            raise StoreBusy("another process wrote to the same subject at the same time")
        if blobs:
            self._check_names(subject, standing, blobs)
        tables.check_tail(self.database, subject, standing)
        key = self._key(subject, standing)
        made = seal_entry(key, subject, (standing.number, standing.head), at, record, blobs)
        tables.write_entry(self.database, subject, made)
        grown = Standing(
            number=made.link.number, head=made.link.digest, key_sha256=standing.key_sha256
        )
        self.write(roll.with_subject(subject, grown))
        return made.entry

    def erase(self, subject: str, at: datetime) -> Tombstone:
        """Delete a subject's rows, her key among them."""
        roll = self.roll()
        stone = Tombstone(id=subject, at=at, head=standing_of(roll, subject).head)
        tables.delete_subject(self.database, subject)
        self.write(roll.without_subject(stone))
        return stone

    def chain(self, subject: str) -> Chain:
        """Return a subject's chain, rechecked up to the head on the roll."""
        standing = standing_of(self.roll(), subject)
        return tables.read_rows(self.database, subject, standing).chain

    def entries(self, subject: str, standing: Standing) -> tuple[tuple[Link, Entry], ...]:
        """Return a subject's entries with their links, all verified."""
        key = self._key(subject, standing)
        rows = tables.read_rows(self.database, subject, standing)
        return tuple(
            (link, open_entry(key, subject, link, sealed))
            for link, sealed in zip(rows.chain.links, rows.sealed, strict=True)
        )

    def blob(
        self, subject: str, standing: Standing, link: Link, entry: Entry, position: int
    ) -> bytes:
        """Return a blob of a verified entry, verified."""
        key = self._key(subject, standing)
        sealed = tables.read_blob(self.database, subject, entry.number, position)
        return open_blob(key, subject, link, entry.blobs, position, sealed)

    def _key(self, subject: str, standing: Standing) -> bytes:
        sealed = tables.read_key(self.database, subject, standing)
        return unseal_data_key(self._wrapping, subject, sealed)

    def _check_names(self, subject: str, standing: Standing, blobs: Mapping[str, bytes]) -> None:
        taken = {ref.name for _, entry in self.entries(subject, standing) for ref in entry.blobs}
        for name in blobs:
            if name in taken:
                raise StoreError(f"subject {subject} has a blob of that name already: {name!r}")


def standing_of(roll: Roll, subject: str) -> Standing:
    """Return how far a subject has come. Raises StoreError for one who is unknown or erased."""
    standing = roll.subjects.get(subject)
    if standing is not None:
        return standing
    stone = roll.tombstone(subject)
    if stone is not None:
        raise StoreError(f"subject {subject} was erased on {stone.at:%Y-%m-%d}")
    raise StoreError(f"there is no subject {subject!r} in these records")
