"""Events <-> the bytes that the store keeps: canonical JSON with the version of its schema."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, Never

from passerby.errors import BadRecord
from passerby.rights.cases.events import Event

SCHEMA = 1
"""Raised when an older Passerby could misread what a newer one writes."""

_ADVICE = "It was written by a newer Passerby, or is no record of a case: use that version."


@cache
def _kinds() -> dict[str, type]:
    """The classes of events by the name that a record carries: `LetterSent` is `letter-sent`."""
    return {kind_of(event): event for event in typing.get_args(Event)}


def kind_of(event: type) -> str:
    """Return the name of a class of events."""
    name = event.__name__
    return name[0].lower() + "".join(f"-{c.lower()}" if c.isupper() else c for c in name[1:])


def encode_event(event: Event) -> bytes:
    """Return the record of an event: the same bytes for the same event, always."""
    document = {"data": to_json(event), "event": kind_of(type(event)), "schema": SCHEMA}
    return json.dumps(
        document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def decode_event(record: bytes) -> Event:
    """Return the event of a record. Raises BadRecord when it is of a kind or a schema that is
    not known here, or lacks or has more than what its kind has."""
    try:
        document = json.loads(record)
    except (ValueError, RecursionError) as error:
        raise BadRecord("a record is not JSON", _ADVICE) from error
    if not isinstance(document, dict):
        raise BadRecord("a record is no JSON object", _ADVICE)
    schema, name = document.get("schema"), document.get("event")
    if schema != SCHEMA:
        raise BadRecord(f"a record has schema {schema!r}, not {SCHEMA}", _ADVICE)
    event = _kinds().get(name) if isinstance(name, str) else None
    if event is None:
        raise BadRecord(f"there is no kind of record {name!r}", _ADVICE)
    if document.keys() != {"data", "event", "schema"}:
        raise BadRecord("a record has other parts than data, event and schema", _ADVICE)
    return typing.cast(Event, _object(event, document["data"], str(name)))


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
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"{type(value).__name__} has no place in a record")


def _refuse(where: str, problem: str) -> Never:
    raise BadRecord(f"{where}: {problem}", _ADVICE)


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
    return kind(**{name: _value(hints[name], value[name], f"{where}.{name}") for name in fields})


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
