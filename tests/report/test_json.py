"""Reports survive the way to JSON and back, and are what the published schema says."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from passerby.errors import BadDecisions, UsageError
from passerby.model.report import Check, Report
from passerby.report import json as documents
from passerby.report.codec import Malformed
from passerby.report.schema import json_schema
from report_examples import (
    INSPECTION,
    PUBLISHED,
    REFUSED,
    REVIEW,
    VERIFICATION,
    run_of,
)
from report_examples import reports as any_report

SCHEMA_FILE = Path(__file__).parents[2] / "docs" / "report.schema.json"
DOCUMENTS = {
    "published": documents.report_document(PUBLISHED),
    "review": documents.report_document(REVIEW),
    "refused": documents.report_document(REFUSED),
    "run": documents.run_document(run_of(PUBLISHED, REVIEW, REFUSED)),
    "inspections": documents.inspections_document((INSPECTION,)),
    "verifications": documents.verifications_document((VERIFICATION,)),
    "error": documents.error_document(UsageError("no")),
}
TYPES = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "number": (int, float),
    "null": type(None),
    "array": list,
    "object": dict,
}


def problems(value: Any, schema: dict[str, Any], root: dict[str, Any], where: str) -> list[str]:
    """What is wrong with a value; knows the words that our schema uses, and no others."""
    known = {"$ref", "anyOf", "oneOf", "enum", "const", "type", "properties", "required"}
    known |= {"items", "minItems", "maxItems", "additionalProperties", "format", "minimum"}
    known |= {"$schema", "title", "$defs"}
    assert schema.keys() <= known, schema.keys() - known
    if "$ref" in schema:
        return problems(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, where)
    for word in ("anyOf", "oneOf"):
        if word in schema:
            tried = [problems(value, one, root, where) for one in schema[word]]
            return [] if [] in tried else min(tried, key=len)
    if "enum" in schema and value not in schema["enum"]:
        return [f"{where}: {value!r}"]
    if "const" in schema and value != schema["const"]:
        return [f"{where}: {value!r}"]
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(isinstance(value, TYPES[kind]) for kind in kinds):
        return [f"{where}: {value!r} is no {kinds}"]
    found: list[str] = []
    if isinstance(value, dict):
        required = schema.get("required", ())
        found += [f"{where}.{name} is missing" for name in required if name not in value]
        other = schema.get("additionalProperties", {})
        for name, item in value.items():
            inner = schema.get("properties", {}).get(name, other)
            found += problems(item, inner, root, f"{where}.{name}")
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", math.inf):
            found.append(f"{where}: {len(value)} items")
        for index, item in enumerate(value):
            found += problems(item, schema.get("items", {}), root, f"{where}[{index}]")
    return found


def test_the_published_schema_is_up_to_date() -> None:
    assert json.loads(SCHEMA_FILE.read_text()) == json_schema()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_are_what_the_schema_says(name: str) -> None:
    schema = json_schema()
    value = json.loads(documents.dump(DOCUMENTS[name]))
    assert problems(value, schema, schema, "") == []


def test_the_schema_rejects_what_is_not_a_document() -> None:
    schema = json_schema()
    value = json.loads(documents.dump(DOCUMENTS["published"]))
    value["item"]["size"] = [1]
    assert problems(value, schema, schema, "")


@settings(max_examples=60, deadline=None)
@given(any_report)
def test_a_report_survives_the_round_trip(report: Report) -> None:
    assert documents.read_report(documents.dump(documents.report_document(report))) == report


def test_timings_and_notes_survive() -> None:
    again = documents.read_report(documents.dump(documents.report_document(PUBLISHED)))
    assert again.timings == PUBLISHED.timings
    assert again.notes == PUBLISHED.notes


def test_a_figure_that_is_not_finite_becomes_null() -> None:
    check = Check(name="psnr", passed=True, detail="", figures=(("psnr", math.inf),))
    text = documents.dump(documents.report_document(replace(PUBLISHED, checks=(check,))))
    assert b'"psnr": null' in text
    assert math.isnan(documents.read_report(text).checks[0].figures[0][1])


def test_a_name_that_is_no_utf8_survives() -> None:
    odd = replace(PUBLISHED, output="out/\udcff.jpg")
    assert documents.read_report(documents.dump(documents.report_document(odd))) == odd


def test_reports_of_a_run_are_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(documents.dump(DOCUMENTS["run"]))
    assert documents.load_reports(path) == (PUBLISHED, REVIEW, REFUSED)
    path.write_bytes(documents.dump(DOCUMENTS["published"]))
    assert documents.load_reports(path) == (PUBLISHED,)


def test_a_run_sums_up() -> None:
    run = documents.run_document(run_of(PUBLISHED, REVIEW, REFUSED))
    assert run["totals"]["published"] == run["totals"]["refused"] == 1
    assert run["exit"] == 70
    assert run["masks"] == 1
    assert run["left_out"] == 2


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "line 1: this is not JSON"),
        ("[]", "expected an object"),
        ("{}", "schema: this is missing"),
        ('{"schema": 2}', "this version reads 1 only"),
        ('{"schema": true}', "this version reads 1 only"),
        ('{"schema": 1}', "item: this is missing"),
        ('{"schema": 1, "schema": 1}', "stands twice"),
        ('{"schema": NaN}', "NaN is not a number"),
        ('{"schema": 1' + "0" * 5000 + "}", "too many digits"),
        ("[" * 100_000, "nested too deeply"),
        ('{"schema": 1, "files": 3}', "files: expected a list"),
        ('{"schema": 1, "files": [3]}', re.escape("files[0]: expected an object")),
    ],
)
def test_a_malformed_report_is_one_clear_line(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(text)
    with pytest.raises(BadDecisions, match=complaint) as caught:
        documents.load_reports(path)
    assert "\n" not in caught.value.message


def test_a_report_with_a_wrong_value_names_its_place() -> None:
    value = json.loads(documents.dump(DOCUMENTS["published"]))
    value["decisions"][1]["track"]["sightings"][0]["score"] = "high"
    with pytest.raises(Malformed, match=re.escape("decisions[1].track.sightings[0].score")):
        documents.report_from(value)
