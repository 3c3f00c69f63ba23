"""GIF: canvases as viewers show them, there and back, and what is refused."""

from __future__ import annotations

import struct
import time
from dataclasses import replace
from fractions import Fraction

import imagecodecs
import numpy as np
import pytest

from canaries.gif import application, coded, control, extension, image, looped, screen, sub_blocks
from media.animations import moving, random_gif, saved_frames, shown_by_pillow, visible
from media.pictures import LIMITS, MEDIA, astronaut, noise, saved
from passerby.errors import CorruptInput, EmptyInput, LimitExceeded, OutputError
from passerby.media import gif, gif_lzw
from passerby.model.media import Disposal, Format, Mode, Timing
from passerby.model.options import Limits
from passerby.ports import Picture

TABLE = bytes(range(48))
KEEP, BACKGROUND, PREVIOUS = Disposal.KEEP, Disposal.BACKGROUND, Disposal.PREVIOUS


def file_of(*blocks: bytes, size: tuple[int, int] = (8, 6), table: bytes = TABLE) -> bytes:
    return b"".join([screen(*size, table), *blocks, b";"])


def flat(index: int, width: int = 8, height: int = 6) -> np.ndarray:
    return np.full((height, width), index, np.uint8)


def same(one: Picture, other: Picture) -> bool:
    return all(
        (a.samples == b.samples).all() for a, b in zip(one.frames, other.frames, strict=True)
    )


def rgba(index: int) -> list[int]:
    return [*TABLE[3 * index : 3 * index + 3], 255]


@pytest.mark.parametrize("options", [{}, {"disposal": 2}, {"optimize": True}, {"interlace": 1}])
def test_what_pillow_writes(options: dict[str, object]) -> None:
    frames = moving()
    durations = [40, 50, 60, 70, 80, 2000]
    data = saved_frames(frames, "GIF", duration=durations, loop=3, **options)
    picture = MEDIA.read(data, LIMITS)
    assert picture.encoding.format is Format.GIF
    assert picture.encoding.mode is Mode.RGBA
    assert picture.timing is not None
    assert picture.timing.durations == tuple(Fraction(each, 1000) for each in durations)
    # Pillow writes the number of repetitions.
    assert picture.timing.loops == 4
    shown = [visible(frame.samples) for frame in picture.frames]
    assert all((a == b).all() for a, b in zip(shown, shown_by_pillow(data), strict=True))
    assert same(picture, MEDIA.read_again(data, LIMITS))


@pytest.mark.parametrize("seed", range(120))
def test_there_and_back(seed: int) -> None:
    data = random_gif(seed, colours=(3, 40, 256)[seed % 3])
    picture = MEDIA.read(data, LIMITS)
    assert same(picture, MEDIA.read_again(data, LIMITS))
    fitted = MEDIA.fit(picture)
    written = MEDIA.encode(fitted, ())
    again = MEDIA.read_again(written, LIMITS)
    assert again.timing == fitted.timing
    assert same(again, fitted)
    assert all(frame.encoding.lossless for frame in fitted.frames)
    assert same(fitted, picture)
    assert MEDIA.leftovers(written, fitted.encoding, ()) == ()
    assert MEDIA.encode(MEDIA.fit(again), ()) == written


@pytest.mark.parametrize("seed", range(60))
def test_another_decoder_shows_the_same(seed: int) -> None:
    written = MEDIA.encode(MEDIA.fit(MEDIA.read(random_gif(seed), LIMITS)), ())
    picture = MEDIA.read(written, LIMITS)
    assert picture.timing is not None
    # Pillow paints the background where browsers show none, and knows no first frame to go back
    # behind.
    if BACKGROUND in picture.timing.disposals or picture.timing.disposals[0] is PREVIOUS:
        return
    shown = shown_by_pillow(written)
    ours = [visible(frame.samples) for frame in picture.frames]
    assert all((a == b).all() for a, b in zip(ours, shown, strict=True))


def test_disposals_as_a_browser_shows_them() -> None:
    """Four frames on the same place; the background is none, whatever colour the file names."""
    dot = flat(1, 2, 2)
    data = file_of(
        control(0, 1), image(flat(3)),
        control(0, 3), image(dot, at=(1, 1)),
        control(0, 2), image(flat(2, 3, 3), at=(2, 2)),
        control(0, 0), image(dot),
    )  # fmt: skip
    picture = MEDIA.read(data, LIMITS)
    assert picture.timing is not None
    assert picture.timing.disposals == (KEEP, PREVIOUS, BACKGROUND, KEEP)
    first, second, third, fourth = (frame.samples for frame in picture.frames)
    assert (first == rgba(3)).all()
    assert (second[1:3, 1:3] == rgba(1)).all()
    assert (third[1, 1] == rgba(3)).all()
    assert (third[2:5, 2:5] == rgba(2)).all()
    assert (fourth[2:5, 2:5] == 0).all()
    assert (fourth[:2, :2] == rgba(1)).all()
    assert (fourth[5, 7] == rgba(3)).all()


