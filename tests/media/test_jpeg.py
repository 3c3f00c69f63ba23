"""JPEG: what is read, what is written, and that no block shows in its neighbours."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
import simplejpeg
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from media import arithmetic
from media.pictures import (
    LIMITS,
    MEDIA,
    astronaut,
    noise,
    orientation_block,
    saved,
    segment,
    with_segment,
)
from passerby.errors import CorruptInput, EmptyInput, UnsupportedFormat
from passerby.media.containers import jpeg as container
from passerby.media.jpeg_frame import read_frame
from passerby.model.media import Mode

SAMPLINGS = ("444", "422", "420", "440", "411")


def coded(pixels: np.ndarray, quality: int, sampling: str) -> bytes:
    return bytes(simplejpeg.encode_jpeg(pixels, quality, "RGB", sampling))


def frame_of(data: bytes):
    return read_frame(data, container.walk_segments(data))


def worst(one: np.ndarray, other: np.ndarray) -> int:
    return int(np.abs(one.astype(int) - other.astype(int)).max())


@settings(max_examples=60, deadline=None)
@given(
    sampling=st.sampled_from(SAMPLINGS),
    quality=st.integers(30, 98),
    width=st.integers(17, 90),
    height=st.integers(17, 90),
    orientation=st.integers(1, 8),
    data=st.data(),
)
def test_pixels_of_other_blocks_do_not_change(
    sampling: str, quality: int, width: int, height: int, orientation: int, data: st.DataObject
) -> None:
    """The proof of a redaction rests on this: what differed only inside whole MCUs before the
    picture was coded differs only there when it is decoded."""
    first = astronaut(height, width)
    one = with_segment(coded(first, quality, sampling), 0xE1, b"Exif\0\0" + orientation_block(1))
    cell_width, cell_height = frame_of(one).cell
    column = data.draw(st.integers(0, (width - 1) // cell_width))
    row = data.draw(st.integers(0, (height - 1) // cell_height))
    block = np.s_[
        row * cell_height : (row + 1) * cell_height, column * cell_width : (column + 1) * cell_width
    ]
    second = first.copy()
    second[block] = noise(*second[block].shape, seed=quality)
    block_of = np.zeros((height, width, 1), np.uint8)
    block_of[block] = 255
    exif = b"Exif\0\0" + orientation_block(orientation)
    pictures = [
        MEDIA.read(with_segment(coded(pixels, quality, sampling), 0xE1, exif), LIMITS)
        for pixels in (first, second)
    ]
    assert pictures[0].encoding == pictures[1].encoding
    marker = with_segment(saved(block_of[..., 0], "JPEG", quality=100), 0xE1, exif)
    inside = MEDIA.read(marker, LIMITS).samples[..., 0] > 127
    differs = (pictures[0].samples != pictures[1].samples).any(axis=2)
    grown = _whole_cells(inside, pictures[0].encoding.grid)
    assert not (differs & ~grown).any()


def _whole_cells(inside: np.ndarray, grid) -> np.ndarray:
    rows = (np.arange(inside.shape[0]) - grid.y) // grid.height
    columns = (np.arange(inside.shape[1]) - grid.x) // grid.width
    ys, xs = np.nonzero(inside)
    cells = set(zip(rows[ys].tolist(), columns[xs].tolist(), strict=True))
    assert len(cells) <= 1, "the grid does not fit the blocks"
    return np.array([[(r, c) in cells for c in columns] for r in rows])


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("sampling", ["4:4:4", "4:2:2", "4:2:0"])
@pytest.mark.parametrize("size", [(120, 160), (33, 47), (1, 1), (8, 16)])
def test_the_copy_is_coded_as_the_source_was(
    progressive: bool, sampling: str, size: tuple[int, int]
) -> None:
    source = saved(
        astronaut(*size), "JPEG", quality=87, progressive=progressive, subsampling=sampling
    )
    picture = MEDIA.read(source, LIMITS)
    written = MEDIA.encode(picture, ())
    first, second = frame_of(source), frame_of(written)
    assert [(c.h, c.v) for c in first.components] == [(c.h, c.v) for c in second.components]
    assert second.progressive is progressive
    tables = [[f.tables[c.table] for c in f.components] for f in (first, second)]
    assert tables[0] == tables[1]
    again = MEDIA.read_again(written, LIMITS)
    assert again.encoding == picture.encoding
    assert worst(again.samples, picture.samples) < 40
    assert np.abs(again.samples.astype(int) - picture.samples).mean() < 2


def test_pixels_are_those_of_another_decoder() -> None:
    """Without subsampling there is no chroma to enlarge, and decoders must agree."""
    source = saved(astronaut(), "JPEG", quality=90, subsampling="4:4:4")
    with Image.open(io.BytesIO(source)) as image:
        assert worst(MEDIA.read(source, LIMITS).samples, np.asarray(image)) <= 1


def test_grey() -> None:
    source = saved(astronaut()[..., 0], "JPEG")
    picture = MEDIA.read(source, LIMITS)
    assert picture.encoding.mode is Mode.L
    assert picture.samples.shape == (120, 160, 1)
    assert (picture.encoding.grid.width, picture.encoding.grid.height) == (8, 8)
    assert len(frame_of(MEDIA.encode(picture, ())).components) == 1


def test_components_that_are_red_green_blue() -> None:
    source = saved(astronaut(), "JPEG", quality=90, keep_rgb=True)
    picture = MEDIA.read(source, LIMITS)
    assert worst(picture.samples, astronaut()) < 40
    written = MEDIA.encode(picture, ())
    assert frame_of(written).coding.value == "RGB"
    assert MEDIA.leftovers(written, picture.encoding, ()) == ()


def test_ink() -> None:
    ink = Image.fromarray(astronaut()).convert("CMYK")
    picture = MEDIA.read(saved(ink, "JPEG", quality=95), LIMITS)
    assert picture.encoding.mode is Mode.CMYK
    assert np.abs(picture.samples.astype(int) - np.asarray(ink)).mean() < 3
    written = MEDIA.encode(picture, ())
    # Without Adobe's marker some software takes 255 for full ink.
    assert [part.name for part in MEDIA.parts(written) if "Adobe" in part.name]
    with Image.open(io.BytesIO(written)) as image:
        assert image.mode == "CMYK"
        assert np.abs(np.asarray(image).astype(int) - np.asarray(ink)).mean() < 4


@pytest.mark.parametrize("subsampling", [1, 2])
def test_ink_sampled_in_a_way_that_the_decoder_does_not_know(subsampling: int) -> None:
    image = Image.fromarray(astronaut()).convert("CMYK")
    with pytest.raises(UnsupportedFormat, match="is not handled"):
        MEDIA.read(saved(image, "JPEG", quality=90, subsampling=subsampling), LIMITS)


def test_sampling_spelled_as_the_decoder_does_not_know() -> None:
    """4:2:2, with twice the factors across."""
    data = bytearray(saved(astronaut(), "JPEG", subsampling="4:2:2"))
    at = data.index(b"\xff\xc0") + 11
    assert data[at] == 0x21
    data[at], data[at + 3], data[at + 6] = 0x41, 0x21, 0x21
    with pytest.raises(UnsupportedFormat, match="sampled 4x1, 2x1, 2x1 is not handled"):
        MEDIA.read(bytes(data), LIMITS)


@pytest.mark.parametrize("rgb", [False, True])
def test_what_stands_behind_the_scan_says_nothing_about_colours(rgb: bool) -> None:
    plain = saved(astronaut(), "JPEG", keep_rgb=rgb, quality=90)
    head = [s for s in container.walk_segments(plain) if s.marker in (0xE0, 0xEE)]
    bare = plain[: head[0].offset] + plain[head[-1].end :]
    said = (
        segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
        if rgb
        else segment(0xEE, b"Adobe\0\x64" + bytes(5))
    )
    picture = MEDIA.read(bare[:-2] + said + bare[-2:], LIMITS)
    assert picture.encoding.jpeg is not None
    assert picture.encoding.jpeg.rgb is rgb
    assert (picture.samples == MEDIA.read(plain, LIMITS).samples).all()


def test_ink_coded_as_ycck() -> None:
    ink = saved(Image.fromarray(astronaut()).convert("CMYK"), "JPEG", quality=95)
    marker = ink.index(b"Adobe") + 11
    assert ink[marker] == 0
    picture = MEDIA.read(ink[:marker] + b"\2" + ink[marker + 1 :], LIMITS)
    assert picture.encoding.mode is Mode.CMYK
    assert "YCCK" in MEDIA.fit(picture).notes[0]
    assert MEDIA.read(MEDIA.encode(picture, ()), LIMITS).samples.shape == picture.samples.shape


@pytest.mark.parametrize("data", [arithmetic.SEQUENTIAL, arithmetic.PROGRESSIVE])
def test_arithmetic_coding(data: bytes) -> None:
    picture = MEDIA.read(data, LIMITS)
    assert np.abs(picture.samples.astype(int) - astronaut(88, 154)[40:88, 90:154]).mean() < 10
    assert not frame_of(MEDIA.encode(picture, ())).arithmetic


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_tables_and_sampling_turn_with_the_picture(orientation: int, sampling: str) -> None:
    turned = with_segment(
        coded(astronaut(), 50, sampling), 0xE1, b"Exif\0\0" + orientation_block(orientation)
    )
    picture = MEDIA.read(turned, LIMITS)
    written = MEDIA.encode(picture, ())
    assert MEDIA.leftovers(written, picture.encoding, ()) == ()
    again = MEDIA.read_again(written, LIMITS)
    assert again.orientation == 1
    source, copy = frame_of(turned), frame_of(written)
    table = np.array(source.tables[source.components[0].table]).reshape(8, 8)
    expected = table.T if orientation >= 5 else table
    assert (np.array(copy.tables[copy.components[0].table]).reshape(8, 8) == expected).all()
    chroma = copy.cell
    if (sampling, orientation >= 5) in [("422", False), ("440", True), ("411", False)]:
        assert chroma == (16, 8)
    assert np.abs(again.samples.astype(int) - picture.samples).mean() < 4


def test_tables_wider_than_8_bits() -> None:
    source = saved(astronaut(), "JPEG", quality=90)
    at = source.index(b"\xff\xdb")
    size = struct.unpack_from(">H", source, at + 2)[0]
    wide = b"\x10" + b"".join(struct.pack(">H", 300) for _ in range(64))
    replaced = source[:at] + segment(0xDB, wide) + source[at + 2 + size :]
    picture = MEDIA.read(replaced.replace(b"\xff\xc0", b"\xff\xc1"), LIMITS)
    assert "quality 95" in MEDIA.fit(picture).notes[0]
    again = MEDIA.read(MEDIA.encode(picture, ()), LIMITS)
    assert max(max(table) for table in again.encoding.jpeg.tables) < 256


def test_what_follows_the_end_is_not_looked_at() -> None:
    source = saved(astronaut(), "JPEG")
    picture = MEDIA.read(source + b"\xff\xd8trailer" * 100, LIMITS)
    assert (picture.samples == MEDIA.read(source, LIMITS).samples).all()


def progressive() -> bytes:
    return saved(astronaut(), "JPEG", progressive=True)


def scans(data: bytes) -> list[tuple[int, int]]:
    """Return where each scan begins, tables before it included, and where it ends."""
    pieces = container.walk_segments(data)
    ends = [s.end for s in pieces if s.marker == container.ENTROPY]
    first = next(s for s in pieces if s.marker in container.FRAMES).end
    return list(zip([first, *ends], ends, strict=False))


@pytest.mark.parametrize("missing", range(10))
def test_an_incomplete_progressive_picture_is_refused(missing: int) -> None:
    """The decoder would smooth it over, across blocks."""
    data = progressive()
    start, end = scans(data)[missing]
    with pytest.raises(CorruptInput):
        MEDIA.read(data[:start] + data[end:], LIMITS)


def test_a_picture_that_another_one_replaces_is_refused() -> None:
    """All scans of a progressive picture, then all those of another: only the last is shown."""
    first, last = (
        saved(picture, "JPEG", progressive=True) for picture in (astronaut(), noise(512, 512))
    )
    begin = last.index(b"\xff\xc4")
    with pytest.raises(CorruptInput, match="again"):
        MEDIA.read(first[:-2] + last[begin:], LIMITS)


def test_a_scan_cut_off_is_refused() -> None:
    data = progressive()
    for _, end in scans(data):
        with pytest.raises(CorruptInput):
            MEDIA.read(data[: end - 8] + b"\xff\xd9", LIMITS)


@pytest.mark.parametrize(
    ("marker", "name"),
    [(0xC3, "lossless"), (0xC5, "hierarchical"), (0xCB, "lossless"), (0xCE, "hierarchical")],
)
def test_processes_that_are_not_handled(marker: int, name: str) -> None:
    data = saved(astronaut(), "JPEG").replace(b"\xff\xc0", bytes((0xFF, marker)))
    with pytest.raises(UnsupportedFormat, match=name):
        MEDIA.read(data, LIMITS)


def test_12_bits_are_refused_by_name() -> None:
    data = bytearray(saved(astronaut(), "JPEG"))
    data[data.index(b"\xff\xc0") + 4] = 12
    with pytest.raises(UnsupportedFormat, match="12 bits"):
        MEDIA.read(bytes(data), LIMITS)


def test_a_sampling_that_the_decoder_does_not_know() -> None:
    data = bytearray(saved(astronaut(), "JPEG", subsampling="4:4:4"))
    data[data.index(b"\xff\xc0") + 11] = 0x31
    with pytest.raises((UnsupportedFormat, CorruptInput)):
        MEDIA.read(bytes(data), LIMITS)


def test_no_pixels() -> None:
    data = bytearray(saved(astronaut(), "JPEG"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 2] = b"\0\0"
    with pytest.raises(EmptyInput):
        MEDIA.read(bytes(data), LIMITS)


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9, 0.999])
def test_a_truncated_file_is_refused_not_filled_with_grey(cut: float) -> None:
    data = saved(astronaut(), "JPEG")
    short = data[: int(len(data) * cut)]
    for damaged in (short, short + b"\xff\xd9"):
        with pytest.raises(CorruptInput):
            MEDIA.read(damaged, LIMITS)


def test_extraneous_bytes_in_the_coded_data_are_refused() -> None:
    data = saved(astronaut(), "JPEG")
    with pytest.raises(CorruptInput):
        MEDIA.read(data[:-2] + b"extraneous" * 20 + data[-2:], LIMITS)


def test_restart_markers() -> None:
    data = saved(astronaut(), "JPEG", restart_marker_rows=1)
    plain = saved(astronaut(), "JPEG")
    assert (MEDIA.read(data, LIMITS).samples == MEDIA.read(plain, LIMITS).samples).all()


def test_the_same_picture_gives_the_same_bytes() -> None:
    picture = MEDIA.read(progressive(), LIMITS)
    assert MEDIA.encode(picture, ()) == MEDIA.encode(picture, ())
