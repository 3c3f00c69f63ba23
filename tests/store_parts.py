"""What several tests of the records share."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from passerby.store import Passphrase, Store

PHRASE = Passphrase("correct horse, battery staple")


def sql(folder: Path, *statements: str) -> list[tuple[Any, ...]]:
    """Run statements on the database as anybody could who can write to it; return the last
    one's rows."""
    connection = sqlite3.connect(folder / "records.db", isolation_level=None)
    try:
        rows: list[tuple[Any, ...]] = []
        for statement in statements:
            rows = connection.execute(statement).fetchall()
        return rows
    finally:
        connection.close()


def sealed_key(folder: Path, subject: str) -> bytes:
    """Return the part of a subject's sealed data key that holds the key: 32 bytes, and the tag
    of 16 without which they do not open."""
    ((sealed,),) = sql(folder, f"SELECT sealed FROM subject WHERE id = '{subject}'")
    return bytes(sealed[-48:])


def found_in(folder: Path, needle: bytes) -> list[str]:
    """Return the names of the files in which any 8 bytes in a row of `needle` lie."""
    parts = [needle[i : i + 8] for i in range(0, len(needle) - 7, 8)]
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [path.name for path in files if any(part in path.read_bytes() for part in parts)]


def filled(folder: Path) -> tuple[str, str]:
    """Write two subjects with three entries each, the second with two blobs."""
    with Store.open(folder, PHRASE) as store:
        pair = store.add_subject(), store.add_subject()
        for subject in pair:
            store.append(subject, b"the first")
            store.append(subject, b"the second", {"letter.pdf": b"%PDF 1", "reply.eml": b"From:"})
            store.append(subject, b"the third")
    return pair
