"""Which pictures are of one burst, and what is copied among them: places, never likeness."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from batch_parts import picture
from passerby.errors import UsageError
from passerby.media.taken import taken_at
from passerby.model.geometry import Box, Region
from passerby.model.options import Options
from passerby.session import Add, Choice, Decide, Origin, Session, State
from session_parts import OTHER, SIZE, detection, face, named, reopen, say_found


def shot(seed: int, when: str | None, size: tuple[int, int] = SIZE) -> bytes:
    """Return a JPEG that says when it was taken."""
    image = Image.open(io.BytesIO(picture(seed, "png", size))).convert("RGB")
    exif, stream = Image.Exif(), io.BytesIO()
    if when is not None:
        exif.get_ifd(0x8769)[0x9003] = when
    image.save(stream, "JPEG", exif=exif, quality=90)
    return stream.getvalue()


def folder_of(base: Path, shots: dict[str, bytes]) -> None:
    for name, data in shots.items():
        path = base / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def bursts(session: Session) -> set[frozenset[str]]:
    names = {p.id: p.name for p in session.pictures()}
    return {
        frozenset(names[name] for name in (p.id, *p.neighbours))
        for p in session.pictures()
        if p.neighbours
    }


def test_the_time_of_taking_is_read_from_the_first_bytes() -> None:
    data = shot(1, "2026:05:01 12:30:45")
    when = taken_at(data)
    assert when is not None
    assert when.isoformat() == "2026-05-01T12:30:45"
    assert taken_at(shot(1, None)) is None
    assert taken_at(shot(1, "2026:13:01 12:30:45")) is None
    for end in range(0, 200, 7):
        assert taken_at(data[:end]) in (None, when)


def test_pictures_that_follow_each_other_in_seconds_are_of_one_burst(tmp_path: Path) -> None:
    times = {"c.jpg": "00", "z.jpg": "02", "a.jpg": "05", "late.jpg": "09"}
    shots = {
        name: shot(number, f"2026:05:01 12:00:{second}")
        for number, (name, second) in enumerate(times.items())
    }
    shots["wide.jpg"] = shot(9, "2026:05:01 12:00:02", (80, 56))
    shots["sub/b.jpg"] = shot(10, "2026:05:01 12:00:02")
    folder_of(tmp_path, shots)
    say_found(tmp_path / "in", tmp_path / "out")
    with reopen(tmp_path) as session:
        assert bursts(session) == {frozenset({"c.jpg", "z.jpg", "a.jpg"})}


def test_without_a_time_the_numbers_of_names_tell_and_a_day_is_no_burst(tmp_path: Path) -> None:
    shots = {f"IMG_{n:04}.jpg": shot(n, None) for n in (1, 2, 3, 7, 9)}
    shots |= {f"DSC_{n:04}.jpg": shot(20 + n, None) for n in range(1, 31)}
    shots["note.jpg"] = shot(60, None)
    folder_of(tmp_path, shots)
    say_found(tmp_path / "in", tmp_path / "out")
    with reopen(tmp_path) as session:
        found = bursts(session)
    assert frozenset({"IMG_0001.jpg", "IMG_0002.jpg", "IMG_0003.jpg"}) in found
    assert sorted(map(len, found)) == [3, 6, 12, 12]


def burst_of_three(base: Path) -> Session:
    folder_of(base, {f"IMG_{n}.jpg": shot(n, None) for n in (1, 2, 3)})
    say_found(base / "in", base / "out")
    return reopen(base)


def test_decisions_are_proposed_to_the_neighbours_and_confirmed_by_a_person(
    tmp_path: Path,
) -> None:
    with burst_of_three(tmp_path) as session:
        first, second = named(session, "IMG_1.jpg"), named(session, "IMG_2.jpg")
        one = session.change(first, 1, [Add(region=OTHER)])
        keep = Decide(face="t1", action=Choice.KEEP, consent="c-1")
        one = session.change(first, one.version, [keep])
        drawn = one.faces[-1].id
        changed = session.copy_to_neighbours(first, one.version, ["t1", drawn])
        assert {p.name for p in changed} == {"IMG_2.jpg", "IMG_3.jpg"}
        assert session.picture(first) == one
        there = session.picture(second)
        assert (there.state, there.version) == (State.NEEDS_LOOK, 2)
        found, copied = there.faces
        assert (found.id, found.action, found.consent) == ("t1", Choice.ASK, None)
        assert found.proposal is not None
        assert (found.proposal.action, found.proposal.consent) == (Choice.KEEP, "c-1")
        assert (copied.origin, copied.region) == (Origin.COPIED, OTHER)
        # Nothing stays visible that nobody has confirmed.
        entries = {entry["item"]["path"]: entry for entry in session.decisions_document()["files"]}
        actions = [d["action"] for d in entries["IMG_2.jpg"]["decisions"]]
        assert actions == ["redact", "redact"]
        agreed = Decide(face="t1", action=Choice.KEEP, consent="c-1")
        there = session.change(second, 2, [agreed])
        assert there.faces[0].proposal is None
        assert session.undo(second, there.version).faces[0].action is Choice.ASK


def test_what_a_person_decided_in_a_neighbour_stays(tmp_path: Path) -> None:
    with burst_of_three(tmp_path) as session:
        first, second = named(session, "IMG_1.jpg"), named(session, "IMG_2.jpg")
        session.change(second, 1, [Decide(face="t1", action=Choice.HIDE)])
        session.change(first, 1, [Decide(face="t1", action=Choice.KEEP, reason="speaker")])
        changed = session.copy_to_neighbours(first, 2, ["t1"])
        assert [p.name for p in changed] == ["IMG_3.jpg"]
        assert session.picture(second).faces[0].action is Choice.HIDE


def test_what_is_not_decided_is_not_copied(tmp_path: Path) -> None:
    with burst_of_three(tmp_path) as session:
        first = named(session, "IMG_1.jpg")
        one = session.change(first, 1, [Decide(face="t1", action=Choice.ASK)])
        with pytest.raises(UsageError, match="nothing is decided"):
            session.copy_to_neighbours(first, one.version, ["t1"])
        with pytest.raises(UsageError, match="not there"):
            session.copy_to_neighbours(first, one.version, ["t9"])
        assert session.copy_to_neighbours(first, one.version, []) == ()


def test_places_decide_and_not_what_a_face_looks_like(tmp_path: Path) -> None:
    """The same two detections in swapped places: the proposal goes to the place."""
    folder_of(tmp_path, {f"IMG_{n}.jpg": shot(n, None) for n in (1, 2)})
    left, right = Box(4, 10, 18, 28), Box(40, 10, 54, 28)
    for n, boxes in ((1, (left, right)), (2, (right, left))):
        base = tmp_path / f"only{n}"
        base.mkdir()
        (base / "a.jpg").write_bytes(shot(n, None))
        say_found(base, tmp_path / "out", None, face("t1", boxes[0]), face("t2", boxes[1]))
    with Session.open(tmp_path / "in", tmp_path / "out", Options(), watch=False) as session:
        first, second = named(session, "IMG_1.jpg"), named(session, "IMG_2.jpg")
        session.change(first, 1, [Decide(face="t1", action=Choice.KEEP, reason="speaker")])
        session.copy_to_neighbours(first, 2, ["t1"])
        asked = [f for f in session.picture(second).faces if f.action is Choice.ASK]
        assert [f.id for f in asked] == ["t2"]
        assert asked[0].region == Region(box=left.grow(0.3, 0.3, 0.3, 0.3))
    assert detection().size == SIZE