@pytest.mark.parametrize(("code", "told"), [(0, KEEP), (1, KEEP), (2, BACKGROUND), (3, PREVIOUS),
                                            (4, PREVIOUS), (5, KEEP), (7, KEEP)])  # fmt: skip
def test_codes_of_disposals(code: int, told: Disposal) -> None:
    timing = MEDIA.read(file_of(control(0, code), image(flat(1))), LIMITS).timing
    assert timing is not None
    assert timing.disposals == (told,)


@pytest.mark.parametrize(
    ("blocks", "loops"),
    [
        ([], 1),
        ([looped(0)], 0),
        ([looped(1)], 2),
        ([looped(65535)], 65536),
        ([looped(4), looped(0)], 0),
        ([application(b"ANIMEXTS1.0", b"\3\1\2\0\0")], 3),
        ([application(b"NETSCAPE2.0", b"\5\2\0\0\0\0\0")], 1),
        ([application(b"OTHERAPP1.0", b"\3\1\2\0\0")], 1),
    ],
)
def test_how_often_it_is_shown(blocks: list[bytes], loops: int) -> None:
    data = file_of(*blocks, control(2, 1), image(flat(1)), control(3, 1), image(flat(2)))
    picture = MEDIA.read(data, LIMITS)
    assert picture.timing is not None
    assert picture.timing.loops == loops
    again = MEDIA.read(MEDIA.encode(MEDIA.fit(picture), ()), LIMITS)
    assert again.timing == picture.timing


def test_one_frame_and_no_control() -> None:
    picture = MEDIA.read(saved(astronaut(40, 56), "GIF"), LIMITS)
    assert picture.more == ()
    assert picture.timing == Timing(durations=(Fraction(0),), disposals=(KEEP,), loops=1)
    again = MEDIA.read_again(MEDIA.encode(MEDIA.fit(picture), ()), LIMITS)
    assert same(again, picture)


def test_what_shines_through_is_cleared() -> None:
    """A pixel becomes transparent in the second frame: by a disposal that is kept, the first
    frame would be seen there."""
    clear = flat(1)
    clear[:3] = 0
    data = file_of(control(5, 2), image(clear), control(6, 1), image(clear), control(7, 1, 0),
                   image(clear))  # fmt: skip
    picture = MEDIA.read(data, LIMITS)
    assert picture.timing is not None
    frames = [frame.samples.copy() for frame in picture.frames]
    frames[2][:3] = 0
    planned = picture.with_frames(
        [replace(frame, samples=each) for frame, each in zip(picture.frames, frames, strict=True)]
    )
    fitted = MEDIA.fit(planned)
    assert fitted.timing == replace(picture.timing, disposals=(BACKGROUND, BACKGROUND, KEEP))
    assert any("cleared" in note for note in fitted.notes)
    written = MEDIA.encode(fitted, ())
    assert same(MEDIA.read_again(written, LIMITS), planned)
    with pytest.raises(OutputError, match="disposal"):
        gif.encode(planned, ())


def test_unchanged_pixels_need_no_colour() -> None:
    """Frames of 2560 colours together, of which each brings 256: none is taken."""
    strips = [noise(4, 64, 3, seed=seed) for seed in range(10)]
    pieces = [screen(64, 40)]
    for index, strip in enumerate(strips):
        table = strip.reshape(-1, 3).tobytes()
        indices = np.arange(256, dtype=np.uint8).reshape(4, 64)
        pieces += [control(1, 1), image(indices, table, at=(0, 4 * index))]
    picture = MEDIA.read(b"".join([*pieces, b";"]), LIMITS)
    assert (picture.frames[-1].samples[..., :3] == np.vstack(strips)).all()
    fitted = MEDIA.fit(picture)
    assert all(frame.encoding.lossless for frame in fitted.frames)
    assert same(MEDIA.read_again(MEDIA.encode(fitted, ()), LIMITS), picture)


