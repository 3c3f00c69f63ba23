"""A look at everything: the file, its permissions, every chain, every entry, every blob."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from passerby.errors import StoreDamaged
from passerby.store import tables
from passerby.store.database import Database
from passerby.store.records import Records
from passerby.store.roll import Roll, Standing


def problems(records: Records) -> tuple[str, ...]:
    """Return what is wrong, one line each; inside of a transaction."""
    found = [*_loose(records.database.path.parent), *_broken(records.database)]
    try:
        roll = records.roll()
    except StoreDamaged as error:
        return (*found, error.message)
    for subject, standing in roll.subjects.items():
        found.extend(_of_subject(records, subject, standing))
    found.extend(_of_roll(records.database, roll))
    return tuple(found)


def _of_subject(records: Records, subject: str, standing: Standing) -> Iterator[str]:
    try:
        entries = records.entries(subject, standing)
    except StoreDamaged as error:
        yield error.message
        return
    for link, entry in entries:
        for position in range(len(entry.blobs)):
            try:
                records.blob(subject, standing, link, entry, position)
            except StoreDamaged as error:
                yield error.message


def _of_roll(database: Database, roll: Roll) -> Iterator[str]:
    try:
        for name in tables.strangers(database, tuple(roll.subjects)):
            yield tables.stranger(name)
    except StoreDamaged as error:
        yield error.message
    if roll.leaving:
        yield "an erasure was cut off: open these records for writing to complete it"


def _broken(database: Database) -> Iterator[str]:
    try:
        database.check_tables()
        rows = database.rows("PRAGMA integrity_check")
    except StoreDamaged as error:
        yield error.message
        return
    for (line,) in rows:
        if line != "ok":
            yield f"{database.path}: {line!s}"


def _loose(folder: Path) -> Iterator[str]:
    for path in (folder, *sorted(folder.glob("records.db*"))):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            yield f"{path}: others may use it (mode {mode:04o})"
