"""Animated WebP: canvases as viewers show them, there and back, and what is refused."""

from __future__ import annotations

import io
import struct
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from canaries.animated_webp import animation, coded, frame
from canaries.webp import chunk
from media.animations import any_box, moving, saved_frames, shown_by_pillow, visible
from media.pictures import LIMITS, MEDIA, astronaut, noise, orientation_block, saved
from passerby.errors import CorruptInput, LimitExceeded, OutputError, UnsupportedFormat
from passerby.media import animated_webp
from passerby.model.media import Disposal, Format, Mode
from passerby.model.options import Limits
from passerby.ports import Picture

KEEP, BACKGROUND = Disposal.KEEP, Disposal.BACKGROUND
SIZE = (12, 10)


def same(one: Picture, other: Picture) -> bool:
    return all(
        (a.samples == b.samples).all() for a, b in zip(one.frames, other.frames, strict=True)
    )


def flat(value: list[int], size: tuple[int, int] = SIZE) -> bytes:
    """Return the chunks of a picture of one colour."""
    return coded(np.full((size[1], size[0], 4), value, np.uint8))


def random_webp(seed: int) -> bytes:
    """Return frames of noise in even places, blended and disposed of in every way."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 30)), int(rng.integers(1, 30))
    frames = []
    for _ in range(int(rng.integers(1, 7))):
        left, top, width, height = any_box(rng, size)
        at = left // 2 * 2, top // 2 * 2
        pixels = rng.integers(0, 256, (height, width, 4), np.uint8)
        pixels[..., 3] = rng.choice([0, 255, 80, 3], (height, width))
        flags, lasts = int(rng.integers(0, 4)), int(rng.integers(0, 2000))
        frames.append(frame(coded(pixels), (width, height), at, lasts, flags))
    return animation(size, int(rng.integers(0, 4)), *frames)


@pytest.mark.parametrize(
    "options",
    [{"lossless": True}, {"quality": 80}, {"lossless": True, "minimize_size": True},
     {"allow_mixed": True}],
)  # fmt: skip
def test_what_pillow_writes(options: dict[str, object]) -> None:
    frames = moving()
    durations = [40, 50, 60, 70, 80, 2000]
    data = saved_frames(frames, "WEBP", duration=durations, loop=3, **options)
    picture = MEDIA.read(data, LIMITS)
    assert picture.encoding.format is Format.ANIMATED_WEBP
    assert picture.encoding.mode is Mode.RGB
    assert picture.encoding.lossless is ("lossless" in options)
    assert picture.timing is not None
    assert picture.timing.durations == tuple(Fraction(each, 1000) for each in durations)
    assert picture.timing.loops == 3
    shown = [visible(each.samples) for each in picture.frames]
    assert all((a == b).all() for a, b in zip(shown, shown_by_pillow(data), strict=True))
    assert same(picture, MEDIA.read_again(data, LIMITS))


@pytest.mark.parametrize("seed", range(60))
def test_there_and_back(seed: int) -> None:
    data = random_webp(seed)
    picture = MEDIA.read(data, LIMITS)
    assert same(picture, MEDIA.read_again(data, LIMITS))
    fitted = MEDIA.fit(picture)
    written = MEDIA.encode(fitted, ())
    again = MEDIA.read_again(written, LIMITS)
    assert again.timing == picture.timing == fitted.timing
    assert same(again, fitted)
    assert not again.hidden_colour
    assert MEDIA.leftovers(written, fitted.encoding, ()) == ()
    assert MEDIA.encode(MEDIA.fit(again), ()) == written
    shown = shown_by_pillow(written)
    ours = [visible(each.samples) for each in again.frames]
    assert all((a == b).all() for a, b in zip(ours, shown, strict=True))


@pytest.mark.parametrize("seed", range(60))
def test_canvases_are_those_of_libwebp(seed: int) -> None:
    """libwebp blends in integers of its own, and is off by a few levels where little is opaque."""
    data = random_webp(seed)
    picture = MEDIA.read(data, LIMITS)
    for ours, theirs in zip(picture.frames, shown_by_pillow(data), strict=True):
        mine = visible(ours.samples).astype(int)
        weight = np.minimum(mine[..., 3:], 255) / 255
        assert (np.abs(mine[..., :3] - theirs[..., :3]) * weight).max() <= 3
        assert np.abs(mine[..., 3] - theirs[..., 3]).max() <= 2


def test_blending_and_disposals() -> None:
    red, half = [255, 0, 0, 255], [0, 0, 255, 51]
    dot = flat(half, (2, 2))
    data = animation(
        SIZE,
        2,
        frame(flat(red), SIZE),
        frame(dot, (2, 2), (4, 2), flags=0),
        frame(dot, (2, 2), (4, 2), flags=3),
        frame(dot, (2, 2), (4, 2), flags=0),
    )
    picture = MEDIA.read(data, LIMITS)
    assert picture.timing is not None
    assert picture.timing.disposals == (KEEP, KEEP, BACKGROUND, KEEP)
    assert [f.samples[2, 4].tolist() for f in picture.frames] == [
        red,
        [204, 0, 51, 255],
        half,
        half,
    ]
    assert all(f.samples[0, 0].tolist() == red for f in picture.frames)


def with_alpha(count: int = 4) -> list[np.ndarray]:
    """Return frames with a transparent hole that moves."""
    frames = []
    for index, pixels in enumerate(moving(count, 64, 96)):
        alpha = np.full(pixels.shape[:2], 255, np.uint8)
        alpha[10:50, 8 + 6 * index : 40 + 6 * index] = 0
        frames.append(np.dstack([pixels, alpha]))
    return frames


def test_lossy_there_and_back() -> None:
    for frames in (moving(), with_alpha()):
        picture = MEDIA.read(saved_frames(frames, "WEBP", quality=80), LIMITS)
        fitted = MEDIA.fit(picture)
        assert not fitted.encoding.lossless
        written = MEDIA.encode(fitted, ())
        assert MEDIA.leftovers(written, fitted.encoding, ()) == ()
        again = MEDIA.read_again(written, LIMITS)
        assert not again.hidden_colour
        assert again.timing == picture.timing
        for one, other in zip(again.frames, fitted.frames, strict=True):
            assert np.abs(one.samples.astype(int) - other.samples).mean() < 3
            if frames[0].shape[2] == 4:
                assert (one.samples[..., 3] == other.samples[..., 3]).all()


def test_a_lossy_still_with_alpha_hides_no_picture() -> None:
    """Colours are mixed across the edge of what is transparent: that is no picture."""
    pixels = with_alpha(1)[0]
    source = saved(pixels, "WEBP", quality=80, exact=True)
    assert MEDIA.read(source, LIMITS).hidden_colour
    written = MEDIA.encode(MEDIA.read(source, LIMITS), ())
    assert not MEDIA.read_again(written, LIMITS).hidden_colour


def test_colour_under_transparent_pixels_of_a_frame() -> None:
    pixels = noise(10, 12, 4)
    pixels[..., 3] = 0
    data = animation(SIZE, 0, frame(flat([1, 2, 3, 255]), SIZE), frame(coded(pixels), SIZE))
    picture = MEDIA.read(data, LIMITS)
    assert picture.hidden_colour
    assert [part.name for part in picture.hidden_parts] == ["colour under transparent pixels"]
    assert not MEDIA.read(MEDIA.encode(MEDIA.fit(picture), ()), LIMITS).hidden_colour


def test_alpha_is_left_out_once_all_is_opaque() -> None:
    picture = MEDIA.read(saved_frames(with_alpha(), "WEBP", lossless=True), LIMITS)
    assert picture.encoding.mode is Mode.RGBA
    opaque = picture.with_frames([each.with_samples(each.samples | 0) for each in picture.frames])
    for each in opaque.frames:
        each.samples[..., 3] = 255
    fitted = MEDIA.fit(opaque)
    assert fitted.encoding.mode is Mode.RGB
    assert MEDIA.read(MEDIA.encode(fitted, ()), LIMITS).encoding == fitted.encoding
    with pytest.raises(OutputError):
        animated_webp.encode(picture, ())


def test_orientation() -> None:
    exif = chunk(b"EXIF", orientation_block(6))
    pixels = [np.dstack([each, np.full(each.shape[:2], 255, np.uint8)]) for each in moving(2)]
    size = pixels[0].shape[1], pixels[0].shape[0]
    data = animation(size, 0, *[frame(coded(each), size) for each in pixels], exif, flags=0x1A)
    picture = MEDIA.read(data, LIMITS)
    for shown, source in zip(picture.frames, pixels, strict=True):
        assert (shown.samples == np.rot90(source, -1)[..., :3]).all()


def test_frames_are_cut_to_what_changes() -> None:
    base = astronaut(120, 160)
    frames = [base.copy() for _ in range(20)]
    for index, each in enumerate(frames):
        each[5:8, index : index + 3] = 255 - each[5:8, index : index + 3]
    for options in ({"lossless": True}, {"quality": 80}):
        fitted = MEDIA.fit(MEDIA.read(saved_frames(frames, "WEBP", **options), LIMITS))
        still = MEDIA.encode(MEDIA.read(saved(base, "WEBP", **options), LIMITS), ())
        assert len(MEDIA.encode(fitted, ())) < 2 * len(still)


def damaged() -> dict[str, bytes]:
    good = frame(flat([1, 2, 3, 255]), SIZE)
    lossy = saved(astronaut(10, 12), "WEBP")[12:]
    whole = animation(SIZE, 0, good)
    return {
        "no frame": animation(SIZE, 0),
        "no header": whole.replace(b"ANIM", b"ODD "),
        "two headers": animation(SIZE, 0, good, chunk(b"ANIM", b"\0" * 6)),
        "no extended header": whole.replace(b"VP8X", b"ODD "),
        "short frame": animation(SIZE, 0, good, chunk(b"ANMF", b"\0" * 15)),
        "no picture": animation(SIZE, 0, frame(b"", SIZE)),
        "two pictures": animation(SIZE, 0, frame(lossy + lossy, SIZE)),
        "other size": animation(SIZE, 0, frame(flat([1, 2, 3, 255]), (11, 10))),
        "beyond the canvas": animation(SIZE, 0, frame(flat([1, 2, 3, 255]), SIZE, at=(2, 0))),
        "cut in a frame": animation(SIZE, 0, frame(flat([1, 2, 3, 255])[:-4], SIZE)),
        "cut": whole[:-5],
        "picture alone": animation(SIZE, 0, lossy),
    }


@pytest.mark.parametrize("name", damaged())
def test_damage_is_an_error(name: str) -> None:
    for read in (MEDIA.read, MEDIA.read_again):
        with pytest.raises(CorruptInput):
            read(damaged()[name], LIMITS)


def test_a_canvas_that_no_copy_can_have() -> None:
    data = animation((16384, 2), 0, frame(flat([1, 2, 3, 255], (2, 2)), (2, 2)))
    with pytest.raises(UnsupportedFormat):
        MEDIA.read(data, LIMITS)


def test_all_frames_count() -> None:
    data = saved_frames(moving(), "WEBP")
    pixels = 6 * 40 * 56
    assert len(MEDIA.read(data, Limits(pixels=pixels)).frames) == 6
    with pytest.raises(LimitExceeded, match="6"):
        MEDIA.read(data, Limits(pixels=pixels - 1))


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        (chunk(b"ODD ", b"ab"), "frame 2/ODD"),
        (chunk(b"ALPH", b"\0" * 8), "frame/spare"),
        (chunk(b"EXIF", orientation_block(1)), "frame 2/EXIF"),
    ],
)
def test_what_a_frame_may_not_hold(inside: bytes, told: str) -> None:
    good = frame(flat([1, 2, 3, 255]), SIZE)
    data = animation(SIZE, 0, good, frame(flat([1, 2, 3, 255]) + inside, SIZE))
    encoding = MEDIA.read(data, LIMITS).encoding
    assert MEDIA.leftovers(animation(SIZE, 0, good, good), encoding, ()) == ()
    assert told in [part.name for part in MEDIA.leftovers(data, encoding, ())]


def test_bits_that_say_nothing() -> None:
    good = frame(flat([1, 2, 3, 255]), SIZE)
    encoding = MEDIA.read(animation(SIZE, 0, good), LIMITS).encoding
    for flags, loud in ((0x04, "frame 1"), (0x80, "frame 1")):
        data = animation(SIZE, 0, frame(flat([1, 2, 3, 255]), SIZE, flags=flags))
        assert [part.name for part in MEDIA.leftovers(data, encoding, ())] == [loud]
    colour = animation(SIZE, 0, good).replace(b"ANIM\6\0\0\0\0", b"ANIM\6\0\0\0\7")
    assert [part.name for part in MEDIA.leftovers(colour, encoding, ())] == ["ANIM"]


def test_pillow_counts_frames_and_plays() -> None:
    data = saved_frames(moving(), "WEBP", lossless=True, loop=5)
    with Image.open(io.BytesIO(MEDIA.encode(MEDIA.fit(MEDIA.read(data, LIMITS)), ()))) as image:
        assert (image.n_frames, image.info["loop"]) == (6, 5)
    assert struct.unpack_from("<H", data, data.index(b"ANIM") + 12)[0] == 5
