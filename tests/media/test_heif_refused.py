"""HEIC and AVIF that are refused: what contradicts itself, overlaps, or claims too much."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from heif_files import (
    CODERS,
    HeifBuilder,
    auxc,
    box,
    code_hevc,
    full,
    ispe,
)
from media.heifs import (
    ALPHA,
    BRANDS,
    KINDS,
    PIXELS,
    changed,
    coded,
    name_colours,
    pixels_of,
    started,
)
from media.pictures import LIMITS, MEDIA
from passerby.errors import CorruptInput, EmptyInput, LimitExceeded, UnsupportedFormat
from passerby.model.options import Limits


def _resized(builder: HeifBuilder, width: int, height: int) -> None:
    props = builder.items[0].properties
    builder.items[0].properties = [
        (ispe(width, height) if prop[4:8] == b"ispe" else prop, essential)
        for prop, essential in props
    ]


def _without(builder: HeifBuilder, kind: bytes) -> None:
    builder.items[0].properties = [p for p in builder.items[0].properties if p[0][4:8] != kind]


def _as(builder: HeifBuilder, kind: bytes) -> None:
    builder.items[0].kind = kind


def _two_alphas(builder: HeifBuilder) -> None:
    for _ in range(2):
        builder.refer(b"auxl", builder.picture(coded("AVIF"), (auxc(ALPHA), True)), 1)


def _small_alpha(builder: HeifBuilder) -> None:
    small = CODERS["AVIF"](PIXELS[:64, :80, 0])
    builder.refer(b"auxl", builder.picture(small, (auxc(ALPHA), True)), 1)


REFUSED: dict[str, tuple[Callable[[HeifBuilder], None], type[Exception], str]] = {
    "larger than coded": (lambda b: _resized(b, 1600, 1280), CorruptInput, "not of the size"),
    "smaller than coded": (lambda b: _resized(b, 80, 64), CorruptInput, "not of the size"),
    "no size": (lambda b: _without(b, b"ispe"), CorruptInput, "without a size"),
    "no configuration": (lambda b: _without(b, b"av1C"), CorruptInput, "configuration"),
    "overlay": (lambda b: _as(b, b"iovl"), UnsupportedFormat, "overlay"),
    "jpeg": (lambda b: _as(b, b"jpeg"), UnsupportedFormat, "JPEG inside"),
    "unknown": (lambda b: _as(b, b"oddk"), UnsupportedFormat, "unknown kind"),
    "no primary": (lambda b: setattr(b, "primary", 7), CorruptInput, "primary item"),
    "a reference to nothing": (lambda b: b.refer(b"thmb", 1, 9), CorruptInput, "not there"),
    "an unknown need": (
        lambda b: b.items[0].properties.append((box(b"oddp", b"x"), True)),
        UnsupportedFormat,
        "oddp",
    ),
    "two alphas": (_two_alphas, CorruptInput, "more than one alpha"),
    "small alpha": (_small_alpha, UnsupportedFormat, "alpha of another size"),
    "unknown colours": (lambda b: name_colours(b, 99, 13), UnsupportedFormat, "primaries 99"),
    "unknown transfer": (lambda b: name_colours(b, 1, 99), UnsupportedFormat, "transfer 99"),
    "two lists": (lambda b: b.behind.append(full(b"meta")), CorruptInput, "more than one"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    change, error, words = REFUSED[name]
    pixels_of(started("AVIF").build())
    with pytest.raises(error, match=words):
        pixels_of(changed("AVIF", change))


def test_hevc_of_another_size_than_the_container_says() -> None:
    with pytest.raises(CorruptInput, match="not of the size"):
        pixels_of(changed("HEIC", lambda b: _resized(b, 1600, 1280)))


def test_parameters_in_the_picture_may_not_change_its_size() -> None:
    """A second sequence header within the picture would be the one that the decoder follows."""
    small = coded("HEIC")
    large = code_hevc(np.zeros((640, 960, 3), np.uint8))
    at = large.configuration.index(b"\x42\x01") - 2
    size = int.from_bytes(large.configuration[at : at + 2], "big")
    unit = large.configuration[at + 2 : at + 2 + size]
    payload = struct.pack(">I", len(unit)) + unit + small.payload
    builder = HeifBuilder(brand=b"heic")
    builder.picture(replace(small, payload=payload))
    with pytest.raises(CorruptInput, match="other parameters"):
        pixels_of(builder.build())


def test_two_pictures_in_one_item() -> None:
    picture = coded("HEIC")
    builder = HeifBuilder(brand=b"heic")
    builder.picture(replace(picture, payload=picture.payload * 2))
    data = builder.build()
    with pytest.raises(CorruptInput, match="2 pictures"):
        pixels_of(data)
    assert any(p.name.endswith("/further picture") for p in MEDIA.parts(data))


@pytest.mark.parametrize("kind", KINDS)
def test_a_large_claim_is_refused_before_decoding(kind: str) -> None:
    builder = HeifBuilder(brand=BRANDS[kind])
    tile = coded(kind)
    builder.grid(200, 200, (200 * 160, 200 * 128), [tile])
    builder.references[0] = (b"dimg", 1, (2,) * 40_000)
    with pytest.raises((LimitExceeded, CorruptInput)):
        pixels_of(builder.build())
    small = Limits(pixels=160 * 128 - 1)
    with pytest.raises(LimitExceeded):
        MEDIA.read(started(kind).build(), small)


def test_no_pixels() -> None:
    builder = HeifBuilder(brand=b"avif")
    builder.grid(1, 1, (0, 0), [coded("AVIF")])
    with pytest.raises(EmptyInput):
        pixels_of(builder.build())


@pytest.mark.parametrize("kind", KINDS)
def test_cut_short(kind: str) -> None:
    data = started(kind).build()
    for length in (len(data) - 1, len(data) // 2, 300, 60, 24):
        with pytest.raises(CorruptInput):
            MEDIA.read(data[:length], LIMITS)


def test_bytes_of_two_items_that_overlap() -> None:
    builder = started("AVIF")
    builder.add(b"mime", b"x" * 40, more=b"text/plain\0")
    data = bytearray(builder.build())
    at = data.index(b"iloc") + 4 + 4 + 2 + 2 + 16
    assert data[at : at + 2] == b"\0\2"
    place = int.from_bytes(data[at + 8 : at + 12], "big") - 20
    data[at + 8 : at + 12] = struct.pack(">I", place)
    with pytest.raises(CorruptInput, match="overlap"):
        MEDIA.read(bytes(data), LIMITS)
