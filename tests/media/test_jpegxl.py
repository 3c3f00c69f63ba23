"""JPEG XL: what is read, how it is turned, which colours, and what is refused by name."""

from __future__ import annotations

import imagecodecs
import numpy as np
import pytest

from heif_files import box
from media.pictures import LIMITS, MEDIA, astronaut, noise, orientation_block, saved
from passerby.errors import CorruptInput, LimitExceeded, UnsupportedFormat
from passerby.media import orient
from passerby.media.containers import jpegxl as container
from passerby.media.containers.jpegxl import Channel
from passerby.model.media import Format, Group, Mode, Orientation
from passerby.model.options import Limits

PIXELS = astronaut(60, 80)


def coded(pixels: np.ndarray, **options: object) -> bytes:
    return bytes(imagecodecs.jpegxl_encode(np.ascontiguousarray(pixels), **options))


def boxed(*content: bytes) -> bytes:
    head = box(b"JXL ", b"\r\n\x87\n") + box(b"ftyp", b"jxl \0\0\0\0jxl ")
    return head + b"".join(content)


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("mode", [Mode.L, Mode.LA, Mode.RGB, Mode.RGBA])
def test_lossless_pixels_come_back(mode: Mode, depth: int) -> None:
    pixels = noise(40, 50, len(mode), depth=depth)
    if mode.has_alpha:
        pixels[..., -1] |= 1
    data = coded(pixels.squeeze(), lossless=True)
    picture = MEDIA.read(data, LIMITS)
    assert (picture.samples == pixels).all()
    assert picture.encoding.format is Format.PNG
    assert picture.encoding.mode is mode
    assert picture.encoding.depth == depth
    assert picture.source is not None
    assert picture.source.format is Format.JPEG_XL
    assert (MEDIA.read_again(MEDIA.encode(picture, ()), LIMITS).samples == pixels).all()


def test_lossy() -> None:
    picture = MEDIA.read(coded(PIXELS, distance=1.0), LIMITS)
    assert np.sqrt(((picture.samples.astype(int) - PIXELS) ** 2).mean()) < 12
    assert picture.encoding.icc is None


def test_10_bits_are_kept_in_16() -> None:
    narrow = noise(30, 40, 3, depth=16) >> 6
    picture = MEDIA.read(coded(narrow, lossless=True, bitspersample=10), LIMITS)
    assert picture.encoding.depth == 16
    assert "10 bits a sample are kept in 16" in picture.notes
    assert (picture.samples == (narrow << 6 | narrow >> 4)).all()
    avif = MEDIA.read(coded(narrow, lossless=True, bitspersample=10), LIMITS, Format.AVIF)
    assert avif.encoding.depth == 10


