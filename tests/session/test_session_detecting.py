"""Looking for faces in the background: what comes of the detectors' answers, and a whole review
with the real ones."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

import people
from batch_parts import picture, quick_ports, restless_ports
from passerby.find import open_finder
from passerby.media import Media
from passerby.model.finding import FinderId, Sighting
from passerby.model.geometry import Box
from passerby.model.media import Field
from passerby.model.options import Effort, Limits, Options
from passerby.ports import Judge, Judged, Ports, Rgb
from passerby.session import Choice, Decide, Origin, State
from passerby.session import detecting as module
from passerby.session.detecting import Detector, Looked, Lookout, Wanted
from session_parts import named, reopen, settled, sha256_of


def looked(
    base: Path,
    monkeypatch: pytest.MonkeyPatch,
    ports: Ports,
    options: Options | None = None,
    data: bytes | None = None,
) -> Looked:
    path = base / "a.png"
    path.write_bytes(data or picture(3))
    monkeypatch.setattr(module, "build_ports", lambda *_: ports)
    detector = Detector(lookout=Lookout(options=options or Options()))
    return detector.work(Wanted(source=path, sha256=sha256_of(path)))


class Unsure:
    """A detector that is sure of one face and not of others."""

    sure = Sighting(box=Box(20, 12, 44, 44), score=0.8, finder="unsure")
    doubtful = (
        Sighting(box=Box(24, 16, 40, 40), score=0.45, finder="unsure"),
        Sighting(box=Box(2, 2, 10, 12), score=0.35, finder="unsure"),
        Sighting(box=Box(50, 40, 60, 52), score=0.4, finder="unsure"),
        Sighting(box=Box(51, 40, 61, 52), score=0.3, finder="unsure"),
    )

    @property
    def identity(self) -> FinderId:
        return FinderId(name="unsure", version="1", sha256="0" * 64)

    def find(self, view: Rgb) -> tuple[Sighting, ...]:
        return self.judge(view).sure

    def judge(self, view: Rgb) -> Judged:
        return Judged(sure=(self.sure,), doubtful=self.doubtful)


def unsure_ports() -> Ports:
    ports = quick_ports()
    return Ports(
        source=ports.source,
        sink=ports.sink,
        finder=Unsure(),
        second=ports.second,
        clock=ports.clock,
    )


def test_what_was_found_is_hidden_and_suggestions_lie_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    detection = looked(tmp_path, monkeypatch, unsure_ports()).detection
    assert detection is not None
    found, *suggested = detection.faces
    assert (found.origin, found.action, found.score) == (Origin.FOUND, Choice.HIDE, 0.8)
    assert [f.score for f in suggested] == [0.4, 0.35]
    assert {(f.origin, f.action) for f in suggested} == {(Origin.SUGGESTED, Choice.ASK)}
    assert detection.size == (64, 56)


def test_suggestions_below_the_least_size_are_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    detection = looked(tmp_path, monkeypatch, unsure_ports(), Options(min_face=12)).detection
    assert detection is not None
    assert [f.score for f in detection.faces if f.origin is Origin.SUGGESTED] == [0.4]


def test_a_face_that_the_policy_keeps_has_its_ground(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    detection = looked(tmp_path, monkeypatch, quick_ports(), Options(min_face=40)).detection
    assert detection is not None
    (kept,) = detection.faces
    assert (kept.action, kept.by) == (Choice.KEEP, None)
    assert kept.reason == "face lower than 40 pixels"


def test_what_could_not_be_settled_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    detection = looked(tmp_path, monkeypatch, restless_ports()).detection
    assert detection is not None
    asked = [face for face in detection.faces if face.action is Choice.ASK]
    assert asked
    assert all(face.open and face.origin is Origin.SECOND_LOOK for face in asked)
    names = [face.id for face in detection.faces]
    assert len(set(names)) == len(names)


def test_faces_of_an_animation_have_a_place_in_each_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.BytesIO()
    images = [Image.open(io.BytesIO(picture(n))).convert("RGB") for n in range(3)]
    images[0].save(stream, "GIF", save_all=True, append_images=images[1:], duration=100)
    detection = looked(tmp_path, monkeypatch, unsure_ports(), data=stream.getvalue()).detection
    assert detection is not None
    (one,) = detection.faces
    assert [place.frame for place in one.places] == [0, 1, 2]
    assert detection.frames == 3


def test_what_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = looked(tmp_path, monkeypatch, quick_ports(), data=picture(1)[:80])
    assert told.detection is None
    assert told.failure is not None
    assert told.failure.code == "input.corrupt"
    (tmp_path / "a.png").write_bytes(picture(1))
    detector = Detector(lookout=Lookout(options=Options()))
    changed = detector.work(Wanted(source=tmp_path / "a.png", sha256="0" * 64))
    assert changed.failure is not None
    assert changed.failure.code == "input.changed"


@pytest.mark.parametrize("make", [lambda: people.crowd(500, 360, 6, 48), people.portrait])
def test_what_a_detector_judges_sure_is_what_it_finds(make: Callable[[], Rgb]) -> None:
    finder = open_finder("centerface", effort=Effort.DEFAULT, second=False, threads=2)
    view = make()
    assert isinstance(finder, Judge)
    judged = finder.judge(view)
    assert judged.sure == finder.find(view)
    assert judged.sure
    for sighting in judged.doubtful:
        assert 0.25 < sighting.score <= 0.5


def test_what_the_first_look_misses_comes_back_as_a_suggestion() -> None:
    finder = open_finder("centerface", effort=Effort.DEFAULT, second=False, threads=2)
    assert isinstance(finder, Judge)
    crowd, faces = people.crowd_and_faces(900, 600, 30, 10)
    judged = finder.judge(crowd)
    missed = [box for box in faces if not among(box, judged.sure)]
    back = [box for box in missed if among(box, judged.doubtful)]
    elsewhere = len(judged.doubtful) - len(back)
    assert len(missed) >= 10
    assert len(back) >= len(missed) // 2
    assert elsewhere <= 3


def among(face: Box, seen: tuple[Sighting, ...]) -> bool:
    return any(one.box.intersection(face) > 0.4 * face.area for one in seen)


def with_caption(rgb: Rgb) -> bytes:
    exif, stream = Image.Exif(), io.BytesIO()
    exif[0x010E], exif[0x8298] = "Jane Doe at the march", "Ada Example"
    Image.fromarray(rgb).save(stream, "JPEG", exif=exif, quality=92)
    return stream.getvalue()


def test_a_review_from_the_first_look_to_the_copies(tmp_path: Path) -> None:
    crowd, faces = people.crowd_and_faces(480, 360, 5, 56)
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "in" / "crowd.jpg").write_bytes(with_caption(crowd))
    (tmp_path / "in" / "sub" / "nobody.png").write_bytes(people.encoded())
    (tmp_path / "in" / "broken.jpg").write_bytes(with_caption(crowd)[:900])
    with reopen(tmp_path) as session:
        settled(session)
        states = {p.name: p.state for p in session.pictures()}
        assert states == {
            "crowd.jpg": State.UNSEEN,
            "sub/nobody.png": State.UNSEEN,
            "broken.jpg": State.FAILED,
        }
        name = named(session, "crowd.jpg")
        one = session.picture(name)
        assert one.faces
        for box in faces:
            assert any(f.region.box.intersection(box) > 0.8 * box.area for f in one.faces)
        assert dict(session.offered_fields(name))[Field.COPYRIGHT] == "Ada Example"
        kept = max(one.faces, key=lambda f: f.region.box.intersection(faces[0]))
        keep = Decide(face=kept.id, action=Choice.KEEP, reason="speaker")
        one = session.change(name, one.version, [keep])
        preview = session.preview(name, one.version)
    # Nothing is detected again.
    with reopen(tmp_path) as session:
        assert session.picture(name) == one
        session.publish([name])
        assert (tmp_path / "out" / "crowd.jpg").read_bytes() == preview
        assert dict(session.offered_fields(name))[Field.CAPTION] == "Jane Doe at the march"
    after = Media().read(preview, Limits()).samples
    for number, box in enumerate(faces):
        middle = after[box.y0 + 15 : box.y1 - 15, box.x0 + 10 : box.x1 - 10]
        assert bool(middle.any()) == (number == 0)
    written = [path for path in (tmp_path / "out-report").rglob("*") if path.is_file()]
    assert {path.name for path in written} >= {"journal.jsonl", "lock", "index.html", "run.json"}
    for path in written:
        data = path.read_bytes()
        assert b"Jane Doe" not in data
        assert b"\xff\xd8\xff" not in data
    review = sorted(path.name for path in (tmp_path / "out-report" / "review").iterdir())
    assert review == ["journal.jsonl", "lock"]
