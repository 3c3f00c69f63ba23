"""JPEG surgery: what is carried over is carried whole, and what is covered is gone.

Coefficients are read by `coefficients`, which shares no code with libjpeg or Passerby.
"""

from __future__ import annotations

import io
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import coefficients
from media import arithmetic, jpegs
from media.pictures import LIMITS, MEDIA, astronaut, noise, saved, segment, with_segment
from media.surgeries import (
    BLUE,
    as_written,
    assert_carried,
    assert_filled,
    is_upright,
    operated,
    planned,
    ycc,
)
from passerby.checks.blocks import check_coefficients
from passerby.errors import OutputError
from passerby.media import surgery, turbojpeg_library
from passerby.media.turbojpeg import Blocks, Coding, Turn
from passerby.media.turbojpeg_library import Search
from passerby.model.geometry import Box
from passerby.model.media import Mode, Orientation
from passerby.model.options import Limits, Method, Options
from requirements import require


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    sampling=st.sampled_from(jpegs.SAMPLINGS),
    progressive=st.booleans(),
    quality=st.integers(50, 98),
    orientation=st.integers(1, 8),
    size=st.tuples(st.integers(9, 80), st.integers(9, 80)),
    corner=st.tuples(st.integers(-10, 70), st.integers(-10, 70)),
    side=st.integers(3, 60),
    method=st.sampled_from([Method.SOLID, Method.NOISE]),
    noisy=st.booleans(),
)
def test_every_layout(
    sampling: str,
    progressive: bool,
    quality: int,
    orientation: int,
    size: tuple[int, int],
    corner: tuple[int, int],
    side: int,
    method: Method,
    noisy: bool,
) -> None:
    pixels = noise(*size, 3, seed=quality) if noisy else astronaut(*size)
    plain = jpegs.coded(pixels, quality, sampling, progressive=progressive)
    source = jpegs.oriented(plain, orientation)
    box = Box(*corner, corner[0] + side, corner[1] + side)
    plan, data = operated(source, box, Options(method=method, color=BLUE))
    copy = assert_carried(source, plan, data)
    assert copy.sof == (0xC2 if progressive else 0xC0)
    mask = as_written(plan, copy)
    if method is Method.SOLID and mask.any():
        assert_filled(copy, mask, ycc(*BLUE))
    again = MEDIA.read_again(data, LIMITS)
    assert again.size == plan.size
    assert MEDIA.leftovers(data, plan.encoding, ()) == ()
    original = MEDIA.read(source, LIMITS).samples
    off = np.abs(again.samples.astype(int) - original)[~plan.masked]
    assert off.max(initial=0) <= (0 if again.orientation == plan.orientation else 4)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_grey(progressive: bool, orientation: int) -> None:
    plain = saved(astronaut(90, 83)[..., 0], "JPEG", quality=85, progressive=progressive)
    source = jpegs.oriented(plain, orientation)
    plan, data = operated(source)
    copy = assert_carried(source, plan, data)
    assert_filled(copy, as_written(plan, copy), (ycc(*BLUE)[0],))


@pytest.mark.parametrize("factors", [0x22, 0x21, 0x12])
def test_grey_with_sampling_factors_that_mean_nothing(factors: int) -> None:
    data = bytearray(saved(astronaut(90, 83)[..., 0], "JPEG", quality=85))
    data[data.index(b"\xff\xc0") + 11] = factors
    plan = planned(bytes(data))
    copy = MEDIA.encode(plan, ())
    assert_carried(bytes(data), plan, copy)
    assert MEDIA.blocks(copy, plan).changed == 0


def test_components_that_are_red_green_blue() -> None:
    source = saved(astronaut(90, 83), "JPEG", quality=90, keep_rgb=True)
    plan, data = operated(source)
    copy = assert_carried(source, plan, data)
    assert_filled(copy, as_written(plan, copy), BLUE)
    with Image.open(io.BytesIO(data)) as image:
        assert image.getpixel((50, 40)) == pytest.approx(BLUE, abs=3)


