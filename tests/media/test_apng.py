"""Animated PNG: canvases as viewers show them, there and back, and what is refused."""

from __future__ import annotations

import struct
import zlib
from fractions import Fraction

import imagecodecs
import numpy as np
import pytest

from canaries.apng import frame_control, frame_data
from canaries.png import SIGNATURE, chunk, rows
from media.animations import moving, random_apng, saved_frames, shown_by_pillow, visible
from media.pictures import LIMITS, MEDIA, orientation_block
from passerby.errors import CorruptInput, LimitExceeded, OutputError
from passerby.media import animation, apng
from passerby.model.media import Disposal, Format, Mode
from passerby.model.options import Limits
from passerby.ports import Picture

KEEP, BACKGROUND, PREVIOUS = Disposal.KEEP, Disposal.BACKGROUND, Disposal.PREVIOUS
KINDS = [(0, 1), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 8), (4, 8), (4, 16), (6, 8),
         (6, 16)]  # fmt: skip


def same(one: Picture, other: Picture) -> bool:
    return all(
        (a.samples == b.samples).all() for a, b in zip(one.frames, other.frames, strict=True)
    )


def head(width: int = 6, height: int = 4, colour: int = 6, count: int = 1, plays: int = 0) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    return SIGNATURE + chunk(b"IHDR", header) + chunk(b"acTL", struct.pack(">II", count, plays))


def stream(value: list[int], width: int = 6, height: int = 4) -> bytes:
    """Return the data stream of one colour."""
    return zlib.compress(rows(np.full((height, width, len(value)), value, np.uint8)))


RED, GREEN, HALF = [255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 51]
END = chunk(b"IEND", b"")


def first(value: list[int], **options: object) -> bytes:
    return frame_control(0, (6, 4), **options) + chunk(b"IDAT", stream(value))


@pytest.mark.parametrize(
    "options",
    [{}, {"disposal": 1}, {"disposal": 2}, {"blend": 1}, {"default_image": True}],
)
def test_what_pillow_writes(options: dict[str, object]) -> None:
    frames = moving()
    hidden = bool(options.get("default_image"))
    durations = [40, 50, 60, 70, 80, 2000]
    data = saved_frames(frames, "PNG", duration=durations, loop=3, **options)
    picture = MEDIA.read(data, LIMITS)
    assert picture.encoding.format is Format.APNG
    assert picture.encoding.mode is Mode.RGB
    assert picture.timing is not None
    told = durations[:-1] if hidden else durations
    assert picture.timing.durations == tuple(Fraction(each, 1000) for each in told)
    assert picture.timing.loops == 3
    shown = [visible(frame.samples) for frame in picture.frames]
    by_pillow = shown_by_pillow(data)[hidden:]
    assert all((a == b).all() for a, b in zip(shown, by_pillow, strict=True))
    assert any("default image" in note for note in picture.notes) is hidden


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(8))
def test_there_and_back(kind: tuple[int, int], seed: int) -> None:
    data = random_apng(seed, *kind)
    picture = MEDIA.read(data, LIMITS)
    assert same(picture, MEDIA.read_again(data, LIMITS))
    fitted = MEDIA.fit(picture)
    written = MEDIA.encode(fitted, ())
    again = MEDIA.read_again(written, LIMITS)
    assert again.timing == picture.timing == fitted.timing
    assert {frame.encoding.mode for frame in again.frames} == {fitted.encoding.mode}
    assert again.encoding.depth == picture.encoding.depth == max(kind[1], 8)
    assert same(again, fitted)
    assert MEDIA.leftovers(written, fitted.encoding, ()) == ()
    assert MEDIA.encode(MEDIA.fit(again), ()) == written


@pytest.mark.parametrize("kind", [k for k in KINDS if k[1] <= 8])
@pytest.mark.parametrize("seed", range(8))
def test_another_decoder_shows_the_same(kind: tuple[int, int], seed: int) -> None:
    written = MEDIA.encode(MEDIA.fit(MEDIA.read(random_apng(seed, *kind), LIMITS)), ())
    ours = [visible(frame.samples) for frame in MEDIA.read(written, LIMITS).frames]
    shown = shown_by_pillow(written)
    assert all((a == b).all() for a, b in zip(ours, shown, strict=True))


