"""One file after another: what is published, what is skipped, what stands in the way."""

from __future__ import annotations

import hashlib
import subprocess
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from batch_parts import FixedFinder, picture, quick_ports, restless_ports
from passerby import files
from passerby.batch import ledger
from passerby.batch import worker as worker_module
from passerby.batch.ledger import read_record, remove_partials, settle
from passerby.batch.plan import Request, Task, make_plan
from passerby.batch.worker import Done, Settings, Worker
from passerby.files import PENDING
from passerby.model.finding import FinderId
from passerby.model.given import Given
from passerby.model.media import Field, Format
from passerby.model.options import Limits, Method, Options
from passerby.model.report import Outcome
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


class Killed(BaseException):
    """Ends the work as SIGKILL does: nothing is tidied."""


def end_at(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """Let the process end before an output gets its name, or before its record does."""
    publish, leave, gone = files.Staged.publish, files.Staged.__exit__, []

    def end(staged: files.Staged, *, overwrite: bool) -> None:
        if (staged.destination.suffix == ".json") == (moment == "between"):
            gone.append(staged)
            raise Killed
        publish(staged, overwrite=overwrite)

    def leave_unless_gone(staged: files.Staged, *error: object) -> None:
        if not gone:
            leave(staged, *error)

    monkeypatch.setattr(files.Staged, "publish", end)
    monkeypatch.setattr(files.Staged, "__exit__", leave_unless_gone)
    monkeypatch.setattr(ledger, "_holds", lambda *_: False)


@pytest.mark.parametrize("kill", ["before", "between"])
@pytest.mark.parametrize("again", [False, True])
def test_whenever_a_run_is_killed_the_next_one_knows_what_is_there(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, kill: str, again: bool
) -> None:
    noise = Options(method=Method.NOISE)
    if again:
        bench.work()
    monkeypatch.setattr(files, "_alive", lambda number: False)
    with monkeypatch.context() as patched:
        end_at(patched, kill)
        with pytest.raises(Killed):
            bench.work(noise, overwrite=again)
    assert list(bench.sidecar.parent.glob(f".*{PENDING}"))
    settle({bench.sidecar: bench.output})
    assert not list(bench.root.rglob(".*passerby*"))
    record = read_record(bench.sidecar)
    if kill == "between":
        assert bench.work(noise).report.outcome is Outcome.SKIPPED
    elif again:
        assert bench.work().report.outcome is Outcome.SKIPPED
    else:
        assert record is None
        assert bench.work(noise).report.outcome is Outcome.PUBLISHED


def test_a_signal_just_after_publishing_leaves_the_record(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = files.Staged.publish

    def publish(staged: files.Staged, *, overwrite: bool) -> None:
        real(staged, overwrite=overwrite)
        if staged.destination == bench.output:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(files.Staged, "publish", publish)
        bench.work()
    assert bench.work().report.outcome is Outcome.SKIPPED


def test_of_two_runs_to_one_output_the_second_loses_and_leaves_the_record(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise, task = Options(method=Method.NOISE), bench.task()
    real = worker_module.run_one

    def slowly(*arguments: Any) -> Any:
        monkeypatch.setattr(worker_module, "run_one", real)
        assert bench.work(noise, task=task).report.outcome is Outcome.PUBLISHED
        return real(*arguments)

    monkeypatch.setattr(worker_module, "run_one", slowly)
    assert code(bench.work(noise, task=task)) == "output.exists"
    assert bench.work(noise).report.outcome is Outcome.SKIPPED
    assert not list(bench.root.rglob(".*passerby*"))


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
    # A run that detects keeps what was made from decisions, and says so.
    kept = bench.work(Options(method=Method.NOISE), overwrite=True)
    assert kept.report.outcome is Outcome.SKIPPED
    assert "made with --decisions, which are kept" in kept.report.notes
    assert code(bench.work()) == "output.exists"
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


def test_what_dead_processes_left_half_written_is_removed(tmp_path: Path) -> None:
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
    remove_partials(tmp_path)
    remove_partials(tmp_path / "none")
    killed.wait()
    assert {p.name for p in tmp_path.iterdir()} == {n for n, stays in names.items() if stays}


def test_a_dry_run_does_not_replace_the_report_of_what_was_published(bench: Bench) -> None:
    bench.work()
    kept = bench.sidecar.read_bytes()
    report = bench.root / "out-report"
    request = Request(paths=(bench.root / "in",), out=None, options=Options(), report=report)
    done = bench.work(task=make_plan(request).tasks[0])
    assert done.report.outcome is Outcome.PLANNED
    assert bench.sidecar.read_bytes() == kept


def test_asking_for_the_format_that_it_would_have_anyway_is_asking_for_the_same(
    bench: Bench,
) -> None:
    bench.work()
    png, jpeg = Options(to=Format.PNG), Options(to=Format.JPEG)
    assert bench.work(png).report.outcome is Outcome.SKIPPED
    request = Request(paths=(bench.root / "in",), out=bench.root / "out", options=jpeg)
    task = make_plan(request).tasks[0]
    assert task.output == bench.root / "out" / "a.jpg"
    assert bench.work(jpeg, task=task).report.outcome is Outcome.PUBLISHED
    assert bench.work(jpeg, task=task).report.outcome is Outcome.SKIPPED
    assert task.output.read_bytes().startswith(b"\xff\xd8")
    # The copies of both formats stand side by side, each with its record.
    assert bench.work().report.outcome is Outcome.SKIPPED


def test_no_copy_is_published_under_a_name_of_another_format(bench: Bench) -> None:
    jpeg = Options(to=Format.JPEG)
    request = Request(paths=(bench.root / "in",), out=bench.root / "out", options=jpeg)
    task = make_plan(request).tasks[0]
    done = bench.work(task=task)
    assert code(done) == "input.changed"
    assert not (bench.root / "out" / "a.jpg").exists()


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_foreign_file_in_the_place_of_a_report_is_left_alone(
    bench: Bench, overwrite: bool
) -> None:
    bench.sidecar.parent.mkdir(parents=True)
    bench.sidecar.write_text('{"mine": 1}')
    assert code(bench.work(overwrite=overwrite)) == "output.exists"
    assert bench.sidecar.read_text() == '{"mine": 1}'
    assert not bench.output.exists()


def test_overwriting_keeps_what_a_person_decided(bench: Bench) -> None:
    first = bench.work()
    given = decisions_from(dump(report_document(first.report)))
    fewer = {key: replace(value, decisions=()) for key, value in given.items()}
    assert bench.work(given=fewer, overwrite=True).report.outcome is Outcome.PUBLISHED
    standing = bench.output.read_bytes()
    assert bench.work(overwrite=True).report.outcome is Outcome.SKIPPED
    done = bench.work(Options(color=(1, 2, 3)), overwrite=True)
    assert code(done) == "output.exists"
    assert done.report.failure is not None
    assert "--decisions" in done.report.failure.message
    assert bench.output.read_bytes() == standing
    assert bench.work(given=given, overwrite=True).report.outcome is Outcome.PUBLISHED


def test_overwriting_among_inputs_needs_a_record(bench: Bench) -> None:
    bench.output = bench.root / "in" / "out" / "a.png"
    bench.output.parent.mkdir()
    bench.output.write_bytes(picture(3))
    request = Request(
        paths=(bench.root / "in",), out=bench.output.parent, options=Options(), overwrite=True
    )
    plan = make_plan(request)
    assert len(plan.tasks) == 1
    assert any("it is no input" in note for note in plan.notes)
    assert code(bench.work(task=plan.tasks[0], overwrite=True)) == "output.exists"
    assert bench.output.read_bytes() == picture(3)


class NewFinder(FixedFinder):
    """The same detector with other weights."""

    @property
    def identity(self) -> FinderId:
        return FinderId(name="fixed", version="2", sha256="11" * 32)


@pytest.mark.parametrize("what", ["version", "detector"])
def test_a_copy_by_another_version_is_skipped_with_a_note(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    assert not bench.work().report.notes
    assert not bench.work().report.notes
    if what == "version":
        monkeypatch.setattr(worker_module, "VERSION", "99")
    else:
        other = replace(quick_ports(), second=NewFinder())
        monkeypatch.setattr(worker_module, "build_ports", lambda options, threads: other)
    done = bench.work()
    assert done.report.outcome is Outcome.SKIPPED
    assert any("--overwrite makes it anew" in note for note in done.report.notes)
    assert bench.work(overwrite=True).report.outcome is Outcome.PUBLISHED


def test_whatever_goes_wrong_is_a_report(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(worker_module, "thumbnail", broken)
        assert bench.work().thumbnail is None
    monkeypatch.setattr(worker_module, "published_before", broken)
    assert code(bench.work()) == "bug"
