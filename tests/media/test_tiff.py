"""TIFF: every layout that is handled, there and back; the others by name."""

from __future__ import annotations

import io

import numpy as np
import pytest
import tifffile
from PIL import Image

from canaries import blocks
from canaries.blocks import Stream, long, short
from media.pictures import LIMITS, MEDIA, astronaut, noise, saved
from passerby.errors import CorruptInput, EmptyInput, UnsupportedFormat
from passerby.model.media import Mode

LAYOUTS = {
    "plain": {},
    "deflate": {"compression": "zlib"},
    "predictor": {"compression": "zlib", "predictor": True},
    "lzw": {"compression": "lzw", "predictor": True},
    "packbits": {"compression": "packbits"},
    "tiles": {"tile": (48, 32), "compression": "zlib", "predictor": True},
    "strips": {"rowsperstrip": 7, "compression": "lzw"},
    "big-endian": {"byteorder": ">", "compression": "zlib", "predictor": True},
    "BigTIFF": {"bigtiff": True},
    "big-endian BigTIFF": {"bigtiff": True, "byteorder": ">"},
    "planes": {"planarconfig": "separate"},
    "tiled planes": {"planarconfig": "separate", "tile": (32, 32), "compression": "zlib"},
}
KINDS = {1: Mode.L, 2: Mode.LA, 3: Mode.RGB, 4: Mode.RGBA}


def tiff(pixels: np.ndarray, **options: object) -> bytes:
    channels = pixels.shape[2]
    shaped = pixels[..., 0] if channels == 1 else pixels
    if options.get("planarconfig"):
        shaped = np.moveaxis(pixels, 2, 0)
    out = io.BytesIO()
    defaults = {
        "photometric": "rgb" if channels > 2 else "minisblack",
        "extrasamples": [2] if channels in (2, 4) else None,
        "software": False,
    }
    tifffile.imwrite(out, shaped, metadata=None, **(defaults | options))
    return out.getvalue()


def page(pixels: bytes, tags: blocks.Directory) -> bytes:
    """Return a TIFF of one strip with the tags given."""
    needed = {256: long(4), 257: long(2), 259: short(1), 273: Stream(pixels), 278: long(2),
              279: long(len(pixels))}  # fmt: skip
    return blocks.build_tiff([needed | tags])


def visible(pixels: np.ndarray) -> np.ndarray:
    wanted = pixels.copy()
    if pixels.shape[2] in (2, 4):
        wanted[wanted[..., -1] == 0] = 0
    return wanted


def round_trip(source: bytes, wanted: np.ndarray) -> None:
    picture = MEDIA.read(source, LIMITS)
    assert picture.samples.dtype == wanted.dtype
    assert (picture.samples == wanted).all()
    assert (MEDIA.read_again(source, LIMITS).samples == wanted).all()
    written = MEDIA.encode(picture, ())
    assert MEDIA.leftovers(written, picture.encoding, ()) == ()
    for again in (MEDIA.read(written, LIMITS), MEDIA.read_again(written, LIMITS)):
        assert again.encoding == picture.encoding
        assert (again.samples == wanted).all()


@pytest.mark.parametrize(
    ("layout", "channels"),
    [(x, n) for x in LAYOUTS for n in KINDS if n > 1 or "planarconfig" not in LAYOUTS[x]],
)
@pytest.mark.parametrize("depth", [8, 16])
def test_there_and_back(layout: str, channels: int, depth: int) -> None:
    options = LAYOUTS[layout]
    pixels = noise(67, 101, channels, depth=depth)
    if channels in (2, 4):
        pixels[:20, :, -1] = 0
    source = tiff(pixels, **options)
    picture = MEDIA.read(source, LIMITS)
    assert (picture.encoding.mode, picture.encoding.depth) == (KINDS[channels], depth)
    round_trip(source, visible(pixels))


@pytest.mark.parametrize("depth", [8, 16])
def test_ink(depth: int) -> None:
    pixels = noise(20, 30, 4, depth=depth)
    source = tiff(pixels, photometric="separated", extrasamples=None)
    assert MEDIA.read(source, LIMITS).encoding.mode is Mode.CMYK
    round_trip(source, pixels)


