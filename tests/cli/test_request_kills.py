"""SIGKILL during commands of `request`: a sample of what `bench/request_kills` does at length."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))
from faultbench.request_kills import Counts, judge, run_kills
from passerby.store import lock


def test_ten_kills(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The bench keeps derivations in this process: only as long as this test lasts.
    monkeypatch.setattr(lock, "stretch", lock.stretch)
    seen = run_kills(tmp_path, 10, 2, 0.4)
    assert seen.problems == []
    assert seen.kills == 10
    # That there was something to lose, and commands that were cut off.
    assert sum(seen.confirmed.values()) >= 5
    assert seen.under_way >= 3


def test_that_the_judge_finds_a_loss() -> None:
    whole = {"PB-1": Counts(1, 1, 1, 1)}
    assert judge(whole, None, whole) is None
    assert judge(whole, None, {}) is not None
    assert judge(whole, ("erase", "PB-1"), {}) is None
    for less in (Counts(0, 1, 1, 1), Counts(1, 0, 1, 1), Counts(1, 1, 0, 1), Counts(1, 1, 1, 0)):
        assert judge(whole, ("answer", "PB-1"), {"PB-1": less}) is not None
    more = {"PB-1": Counts(1, 1, 2, 1)}
    assert judge(whole, ("answer", "PB-1"), more) is None
    assert judge(whole, None, more) is not None
    two = {**whole, "PB-2": Counts(0, 0, 0, 0)}
    assert judge(whole, ("new", "--sender"), two) is None
    assert judge(whole, ("sent", "PB-1"), two) is not None
