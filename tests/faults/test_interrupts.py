"""Ctrl-C, SIGTERM and SIGKILL: a sample of what `bench/kills` does at length."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from batch_parts import fill
from passerby.errors import Exit
from passerby.files import PARTIAL

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))
from faultbench.kills import command, hashes, run_kills, standing
from faultbench.mutations import run_mutations
from faultbench.samples import seeds, write_crowds

KILLS = 4
MUTANTS = 400


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("whole_group", [True, False], ids=["group", "parent"])
def test_a_stopped_run_ends_soon_and_leaves_nothing_half_done(
    tmp_path: Path, number: signal.Signals, whole_group: bool
) -> None:
    write_crowds(tmp_path / "in", 30)
    out = tmp_path / "out"
    process = subprocess.Popen(
        command(tmp_path / "in", out, "--effort", "thorough"),
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not (out.exists() and list(out.glob("p*"))):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.02)
    if whole_group:
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    start = time.monotonic()
    _, err = process.communicate(timeout=60)
    assert process.returncode == Exit.INTERRUPTED, err
    assert time.monotonic() - start < 15
    assert b"passerby: interrupted" in err
    assert b"Traceback" not in err
    assert not list(out.rglob(f".*{PARTIAL}"))
    problems: list[str] = []
    assert 0 < standing(out, tmp_path / "out-report", problems) < 30
    assert problems == []


def test_killed_runs_leave_whole_files_or_none(tmp_path: Path) -> None:
    write_crowds(tmp_path / "in", 6)
    seen = run_kills(tmp_path / "in", tmp_path / "out", KILLS, seed=3, whole=2.0)
    assert seen.problems == []
    assert seen.kills == KILLS


def test_mutated_files_are_refused_or_proven() -> None:
    found = run_mutations(seeds(), MUTANTS, seed=2)
    assert found.problems == []
    assert found.redacted["published"] > 0
    assert found.redacted["input.corrupt"] > 0


def test_inputs_are_only_read(tmp_path: Path) -> None:
    fill(tmp_path / "in", 3)
    before = hashes(tmp_path / "in")
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "in").iterdir()}
    for path in [tmp_path / "in", *(tmp_path / "in").iterdir()]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        done = subprocess.run(command(tmp_path / "in", tmp_path / "out"), check=False)
        assert done.returncode == 0
    finally:
        (tmp_path / "in").chmod(0o755)
    assert hashes(tmp_path / "in") == before
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "in").iterdir()} == times
