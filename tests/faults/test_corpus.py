"""The benches that look for faults find those that are there."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path, PosixPath

import numpy as np
import piexif
import pytest
from PIL import Image

import people
from batch_parts import picture
from passerby.compose import build_ports
from passerby.model.options import Options
from passerby.model.report import Outcome
from passerby.pipeline import redact_bytes

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))
from corpusbench.audit import Auditor
from corpusbench.pool import CannotBegin, work_all
from corpusbench.table import Summary, figures
from corpusbench.variants import make_variant
from corpusbench.work import Ended, Errand, Runner, Settings, open_ports
from faultbench.judge import ALIKE, LIKENESS, check_opens, likeness
from faultbench.mutations import OPTIONS, Findings, _judge
from faultbench.samples import PLANTED, planted_face, seeds
from requirements import require

BENCH = Path(__file__).parents[2] / "bench"


def settings(folder: Path, *, audit: bool = False) -> Settings:
    return Settings(options=Options(), faces=False, audit=audit, seed=1, folder=folder)


def corpus(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, str(BENCH / "corpus"), *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, check=False)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(picture(1, "jpeg", (400, 300)))
    (folder / "b").write_bytes(picture(2, "tiff"))
    (folder / "cut.png").write_bytes(picture(3)[:70])
    (folder / "words.jpg").write_text("no picture")
    (folder / "notes.txt").write_text("hello")
    (folder / "new\nline.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    return folder


def test_a_corpus_is_summed_up(files: Path) -> None:
    done = corpus(files, "--no-faces", "--mutate", "2", "--workers", "2", "--json", "-")
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["files"] == 12
    assert told["no_media"] == 1
    assert told["problems"] == []
    assert told["outcomes"]["published"] >= 2
    reasons = " ".join(told["reasons"])
    assert "input.corrupt" in reasons
    assert "input.unsupported: SVG" in reasons
    assert "input.unknown" in reasons
    assert told["seconds_a_file"].keys() == {"median", "p95", "most"}
    assert told["peak_bytes"] > 2**20
    assert "problems: 0" in done.stderr


def test_a_finding_is_kept_and_is_the_exit_code(files: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    done = corpus(
        files / "a.jpg", "--no-faces", "--no-exiftool", "--seconds", "0.001", "--keep", kept
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "takes more than" in done.stdout
    (copy,) = kept.glob("*.jpg")
    assert copy.read_bytes() == (files / "a.jpg").read_bytes()


class Lethal(PosixPath):
    """A path that ends the process which takes it from another."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.abort, ()


def test_a_file_that_ends_its_process_is_a_crash_and_the_others_go_on(
    files: Path, tmp_path: Path
) -> None:
    paths = (files / "a.jpg", Lethal(files / "a.jpg"), files / "b")
    ends = list(work_all([Errand(path=path) for path in paths], settings(tmp_path), 1, 60))
    assert [ended.outcome for _, ended in ends] == ["published", "crash", "published"]
    assert "ended the process: SIGABRT; Fatal Python error" in ends[1][1].problems[0]


def test_processes_that_do_not_begin_end_the_bench(files: Path, tmp_path: Path) -> None:
    broken = Settings(
        options=Options(finder="nobody"), faces=True, audit=False, seed=1, folder=tmp_path
    )
    with pytest.raises(CannotBegin):
        list(work_all([Errand(path=files / "a.jpg")], broken, 1, 60))


def test_a_bug_is_told_with_its_place(
    files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSERBY_DEBUG", "")
    runner = Runner(settings(tmp_path))
    monkeypatch.setattr("passerby.media.jpeg.decode", lambda data, frame: 1 // 0)
    ended = runner.run(Errand(path=files / "a.jpg"))
    assert ended.outcome == "bug"
    (problem,) = ended.problems
    assert problem.startswith("ZeroDivisionError at test_corpus.py:")
    assert Summary(ended=[ended]).problems == [ended]


def test_a_copy_that_does_not_verify_is_a_finding(
    files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = Runner(settings(tmp_path))
    other = tmp_path / "other"
    other.write_bytes(picture(7, size=(90, 70)))
    report = redact_bytes(
        (files / "b").read_bytes(),
        shown="x",
        options=Options(),
        given=None,
        ports=open_ports(settings(tmp_path)),
    ).report
    assert report.outcome is Outcome.PUBLISHED
    ended = Ended(shown="x")
    runner._judge((files / "b").read_bytes(), other, report, ended)
    assert any(problem.startswith("verify: ") for problem in ended.problems)
    assert any("another decoder sees 90x70" in problem for problem in ended.problems)


def test_exiftool_finds_what_is_left(tmp_path: Path) -> None:
    reason = "exiftool audits this test: apt-get install libimage-exiftool-perl"
    require(Auditor.is_there(), reason)
    plain, told = tmp_path / "plain", tmp_path / "told"
    plain.write_bytes(picture(1, "jpeg"))
    told.write_bytes(picture(1, "jpeg"))
    piexif.insert(piexif.dump({"0th": {piexif.ImageIFD.Make: b"Canary"}}), str(told))
    with contextlib.closing(Auditor()) as auditor:
        for _ in range(2):
            assert auditor.leftovers(plain) == []
            assert any("Canary" in one for one in auditor.leftovers(told))


@pytest.mark.parametrize("data", [b"", b"x", *seeds()[::4]])
def test_variants_are_the_same_again(data: bytes) -> None:
    other = picture(1, "jpeg")
    made = [make_variant(data, other, number, 5) for number in range(33)]
    assert made == [make_variant(data, other, number, 5) for number in range(33)]
    assert made != [make_variant(data, other, number, 6) for number in range(33)] or len(data) < 2
    assert len({name for name, _ in made}) == 11
    if data:
        assert sum(result != data for _, result in made) > 25


def test_figures() -> None:
    assert figures([]) == {}
    assert figures([3.0]) == {"median": 3.0, "p95": 3.0, "most": 3.0}
    assert figures([float(n) for n in range(1, 101)]) == {
        "median": 51.0,
        "p95": 95.0,
        "most": 100.0,
    }


def test_the_planted_face_is_seen_in_most_forms() -> None:
    """In those that others open; and a correlation sees the dots of what is black and white."""
    alike = [likeness(data, planted_face()) for data in seeds()]
    assert sum(one >= ALIKE for one in alike) >= 18


def test_a_covered_face_is_not_seen() -> None:
    pixels, (face,) = people.crowd_and_faces(*PLANTED)
    for shade in (0, 128, 255):
        pixels[face.y0 : face.y1, face.x0 : face.x1] = shade
        assert likeness(png(pixels), planted_face()) < LIKENESS


def png(pixels: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def test_what_others_cannot_open_or_see_the_face_in_is_a_finding() -> None:
    # Shown turned.
    assert check_opens(seeds()[0], (130, 120)) is None
    assert "sees" in str(check_opens(seeds()[0], (120, 130)))
    assert "frames" in str(check_opens(seeds()[0], (130, 120), 2))
    assert "cannot open" in str(check_opens(seeds()[0][:200], (130, 120)))
    ports, found = build_ports(OPTIONS, 1), Findings()
    for data in (seeds()[10], seeds()[4]):
        result = redact_bytes(data, shown="x", options=OPTIONS, given=None, ports=ports)
        _judge(data, result, 1, found)
    assert found.problems == []
    assert found.judged == 2
    _judge(seeds()[4], replace(result, redacted=seeds()[4]), 1, found)
    assert any("the planted face shows" in what for _, what in found.problems)