@pytest.mark.parametrize("kind", ["CMYK", "YCCK"])
def test_ink(kind: str) -> None:
    pixels = astronaut(90, 83)
    source = (
        jpegs.ycck(pixels, 90)
        if kind == "YCCK"
        else saved(Image.fromarray(pixels).convert("CMYK"), "JPEG", quality=90)
    )
    plan, data = operated(source)
    assert plan.notes == ()
    copy = assert_carried(source, plan, data)
    ink = (200, 123, 0, 55)
    levels = (*ycc(*ink[:3]), 200.0) if kind == "YCCK" else tuple(255.0 - part for part in ink)
    assert_filled(copy, as_written(plan, copy), levels)
    with Image.open(io.BytesIO(data)) as image:
        assert image.getpixel((50, 40)) == pytest.approx(ink, abs=6)
    again = MEDIA.read_again(data, LIMITS)
    assert (again.samples == MEDIA.read(source, LIMITS).samples)[~plan.masked].all()


@pytest.mark.parametrize("options", [{"restart_marker_rows": 1}, {"restart_marker_blocks": 3}])
@pytest.mark.parametrize("progressive", [False, True])
def test_restart_markers_are_read_and_dropped(options: dict[str, int], progressive: bool) -> None:
    source = saved(astronaut(90, 83), "JPEG", quality=80, progressive=progressive, **options)
    plan, data = operated(source)
    copy = assert_carried(source, plan, data)
    assert copy.restart == 0


@pytest.mark.parametrize("source", [arithmetic.SEQUENTIAL, arithmetic.PROGRESSIVE])
def test_arithmetic_coding_is_written_as_huffman_coding(source: bytes) -> None:
    plan, data = operated(source, Box(20, 10, 40, 30))
    assert coefficients.read(data).sof in (0xC0, 0xC2)
    again = MEDIA.read_again(data, LIMITS)
    assert (again.samples == MEDIA.read(source, LIMITS).samples)[~plan.masked].all()
    assert MEDIA.blocks(data, plan).changed == 0


def test_tables_of_16_bits_are_carried() -> None:
    source = jpegs.wide_tables(saved(astronaut(90, 83), "JPEG", quality=90))
    plan, data = operated(source)
    assert plan.notes == ()
    copy = assert_carried(source, plan, data)
    assert copy.sof == 0xC1
    assert max(copy.tables[0]) == 300


def test_a_table_that_no_component_names_is_dropped() -> None:
    source = with_segment(saved(astronaut(90, 83), "JPEG"), 0xDB, b"\3" + bytes(range(1, 65)))
    plan, data = operated(source)
    assert_carried(source, plan, data)
    assert 3 not in coefficients.read(data).tables


@pytest.mark.parametrize(
    ("sampling", "size"),
    [("422", (49, 58)), ("420", (49, 49)), ("440", (58, 49)), ("411", (33, 58))],
)
def test_what_hides_in_blocks_beyond_the_picture_is_gone(
    sampling: str, size: tuple[int, int]
) -> None:
    """The last MCUs may hold blocks of which nothing is shown: room for anything."""
    noisy = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    source = jpegs.resized(jpegs.coded(noisy, 90, sampling), *size)
    luma = coefficients.read(source).components[0]
    hidden = luma.blocks.copy()
    hidden[: luma.rows, : luma.columns] = 0
    assert np.count_nonzero(hidden[..., 1:]) > 100
    plan, data = operated(source, Box(3, 3, 9, 9))
    assert_carried(source, plan, data)
    with_less = jpegs.packed().rewrite(source, Turn.NONE, lambda *_: None, Coding.STANDARD)
    assert MEDIA.encode(planned(with_less, Box(3, 3, 9, 9)), ()) == data


