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
from passerby.checks.blocks import check_coefficients
from passerby.errors import CorruptInput, OutputError
from passerby.masking import paint
from passerby.media import orient, surgery, turbojpeg, turbojpeg_library
from passerby.media.turbojpeg import Blocks, Coding, TurboJpeg, Turn
from passerby.media.turbojpeg_library import Loaded, Search
from passerby.model.geometry import Box, Shape
from passerby.model.media import Mode, Orientation
from passerby.model.options import Limits, Method, Options
from passerby.ports import Picture
from requirements import require
from strategies import decision

BLUE = (0, 77, 200)
SOLID = Options(color=BLUE)
BOX = Box(30, 20, 70, 61)


def planned(data: bytes, box: Box = BOX, options: Options = SOLID) -> Picture:
    picture = MEDIA.read(data, LIMITS)
    painted = paint(picture, (decision(box, Shape.ELLIPSE),), options, "0f" * 16)
    return MEDIA.fit(painted)


def operated(data: bytes, box: Box = BOX, options: Options = SOLID) -> tuple[Picture, bytes]:
    plan = planned(data, box, options)
    assert plan.carried, plan.notes
    return plan, MEDIA.encode(plan, ())


def is_upright(copy: coefficients.Jpeg) -> bool:
    return not [payload for marker, payload in copy.segments if marker == 0xE1]


def as_written(plan: Picture, copy: coefficients.Jpeg) -> np.ndarray:
    """Return the mask as the copy's blocks lie."""
    assert plan.masked is not None
    if is_upright(copy):
        return plan.masked
    return orient.unapply(plan.masked[..., None], plan.orientation)[..., 0]


def covered_blocks(
    mask: np.ndarray, copy: coefficients.Jpeg, component: coefficients.Component
) -> np.ndarray:
    """Return which blocks of a component have a pixel under the mask."""
    width, height = copy.mcu
    single = len(copy.components) == 1
    across = width // (1 if single else component.h)
    down = height // (1 if single else component.v)
    found = np.zeros((component.rows, component.columns), np.bool_)
    for row, column in np.ndindex(*found.shape):
        part = mask[row * down : (row + 1) * down, column * across : (column + 1) * across]
        found[row, column] = part.any()
    return found


def assert_carried(source: bytes, plan: Picture, data: bytes) -> coefficients.Jpeg:
    """Hold a copy to the proof; return it."""
    before, copy = coefficients.read(source), coefficients.read(data)
    mask = as_written(plan, copy)
    orientation = int(plan.orientation) if is_upright(copy) else 1
    assert len(before.components) == len(copy.components)
    for one, other in zip(before.components, copy.components, strict=True):
        table = np.array(before.tables[one.table]).reshape(8, 8)
        table = table.T if orientation >= 5 else table
        assert copy.tables[other.table] == table.ravel().tolist()
        expected = coefficients.turned(one.real, orientation)
        covered = covered_blocks(mask, copy, other)
        assert (other.real[~covered] == expected[~covered]).all()
        assert not other.real[covered][:, 1:].any()
        for row, column in zip(*np.nonzero(covered), strict=True):
            h, v = (1, 1) if len(copy.components) == 1 else (other.h, other.v)
            mcu = other.real[row // v * v : row // v * v + v, column // h * h : column // h * h + h]
            assert (mcu[..., 0] == other.real[row, column, 0]).all()
        assert_padding_is_empty(other)
    return copy


def assert_padding_is_empty(component: coefficients.Component) -> None:
    """Blocks that only fill up an MCU repeat the constant of the block before them."""
    padding = np.ones(component.blocks.shape[:2], np.bool_)
    padding[: component.rows, : component.columns] = False
    assert not component.blocks[padding][:, 1:].any()
    constants = set(component.real[..., 0].ravel().tolist())
    assert set(component.blocks[padding][:, 0].tolist()) <= constants


def constants_of(copy: coefficients.Jpeg, levels: tuple[float, ...]) -> list[int]:
    """Return the constant terms that stand for a colour's levels (T.81, A.3.3)."""
    steps = [copy.tables[c.table][0] for c in copy.components]
    return [round(8 * (level - 128) / step) for level, step in zip(levels, steps, strict=True)]


def assert_filled(copy: coefficients.Jpeg, mask: np.ndarray, levels: tuple[float, ...]) -> None:
    for component, constant in zip(copy.components, constants_of(copy, levels), strict=True):
        covered = covered_blocks(mask, copy, component)
        assert covered.any()
        assert (component.real[covered][:, 0] == constant).all()


def ycc(red: float, green: float, blue: float) -> tuple[float, float, float]:
    """JFIF's colour transform (T.871, 7)."""
    return (
        0.299 * red + 0.587 * green + 0.114 * blue,
        128 - 0.168736 * red - 0.331264 * green + 0.5 * blue,
        128 + 0.5 * red - 0.418688 * green - 0.081312 * blue,
    )


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