@pytest.mark.parametrize("kind", [(0, 16), (2, 16), (4, 16), (6, 16)])
@pytest.mark.parametrize("seed", range(8))
def test_deep_frames_in_another_decoder(kind: tuple[int, int], seed: int) -> None:
    picture = MEDIA.read(random_apng(seed, *kind), LIMITS)
    assert picture.timing is not None
    # imagecodecs does not bring back what was there before.
    if PREVIOUS in picture.timing.disposals[:-1]:
        return
    shown = imagecodecs.apng_decode(MEDIA.encode(MEDIA.fit(picture), ()))
    ours = np.stack([frame.samples for frame in MEDIA.fit(picture).frames])
    assert (shown.reshape(ours.shape) == ours).all()


def test_blending_and_disposals() -> None:
    """Straight alpha: a fifth of blue over red, over nothing, and in place of what was there."""
    dot = stream(HALF, 2, 2)
    place = {"size": (2, 2), "at": (1, 1)}
    data = b"".join(
        [
            head(count=5),
            first(RED, methods=(0, 0)),
            frame_control(1, **place, methods=(2, 1)), frame_data(2, dot),
            frame_control(3, **place, methods=(1, 0)), frame_data(4, dot),
            frame_control(5, **place, methods=(0, 1)), frame_data(6, dot),
            frame_control(7, (6, 4), methods=(0, 1)), frame_data(8, stream(GREEN)),
            END,
        ]
    )  # fmt: skip
    picture = MEDIA.read(data, LIMITS)
    assert picture.timing is not None
    assert picture.timing.disposals == (KEEP, PREVIOUS, BACKGROUND, KEEP, KEEP)
    dots = [frame.samples[1, 1].tolist() for frame in picture.frames]
    assert dots == [RED, [204, 0, 51, 255], HALF, HALF, GREEN]
    assert all(frame.samples[0, 0].tolist() == RED for frame in picture.frames[:4])


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_blending_is_exact(dtype: type[np.unsignedinteger]) -> None:
    """Against the formula of the specification in exact fractions."""
    rng = np.random.default_rng(5)
    top = int(np.iinfo(dtype).max)
    over, under = rng.integers(1, top, (2, 300, 4)).astype(dtype)
    under[:100, 3] = top
    under[100:200] = 0
    mixed = animation._mix(over, under, top)
    for a, b, got in zip(over.tolist(), under.tolist(), mixed.tolist(), strict=True):
        alpha, rest = Fraction(a[3], top), Fraction(b[3], top) * (1 - Fraction(a[3], top))
        whole = alpha + rest
        exact = [(alpha * a[c] + rest * b[c]) / whole for c in range(3)] + [whole * top]
        assert all(
            abs(value - told) <= Fraction(1, 2) for value, told in zip(exact, got, strict=True)
        )


@pytest.mark.parametrize(
    ("delay", "seconds"),
    [((1, 0), Fraction(1, 100)), ((0, 5), Fraction(0)), ((65535, 65535), Fraction(1)),
     ((1, 65535), Fraction(1, 65535)), ((1001, 30000), Fraction(1001, 30000))],
)  # fmt: skip
def test_durations(delay: tuple[int, int], seconds: Fraction) -> None:
    picture = MEDIA.read(head() + first(RED, delay=delay) + END, LIMITS)
    assert picture.timing is not None
    assert picture.timing.durations == (seconds,)
    again = MEDIA.read(MEDIA.encode(MEDIA.fit(picture), ()), LIMITS)
    assert again.timing == picture.timing


def test_alpha_is_written_where_a_frame_needs_it() -> None:
    """A canvas of opaque frames is transparent where no frame is."""
    part = frame_control(0, (2, 2), at=(1, 1)) + frame_data(1, stream([9, 8, 7], 2, 2))
    hidden = head(colour=2) + chunk(b"IDAT", stream([1, 2, 3])) + part + END
    picture = MEDIA.read(hidden, LIMITS)
    assert picture.encoding.mode is Mode.RGBA
    assert picture.samples[0, 0].tolist() == [0, 0, 0, 0]
    assert picture.samples[1, 1].tolist() == [9, 8, 7, 255]
    assert MEDIA.fit(picture).encoding.mode is Mode.RGBA
    samples = picture.samples.copy()
    samples[..., 3] = 255
    fitted = MEDIA.fit(picture.with_samples(samples))
    assert fitted.encoding.mode is Mode.RGB
    again = MEDIA.read(MEDIA.encode(fitted, ()), LIMITS)
    assert again.encoding == fitted.encoding
    with pytest.raises(OutputError):
        apng.encode(picture, ())


