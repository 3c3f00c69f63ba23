"""Following faces through an animation: by where they are, never by what they look like."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.decide import decide
from passerby.masking import build_mask
from passerby.model.decision import Action
from passerby.model.finding import Sighting
from passerby.model.geometry import Box, Grid
from passerby.model.media import Canvas
from passerby.model.options import Options
from passerby.track import BRIDGED, LEAD, Face, faces_of, head_of

SIZE = (400, 300)
AT = datetime(2026, 1, 1, tzinfo=UTC)
Path = Callable[[int], tuple[float, float]]


def canvas(frames: int, *, in_time: bool = True) -> Canvas:
    return Canvas(sizes=(SIZE,) * frames, in_time=in_time)


def seen(frame: int, x: float, y: float, side: int = 30, score: float = 0.9) -> Sighting:
    box = Box.from_floats(x, y, x + side, y + side)
    return Sighting(box=box, score=score, finder="f", frame=frame)


def along(path: Path, frames: range, side: int = 30) -> list[Sighting]:
    return [seen(frame, *path(frame), side) for frame in frames]


def frames_of(face: Face) -> list[int]:
    return [moment.frame for moment in face]


def masks(sightings: list[Sighting], frames: int) -> list[np.ndarray]:
    decisions = decide(sightings, options=Options(), canvas=canvas(frames), at=AT)
    return [
        build_mask([d for d in decisions if d.speaks_of(frame)], SIZE, Grid())
        for frame in range(frames)
    ]


def hidden(mask: np.ndarray, box: Box) -> bool:
    """Whether the ellipse of a face is under the mask."""
    ys, xs = np.mgrid[box.y0 : box.y1, box.x0 : box.x1] + 0.5
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    inside = ((xs - x) / box.width * 2) ** 2 + ((ys - y) / box.height * 2) ** 2 < 1
    return bool(mask[box.y0 : box.y1, box.x0 : box.x1][inside].all())


def test_a_moving_face_is_one() -> None:
    (face,) = faces_of(along(lambda f: (10 + 5 * f, 20 + 2 * f), range(40)), canvas(40))
    assert frames_of(face) == list(range(40))
    assert all(len(moment.sightings) == 1 for moment in face)


@pytest.mark.parametrize("step", [5, 20, 35, 45])
def test_a_fast_face_is_one_also_where_heads_do_not_overlap(step: int) -> None:
    (face,) = faces_of(along(lambda f: (step * f, 100), range(7)), canvas(7))
    assert frames_of(face) == list(range(7))


def test_faces_that_cross_keep_their_ways() -> None:
    """One goes right, one goes left, and in the middle they are on the same place."""
    right, left = (lambda f: (20 + 12 * f, 100)), (lambda f: (320 - 12 * f, 104))
    both = along(right, range(26)) + along(left, range(26))
    first, second = faces_of(both, canvas(26))
    for face, way in ((first, right), (second, left)):
        for moment in face:
            x, _ = way(moment.frame)
            middle = (moment.head.x0 + moment.head.x1) / 2
            # Where they meet, they are one sighting.
            assert abs(middle - x - 15) < 30, moment.frame


@pytest.mark.parametrize("gap", range(1, BRIDGED))
def test_a_detector_that_blinks(gap: int) -> None:
    """In the frames between, the face is hidden wherever it may be: also if it stood still first
    and moved later, or the other way round."""
    path: Path = lambda f: (40 + 4 * f, 60 + 3 * f)  # noqa: E731
    last, back = 8, 8 + gap + 1
    sightings = along(path, range(last + 1)) + along(path, range(back, 30))
    assert len(faces_of(sightings, canvas(30))) == 1
    drawn = masks(sightings, 30)
    for frame in range(30):
        assert hidden(drawn[frame], seen(frame, *path(frame)).box), frame
    for frame in range(last + 1, back):
        assert hidden(drawn[frame], seen(frame, *path(last)).box), frame
        assert hidden(drawn[frame], seen(frame, *path(back)).box), frame


def test_a_face_that_is_gone_for_long_is_another() -> None:
    here: Path = lambda f: (100, 100)  # noqa: E731
    sightings = along(here, range(4)) + along(here, range(4 + BRIDGED, 30))
    first, second = faces_of(sightings, canvas(30))
    assert frames_of(first) == [0, 1, 2, 3, *range(4, 4 + LEAD)]
    assert frames_of(second) == list(range(4 + BRIDGED - LEAD, 30))


def test_a_face_is_hidden_before_and_after_it_is_seen() -> None:
    """By as many frames as a detector takes to be sure, along its way."""
    path: Path = lambda f: (10 + 9 * f, 100)  # noqa: E731
    drawn = masks(along(path, range(10, 20)), 30)
    for frame in range(10 - LEAD, 20 + LEAD):
        assert hidden(drawn[frame], seen(frame, *path(frame)).box), frame
        assert hidden(drawn[frame], seen(frame, *path(min(max(frame, 10), 19))).box), frame
    assert not drawn[10 - LEAD - 1].any()
    assert not drawn[20 + LEAD].any()


def test_one_sighting_alone() -> None:
    (face,) = faces_of([seen(5, 100, 100)], canvas(20))
    assert frames_of(face) == [3, 4, 5, 6, 7]
    assert {moment.head for moment in face} == {head_of(seen(5, 100, 100).box)}


@pytest.mark.parametrize("frame", [0, 1, 18, 19])
def test_the_ends_of_the_animation(frame: int) -> None:
    (face,) = faces_of([seen(frame, 100, 100)], canvas(20))
    assert frames_of(face) == list(range(max(0, frame - LEAD), min(20, frame + LEAD + 1)))


def test_faces_far_apart_are_never_linked() -> None:
    sightings = [seen(0, 10, 10), seen(1, 300, 200), seen(2, 10, 10), seen(3, 300, 200)]
    faces = faces_of(sightings, canvas(4))
    assert [[m.frame for m in face if m.sightings] for face in faces] == [[0, 2], [1, 3]]


def test_a_face_of_quite_another_size_is_another() -> None:
    sightings = [seen(0, 100, 100, side=20), seen(1, 130, 100, side=60)]
    assert len(faces_of(sightings, canvas(2))) == 2


def test_a_growing_face_is_one() -> None:
    sightings = [seen(f, 150 - 2 * f, 100 - f, side=20 + 3 * f) for f in range(25)]
    assert len(faces_of(sightings, canvas(25))) == 1


def test_pages_are_never_linked() -> None:
    sightings = [seen(page, 100, 100) for page in range(4)]
    faces = faces_of(sightings, canvas(4, in_time=False))
    assert [frames_of(face) for face in faces] == [[0], [1], [2], [3]]


def test_a_small_face_that_comes_near_is_hidden_while_it_is_small() -> None:
    sightings = [seen(f, 100, 100, side=10 + 4 * f) for f in range(8)]
    options = Options(min_face=30)
    near = decide(sightings, options=options, canvas=canvas(8), at=AT)
    assert {d.action for d in near} == {Action.REDACT}
    far = decide(sightings[:4], options=options, canvas=canvas(8), at=AT)
    assert {d.action for d in far} == {Action.KEEP}


def wandering(seed: int, faces: int, frames: int) -> list[Sighting]:
    """Return faces that go round in circles of their own, each seen in two of three frames."""
    rng = np.random.default_rng(seed)
    sightings = []
    for _ in range(faces):
        x, y = rng.integers(0, SIZE[0]), rng.integers(0, SIZE[1])
        radius, turn = rng.integers(0, 40), rng.uniform(-0.3, 0.3)
        side = int(rng.integers(8, 60))
        for frame in range(frames):
            if rng.random() < 2 / 3:
                angle = turn * frame
                at = x + radius * math.cos(angle), y + radius * math.sin(angle)
                sightings.append(seen(frame, *at, side))
    return sightings


@given(st.integers(0, 2**32 - 1), st.integers(0, 12), st.integers(1, 20))
def test_every_sighting_is_in_one_face_and_hidden(seed: int, faces: int, frames: int) -> None:
    sightings = wandering(seed, faces, frames)
    found = faces_of(sightings, canvas(frames))
    told = [s for face in found for moment in face for s in moment.sightings]
    inside = [s for s in sightings if head_of(s.box).clip(*SIZE)]
    assert sorted(told, key=repr) == sorted(inside, key=repr)
    for face in found:
        numbers = frames_of(face)
        assert numbers == list(range(numbers[0], numbers[-1] + 1))
    drawn = masks(sightings, frames)
    for sighting in inside:
        box = sighting.box.clip(*SIZE)
        if box is not None:
            assert drawn[sighting.frame][box.y0 : box.y1, box.x0 : box.x1].all()


@given(st.integers(0, 2**32 - 1))
def test_the_order_of_sightings_does_not_matter(seed: int) -> None:
    sightings = wandering(seed, 6, 12)
    mixed = [sightings[i] for i in np.random.default_rng(seed).permutation(len(sightings))]
    assert faces_of(sightings, canvas(12)) == faces_of(mixed, canvas(12))
