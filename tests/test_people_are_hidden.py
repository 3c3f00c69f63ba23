"""From a real face, through the real detectors, to a picture without it."""

from __future__ import annotations

import io
from functools import cache

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from passerby.compose import build_ports
from passerby.media import Media
from passerby.media.orient import apply as turn
from passerby.model.geometry import Box
from passerby.model.media import Mode, Orientation
from passerby.model.options import Effort, Limits, Options
from passerby.model.report import Outcome, Report
from passerby.pipeline import redact_bytes
from passerby.ports import Ports
from people import (
    Rgb,
    backdrop,
    crowd_and_faces,
    face_box,
    face_in_head,
    head,
    manifest,
    paste,
    portrait,
)

FILL = (0, 200, 0)
MEDIA = Media()


@cache
def real_ports(effort: Effort) -> Ports:
    return build_ports(Options(effort=effort), threads=2)


def redact(data: bytes, effort: Effort = Effort.DEFAULT) -> tuple[np.ndarray, Report]:
    options = Options(effort=effort, color=FILL)
    result = redact_bytes(data, shown="x", options=options, given=None, ports=real_ports(effort))
    assert result.report.outcome is Outcome.PUBLISHED, result.report
    assert result.redacted is not None
    return MEDIA.read(result.redacted, Limits()).samples, result.report


def png(picture: Rgb) -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG", compress_level=1)
    return out.getvalue()


def is_hidden(after: np.ndarray, box: Box, share: float = 1.0) -> bool:
    """Whether the visible part of a box is fill, to the last row and column."""
    clipped = box.clip(after.shape[1], after.shape[0])
    assert clipped is not None
    part = after[clipped.y0 : clipped.y1, clipped.x0 : clipped.x1, :3].astype(int)
    top = 257 if after.dtype == np.uint16 else 1
    filled = (np.abs(part - np.array(FILL) * top) <= 8 * top).all(axis=2)
    return bool(filled.mean() >= share)


def inner(box: Box) -> Box:
    """The middle of a face: eyes, nose, mouth."""
    return box.grow(-0.15, -0.15, -0.15, -0.15)


@pytest.mark.parametrize("name", sorted(manifest()))
@pytest.mark.parametrize("effort", list(Effort))
def test_a_portrait(name: str, effort: Effort) -> None:
    picture = portrait(name)
    after, report = redact(png(picture), effort)
    assert is_hidden(after, inner(face_box(name)))
    assert len(report.decisions) <= 3
    hidden = (after == FILL).all(axis=2)
    assert np.array_equal(after[~hidden], picture[~hidden])


@pytest.mark.parametrize("where_x", ["left", "middle", "right"])
@pytest.mark.parametrize("where_y", ["top", "middle", "bottom"])
@pytest.mark.parametrize("name", sorted(manifest()))
def test_a_face_at_an_edge_or_corner_is_covered_to_the_last_row_and_column(
    name: str, where_x: str, where_y: str
) -> None:
    face = face_box(name)
    cut = portrait(name)[face.y0 : face.y1, face.x0 : face.x1]
    part = np.asarray(Image.fromarray(cut).resize((90, 110), Image.Resampling.LANCZOS))
    canvas = backdrop(331, 277, seed=3)
    x = {"left": 0, "middle": 120, "right": 331 - 90}[where_x]
    y = {"top": 0, "middle": 80, "bottom": 277 - 110}[where_y]
    box = paste(canvas, part, x, y)
    after, _ = redact(png(canvas))
    ys, xs = np.mgrid[box.y0 : box.y1, box.x0 : box.x1] + 0.5
    ellipse = ((xs - x - 45) / 45) ** 2 + ((ys - y - 55) / 55) ** 2 < 1
    part_after = after[box.y0 : box.y1, box.x0 : box.x1]
    hidden = (part_after == FILL).all(axis=2)
    assert hidden[ellipse].all()
    # The rows and columns at the picture's edge, where the face touches it.
    middle = slice(35, 55)
    if where_x == "left":
        assert hidden[45:65, 0].all()
    if where_x == "right":
        assert hidden[45:65, -1].all()
    if where_y == "top":
        assert hidden[0, middle].all()
    if where_y == "bottom":
        assert hidden[-1, middle].all()


