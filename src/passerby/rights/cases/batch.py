"""Many clients from one CSV file: every row is checked before anything is recorded.

The file is that of RFC 4180, in UTF-8 with or without a byte order mark, separated by commas. Its
first line names the columns, in any order: `name`, `language`, `place`, `controller`, `law`,
`rights`, `purpose` and `background` are needed, with `address` or `email`; `care_of` and
`contact` are optional. Lines of an address are separated by line breaks or `|`.

Cells are text and stay text: what a spreadsheet would take for a formula goes into the letter as
it was written, and no spreadsheet is ever written from it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from passerby.errors import BadRecord, PasserbyError, UnreadableInput
from passerby.rights.cases import fields, sender
from passerby.rights.cases.fields import BadValue
from passerby.rights.cases.sender import Sender
from passerby.rights.facts.law import RightKind

_MOST = 16 * 2**20
_TOLD = 8
"""Faults that the error lists; of the rest it tells how many."""


def _address(value: object) -> tuple[str, ...]:
    return fields.lines(value.replace("|", "\n") if isinstance(value, str) else value)


COLUMNS: Mapping[str, Callable[[object], Any]] = MappingProxyType(
    {
        **sender.READ,
        "address": _address,
        "controller": fields.one_line,
        "law": fields.one_line,
        "rights": fields.rights,
    }
)
"""How each column is read."""

NEEDED = ("name", "language", "place", "controller", "law", "rights", "purpose", "background")
"""The columns without which there is no individual letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One client and what she asks of whom. `line` is the first one of the row in its file."""

    line: int
    sender: Sender
    language: str
    place: str
    controller: str
    law: str
    rights: tuple[RightKind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """All rows, and what a person should look at before the letters go out."""

    rows: tuple[Row, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Fault:
    line: int
    column: str
    what: str

    def __str__(self) -> str:
        column = f", column {self.column}" if self.column else ""
        return f"line {self.line}{column}: {self.what}"


def read_batch(path: Path, check: Callable[[Row], None]) -> Batch:
    """Return the rows of a file. `check` raises a PasserbyError for a row whose law, place or
    company does not bear what it asks for.

    Two rows of the same person to the same company are refused, and so are rows of different
    people with the same background: letters that are one letter many times over can be refused
    as abusive (CJEU C-526/24). The same purpose is only warned of. Raises UnreadableInput, and
    BadRecord with the line and the column of everything that is wrong.
    """
    faults: list[_Fault] = []
    rows: list[Row] = []
    for line, cells in _cells(path):
        try:
            row = _row(line, cells)
            check(row)
        except _Faulty as error:
            faults += error.faults
        except PasserbyError as error:
            faults.append(_Fault(line, "", error.message))
        else:
            rows.append(row)
    faults += _repeated(rows)
    if faults:
        raise _refused(path, sorted(faults, key=lambda fault: fault.line))
    if not rows:
        raise BadRecord(f"{path.name}: there is no row below the names of the columns")
    return Batch(rows=tuple(rows), warnings=tuple(_alike(rows)))


class _Faulty(Exception):
    """A row that cannot be used."""

    def __init__(self, faults: Iterable[_Fault]) -> None:
        super().__init__()
        self.faults = tuple(faults)


def _refused(path: Path, faults: list[_Fault]) -> BadRecord:
    told = "; ".join(str(fault) for fault in faults[:_TOLD])
    more = f"; and {len(faults) - _TOLD} more" if len(faults) > _TOLD else ""
    return BadRecord(f"{path.name}: {told}{more}")


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST + 1)
    except OSError as error:
        raise UnreadableInput(f"{path.name} cannot be read: {error.strerror}") from error
    if len(data) > _MOST:
        raise BadRecord(f"{path.name} is larger than {_MOST:,} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadRecord(
            f"{path.name}: line {line}: this is not UTF-8 text",
            "Save the table as CSV in UTF-8.",
        ) from error


def _cells(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield each row that is not empty, by its columns, with the line on which it begins."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        _check_header(path, header)
        begins = reader.line_num + 1
        for cells in reader:
            line, begins = begins, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise BadRecord(
                    f"{path.name}: line {line}: {len(cells)} cells under {len(header)} columns",
                    "A cell with a comma or a line break in it stands in double quotes.",
                )
            yield line, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise BadRecord(f"{path.name}: line {reader.line_num}: {error}") from error


def _check_header(path: Path, header: list[str]) -> None:
    if len(header) == 1 and ";" in header[0]:
        raise BadRecord(
            f"{path.name}: line 1: the columns are separated by semicolons",
            "Save the table with commas between the columns.",
        )
    for name in header:
        if name not in COLUMNS:
            raise BadRecord(
                f"{path.name}: line 1: there is no column {name!r}; they are {', '.join(COLUMNS)}"
            )
        if header.count(name) > 1:
            raise BadRecord(f"{path.name}: line 1: the column {name} stands twice")
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise BadRecord(f"{path.name}: line 1: no column {', '.join(missing)}")


def _row(line: int, cells: Mapping[str, str]) -> Row:
    read: dict[str, Any] = {}
    faults: list[_Fault] = []
    for name, cell in cells.items():
        if not cell.strip():
            if name in NEEDED:
                faults.append(_Fault(line, name, "this is empty"))
            continue
        try:
            read[name] = COLUMNS[name](cell)
        except BadValue as error:
            faults.append(_Fault(line, name, str(error)))
    if faults:
        raise _Faulty(faults)
    try:
        found = sender.sender_from(read)
    except BadValue as error:
        column, _, what = str(error).partition(": ")
        raise _Faulty([_Fault(line, column, what)]) from error
    return Row(
        line=line,
        sender=found,
        language=read["language"],
        place=read["place"],
        controller=read["controller"],
        law=read["law"],
        rights=read["rights"],
    )


def _plain(text: str) -> str:
    """A text without what does not make it another: case, spaces, punctuation."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def same_person(one: Sender, other: Sender) -> bool:
    """Whether two senders are one person: the same name, with an e-mail or an address that does
    not tell them apart."""
    if _plain(one.person.name) != _plain(other.person.name):
        return False
    if one.person.email and other.person.email:
        return one.person.email.casefold() == other.person.email.casefold()
    if one.person.address and other.person.address:
        return _plain(" ".join(one.person.address)) == _plain(" ".join(other.person.address))
    return True


def _repeated(rows: list[Row]) -> Iterator[_Fault]:
    """Yield the rows that repeat an earlier one."""
    backgrounds: dict[str, Row] = {}
    names: dict[str, list[Row]] = {}
    for row in rows:
        namesakes = names.setdefault(_plain(row.sender.person.name), [])
        for other in namesakes:
            if same_person(row.sender, other.sender):
                what = f"the same person stands in line {other.line}: one row for each client"
                yield _Fault(row.line, "name", what)
                break
        else:
            words = _plain(" ".join(row.sender.background))
            if words in backgrounds:
                what = f"this is word for word that of line {backgrounds[words].line}"
                yield _Fault(row.line, "background", what)
            backgrounds.setdefault(words, row)
        namesakes.append(row)


def _alike(rows: list[Row]) -> Iterator[str]:
    purposes: dict[str, list[int]] = {}
    for row in rows:
        purposes.setdefault(_plain(row.sender.purpose), []).append(row.line)
    for found in purposes.values():
        if len(found) > 1:
            where = ", ".join(str(line) for line in found)
            yield f"lines {where} have the same purpose: let each client say it in her own words"
