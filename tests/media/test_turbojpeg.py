"""libjpeg-turbo's transform through ctypes, of both generations: every failure is an error, and
a library that is not the one that it should be is not loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

import coefficients
from media import jpegs
from media.pictures import MEDIA, astronaut
from media.surgeries import assert_carried, operated, planned
from passerby.checks.blocks import check_coefficients
from passerby.errors import CorruptInput
from passerby.media import turbojpeg, turbojpeg_library
from passerby.media.turbojpeg import Blocks, Coding, TurboJpeg, Turn
from passerby.media.turbojpeg_library import Loaded, Search
from passerby.model.geometry import Box


@pytest.fixture(params=["packed", "debian"])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> TurboJpeg:
    """Both generations of the library, each as the one that serves."""
    found = jpegs.packed() if request.param == "packed" else jpegs.debian()
    loaded = Loaded(turbojpeg=found, path=request.param, packed=False)
    monkeypatch.setattr(turbojpeg_library, "search", lambda: Search(loaded=loaded))
    return found


@pytest.mark.parametrize("sampling", jpegs.SAMPLINGS)
@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("orientation", [1, 6])
def test_both_generations(
    library: TurboJpeg, sampling: str, progressive: bool, orientation: int
) -> None:
    plain = jpegs.coded(astronaut(64, 96), 80, sampling, progressive=progressive)
    source = jpegs.oriented(plain, orientation)
    plan, data = operated(source, Box(10, 10, 30, 30))
    assert_carried(source, plan, data)
    assert check_coefficients(data, plan, MEDIA).passed


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("progressive", [False, True])
def test_truncated_data_is_an_error(library: TurboJpeg, cut: float, progressive: bool) -> None:
    data = jpegs.coded(astronaut(90, 83), 80, "420", progressive=progressive)
    short = data[: int(cut * len(data))]
    for damaged in (short, short + b"\xff\xd9"):
        with pytest.raises(CorruptInput, match="JPEG: "):
            library.rewrite(damaged, Turn.NONE, lambda *_: None, Coding.STANDARD)
        with pytest.raises(CorruptInput):
            library.visit(damaged, Turn.NONE, lambda *_: None)


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8", b"\xff\xd8\xff\xd9", b"not a picture", bytes(1000)]
)
def test_what_is_no_jpeg_is_an_error(library: TurboJpeg, data: bytes) -> None:
    with pytest.raises(CorruptInput):
        library.visit(data, Turn.NONE, lambda *_: None)


def test_lying_headers_are_errors(library: TurboJpeg) -> None:
    data = jpegs.coded(astronaut(90, 83), 80, "420")
    for width, height in ((4000, 3000), (83, 900), (65_000, 90)):
        with pytest.raises(CorruptInput):
            library.visit(jpegs.resized(data, width, height), Turn.NONE, lambda *_: None)


def test_a_turn_that_would_tear_blocks_is_an_error(library: TurboJpeg) -> None:
    data = jpegs.coded(astronaut(90, 83), 80, "420")
    with pytest.raises(CorruptInput, match="not perfect"):
        library.visit(data, Turn.FLIP_X, lambda *_: None)


@pytest.mark.parametrize("coding", list(Coding))
@pytest.mark.parametrize("value", [30_000, -30_000, 5000, -5000])
def test_coefficients_that_cannot_be_coded_are_an_error(
    library: TurboJpeg, coding: Coding, value: int
) -> None:
    def visit(component: int, row: int, blocks: Blocks) -> None:
        blocks[0, 5] = value

    data = jpegs.coded(astronaut(90, 83), 80, "420")
    with pytest.raises(CorruptInput, match="out of range"):
        library.rewrite(data, Turn.NONE, visit, coding)


def test_constants_that_no_picture_has_are_refused() -> None:
    """Differences of constants may add up to what a source can hold, and its copy cannot."""

    def visit(component: int, row: int, blocks: Blocks) -> None:
        blocks[:, 0] = 0
        blocks[1:4, 0] = 700, 1400, 700

    plain = jpegs.coded(astronaut(90, 83), 80, "444")
    # Without the look at the range that `rewrite` takes.
    source = jpegs.packed()._run(plain, Turn.NONE, visit, 64)
    assert coefficients.read(source).components[0].real[0, 2, 0] == 1400
    plan = planned(source)
    with pytest.raises(CorruptInput, match="out of range"):
        MEDIA.encode(plan, ())


@pytest.mark.parametrize("raised", [ZeroDivisionError, KeyboardInterrupt, MemoryError])
def test_what_a_visitor_raises_gets_out(library: TurboJpeg, raised: type[BaseException]) -> None:
    def visit(component: int, row: int, blocks: Blocks) -> None:
        if component == 1:
            raise raised("here")

    data = jpegs.coded(astronaut(90, 83), 80, "420")
    with pytest.raises(raised, match="here"):
        library.rewrite(data, Turn.NONE, visit, Coding.STANDARD)
    with pytest.raises(raised, match="here"):
        library.visit(data, Turn.NONE, visit)


@pytest.mark.parametrize("lost", [0, 3, 11])
def test_a_row_that_got_lost_is_noticed(
    library: TurboJpeg, lost: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a signal's exception comes before the row's call can catch it."""
    handed = turbojpeg._Call.on_row

    def on_row(call, address, row, plane, component, number, transform) -> int:
        if (component, row.y) == (0, 8 * lost):
            return 0
        return handed(call, address, row, plane, component, number, transform)

    monkeypatch.setattr(turbojpeg._Call, "on_row", on_row)
    data = jpegs.coded(astronaut(90, 83), 80, "420")
    assert coefficients.read(data).components[0].rows == 12
    with pytest.raises(RuntimeError, match="rows"):
        library.rewrite(data, Turn.NONE, lambda *_: None, Coding.STANDARD)


def test_a_damaged_library_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = next(iter(turbojpeg_library.PACKED))
    (tmp_path / name).write_bytes(b"\x7fELF, but not ours")
    monkeypatch.setattr(turbojpeg_library, "FOLDER", tmp_path)
    monkeypatch.setattr(turbojpeg_library, "find_library", lambda _: None)
    found = turbojpeg_library.search.__wrapped__()
    assert found.loaded is None
    assert "not the file that belongs there" in found.problems[0]


def test_a_library_without_the_transform_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turbojpeg_library, "FOLDER", tmp_path)
    for name in ("libc.so.6", str(tmp_path / "nothing.so")):
        monkeypatch.setattr(turbojpeg_library, "find_library", lambda _, name=name: name)
        found = turbojpeg_library.search.__wrapped__()
        assert found.loaded is None
        assert "cannot be used" in found.problems[0]


def test_the_system_library_serves_where_none_is_packed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jpegs.debian()
    monkeypatch.setattr(turbojpeg_library, "FOLDER", tmp_path)
    loaded = turbojpeg_library.search.__wrapped__().loaded
    assert loaded is not None
    assert not loaded.packed
