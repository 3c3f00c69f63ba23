"""Reads the files of a kind: those that came with Passerby, and the user's own before them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from passerby.rights.knowledge.reading import Fault, Malformed
from passerby.rights.knowledge.tables import Kind, Row, read_row

SHIPPED = resources.files("passerby.rights") / "data"
"""The folder of what came with Passerby."""

SUFFIXES = (".yaml", ".yml")


def check(own: Path) -> None:
    """Look at a user's folder. Raises Malformed when there is none, or when it holds files that
    would never be read: a folder of no kind, a file outside of the folders, another suffix."""
    if not own.is_dir():
        raise Malformed(Fault(str(own), 1, "there is no such folder"))
    faults = [fault for entry in _entries(own) for fault in _strays(entry)]
    if faults:
        raise Malformed(*faults)


def rows(kind: Kind, own: Path | None) -> tuple[Row, ...]:
    """Return the rows of a kind, by id and version. Raises Malformed with the faults of all its
    files."""
    shipped = _shipped(kind)
    if own is None or not (own / kind.value).is_dir():
        return shipped
    mine = read_all(kind, own / kind.value, own)
    replaced = {(row.id, row.version) for row in shipped} & {(row.id, row.version) for row in mine}
    kept = [row for row in shipped if (row.id, row.version) not in replaced]
    marked = [replace(row, overrides=(row.id, row.version) in replaced) for row in mine]
    return _sorted(kept + marked)


def read_all(kind: Kind, folder: Traversable, own: Path | None) -> tuple[Row, ...]:
    """Read every file of a folder as a row of this kind; `own` is None for what came with
    Passerby. Raises Malformed with the faults of all its files."""
    faults: list[Fault] = []
    made: list[Row] = []
    first: dict[tuple[str, object], str] = {}
    for file in _entries(folder):
        if not file.name.endswith(SUFFIXES):
            continue
        try:
            row = read_row(kind, file, None if own is None else Path(str(file)))
        except Malformed as error:
            faults.extend(error.faults)
            continue
        earlier = first.setdefault((row.id, row.version), str(file))
        if earlier != str(file):
            faults.append(Fault(str(file), 1, f"{row.id!r} stands in {earlier} already"))
        made.append(row)
    if faults:
        raise Malformed(*faults)
    return _sorted(made)


@cache
def _shipped(kind: Kind) -> tuple[Row, ...]:
    folder = SHIPPED / kind.value
    return read_all(kind, folder, None) if folder.is_dir() else ()


def _sorted(given: list[Row]) -> tuple[Row, ...]:
    return tuple(sorted(given, key=lambda row: (row.id, str(row.version))))


def _entries(folder: Traversable) -> list[Traversable]:
    try:
        found = [each for each in folder.iterdir() if not each.name.startswith(".")]
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise Malformed(Fault(str(folder), 1, what)) from error
    return sorted(found, key=lambda each: each.name)


def _strays(entry: Traversable) -> Iterator[Fault]:
    kinds = [kind.value for kind in Kind]
    if not entry.is_dir():
        if entry.name.endswith(SUFFIXES):
            what = f"this belongs into one of the folders {', '.join(kinds)}"
            yield Fault(str(entry), 1, what)
    elif entry.name not in kinds:
        near = difflib.get_close_matches(entry.name, kinds, 1)
        hint = f": did you mean {near[0]!r}?" if near else f": there are {', '.join(kinds)}"
        yield Fault(str(entry), 1, f"no kind of knowledge has this name{hint}")
    else:
        for file in _entries(entry):
            if file.is_dir() or not file.name.endswith(SUFFIXES):
                yield Fault(str(file), 1, "this is not read: the files end in .yaml")