def full_of_colours(masked: np.ndarray) -> Picture:
    """Return a GIF's picture with more colours than one can hold, of which a part is masked."""
    picture = MEDIA.read(saved(noise(40, 50, 3), "GIF"), LIMITS)
    samples = np.dstack([noise(40, 50, 3, seed=1), np.full((40, 50), 255, np.uint8)])
    samples[masked] = (0, 77, 200, 255)
    return replace(picture, samples=samples, masked=masked)


def test_too_many_colours() -> None:
    masked = np.zeros((40, 50), np.bool_)
    masked[10:20, 5:30] = True
    picture = full_of_colours(masked)
    fitted = MEDIA.fit(picture)
    assert not fitted.encoding.lossless
    assert any("colours" in note for note in fitted.notes)
    assert len(np.unique(fitted.samples.reshape(-1, 4), axis=0)) == 256
    assert (fitted.samples[masked] == (0, 77, 200, 255)).all()
    assert same(MEDIA.fit(fitted), fitted)
    written = MEDIA.encode(fitted, ())
    assert MEDIA.leftovers(written, fitted.encoding, ()) == ()
    assert same(MEDIA.read_again(written, LIMITS), fitted)
    with pytest.raises(OutputError, match="colours"):
        gif.encode(picture, ())


def test_a_still_region_keeps_the_colours_that_it_was_given() -> None:
    """What does not change from frame to frame is not reduced again in another way."""
    first = full_of_colours(np.zeros((40, 50), np.bool_))
    second = first.samples.copy()
    second[:5] = noise(5, 50, 4, seed=2) | np.array([0, 0, 0, 255], np.uint8)
    timing = Timing(durations=(Fraction(1), Fraction(1)), disposals=(KEEP, KEEP), loops=0)
    picture = replace(first, more=(replace(first, samples=second, timing=None),), timing=timing)
    fitted = MEDIA.fit(picture)
    assert (fitted.frames[0].samples[5:] == fitted.frames[1].samples[5:]).all()
    assert same(MEDIA.read(MEDIA.encode(fitted, ()), LIMITS), fitted)


def test_colours_are_in_order_and_padded_with_black() -> None:
    fitted = MEDIA.fit(MEDIA.read(saved(astronaut(30, 30), "GIF"), LIMITS))
    written = MEDIA.encode(fitted, ())
    frame = gif.read_frames(written, gif.container.walk(written))[0]
    table = np.frombuffer(written[frame.table], np.uint8).reshape(-1, 3).tolist()
    used = len(np.unique(fitted.samples.reshape(-1, 4), axis=0))
    assert table[:used] == sorted(table[:used])
    assert not np.any(table[used:])


def test_extent_of_image_data() -> None:
    pixels = noise(60, 70)
    bits, codes = coded(pixels)
    told = gif_lzw.measure(codes, bits, pixels.size)
    assert (told.pixels, told.spare, told.ended) == (pixels.size, 0, True)
    assert told.used == frozenset(np.unique(pixels).tolist())
    assert gif_lzw.measure(codes + b"abc", bits, pixels.size).spare == 3
    assert gif_lzw.measure(codes[:-1], bits, pixels.size).ended is False
    assert gif_lzw.measure(codes[:-40], bits, pixels.size).pixels < pixels.size
    assert gif_lzw.measure(codes, bits, 100).pixels > 100


