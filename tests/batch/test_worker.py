"""One file after another: what is published, what is skipped, what stands in the way."""

from __future__ import annotations

import hashlib
import subprocess
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from batch_parts import picture, quick_ports, restless_ports
from passerby.batch import worker as worker_module
from passerby.batch.ledger import read_record, remove_stale, write_record
from passerby.batch.plan import Request, Task, make_plan
from passerby.batch.worker import Done, Settings, Worker
from passerby.model.given import Given
from passerby.model.media import Field
from passerby.model.options import Limits, Method, Options
from passerby.model.report import Outcome, Report
from passerby.report.decisions import decisions_from
from passerby.report.json import dump, report_document


class Bench:
    """A folder with one picture, and a worker with quick detectors."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.input = root / "in" / "a.png"
        self.input.parent.mkdir()
        self.input.write_bytes(picture())
        self.output = root / "out" / "a.png"
        self.sidecar = root / "out-report" / "files" / "a.png.json"

    def task(self) -> Task:
        request = Request(paths=(self.root / "in",), out=self.root / "out", options=Options())
        return make_plan(request).tasks[0]

    def work(
        self,
        options: Options | None = None,
        *,
        given: Mapping[str, Given] | None = None,
        overwrite: bool = False,
        task: Task | None = None,
    ) -> Done:
        settings = Settings(
            options=options or Options(), given=given, overwrite=overwrite, threads=1, pictures=True
        )
        return Worker(settings=settings).work(task or self.task())


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(worker_module, "build_ports", lambda options, threads: quick_ports())
    return Bench(tmp_path)


def code(done: Done) -> str:
    assert done.report.failure is not None
    return done.report.failure.code


def test_a_published_file_has_its_report_and_its_picture(bench: Bench) -> None:
    done = bench.work()
    assert done.report.outcome is Outcome.PUBLISHED
    assert done.report.output == str(bench.output)
    record = read_record(bench.sidecar)
    assert record == done.report
    assert not record.from_decisions
    assert record.output_sha256 == hashlib.sha256(bench.output.read_bytes()).hexdigest()
    assert done.thumbnail is not None
    assert done.thumbnail.startswith("data:image/")


def test_the_report_is_there_before_the_output(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []

    def spy(path: Path, record: Report) -> None:
        seen.append(bench.output.exists())
        write_record(path, record)

    monkeypatch.setattr(worker_module, "write_record", spy)
    bench.work()
    assert seen == [False]


def test_the_same_again_is_skipped_and_shown_again(bench: Bench) -> None:
    first = bench.work()
    before = bench.output.stat()
    again = bench.work()
    assert again.report == replace(first.report, outcome=Outcome.SKIPPED)
    assert again.thumbnail == first.thumbnail
    assert bench.output.stat().st_mtime_ns == before.st_mtime_ns
    assert bench.work(overwrite=True).report.outcome is Outcome.SKIPPED
    other_limits = Options(limits=Limits(pixels=10_000))
    assert bench.work(other_limits).report.outcome is Outcome.SKIPPED


@pytest.mark.parametrize("what", ["input", "options", "output", "record", "no record", "fields"])
def test_what_differs_is_an_error_without_overwrite(bench: Bench, what: str) -> None:
    bench.work()
    options = Options()
    if what == "input":
        bench.input.write_bytes(picture(7))
    elif what == "options":
        options = Options(color=(9, 9, 9))
    elif what == "fields":
        options = Options(keep_fields=(Field.CREDIT,))
    elif what == "output":
        bench.output.write_bytes(picture(8))
    elif what == "record":
        bench.sidecar.write_bytes(bench.sidecar.read_bytes()[:100])
    else:
        bench.sidecar.unlink()
    standing = bench.output.read_bytes()
    kept = bench.sidecar.read_bytes() if bench.sidecar.exists() else None
    assert code(bench.work(options)) == "output.exists"
    assert bench.output.read_bytes() == standing
    assert (bench.sidecar.read_bytes() if bench.sidecar.exists() else None) == kept
    assert bench.work(options, overwrite=True).report.outcome is Outcome.PUBLISHED
    assert bench.work(options).report.outcome is Outcome.SKIPPED


def test_a_broken_link_or_a_folder_in_the_way_is_an_error(bench: Bench) -> None:
    bench.output.parent.mkdir()
    bench.output.symlink_to("nowhere")
    assert code(bench.work()) == "output.exists"
    bench.output.unlink()
    bench.output.mkdir()
    assert code(bench.work()) == "output.exists"
    assert bench.work(overwrite=True).report.outcome is Outcome.FAILED


def test_decisions_repeat_a_result_and_are_part_of_what_was_asked_for(bench: Bench) -> None:
    first = bench.work(Options(method=Method.NOISE))
    given = decisions_from(dump(report_document(first.report)))
    # The same decisions and seed: what is there is what would be made.
    assert bench.work(given=given).report.outcome is Outcome.SKIPPED
    data = bench.output.read_bytes()
    bench.output.unlink()
    again = bench.work(given=given)
    assert again.report.outcome is Outcome.PUBLISHED
    assert bench.output.read_bytes() == data
    assert bench.work(given=given).report.outcome is Outcome.SKIPPED
    # Now it was made from decisions: a run that detects is another thing.
    assert code(bench.work(Options(method=Method.NOISE))) == "output.exists"
    fewer = {key: replace(value, decisions=()) for key, value in given.items()}
    assert code(bench.work(given=fewer)) == "output.exists"


def test_decisions_for_other_pictures_are_no_decisions(bench: Bench) -> None:
    other = Given(sha256="00" * 32, decisions=())
    assert code(bench.work(given={other.sha256: other})) == "input.decisions"
    assert not bench.output.exists()


def test_what_needs_review_has_a_covered_picture_and_no_output(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports = restless_ports()
    monkeypatch.setattr(worker_module, "build_ports", lambda options, threads: ports)
    done = bench.work()
    assert done.report.outcome is Outcome.NEEDS_REVIEW
    assert done.thumbnail is not None
    assert not bench.output.exists()
    record = read_record(bench.sidecar)
    assert record is not None
    assert record.unresolved


def test_a_name_that_lies_gets_a_note_in_its_report(bench: Bench) -> None:
    bench.input.rename(bench.input.with_suffix(".jpg"))
    done = bench.work()
    assert done.report.output == str(bench.root / "out" / "a.jpg.png")
    assert any("its bytes are PNG" in note for note in done.report.notes)
    record = read_record(bench.root / "out-report" / "files" / "a.jpg.png.json")
    assert record is not None
    assert record.notes == done.report.notes


def test_a_file_that_becomes_another_format_is_not_published(bench: Bench) -> None:
    task = bench.task()
    bench.input.write_bytes(picture(form="jpeg"))
    assert code(bench.work(task=task)) == "input.changed"
    assert not bench.output.exists()


def test_a_dry_run_writes_nothing(bench: Bench) -> None:
    request = Request(paths=(bench.root / "in",), out=None, options=Options())
    done = bench.work(task=make_plan(request).tasks[0])
    assert done.report.outcome is Outcome.PLANNED
    assert sorted(p.name for p in bench.root.iterdir()) == ["in"]


def test_stale_partial_files_of_dead_processes_are_removed(tmp_path: Path) -> None:
    dead = 2**22 + 1
    killed = subprocess.Popen(["sleep", "60"])
    killed.kill()
    time.sleep(0.1)
    names = {
        f".a.png.{dead}-0123456789ab.passerby-partial": False,
        f".b.png.{killed.pid}-0123456789ab.passerby-partial": not Path("/proc/self/stat").exists(),
        ".a.png.1-0123456789ab.passerby-partial": True,
        f"a.png.{dead}-0123456789ab.passerby-partial": True,
        ".a.png": True,
    }
    for name in names:
        (tmp_path / name).touch()
    assert remove_stale([tmp_path, tmp_path / "none"]) == list(names.values()).count(False)
    killed.wait()
    assert {p.name for p in tmp_path.iterdir()} == {n for n, stays in names.items() if stays}
