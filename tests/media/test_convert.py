"""Copies in another format than the file: what is carried over, what is said, and the proof."""

from __future__ import annotations

import hashlib
import io

import imagecodecs
import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from media.pictures import LIMITS, MEDIA, astronaut, noise, orientation_block, saved, with_segment
from passerby.errors import UnsupportedFormat
from passerby.examine import verify_bytes
from passerby.masking import build_mask
from passerby.media import icc
from passerby.media.convert import convert
from passerby.media.samples import flatten
from passerby.model.geometry import Box, Shape
from passerby.model.given import Given
from passerby.model.media import SEQUENCES, WRITABLE, Encoding, Format, Mode, Orientation
from passerby.model.options import Method, Options
from passerby.model.report import Outcome, Report
from passerby.pipeline import redact_bytes
from passerby.ports import Picture
from stand_ins import ports
from strategies import decision

SEED = "0f" * 16
STILLS = tuple(form for form in Format if form in WRITABLE)
HOLDS = {
    Format.JPEG: {Mode.L: Mode.L, Mode.LA: Mode.L, Mode.RGB: Mode.RGB, Mode.RGBA: Mode.RGB,
                  Mode.CMYK: Mode.CMYK},
    Format.PNG: {mode: mode for mode in Mode if mode is not Mode.CMYK},
    Format.WEBP: {Mode.L: Mode.RGB, Mode.LA: Mode.RGBA, Mode.RGB: Mode.RGB, Mode.RGBA: Mode.RGBA},
    Format.TIFF: {mode: mode for mode in Mode},
    Format.AVIF: {mode: mode for mode in Mode if mode is not Mode.CMYK},
}  # fmt: skip
"""What a picture of each mode becomes."""
SRGB = icc.keep(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(), Mode.RGB, [])


