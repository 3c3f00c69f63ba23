"""HEIC and AVIF containers: which picture is shown, how it is turned, what is refused.

Where the file is read by other software as a whole, that is the reference: libheif through
pi-heif, libavif through Pillow. Passerby gives its decoders a file of the picture alone.
"""

from __future__ import annotations

import io
import struct

import numpy as np
import pi_heif
import pytest
from PIL import Image, ImageOps

from heif_files import (
    CODERS,
    Coded,
    HeifBuilder,
    auxc,
    box,
    code_av1,
    code_hevc,
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
from media.pictures import LIMITS, MEDIA, orientation_block
from passerby.errors import CorruptInput, UnsupportedFormat
from passerby.media import transforms
from passerby.model.media import Format, Group, Mode, Orientation


def reference(data: bytes) -> np.ndarray:
    """Return what other software makes of the whole file."""
    if data[8:12] == b"heic":
        opened = pi_heif.open_heif(data)
        return np.array(opened)
    with Image.open(io.BytesIO(data)) as image:
        return np.array(ImageOps.exif_transpose(image))


@pytest.mark.parametrize("kind", KINDS)
def test_the_picture_is_what_other_software_shows(kind: str) -> None:
    data = started(kind).build()
    picture = MEDIA.read(data, LIMITS, Format.PNG)
    assert (picture.samples == reference(data)).all()
    assert np.sqrt(((picture.samples.astype(float) - PIXELS) ** 2).mean()) < 12
    assert picture.orientation is Orientation.TOP_LEFT
    assert picture.source is not None
    assert picture.source.format == kind
    assert picture.encoding.mode is Mode.RGB


TURNS = [(angle, axis) for angle in (None, 0, 1, 2, 3) for axis in (None, 0, 1)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("turn", TURNS)
def test_turns_and_mirrors(kind: str, turn: tuple[int | None, int | None]) -> None:
    angle, axis = turn
    extra = []
    if angle is not None:
        extra.append((box(b"irot", bytes([angle])), True))
    if axis is not None:
        extra.append((box(b"imir", bytes([axis])), True))
    builder = started(kind, *extra)
    # What its Exif says is for information (ISO/IEC 23008-12, A.2.1): not applied as well.
    exif = builder.add(b"Exif", b"\0\0\0\0" + orientation_block(6))
    builder.refer(b"cdsc", exif, 1)
    data = builder.build()
    if kind == "AVIF" and turn == (None, None):
        # Pillow would take the Exif for it.
        return
    picture = MEDIA.read(data, LIMITS, Format.PNG)
    assert np.array_equal(picture.samples, reference(data))
    plain = pixels_of(started(kind).build())
    turned = np.rot90(plain, angle or 0)
    assert np.array_equal(picture.samples, turned if axis is None else np.flip(turned, axis))


def test_the_eight_orientations_all_come_up() -> None:
    found = set()
    for angle, axis in TURNS:
        steps: list[transforms.Transform] = []
        if angle is not None:
            steps.append((b"irot", (angle,)))
        if axis is not None:
            steps.append((b"imir", (axis,)))
        found.add(transforms.orientation_of(tuple(steps)))
    assert found == set(Orientation)


def clap(width: int, height: int, across: tuple[int, int], down: tuple[int, int]) -> bytes:
    numbers = struct.pack(">IIIIiIiI", width, 1, height, 1, *across, *down)
    return box(b"clap", numbers)


def test_what_is_cut_away_is_not_shown() -> None:
    data = started("HEIC", (clap(40, 32, (-8, 1), (4, 1)), True)).build()
    whole = pixels_of(started("HEIC").build())
    assert np.array_equal(pixels_of(data), whole[52:84, 52:92])
    assert any("clap" in p.name and p.group is Group.EMBEDDED for p in MEDIA.parts(data))


def test_it_is_cut_before_it_is_turned() -> None:
    cut = (clap(40, 32, (-8, 1), (4, 1)), True)
    turn = (box(b"irot", b"\1"), True)
    whole = pixels_of(started("AVIF").build())
    data = started("AVIF", cut, turn).build()
    assert np.array_equal(pixels_of(data), np.rot90(whole[52:84, 52:92]))
    with pytest.raises(UnsupportedFormat, match="cut after it is turned"):
        pixels_of(started("AVIF", turn, cut).build())


@pytest.mark.parametrize(
    ("numbers", "error"),
    [
        (struct.pack(">IIIIiIiI", 40, 1, 32, 1, 90, 1, 0, 1), CorruptInput),
        (struct.pack(">IIIIiIiI", 400, 1, 32, 1, 0, 1, 0, 1), CorruptInput),
        (struct.pack(">IIIIiIiI", 0, 1, 32, 1, 0, 1, 0, 1), CorruptInput),
        (struct.pack(">IIIIiIiI", 40, 0, 32, 1, 0, 1, 0, 1), CorruptInput),
        (struct.pack(">IIIIiIiI", 81, 2, 32, 1, 0, 1, 0, 1), UnsupportedFormat),
        (b"\0" * 8, CorruptInput),
    ],
)
def test_a_cut_that_is_not_possible(numbers: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        pixels_of(started("AVIF", (box(b"clap", numbers), True)).build())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(160, 128), (151, 101)])
def test_tiles(kind: str, size: tuple[int, int]) -> None:
    tiles = [coded(kind, y, x, 64, 80) for y in (0, 64) for x in (0, 80)]
    builder = HeifBuilder(brand=BRANDS[kind])
    builder.grid(2, 2, size, tiles)
    data = builder.build()
    shown = pixels_of(data)
    if kind == "HEIC":
        assert np.array_equal(shown, reference(data))
    single = [pixels_of(_alone(kind, tile)) for tile in tiles]
    whole = np.vstack([np.hstack(single[:2]), np.hstack(single[2:])])
    assert np.array_equal(shown, whole[: size[1], : size[0]])
    names = {part.name: part.group for part in MEDIA.parts(data)}
    assert names["item 1/picture"] is names["item 3/picture/tile"] is Group.PICTURE


@pytest.mark.parametrize("kind", KINDS)
def test_a_small_part_of_a_large_tile(kind: str) -> None:
    large = CODERS[kind](np.tile(PIXELS, (4, 4, 1))[:512, :512])
    builder = HeifBuilder(brand=BRANDS[kind])
    builder.grid(1, 1, (90, 70), [large])
    data = builder.build()
    assert np.array_equal(pixels_of(data), pixels_of(_alone(kind, large))[:70, :90])


@pytest.mark.parametrize("kind", KINDS)
def test_tiles_with_alpha_in_one_piece(kind: str) -> None:
    builder = HeifBuilder(brand=BRANDS[kind])
    tiles = [coded(kind, y, x, 64, 80) for y in (0, 64) for x in (0, 80)]
    builder.grid(2, 2, (152, 120), tiles)
    alpha = CODERS[kind](np.full((120, 152), 200, np.uint8))
    builder.refer(b"auxl", builder.picture(alpha, (auxc(ALPHA), True)), 1)
    picture = MEDIA.read(builder.build(), LIMITS, Format.PNG)
    assert picture.size == (152, 120)
    assert np.abs(picture.samples[..., 3].astype(int) - 200).max() <= 2


def _alone(kind: str, tile: Coded) -> bytes:
    builder = HeifBuilder(brand=BRANDS[kind])
    builder.picture(tile)
    return builder.build()


@pytest.mark.parametrize("kind", KINDS)
def test_alpha(kind: str) -> None:
    alpha = np.tile(np.linspace(255, -100, 160).clip(0).astype(np.uint8), (128, 1))
    builder = started(kind)
    builder.refer(b"auxl", builder.picture(CODERS[kind](alpha), (auxc(ALPHA), True)), 1)
    data = builder.build()
    picture = MEDIA.read(data, LIMITS, Format.PNG)
    assert picture.encoding.mode is Mode.RGBA
    assert np.abs(picture.samples[..., 3].astype(int) - alpha).max() < 12
    shown = picture.samples[..., 3] > 0
    assert (picture.samples == reference(data))[shown].all()
    assert picture.hidden_colour
    names = {part.name: part.group for part in MEDIA.parts(data)}
    assert names["item 2/alpha"] is Group.PICTURE


@pytest.mark.parametrize("kind", KINDS)
def test_items_may_lie_anywhere(kind: str) -> None:
    plain = pixels_of(started(kind).build())
    for version in (0, 1, 2):
        builder = HeifBuilder(brand=BRANDS[kind], iloc_version=version)
        builder.picture(coded(kind), pieces=[b"between", b"and between"])
        assert np.array_equal(pixels_of(builder.build()), plain)
    builder = HeifBuilder(brand=BRANDS[kind])
    builder.picture(coded(kind), method=1)
    assert np.array_equal(pixels_of(builder.build()), plain)


def test_an_item_that_is_part_of_another() -> None:
    """Construction method 2: the picture's bytes are counted in those of an item of storage."""
    builder = HeifBuilder(brand=b"avif")
    picture = coded("AVIF")
    builder.add(b"av01", b"", picture.properties, method=2)
    store = builder.add(b"stor", picture.payload, pieces=[b"gap"])
    builder.refer(b"iloc", 1, store)
    data = bytearray(builder.build())
    at = data.index(b"iloc") + 4 + 4 + 2 + 2
    # The first item's only extent: the whole of what it is a part of.
    assert data[at : at + 4] == b"\0\1\0\2"
    data[at + 8 : at + 16] = bytes(8)
    assert np.array_equal(pixels_of(bytes(data)), pixels_of(started("AVIF").build()))
    data[at + 8 : at + 16] = struct.pack(">II", 0, len(picture.payload) + 1)
    with pytest.raises(CorruptInput, match="outside"):
        pixels_of(bytes(data))


def test_a_picture_that_is_another_shown_anew() -> None:
    builder = HeifBuilder(brand=b"heic")
    builder.add(b"iden", b"", [(ispe(128, 160), False), (box(b"irot", b"\3"), True)])
    builder.refer(b"dimg", 1, builder.picture(coded("HEIC"), (box(b"imir", b"\1"), True)))
    data = builder.build()
    plain = pixels_of(started("HEIC").build())
    assert np.array_equal(pixels_of(data), np.rot90(plain[:, ::-1], 3))


def test_a_picture_that_is_itself() -> None:
    builder = HeifBuilder(brand=b"avif")
    builder.add(b"iden", b"", [(ispe(128, 160), False)])
    builder.refer(b"dimg", 1, 1)
    with pytest.raises((CorruptInput, UnsupportedFormat)):
        pixels_of(builder.build())


def test_colours_by_code_points() -> None:
    """Display P3, as Android writes it, becomes a profile where the copy has no code points."""
    p3 = changed("AVIF", lambda b: name_colours(b, 12, 13))
    assert MEDIA.read(p3, LIMITS).encoding.colour_tags == (("nclx", b"\x0c\x0d"),)
    picture = MEDIA.read(p3, LIMITS, Format.JPEG)
    assert picture.encoding.icc is not None
    written = MEDIA.encode(picture, ())
    with Image.open(io.BytesIO(written)) as image:
        assert image.info["icc_profile"] == picture.encoding.icc
    srgb = changed("AVIF", lambda b: name_colours(b, 1, 13))
    assert MEDIA.read(srgb, LIMITS, Format.JPEG).encoding.icc is None


@pytest.mark.parametrize(("transfer", "name"), [(16, "PQ"), (18, "HLG")])
def test_hdr_is_kept_or_refused(transfer: int, name: str) -> None:
    data = changed("AVIF", lambda b: name_colours(b, 9, transfer))
    for target in (Format.JPEG, Format.WEBP, Format.TIFF):
        with pytest.raises(UnsupportedFormat, match=f"cannot show {name}") as caught:
            MEDIA.read(data, LIMITS, target)
        assert "--to png" in caught.value.hint
    png = MEDIA.read(data, LIMITS, Format.PNG)
    assert png.encoding.colour_tags == (("cICP", bytes((9, transfer, 0, 1))),)
    assert b"cICP" + bytes((9, transfer, 0, 1)) in MEDIA.encode(png, ())
    written = MEDIA.encode(MEDIA.read(data, LIMITS), ())
    assert MEDIA.read(written, LIMITS).encoding.colour_tags == (("nclx", bytes((9, transfer))),)
    back = MEDIA.read(MEDIA.encode(png, ()), LIMITS, Format.AVIF)
    assert back.encoding.colour_tags == (("nclx", bytes((9, transfer))),)


@pytest.mark.parametrize("depth", [10, 12])
def test_more_than_8_bits(depth: int) -> None:
    ramp = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (64, 1))[..., None].repeat(3, 2)
    heic = HeifBuilder(brand=b"heic")
    heic.picture(code_hevc(ramp, depth))
    avif = HeifBuilder(brand=b"avif")
    avif.picture(code_av1(ramp >> (16 - depth), depth))
    for data, own in ((heic.build(), Format.JPEG), (avif.build(), Format.AVIF)):
        plain = MEDIA.read(data, LIMITS)
        assert plain.encoding.format is own
        assert plain.encoding.depth == (8 if own is Format.JPEG else depth)
        png = MEDIA.read(data, LIMITS, Format.PNG)
        assert png.encoding.depth == 16
        assert f"{depth} bits a sample are kept in 16" in png.notes
        assert len(np.unique(png.samples)) > 256
        assert np.abs(png.samples.astype(int) - ramp).max() < 65536 / 40
        back = MEDIA.read(MEDIA.encode(MEDIA.read(data, LIMITS, Format.AVIF), ()), LIMITS)
        assert back.encoding.depth == depth
    notes = MEDIA.read(heic.build(), LIMITS).notes
    assert any(note.startswith(f"{depth} bits a sample are brought to 8") for note in notes)


