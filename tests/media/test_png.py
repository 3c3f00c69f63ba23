"""PNG: every colour type and depth, there and back."""

from __future__ import annotations

import io
import struct
import zlib

import imagecodecs
import numpy as np
import pytest
from PIL import Image, ImageCms

from canaries.png import SIGNATURE, chunk
from media.pictures import LIMITS, MEDIA, astronaut, noise, saved
from passerby.errors import CorruptInput, EmptyInput, UnsupportedFormat
from passerby.model.media import Mode
from passerby.ports import Picture

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
KINDS = [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (4, 8), (4, 16), (6, 8), (6, 16)]
PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
          (0, 1, 1, 2)]  # fmt: skip


def packed(values: np.ndarray, depth: int) -> bytes:
    """Return unfiltered rows of (height, width, channels) values."""
    if depth == 16:
        rows = [line.astype(">u2").tobytes() for line in values]
    elif depth == 8:
        rows = [line.astype(np.uint8).tobytes() for line in values]
    else:
        bits = np.unpackbits(values.astype(np.uint8)[..., None], axis=3)[..., 8 - depth :]
        rows = [np.packbits(line.reshape(-1)).tobytes() for line in bits]
    return b"".join(b"\0" + row for row in rows)


def png(
    values: np.ndarray, colour: int, depth: int, *extra: bytes, interlaced: bool = False
) -> bytes:
    height, width = values.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    if interlaced:
        passes = [values[top::down, left::across] for left, top, across, down in PASSES]
        stream = b"".join(packed(part, depth) for part in passes if part.size)
    else:
        stream = packed(values, depth)
    return b"".join(
        [
            SIGNATURE,
            chunk(b"IHDR", header),
            *extra,
            chunk(b"IDAT", zlib.compress(stream)),
            chunk(b"IEND", b""),
        ]
    )


def values_of(colour: int, depth: int, size: tuple[int, int] = (23, 37)) -> np.ndarray:
    top = np.random.default_rng(7).integers(0, 1 << depth, (*size, CHANNELS[colour]))
    return top.astype(np.uint16 if depth == 16 else np.uint8)


def expected(values: np.ndarray, colour: int, depth: int) -> np.ndarray:
    if depth < 8:
        return values * np.uint8(255 // ((1 << depth) - 1))
    if colour in (4, 6):
        values = values.copy()
        values[values[..., -1] == 0] = 0
    return values


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize(("colour", "depth"), KINDS)
def test_there_and_back(colour: int, depth: int, interlaced: bool) -> None:
    values = values_of(colour, depth)
    picture = MEDIA.read(png(values, colour, depth, interlaced=interlaced), LIMITS)
    assert picture.encoding.depth == depth
    assert (picture.samples == expected(values, colour, depth)).all()
    written = MEDIA.encode(picture, ())
    again = MEDIA.read_again(written, LIMITS)
    assert again.encoding == picture.encoding
    assert again.samples.dtype == (np.uint16 if depth == 16 else np.uint8)
    assert (again.samples == picture.samples).all()
    assert (MEDIA.read(written, LIMITS).samples == picture.samples).all()
    assert MEDIA.leftovers(written, picture.encoding, ()) == ()
    assert written[24] == depth


@pytest.mark.parametrize("depth", [1, 2, 4, 8])
def test_a_palette_is_written_out(depth: int) -> None:
    colours = noise(1 << depth, 3)
    indices = values_of(3, depth)
    source = png(indices, 3, depth, chunk(b"PLTE", colours.tobytes()))
    picture = MEDIA.read(source, LIMITS)
    assert picture.encoding.mode is Mode.RGBA
    assert picture.encoding.drop_opaque_alpha
    assert (picture.samples[..., :3] == colours[indices[..., 0]]).all()
    written = MEDIA.encode(picture, ())
    assert b"PLTE" not in written
    again = MEDIA.read(written, LIMITS)
    assert again.encoding.mode is Mode.RGB
    assert (again.samples == picture.samples[..., :3]).all()


def test_transparency_of_a_palette() -> None:
    colours, alpha = noise(4, 3), bytes((0, 100, 255))
    indices = values_of(3, 2)
    chunks = chunk(b"PLTE", colours.tobytes()), chunk(b"tRNS", alpha)
    picture = MEDIA.read(png(indices, 3, 2, *chunks), LIMITS)
    table = np.dstack([colours[None], np.array([[[0], [100], [255], [255]]], np.uint8)])[0]
    table[0] = 0
    assert (picture.samples == table[indices[..., 0]]).all()
    again = MEDIA.read(MEDIA.encode(picture, ()), LIMITS)
    assert (again.samples == picture.samples).all()


def test_an_index_beyond_the_palette_is_black() -> None:
    indices = np.full((4, 4, 1), 3, np.uint8)
    picture = MEDIA.read(png(indices, 3, 2, chunk(b"PLTE", b"\xff\xff\xff")), LIMITS)
    assert picture.samples[0, 0].tolist() == [0, 0, 0, 255]


@pytest.mark.parametrize(("colour", "depth"), [(0, 1), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16)])
def test_a_colour_that_is_transparent(colour: int, depth: int) -> None:
    values = values_of(colour, depth)
    key = values[3, 5]
    payload = b"".join(struct.pack(">H", int(value)) for value in key)
    picture = MEDIA.read(png(values, colour, depth, chunk(b"tRNS", payload)), LIMITS)
    hidden = (values == key).all(axis=2)
    top = 65535 if depth == 16 else 255
    assert (picture.samples[..., -1] == np.where(hidden, 0, top)).all()
    assert not picture.samples[hidden].any()
    again = MEDIA.read(MEDIA.encode(picture, ()), LIMITS)
    assert (again.samples == picture.samples).all()
    assert again.encoding.depth == max(depth, 8)


