import inspect
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import passerby
from passerby import Options, Outcome
from passerby.errors import BadDecisions, UsageError

SAMPLE = Path(__file__).parents[1] / "samples" / "portraits.jpg"


def test_what_is_exported_is_what_is_there() -> None:
    public = {
        name
        for name, value in vars(passerby).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }
    assert set(passerby.__all__) == public
    assert sorted(passerby.__all__) == list(passerby.__all__)
    for name in passerby.__all__:
        assert getattr(passerby, name).__doc__, name
    assert passerby.__version__ == metadata.version("passerby")


def test_modules_do_not_hide_the_functions(tmp_path: Path) -> None:
    report = passerby.redact(SAMPLE, tmp_path / "out.jpg")
    assert report.outcome is Outcome.PUBLISHED
    assert passerby.verify(tmp_path / "out.jpg", original=SAMPLE, report=report).exit == 0
    assert passerby.inspect(SAMPLE).exit is passerby.Exit.FOUND
    for name in ("redact", "redact_bytes", "inspect", "verify"):
        assert callable(getattr(passerby, name))


def test_bytes_in_bytes_out() -> None:
    report, data = passerby.redact_bytes(SAMPLE.read_bytes())
    assert data is not None
    assert report.redacted >= 2
    assert passerby.redact_bytes(b"")[1] is None


def test_a_report_is_a_decisions_file(tmp_path: Path) -> None:
    first = passerby.redact(SAMPLE, tmp_path / "1.jpg")
    path = tmp_path / "report.json"
    path.write_bytes(passerby.report_json(first))
    assert passerby.load_reports(path) == (first,)
    given = passerby.load_decisions(path)[first.item.sha256]
    again = passerby.redact(SAMPLE, tmp_path / "2.jpg", decisions=given)
    assert again.output_sha256 == first.output_sha256
    with pytest.raises(BadDecisions):
        passerby.load_reports(tmp_path / "1.jpg")


def test_an_unknown_detector_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        passerby.redact(SAMPLE, None, options=Options(finder="magic"))


def test_a_missing_file_is_a_value(tmp_path: Path) -> None:
    assert passerby.redact(tmp_path / "no.jpg", None).exit is passerby.Exit.INPUT
    assert passerby.inspect(tmp_path / "no.jpg").exit is passerby.Exit.INPUT
    assert passerby.verify(tmp_path / "no.jpg").exit is passerby.Exit.INPUT


def test_importing_is_cheap() -> None:
    code = "import sys, passerby; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = set(done.stdout.split())
    assert not loaded & {"numpy", "onnxruntime", "PIL", "imagecodecs", "click"}