def with_header(data: bytes, orientation: int) -> bytes:
    """Return a lossless 8-bit RGB codestream of 80x60 with extra fields in its header.

    The header's bits run on to the byte in which the first frame begins (ISO/IEC 18181-1, D.3).
    """
    bits = [byte >> place & 1 for byte in data[2:12] for place in range(8)]
    # Size: not in eighths, 9 bits of height - 1, a ratio; then whether all is default.
    size = 1 + 2 + 9 + 3
    start, metadata = bits[: size + 1], bits[size + 2 : size + 2 + 3 + 1 + 2 + 1 + 1]
    rest = bits[size + 2 + len(metadata) :]
    assert bits[size : size + 2] == [0, 0]
    # 8 bits, no further channels, not through XYB, sRGB.
    assert metadata[:3] + metadata[4:] == [0, 0, 0, 0, 0, 0, 1]
    fields = [1, *((orientation - 1 >> place) & 1 for place in range(3)), 0, 0, 0]
    tone_mapping, extensions_and_transform = [1], rest[:3]
    changed = start + fields + metadata + tone_mapping + extensions_and_transform
    before = -(-(size + 2 + len(metadata) + 3) // 8)
    changed += [0] * (-len(changed) % 8)
    packed = bytes(
        sum(bit << place for place, bit in enumerate(changed[at : at + 8]))
        for at in range(0, len(changed), 8)
    )
    return data[:2] + packed + data[2 + before :]


@pytest.mark.parametrize("value", list(Orientation))
def test_turned(value: Orientation) -> None:
    data = with_header(coded(PIXELS, lossless=True), value)
    # What its Exif says is not applied as well.
    whole = boxed(box(b"Exif", b"\0\0\0\0" + orientation_block(3)), box(b"jxlc", data))
    expected = imagecodecs.jpegxl_decode(data)
    for each in (data, whole):
        picture = MEDIA.read(each, LIMITS)
        assert picture.orientation is value
        assert np.array_equal(picture.samples, expected)
        assert np.array_equal(picture.samples, orient.apply(PIXELS, value))


def test_a_codestream_in_pieces() -> None:
    data = coded(PIXELS, lossless=True)
    cut = len(data) // 3
    one, two = data[:cut], data[cut:]
    whole = boxed(box(b"jxlp", b"\0\0\0\0", one), box(b"jxlp", b"\x80\0\0\1", two))
    assert (MEDIA.read(whole, LIMITS).samples == PIXELS).all()
    for pieces in (
        [box(b"jxlp", b"\0\0\0\0", one)],
        [box(b"jxlp", b"\x80\0\0\1", two)],
        [box(b"jxlp", b"\x80\0\0\1", two), box(b"jxlp", b"\0\0\0\0", one)],
        [box(b"jxlc", data), box(b"jxlp", b"\x80\0\0\0", data)],
        [box(b"jxlc", data), box(b"jxlc", data)],
        [],
    ):
        with pytest.raises(CorruptInput):
            MEDIA.read(boxed(*pieces, box(b"free")), LIMITS)


def test_cut_short() -> None:
    for data in (coded(PIXELS, lossless=True), boxed(box(b"jxlc", coded(PIXELS, level=90)))):
        for length in (len(data) - 1, len(data) // 2, 60, 14):
            with pytest.raises(CorruptInput):
                MEDIA.read(data[:length], LIMITS)


def test_linear_colours_get_a_profile() -> None:
    data = coded(noise(20, 20, 3, depth=16), lossless=True)
    picture = MEDIA.read(data, LIMITS)
    assert container.read_header(container.find_stream(data)).colour.codes == (1, 8)
    assert picture.encoding.icc is not None
    assert MEDIA.read(coded(PIXELS, lossless=True), LIMITS).encoding.icc is None


def changed_header(name: str) -> tuple[container.Header, str]:
    """Return a header of a kind that no encoder at hand writes, and the words for it."""
    plain = container.read_header(coded(PIXELS))
    colour = container.Colour(container.RGB, None, has_profile=True)
    made = {
        "profile": ({"colour": colour}, "colour profile"),
        "custom colours": ({"colour": container.Colour(container.RGB, None)}, "colour profile"),
        "unknown space": ({"colour": container.Colour(3, (1, 13))}, "other colours"),
        "ink": ({"channels": (Channel(container.BLACK, 8),)}, "CMYK"),
        "depth map": ({"channels": (Channel(1, 8),)}, "further channels"),
        "small alpha": ({"channels": (Channel(0, 8, shift=3),)}, "further channels"),
        "associated": ({"channels": (Channel(0, 8, associated=True),)}, "multiplied"),
        "two depths": ({"channels": (Channel(0, 16),)}, "several depths"),
        "9 bits": ({"depth": 9}, "9 bits"),
        "float": ({"is_float": True}, "floating-point"),
    }
    values, words = made[name]
    fields = {key: getattr(plain, key) for key in plain.__slots__} | values
    return container.Header(**fields), words


@pytest.mark.parametrize(
    "name",
    [
        *("profile", "custom colours", "unknown space", "ink", "depth map", "small alpha"),
        *("associated", "two depths", "9 bits", "float"),
    ],
)
def test_refused_by_what_the_header_says(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    header, words = changed_header(name)
    data = coded(PIXELS)
    MEDIA.read(data, LIMITS)
    monkeypatch.setattr(container, "read_header", lambda stream: header)
    with pytest.raises(UnsupportedFormat, match=words):
        MEDIA.read(data, LIMITS)


def test_refused_as_encoders_write_it() -> None:
    for pixels, words in (
        (np.stack([PIXELS, PIXELS[::-1]]), "animated"),
        (PIXELS.astype(np.float32) / 255, "floating-point"),
    ):
        with pytest.raises(UnsupportedFormat, match=words):
            MEDIA.read(coded(pixels, lossless=True), LIMITS)


def test_sizes_are_checked_in_the_header() -> None:
    data = coded(PIXELS, lossless=True)
    MEDIA.read(data, Limits(pixels=60 * 80))
    with pytest.raises(LimitExceeded):
        MEDIA.read(data, Limits(pixels=60 * 80 - 1))
    # Not in eighths, 30 bits of a height of 2^30, square.
    huge = b"\xff\x0a" + (0b110 | (2**30 - 1) << 3 | 1 << 33).to_bytes(5, "little") + data[8:]
    assert container.read_header(huge).size == (2**30, 2**30)
    with pytest.raises(LimitExceeded):
        MEDIA.read(huge, LIMITS)


@pytest.mark.parametrize(
    ("size", "expected"),
    [((8, 8), (8, 8)), ((256, 256), (256, 256)), ((257, 3), (257, 3)), ((1, 5000), (1, 5000))],
)
def test_sizes_of_all_codings(size: tuple[int, int], expected: tuple[int, int]) -> None:
    width, height = size
    data = coded(np.zeros((height, width), np.uint8), lossless=True)
    assert container.read_header(data).size == expected


def test_bytes_behind_the_boxes_are_listed() -> None:
    data = boxed(box(b"jxlc", coded(PIXELS, level=90))) + saved(PIXELS, "JPEG") + b"more"
    groups = {part.name: part.group for part in MEDIA.parts(data)}
    assert groups["after the end/jpeg"] is Group.EMBEDDED
    assert MEDIA.leftovers(data, MEDIA.read(data, LIMITS).encoding, ()) != ()
    plain = boxed(box(b"jxlc", coded(PIXELS, level=90)))
    assert MEDIA.leftovers(plain, MEDIA.read(plain, LIMITS).encoding, ()) == ()


@pytest.mark.parametrize("value", [1, 6])
def test_what_the_header_says_is_what_is_read(value: int) -> None:
    for data in (
        with_header(coded(PIXELS, lossless=True), value),
        coded(noise(20, 30, 2), lossless=True),
        coded(noise(20, 30, 4, depth=16), lossless=True),
    ):
        facts = MEDIA.describe(data)
        picture = MEDIA.read(data, LIMITS)
        assert picture.source is not None
        assert facts.size == picture.size
        assert facts.mode is picture.source.mode
        assert facts.depth == picture.source.depth
        assert facts.orientation is picture.orientation
