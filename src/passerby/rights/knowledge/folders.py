"""Reads the files of a kind: those that came with Passerby, and the user's own before them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
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
    if not _is_folder(own):
        raise Malformed(Fault(str(own), 1, "there is no such folder"))
    faults = [fault for entry in _entries(own) for fault in _strays(entry)]
    if faults:
        raise Malformed(*faults)


def rows(kind: Kind, own: Path | None) -> tuple[Row, ...]:
    """Return the rows of a kind, by id and version. Raises Malformed with the faults of all its
    files."""
    return merged(shipped(kind), mine(kind, own))


def merged(theirs: tuple[Row, ...], ours: tuple[Row, ...]) -> tuple[Row, ...]:
    """Return the user's rows and those that they do not stand in place of, by id and version."""
    replaced = {(row.id, row.version) for row in theirs} & {(row.id, row.version) for row in ours}
    kept = [row for row in theirs if (row.id, row.version) not in replaced]
    marked = [replace(row, overrides=(row.id, row.version) in replaced) for row in ours]
    return _sorted(kept + marked)


def mine(kind: Kind, own: Path | None) -> tuple[Row, ...]:
    """Return the user's own rows of a kind. Raises Malformed."""
    if own is None or not _is_folder(own / kind.value):
        return ()
    return _read_all(own / kind.value, "", lambda file: read_row(kind, file, Path(str(file))))


def shipped(kind: Kind, name: str = "") -> tuple[Row, ...]:
    """Return the rows of a kind that came with Passerby. With a name, only the files that begin
    with it are read: each of these files is called after the id of its row. Raises Malformed."""
    return _read_all(SHIPPED / kind.value, name, lambda file: _shipped_row(kind, file.name))


@cache
def _shipped_row(kind: Kind, file: str) -> Row:
    return read_row(kind, SHIPPED / kind.value / file, None)


def _read_all(
    folder: Traversable, begin: str, read: Callable[[Traversable], Row]
) -> tuple[Row, ...]:
    """Read the files of a folder whose names begin so. Raises Malformed with the faults of all
    of them."""
    faults: list[Fault] = []
    made: list[Row] = []
    first: dict[tuple[str, object], str] = {}
    for file in _entries(folder):
        if not (file.name.startswith(begin) and file.name.endswith(SUFFIXES)):
            continue
        try:
            row = read(file)
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


def _sorted(given: list[Row]) -> tuple[Row, ...]:
    return tuple(sorted(given, key=lambda row: (row.id, str(row.version))))


def is_there(path: Path) -> bool:
    """Return whether there is something of this name. Raises Malformed when that cannot be
    known."""
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise Malformed(Fault(str(path), 1, f"cannot be read: {error.strerror}")) from error
    return True


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError as error:
        # The folder above it may not be looked into: it is not the same as not being there.
        raise Malformed(Fault(str(path), 1, f"cannot be read: {error.strerror}")) from error


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
