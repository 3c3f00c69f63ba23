"""SIGKILL during any write: a sample of what `bench/store_kills` does at length."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))
from faultbench.store_kills import Model, Seen, judge, run_kills
from passerby.store import lock


def test_a_hundred_kills(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The bench keeps derivations in this process: only as long as this test lasts.
    monkeypatch.setattr(lock, "stretch", lock.stretch)
    seen = run_kills(tmp_path, 100, 5, 0.01)
    assert seen.problems == []
    assert seen.kills == 100
    # That there was something to lose: calls were confirmed, others under way, of every kind.
    assert seen.confirmed > 100
    assert seen.under_way > 20
    assert set(seen.calls) == {"add", "append", "append_all", "erase", "renew"}


def test_that_the_judge_finds_a_loss() -> None:
    before = Model({"anna": [("00", ())]}, [])
    call = {"do": "append", "subject": "anna", "record": "01", "blobs": {"a": "02"}}
    assert judge(before, None, Model({"anna": []}, []), Seen()) is not None
    assert judge(before, call, Model({"anna": []}, []), Seen()) is not None
    assert judge(before, call, Model({"anna": [("00", ()), ("01", ())]}, []), Seen()) is not None
    assert judge(before, call, before, Seen()) is None
    assert judge(before, call, before.after(call, None), Seen()) is None


def test_that_the_judge_finds_a_part_of_what_belongs_together() -> None:
    before = Model({"anna": []}, [])
    parts = [["01", {}], ["02", {"a": "03"}]]
    call = {"do": "append_all", "subject": "anna", "parts": parts}
    first, whole = ("01", ()), ("02", (("a", "03"),))
    assert judge(before, call, Model({"anna": [first]}, []), Seen()) is not None
    assert judge(before, call, Model({"anna": [whole]}, []), Seen()) is not None
    assert judge(before, call, Model({"anna": [first, whole]}, []), Seen()) is None
    assert judge(before, call, before, Seen()) is None
