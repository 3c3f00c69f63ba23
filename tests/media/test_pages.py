"""TIFF of several pages: all of them, in their order, and nothing that is no page."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from canaries.blocks import Directory, Stream, build_tiff, long, short
from media.pictures import LIMITS, MEDIA, astronaut, noise
from passerby.errors import CorruptInput, LimitExceeded, UnsupportedFormat
from passerby.media import sniff
from passerby.model.geometry import Grid
from passerby.model.media import Format, Mode, Orientation
from passerby.model.options import Limits


def page(pixels: np.ndarray, **more: object) -> dict[str, object]:
    """Return what tifffile is to write as one page."""
    photometric = "minisblack" if pixels.ndim == 2 else "rgb"
    return {"data": pixels, "photometric": photometric, "metadata": None} | more


def tiff_of(*pages: dict[str, object], **options: object) -> bytes:
    out = io.BytesIO()
    with tifffile.TiffWriter(out, **options) as file:
        for each in pages:
            file.write(**each)
    return out.getvalue()


def profile(name: str) -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(name)).tobytes()


def different_pages() -> list[dict[str, object]]:
    """Return pages that differ in everything that a page can have of its own."""
    return [
        page(astronaut(40, 56), compression="jpeg", subsampling=(2, 2)),
        page(noise(31, 17)),
        page(
            noise(21, 30, 4, depth=16),
            extrasamples=[2],
            compression="lzw",
            predictor=True,
            extratags=[(274, "H", 1, 6, True)],
        ),
        page(noise(20, 30, 3), planarconfig=None, tile=(16, 16), iccprofile=profile("sRGB")),
        page(noise(9, 9), photometric="miniswhite", subfiletype=2),
    ]


@pytest.mark.parametrize("options", [{}, {"bigtiff": True}, {"byteorder": ">"}])
def test_every_page_there_and_back(options: dict[str, object]) -> None:
    source = tiff_of(*different_pages(), **options)
    assert sniff(source) is Format.MULTIPAGE_TIFF
    picture = MEDIA.read(source, LIMITS)
    frames = picture.frames
    assert [f.size for f in frames] == [(56, 40), (17, 31), (21, 30), (30, 20), (9, 9)]
    modes = [Mode.RGB, Mode.L, Mode.RGBA, Mode.RGB, Mode.L]
    assert [f.encoding.mode for f in frames] == modes
    assert [f.encoding.depth for f in frames] == [8, 8, 16, 8, 8]
    assert [f.encoding.icc is not None for f in frames] == [False, False, False, True, False]
    assert frames[2].orientation is Orientation.RIGHT_TOP
    assert [f.encoding.grid for f in frames] == [Grid(width=16, height=16), *[Grid()] * 4]
    assert (frames[4].samples[..., 0] == 255 - noise(9, 9)).all()
    assert picture.timing is None
    written = MEDIA.encode(picture, ())
    assert MEDIA.leftovers(written, picture.encoding, ()) == ()
    for read in (MEDIA.read, MEDIA.read_again):
        again = read(written, LIMITS).frames
        assert len(again) == 5
        for before, after in zip(frames, again, strict=True):
            assert after.samples.dtype == before.samples.dtype
            assert (after.samples == before.samples).all()
            assert after.encoding.icc == before.encoding.icc


def test_another_reader_sees_the_same_pages() -> None:
    source = tiff_of(page(noise(20, 30, 3)), page(noise(11, 13, 3, seed=1)), page(noise(8, 9)))
    written = MEDIA.encode(MEDIA.read(source, LIMITS), ())
    with Image.open(io.BytesIO(written)) as image:
        assert image.n_frames == 3
        for number, wanted in enumerate([noise(20, 30, 3), noise(11, 13, 3, seed=1), noise(8, 9)]):
            image.seek(number)
            assert (np.asarray(image) == wanted).all()
    with tifffile.TiffFile(io.BytesIO(written)) as file:
        assert [p.tags[297].value for p in file.pages] == [(0, 3), (1, 3), (2, 3)]
        assert [p.subfiletype for p in file.pages] == [2, 2, 2]


def grey(fill: int, **more: object) -> Directory:
    """Return a page of 4x2 pixels."""
    tags: Directory = {256: long(4), 257: long(2), 258: short(8), 259: short(1), 262: short(1),
                       273: Stream(bytes([fill] * 8)), 278: long(2), 279: long(8)}  # fmt: skip
    return tags | {int(name[1:]): value for name, value in more.items()}


def shown(source: bytes) -> list[int]:
    return [int(frame.samples[0, 0, 0]) for frame in MEDIA.read(source, LIMITS).frames]


@pytest.mark.parametrize(
    ("other", "what"),
    [
        ({"t254": long(1)}, "reduced copy"),
        ({"t255": short(2)}, "reduced copy of old"),
        ({"t254": long(4), "t262": short(4)}, "transparency mask"),
        ({"t262": short(4)}, "mask without a type"),
        ({"t254": long(5)}, "mask of a reduced copy"),
        ({"t254": long(8)}, "depth map"),
        ({"t254": long(0x10001)}, "another preview"),
    ],
)
def test_what_is_no_page(other: dict[str, object], what: str) -> None:
    source = build_tiff([grey(10), grey(20, **other), grey(30)])
    assert shown(source) == [10, 30], what
    parts = MEDIA.parts(source)
    assert any(p.name == "IFD1/embedded picture" for p in parts)
    assert [p.name for p in parts if p.name.endswith("/picture")] == [
        "IFD0/picture",
        "IFD2/picture",
    ]
    written = MEDIA.encode(MEDIA.read(source, LIMITS), ())
    assert len(MEDIA.read(written, LIMITS).frames) == 2


@pytest.mark.parametrize("kind", [{"t254": long(0)}, {"t254": long(2)}, {"t255": short(3)}, {}])
def test_what_is_a_page(kind: dict[str, object]) -> None:
    assert shown(build_tiff([grey(10), grey(20, **kind)])) == [10, 20]


def test_a_thumbnail_as_in_exif_is_no_page() -> None:
    thumbnail: Directory = {259: short(6), 513: Stream(b"\xff\xd8\xff\xd9"), 514: long(4)}
    source = build_tiff([grey(10), thumbnail])
    assert sniff(source) is Format.TIFF
    assert shown(source) == [10]
    assert any(p.name == "IFD1/embedded picture" for p in MEDIA.parts(source))


def test_one_page_that_cannot_be_read_is_no_picture() -> None:
    for tags, error in (
        ({"t259": short(50000)}, UnsupportedFormat),
        ({"t279": long(7)}, CorruptInput),
    ):
        with pytest.raises(error):
            MEDIA.read(build_tiff([grey(10), grey(20, **tags), grey(30)]), LIMITS)


def last_link(source: bytes) -> int:
    """Return where the last directory, which stands at the end of the file, has its link."""
    return len(source) - 4


@pytest.mark.parametrize("target", [8, 3, 10**6])
def test_a_chain_that_loops_or_leads_nowhere_is_refused(target: int) -> None:
    source = bytearray(build_tiff([grey(10), grey(20)]))
    if target == 8:
        target = struct.unpack_from("<I", source, 4)[0]
    struct.pack_into("<I", source, last_link(bytes(source)), target)
    with pytest.raises(CorruptInput, match="page"):
        MEDIA.read(bytes(source), LIMITS)


def test_more_directories_than_are_read_are_refused() -> None:
    with pytest.raises(CorruptInput, match="page"):
        MEDIA.read(build_tiff([grey(n % 256) for n in range(600)]), LIMITS)


def test_limits_are_those_of_all_pages_together() -> None:
    source = tiff_of(*[page(noise(20, 30, 3))] * 3)
    MEDIA.read(source, Limits(pixels=3 * 600))
    for limits in (Limits(pixels=3 * 600 - 1), Limits(memory=3 * 600 * 20)):
        with pytest.raises(LimitExceeded, match="3 pictures"):
            MEDIA.read(source, limits)


def test_many_pages_that_claim_much_share_their_pixels() -> None:
    """A hundred pages of which each may be read, and all point to the same strip."""
    one = grey(10, t256=long(8000), t257=long(8000))
    with pytest.raises(LimitExceeded):
        MEDIA.read(build_tiff([one] * 100), LIMITS)


def written_with(tags: Directory) -> bytes:
    """Return what looks like a written file, with tags of ours on its second page."""
    first = grey(10, t254=long(2), t297=short(0, 2))
    return build_tiff([first, grey(20, t254=long(2), t297=short(1, 2)) | tags])


@pytest.mark.parametrize(
    ("tags", "left"),
    [
        ({}, ()),
        ({270: (2, 5, b"John\0")}, ("IFD1/ImageDescription",)),
        ({297: short(7, 2)}, ("IFD1/PageNumber",)),
        ({34675: (7, 3, b"abc")}, ("IFD1/ICCProfile",)),
        ({700: (1, 3, b"abc")}, ("IFD1/XMP", "IFD1/XMP/damaged")),
        ({330: [grey(30)]}, ("IFD1/SubIFD0",)),
    ],
)
def test_the_allow_list_holds_for_every_page(tags: Directory, left: tuple[str, ...]) -> None:
    data = written_with(tags)
    encoding = MEDIA.read(data, LIMITS).encoding
    names = {part.name for part in MEDIA.leftovers(data, encoding, ())}
    assert set(left) <= names
    assert bool(names) == bool(left)


def test_a_laden_profile_of_a_further_page_is_rebuilt() -> None:
    laden = profile("sRGB") + b"canary"
    source = tiff_of(page(noise(8, 8, 3)), page(noise(8, 8, 3), iccprofile=laden))
    picture = MEDIA.read(source, LIMITS)
    written = MEDIA.encode(picture, ())
    assert b"canary" not in written
    assert picture.frames[1].encoding.icc is not None
    assert MEDIA.read(written, LIMITS).frames[1].encoding.icc == picture.frames[1].encoding.icc
    assert MEDIA.leftovers(written, picture.encoding, ()) == ()
    assert MEDIA.leftovers(source, picture.encoding, ()) != ()


def test_notes_say_of_which_page_they_speak() -> None:
    source = build_tiff([grey(1), grey(2, t34675=(7, 3, b"abc"))])
    assert MEDIA.read(source, LIMITS).notes == (
        "page 2: the colour profile is left out: it is too short or too large",
    )


def test_to_another_format_it_stays_what_it_is() -> None:
    source = tiff_of(page(noise(8, 8, 3)), page(noise(8, 8, 3)))
    picture = MEDIA.read(source, LIMITS, Format.JPEG)
    assert picture.encoding.format is Format.MULTIPAGE_TIFF
    assert len(picture.frames) == 2
