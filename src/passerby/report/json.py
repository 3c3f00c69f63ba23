"""Reports as JSON, and back. `docs/report.md` describes the documents."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any, Never

from passerby.errors import BadDecisions, PasserbyError
from passerby.model.installed import DetectorState, Installation
from passerby.model.report import SCHEMA, Failure, Inspection, Report, Verification
from passerby.report.codec import Malformed, as_list, as_object, decode, encode, refuse
from passerby.report.run import RunReport
from passerby.report.text import printable

LARGEST = 512 * 1024**2
"""Bytes of the largest JSON file that is read."""


def document(kind: str, **values: Any) -> dict[str, Any]:
    """Return a JSON document of this kind: every document begins with the same three keys."""
    return {"schema": SCHEMA, "kind": kind, "passerby": metadata.version("passerby"), **values}


def dump(value: dict[str, Any]) -> bytes:
    """Return the text of a document, ASCII with a line end."""
    return json.dumps(value, indent=2, allow_nan=False).encode() + b"\n"


def report_document(report: Report) -> dict[str, Any]:
    """Return the document of one redacted file."""
    return document("report", **encode(report))


def run_document(run: RunReport) -> dict[str, Any]:
    """Return the document of a run; its `files` are what `report_document` gives, unheaded."""
    return document(
        "run",
        started=run.started.isoformat(),
        finished=run.finished.isoformat(),
        seconds=round(run.seconds, 3),
        interrupted=run.interrupted,
        exit=run.exit.value,
        totals=run.totals,
        masks=run.masks,
        left_out=run.left_out,
        left_behind=len(run.left_behind),
        options=encode(run.options),
        files=[encode(report) for report in run.files],
    )


def inspection_text(one: Inspection) -> str:
    """Return the JSON text of one inspected file, a line for each part: `found` says whether
    anything tells on people, and each part has its `verdict`."""
    parts = [
        encode(part) | {"verdict": verdict.value}
        for part, verdict in zip(one.parts, one.verdicts, strict=True)
    ]
    bare: dict[str, Any] = encode(replace(one, parts=()))
    value = bare | {"parts": parts, "found": one.found, "exit": one.exit.value}
    lines = ",\n".join(f"  {json.dumps(name)}: {_laid_out(each)}" for name, each in value.items())
    return f"{{\n{lines}\n}}"


def _laid_out(value: Any) -> str:
    """Return JSON with a line for each item of a list; without an indent, which the encoder in C
    does not know and which takes ten times as long."""
    if not isinstance(value, list) or not value:
        return json.dumps(value, allow_nan=False)
    items = ",\n    ".join(json.dumps(each, allow_nan=False) for each in value)
    return f"[\n    {items}\n  ]"


def inspections_text(texts: Iterable[str]) -> bytes:
    """Return the document of inspected files from the texts of each."""
    head, tail = dump(document("inspections", files=[0])).decode().split("0\n  ]")
    pieces = ",\n    ".join(text.replace("\n", "\n    ") for text in texts)
    return f"{head}{pieces}\n  ]{tail}".encode()


def verifications_document(done: tuple[Verification, ...]) -> dict[str, Any]:
    """Return the document of verified files; `passed` says whether every check did."""
    files = [encode(one) | {"passed": one.exit == 0, "exit": one.exit.value} for one in done]
    return document("verifications", files=files)


def installation_document(found: Installation) -> dict[str, Any]:
    """Return the document of what is installed."""
    return document("doctor", **encode(found))


def models_document(described: tuple[DetectorState, ...]) -> dict[str, Any]:
    """Return the document of the catalogue of detectors."""
    return document("models", models=encode(described))


def model_document(name: str, path: str) -> dict[str, Any]:
    """Return the document that tells where a detector's weights are."""
    return document("model", name=name, path=path)


def error_document(error: PasserbyError) -> dict[str, Any]:
    """Return the document of a command that could not go on."""
    return document("error", error=encode(Failure.from_error(error)))


def report_from(value: Any, where: str = "") -> Report:
    """Return the report that a JSON value stands for. Raises Malformed."""
    report: Report = decode(Report, value, where)
    return report


def read_report(data: bytes) -> Report:
    """Return the report of one file from its JSON text. Raises Malformed."""
    return report_from(head(parse(data)))


def load_reports(path: Path) -> tuple[Report, ...]:
    """Return the reports in a file: that of one picture, or those of a run.

    Raises BadDecisions.
    """
    try:
        value = head(parse(read_file(path)))
        if "files" not in value:
            return (report_from(value),)
        files = as_list(value["files"], "files")
        return tuple(report_from(item, f"files[{i}]") for i, item in enumerate(files))
    except Malformed as error:
        raise BadDecisions(f"{printable(str(path))}: {error}") from error


def read_file(path: Path) -> bytes:
    """Return the bytes of a JSON file. Raises BadDecisions."""
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise BadDecisions(f"{printable(str(path))}: cannot be read: {why}") from error
    if len(data) > LARGEST:
        raise BadDecisions(f"{printable(str(path))}: this is larger than {LARGEST:,} bytes")
    return data


def parse(data: bytes) -> Any:
    """Return the JSON value of a text. Raises Malformed, also for NaN and for a key that
    stands twice in one object: which of the two is meant cannot be known."""
    try:
        return json.loads(
            data.decode("utf-8-sig"), parse_constant=_no_constant, object_pairs_hook=_no_doubles
        )
    except UnicodeDecodeError as error:
        raise Malformed("the file: this is not UTF-8 text") from error
    except RecursionError as error:
        raise Malformed("the file: this is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise Malformed(f"line {error.lineno}: this is not JSON: {error.msg}") from error
    except Malformed:
        raise
    except ValueError as error:
        raise Malformed("the file: a number has too many digits") from error


def head(value: Any) -> dict[str, Any]:
    """Return the document if it is of the schema that this version reads. Raises Malformed."""
    given = as_object(value, "the file")
    if "schema" not in given:
        refuse("schema", f'this is missing: "schema": {SCHEMA} is needed')
    if isinstance(given["schema"], bool) or given["schema"] != SCHEMA:
        refuse("schema", f"this version reads {SCHEMA} only")
    return given


def _no_constant(name: str) -> Never:
    raise Malformed(f"the file: {name} is not a number that JSON has")


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise Malformed(f"the file: the key {printable(double)!r} stands twice in one object")
    return made
