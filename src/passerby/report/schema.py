"""The JSON Schema of the documents, made from the types of the model.

``python -m passerby.report.schema`` prints it; `docs/report.schema.json` is that text, and a
test compares the two.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import types
import typing
from datetime import date, datetime
from enum import Enum
from typing import Any

from passerby.model.geometry import Box
from passerby.model.installed import DetectorState, Installation
from passerby.model.media import Part, Verdict
from passerby.model.options import Options
from passerby.model.report import SCHEMA, Failure, Inspection, Outcome, Report, Verification
from passerby.report.codec import hints, is_pairs

_PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    float: {"type": ["number", "null"]},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
}


def json_schema() -> dict[str, Any]:
    """Return the schema of all documents."""
    defs: dict[str, Any] = {}
    documents = [
        _document("report", defs, _fields(Report, defs)),
        _document("run", defs, _run(defs)),
        _document("inspections", defs, _looked(Inspection, "found", defs)),
        _document("verifications", defs, _looked(Verification, "passed", defs)),
        _document("doctor", defs, _fields(Installation, defs)),
        _document("models", defs, {"models": schema_of(tuple[DetectorState, ...], defs)}),
        _document("model", defs, {"name": _PLAIN[str], "path": _PLAIN[str]}),
        _document("error", defs, {"error": schema_of(Failure, defs)}),
    ]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Documents of Passerby, schema {SCHEMA}",
        "oneOf": documents,
        "$defs": dict(sorted(defs.items())),
    }


def schema_of(kind: Any, defs: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a type; those of its dataclasses and enums are put into `defs`."""
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        inner = next(arg for arg in args if arg is not type(None))
        return {"anyOf": [schema_of(inner, defs), {"type": "null"}]}
    if is_pairs(kind):
        value = typing.get_args(args[0])[1]
        return {"type": "object", "additionalProperties": schema_of(value, defs)}
    if origin is tuple:
        bounds = {} if args[-1] is Ellipsis else {"minItems": len(args), "maxItems": len(args)}
        return {"type": "array", "items": schema_of(args[0], defs), **bounds}
    if kind is Box:
        corners = {"type": "integer"}
        return {"type": "array", "items": corners, "minItems": 4, "maxItems": 4}
    if kind in _PLAIN:
        return dict(_PLAIN[kind])
    return _named(kind, defs)


def _named(kind: Any, defs: dict[str, Any]) -> dict[str, Any]:
    if kind.__name__ not in defs:
        defs[kind.__name__] = {}
        if issubclass(kind, Enum):
            defs[kind.__name__] = {"enum": [member.value for member in kind]}
        else:
            defs[kind.__name__] = _object(_fields(kind, defs))
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _fields(kind: type, defs: dict[str, Any]) -> dict[str, Any]:
    return {f.name: schema_of(hints(kind)[f.name], defs) for f in dataclasses.fields(kind)}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _document(kind: str, defs: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    top = {"schema": {"const": SCHEMA}, "kind": {"const": kind}, "passerby": {"type": "string"}}
    defs[f"document.{kind}"] = _object(top | properties)
    return {"$ref": f"#/$defs/document.{kind}"}


def _run(defs: dict[str, Any]) -> dict[str, Any]:
    count = {"type": "integer", "minimum": 0}
    return {
        "started": _PLAIN[datetime],
        "finished": _PLAIN[datetime],
        "seconds": {"type": "number"},
        "interrupted": {"type": "boolean"},
        "exit": {"type": "integer"},
        "totals": _object({outcome.value: count for outcome in Outcome}),
        "masks": count,
        "left_out": count,
        "left_behind": count,
        "options": schema_of(Options, defs),
        "files": {"type": "array", "items": schema_of(Report, defs)},
    }


def _looked(kind: type, flag: str, defs: dict[str, Any]) -> dict[str, Any]:
    extra: dict[str, Any] = {flag: {"type": "boolean"}, "exit": {"type": "integer"}}
    if kind is Inspection:
        part = _object(_fields(Part, defs) | {"verdict": schema_of(Verdict, defs)})
        extra["parts"] = {"type": "array", "items": part}
    return {"files": {"type": "array", "items": _object(_fields(kind, defs) | extra)}}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(json_schema(), indent=2) + "\n")
