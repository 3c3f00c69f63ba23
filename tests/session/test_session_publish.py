"""What a session publishes is what the command line makes of its decisions, byte for byte."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from batch_parts import picture, quick_ports
from consent_parts import granted
from passerby.batch import worker
from passerby.batch.local import Inbox
from passerby.batch.permits import Consents
from passerby.batch.plan import Task
from passerby.batch.worker import Results, Settings
from passerby.consent.facts import Place, Scope
from passerby.consent.register import Register
from passerby.media import Media
from passerby.model.decision import Action
from passerby.model.geometry import Box, Region, Shape
from passerby.model.media import Field, Format
from passerby.model.options import Limits, Method, Options
from passerby.model.report import Outcome, Report
from passerby.report.json import load_reports
from passerby.session import (
    Add,
    Choice,
    Decide,
    KeepFields,
    OutputState,
    Session,
    State,
    publishing,
)
from passerby.store import KeyFile
from session_parts import OTHER, SEEN, named, ready, reopen, say_found, sighting


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Publish in this process, and see no face: what is done by decisions needs neither."""
    ports = quick_ports((), ())

    def one_by_one(inbox: Inbox[Task], shop: Settings, workers: int) -> Results:
        doer = shop.doer()
        while (taken := inbox.take()) is not None:
            yield taken[0], doer.work(taken[1])

    monkeypatch.setattr(publishing, "work_from", one_by_one)
    monkeypatch.setattr(worker, "build_ports", lambda options, threads: ports)


FORMS = {"a.jpg": "JPEG", "b.png": "PNG", "c.webp": "WEBP", "d.gif": "GIF"}


def scene(folder: Path) -> None:
    """Put a picture of each form into a folder, the JPEG with a credit and the GIF with two
    frames."""
    folder.mkdir()
    for number, (name, form) in enumerate(FORMS.items()):
        image = Image.open(io.BytesIO(picture(number, "png", (96, 80)))).convert("RGB")
        options: dict[str, object] = {}
        if form == "JPEG":
            exif = Image.Exif()
            exif[0x8298] = "Ada Example"
            options = {"exif": exif, "quality": 92}
        if form == "GIF":
            options = {"save_all": True, "append_images": [image.rotate(180)], "duration": 200}
        image.save(folder / name, form, **options)


def decide_all(session: Session) -> None:
    """Draw, keep with a ground, leave open, choose fields."""
    drawn = Region(box=Box(70, 50, 90, 75), shape=Shape.ELLIPSE)
    for listed in session.pictures():
        one = session.change(listed.id, listed.version, [Add(region=drawn), Add(region=OTHER)])
        one = session.change(one.id, one.version, [Decide(face="t1", action=Choice.ASK)])
        keep = Decide(face=one.faces[-1].id, action=Choice.KEEP, reason="a statue")
        session.change(one.id, one.version, [keep, KeepFields(fields=(Field.COPYRIGHT,))])


def previews_of(session: Session) -> dict[str, bytes]:
    return {p.name: session.preview(p.id, p.version) for p in session.pictures()}


