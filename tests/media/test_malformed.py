"""Damaged files: nothing but Passerby's own errors comes out, and nothing on stderr."""

from __future__ import annotations

import shutil
import struct
import time
import zlib
from contextlib import suppress
from functools import lru_cache

import imagecodecs
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canaries import (
    filled_animated_webp,
    filled_apng,
    filled_avif,
    filled_dng,
    filled_gif,
    filled_heic,
    filled_jpeg,
    filled_jpegxl,
    filled_pages,
    filled_png,
    filled_psd,
    filled_tiff,
    filled_webp,
)
from canaries.dng import dng, mosaicked, sensed
from canaries.png import SIGNATURE, chunk
from canaries.psd import INDEXED, Document, Layer
from heif_files import heif_enc
from media import arithmetic
from media.animations import moving, random_apng, random_gif, saved_frames
from media.pictures import LIMITS, MEDIA, astronaut, noise, saved, segment, with_segment
from media.test_pages import page, tiff_of
from media.test_png import png, values_of
from media.test_psd import planes
from media.test_tiff import tiff
from passerby.errors import PasserbyError, UnsupportedFormat
from passerby.media import sniff
from passerby.model.media import HANDLED, Field


@lru_cache
def seeds() -> dict[str, bytes]:
    """Return small files of all formats and kinds."""
    pixels = astronaut(40, 56)
    deep = noise(21, 30, 3, depth=16)
    palette = chunk(b"PLTE", noise(16, 3).tobytes())
    layer = Layer(name=b"layer", planes=noise(4, 9, 12), mask=noise(5, 5))
    alpha = np.dstack([pixels, pixels[..., 0]])
    seeds = {
        "jpeg": saved(pixels, "JPEG"),
        "progressive": saved(pixels, "JPEG", progressive=True),
        "grey jpeg": saved(pixels[..., 0], "JPEG"),
        "arithmetic": arithmetic.PROGRESSIVE,
        "filled jpeg": filled_jpeg(pixels).data,
        "png": saved(pixels, "PNG"),
        "16-bit png": png(values_of(2, 16), 2, 16),
        "interlaced png": png(values_of(2, 16), 2, 16, interlaced=True),
        "palette png": png(values_of(3, 4), 3, 4, palette, chunk(b"tRNS", b"\0\x80")),
        "filled png": filled_png(pixels).data,
        "webp": saved(pixels, "WEBP"),
        "lossless webp": saved(pixels, "WEBP", lossless=True),
        "filled webp": filled_webp(pixels).data,
        "tiff": tiff(pixels),
        "16-bit tiff": tiff(deep, compression="lzw", predictor=True),
        "tiles": tiff(pixels, tile=(16, 16), compression="zlib", predictor=True),
        "packbits": tiff(pixels, compression="packbits"),
        "jpeg tiff": tiff(pixels, compression="jpeg", subsampling=(2, 2)),
        "big tiff": tiff(pixels, bigtiff=True, byteorder=">"),
        "filled tiff": filled_tiff(pixels).data,
        "tiff pages": tiff_of(page(pixels), page(deep), page(pixels, compression="jpeg")),
        "filled tiff pages": filled_pages(pixels).data,
        "psd": Document(planes=planes(pixels), layers=[layer], packed=True).build(),
        "16-bit psb": Document(planes=planes(deep), layers=[layer], version=2).build(),
        "palette psd": Document(
            planes=noise(1, 20, 30), mode=INDEXED, palette=noise(768).tobytes()
        ).build(),
        "filled psd": filled_psd(pixels).data,
        "gif": saved_frames(moving(3), "GIF"),
        "gif of every kind": random_gif(5),
        "filled gif": filled_gif(pixels).data,
        "apng": saved_frames(moving(3), "PNG"),
        "16-bit apng": random_apng(3, 6, 16),
        "palette apng": random_apng(4, 3, 4),
        "filled apng": filled_apng(pixels).data,
        "animated webp": saved_frames(moving(3), "WEBP", quality=80),
        "filled animated webp": filled_animated_webp(pixels).data,
        "avif": saved(pixels, "AVIF"),
        "10-bit avif": bytes(imagecodecs.avif_encode(deep >> 6, bitspersample=10)),
        "avif with alpha": saved(alpha, "AVIF"),
        "filled avif": filled_avif(pixels).data,
        "jpeg xl": bytes(imagecodecs.jpegxl_encode(pixels, level=90)),
        "16-bit jpeg xl": bytes(imagecodecs.jpegxl_encode(deep, lossless=True)),
        "filled jpeg xl": filled_jpegxl(pixels).data,
    }
    # On CI it is there: see test_heic.
    if shutil.which("heif-enc"):
        seeds["heic"] = heif_enc(pixels)
        seeds["filled heic"] = filled_heic(pixels).data
    return seeds


def exercise(data: bytes) -> None:
    """Do everything with a file that the pipeline does."""
    for call in (MEDIA.parts, sniff):
        with suppress(PasserbyError):
            call(data)
    try:
        picture = MEDIA.read(data, LIMITS)
    except PasserbyError:
        return
    picture = MEDIA.fit(picture)
    written = MEDIA.encode(picture, tuple(Field))
    assert MEDIA.leftovers(written, picture.encoding, tuple(Field)) == ()
    assert MEDIA.read_again(written, LIMITS).canvas == picture.canvas
    with suppress(PasserbyError):
        MEDIA.read_again(data, LIMITS)
    with suppress(UnsupportedFormat):
        MEDIA.leftovers(data, picture.encoding, ())
    list(MEDIA.views(picture))