def test_the_output_has_no_alpha_once_all_is_opaque() -> None:
    values = values_of(0, 4)
    picture = MEDIA.read(png(values, 0, 4, chunk(b"tRNS", b"\0\3")), LIMITS)
    samples = picture.samples.copy()
    samples[..., 1] = 255
    again = MEDIA.read(MEDIA.encode(picture.with_samples(samples), ()), LIMITS)
    assert again.encoding.mode is Mode.L
    assert (again.samples[..., 0] == samples[..., 0]).all()


def test_colour_under_alpha_0_is_zeroed() -> None:
    values = noise(9, 9, 4)
    values[:4, :, 3] = 0
    picture = MEDIA.read(png(values, 6, 8), LIMITS)
    assert not picture.samples[:4].any()


def test_samples_of_few_bits_are_written_as_the_nearest() -> None:
    picture = MEDIA.read(png(values_of(0, 2), 0, 2), LIMITS)
    samples = np.tile(np.arange(256, dtype=np.uint8)[None, :, None], (3, 1, 1))
    again = MEDIA.read(MEDIA.encode(picture.with_samples(samples), ()), LIMITS)
    assert again.encoding.depth == 2
    assert np.abs(again.samples.astype(int) - samples).max() <= 43


def test_colour_chunks_are_written_anew() -> None:
    tags = {
        b"gAMA": struct.pack(">I", 45455),
        b"cHRM": struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000),
        b"sRGB": b"\1",
        b"cICP": bytes((9, 16, 0, 1)),
    }
    source = png(values_of(2, 8), 2, 8, *[chunk(kind, value) for kind, value in tags.items()])
    picture = MEDIA.read(source, LIMITS)
    assert dict(picture.encoding.colour_tags) == {k.decode(): v for k, v in tags.items()}
    written = MEDIA.encode(picture, ())
    assert MEDIA.leftovers(written, picture.encoding, ()) == ()
    assert MEDIA.read(written, LIMITS).encoding == picture.encoding


