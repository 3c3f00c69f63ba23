"""Camera RAW: rendered as it was exposed, alike every time, and only where nothing is damaged."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from pathlib import Path

import imagecodecs
import numpy as np
import pytest

from canaries import blocks
from canaries.blocks import long, short
from canaries.carriers import small_jpeg
from canaries.dng import BLACK, WHITE, dng, dng_without_balance, mosaicked, sensed
from media.pictures import LIMITS, MEDIA, astronaut
from passerby.errors import (
    CorruptInput,
    LimitExceeded,
    OutputError,
    PasserbyError,
    UnsupportedFormat,
)
from passerby.media import raw, sniff
from passerby.media.raw_render import REACH
from passerby.model.media import Format, Group, Mode, Orientation
from passerby.model.options import Limits
from people import portrait


def rendered(data: bytes) -> np.ndarray:
    """Return the 16-bit picture."""
    return MEDIA.read(data, LIMITS, Format.TIFF).samples


def wide(pixels: np.ndarray) -> np.ndarray:
    return pixels.astype(np.int32) * 257


def test_colours_come_out_as_they_were() -> None:
    pixels = portrait("collins")[:301, :303]
    for samples, mean, worst in ((sensed(pixels), 0.2, 1.5), (mosaicked(pixels), 3.0, None)):
        got = rendered(dng(samples)).astype(np.int32)
        difference = np.abs(got - wide(pixels)) / 257
        assert difference.mean() < mean
        assert worst is None or difference.max() < worst
        # No channel is brighter or darker than it was.
        bias = got.mean(axis=(0, 1)) / 257
        assert np.abs(bias - pixels.mean(axis=(0, 1))).max() < 0.5


def test_as_jpeg_unless_somebody_wants_more() -> None:
    data = dng(sensed(astronaut()))
    picture = MEDIA.read(data, LIMITS)
    assert picture.encoding.format is Format.JPEG
    assert (picture.encoding.depth, picture.samples.dtype) == (8, np.uint8)
    assert picture.source is not None
    assert (picture.source.format, picture.source.depth) == (Format.RAW, 16)
    assert any(note.startswith("16 bits a sample are brought to 8") for note in picture.notes)
    assert "AHD, camera white balance, sRGB" in picture.notes[0]
    deep = MEDIA.read(data, LIMITS, Format.TIFF)
    assert (deep.encoding.format, deep.encoding.depth) == (Format.TIFF, 16)
    assert (deep.samples >> 8 == picture.samples).all()
    for each in (picture, deep):
        written = MEDIA.encode(each, ())
        assert MEDIA.leftovers(written, each.encoding, ()) == ()
        again = MEDIA.read_again(written, LIMITS)
        assert again.encoding.icc == each.encoding.icc is not None
        assert again.size == each.size


def test_it_is_never_written_back() -> None:
    picture = raw.read(dng(sensed(astronaut(32, 32))), LIMITS)
    assert picture.encoding.format is Format.RAW
    with pytest.raises(OutputError, match="camera RAW"):
        MEDIA.encode(picture, ())
    left = MEDIA.leftovers(dng(sensed(astronaut(32, 32))), picture.encoding, ())
    assert "IFD0/embedded picture" in {part.name for part in left}


@pytest.mark.parametrize("orientation", list(Orientation))
def test_the_rotation_is_applied_once(orientation: Orientation) -> None:
    from passerby.media.orient import apply

    stored = astronaut(40, 64)
    picture = MEDIA.read(dng(sensed(stored), int(orientation)), LIMITS)
    assert picture.orientation is orientation
    wanted = apply(stored, orientation)
    assert picture.samples.shape == wanted.shape
    assert np.abs(picture.samples.astype(int) - wanted).max() <= 2


def test_the_same_bytes_give_the_same_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    data = dng(mosaicked(portrait("collins")))
    first = rendered(data)
    for threads in ("1", "4"):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        assert (rendered(data) == first).all()


def changed_inside(samples: np.ndarray, values: np.ndarray) -> np.ndarray:
    changed = samples.copy()
    changed[100:140, 60:130] = values
    return changed


@pytest.mark.parametrize("change", ["noise", "white", "black"])
@pytest.mark.parametrize("balance", [True, False])
def test_a_part_of_the_sensor_shows_nowhere_else(change: str, balance: bool) -> None:
    """No white level, brightness or balance is measured over the whole picture: what a mask
    will cover must not change what it does not."""
    samples = np.minimum(mosaicked(portrait("collins")[:240, :200]), WHITE // 2)
    rng = np.random.default_rng(0)
    values = {
        "noise": rng.integers(BLACK, WHITE, (40, 70)),
        "white": np.full((40, 70), 65535),
        "black": np.zeros((40, 70)),
    }[change]

    build = dng if balance else dng_without_balance
    picture = MEDIA.read(build(samples), LIMITS, Format.TIFF)
    other = rendered(build(changed_inside(samples, values)))
    rows, columns = np.nonzero((picture.samples != other).any(axis=2))
    assert rows.min() >= 100 - REACH
    assert rows.max() < 140 + REACH
    assert columns.min() >= 60 - REACH
    assert columns.max() < 130 + REACH
    told = "camera white balance" if balance else "daylight white balance"
    assert told in picture.notes[0]


def test_one_colour() -> None:
    grey = np.ascontiguousarray(sensed(astronaut())[..., 1:2])
    one = {"t258": short(16), "t277": short(1), "t50714": long(0), "t50717": long(WHITE)}
    data = dng(
        np.repeat(grey, 3, axis=2),
        **one,
        t279=long(grey.size * 2),
        t273=blocks.Stream(grey.tobytes()),
    )
    picture = MEDIA.read(data, LIMITS, Format.TIFF)
    assert picture.encoding.mode is Mode.L
    assert picture.encoding.icc is None
    assert np.corrcoef(picture.samples.ravel(), astronaut()[..., 1].ravel())[0, 1] > 0.95


def data_last(samples: np.ndarray, payload: bytes, compression: int) -> bytes:
    """Return a DNG whose sensor data stands at the end of the file, as in most cameras' files."""
    tags = {"t259": short(compression), "t279": long(len(payload))}
    length = len(dng(samples, **tags, t273=long(0)))
    return dng(samples, **tags, t273=long(length)) + payload