@pytest.mark.parametrize("orientation", list(Orientation))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_every_orientation_comes_out_upright_and_covered(
    orientation: Orientation, kind: str
) -> None:
    upright = portrait("collins")[:401, :507]
    inverse = {Orientation.RIGHT_TOP: 8, Orientation.LEFT_BOTTOM: 6}.get(orientation, orientation)
    stored = turn(upright, Orientation(inverse))
    tags = Image.Exif()
    tags[0x0112] = int(orientation)
    out = io.BytesIO()
    options: dict[str, object] = {"quality": 92} if kind == "JPEG" else {}
    if kind == "WEBP":
        options = {"lossless": True}
    Image.fromarray(stored).save(out, kind, exif=tags.tobytes(), **options)
    after, report = redact(out.getvalue())
    assert after.shape == upright.shape
    assert report.item.orientation is orientation
    assert is_hidden(after, inner(face_box("collins")))
    kept = np.abs(after.astype(int) - upright).max(axis=2) < 40
    assert kept[:, :150].mean() > 0.98
    written = MEDIA.encode(MEDIA.read(out.getvalue(), Limits()), ())
    assert MEDIA.read(written, Limits()).orientation is Orientation.TOP_LEFT


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize("mode", [Mode.L, Mode.LA, Mode.RGB, Mode.RGBA])
def test_16_bits_in_16_bits_out(kind: str, mode: Mode) -> None:
    rng = np.random.default_rng(5)
    wide = portrait("collins").astype(np.uint16) * 257
    wide ^= rng.integers(0, 256, wide.shape, dtype=np.uint16)
    if mode in (Mode.L, Mode.LA):
        wide = wide[..., 1:2]
    if mode.has_alpha:
        opaque = np.full((*wide.shape[:2], 1), 65535, np.uint16)
        wide = np.concatenate([wide, opaque], axis=2)
        wide[:10, :10, -1] = 1234
    if kind == "PNG":
        data = bytes(imagecodecs.png_encode(np.ascontiguousarray(wide.squeeze())))
    else:
        out = io.BytesIO()
        tifffile.imwrite(
            out,
            wide[..., 0] if mode is Mode.L else wide,
            photometric="minisblack" if mode in (Mode.L, Mode.LA) else "rgb",
            extrasamples=[2] if mode.has_alpha else None,
            planarconfig=None if mode is Mode.L else "contig",
            metadata=None,
        )
        data = out.getvalue()
    after, report = redact(data)
    assert report.item.depth == 16
    assert report.item.mode is mode
    assert after.dtype == np.uint16
    box = inner(face_box("collins"))
    fill = after[box.y0 + 5, box.x0 + 5]
    assert (after[box.y0 : box.y1, box.x0 : box.x1] == fill).all()
    hidden = (after == fill).all(axis=2)
    assert np.array_equal(after[~hidden], wide[~hidden])
    assert (~hidden).mean() > 0.5


def three_pages() -> bytes:
    """Nobody on the first page; a face on the second, turned and of 16 bits; a grey JPEG of
    another one on the third."""
    turned = np.rot90(portrait("collins")).astype(np.uint16) * 257
    out = io.BytesIO()
    with tifffile.TiffWriter(out) as file:
        file.write(backdrop(300, 200), photometric="rgb", metadata=None)
        orientation = [(274, "H", 1, int(Orientation.RIGHT_TOP), True)]
        file.write(turned, photometric="rgb", extratags=orientation, metadata=None)
        file.write(
            portrait("hopper")[..., 1],
            photometric="minisblack",
            compression="jpeg",
            compressionargs={"level": 95},
            metadata=None,
        )
    return out.getvalue()


