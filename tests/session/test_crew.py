"""Worker processes that are asked while they work."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from crew_parts import Bench, Errand
from passerby.batch.local import Inbox
from passerby.session.crew import Crew


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew[Errand, str]]:
    crew = Crew(Bench(tmp_path / "log"), 1, "test", linger=0.5)
    yield crew
    crew.close()


def begun(tmp_path: Path, name: str) -> None:
    end = time.monotonic() + 60
    while not (tmp_path / "log").exists() or name not in (tmp_path / "log").read_text():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_what_is_urgent_goes_first_and_what_is_forgotten_is_not_done(
    tmp_path: Path, crew: Crew[Errand, str]
) -> None:
    gate = tmp_path / "gate"
    futures = {name: crew.ask(Errand(name, gate if name == "a" else None)) for name in "abcde"}
    begun(tmp_path, "a")
    futures["f"] = crew.ask(Errand("f"), first=True)
    crew.hurry(futures["d"])
    crew.cancel(futures["c"])
    crew.cancel(futures["a"])
    crew.hurry(futures["a"])
    gate.touch()
    assert [futures[n].result(60) for n in "abdef"] == [f"{n} done" for n in "abdef"]
    assert futures["c"].cancelled()
    assert (tmp_path / "log").read_text().split() == ["a", "d", "f", "b", "e"]


def test_a_task_that_ends_its_process_is_lost_alone(
    tmp_path: Path, crew: Crew[Errand, str]
) -> None:
    futures = [crew.ask(Errand(n, deadly=n == "b")) for n in "abc"]
    assert [future.result(60) for future in futures] == ["a done", "b lost", "c done"]


def test_it_starts_again_after_it_was_idle(tmp_path: Path, crew: Crew[Errand, str]) -> None:
    assert crew.ask(Errand("a")).result(60) == "a done"
    time.sleep(1.2)
    assert crew.ask(Errand("b")).result(60) == "b done"


def test_closing_ends_what_is_in_hand(tmp_path: Path) -> None:
    crew = Crew(Bench(tmp_path / "log"), 1, "test", linger=60)
    stuck, waiting = crew.ask(Errand("a", tmp_path / "never")), crew.ask(Errand("b"))
    begun(tmp_path, "a")
    start = time.monotonic()
    crew.close()
    assert time.monotonic() - start < 15
    for future in (stuck, waiting, crew.ask(Errand("c"))):
        with pytest.raises(CancelledError):
            future.result(1)


def test_an_inbox_gives_each_task_its_place() -> None:
    inbox: Inbox[str] = Inbox(["a", "b"])
    assert inbox.put("c", first=True) == 2
    assert inbox.put("d") == 3
    assert inbox.drop(1) == "b"
    assert inbox.drop(1) is None
    assert [inbox.take(), inbox.take()] == [(2, "c"), (0, "a")]
    inbox.give_back(0, "a")
    inbox.stop()
    assert inbox.take() is None
    assert len(inbox) == 2
    assert not inbox.wait_for_task()