@pytest.mark.parametrize(
    "arguments",
    [
        "-sample 2x1,2x1,2x1",
        "-sample 1x2,1x2,1x2",
        "-sample 2x2,1x2,1x2",
        "-sample 2x2,2x1,2x1",
        "-sample 1x4",
        "-scans SCANS",
        "-scans SCANS -restart 3B",
        "-quality 1",
        "-quality 100",
        "-quality 90,60 -qslots 0,1,1",
    ],
)
@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_unusual_ways_to_code(arguments: str, orientation: int, tmp_path: Path) -> None:
    """Factors that mean the same as others, a scan for each component, tables in any slot."""
    cjpeg = shutil.which("cjpeg")
    require(cjpeg is not None, "apt-get install libjpeg-turbo-progs")
    assert cjpeg is not None
    scans = tmp_path / "scans"
    scans.write_text("0;\n1;\n2;\n")
    words = [str(scans) if word == "SCANS" else word for word in arguments.split()]
    run = subprocess.run(
        [cjpeg, *words], input=saved(astronaut(75, 99), "PPM"), capture_output=True, check=True
    )
    source = jpegs.oriented(run.stdout, orientation)
    plan, data = operated(source)
    assert_carried(source, plan, data)
    assert check_coefficients(data, plan, MEDIA).passed


def test_huffman_tables_are_fitted_where_the_sources_are() -> None:
    sizes = []
    for optimize in (False, True):
        source = saved(astronaut(120, 160), "JPEG", quality=90, optimize=optimize)
        _, data = operated(source, Box(3, 3, 9, 9))
        sizes.append(len(data))
        # The second generation has the standard tables alone.
        if jpegs.packed().optimises or not optimize:
            assert len(data) < 1.02 * len(source)
    assert (sizes[1] < sizes[0]) == jpegs.packed().optimises


