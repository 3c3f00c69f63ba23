"""Rows of the database as values, and back. What has not the type that was written is damage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from passerby.errors import StoreDamaged
from passerby.store.chain import Chain, Link, recheck
from passerby.store.database import Database, Value
from passerby.store.lock import Kind, Lock, Slot
from passerby.store.roll import Standing
from passerby.store.seal import Cost
from passerby.store.sealing import SealedEntry, sha256

_T = TypeVar("_T", str, int, bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedRows:
    """A subject's entries as they lie there: links in their order, and the sealed bytes."""

    chain: Chain
    sealed: tuple[bytes, ...]


def _typed(value: Value, kind: type[_T], what: str) -> _T:
    if not isinstance(value, kind):
        raise StoreDamaged(f"{what} is not what was written")
    return value


def read_lock(database: Database, slot: Slot) -> Lock:
    """Return the lock of a slot. Raises StoreDamaged."""
    what = f"the lock of the {slot}"
    rows = database.rows(
        "SELECT kind, salt, memory, passes, lanes, sealed, sha256 FROM lock WHERE slot = ?", slot
    )
    if not rows:
        raise StoreDamaged(f"{what} is missing")
    kind, salt, memory, passes, lanes, sealed, checksum = rows[0]
    try:
        known = Kind(_typed(kind, str, what))
    except ValueError as error:
        raise StoreDamaged(f"{what} is not what was written") from error
    return Lock(
        slot=slot,
        kind=known,
        salt=_typed(salt, bytes, what),
        cost=Cost(
            memory=_typed(memory, int, what),
            passes=_typed(passes, int, what),
            lanes=_typed(lanes, int, what),
        ),
        sealed=_typed(sealed, bytes, what),
        sha256=_typed(checksum, str, what),
    )


def write_lock(database: Database, lock: Lock) -> None:
    """Put a lock in its slot."""
    database.rows(
        "INSERT OR REPLACE INTO lock VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        lock.slot,
        lock.kind,
        lock.salt,
        lock.cost.memory,
        lock.cost.passes,
        lock.cost.lanes,
        lock.sealed,
        lock.sha256,
    )


def read_roll(database: Database) -> bytes:
    """Return the sealed roll. Raises StoreDamaged."""
    rows = database.rows("SELECT sealed FROM roll WHERE one = 1")
    if not rows:
        raise StoreDamaged("the roll of subjects is missing")
    return _typed(rows[0][0], bytes, "the roll of subjects")


def write_roll(database: Database, sealed: bytes) -> None:
    """Put a sealed roll in place of the one before."""
    database.rows("INSERT OR REPLACE INTO roll VALUES (1, ?)", sealed)


def read_key(database: Database, subject: str, standing: Standing) -> bytes:
    """Return a subject's sealed data key, as the roll knows it. Raises StoreDamaged."""
    what = f"the key of subject {subject}"
    rows = database.rows("SELECT sealed FROM subject WHERE id = ?", subject)
    if not rows:
        raise StoreDamaged(f"{what} is missing")
    sealed = _typed(rows[0][0], bytes, what)
    if sha256(sealed) != standing.key_sha256:
        raise StoreDamaged(f"{what} is not what was written")
    return sealed


def write_key(database: Database, subject: str, sealed: bytes) -> None:
    """Add a subject's sealed data key."""
    database.rows("INSERT INTO subject VALUES (?, ?)", subject, sealed)


def write_entry(database: Database, subject: str, made: SealedEntry) -> None:
    """Add an entry and its blobs."""
    link = made.link
    database.rows(
        "INSERT INTO entry VALUES (?, ?, ?, ?, ?)",
        subject,
        link.number,
        made.sealed,
        link.commitment,
        link.digest,
    )
    for position, (digest, body) in enumerate(zip(link.blobs_sha256, made.blobs, strict=True)):
        database.rows(
            "INSERT INTO blob VALUES (?, ?, ?, ?, ?)",
            subject,
            link.number,
            position,
            digest,
            body,
        )