def uncompressed() -> bytes:
    samples = mosaicked(astronaut(64, 96))
    return data_last(samples, samples.astype("<u2").tobytes(), 1)


def compressed() -> bytes:
    """Lossless JPEG, as most DNG files have it."""
    samples = mosaicked(astronaut(64, 96))
    return data_last(samples, bytes(imagecodecs.ljpeg_encode(samples)), 7)


@pytest.mark.parametrize("build", [uncompressed, compressed])
def test_a_cut_file_is_refused_wherever_it_was_cut(build) -> None:
    data = build()
    whole = rendered(data)
    assert whole.shape == (64, 96, 3)
    for cut in (1, 2, 3, 10, 500, 2000, len(data) // 2, len(data) - 400, len(data) - 20):
        with pytest.raises(PasserbyError) as caught:
            MEDIA.read(data[:-cut], LIMITS)
        assert isinstance(caught.value, CorruptInput | UnsupportedFormat)


def test_damaged_data_is_refused() -> None:
    data = bytearray(compressed())
    data[len(data) - 3000 : len(data) - 2900] = b"\xff\xd9" * 50
    with pytest.raises(CorruptInput):
        MEDIA.read(bytes(data), LIMITS)


def test_a_lie_about_where_the_data_lies_is_refused() -> None:
    with pytest.raises(CorruptInput, match="ends before"):
        MEDIA.read(dng(mosaicked(astronaut(32, 32)), t273=long(10**7)), LIMITS)


def test_what_is_no_raw_is_refused() -> None:
    with pytest.raises(UnsupportedFormat, match="not known to LibRaw"):
        MEDIA.read(fujifilm(), LIMITS)
    with pytest.raises(CorruptInput, match="damaged, or end early"):
        MEDIA.read(blocks.build_tiff([{50706: blocks.bytes_(b"\1\4\0\0")}]), LIMITS)


def test_without_the_extra_it_is_refused_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rawpy", None)
    data = dng(mosaicked(astronaut(32, 32)))
    with pytest.raises(UnsupportedFormat, match="not installed") as caught:
        MEDIA.read(data, LIMITS)
    assert "passerby[raw]" in caught.value.hint
    # What is in the file is told all the same.
    assert any(part.group is Group.EMBEDDED for part in MEDIA.parts(data))


def test_limits_hold_before_anything_is_rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    data = dng(mosaicked(astronaut(64, 96)))
    MEDIA.read(data, Limits(pixels=64 * 96))
    monkeypatch.setattr(raw, "_PROGRAM", Path("nowhere"))
    large = dng(mosaicked(astronaut(64, 96)), t256=long(60_000), t257=long(60_000))
    for claim, limits in (
        (data, Limits(pixels=64 * 96 - 1)),
        (data, Limits(memory=100_000)),
        (large, LIMITS),
    ):
        with pytest.raises(LimitExceeded):
            MEDIA.read(claim, limits)


def run_program(program: Path, data: bytes, pixels: int) -> dict[str, object]:
    command = [sys.executable, "-P", str(program), str(pixels), str(2**31)]
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    return dict(json.loads(done.stdout.partition(b"\n")[0]))


def test_the_program_checks_sizes_itself() -> None:
    """Files of other makers have no directories that could be checked before."""
    told = run_program(raw._PROGRAM, dng(mosaicked(astronaut(64, 96))), 64 * 96 - 1)
    assert told == {"error": "size", "detail": "", "width": 96, "height": 64}


PROGRAMS = {
    "aborts": ("import os; os.abort()", CorruptInput, "crashed"),
    "writes nothing": ("pass", CorruptInput, "crashed"),
    "writes less": (
        'print(\'{"width":9,"height":9,"channels":3,"flip":0,"balance":"","libraw":""}\')',
        CorruptInput,
        "a part",
    ),
    "complains": (
        "import sys; sys.stderr.write('data corrupted at 12\\n');"
        'print(\'{"width":1,"height":1,"channels":1,"flip":0,"balance":"","libraw":""}\');'
        "print('a', end='')",
        CorruptInput,
        "data corrupted at 12",
    ),
    "hangs": ("import time; time.sleep(60)", LimitExceeded, "not rendered within"),
    "takes too much": ('print(\'{"error":"memory","detail":""}\')', LimitExceeded, "memory"),
    "finds it broken": (
        'print(\'{"error":"missing","detail":"no such module"}\')',
        UnsupportedFormat,
        "no such module",
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_whatever_the_program_does_is_an_error(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, error, message = PROGRAMS[name]
    program = tmp_path / "program.py"
    program.write_text(text)
    monkeypatch.setattr(raw, "_PROGRAM", program)
    monkeypatch.setattr(raw, "_SECONDS", 2 if name == "hangs" else 60)
    with pytest.raises(error, match=message):
        MEDIA.read(dng(mosaicked(astronaut(32, 32))), LIMITS)


def test_the_program_leaves_no_core_and_takes_bounded_memory(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import resource, sys\n"
        f"sys.path.insert(0, {str(raw._PROGRAM.parent)!r})\n"
        "import raw_render\n"
        "raw_render._limit(2**28)\n"
        "import json\n"
        "print(json.dumps([resource.getrlimit(k)[0] for k in "
        "(resource.RLIMIT_CORE, resource.RLIMIT_AS, resource.RLIMIT_CPU)]))\n"
    )
    done = subprocess.run([sys.executable, str(program)], capture_output=True, check=True)
    core, memory, seconds = json.loads(done.stdout)
    assert core == 0
    assert 0 < seconds <= 300
    assert sys.platform == "darwin" or memory == 2**28 + 2**30


def test_nothing_is_written_to_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The original is handed over through a pipe: no temporary file could be left behind."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    MEDIA.read(dng(mosaicked(astronaut(32, 32))), LIMITS)
    assert list(tmp_path.iterdir()) == []


def fujifilm() -> bytes:
    """Return the frame of a RAF: header, preview, directory, sensor data."""
    preview = small_jpeg(b"canary preview")
    head = bytearray(b"FUJIFILMCCD-RAW 0201FF383501X-T1".ljust(108, b"\0"))
    places = [(108, len(preview)), (108 + len(preview), 64), (108 + len(preview) + 64, 256)]
    for at, place in zip((84, 92, 100), places, strict=True):
        struct.pack_into(">II", head, at, *place)
    return bytes(head) + preview + bytes(range(64)) + b"S" * 256 + b"tail"


def canon() -> bytes:
    """Return the boxes of a CR3: Exif blocks and a thumbnail in Canon's own, a preview, data."""
    thumbnail, preview = small_jpeg(b"canary thumbnail"), small_jpeg(b"canary preview")
    owner = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
    exif = blocks.build_tiff([{271: blocks.ascii_("Canon"), 42032: blocks.ascii_("canary owner")}])
    inner = b"".join(
        [
            blocks.box(b"CMT1", exif),
            blocks.box(b"CMT4", blocks.build_tiff([{1: blocks.ascii_("N")}])),
            blocks.box(b"THMB", b"\0" * 16 + thumbnail),
        ]
    )
    movie = blocks.box(b"moov", blocks.box(b"uuid", owner + inner) + blocks.box(b"trak", b"t" * 40))
    head = blocks.box(b"ftyp", b"crx \0\0\0\1crx isom")
    previews = blocks.box(b"uuid", b"\0" * 16 + blocks.box(b"PRVW", b"\0" * 16 + preview))
    return head + movie + previews + blocks.box(b"mdat", small_jpeg(b"canary large") + b"d" * 99)


def like_tiff(magic: bytes) -> bytes:
    """Return a file built like TIFF under a maker's own header."""
    preview = small_jpeg(b"canary preview")
    below: blocks.Directory = {
        254: long(1),
        259: short(7),
        273: blocks.Stream(preview),
        279: long(len(preview)),
    }
    data = blocks.build_tiff(
        [
            {
                254: long(0),
                262: short(32803),
                273: blocks.Stream(b"d" * 64),
                279: long(64),
                330: [below],
            }
        ]
    )
    return magic + data[len(magic) :]


FRAMES = {
    "RAF": (fujifilm, {"preview/JPEG": b"canary preview"}),
    "CR3": (
        canon,
        {
            "moov/uuid/THMB/JPEG": b"canary thumbnail",
            "uuid/JPEG": b"canary preview",
            "mdat/JPEG": b"canary large",
        },
    ),
    "ORF": (lambda: like_tiff(b"IIRO"), {"IFD0/SubIFD0/embedded picture": b"canary preview"}),
    "ORS": (lambda: like_tiff(b"IIRS"), {"IFD0/SubIFD0/embedded picture": b"canary preview"}),
    "RW2": (lambda: like_tiff(b"IIU\0"), {"IFD0/SubIFD0/embedded picture": b"canary preview"}),
    "NEF": (lambda: like_tiff(b"II\x2a\0"), {"IFD0/SubIFD0/embedded picture": b"canary preview"}),
    "MRW": (
        lambda: b"\0MRM" + b"m" * 60 + small_jpeg(b"canary preview"),
        {"file/JPEG": b"canary preview"},
    ),
}


@pytest.mark.parametrize("name", FRAMES)
def test_the_previews_of_every_maker_are_listed(name: str) -> None:
    build, previews = FRAMES[name]
    data = build()
    assert sniff(data) is Format.RAW
    parts = MEDIA.parts(data)
    for wanted, canary in previews.items():
        [part] = [p for p in parts if p.name == wanted]
        assert part.group is Group.EMBEDDED
        stretch = data[part.offset : part.offset + part.size]
        assert stretch.startswith(b"\xff\xd8\xff")
        assert stretch.endswith(b"\xff\xd9")
        assert canary in stretch
    covered = np.zeros(len(data), bool)
    for part in parts:
        assert part.offset + part.size <= len(data)
        covered[part.offset : part.offset + part.size] = True
    assert covered.all()


def test_the_exif_blocks_of_a_cr3_are_read() -> None:
    groups = {part.name: part.group for part in MEDIA.parts(canon())}
    assert groups["moov/uuid/CMT1/IFD0/Make"] is Group.DEVICE
    assert groups["moov/uuid/CMT1/IFD0/CameraOwnerName"] is Group.DEVICE
    assert groups["moov/uuid/CMT4"] is Group.LOCATION


def test_sensor_data_is_the_picture_and_previews_are_not() -> None:
    parts = MEDIA.parts(dng(mosaicked(astronaut(32, 32))))
    assert [p.name for p in parts if p.name.endswith("/picture")] == ["IFD0/SubIFD0/picture"]
    assert any(p.name == "IFD0/embedded picture" for p in parts)
