"""The file that says who writes: one person, in TOML or YAML.

Its keys: `name`, `address` (lines), `email`, `care_of`, `language`, `place`, `purpose`,
`background` (paragraphs), `contact`. `name` is needed, and an address or an e-mail.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from passerby.errors import BadRecord, UnreadableInput
from passerby.rights.cases import fields
from passerby.rights.cases.fields import BadValue
from passerby.rights.facts.matter import Person
from passerby.rights.knowledge import reading

_MOST = 2**20

READ: Mapping[str, Callable[[object], Any]] = MappingProxyType(
    {
        "name": fields.one_line,
        "address": fields.lines,
        "email": fields.email,
        "care_of": fields.one_line,
        "language": fields.language,
        "place": fields.place,
        "purpose": fields.text,
        "background": fields.lines,
        "contact": fields.one_line,
    }
)
"""How each key is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who writes, and her own words. What is None or empty was not in the file."""

    person: Person
    language: str | None = None
    place: str | None = None
    purpose: str = ""
    background: tuple[str, ...] = ()
    contact: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """What a file says, and the line of each key."""

    values: Mapping[str, Any]
    lines: Mapping[str, int]


def read_sender(path: Path) -> Sender:
    """Return what a file says. Raises UnreadableInput, and BadRecord that names the line."""
    table = _yaml(path) if path.suffix.lower() in {".yaml", ".yml"} else _toml(path)
    read: dict[str, Any] = {}
    for key, value in table.values.items():
        line = table.lines.get(key, 1)
        if key not in READ:
            raise BadRecord(f"{path.name}:{line}: {key!r} is no key; they are {', '.join(READ)}")
        try:
            read[key] = READ[key](value)
        except BadValue as error:
            raise BadRecord(f"{path.name}:{line}: {key}: {error}") from error
    try:
        return sender_from(read)
    except BadValue as error:
        raise BadRecord(f"{path.name}: {error}") from error


def sender_from(read: Mapping[str, Any]) -> Sender:
    """Return a sender from values that were read by `READ`. Raises BadValue when what a letter
    cannot do without is missing."""
    if not read.get("name"):
        raise BadValue("name: this is missing")
    if not read.get("address") and not read.get("email"):
        raise BadValue("address: this or an e-mail is needed, or no answer can arrive")
    if read.get("care_of") and not read.get("address"):
        raise BadValue("care_of: the address of whom it goes to is missing")
    person = Person(
        name=read["name"],
        address=read.get("address", ()),
        email=read.get("email"),
        care_of=read.get("care_of") or None,
    )
    return Sender(
        person=person,
        language=read.get("language"),
        place=read.get("place"),
        purpose=read.get("purpose", ""),
        background=read.get("background", ()),
        contact=read.get("contact") or None,
    )


def _yaml(path: Path) -> _Table:
    try:
        tree = reading.read(path)
    except reading.Malformed as error:
        fault = error.faults[0]
        raise BadRecord(f"{path.name}:{fault.line}: {fault.what}") from error
    if not isinstance(tree.value, dict):
        raise BadRecord(f"{path.name}:1: expected lines of the form name: Anna")
    return _Table(
        values=tree.value,
        lines={str(keys[0]): line for keys, line in tree.lines.items() if len(keys) == 1},
    )


def _toml(path: Path) -> _Table:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST + 1)
    except OSError as error:
        raise UnreadableInput(f"{path.name} cannot be read: {error.strerror}") from error
    if len(data) > _MOST:
        raise BadRecord(f"{path.name} is larger than {_MOST:,} bytes")
    try:
        text = data.decode("utf-8-sig")
        values = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadRecord(f"{path.name}:{line}: this is not UTF-8 text") from error
    except tomllib.TOMLDecodeError as error:
        raise BadRecord(f"{path.name}: this is not TOML: {error}") from error
    except RecursionError:
        raise BadRecord(f"{path.name}: values stand too deep in one another") from None
    lines: dict[str, int] = {}
    for number, written in enumerate(text.splitlines(), 1):
        match = re.match(r"\s*[\"']?([\w-]+)[\"']?\s*(?:\.[^=]*)?=", written)
        if match is not None:
            lines.setdefault(match[1], number)
    return _Table(values=values, lines=lines)
