"""WebP: lossy and lossless, with and without alpha, there and back."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image

from canaries.webp import chunk
from media.pictures import LIMITS, MEDIA, astronaut, noise, orientation_block, saved
from passerby.errors import CorruptInput
from passerby.model.media import Mode


def form(*chunks: bytes) -> bytes:
    body = b"".join(chunks)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def with_alpha(height: int = 40, width: int = 60) -> np.ndarray:
    alpha = noise(height, width, 1)
    alpha[: height // 2] = 0
    return np.dstack([astronaut(height, width), alpha])


@pytest.mark.parametrize("pixels", [astronaut(41, 61), with_alpha()])
def test_lossless_there_and_back(pixels: np.ndarray) -> None:
    picture = MEDIA.read(saved(pixels, "WEBP", lossless=True, exact=True), LIMITS)
    wanted = pixels.copy()
    if pixels.shape[2] == 4:
        wanted[wanted[..., 3] == 0] = 0
    assert (picture.samples == wanted).all()
    assert picture.encoding.lossless
    written = MEDIA.encode(picture, ())
    assert MEDIA.leftovers(written, picture.encoding, ()) == ()
    for again in (MEDIA.read(written, LIMITS), MEDIA.read_again(written, LIMITS)):
        assert again.encoding == picture.encoding
        assert (again.samples == wanted).all()
    with Image.open(io.BytesIO(written)) as image:
        assert image.size == (pixels.shape[1], pixels.shape[0])


@pytest.mark.parametrize("pixels", [astronaut(41, 61), with_alpha()])
def test_lossy_there_and_back(pixels: np.ndarray) -> None:
    picture = MEDIA.read(saved(pixels, "WEBP", quality=80), LIMITS)
    assert not picture.encoding.lossless
    written = MEDIA.encode(picture, ())
    assert MEDIA.leftovers(written, picture.encoding, ()) == ()
    first, second = MEDIA.read(written, LIMITS), MEDIA.read_again(written, LIMITS)
    assert (first.samples == second.samples).all()
    assert first.encoding == picture.encoding
    visible = picture.samples[..., -1] > 0
    difference = np.abs(first.samples.astype(int) - picture.samples)[visible]
    assert difference.mean() < 3
    if pixels.shape[2] == 4:
        assert (first.samples[..., 3] == pixels[..., 3]).all()


def test_alpha_is_left_out_once_all_is_opaque() -> None:
    picture = MEDIA.read(saved(with_alpha(), "WEBP", lossless=True), LIMITS)
    samples = picture.samples.copy()
    samples[..., 3] = 255
    again = MEDIA.read(MEDIA.encode(picture.with_samples(samples), ()), LIMITS)
    assert again.encoding.mode is Mode.RGB
    assert (again.samples == samples[..., :3]).all()


def test_the_same_picture_gives_the_same_bytes() -> None:
    for lossless in (False, True):
        picture = MEDIA.read(saved(astronaut(), "WEBP", lossless=lossless), LIMITS)
        assert MEDIA.encode(picture, ()) == MEDIA.encode(picture, ())


def test_orientation() -> None:
    coded = saved(astronaut(41, 61), "WEBP", lossless=True)
    canvas = struct.pack("<I", 8) + (60).to_bytes(3, "little") + (40).to_bytes(3, "little")
    exif = chunk(b"EXIF", orientation_block(6))
    picture = MEDIA.read(form(chunk(b"VP8X", canvas), coded[12:], exif), LIMITS)
    assert (picture.samples == np.rot90(astronaut(41, 61), -1)).all()


def damaged() -> dict[str, bytes]:
    lossy, lossless = saved(astronaut(), "WEBP"), saved(astronaut(), "WEBP", lossless=True)
    wrong = struct.pack("<I", 0) + b"\1\0\0\1\0\0"
    return {
        "short": lossy[:-100],
        "short lossless": lossless[:-100],
        "no picture": form(chunk(b"EXIF", b"")),
        "two pictures": form(lossy[12:], lossy[12:]),
        "other size": form(chunk(b"VP8X", wrong), lossy[12:]),
        "short canvas": form(chunk(b"VP8X", b"\0"), lossy[12:]),
        "start code": lossy.replace(b"\x9d\x01\x2a", b"\x9d\x01\x2b"),
        "lossless signature": lossless[:20] + b"\0" + lossless[21:],
        "cut in the data": form(chunk(b"VP8 ", lossy[20:200])),
        "cut in lossless data": form(chunk(b"VP8L", lossless[20:200])),
        "no chunk": form(lossy[12:], b"ab"),
        "chunk too long": form(lossy[12:], b"EXIF\xff\xff\xff\x7f"),
    }


@pytest.mark.parametrize("name", damaged())
def test_damage_is_an_error(name: str) -> None:
    with pytest.raises(CorruptInput):
        MEDIA.read(damaged()[name], LIMITS)
