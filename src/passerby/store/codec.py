"""Events <-> the bytes of records: canonical JSON with the version of a schema.

An event is a frozen dataclass of texts, whole numbers, truth values, days, enums, tuples of one
kind, and further such dataclasses. What its kinds mean is known to whoever brings them.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Callable
from datetime import date
from enum import Enum
from functools import cache, cached_property
from typing import Any, Generic, TypeVar

from passerby.errors import BadRecord

EventT = TypeVar("EventT")

_PLAIN = (str, int, type(None))


@dataclasses.dataclass(frozen=True)
class EventCodec(Generic[EventT]):
    """Writes and reads the events of a union of dataclasses.

    `schema` is raised when an older Passerby could misread what a newer one writes; `advice` is
    what to do about a record that cannot be read.
    """

    union: Any
    schema: int
    advice: str

    @cached_property
    def _kinds(self) -> dict[str, type]:
        """The classes of events by the name that a record carries."""
        return {kind_of(event): event for event in typing.get_args(self.union)}

    def encode(self, event: EventT) -> bytes:
        """Return the record of an event: the same bytes for the same event, always."""
        document = {"data": to_json(event), "event": kind_of(type(event)), "schema": self.schema}
        text = json.dumps(
            document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
        )
        # A file name that is no UTF-8 has its bytes as lone surrogates; json reads them back.
        return text.encode("utf-8", "surrogatepass")

    def decode(self, record: bytes) -> EventT:
        """Return the event of a record. Raises BadRecord when it is of a kind or a schema that
        is not known here, or lacks or has more than what its kind has."""
        try:
            document = json.loads(record)
        except (ValueError, RecursionError) as error:
            raise BadRecord("a record is not JSON", self.advice) from error
        if not isinstance(document, dict):
            raise BadRecord("a record is no JSON object", self.advice)
        schema, name = document.get("schema"), document.get("event")
        if schema != self.schema:
            raise BadRecord(f"a record has schema {schema!r}, not {self.schema}", self.advice)
        event = self._kinds.get(name) if isinstance(name, str) else None
        if event is None:
            raise BadRecord(f"there is no kind of record {name!r}", self.advice)
        if document.keys() != {"data", "event", "schema"}:
            raise BadRecord("a record has other parts than data, event and schema", self.advice)
        try:
            return typing.cast(EventT, _reader(event)(document["data"]))
        except _Malformed as error:
            raise BadRecord(f"{name}{error.place}: {error.problem}", self.advice) from error


class _Malformed(Exception):
    """A value is not what its type asks for. `place` grows on the way out."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.place = ""


def kind_of(event: type) -> str:
    """Return the name of a class of events: `LetterSent` is `letter-sent`."""
    name = event.__name__
    return name[0].lower() + "".join(f"-{c.lower()}" if c.isupper() else c for c in name[1:])


def to_json(value: Any) -> Any:
    """Return the JSON value of a frozen record: an object of its fields, days in ISO form."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: to_json(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [to_json(item) for item in value]
    if isinstance(value, _PLAIN):
        return value
    raise TypeError(f"{type(value).__name__} has no place in a record")


Reader = Callable[[Any], Any]
"""Returns the value of its type that a JSON value stands for. Raises _Malformed."""


@cache
def _reader(kind: Any) -> Reader:
    """Return what reads values of a type: made once, for histories are long."""
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        (inner,) = (arg for arg in typing.get_args(kind) if arg is not type(None))
        return _optional(_reader(inner))
    if origin is tuple:
        return _list(_reader(typing.get_args(kind)[0]))
    if dataclasses.is_dataclass(kind):
        return _object(typing.cast(type, kind))
    if issubclass(kind, Enum):
        return _enum(kind)
    return _day if kind is date else _plain(kind)


def _optional(inner: Reader) -> Reader:
    def read(value: Any) -> Any:
        return None if value is None else inner(value)

    return read


def _list(inner: Reader) -> Reader:
    def read(value: Any) -> Any:
        if not isinstance(value, list):
            raise _Malformed("expected a list")
        made: list[Any] = []
        try:
            for item in value:
                made.append(inner(item))  # noqa: PERF401 - how far it came is told
        except _Malformed as error:
            error.place = f"[{len(made)}]{error.place}"
            raise
        return tuple(made)

    return read


def _object(kind: type) -> Reader:
    hints = typing.get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind)]
    readers = [(name, _reader(hints[name])) for name in names]
    expected = set(names)

    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            raise _Malformed("expected an object")
        if value.keys() != expected:
            wrong = sorted(value.keys() ^ expected)
            raise _Malformed(f"{', '.join(wrong)}: missing or not known")
        made, name = {}, ""
        try:
            for name, inner in readers:
                made[name] = inner(value[name])
        except _Malformed as error:
            error.place = f".{name}{error.place}"
            raise
        try:
            return kind(**made)
        except ValueError as error:
            raise _Malformed(str(error)) from error

    return read


def _enum(kind: type[Enum]) -> Reader:
    members = {member.value: member for member in kind}

    def read(value: Any) -> Any:
        if not isinstance(value, str) or value not in members:
            raise _Malformed(f"there is no {kind.__name__} {value!r}")
        return members[value]

    return read


def _day(value: Any) -> date:
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        raise _Malformed("expected a day such as 2026-01-31") from None
    if day.isoformat() != value:
        raise _Malformed("expected a day such as 2026-01-31")
    return day


def _plain(kind: type) -> Reader:
    def read(value: Any) -> Any:
        if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
            raise _Malformed(f"expected {kind.__name__}")
        return value

    return read