def test_grey() -> None:
    grey = PIXELS[..., 1]
    for kind in KINDS:
        builder = HeifBuilder(brand=BRANDS[kind])
        builder.picture(CODERS[kind](grey))
        picture = MEDIA.read(builder.build(), LIMITS)
        assert picture.encoding.mode is Mode.L
        assert np.abs(picture.samples[..., 0].astype(int) - grey).max() < 40


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_header_says_is_what_is_read(kind: str) -> None:
    alpha = CODERS[kind](PIXELS[..., 0])
    with_alpha = started(kind)
    with_alpha.refer(b"auxl", with_alpha.picture(alpha, (auxc(ALPHA), True)), 1)
    turned = started(kind, (clap(40, 32, (-8, 1), (4, 1)), True), (box(b"irot", b"\1"), True))
    tiles = HeifBuilder(brand=BRANDS[kind])
    tiles.grid(1, 2, (151, 60), [coded(kind, 0, x, 64, 80) for x in (0, 80)])
    grey = HeifBuilder(brand=BRANDS[kind])
    grey.picture(alpha)
    for builder in (started(kind), with_alpha, turned, tiles, grey):
        data = builder.build()
        facts = MEDIA.describe(data)
        picture = MEDIA.read(data, LIMITS, Format.PNG)
        assert picture.source is not None
        assert facts.format == kind
        assert facts.size == picture.size
        assert facts.mode is picture.source.mode
        assert facts.depth == picture.source.depth
        assert facts.orientation is picture.orientation