def test_faces_on_every_page_are_hidden_and_checked() -> None:
    options = Options(color=FILL)
    ports = real_ports(Effort.DEFAULT)
    result = redact_bytes(three_pages(), shown="x", options=options, given=None, ports=ports)
    report = result.report
    assert report.outcome is Outcome.PUBLISHED, report
    assert result.redacted is not None
    assert report.item.frames == 3
    assert {decision.frame for decision in report.decisions} == {1, 2}
    first, second, third = MEDIA.read_again(result.redacted, Limits()).frames
    assert np.array_equal(first.samples, backdrop(300, 200))
    assert is_hidden(second.samples, inner(face_box("collins")))
    box = inner(face_box("hopper"))
    assert len(np.unique(third.samples[box.y0 : box.y1, box.x0 : box.x1])) == 1
    details = {check.name: check.detail for check in report.checks if check.passed}
    for name in ("form", "under the mask", "outside the mask"):
        assert details[name].startswith("3 frames")
    wanted = np.rot90(three_pages_second(), -1)
    hidden = (second.samples == second.samples[box_middle("collins")]).all(axis=2)
    assert np.array_equal(second.samples[~hidden], wanted[~hidden])
    assert 0.5 < (~hidden).mean() < 1


def three_pages_second() -> np.ndarray:
    return np.rot90(portrait("collins")).astype(np.uint16) * 257


def box_middle(name: str) -> tuple[int, int]:
    box = face_box(name)
    return (box.y0 + box.y1) // 2, (box.x0 + box.x1) // 2


def test_where_nobody_is_nothing_changes() -> None:
    before, _ = redact(png(backdrop(900, 600)))
    assert np.array_equal(before, backdrop(900, 600))


@pytest.mark.parametrize(
    ("height", "effort"),
    [(10, Effort.THOROUGH), (12, Effort.DEFAULT), (16, Effort.DEFAULT), (34, Effort.DEFAULT)],
)
def test_a_crowd(height: int, effort: Effort) -> None:
    picture, faces = crowd_and_faces(900, 600, faces=60, face_height=height)
    after, report = redact(png(picture), effort)
    assert len(faces) == 60
    assert [box for box in faces if not is_hidden(after, inner(box))] == []
    assert report.redacted < 90


@pytest.mark.parametrize(
    ("height", "effort"),
    [(12, Effort.THOROUGH), *((height, Effort.DEFAULT) for height in (18, 24, 40, 100, 300, 1000))],
)
@pytest.mark.parametrize("name", sorted(manifest()))
def test_a_face_of_any_size_in_a_large_picture(name: str, height: int, effort: Effort) -> None:
    canvas = backdrop(2000, 1500, seed=2)
    part = head(name, height)
    x, y = 700, 120
    paste(canvas, part, x, y)
    after, _ = redact(png(canvas), effort)
    assert is_hidden(after, inner(face_in_head(name, height, x, y)))


def test_a_face_under_transparent_pixels_is_gone() -> None:
    picture = portrait("collins")
    alpha = np.full((*picture.shape[:2], 1), 255, np.uint8)
    alpha[:250, 120:330] = 0
    out = io.BytesIO()
    Image.fromarray(np.concatenate([picture, alpha], axis=2)).save(out, "PNG")
    after, _ = redact(out.getvalue())
    # Nothing is seen there, so nothing is masked: what was transparent still is, and is empty.
    assert not after[:250, 120:330].any()
    assert (after[300:, :, 3] == 255).all()


def test_a_face_drawn_in_the_alpha_channel_is_hidden() -> None:
    grey = portrait("collins").mean(axis=2).astype(np.uint8)
    black = np.zeros((*grey.shape, 1), np.uint8)
    out = io.BytesIO()
    Image.fromarray(np.concatenate([black, 255 - grey[..., None]], axis=2)).save(out, "PNG")
    after, report = redact(out.getvalue())
    assert report.redacted >= 1
    box = inner(face_box("collins"))
    assert (after[box.y0 : box.y1, box.x0 : box.x1, 1] == 255).all()
