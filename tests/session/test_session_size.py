"""A thousand pictures, previews without end, and files that come while it goes on."""

from __future__ import annotations

import time
import tracemalloc
from concurrent.futures import Future
from pathlib import Path

import pytest

from batch_parts import picture
from passerby.errors import VerificationFailed
from passerby.model.options import Options
from passerby.session import Add, Kind, Session
from passerby.session import previews as previews_module
from passerby.session import session as session_module
from passerby.session.previewing import Made
from passerby.session.previews import Previews
from session_parts import OTHER, face, named, ready, reopen, say_found

MOST = 30_000_000
"""Bytes of Python's that a session of a thousand pictures with three faces each may take."""


def test_a_thousand_pictures_take_little_memory(tmp_path: Path) -> None:
    folder, data = tmp_path / "in", picture(1)
    folder.mkdir()
    for number in range(1000):
        (folder / f"IMG_{number:04}.png").write_bytes(data + b"%04d" % number)
    say_found(folder, tmp_path / "out", None, *(face(f"t{n}") for n in range(3)))
    tracemalloc.start()
    with reopen(tmp_path) as session:
        pictures = session.pictures()
        assert len(pictures) == 1000
        one = pictures[0]
        for _ in range(20):
            one = session.change(one.id, one.version, [Add(region=OTHER)])
        for _ in range(20):
            one = session.undo(one.id, one.version)
        assert len(session.decisions_document()["files"]) == 1000
        taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken < MOST


def test_only_the_latest_previews_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews_module, "KEPT", 1000)
    previews = Previews(Options())
    for version in range(9):
        made: Future[Made] = Future()
        made.set_result(Made(data=bytes(400)))
        output: Future[bytes] = Future()
        previews._made(("0" * 64, version), made, output)
        assert output.result(0) == bytes(400)
    assert [version for _, version in previews._kept] == [7, 8]
    failed: Future[Made] = Future()
    failed.set_result(Made())
    output = Future()
    previews._made(("0" * 64, 9), failed, output)
    with pytest.raises(VerificationFailed):
        output.result(0)
    previews.close()


def test_a_preview_that_nobody_waits_for_any_more_is_forgotten(tmp_path: Path) -> None:
    with ready(tmp_path, 1) as session:
        name = named(session, "p000.png")
        futures = [session.preview_soon(name, 1)]
        assert session.preview_soon(name, 1) is futures[0]
        for version in range(1, 5):
            session.change(name, version, [Add(region=OTHER)])
            futures.append(session.preview_soon(name, version + 1))
        assert len(futures[-1].result(60)) > 0
        assert all(future.done() for future in futures)
        assert any(future.cancelled() for future in futures[1:-1])
        # It is kept: nothing is made again.
        assert session.preview_soon(name, 5).done()


def test_files_that_come_and_change_are_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "WATCH", 0.05)
    ready(tmp_path, 1).close()
    listed = []
    with Session.open(tmp_path / "in", tmp_path / "out", Options()) as session:
        session.listen(lambda notice: listed.append(notice.kind))
        (tmp_path / "in" / "new.png").write_bytes(picture(40))
        end = time.monotonic() + 30
        while Kind.LISTED not in listed and time.monotonic() < end:
            time.sleep(0.02)
        assert {p.name for p in session.pictures()} == {"p000.png", "new.png"}