@pytest.mark.parametrize("compression", [None, "packbits", "tiff_lzw", "tiff_adobe_deflate"])
def test_two_levels(compression: str | None) -> None:
    image = Image.fromarray(astronaut(33, 47)).convert("1")
    wanted = np.asarray(image).astype(np.uint8)[..., None] * np.uint8(255)
    source = saved(image, "TIFF", compression=compression)
    assert MEDIA.read(source, LIMITS).encoding.depth == 1
    round_trip(source, wanted)


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
def test_white_is_zero(depth: int) -> None:
    top = (1 << depth) - 1
    values = np.array([[0, top, 0, 1], [1, 0, top, 0]], np.uint16)
    spread = values.astype(np.uint32) * ((65535 if depth == 16 else 255) // top)
    if depth == 16:
        strip = values.astype("<u2").tobytes()
    else:
        bits = np.unpackbits(values.astype(np.uint8)[..., None], axis=2)[..., 8 - depth :]
        strip = np.packbits(bits.reshape(2, -1), axis=1).tobytes()
    source = page(strip, {258: short(depth), 262: short(0), 277: short(1)})
    inverted = (65535 if depth == 16 else 255) - spread
    wanted = inverted.astype(np.uint16 if depth == 16 else np.uint8)[..., None]
    picture = MEDIA.read(source, LIMITS)
    assert (picture.samples == wanted).all()
    assert (MEDIA.read(MEDIA.encode(picture, ()), LIMITS).samples == wanted).all()


def test_reversed_bits() -> None:
    tags = {258: short(1), 262: short(1), 266: short(2)}
    picture = MEDIA.read(page(b"\x01\x0c", tags), LIMITS)
    assert (picture.samples[..., 0] == [[255, 0, 0, 0], [0, 0, 255, 255]]).all()


def test_a_palette_becomes_rgb() -> None:
    image = Image.fromarray(astronaut()).quantize(64)
    source = saved(image, "TIFF", compression="tiff_lzw")
    picture = MEDIA.read(source, LIMITS)
    assert picture.encoding.mode is Mode.RGB
    assert (picture.samples == np.asarray(image.convert("RGB"))).all()


def test_colour_that_was_multiplied_by_alpha() -> None:
    strip = bytes((50, 100, 0, 128)) * 4 + bytes((0, 0, 0, 0)) * 4
    tags = {258: short(8, 8, 8, 8), 262: short(2), 277: short(4), 338: short(1)}
    picture = MEDIA.read(page(strip, tags), LIMITS)
    assert picture.samples[0, 0].tolist() == [100, 199, 0, 128]
    assert not picture.samples[1].any()


def test_a_channel_without_a_meaning_is_left_out() -> None:
    tags = {258: short(8, 8, 8, 8), 262: short(2), 277: short(4), 338: short(0)}
    picture = MEDIA.read(page(bytes(range(32)), tags), LIMITS)
    assert picture.encoding.mode is Mode.RGB
    assert "left out" in picture.notes[0]


@pytest.mark.parametrize(
    ("options", "cell"),
    [
        ({"subsampling": (1, 1)}, (8, 8)),
        ({"subsampling": (2, 2)}, (16, 16)),
        ({"subsampling": (2, 1), "tile": (64, 64)}, (16, 8)),
    ],
)
def test_jpeg_inside(options: dict[str, object], cell: tuple[int, int]) -> None:
    source = tiff(astronaut(), compression="jpeg", **options)
    picture = MEDIA.read(source, LIMITS)
    assert np.abs(picture.samples.astype(int) - astronaut()).mean() < 4
    assert (picture.encoding.grid.width, picture.encoding.grid.height) == cell
    written = MEDIA.encode(picture, ())
    assert (MEDIA.read_again(written, LIMITS).samples == picture.samples).all()


def test_jpeg_strips_of_pillow() -> None:
    for mode in ("L", "RGB", "CMYK"):
        image = Image.fromarray(astronaut()).convert(mode)
        picture = MEDIA.read(saved(image, "TIFF", compression="jpeg"), LIMITS)
        wanted = np.asarray(image).reshape(picture.samples.shape)
        assert np.abs(picture.samples.astype(int) - wanted).mean() < 4


REFUSED = {
    "floating-point": lambda: tiff(np.zeros((4, 4, 1), np.float32)),
    "signed": lambda: tiff(np.zeros((4, 4, 1), np.int16)),
    "32 bits": lambda: tiff(np.zeros((4, 4, 1), np.uint32)),
    "Zstandard": lambda: tiff(noise(4, 4, 3), compression="zstd"),
    "LZMA": lambda: tiff(noise(4, 4, 3), compression="lzma"),
    "group 4": lambda: saved(Image.new("1", (32, 32)), "TIFF", compression="group4"),
    r"L\*a\*b\*": lambda: saved(Image.new("LAB", (4, 4)), "TIFF"),
    "camera RAW": lambda: tiff(noise(4, 4, 1), photometric=32803),
    "differ in depth": lambda: page(bytes(32), {258: short(8, 8, 4), 262: short(2), 277: short(3)}),
    "YCbCr without": lambda: page(bytes(32), {258: short(8, 8, 8), 262: short(6), 277: short(3)}),
    "with alpha": lambda: page(
        bytes(40), {258: short(8, 8, 8, 8, 8), 262: short(5), 277: short(5), 338: short(2)}
    ),
    "inks other": lambda: page(
        bytes(32), {258: short(8, 8, 8, 8), 262: short(5), 277: short(4), 332: short(2)}
    ),
    "floating-point predictor": lambda: page(bytes(8), GREY | {317: short(3)}),
    "without LZW": lambda: page(bytes(8), GREY | {317: short(2)}),
    "a predictor and without": lambda: tiff(noise(9, 9, 3), compression="packbits", predictor=True),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_handled_is_refused_by_name(name: str) -> None:
    with pytest.raises(UnsupportedFormat, match=name):
        MEDIA.read(REFUSED[name](), LIMITS)


GREY = {258: short(8), 262: short(1), 277: short(1)}
DAMAGED = {
    "no strip": lambda: page(bytes(8), GREY | {273: long(10**6)}),
    "short strip": lambda: page(bytes(7), GREY),
    "too few strips": lambda: page(bytes(8), GREY | {278: long(1)}),
    "too many strips": lambda: page(bytes(8), GREY | {273: long(8, 8), 279: long(4, 4)}),
    "no size": lambda: blocks.build_tiff([GREY]),
    "tiles of no size": lambda: page(
        bytes(8), GREY | {322: long(0), 323: long(0), 324: long(8), 325: long(8)}
    ),
    "endless tiles": lambda: page(
        bytes(8), GREY | {322: long(2**31), 323: long(2**31), 324: long(8), 325: long(8)}
    ),
    "deflate": lambda: page(b"no zlib at all", GREY | {259: short(8)}),
    "LZW": lambda: page(b"\x00\x01\x02", GREY | {259: short(5)}),
    "PackBits": lambda: page(b"\x81\x81", GREY | {259: short(32773)}),
    "JPEG": lambda: page(b"\xff\xd8\xff\xd9", GREY | {259: short(7)}),
    "no palette": lambda: page(bytes(8), GREY | {262: short(3)}),
    "few channels": lambda: page(bytes(8), GREY | {262: short(2)}),
    "many channels": lambda: page(bytes(8), GREY | {277: short(500)}),
    "type": lambda: page(bytes(8), GREY | {256: (99, 1, b"\0\0\0\4")}),
    "a directory that points to itself": lambda: b"II\x2a\0\x08\0\0\0\0\0\x08\0\0\0",
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_is_an_error(name: str) -> None:
    with pytest.raises(CorruptInput):
        MEDIA.read(DAMAGED[name](), LIMITS)


def test_no_pixels() -> None:
    with pytest.raises(EmptyInput):
        MEDIA.read(page(bytes(8), GREY | {256: long(0)}), LIMITS)


def test_the_output_names_no_software_and_no_time() -> None:
    written = MEDIA.encode(MEDIA.read(tiff(noise(8, 8, 3)), LIMITS), ())
    with tifffile.TiffFile(io.BytesIO(written)) as file:
        names = {tag.name for tag in file.pages[0].tags}
    assert not names & {"Software", "DateTime", "ImageDescription"}
