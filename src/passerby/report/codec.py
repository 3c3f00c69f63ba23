"""Model values <-> plain JSON values, led by the types that the model declares.

A frozen dataclass becomes an object with its fields; `Box` becomes `[x0, y0, x1, y1]`; a
tuple of (name, value) pairs becomes an object; an enum its value; a time or a day its ISO form. A
number that is not finite becomes null, which JSON can say.
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, Never

from passerby.model.geometry import Box

FARTHEST = 2**31
"""A coordinate beyond this, in pixels, is a mistake: no format holds such a picture."""

_PLAIN = frozenset({str, int, bool, type(None)})


class Malformed(ValueError):
    """A JSON value is not what the model asks for; the message begins with its place."""


def refuse(where: str, problem: str) -> Never:
    """Raise Malformed for the value at `where`."""
    raise Malformed(f"{where or 'the file'}: {problem}")


@cache
def hints(kind: type) -> dict[str, Any]:
    """Return the type of each field of a dataclass."""
    return typing.get_type_hints(kind)


def is_pairs(kind: Any) -> bool:
    """Whether a type is ``tuple[tuple[str, X], ...]``: an object in JSON."""
    args = typing.get_args(kind)
    if typing.get_origin(kind) is not tuple or len(args) != 2 or args[1] is not Ellipsis:
        return False
    inner = typing.get_args(args[0])
    return typing.get_origin(args[0]) is tuple and len(inner) == 2 and inner[0] is str


def encode(value: Any, kind: Any = None) -> Any:
    """Return the JSON value of a model value; `kind` is its declared type, where known."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Box):
        return list(value.as_tuple())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        types_of = hints(type(value))
        return {name: encode(getattr(value, name), types_of[name]) for name in types_of}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        if is_pairs(kind):
            return {name: encode(item) for name, item in value}
        return [encode(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def decode(kind: Any, value: Any, where: str) -> Any:
    """Return the model value of type `kind` that a JSON value stands for.

    `where` is the value's place, for the message. Unknown keys are ignored: a newer Passerby
    may have written more. Raises Malformed.
    """
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return _decode_optional(kind, value, where)
    if origin is tuple:
        return _decode_tuple(kind, value, where)
    if kind is Box:
        return decode_box(value, where)
    if kind is datetime:
        return _decode_time(value, where)
    if kind is date:
        return _decode_day(value, where)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _decode_enum(kind, value, where)
    if dataclasses.is_dataclass(kind):
        return _decode_object(typing.cast(type, kind), value, where)
    return _decode_plain(kind, value, where)


def decode_box(value: Any, where: str) -> Box:
    """Return a box; numbers that are not whole are rounded outward. Raises Malformed."""
    if not isinstance(value, list) or len(value) != 4:
        refuse(where, "expected a box [x0, y0, x1, y1]")
    corners: list[float] = []
    for index, number in enumerate(value):
        if isinstance(number, bool) or not isinstance(number, int | float):
            refuse(f"{where}[{index}]", "expected a number")
        if not abs(number) <= FARTHEST:
            refuse(f"{where}[{index}]", "this number is too large for a picture")
        corners.append(number)
    x0, y0, x1, y1 = corners
    if x1 <= x0 or y1 <= y0:
        refuse(where, "this box is empty: x0 < x1 and y0 < y1 are needed")
    return Box.from_floats(x0, y0, x1, y1)


def as_object(value: Any, where: str) -> dict[str, Any]:
    """Return the value if it is a JSON object. Raises Malformed."""
    if not isinstance(value, dict):
        refuse(where, "expected an object {...}")
    return value


def as_list(value: Any, where: str) -> list[Any]:
    """Return the value if it is a JSON array. Raises Malformed."""
    if not isinstance(value, list):
        refuse(where, "expected a list [...]")
    return value


def _decode_optional(kind: Any, value: Any, where: str) -> Any:
    if value is None:
        return None
    (inner,) = (arg for arg in typing.get_args(kind) if arg is not type(None))
    return decode(inner, value, where)


def _decode_tuple(kind: Any, value: Any, where: str) -> tuple[Any, ...]:
    args = typing.get_args(kind)
    if is_pairs(kind):
        inner = typing.get_args(args[0])[1]
        items = as_object(value, where).items()
        return tuple((name, decode(inner, item, f"{where}.{name}")) for name, item in items)
    items_ = as_list(value, where)
    if args[-1] is Ellipsis:
        args = (args[0],) * len(items_)
    if len(args) != len(items_):
        refuse(where, f"expected {len(args)} values, not {len(items_)}")
    return tuple(
        decode(arg, item, f"{where}[{index}]")
        for index, (arg, item) in enumerate(zip(args, items_, strict=True))
    )


def _decode_time(value: Any, where: str) -> datetime:
    try:
        when = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        refuse(where, "expected a time such as 2026-01-31T12:00:00+00:00")
    if when.tzinfo is None:
        refuse(where, "this time lacks its offset from UTC")
    return when


def _decode_day(value: Any, where: str) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        refuse(where, "expected a day such as 2026-01-31")


def _decode_enum(kind: type[Enum], value: Any, where: str) -> Enum:
    known = [member.value for member in kind]
    if isinstance(value, bool) or value not in known:
        refuse(where, f"expected one of {', '.join(str(name) for name in known)}")
    return kind(value)


def _decode_object(kind: type, value: Any, where: str) -> Any:
    given = as_object(value, where)
    values: dict[str, Any] = {}
    for field in dataclasses.fields(kind):
        place = f"{where}.{field.name}" if where else field.name
        if field.name in given:
            values[field.name] = decode(hints(kind)[field.name], given[field.name], place)
        elif field.default is field.default_factory is dataclasses.MISSING:
            refuse(place, "this is missing")
    try:
        return kind(**values)
    except ValueError as error:
        refuse(where, str(error))


def _decode_plain(kind: Any, value: Any, where: str) -> Any:
    if kind is float and value is None:
        return math.nan
    accepted = (int, float) if kind is float else kind
    if not isinstance(value, accepted) or (kind is not bool and isinstance(value, bool)):
        names = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
        refuse(where, f"expected {names[kind]}")
    return float(value) if kind is float else value
