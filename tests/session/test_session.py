"""A session over a folder: what it shows, who may change what, and how it goes on."""

from __future__ import annotations

import hashlib
import shutil
import threading
from pathlib import Path

import pytest

from batch_parts import picture
from passerby.errors import InputChanged, InputError, StoreBusy, UsageError
from passerby.model.geometry import Box
from passerby.model.media import Field
from passerby.model.options import Effort, Limits, Method, Options
from passerby.session import (
    Add,
    Choice,
    Conflict,
    Decide,
    KeepFields,
    Kind,
    Notice,
    Origin,
    OutputState,
    Session,
    State,
)
from session_parts import OTHER, SEEN, face, named, ready, reopen, say_found


def test_a_new_session_shows_every_picture_and_nothing_is_decided(tmp_path: Path) -> None:
    with ready(tmp_path) as session:
        pictures = session.pictures()
        assert {p.name for p in pictures} == {"p000.png", "p001.png", "p002.png"}
        for one in pictures:
            assert (one.state, one.version, one.size) == (State.UNSEEN, 1, (64, 56))
            assert [(f.origin, f.action) for f in one.faces] == [(Origin.FOUND, Choice.HIDE)]
            assert one.output.state is OutputState.NONE
            assert (one.undo, one.redo, one.signoffs) == (0, 0, ())


def test_every_step_is_there_after_a_restart(tmp_path: Path) -> None:
    with ready(tmp_path) as session:
        name = named(session, "p001.png")
        one = session.change(name, 1, [Add(region=OTHER)], by="ada")
        one = session.change(
            name, one.version, [Decide(face="t1", action=Choice.KEEP, reason="speaker")], by="ada"
        )
        one = session.change(name, one.version, [KeepFields(fields=(Field.CREDIT,))], by="ada")
        one = session.undo(name, one.version)
        one = session.sign_off(name, one.version, by="eve")
        session.see(named(session, "p002.png"))
        before = {p.id: p for p in session.pictures()}
    with reopen(tmp_path) as session:
        after = {p.id: p for p in session.pictures()}
        assert after == before
        one = session.redo(name, one.version)
        assert one.keep_fields == (Field.CREDIT,)
        for _ in range(3):
            one = session.undo(name, one.version)
        assert (one.undo, one.redo, len(one.faces)) == (0, 3, 1)
        with pytest.raises(UsageError, match="nothing to undo"):
            session.undo(name, one.version)


def test_a_change_to_an_old_version_is_told_and_not_made(tmp_path: Path) -> None:
    with ready(tmp_path) as session:
        name = named(session, "p000.png")
        now = session.change(name, 1, [Add(region=OTHER)])
        for late in (
            lambda: session.change(name, 1, [Decide(face="t1", action=Choice.HIDE)]),
            lambda: session.undo(name, 1),
            lambda: session.redo(name, 3),
            lambda: session.sign_off(name, 1, by="eve"),
            lambda: session.copy_to_neighbours(name, 1, ["t1"]),
            lambda: session.preview(name, 1),
        ):
            with pytest.raises(Conflict) as told:
                late()
            assert told.value.current == now
        assert session.picture(name) == now


def test_of_many_at_once_each_version_is_changed_by_one(tmp_path: Path) -> None:
    with ready(tmp_path, 1) as session:
        name = named(session, "p000.png")
        done: list[int] = []

        def work() -> None:
            made = 0
            while made < 8:
                base = session.picture(name).version
                try:
                    done.append(session.change(name, base, [Add(region=OTHER)]).version)
                    made += 1
                except Conflict as conflict:
                    assert conflict.current.version > base

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        last = session.picture(name)
        assert len(last.faces) == 33
        assert last.version == 33
        assert sorted(done) == sorted(set(done)) or len(set(done)) <= 32