def made(mode: Mode, depth: int, *, icc: bytes | None = None, size: tuple[int, int] = (37, 21)):
    """Return a picture as a codec reads it, of a format that is none of the targets."""
    pixels = noise(size[1], size[0], mode.channels, depth=16 if depth > 8 else 8)
    if depth < 8:
        pixels = (pixels >> (8 - depth)) * np.uint8(255 // ((1 << depth) - 1))
    elif depth in (10, 12):
        pixels = pixels >> (16 - depth) << (16 - depth) | pixels >> depth >> (16 - depth)
    if mode.has_alpha:
        pixels[pixels[..., -1] == 0] = 0
    encoding = Encoding(format=Format.PSD, mode=mode, depth=depth, lossless=True, icc=icc)
    return Picture(samples=pixels, encoding=encoding)


@pytest.mark.parametrize("target", STILLS)
@pytest.mark.parametrize("depth", [8, 10, 12, 16])
@pytest.mark.parametrize("mode", Mode)
def test_every_mode_and_depth_is_written_as_planned_or_refused(
    mode: Mode, depth: int, target: Format
) -> None:
    picture = made(mode, depth)
    expected = HOLDS[target].get(mode)
    if expected is None:
        with pytest.raises(UnsupportedFormat, match=f"{target} cannot hold {mode}") as refusal:
            convert(picture, target)
        assert "--to" in refusal.value.hint
        return
    there = convert(picture, target)
    assert there.encoding.format is target
    assert there.encoding.mode is expected
    assert there.samples.shape == (21, 37, expected.channels)
    assert there.source == picture.encoding
    assert f"written as {target}" in there.notes
    shown = "transparent pixels are shown on white"
    assert (shown in there.notes) == (mode.has_alpha and not expected.has_alpha)
    written = MEDIA.encode(there, ())
    again = MEDIA.read_again(written, LIMITS)
    assert again.encoding.format is target
    assert again.encoding.depth == there.encoding.depth
    assert again.samples.dtype == there.samples.dtype
    assert MEDIA.leftovers(written, there.encoding, ()) == ()
    if there.encoding.lossless:
        np.testing.assert_array_equal(again.samples, there.samples)


@pytest.mark.parametrize(
    ("depth", "target", "kept", "note"),
    [
        (16, Format.JPEG, 8, "16 bits a sample are brought to 8; --to png keeps them"),
        (16, Format.WEBP, 8, "16 bits a sample are brought to 8; --to png keeps them"),
        (16, Format.AVIF, 12, "16 bits a sample are brought to 12; --to png keeps them"),
        (10, Format.PNG, 16, "10 bits a sample are kept in 16"),
        (12, Format.TIFF, 16, "12 bits a sample are kept in 16"),
        (16, Format.PNG, 16, None),
        (1, Format.PNG, 1, None),
        (2, Format.TIFF, 8, None),
        (4, Format.JPEG, 8, None),
    ],
)
def test_depth(depth: int, target: Format, kept: int, note: str | None) -> None:
    picture = made(Mode.L, depth)
    there = convert(picture, target)
    assert there.encoding.depth == kept
    assert [n for n in there.notes if "bits" in n] == ([note] if note else [])
    if kept >= depth:
        # All values stay apart: nothing is lost.
        values = len(np.unique(picture.samples))
        assert len(np.unique(there.samples)) == values
    else:
        scale = 2 ** (16 - kept)
        wide = there.samples[..., :1].astype(np.int64) << (16 - there.samples.itemsize * 8)
        assert np.abs(wide - picture.samples).max() <= scale


def test_a_picture_that_has_the_format_is_left_as_it_is() -> None:
    picture = MEDIA.read(saved(astronaut(), "JPEG"), LIMITS)
    assert convert(picture, Format.JPEG) is picture
    assert MEDIA.read(saved(astronaut(), "JPEG"), LIMITS, Format.JPEG).notes == ()


@pytest.mark.parametrize("target", STILLS)
def test_a_profile_stays_where_it_fits(target: Format) -> None:
    there = convert(made(Mode.RGB, 8, icc=SRGB), target)
    assert there.encoding.icc == SRGB
    again = MEDIA.read(MEDIA.encode(there, ()), LIMITS)
    assert again.encoding.icc == SRGB
    flat = convert(made(Mode.RGBA, 8, icc=SRGB), target)
    assert flat.encoding.icc == SRGB


def test_what_becomes_transparent_on_the_way_holds_no_colour() -> None:
    picture = made(Mode.RGBA, 16)
    picture.samples[:, :9, 3] = 200
    there = convert(picture, Format.WEBP)
    assert (there.samples[:, :9] == 0).all()
    picture.samples[:, :9, 3] = 5
    assert (convert(picture, Format.AVIF).samples[:, :9] == 0).all()
    assert picture.samples[:, :9, :3].any()


def test_a_profile_of_grey_goes_with_the_grey() -> None:
    there = convert(made(Mode.L, 8, icc=b"a profile of grey"), Format.WEBP)
    assert there.encoding.icc is None
    assert "its colour profile is one of grey; it is left out" in there.notes
    assert convert(made(Mode.L, 8, icc=b"of grey"), Format.TIFF).encoding.icc == b"of grey"


def test_colour_tags_are_named_when_they_go() -> None:
    info = imagecodecs.png_encode(astronaut())
    gamma = b"\0\0\0\4gAMA\0\0\xb1\x8f\x0b\xfca\x05"
    there = MEDIA.read(bytes(info[:33]) + gamma + bytes(info[33:]), LIMITS, Format.JPEG)
    assert there.encoding.colour_tags == ()
    assert "its colour tags (gAMA) are left out" in there.notes


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_transparent_pixels_are_shown_on_white(mode: str) -> None:
    image = Image.new(mode, (16, 8), (40,) * (len(mode) - 1) + (255,))
    image.paste((40,) * (len(mode) - 1) + (0,), (0, 0, 8, 8))
    picture = MEDIA.read(saved(image, "PNG"), LIMITS, Format.JPEG)
    assert (picture.samples[:, :8] == 255).all()
    assert (picture.samples[:, 8:] == 40).all()
    assert "transparent pixels are shown on white" in picture.notes


def test_flattening_mixes_as_the_definition_says() -> None:
    pixels = noise(40, 50, 4, depth=16)
    alpha = pixels[..., 3:] / 65535
    expected = np.rint(pixels[..., :3] * alpha + 65535 * (1 - alpha))
    assert np.abs(flatten(pixels).astype(np.int64) - expected).max() <= 1


@pytest.mark.parametrize(("target", "size"), [(Format.WEBP, (16384, 2)), (Format.JPEG, (2, 65501))])
def test_a_side_that_is_too_long_is_refused(target: Format, size: tuple[int, int]) -> None:
    with pytest.raises(UnsupportedFormat, match="pixels a side") as refusal:
        convert(made(Mode.L, 8, size=size), target)
    assert "--to" in refusal.value.hint
    longest = max(size) - 1
    fits = convert(made(Mode.L, 8, size=(longest, 1)), target)
    assert MEDIA.read_again(MEDIA.encode(fits, ()), LIMITS).size == (longest, 1)


def test_several_pictures_are_never_made_one() -> None:
    picture = made(Mode.RGB, 8)
    both = picture.with_frames([picture, picture])
    with pytest.raises(UnsupportedFormat, match="cannot be written as"):
        convert(both, Format.JPEG)
    assert not WRITABLE & SEQUENCES


def pages() -> bytes:
    some = [Image.fromarray(astronaut()), Image.fromarray(astronaut(90, 100))]
    return saved(some[0], "TIFF", save_all=True, append_images=some[1:])


@pytest.mark.parametrize("target", STILLS)
def test_pages_stay_pages_and_it_is_said(target: Format) -> None:
    source = pages()
    report, output = redacted(source, target)
    assert report.outcome is Outcome.PUBLISHED, report.failure
    assert output is not None
    assert MEDIA.read(output, LIMITS).encoding.format is Format.MULTIPAGE_TIFF
    told = f"it stays multi-page TIFF: {target} would hold one of its pictures only"
    # Who asks for TIFF has got one.
    assert (told in report.notes) == (target is not Format.TIFF)


def wide(samples: np.ndarray) -> bytes:
    return bytes(imagecodecs.png_encode(samples.astype(np.uint16) * 257))


def inked() -> bytes:
    out = io.BytesIO()
    tifffile.imwrite(out, noise(40, 56, 4), photometric="separated", metadata=None)
    return out.getvalue()


def clear() -> bytes:
    return saved(Image.fromarray(noise(40, 56, 4), "RGBA"), "PNG")


SOURCES = {
    "JPEG": saved(astronaut(), "JPEG", quality=88),
    "JPEG turned": with_segment(
        saved(astronaut(61, 75), "JPEG", quality=88), 0xE1, b"Exif\0\0" + orientation_block(6)
    ),
    "grey JPEG": saved(astronaut()[..., 0], "JPEG"),
    "CMYK JPEG": saved(Image.fromarray(astronaut()).convert("CMYK"), "JPEG"),
    "PNG": saved(astronaut(), "PNG"),
    "palette PNG": saved(Image.fromarray(astronaut()).quantize(40), "PNG"),
    "1-bit PNG": saved(Image.fromarray(astronaut()).convert("1"), "PNG"),
    "clear PNG": clear(),
    "opaque RGBA PNG": saved(Image.fromarray(astronaut()).convert("RGBA"), "PNG"),
    "16-bit PNG": wide(astronaut()),
    "lossy WebP": saved(astronaut(), "WEBP", quality=80),
    "lossless WebP": saved(astronaut(), "WEBP", lossless=True),
    "TIFF": saved(astronaut(), "TIFF"),
    "CMYK TIFF": inked(),
}
REFUSED = {
    (name, target)
    for name in ("CMYK JPEG", "CMYK TIFF")
    for target in (Format.PNG, Format.WEBP, Format.AVIF)
}  # fmt: skip


def redacted(
    data: bytes, to: Format, method: Method = Method.SOLID, box: Box | None = None
) -> tuple[Report, bytes | None]:
    decisions = (decision(box or Box(17, 9, 40, 31), Shape.ELLIPSE),)
    known = Given(sha256=hashlib.sha256(data).hexdigest(), decisions=decisions, seed=SEED)
    options = Options(to=to, method=method, color=(0, 77, 200))
    result = redact_bytes(data, shown="x", options=options, given=known, ports=ports())
    return result.report, result.redacted


@pytest.mark.parametrize("target", STILLS)
@pytest.mark.parametrize("name", SOURCES)
def test_the_whole_way(name: str, target: Format) -> None:
    source = SOURCES[name]
    report, output = redacted(source, target)
    if (name, target) in REFUSED:
        assert report.outcome is Outcome.REFUSED
        assert report.failure is not None
        assert report.failure.code == "input.unsupported"
        return
    assert report.outcome is Outcome.PUBLISHED, report.failure
    assert output is not None
    assert all(check.passed for check in report.checks)
    assert report.item.format is MEDIA.read(source, LIMITS).encoding.format
    assert MEDIA.read(output, LIMITS).encoding.format is target
    for known in (report, None):
        done = verify_bytes(
            output, shown="x", original=source, report=known, options=Options(), ports=ports()
        )
        assert done.failure is None
        assert [check for check in done.checks if not check.passed] == []


@pytest.mark.parametrize("target", STILLS)
def test_verify_tells_when_a_converted_copy_shows_what_was_hidden(target: Format) -> None:
    source = SOURCES["PNG"]
    report, _ = redacted(source, target)
    bare = MEDIA.encode(MEDIA.read(source, LIMITS, target), ())
    done = verify_bytes(
        bare, shown="x", original=source, report=report, options=Options(), ports=ports()
    )
    failed = {check.name for check in done.checks if not check.passed}
    assert "under the mask" in failed


@st.composite
def places(draw: st.DrawFn) -> tuple[int, int, Box]:
    width, height = draw(st.integers(17, 90)), draw(st.integers(17, 90))
    x, y = draw(st.integers(-5, width - 4)), draw(st.integers(-5, height - 4))
    return width, height, Box(x, y, x + draw(st.integers(6, 60)), y + draw(st.integers(6, 60)))


MOST = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PLACES = {"place": places(), "seed": st.integers(0, 2**32 - 1)}


def scrambled(pixels: np.ndarray, mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    other = pixels.copy()
    other[mask] = rng.integers(0, 256, pixels.shape, dtype=np.uint8)[mask]
    return other


@pytest.mark.parametrize("method", [Method.SOLID, Method.NOISE])
@pytest.mark.parametrize("target", [Format.JPEG, Format.WEBP, Format.TIFF])
@pytest.mark.parametrize("alpha", [False, True])
@given(**PLACES)
@MOST
def test_nothing_under_a_mask_reaches_a_copy_of_a_png(
    method: Method, target: Format, alpha: bool, place: tuple[int, int, Box], seed: int
) -> None:
    (width, height, box), rng = place, np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (height, width, 4 if alpha else 3), dtype=np.uint8)
    mask = build_mask((decision(box, Shape.ELLIPSE),), (width, height), Encoding(
        format=Format.PNG, mode=Mode.RGB, depth=8, lossless=True).grid)  # fmt: skip
    outputs = []
    for shown in (pixels, scrambled(pixels, mask, rng)):
        report, output = redacted(saved(Image.fromarray(shown), "PNG"), target, method, box)
        assert report.outcome is Outcome.PUBLISHED, report.failure
        outputs.append(output)
    assert outputs[0] == outputs[1]


@pytest.mark.parametrize("target", [Format.PNG, Format.WEBP, Format.TIFF])
@pytest.mark.parametrize("subsampling", [0, 2])
@given(**PLACES, quality=st.integers(30, 98), orientation=st.sampled_from([1, 6]))
@MOST
def test_nothing_under_a_mask_reaches_a_copy_of_a_jpeg(
    target: Format,
    subsampling: int,
    place: tuple[int, int, Box],
    seed: int,
    quality: int,
    orientation: int,
) -> None:
    """The pictures differ before they are encoded."""
    (width, height, box), rng = place, np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    tag = b"Exif\0\0" + orientation_block(orientation)

    def coded(shown: np.ndarray) -> bytes:
        plain = saved(Image.fromarray(shown), "JPEG", quality=quality, subsampling=subsampling)
        return with_segment(plain, 0xE1, tag)

    if orientation == 6:
        box = Box(height - box.y1, box.x0, height - box.y0, box.x1)
    picture = MEDIA.read(coded(pixels), LIMITS)
    assert picture.orientation is Orientation(orientation)
    mask = build_mask((decision(box, Shape.ELLIPSE),), picture.size, picture.encoding.grid)
    stored = np.rot90(mask) if orientation == 6 else mask
    outputs = []
    for shown in (pixels, scrambled(pixels, stored, rng)):
        report, output = redacted(coded(shown), target, Method.SOLID, box)
        assert report.outcome is Outcome.PUBLISHED, report.failure
        outputs.append(output)
    assert outputs[0] == outputs[1]
