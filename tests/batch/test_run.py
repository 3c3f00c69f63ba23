"""Whole runs, in worker processes."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import time
from dataclasses import replace
from pathlib import Path

import pytest

from batch_parts import Deadly, fill
from passerby.batch.ledger import published_before
from passerby.batch.plan import Plan, Request
from passerby.batch.run import run_batch
from passerby.errors import Exit, ModelError, OutputExists, OutputUnwritable
from passerby.find import catalogue
from passerby.model.given import Given
from passerby.model.media import Format
from passerby.model.options import Options
from passerby.model.report import Outcome, Report
from report_examples import PUBLISHED
from stand_ins import MEDIA


def nothing_to_hide(paths: list[Path]) -> dict[str, Given]:
    """Decisions without a mask: quick, since nothing is detected."""
    hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
    return {sha256: Given(sha256=sha256, decisions=()) for sha256 in hashes}


def request(root: Path, given: dict[str, Given], workers: int = 2) -> Request:
    return Request(
        paths=(root / "in",), out=root / "out", options=Options(), given=given, workers=workers
    )


class Log:
    """A watcher that remembers, and may stop the run."""

    def __init__(self, stop_after: int = 10**9) -> None:
        self.reports: list[Report] = []
        self.total = 0
        self.stop_after = stop_after

    def planned(self, plan: Plan) -> None:
        self.total = len(plan.tasks)

    def done(self, report: Report) -> None:
        self.reports.append(report)
        if len(self.reports) >= self.stop_after:
            raise KeyboardInterrupt


def test_a_run_leaves_outputs_reports_and_a_page(tmp_path: Path) -> None:
    paths = fill(tmp_path / "in", 4)
    (tmp_path / "in" / "broken.png").write_bytes(paths[0].read_bytes()[:60])
    (tmp_path / "in" / "notes.txt").write_text("hello")
    log = Log()
    run = run_batch(request(tmp_path, nothing_to_hide(paths)), log)
    assert log.total == 5
    assert len(log.reports) == 5
    assert [report.item.path for report in run.files] == sorted(r.item.path for r in log.reports)
    assert run.totals["published"] == 4
    assert run.totals["refused"] == 1
    assert run.left_out == 1
    assert run.exit is Exit.PARTIAL
    folder = tmp_path / "out-report"
    assert json.loads((folder / "run.json").read_text())["totals"] == run.totals
    assert (folder / "index.html").read_text().count("data:image/") == 4
    assert len(list((folder / "files").iterdir())) == 5
    assert len(list((tmp_path / "out").iterdir())) == 4


def test_a_picture_that_kills_its_process_loses_nothing_else(tmp_path: Path) -> None:
    paths = fill(tmp_path / "in", 5)
    victim = hashlib.sha256(paths[2].read_bytes()).hexdigest()
    run = run_batch(request(tmp_path, Deadly(nothing_to_hide(paths), victim)))
    outcomes = [report.outcome for report in run.files]
    assert outcomes.count(Outcome.PUBLISHED) + outcomes.count(Outcome.SKIPPED) == 4
    failure = run.files[2].failure
    assert failure is not None
    assert "ended, twice" in failure.message
    assert "--workers 1" in failure.advice


def test_a_picture_that_kills_once_is_done_when_tried_alone(tmp_path: Path) -> None:
    paths = fill(tmp_path / "in", 3)
    victim = hashlib.sha256(paths[1].read_bytes()).hexdigest()
    deadly = Deadly(nothing_to_hide(paths), victim, flag=tmp_path / "flag")
    run = run_batch(request(tmp_path, deadly))
    assert run.exit is Exit.OK
    # One that was published when the pool broke is done already when its turn comes again.
    assert run.totals["published"] + run.totals["skipped"] == 3


def test_a_worker_that_dies_while_it_has_nothing_to_do_is_replaced(tmp_path: Path) -> None:
    class Killer(Log):
        def done(self, report: Report) -> None:
            super().done(report)
            for process in multiprocessing.active_children():
                process.kill()
                process.join()
            # Until the pool has noticed.
            time.sleep(0.3)

    paths = fill(tmp_path / "in", 3)
    run = run_batch(request(tmp_path, nothing_to_hide(paths), workers=1), Killer())
    assert run.exit is Exit.OK
    assert run.totals["published"] + run.totals["skipped"] == 3


@pytest.mark.parametrize("name", ["run.json", "index.html"])
def test_a_foreign_file_in_the_report_folder_stops_a_run_before_it_writes(
    tmp_path: Path, name: str
) -> None:
    paths = fill(tmp_path / "in", 1)
    mine = tmp_path / "out-report" / name
    mine.parent.mkdir()
    mine.write_text("mine")
    with pytest.raises(OutputExists, match="no report of Passerby's"):
        run_batch(request(tmp_path, nothing_to_hide(paths)))
    assert mine.read_text() == "mine"
    assert not (tmp_path / "out").exists()
    mine.unlink()
    for _ in range(2):
        assert run_batch(request(tmp_path, nothing_to_hide(paths))).exit is Exit.OK


def test_an_interrupted_run_stops_soon_and_says_what_it_did(tmp_path: Path) -> None:
    paths = fill(tmp_path / "in", 6)
    slow = hashlib.sha256(paths[1].read_bytes()).hexdigest()
    given = Deadly(nothing_to_hide(paths), slow, wait=30)
    start = time.monotonic()
    run = run_batch(request(tmp_path, given), Log(stop_after=1))
    assert time.monotonic() - start < 15
    assert run.interrupted
    assert run.exit is Exit.INTERRUPTED
    assert len(run.files) == 1
    assert not list((tmp_path / "out").glob(".*"))
    again = run_batch(request(tmp_path, nothing_to_hide(paths)))
    assert again.exit is Exit.OK
    assert again.totals["skipped"] >= 1


def test_missing_weights_stop_a_run_before_it_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path / "in", 1)
    monkeypatch.setenv(catalogue.FOLDER, str(tmp_path / "models"))
    options = Options(finder="yunet-n")
    with pytest.raises(ModelError):
        run_batch(Request(paths=(tmp_path / "in",), out=tmp_path / "out", options=options))
    assert not (tmp_path / "out").exists()


def test_a_report_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    paths = fill(tmp_path / "in", 1)
    (tmp_path / "file").touch()
    wanted = Request(
        paths=(tmp_path / "in",),
        out=tmp_path / "out",
        options=Options(),
        given=nothing_to_hide(paths),
        report=tmp_path / "file" / "below",
    )
    with pytest.raises(OutputUnwritable):
        run_batch(wanted)
    assert not (tmp_path / "out" / "p000.png").exists()


@pytest.mark.parametrize(
    ("form", "before", "now", "same"),
    [
        (Format.HEIC, None, Format.JPEG, True),
        (Format.HEIC, Format.JPEG, None, True),
        (Format.HEIC, None, Format.AVIF, False),
        (Format.PNG, Format.TIFF, None, False),
        (Format.GIF, None, Format.PNG, True),
    ],
)
def test_a_copy_in_another_format_was_made_with_other_options(
    tmp_path: Path, form: Format, before: Format | None, now: Format | None, same: bool
) -> None:
    item = replace(PUBLISHED.item, format=form)
    made = replace(PUBLISHED, item=item, options=Options(to=before))
    # There is no output, which is only looked at where the options are the same.
    why = "is not what was verified" if same else "was made with other options"
    with pytest.raises(OutputExists, match=why):
        published_before(tmp_path / "none", made, item.sha256, Options(to=now), None, MEDIA)