def test_seeing_changes_no_version_and_is_written_once(tmp_path: Path) -> None:
    with ready(tmp_path, 1) as session:
        name = named(session, "p000.png")
        seen = session.see(name)
        assert (seen.state, seen.version, seen.revision) == (State.DECIDED, 1, 2)
        assert session.see(name).revision == 2


def test_an_open_question_needs_a_look(tmp_path: Path) -> None:
    with ready(tmp_path, 1) as session:
        name = named(session, "p000.png")
        asked = session.change(name, 1, [Decide(face="t1", action=Choice.ASK)])
        assert (asked.state, asked.certainty) == (State.NEEDS_LOOK, 0.0)
        told = session.change(name, asked.version, [Decide(face="t1", action=Choice.HIDE)])
        assert (told.state, told.certainty) == (State.DECIDED, 1.0)


def test_the_least_certain_come_first(tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    scores = {"a.png": 0.9, "b.png": 0.55, "c.png": 0.7}
    for number, (name, score) in enumerate(scores.items()):
        (folder / name).write_bytes(picture(number))
        say_found(folder, out, None, face(score=score))
    (folder / "d.png").write_bytes(picture(9))
    suggestion = face("s1", SEEN, Origin.SUGGESTED, 0.49, Choice.ASK)
    say_found(folder, out, None, suggestion)
    with Session.open(folder, out, Options(), watch=False) as session:
        assert [p.name for p in session.pictures()] == ["d.png", "b.png", "c.png", "a.png"]
        assert session.pictures()[0].state is State.UNSEEN


def test_a_second_reviewer_is_somebody_else(tmp_path: Path) -> None:
    with ready(tmp_path, 1) as session:
        name = named(session, "p000.png")
        one = session.change(name, 1, [Add(region=OTHER)], by="ada")
        for nobody in ("ada", " ada ", ""):
            with pytest.raises(UsageError):
                session.sign_off(name, one.version, by=nobody)
        signed = session.sign_off(name, one.version, by="eve")
        assert [s.by for s in signed.signoffs] == ["eve"]
        assert signed.version == one.version
        assert session.change(name, one.version, [Add(region=OTHER)]).signoffs == ()


def test_ids_are_the_same_at_every_start_and_tell_nothing(tmp_path: Path) -> None:
    with ready(tmp_path / "one") as session:
        first = {p.id: p.name for p in session.pictures()}
    with reopen(tmp_path / "one") as session:
        assert {p.id: p.name for p in session.pictures()} == first
    with ready(tmp_path / "two") as session:
        assert not set(first) & {p.id for p in session.pictures()}
    for name in first.values():
        digest = hashlib.sha256((tmp_path / "one" / "in" / name).read_bytes()).hexdigest()
        assert not any(digest.startswith(one[:8]) or name in one for one in first)


def test_two_copies_of_one_file_have_the_same_decisions(tmp_path: Path) -> None:
    with ready(tmp_path, 1) as session:
        name = named(session, "p000.png")
        shutil.copy(tmp_path / "in" / "p000.png", tmp_path / "in" / "again.png")
        told: list[Notice] = []
        session.listen(told.append)
        (other,) = session.refresh()
        one = session.change(name, 1, [Add(region=OTHER)])
        assert session.picture(other).faces == one.faces
        with pytest.raises(Conflict):
            session.change(other, 1, [Add(region=OTHER)])
        changed = {n.picture for n in told if n.kind is Kind.PICTURE}
        assert changed == {name, other}
        assert len(session.decisions_document()["files"]) == 1


def test_a_renamed_file_keeps_its_decisions(tmp_path: Path) -> None:
    with ready(tmp_path, 2) as session:
        name = named(session, "p000.png")
        session.change(name, 1, [Add(region=OTHER)])
        (tmp_path / "in" / "p000.png").rename(tmp_path / "in" / "march.png")
        (new,) = session.refresh()
        assert new != name
        assert len(session.picture(new).faces) == 2
        with pytest.raises(UsageError, match="no such picture"):
            session.picture(name)


def test_a_changed_file_is_told_and_its_old_decisions_are_not_used(tmp_path: Path) -> None:
    with ready(tmp_path, 1) as session:
        path = tmp_path / "in" / "p000.png"
        name = named(session, "p000.png")
        before = path.read_bytes()
        session.change(name, 1, [Decide(face="t1", action=Choice.KEEP, reason="speaker")])
        path.write_bytes(picture(77))
        with pytest.raises(InputChanged):
            session.read(name)
        (new,) = session.refresh()
        fresh = session.picture(new)
        assert (fresh.faces, fresh.version) == ((), 0)
        assert "changed since decisions were made" in str(fresh.notice)
        path.write_bytes(before)
        session.refresh()
        assert session.picture(name).faces[0].action is Choice.KEEP
        assert session.picture(name).notice is None


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    with ready(tmp_path, 1) as session:
        (tmp_path / "secret.png").write_bytes(picture(5))
        (tmp_path / "in" / "link.png").symlink_to(tmp_path / "secret.png")
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere" / "deep.png").write_bytes(picture(6))
        (tmp_path / "in" / "folder").symlink_to(tmp_path / "elsewhere")
        for new in session.refresh():
            one = session.picture(new)
            assert one.state is State.FAILED
            assert "leads out of the folder" in str(one.problem and one.problem.message)
            with pytest.raises(InputError):
                session.read(new)
            with pytest.raises(InputError):
                session.change(new, 0, [Add(region=OTHER)])


def test_other_options_are_told_and_limits_are_none(tmp_path: Path) -> None:
    with ready(tmp_path, 1, Options(method=Method.NOISE)):
        pass
    for other in (Options(), Options(method=Method.NOISE, effort=Effort.FAST)):
        with pytest.raises(UsageError, match="begun with other options"):
            reopen(tmp_path, other)
    with pytest.raises(UsageError, match="method was noise and is now solid"):
        reopen(tmp_path, Options())
    reopen(tmp_path, Options(method=Method.NOISE, limits=Limits(pixels=10**6))).close()


def test_one_process_at_a_time(tmp_path: Path) -> None:
    with ready(tmp_path, 1) as session:
        with pytest.raises(StoreBusy):
            reopen(tmp_path)
        assert session.pictures()
    reopen(tmp_path).close()


@pytest.mark.parametrize("out", ["in", "in/sub/../", "file"])
def test_an_output_that_cannot_be_is_told_before_anything_is_written(
    tmp_path: Path, out: str
) -> None:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "file").touch()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UsageError):
        Session.open(tmp_path / "in", tmp_path / out, Options(), watch=False)
    with pytest.raises(UsageError):
        Session.open(tmp_path / "file", tmp_path / "out", Options(), watch=False)
    assert sorted(tmp_path.rglob("*")) == before


def test_an_empty_folder_waits_for_pictures(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with reopen(tmp_path) as session:
        assert session.pictures() == ()
        assert (tmp_path / "out-report" / "review").stat().st_mode & 0o077 == 0
        told: list[Notice] = []
        end = session.listen(told.append)
        (tmp_path / "in" / "a.png").write_bytes(picture(1))
        (new,) = session.refresh()
        assert session.picture(new).certainty is None
        with pytest.raises(InputError, match="nobody has looked"):
            session.preview(new, 0)
        assert Notice(kind=Kind.LISTED) in told
        end()
        assert session.refresh() == ()


def test_what_was_drawn_outside_of_a_picture_is_refused_before_it_is_looked_at(
    tmp_path: Path,
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.png").write_bytes(picture(1))
    with reopen(tmp_path) as session:
        name = named(session, "a.png")
        far = OTHER.__class__(box=Box(64, 0, 90, 20))
        with pytest.raises(UsageError, match="outside of the picture"):
            session.change(name, 0, [Add(region=far)])