def check_tail(database: Database, subject: str, standing: Standing) -> None:
    """Raise StoreDamaged unless a subject's last entry is the one on the roll."""
    rows = database.rows(
        "SELECT number, digest FROM entry WHERE subject = ? ORDER BY number DESC LIMIT 1", subject
    )
    if rows != ([(standing.number, standing.head)] if standing.number else []):
        raise StoreDamaged(
            f"subject {subject}: the chain does not end at entry {standing.number}, as it did"
        )


def read_rows(database: Database, subject: str, standing: Standing) -> SealedRows:
    """Return a subject's entries, their chain rechecked up to the head that is on the roll.

    Raises StoreDamaged that names the first entry that is missing, altered or too many.
    """
    blobs = _blob_hashes(database, subject)
    links: list[Link] = []
    bodies: list[bytes] = []
    for number, sealed, commitment, digest in database.rows(
        "SELECT number, sealed, commitment, digest FROM entry WHERE subject = ? ORDER BY number",
        subject,
    ):
        what = f"subject {subject}: entry {len(links) + 1}"
        bodies.append(_typed(sealed, bytes, what))
        link = Link(
            number=_typed(number, int, what),
            sealed_sha256=sha256(bodies[-1]),
            commitment=_typed(commitment, str, what),
            blobs_sha256=tuple(blobs.pop(_typed(number, int, what), ())),
            digest=_typed(digest, str, what),
        )
        links.append(link)
    chain = Chain(subject=subject, links=tuple(links))
    head = recheck(chain)
    if len(links) < standing.number:
        raise StoreDamaged(
            f"subject {subject}: entry {len(links) + 1} of {standing.number} is missing at the end"
        )
    if blobs:
        raise StoreDamaged(f"subject {subject}: a blob of no entry lies there")
    if head != standing.head:
        raise StoreDamaged(f"subject {subject}: the chain does not end in the head that it had")
    return SealedRows(chain=chain, sealed=tuple(bodies))


def _blob_hashes(database: Database, subject: str) -> dict[int, list[str]]:
    """Return the hashes of a subject's sealed blobs by the number of their entry."""
    found: dict[int, list[str]] = {}
    for number, position, digest in database.rows(
        "SELECT number, position, sha256 FROM blob WHERE subject = ? ORDER BY number, position",
        subject,
    ):
        what = f"subject {subject}: a blob"
        hashes = found.setdefault(_typed(number, int, what), [])
        if position != len(hashes):
            raise StoreDamaged(f"{what} of entry {number!s} is missing or too many")
        hashes.append(_typed(digest, str, what))
    return found


def read_blob(database: Database, subject: str, number: int, position: int) -> bytes:
    """Return a sealed blob. Raises StoreDamaged."""
    what = f"subject {subject}: blob {position + 1} of entry {number}"
    rows = database.rows(
        "SELECT sealed FROM blob WHERE subject = ? AND number = ? AND position = ?",
        subject,
        number,
        position,
    )
    if not rows:
        raise StoreDamaged(f"{what} is missing")
    return _typed(rows[0][0], bytes, what)


def delete_subject(database: Database, subject: str) -> None:
    """Delete all rows of a subject: overwritten in the database, not yet in the log."""
    for statement in (
        "DELETE FROM blob WHERE subject = ?",
        "DELETE FROM entry WHERE subject = ?",
        "DELETE FROM subject WHERE id = ?",
    ):
        database.rows(statement, subject)


def strangers(database: Database, known: Sequence[str]) -> tuple[str, ...]:
    """Return the ids that rows carry and the roll does not: put back, or put in."""
    found = {
        str(name)
        for table in ("subject", "entry", "blob")
        for (name,) in database.rows(
            f"SELECT DISTINCT {'id' if table == 'subject' else 'subject'} FROM {table}"  # noqa: S608
        )
    }
    return tuple(sorted(found - set(known)))


def stranger(name: str) -> str:
    """Return what is said of one of `strangers`."""
    return f"subject {name}: there are rows of hers, and she is not on the roll"
