"""Events <-> the bytes of records: canonical JSON with the version of a schema.

An event is a frozen dataclass of texts, whole numbers, truth values, days, enums, tuples of one
kind, and further such dataclasses. What its kinds mean is known to whoever brings them.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from datetime import date
from enum import Enum
from functools import cache, cached_property
from typing import Any, Generic, Never, TypeVar

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
            return typing.cast(EventT, _object(event, document["data"], str(name)))
        except _Malformed as error:
            raise BadRecord(str(error), self.advice) from error


class _Malformed(Exception):
    """A value is not what its type asks for; the message begins with its place."""


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


def _refuse(where: str, problem: str) -> Never:
    raise _Malformed(f"{where}: {problem}")


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _value(kind: Any, value: Any, where: str) -> Any:
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        if value is None:
            return None
        (inner,) = (arg for arg in typing.get_args(kind) if arg is not type(None))
        return _value(inner, value, where)
    if origin is tuple:
        if not isinstance(value, list):
            _refuse(where, "expected a list")
        inner = typing.get_args(kind)[0]
        return tuple(_value(inner, item, f"{where}[{n}]") for n, item in enumerate(value))
    if dataclasses.is_dataclass(kind):
        return _object(typing.cast(type, kind), value, where)
    if issubclass(kind, Enum):
        if not isinstance(value, str) or value not in {member.value for member in kind}:
            _refuse(where, f"there is no {kind.__name__} {value!r}")
        return kind(value)
    return _day(value, where) if kind is date else _plain(kind, value, where)


def _object(kind: type, value: Any, where: str) -> Any:
    if not isinstance(value, dict):
        _refuse(where, "expected an object")
    fields = {field.name for field in dataclasses.fields(kind)}
    if value.keys() != fields:
        wrong = sorted(value.keys() ^ fields)
        _refuse(where, f"{', '.join(wrong)}: missing or not known")
    hints = _hints(kind)
    values = {name: _value(hints[name], value[name], f"{where}.{name}") for name in fields}
    try:
        return kind(**values)
    except ValueError as error:
        _refuse(where, str(error))


def _day(value: Any, where: str) -> date:
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        _refuse(where, "expected a day such as 2026-01-31")
    if day.isoformat() != value:
        _refuse(where, "expected a day such as 2026-01-31")
    return day


def _plain(kind: type, value: Any, where: str) -> Any:
    if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
        _refuse(where, f"expected {kind.__name__}")
    return value
