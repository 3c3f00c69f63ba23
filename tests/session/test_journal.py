"""The journal: what was confirmed is there, what was not is gone, and damage is refused."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from passerby.errors import OutputUnwritable, StoreBusy, StoreDamaged
from passerby.session.journal import Journal, Lock


def event(number: int) -> dict[str, Any]:
    return {"kind": "test", "number": number, "text": "é\u2028\udcff\n"}


def written(path: Path, count: int = 5) -> list[dict[str, Any]]:
    journal = Journal(path)
    events = [event(number) for number in range(count)]
    for one in events:
        journal.append_all([one])
    journal.close()
    return events


def read(path: Path) -> list[Any]:
    journal = Journal(path)
    journal.close()
    return journal.events


def test_what_was_written_is_read_again_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    events = written(path)
    assert read(path) == events
    assert path.read_bytes().count(b"\n") == len(events)


def test_a_torn_tail_is_dropped_wherever_it_was_cut(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    events = written(path, 3)
    whole = path.read_bytes()
    last = whole[:-1].rfind(b"\n") + 1
    for end in range(last, len(whole)):
        path.write_bytes(whole[:end])
        journal = Journal(path)
        assert journal.events == events[:2]
        assert journal.torn == end - last
        journal.append_all([event(7)])
        journal.close()
        assert read(path) == [*events[:2], event(7)]


def test_blocks_that_never_reached_the_disk_are_a_torn_tail(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    events = written(path, 3)
    whole = path.read_bytes()
    last = whole[:-1].rfind(b"\n") + 1
    path.write_bytes(whole[: last + 9] + b"\0" * 20 + whole[last + 29 :])
    assert read(path) == events[:2]


@pytest.mark.parametrize("line", [0, 1, 3])
def test_damage_in_the_middle_is_refused_and_nothing_is_lost(tmp_path: Path, line: int) -> None:
    path = tmp_path / "journal.jsonl"
    written(path)
    lines = path.read_bytes().splitlines(keepends=True)
    for at in range(0, len(lines[line]) - 1, 7):
        damaged = bytearray(lines[line])
        damaged[at] ^= 0x01
        if damaged[at] == ord("\n"):
            continue
        data = b"".join([*lines[:line], bytes(damaged), *lines[line + 1 :]])
        path.write_bytes(data)
        with pytest.raises(StoreDamaged, match=rf"line {line + 1} of .* is not what was written"):
            Journal(path)
        assert path.read_bytes() == data


def test_a_whole_last_line_that_was_changed_is_damage_too(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    written(path, 3)
    path.write_bytes(path.read_bytes().replace(b'"number":2', b'"number":3'))
    with pytest.raises(StoreDamaged, match="line 3"):
        Journal(path)


@pytest.mark.parametrize("order", [[0, 2, 1, 3], [0, 2, 3], [0, 1, 1, 2, 3], [1, 2, 3]])
def test_lines_that_are_gone_moved_or_doubled_are_found(tmp_path: Path, order: list[int]) -> None:
    path = tmp_path / "journal.jsonl"
    written(path, 4)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[number] for number in order))
    with pytest.raises(StoreDamaged, match="is not what was written"):
        Journal(path)


def full(*_: object) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("call", ["pwrite", "fsync"])
def test_what_could_not_be_written_is_not_confirmed_and_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / "journal.jsonl"
    events = written(path, 2)
    journal = Journal(path)
    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        with pytest.raises(OutputUnwritable):
            journal.append_all([event(8)])
    if call == "pwrite":
        journal.append_all([event(9)])
        journal.close()
        assert read(path) == [*events, event(9)]
    else:
        # It is not known what of it is on the disk: nothing is written behind it.
        with pytest.raises(OutputUnwritable, match="could not be written"):
            journal.append_all([event(9)])
        journal.close()
        assert read(path) == events


def test_half_a_write_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal.jsonl"
    events = written(path, 2)
    journal, real = Journal(path), os.pwrite

    def half(number: int, data: Any, at: int) -> int:
        if len(data) > 20:
            return real(number, data[:20], at)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", half)
        with pytest.raises(OutputUnwritable):
            journal.append_all([event(8)])
    journal.append_all([event(9)])
    journal.close()
    assert read(path) == [*events, event(9)]


def test_it_is_synced_before_it_is_confirmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal.jsonl"
    journal, real = Journal(path), os.fsync
    synced: list[bytes] = []

    def noted(number: int) -> None:
        real(number)
        synced.append(path.read_bytes())

    monkeypatch.setattr(os, "fsync", noted)
    journal.append_all([event(1)])
    journal.close()
    assert synced == [path.read_bytes()]


def test_a_closed_journal_writes_into_no_other_file(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.close()
    with (tmp_path / "other").open("wb"):
        with pytest.raises(OutputUnwritable, match="is closed"):
            journal.append_all([event(1)])
        journal.close()
    assert (tmp_path / "other").read_bytes() == b""


def test_a_second_process_is_told(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "review" / "lock")
    code = (
        "import sys; from pathlib import Path; from passerby.errors import StoreBusy\n"
        "from passerby.session.journal import Lock\n"
        "try:\n    Lock(Path(sys.argv[1]))\n"
        "except StoreBusy as error:\n    print(error.message)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "review" / "lock")]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "another review" in told.stdout
    lock.close()
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == ""


def test_a_second_session_of_this_process_is_told_as_well(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "review" / "lock")
    with pytest.raises(StoreBusy):
        Lock(tmp_path / "review" / "lock")
    lock.close()