def test_orientation() -> None:
    exif = chunk(b"eXIf", orientation_block(6))
    frames = moving(2)
    data = saved_frames(frames, "PNG")
    at = data.index(b"acTL") - 4
    picture = MEDIA.read(data[:at] + exif + data[at:], LIMITS)
    for frame, source in zip(picture.frames, frames, strict=True):
        assert (frame.samples == np.rot90(source, -1)).all()
    again = MEDIA.read(MEDIA.encode(MEDIA.fit(picture), ()), LIMITS)
    assert same(again, picture)


def test_frames_are_cut_to_what_changes() -> None:
    """A copy of frames that hardly change is not much larger than one of them."""
    base = moving(1, 120, 160)[0]
    frames = [base.copy() for _ in range(20)]
    for index, frame in enumerate(frames):
        frame[5:8, index : index + 3] = 255 - frame[5:8, index : index + 3]
    fitted = MEDIA.fit(MEDIA.read(saved_frames(frames, "PNG"), LIMITS))
    written = MEDIA.encode(fitted, ())
    still = MEDIA.encode(MEDIA.fit(MEDIA.read(saved_frames([base, base], "PNG"), LIMITS)), ())
    assert len(written) < 1.2 * len(still)
    assert same(MEDIA.read_again(written, LIMITS), fitted)


def damaged() -> dict[str, bytes]:
    two = first(RED) + frame_control(1, (2, 2)) + frame_data(2, stream(GREEN, 2, 2)) + END
    late = chunk(b"acTL", struct.pack(">II", 1, 0))
    return {
        "no frame": head(count=0) + chunk(b"IDAT", stream(RED)) + END,
        "too few": head(count=3) + two,
        "too many": head(count=1) + two,
        "two headers": head(count=2) + late + two,
        "short header": head()[:-20] + chunk(b"acTL", b"\0" * 7) + first(RED) + END,
        "sequence": head(count=2) + two.replace(frame_control(1, (2, 2)), frame_control(2, (2, 2))),
        "repeated": head(count=2) + first(RED) + frame_control(1, (2, 2))
        + frame_data(2, stream(GREEN, 2, 2)[:9]) + frame_data(2, stream(GREEN, 2, 2)[9:]) + END,
        "no data": head(count=2) + first(RED) + frame_control(1, (2, 2)) + END,
        "data before": head(count=1) + frame_data(0, stream(RED)) + first(RED) + END,
        "beyond the canvas": head(count=2) + two.replace(
            frame_control(1, (2, 2)), frame_control(1, (2, 2), at=(5, 0))),
        "far beyond": head(count=2) + two.replace(
            frame_control(1, (2, 2)), frame_control(1, (2, 2), at=(2**32 - 1, 0))),
        "no pixels": head(count=2) + two.replace(
            frame_control(1, (2, 2)), frame_control(1, (0, 2))),
        "first is smaller": head() + frame_control(0, (2, 2)) + chunk(b"IDAT", stream(RED)) + END,
        "disposal": head() + first(RED, methods=(3, 0)) + END,
        "blending": head() + first(RED, methods=(0, 2)) + END,
        "rows missing": head(count=2) + two.replace(stream(GREEN, 2, 2), stream(GREEN, 2, 1)),
        "checksum": head(count=2) + two.replace(frame_control(1, (2, 2)),
                                                frame_control(1, (2, 2))[:-1] + b"\0"),
        "cut": (head(count=2) + two)[:-20],
    }  # fmt: skip


@pytest.mark.parametrize("name", damaged())
def test_damage_is_an_error(name: str) -> None:
    for read in (MEDIA.read, MEDIA.read_again):
        with pytest.raises(CorruptInput):
            read(damaged()[name], LIMITS)


def test_all_frames_count() -> None:
    data = saved_frames(moving(), "PNG")
    pixels = 6 * 40 * 56
    assert len(MEDIA.read(data, Limits(pixels=pixels)).frames) == 6
    with pytest.raises(LimitExceeded, match="6"):
        MEDIA.read(data, Limits(pixels=pixels - 1))


@pytest.mark.parametrize("kind", [b"fcTL", b"acTL"])
def test_a_copy_holds_no_frame_that_is_none(kind: bytes) -> None:
    fitted = MEDIA.fit(MEDIA.read(saved_frames(moving(), "PNG"), LIMITS))
    written = MEDIA.encode(fitted, ())
    at = written.index(b"IEND") - 4
    more = {b"fcTL": frame_control(11, (2, 2)), b"acTL": chunk(b"acTL", b"\0" * 8)}[kind]
    with pytest.raises(CorruptInput):
        MEDIA.leftovers(written[:at] + more + written[at:], fitted.encoding, ())