def on_command_line(base: Path, out: str, *options: str) -> dict[str, bytes]:
    command = [sys.executable, "-m", "passerby", "redact", "in", "-o", out, "--workers", "1"]
    command += ["--decisions", "decisions.json", *options]
    done = subprocess.run(command, cwd=base, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return copies(base / out)


def copies(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize(
    ("options", "flags"),
    [
        (Options(), ()),
        (Options(method=Method.NOISE, to=Format.PNG), ("--to", "png")),
    ],
    ids=["solid", "noise-to-png"],
)
def test_the_command_line_makes_the_same_bytes(
    tmp_path: Path, options: Options, flags: tuple[str, ...]
) -> None:
    scene(tmp_path / "in")
    if flags:
        for name in ("b.png", "d.gif"):
            (tmp_path / "in" / name).unlink()
    count = len(list((tmp_path / "in").iterdir()))
    say_found(tmp_path / "in", tmp_path / "out", options)
    with reopen(tmp_path, options) as session:
        decide_all(session)
        run = session.publish()
        assert [r.outcome for r in run.files] == [Outcome.PUBLISHED] * count
        previews = {} if flags else previews_of(session)
        assert {p.state for p in session.pictures()} == {State.PUBLISHED}
        (tmp_path / "decisions.json").write_text(json.dumps(session.decisions_document()))
    made = copies(tmp_path / "out")
    assert len(made) == count
    assert on_command_line(tmp_path, "again", *flags) == made
    assert previews in ({}, made)
    first = next(data for name, data in made.items() if name.startswith("a."))
    assert (b"Ada Example" in first) == (options.to is None or b"<dc:rights>" in first)


@pytest.mark.usefixtures("quick")
def test_kept_faces_stay_and_all_others_are_gone(tmp_path: Path) -> None:
    scene(tmp_path / "in")
    say_found(tmp_path / "in", tmp_path / "out")
    with reopen(tmp_path) as session:
        decide_all(session)
        session.publish([named(session, "b.png")])
    media, limits = Media(), Limits()
    before = media.read((tmp_path / "in" / "b.png").read_bytes(), limits).samples
    after = media.read((tmp_path / "out" / "b.png").read_bytes(), limits).samples
    kept = OTHER.box
    assert np.array_equal(
        before[kept.y0 : kept.y1, kept.x0 : kept.x1], after[kept.y0 : kept.y1, kept.x0 : kept.x1]
    )
    assert not after[SEEN.y0 : SEEN.y1, SEEN.x0 : SEEN.x1].any()
    assert not after[58:68, 76:84].any()
    (report,) = load_reports(tmp_path / "out-report" / "files" / "b.png.json")
    assert [d.reason for d in report.decisions if d.action is Action.KEEP] == ["a statue"]
    assert "not decided, so hidden" in report.decisions[0].reason


class Noting:
    """A watcher that keeps what it is told, and may stop the work."""

    def __init__(self, session: Session | None = None) -> None:
        self.total = 0
        self.told: list[tuple[str, Report]] = []
        self._session = session

    def begun(self, total: int) -> None:
        self.total = total

    def done(self, picture: str, report: Report) -> None:
        self.told.append((picture, report))
        if self._session is not None:
            self._session.stop_publishing()


@pytest.mark.usefixtures("quick")
def test_it_tells_of_every_file_and_makes_the_usual_reports(tmp_path: Path) -> None:
    with ready(tmp_path, 3) as session:
        watcher = Noting()
        one = named(session, "p001.png")
        session.publish([one], watcher)
        assert watcher.total == 1
        assert [(name, r.outcome) for name, r in watcher.told] == [(one, Outcome.PUBLISHED)]
        session.publish([named(session, "p000.png")])
        page = session.places.page.read_text()
        assert page.count("data:image/jpeg") == 2
        assert [Path(r.item.path).name for r in load_reports(tmp_path / "out-report/run.json")] == [
            "p000.png",
            "p001.png",
        ]
        states = {p.name: p.output.state for p in session.pictures()}
    assert states == {
        "p000.png": OutputState.PUBLISHED,
        "p001.png": OutputState.PUBLISHED,
        "p002.png": OutputState.NONE,
    }
    with reopen(tmp_path) as session:
        assert {p.name: p.output.state for p in session.pictures()} == states
        session.publish([named(session, "p002.png")])
        assert session.places.page.read_text().count("data:image/jpeg") == 3


def test_what_is_still_found_in_a_copy_is_told(
    tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = sighting(Box(50, 40, 60, 52))
    ports = quick_ports((), (elsewhere,))
    monkeypatch.setattr(worker, "build_ports", lambda options, threads: ports)
    with ready(tmp_path, 1) as session:
        name = named(session, "p000.png")
        session.publish()
        assert "1 face is still found" in str(session.picture(name).notice)
        added = Add(region=Region(box=Box(46, 36, 64, 56), shape=Shape.BOX))
        assert session.change(name, 1, [added]).notice is None
        session.publish()
        assert session.picture(name).notice is None


@pytest.mark.usefixtures("quick")
def test_a_change_makes_the_output_stale_and_it_is_replaced(tmp_path: Path) -> None:
    with ready(tmp_path, 1) as session:
        name = named(session, "p000.png")
        session.publish()
        first = copies(tmp_path / "out")
        changed = session.change(name, 1, [Add(region=OTHER)])
        assert (changed.state, changed.output.state) == (State.DECIDED, OutputState.STALE)
        assert session.publish().files[0].outcome is Outcome.PUBLISHED
        assert copies(tmp_path / "out") != first
        again = session.publish()
        assert again.files[0].outcome is Outcome.SKIPPED
        (tmp_path / "out" / "p000.png").unlink()
        assert session.picture(name).output.state is OutputState.NONE


@pytest.mark.usefixtures("quick")
def test_stopping_finishes_what_is_in_hand(tmp_path: Path) -> None:
    with ready(tmp_path, 6) as session:
        watcher = Noting(session)
        run = session.publish(watcher=watcher)
        assert run.interrupted
        assert len(watcher.told) == 1
        done = {name for name, _ in watcher.told}
        assert {p.id for p in session.pictures() if p.state is State.PUBLISHED} == done
        assert len(copies(tmp_path / "out")) == len(done)
        assert not session.publish().interrupted
        assert len(copies(tmp_path / "out")) == 6


@pytest.mark.usefixtures("quick")
def test_nothing_is_published_from_decisions_on_a_file_that_was_changed(tmp_path: Path) -> None:
    with ready(tmp_path, 2) as session:
        name = named(session, "p000.png")
        session.change(name, 1, [Decide(face="t1", action=Choice.KEEP, reason="speaker")])
        (tmp_path / "in" / "p000.png").write_bytes(picture(88))
        watcher = Noting()
        session.publish([name, named(session, "p001.png")], watcher)
        told = dict(watcher.told)
        failure = told[name].failure
        assert failure is not None
        assert failure.code == "input.changed"
        assert sorted(copies(tmp_path / "out")) == ["p001.png"]


@pytest.mark.usefixtures("quick")
def test_nobody_publishes_what_was_not_looked_at(tmp_path: Path) -> None:
    with ready(tmp_path, 1) as session:
        (tmp_path / "in" / "new.png").write_bytes(picture(50))
        (new,) = session.refresh()
        watcher = Noting()
        session._scouts.close()
        session.publish([new], watcher)
        failure = watcher.told[0][1].failure
        assert failure is not None
        assert "nobody has looked" in failure.message
        assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("quick")
def test_a_foreign_file_in_the_place_of_a_copy_is_left(tmp_path: Path) -> None:
    with ready(tmp_path, 1) as session:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "p000.png").write_bytes(b"mine")
        run = session.publish()
        assert run.files[0].failure is not None
        assert run.files[0].failure.code == "output.exists"
        assert session.pictures()[0].state is State.FAILED
        assert (tmp_path / "out" / "p000.png").read_bytes() == b"mine"
        name = session.pictures()[0].id
        assert session.see(name).state is State.FAILED
        assert session.change(name, 1, [Add(region=OTHER)]).state is State.DECIDED
        (tmp_path / "out" / "p000.png").unlink()
        session.publish()
        assert session.pictures()[0].state is State.PUBLISHED


@pytest.mark.usefixtures("quick")
def test_a_copy_that_was_published_just_before_the_end_is_found(tmp_path: Path) -> None:
    with ready(tmp_path, 1) as session:
        name = named(session, "p000.png")
        session.change(name, 1, [Add(region=OTHER)])
        session.publish()
        published = session.picture(name)
    journal = tmp_path / "out-report" / "review" / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    assert b'"kind":"published"' in lines[-1]
    journal.write_bytes(b"".join(lines[:-1]))
    with reopen(tmp_path) as session:
        assert session.picture(name) == published


def test_one_publishes_at_a_time_and_closing_waits_for_it(tmp_path: Path) -> None:
    session = ready(tmp_path, 4)
    begun, runs = threading.Event(), []

    class Waiting(Noting):
        def begun(self, total: int) -> None:
            begun.set()

    thread = threading.Thread(target=lambda: runs.append(session.publish(watcher=Waiting())))
    thread.start()
    assert begun.wait(30)
    assert session.publishing
    session.close()
    thread.join(30)
    assert len(runs) == 1
    assert not list((tmp_path / "out").glob(".*")) if (tmp_path / "out").exists() else True
    with reopen(tmp_path) as again:
        fresh = sum(p.state is State.PUBLISHED for p in again.pictures())
        assert fresh == sum(r.outcome is Outcome.PUBLISHED for r in runs[0].files)


@pytest.mark.usefixtures("quick")
def test_a_face_stays_by_a_consent_only_where_the_register_allows_it(tmp_path: Path) -> None:
    key = KeyFile.create(tmp_path / "register.key")
    register = Register.create(tmp_path / "consents", key)[0]
    consent = register.add(granted(Scope(events=("march",)))).id
    with ready(tmp_path, 2) as session:
        name, other = named(session, "p000.png"), named(session, "p001.png")
        session.change(name, 1, [Decide(face="t1", action=Choice.KEEP, consent=consent)])

        def publish(open_one: Consents | None) -> str | None:
            watcher = Noting()
            session.publish([name, other], watcher, open_one)
            told = dict(watcher.told)
            assert told[other].failure is None
            failure = told[name].failure
            return None if failure is None else failure.message

        assert "no register is open" in str(publish(None))
        elsewhere = Consents(register=register, place=Place(event="a wedding"))
        assert publish(elsewhere) is not None
        assert not (tmp_path / "out" / "p000.png").exists()
        assert session.picture(name).state is State.FAILED
        there = Consents(register=register, place=Place(event="march"))
        assert publish(there) is None
        (relying,) = register.consent(consent).files
        published = session.picture(name).output
        assert relying.use.output_sha256 == published.sha256
        register.withdraw(consent)
        assert "withdrawn" in str(publish(there))
        # A copy that is up to date is not told as failed when others are published.
        watcher = Noting()
        assert session.publish([other], watcher, there).exit == 0
        hidden = session.change(name, 2, [Decide(face="t1", action=Choice.HIDE)])
        assert publish(there) is None
        assert session.picture(name).output.state is OutputState.PUBLISHED
        assert hidden.faces[0].consent is None
    register.close()