def test_what_the_header_says_of_depth() -> None:
    ramp = np.tile(np.linspace(0, 65535, 64).astype(np.uint16), (64, 1))[..., None].repeat(3, 2)
    for depth in (10, 12):
        for coded_deep in (code_hevc(ramp, depth), code_av1(ramp >> (16 - depth), depth)):
            builder = HeifBuilder(brand=b"heic" if coded_deep.kind == b"hvc1" else b"avif")
            builder.picture(coded_deep)
            assert MEDIA.describe(builder.build()).depth == depth


@pytest.mark.parametrize("kind", KINDS)
def test_embedded_pictures_are_opened(kind: str) -> None:
    """As they are shown: turned, and put together from their tiles."""
    builder = started(kind)
    small = coded(kind, 0, 0, 64, 80)
    builder.refer(b"thmb", builder.picture(small, (box(b"irot", b"\1"), True)), 1)
    grid = builder.grid(1, 2, (160, 64), [small, coded(kind, 0, 80, 64, 80)])
    builder.items[grid - 1].properties.append((auxc(b"urn:com:apple:photo:2020:x"), True))
    builder.refer(b"auxl", grid, 1)
    found = {each.part.name: each for each in MEDIA.contents(builder.build()).embedded}
    thumbnail = found["item 2/thumbnail"]
    assert thumbnail.data is not None
    plain = pixels_of(_alone(kind, small))
    assert np.array_equal(pixels_of(thumbnail.data), np.rot90(plain))
    whole = found[f"item {grid}/auxiliary/urn:com:apple:photo:2020:x"]
    assert whole.data is not None
    assert pixels_of(whole.data).shape == (64, 160, 3)
    assert np.array_equal(pixels_of(whole.data)[:, :80], plain)
    assert len(found) == 2