def test_own_segments_alone() -> None:
    """Density, version and thumbnail of JFIF, and whatever else is in front, do not pass."""
    source = saved(astronaut(90, 83), "JPEG", quality=90, dpi=(1234, 4321))
    source = with_segment(source, 0xEE, b"Adobe\0\x64\x12\x34\x56\x78\1")
    _, data = operated(jpegs.oriented(source, 1))
    segments = coefficients.read(data).segments
    apps = [(marker, payload) for marker, payload in segments if marker >= 0xE0]
    assert apps == [(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("size", [(64, 96), (64, 90), (57, 96), (57, 90)])
def test_a_copy_is_upright_where_its_blocks_allow(orientation: int, size: tuple[int, int]) -> None:
    source = jpegs.oriented(jpegs.coded(astronaut(*size), 80, "420"), orientation)
    _, data = operated(source, Box(10, 10, 30, 30))
    whole_height, whole_width = size[0] % 16 == 0, size[1] % 16 == 0
    moves_x, moves_y = orientation in (2, 3, 7, 8), orientation in (3, 4, 6, 7)
    expected = (whole_width or not moves_x) and (whole_height or not moves_y)
    copy = coefficients.read(data)
    assert is_upright(copy) == expected
    again = MEDIA.read_again(data, LIMITS)
    assert again.orientation == (1 if expected else orientation)
    if not expected:
        (exif,) = [payload for marker, payload in copy.segments if marker == 0xE1]
        assert exif == b"Exif\0\0" + jpegs.orientation_block(orientation)


def test_the_tag_is_allowed_byte_for_byte_and_once() -> None:
    source = jpegs.oriented(jpegs.coded(astronaut(57, 90), 80, "420"), 3)
    plan, data = operated(source, Box(10, 10, 30, 30))
    right = surgery.tag(Orientation.BOTTOM_RIGHT)
    assert data.count(right) == 1
    assert MEDIA.leftovers(data, plan.encoding, ()) == ()
    changed = [
        data.replace(right, right + right),
        data.replace(right, surgery.tag(Orientation.TOP_RIGHT)),
        data.replace(right, segment(0xE1, right[4:] + b"\0")),
        data.replace(right, right[:-1] + b"\1"),
    ]
    for one in changed:
        assert one != data
        assert MEDIA.leftovers(one, plan.encoding, ())


def test_an_upright_picture_has_no_tag() -> None:
    source = jpegs.coded(astronaut(57, 90), 80, "420")
    plan, data = operated(source, Box(10, 10, 30, 30))
    tagged = data[:2] + surgery.tag(Orientation.TOP_LEFT) + data[2:]
    assert MEDIA.leftovers(data, plan.encoding, ()) == ()
    assert MEDIA.leftovers(tagged, plan.encoding, ())


@pytest.mark.parametrize("method", [Method.BLUR, Method.MOSAIC])
def test_a_cosmetic_fill_is_coded_again(method: Method) -> None:
    plan = planned(jpegs.coded(astronaut(90, 83), 80, "420"), options=Options(method=method))
    assert not plan.carried
    assert any("coded again" in note for note in plan.notes)
    assert MEDIA.read_again(MEDIA.encode(plan, ()), LIMITS).size == plan.size


def test_tables_that_change_between_scans_are_coded_again() -> None:
    source = saved(astronaut(90, 83), "JPEG", progressive=True)
    at = source.rindex(b"\xff\xc4")
    table = b"\0" + bytes([9] * 64)
    picture = MEDIA.read(source[:at] + segment(0xDB, table) + source[at:], LIMITS)
    assert picture.coded is None
    assert "tables change" in picture.notes[0]


def test_coefficients_that_do_not_fit_are_not_held() -> None:
    data = jpegs.coded(astronaut(512, 512), 80, "444")
    full = MEDIA.read(data, LIMITS)
    assert full.coded is not None
    tight = Limits(memory=512 * 512 * 21 + 3 * len(data) + 1)
    picture = MEDIA.read(data, tight)
    assert picture.coded is None
    assert "coefficients" in picture.notes[0]


def test_a_mask_that_cuts_through_a_block_is_refused() -> None:
    plan = planned(jpegs.coded(astronaut(90, 83), 80, "420"))
    assert plan.masked is not None
    for row, column in ((0, 0), (45, 45), (89, 82)):
        mask = plan.masked.copy()
        mask[row, column] = not mask[row, column]
        with pytest.raises(OutputError, match="does not follow the blocks"):
            MEDIA.encode(replace(plan, masked=mask), ())


def missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turbojpeg_library, "search", lambda: Search(loaded=None))


def test_without_the_library_every_block_is_coded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    missing(monkeypatch)
    source = jpegs.ycck(astronaut(90, 83), 90)
    plan = planned(source)
    assert not plan.carried
    assert "passerby doctor" in plan.notes[0]
    assert "YCCK" in plan.notes[1]
    assert MEDIA.read_again(MEDIA.encode(plan, ()), LIMITS).encoding.mode is Mode.CMYK


def test_a_library_that_goes_missing_is_an_error_not_a_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan, data = operated(jpegs.coded(astronaut(90, 83), 80, "420"))
    missing(monkeypatch)
    assert not check_coefficients(data, plan, MEDIA).passed
    assert not check_coefficients(data, replace(plan, coded=None), MEDIA).passed


def tampered(data: bytes, where: tuple[int, int, int, int]) -> bytes:
    """Return a JPEG with one coefficient changed: of (component, row, column, term)."""
    component, row, column, term = where

    def visit(here: int, line: int, blocks: Blocks) -> None:
        if (here, line) == (component, row):
            blocks[column, term] += 1

    return jpegs.packed().rewrite(data, Turn.NONE, visit, Coding.STANDARD)


@pytest.mark.parametrize("component", [0, 1, 2])
@pytest.mark.parametrize("term", [0, 1, 63])
def test_the_check_finds_a_single_coefficient(component: int, term: int) -> None:
    plan, data = operated(jpegs.coded(astronaut(90, 83), 80, "420"))
    assert check_coefficients(data, plan, MEDIA).passed
    middle = (5, 5) if component == 0 else (2, 2)
    inside = check_coefficients(tampered(data, (component, *middle, term)), plan, MEDIA)
    outside = check_coefficients(tampered(data, (component, 0, 0, term)), plan, MEDIA)
    assert (inside.passed, outside.passed) == (False, False)
    assert dict(inside.figures)["wrong"] == 1
    assert dict(outside.figures)["changed"] == 1


def test_the_check_finds_other_tables_sampling_or_size() -> None:
    pixels = astronaut(90, 83)
    plan, data = operated(jpegs.coded(pixels, 80, "420"))
    others = [
        jpegs.coded(pixels, 81, "420"),
        jpegs.coded(pixels, 80, "444"),
        jpegs.resized(data, 60, 90),
        data[: len(data) // 2],
        b"",
    ]
    for other in others:
        assert not check_coefficients(other, plan, MEDIA).passed