def stream(codes: list[int], bits: int) -> bytes:
    """Return codes as an encoder packs them: as wide as the table is full."""
    value = at = since = 0
    for code in codes:
        entries = (1 << bits) + 2 + max(since - 1, 0)
        value |= code << at
        at += min(max(entries.bit_length(), bits + 1), 12)
        since = 0 if code == 1 << bits else since + 1
    return value.to_bytes(-(-at // 8), "little")


@pytest.mark.parametrize("bits", [2, 3, 8])
def test_a_table_may_be_cleared_at_any_time(bits: int) -> None:
    """One more and one less than the codes that are as narrow as the first, too."""
    rng = np.random.default_rng(bits)
    narrow = (1 << bits) - 1
    runs = [
        1,
        63,
        64,
        65,
        400,
        narrow - 1,
        narrow,
        narrow + 1,
        *rng.integers(1, 3 * narrow, 3000 // narrow),
    ]
    codes = [1 << bits]
    for run in runs:
        codes += [*rng.integers(0, 1 << bits, run).tolist(), 1 << bits]
    codes.append((1 << bits) + 1)
    told = gif_lzw.measure(stream(codes, bits), bits, sum(runs))
    assert (told.pixels, told.spare, told.ended) == (sum(runs), 0, True)


@pytest.mark.parametrize("codes", [[4], [4, 1], [4, 1, 1, 1, 1]])
def test_a_table_that_is_cleared_all_the_time_takes_no_longer(codes: list[int]) -> None:
    many = stream(codes * (100_000 // len(codes)), 2)
    data = file_of(struct.pack("<B4HB", 0x2C, 0, 0, 999, 999, 0) + b"\2" + sub_blocks(many),
                   size=(999, 999))  # fmt: skip
    begun = time.process_time()
    with pytest.raises(CorruptInput):
        MEDIA.read(data, LIMITS)
    assert time.process_time() - begun < 5


def damaged() -> dict[str, bytes]:
    bits, codes = coded(flat(1))
    short = struct.pack("<B4HB", 0x2C, 0, 0, 8, 6, 0) + bytes([bits])
    return {
        "no frame": file_of(),
        "no trailer": file_of(image(flat(1)))[:-1],
        "cut": file_of(image(flat(1)))[:-12],
        "only a header": screen(8, 6, TABLE),
        "short header": b"GIF89a\x08\0\x06",
        "no colours": file_of(image(flat(1)), table=b""),
        "beyond the canvas": file_of(image(flat(1), at=(1, 0))),
        "no pixels": file_of(struct.pack("<B4HB", 0x2C, 0, 0, 0, 6, 0) + b"\2\0"),
        "rows missing": file_of(struct.pack("<B4HB", 0x2C, 0, 0, 8, 6, 0) + bytes([bits])
                                + sub_blocks(coded(flat(1, 8, 5))[1])),
        "no codes": file_of(short + b"\0"),
        "cut codes": file_of(short + sub_blocks(codes[:3])),
        "code size": file_of(short[:-1] + b"\x0c" + sub_blocks(codes)),
        "impossible code": file_of(short + sub_blocks(b"\xff" * 8)),
        "cut extension": file_of(extension(0xFE, b"\xff"), image(flat(1)))[:-1],
    }  # fmt: skip


@pytest.mark.parametrize("name", damaged())
def test_damage_is_an_error(name: str) -> None:
    for read in (MEDIA.read, MEDIA.read_again):
        with pytest.raises(CorruptInput):
            read(damaged()[name], LIMITS)


def test_a_canvas_without_pixels() -> None:
    with pytest.raises(EmptyInput):
        MEDIA.read(file_of(image(flat(1)), size=(0, 6)), LIMITS)


def test_all_frames_count() -> None:
    frames = [image(flat(1)) for _ in range(50)]
    data = file_of(*frames)
    assert len(MEDIA.read(data, Limits(pixels=48 * 50)).frames) == 50
    with pytest.raises(LimitExceeded, match="50"):
        MEDIA.read(data, Limits(pixels=48 * 50 - 1))


def test_more_frames_than_anybody_shows() -> None:
    with pytest.raises(LimitExceeded, match="10001 frames"):
        MEDIA.read(file_of(image(flat(1, 1, 1)) * 10_001, size=(1, 1)), LIMITS)


def test_giflib_opens_what_is_written() -> None:
    picture = MEDIA.read(saved_frames(moving(), "GIF"), LIMITS)
    shown = imagecodecs.gif_decode(MEDIA.encode(MEDIA.fit(picture), ()))
    assert (shown[..., :3] == np.stack([f.samples[..., :3] for f in picture.frames])).all()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d[:12] + b"\x31" + d[13:], "screen/spare values"),
        (lambda d: d.replace(b"!\xf9\4\4", b"!\xf9\4\6", 1), "frame 1/control"),
        (lambda d: d.replace(b"!\xf9\4\4\0\0\0", b"!\xf9\4\4\0\0\7", 1), "frame 1/control"),
        (lambda d: d[:-1] + looped(1) + looped(1) + b";", "application/NETSCAPE2.0"),
        (lambda d: d[:-1] + control(1, 1) + b";", "frame 2/control"),
        (lambda d: d[:-1] + extension(0xFE, b"\0") + b";", "comment"),
        (lambda d: d[:-1] + b"\0;", "bytes between blocks"),
        (lambda d: d + b"\0", "after the end"),
    ],
)
def test_what_a_copy_may_not_hold(change: object, told: str) -> None:
    fitted = MEDIA.fit(MEDIA.read(file_of(image(flat(1))), LIMITS))
    written = MEDIA.encode(fitted, ())
    assert MEDIA.leftovers(written, fitted.encoding, ()) == ()
    changed = change(written)
    assert changed != written
    assert told in [part.name for part in MEDIA.leftovers(changed, fitted.encoding, ())]
