"""What both detectors promise, on real faces: the contract of `passerby.ports.Finder`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from passerby.errors import FinderError, ModelError, UsageError
from passerby.find import catalogue, open_finder
from passerby.find.look import Look
from passerby.model.finding import Sighting
from passerby.model.geometry import Box
from passerby.model.options import Effort
from passerby.ports import Finder
from people import Rgb, backdrop, crowd, face_box, face_in_head, head, paste, portrait

NAMES = ("centerface", "yunet")
Open = Callable[..., Finder]


def near(found: tuple[Sighting, ...], face: Box, least: float = 0.35) -> list[Sighting]:
    return [sighting for sighting in found if sighting.box.iou(face) > least]


@pytest.fixture(params=[(n, s) for n in NAMES for s in (False, True)], ids=str)
def finder(request: pytest.FixtureRequest, opened: Open) -> Finder:
    name, second = request.param
    found: Finder = opened(name, Effort.DEFAULT, second)
    return found


def test_a_portrait_has_one_face(finder: Finder) -> None:
    for name in ("collins", "hopper"):
        found = finder.find(portrait(name))
        assert len(near(found, face_box(name))) == 1
        assert all(0.5 <= sighting.score <= 1 for sighting in found)


def test_the_same_picture_gives_the_same_answer(finder: Finder) -> None:
    picture = crowd(900, 600, 30, 40)
    assert finder.find(picture) == finder.find(picture.copy())


def test_a_picture_without_faces_has_none(finder: Finder) -> None:
    assert finder.find(backdrop(640, 480)) == ()


@pytest.mark.parametrize("size", [(1, 1), (1, 20_000), (20_000, 1), (3, 9000), (31, 33), (2000, 3)])
def test_any_size_is_looked_at(finder: Finder, size: tuple[int, int]) -> None:
    assert isinstance(finder.find(backdrop(*size)), tuple)


@pytest.mark.parametrize("upright", [False, True])
def test_every_face_in_a_long_strip_is_found(finder: Finder, upright: bool) -> None:
    strip = backdrop(90, 16_000) if upright else backdrop(16_000, 90)
    part = head("collins", 44)
    faces = []
    for along in range(50, 15_900, 400):
        x, y = (4, along) if upright else (along, 4)
        paste(strip, part, x, y)
        faces.append(face_in_head("collins", 44, x, y))
    found = finder.find(strip)
    assert [face for face in faces if not near(found, face)] == []


def test_a_mirrored_picture_has_its_face_on_the_other_side(finder: Finder) -> None:
    picture = portrait()
    width, face = picture.shape[1], face_box()
    mirrored = Box(width - face.x1, face.y0, width - face.x0, face.y1)
    assert near(finder.find(np.ascontiguousarray(picture[:, ::-1])), mirrored)


def test_a_view_with_odd_strides_is_looked_at(finder: Finder) -> None:
    picture = portrait()
    assert finder.find(np.asfortranarray(picture)) == finder.find(picture)


def test_sightings_name_a_detector_of_the_catalogue(finder: Finder) -> None:
    known = {entry.name for entry in catalogue.entries()}
    assert {sighting.finder for sighting in finder.find(crowd(500, 400, 9, 60))} <= known
    assert finder.identity.name in known
    assert finder.identity.sha256 == catalogue.entry(finder.identity.name).sha256


def test_what_is_no_rgb_picture_is_refused(finder: Finder) -> None:
    for shape, kind in (((9, 9), np.uint8), ((9, 9, 4), np.uint8), ((9, 9, 3), np.uint16)):
        with pytest.raises(FinderError):
            finder.find(np.zeros(shape, kind))


def faces_at(picture: Rgb, part: Rgb, places: list[tuple[int, int]]) -> list[Box]:
    return [paste(picture, part, x, y) for x, y in places]


def hits(finder: Finder, picture: Rgb, placed: list[Box]) -> int:
    found = finder.find(picture)
    return sum(any(box.intersection(s.box) > 0.15 * box.area for s in found) for box in placed)


@pytest.mark.parametrize("height", [16, 24, 48, 96, 200])
def test_faces_of_all_heights_are_found(opened: Open, height: int) -> None:
    part = head("collins", height)
    canvas = backdrop(part.shape[1] * 3 + 40, part.shape[0] * 2 + 30)
    step_x, step_y = part.shape[1] + 10, part.shape[0] + 10
    places = [(10 + step_x * i, 10 + step_y * j) for i in range(3) for j in range(2)]
    placed = faces_at(canvas, part, places)
    assert hits(opened("centerface", Effort.DEFAULT, False), canvas, placed) == 6


def test_faces_at_edges_and_corners_are_found(opened: Open) -> None:
    part = head("collins", 60)
    high, wide = part.shape[:2]
    canvas = backdrop(700, 500)
    # A fifth of the head is outside the picture.
    left, top = -wide // 5, -high // 5
    right, bottom = 700 - wide + wide // 5, 500 - high + high // 5
    places = [(left, top), (300, top), (right, top), (left, 220), (right, 220)]
    places += [(left, bottom), (300, bottom), (right, bottom)]
    placed = faces_at(canvas, part, places)
    assert hits(opened("centerface", Effort.DEFAULT, False), canvas, placed) == len(placed)


@pytest.mark.parametrize("angle", [-30, -15, 15, 30])
def test_tilted_faces_are_found(opened: Open, angle: int) -> None:
    turned = Image.fromarray(portrait()).rotate(angle, Image.Resampling.BICUBIC)
    found = opened("centerface", Effort.DEFAULT, False).find(np.asarray(turned))
    x, y = 224 - 256, 126 - 256
    radians = np.deg2rad(angle)
    cx = 256 + x * np.cos(radians) + y * np.sin(radians)
    cy = 256 - x * np.sin(radians) + y * np.cos(radians)
    assert any(s.box.x0 < cx < s.box.x1 and s.box.y0 < cy < s.box.y1 for s in found)


def test_a_large_picture_has_the_large_face_whole_and_the_small_ones(opened: Open) -> None:
    """A face that is larger than a tile comes in one piece, and tiles see small faces too."""
    canvas = backdrop(6000, 4000)
    large = np.asarray(Image.fromarray(portrait()).resize((3600, 3600), Image.Resampling.BICUBIC))
    paste(canvas, large, 0, 200)
    scale = 3600 / 512
    box = face_box()
    face = Box.from_floats(
        box.x0 * scale, box.y0 * scale + 200, box.x1 * scale, box.y1 * scale + 200
    )
    part = head("hopper", 40)
    # The fourth lies across the border of two tiles.
    placed = faces_at(canvas, part, [(4000, 300), (5900, 50), (4700, 3900), (4480, 2000)])
    for name, second in (("centerface", False), ("yunet", True)):
        found = opened(name, Effort.DEFAULT, second).find(canvas)
        whole = near(found, face, 0.5)
        assert len(whole) == 1
        parts = [s for s in found if s not in whole and s.box.intersection(face) > 0]
        assert all(s.box.area < 0.02 * face.area for s in parts)
        for small in placed:
            assert any(small.intersection(s.box) > 0.1 * small.area for s in found)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(UsageError):
        open_finder("nobody", effort=Effort.FAST, second=False, threads=1)


def test_weights_that_are_not_there_are_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv(catalogue.FOLDER, str(tmp_path_factory.mktemp("none")))
    with pytest.raises(ModelError):
        open_finder("yunet-n", effort=Effort.FAST, second=False, threads=1)


def test_centerface_is_helped_in_the_first_look_only(opened: Open) -> None:
    for name, second, helped in (
        ("centerface", False, True),
        ("centerface", True, False),
        ("yunet", False, False),
    ):
        look = opened(name, Effort.DEFAULT, second)
        assert isinstance(look, Look)
        assert look.helped is helped


def test_small_turned_faces_in_a_large_picture_are_found(opened: Open) -> None:
    """The helper does not see them: the leader has to look without its hints."""
    picture = backdrop(6000, 4000, seed=1)
    part = np.ascontiguousarray(np.rot90(head("collins", 30)))
    places = [(300 + 1400 * x, 300 + 1200 * y) for x in range(4) for y in range(3)]
    heads = [paste(picture, part, x, y) for x, y in places]
    found = opened("centerface", Effort.DEFAULT, False).find(picture)
    inside = [any(s.box.intersection(box) > 0.5 * s.box.area for s in found) for box in heads]
    assert all(inside)