def test_a_profile_outranks_the_srgb_chunk() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    source = saved(Image.fromarray(astronaut()), "PNG", icc_profile=profile)
    picture = MEDIA.read(source[:33] + chunk(b"sRGB", b"\1") + source[33:], LIMITS)
    assert picture.encoding.icc is not None
    assert picture.encoding.colour_tags == ()
    assert "sRGB" in picture.notes[0]
    written = MEDIA.encode(picture, ())
    assert MEDIA.leftovers(written, picture.encoding, ()) == ()
    assert MEDIA.read(written, LIMITS).encoding == picture.encoding


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (b"gAMA", b"\0\0\0\0"),
        (b"gAMA", b"canary"),
        (b"sRGB", b"\4"),
        (b"cHRM", b"canary" * 6),
        (b"cICP", bytes((9, 16, 1, 1))),
        (b"cICP", b"hide me"),
    ],
)
def test_colour_chunks_that_are_not_valid_are_left_out(kind: bytes, payload: bytes) -> None:
    picture = MEDIA.read(png(values_of(2, 8), 2, 8, chunk(kind, payload)), LIMITS)
    assert picture.encoding.colour_tags == ()
    assert kind.decode() in picture.notes[0]


def damaged() -> dict[str, bytes]:
    whole = png(values_of(2, 8), 2, 8)
    header = struct.pack(">IIBBBBB", 9, 9, 8, 2, 0, 0, 0)
    deep = struct.pack(">IIBBBBB", 9, 9, 16, 2, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(b"\0" * (28 * 9)))
    end = chunk(b"IEND", b"")
    flipped = bytearray(whole)
    flipped[60] ^= 1
    return {
        "checksum": bytes(flipped),
        "no end": whole[:-12],
        "cut in the data": whole[:200],
        "no header": SIGNATURE + data + end,
        "no data": SIGNATURE + chunk(b"IHDR", header) + end,
        "depth": SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 3, 2, 0, 0, 0)) + end,
        "colour": SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 8, 5, 0, 0, 0)) + end,
        "method": SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 8, 2, 1, 0, 0)) + end,
        "two headers": SIGNATURE + chunk(b"IHDR", header) * 2 + data + end,
        "split data": SIGNATURE + chunk(b"IHDR", header) + data + chunk(b"tEXt", b"") + data + end,
        "no palette": png(values_of(3, 8), 3, 8),
        "odd palette": png(values_of(3, 8), 3, 8, chunk(b"PLTE", b"1234")),
        "short key": png(values_of(2, 8), 2, 8, chunk(b"tRNS", b"12")),
        "few rows": SIGNATURE + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 28)) + end,
        "16 bits, few rows": SIGNATURE + chunk(b"IHDR", deep)
        + chunk(b"IDAT", zlib.compress(b"\0" * 28)) + end,
        "no zlib": SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", b"hello") + end,
    }  # fmt: skip


@pytest.mark.parametrize("name", damaged())
def test_damage_is_an_error(name: str) -> None:
    with pytest.raises(CorruptInput):
        MEDIA.read(damaged()[name], LIMITS)


def test_a_critical_chunk_of_unknown_meaning_is_refused() -> None:
    with pytest.raises(UnsupportedFormat, match="ODDD"):
        MEDIA.read(png(values_of(2, 8), 2, 8, chunk(b"ODDD", b"")), LIMITS)


def test_no_pixels() -> None:
    with pytest.raises(EmptyInput):
        MEDIA.read(png(np.zeros((0, 4, 3), np.uint8), 2, 8), LIMITS)


def test_files_of_other_encoders() -> None:
    deep = noise(20, 30, 3, depth=16)
    assert (MEDIA.read(imagecodecs.png_encode(deep), LIMITS).samples == deep).all()
    written = MEDIA.encode(MEDIA.read(saved(astronaut(), "PNG"), LIMITS), ())
    with Image.open(io.BytesIO(written)) as image:
        assert (np.asarray(image) == astronaut()).all()


def test_the_mode_of_the_output_depends_on_written_pixels_alone() -> None:
    """Two palettes that differ under a mask must lead to one output."""
    indices = np.zeros((8, 8, 1), np.uint8)
    indices[:4] = 1
    plain = chunk(b"PLTE", b"\x10\x20\x30\x99\x88\x77")
    clear = chunk(b"tRNS", b"\xff\x00")
    outputs = set()
    for chunks in ((plain,), (plain, clear)):
        picture = MEDIA.read(png(indices, 3, 8, *chunks), LIMITS)
        samples = picture.samples.copy()
        samples[:4] = 255
        outputs.add(MEDIA.encode(Picture(samples=samples, encoding=picture.encoding), ()))
    assert len(outputs) == 1
