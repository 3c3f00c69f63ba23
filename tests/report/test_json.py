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
from jsonschema import Draft202012Validator

from passerby.cli.doctor import examine
from passerby.cli.models import describe
from passerby.errors import BadDecisions, UsageError
from passerby.find import catalogue
from passerby.model.report import Check, Report
from passerby.report import json as documents
from passerby.report.codec import Malformed, encode
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
    "inspections": json.loads(
        documents.inspections_text(map(documents.inspection_text, (INSPECTION, INSPECTION)))
    ),
    "verifications": documents.verifications_document((VERIFICATION,)),
    "doctor": documents.installation_document(examine()),
    "models": documents.models_document(tuple(map(describe, catalogue.entries()))),
    "model": documents.model_document("centerface", "/x.onnx"),
    "error": documents.error_document(UsageError("no")),
}


def closed(schema: Any) -> Any:
    """The schema without room for what it does not name."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(value) for key, value in schema.items()}
    return {"additionalProperties": False} | inner if "required" in schema else inner


def validator() -> Draft202012Validator:
    schema = closed(json_schema())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_the_published_schema_is_up_to_date() -> None:
    assert json.loads(SCHEMA_FILE.read_text()) == json_schema()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_are_what_the_schema_says(name: str) -> None:
    value = json.loads(documents.dump(DOCUMENTS[name]))
    assert [error.message for error in validator().iter_errors(value)] == []


def test_the_text_of_inspections_is_that_of_their_values() -> None:
    some = (INSPECTION, replace(INSPECTION, embedded=()))
    text = documents.inspections_text([documents.inspection_text(one) for one in some])
    for value, one in zip(json.loads(text)["files"], some, strict=True):
        parts = value.pop("parts")
        assert [part.pop("verdict") for part in parts] == [each.value for each in one.verdicts]
        assert value.pop("found") is True
        assert value.pop("exit") == one.exit
        assert value | {"parts": parts} == encode(one)
    assert text.endswith(b"\n}\n")
    # One line for each part and each picture.
    assert text.count(b"\n") < 60


def test_every_kind_of_document_is_tried() -> None:
    kinds = {name.removeprefix("document.") for name in json_schema()["$defs"] if "." in name}
    assert kinds == {str(document["kind"]) for document in DOCUMENTS.values()}


@pytest.mark.parametrize(
    ("key", "value"), [("size", [1]), ("bytes", True), ("bytes", None), ("other", 1)]
)
def test_the_schema_rejects_what_is_not_a_document(key: str, value: Any) -> None:
    document = json.loads(documents.dump(DOCUMENTS["published"]))
    document["item"][key] = value
    assert not validator().is_valid(document)
    del document["item"]
    assert not validator().is_valid(document)


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
