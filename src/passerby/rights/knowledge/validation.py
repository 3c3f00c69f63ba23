"""Compares a file with its JSON Schema, and says in plain words what differs and where."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from itertools import islice
from typing import Any

import jsonschema
import referencing
import referencing.jsonschema

from passerby.rights.knowledge.codes import is_day, is_language, is_month, is_place, is_url
from passerby.rights.knowledge.reading import Keys, Malformed, Tree

SCHEMAS = resources.files("passerby.rights") / "data" / "schemas"

MOST = 100
"""Faults of one file that are looked for; a file with more is another kind of file."""

_FORMATS: dict[str, tuple[Callable[[str], bool], str]] = {
    "date": (is_day, "a day of the calendar, written YYYY-MM-DD"),
    "day-or-month": (
        lambda text: is_day(text) or is_month(text),
        "a day written YYYY-MM-DD, or a month written YYYY-MM",
    ),
    "url": (is_url, "an address that begins with https://"),
    "place": (is_place, "an ISO 3166 code such as DE or DE-HH"),
    "language": (is_language, "an ISO 639-1 code such as de"),
}

_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
    "array": "a list",
    "object": "a mapping",
}


def validate(tree: Tree, schema: str) -> None:
    """Compare a file with a schema, named by its file in `data/schemas`.

    Raises Malformed with all that is wrong.
    """
    faults = (
        tree.fault(keys, what)
        for error in _validator(schema).iter_errors(tree.value)
        for keys, what in _said(error)
    )
    found = dict.fromkeys(islice(faults, MOST))
    if found:
        raise Malformed(*found)


@cache
def schema_of(name: str) -> dict[str, Any]:
    """Return a schema, named by its file in `data/schemas`."""
    made: dict[str, Any] = json.loads((SCHEMAS / name).read_text("utf-8"))
    return made


@cache
def _validator(name: str) -> Any:
    checker = jsonschema.FormatChecker(formats=())
    for form, (accepts, _) in _FORMATS.items():
        checker.checks(form)(lambda value, accepts=accepts: _fits(value, accepts))
    kind = jsonschema.validators.extend(
        jsonschema.Draft202012Validator, {"uniqueItems": _unique_items}
    )
    return kind(schema_of(name), registry=_registry(), format_checker=checker)


def _unique_items(_: Any, wanted: bool, items: Any, __: Any) -> Iterator[Any]:
    """Compare the items of a list in linear time, which the library does not for all kinds."""
    if wanted and isinstance(items, list):
        written = {json.dumps(item, sort_keys=True) for item in items}
        if len(written) < len(items):
            yield jsonschema.ValidationError("not unique")


@cache
def _registry() -> Any:
    kind = referencing.jsonschema.DRAFT202012
    named = [file.name for file in SCHEMAS.iterdir() if file.name.endswith(".json")]
    return referencing.Registry().with_resources(
        (name, kind.create_resource(schema_of(name))) for name in sorted(named)
    )


def _fits(value: Any, accepts: Callable[[str], bool]) -> bool:
    return not isinstance(value, str) or accepts(value)


def _said(error: Any) -> Iterator[tuple[Keys, str]]:
    """Yield where something is wrong, and what."""
    keys: Keys = tuple(error.absolute_path)
    if "propertyNames" in error.absolute_schema_path:
        keys = (*keys, error.instance)
    name = _name(keys)
    match error.validator:
        case "required":
            missing = [key for key in error.validator_value if key not in error.instance]
            # One error comes for each that is missing, and each tells its name in its message.
            yield from ((keys, f"{key!r} is missing{_in(keys)}") for key in missing)
        case "dependentRequired":
            yield from _unaccompanied(error, keys)
        case "additionalProperties" | "unevaluatedProperties":
            known = list(error.schema.get("properties", {}))
            for key in error.instance:
                if key not in known:
                    yield (*keys, key), f"{key!r} is not known{_in(keys)}{_near(key, known)}"
        case "type":
            quotes = ": put it in quotes" if _is_bare_number(error) else ""
            yield keys, f"{name} has to be {_types(error)}, not {_shown(error.instance)}{quotes}"
        case "enum":
            allowed = [str(one) for one in error.validator_value]
            near = _near(str(error.instance), allowed)
            yield keys, f"{name}: {_shown(error.instance)} is none of {', '.join(allowed)}{near}"
        case "format":
            wanted = _FORMATS[error.validator_value][1]
            yield keys, f"{name}: {_shown(error.instance)} is not {wanted}"
        case "minItems" | "minProperties" | "minLength":
            yield keys, f"{name} is empty"
        case "uniqueItems":
            yield keys, f"{name} holds something twice"
        case "anyOf" | "oneOf" if error.context:
            yield from _said(jsonschema.exceptions.best_match(error.context))
        case _:
            wanted = error.schema.get("description", f"as the schema says ({error.validator})")
            yield keys, f"{name}: {_shown(error.instance)} is not {wanted}"


def _unaccompanied(error: Any, keys: Keys) -> Iterator[tuple[Keys, str]]:
    """Yield what another key that is there needs beside it."""
    for key, needed in error.validator_value.items():
        for other in needed if key in error.instance else ():
            if other not in error.instance:
                yield keys, f"{other!r} is missing{_in(keys)}: {key!r} needs it"


def _types(error: Any) -> str:
    given = error.validator_value
    names = [given] if isinstance(given, str) else given
    return " or ".join(_TYPES[one] for one in names)


def _is_bare_number(error: Any) -> bool:
    return type(error.instance) is int and "string" in error.validator_value


def _name(keys: Keys) -> str:
    """Return what a value is called: `contacts[2].value`."""
    text = "".join(f"[{key + 1}]" if isinstance(key, int) else f".{key}" for key in keys)
    return text.removeprefix(".") or "the file"


def _in(keys: Keys) -> str:
    return f" in {_name(keys)}" if keys else ""


def _near(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, 1)
    return f": did you mean {close[0]!r}?" if close else ""


def _shown(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return str(json.dumps(value))
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a mapping"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