@pytest.mark.parametrize("name", seeds())
def test_the_seeds_are_sound(name: str) -> None:
    data = seeds()[name]
    assert sniff(data) in HANDLED
    exercise(data)
    MEDIA.read(data, LIMITS)


@pytest.mark.parametrize("name", seeds())
def test_cut_at_many_places(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    data = seeds()[name]
    for cut in sorted({len(data) * part // 24 for part in range(24)} | set(range(1, 64, 5))):
        exercise(data[:cut])
    assert capfd.readouterr() == ("", "")


def mutated(data: bytes, draw: st.DrawFn) -> bytes:
    """Change some bytes, or move, repeat or leave out a stretch."""
    out = bytearray(data)
    for _ in range(draw(st.integers(1, 4))):
        # The beginning holds what decides most.
        place = st.integers(0, len(out) - 1) | st.integers(0, min(len(out) - 1, 200))
        at = draw(place)
        match draw(st.integers(0, 5)):
            case 0:
                out[at] = draw(st.integers(0, 255))
            case 1:
                out[at] ^= 1 << draw(st.integers(0, 7))
            case 2:
                value = draw(st.sampled_from([0, 1, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1]))
                order = draw(st.sampled_from("<>"))
                out[at : at + 4] = struct.pack(order + "I", value)
            case 3:
                del out[at : at + draw(st.integers(1, 64))]
            case 4:
                out[at:at] = out[at : at + draw(st.integers(1, 64))]
            case 5:
                out[at:at] = draw(st.binary(min_size=1, max_size=16))
        if not out:
            return b"\0"
    return bytes(out)


@st.composite
def damaged_files(draw: st.DrawFn) -> bytes:
    return mutated(seeds()[draw(st.sampled_from(sorted(seeds())))], draw)


@settings(
    max_examples=500,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(damaged_files())
def test_mutated_files(data: bytes) -> None:
    start = time.monotonic()
    exercise(data)
    assert time.monotonic() - start < 10


RAW_SEEDS = st.deferred(lambda: st.sampled_from(raw_seeds()))


@lru_cache
def raw_seeds() -> list[bytes]:
    """Return small RAW files. Each is rendered by a process of its own, which takes time."""
    mosaic = mosaicked(astronaut(32, 40))
    return [dng(mosaic), dng(sensed(astronaut(32, 40)), 6), filled_dng(astronaut(32, 40)).data]


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.data())
def test_mutated_raw_files(data: st.DataObject) -> None:
    exercise(data.draw(st.composite(lambda draw: mutated(draw(RAW_SEEDS), draw))()))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(seeds())), st.sampled_from(sorted(seeds())))
def test_one_file_after_another(one: str, other: str) -> None:
    data = seeds()[one] + seeds()[other]
    assert sniff(data) is sniff(seeds()[one])
    exercise(data)


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=200), st.sampled_from([b"", b"II\x2a\0", b"MM\0\x2a", b"Exif\0\0II\x2a\0"])
)
def test_any_bytes_as_metadata(block: bytes, start: bytes) -> None:
    payload = start + block
    whole = saved(astronaut(16, 16), "JPEG")
    prefixes = (
        (0xE1, b"Exif\0\0"),
        (0xE1, b"http://ns.adobe.com/xap/1.0/\0"),
        (0xE1, b"http://ns.adobe.com/xmp/extension/\0"),
        (0xE2, b"ICC_PROFILE\0\1\1"),
        (0xE2, b"MPF\0"),
        (0xEB, b"JP\0\1\0\0\0\1"),
        (0xED, b"Photoshop 3.0\0"),
        (0xE0, b"JFIF\0"),
        (0xEE, b"Adobe"),
    )
    for marker, prefix in prefixes:
        exercise(with_segment(whole, marker, prefix + payload))
    exercise(whole + payload + b"SEFT")
    exercise(whole[:2] + b"".join(segment(m, p + payload) for m, p in prefixes) + whole[2:])


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt", b"iCCP", b"eXIf", b"caBX", b"tEXt"])
def test_metadata_that_explodes(kind: bytes) -> None:
    """A gigabyte of zeros in a chunk of a megabyte is inflated within a bound."""
    bomb = zlib.compress(b"\0" * 2**28, 9)
    head = {b"iTXt": b"XML:com.adobe.xmp\0\1\0\0\0", b"tEXt": b"a\0"}.get(kind, b"name\0\0")
    data = png(values_of(2, 8), 2, 8, chunk(kind, head + bomb))
    start = time.monotonic()
    exercise(data)
    assert time.monotonic() - start < 5


def test_picture_data_that_explodes() -> None:
    header = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    bomb = zlib.compress(b"\0" * 2**28, 9)
    pieces = [chunk(b"IHDR", header), chunk(b"IDAT", bomb), chunk(b"IEND", b"")]
    start = time.monotonic()
    exercise(SIGNATURE + b"".join(pieces))
    assert time.monotonic() - start < 2
