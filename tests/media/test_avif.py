"""AVIF as it is written: what it holds, to the byte, and how near to the pixels it is."""

from __future__ import annotations

import io

import imagecodecs
import numpy as np
import pytest
from PIL import Image, ImageCms

from canaries.blocks import laden_profile
from canaries.carriers import Nest
from heif_files import HeifBuilder, auxc, box, code_av1, full
from media.pictures import LIMITS, MEDIA, astronaut
from passerby.checks.compare import check_outside, check_under_mask
from passerby.errors import OutputError
from passerby.media import av1, icc
from passerby.media.containers import bmff, items
from passerby.model.media import Encoding, Field, Format, Mode
from passerby.ports import BoolMask, Picture

MODES = [Mode.L, Mode.LA, Mode.RGB, Mode.RGBA]


def planned(mode: Mode, depth: int, size: int = 96, **more: object) -> Picture:
    """Return a picture of a portrait and of random pixels, to be written as AVIF."""
    rng = np.random.default_rng(depth)
    whole = np.dstack([astronaut(size, size), astronaut(size, size)[..., :1]])
    whole[: size // 3] = rng.integers(0, 256, (size // 3, size, 4))
    channels = {Mode.L: [0], Mode.LA: [0, 3], Mode.RGB: [0, 1, 2], Mode.RGBA: [0, 1, 2, 3]}[mode]
    samples = np.ascontiguousarray(whole[..., channels])
    if depth > 8:
        samples = (samples.astype(np.uint16) << 8) | rng.integers(0, 256, samples.shape, np.uint16)
    encoding = Encoding(format=Format.AVIF, mode=mode, depth=depth, lossless=False, **more)
    return Picture(samples=samples, encoding=encoding)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("depth", [8, 10, 12])
def test_what_is_written_is_read_back(mode: Mode, depth: int) -> None:
    picture = planned(mode, depth)
    written = MEDIA.encode(picture, ())
    assert MEDIA.encode(picture, ()) == written
    for read in (MEDIA.read, MEDIA.read_again):
        back = read(written, LIMITS)
        assert back.encoding.mode is mode
        assert back.encoding.depth == depth
        assert back.samples.dtype == picture.samples.dtype
        if mode.has_alpha:
            steps = 1 << (16 - depth) if depth > 8 else 1
            away = back.samples[..., -1].astype(int) - picture.samples[..., -1]
            assert np.abs(away).max() < steps
    assert MEDIA.leftovers(written, picture.encoding, ()) == ()
    with Image.open(io.BytesIO(written)) as image:
        assert image.size == picture.size
        image.load()


def test_the_file_holds_what_is_listed_here_and_nothing_else() -> None:
    fields = ((Field.COPYRIGHT, "somebody"), (Field.CAPTION, "a portrait"))
    picture = planned(Mode.RGBA, 10, fields=fields)
    data = MEDIA.encode(picture, (Field.COPYRIGHT,))
    boxes = bmff.walk_file(data, "AVIF")
    assert [each.kind for each in boxes] == [b"ftyp", b"meta", b"mdat"]
    assert boxes[-1].end == len(data)
    meta = items.find_meta(data, boxes)
    kinds = [each.kind for each in meta.boxes]
    assert kinds == [b"hdlr", b"pitm", b"iloc", b"iinf", b"iref", b"iprp"]
    assert [item.kind for item in meta.items.values()] == [b"av01", b"av01", b"mime"]
    assert [(r.kind, r.source, r.targets) for r in meta.references] == [
        (b"auxl", 2, (1,)),
        (b"cdsc", 3, (1,)),
    ]
    assert meta.slack == ()
    spans = sorted(span for item in meta.items.values() for span in item.spans)
    assert spans[0][0] == boxes[-1].content
    assert [stop for _, stop in spans] == [*(start for start, _ in spans[1:]), len(data)]
    for item in list(meta.items.values())[:2]:
        payload = item.read(data)
        units = list(av1.walk_units(payload))
        assert [unit.kind for unit in units] == [av1.SEQUENCE_HEADER, av1.FRAME]
    assert b"somebody" in data
    assert b"portrait" not in data


def test_the_profile_is_the_planned_one() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = icc.keep(srgb, Mode.RGB, [])
    picture = planned(Mode.RGB, 8, icc=profile)
    written = MEDIA.encode(picture, ())
    assert MEDIA.read(written, LIMITS).encoding.icc == profile
    with Image.open(io.BytesIO(written)) as image:
        assert image.info["icc_profile"] == profile
    bare = planned(Mode.RGB, 8).encoding
    assert [p.name for p in MEDIA.leftovers(written, bare, ())] == ["meta/iprp/colr/ICC"]


def test_a_profile_that_is_laden_is_cleaned() -> None:
    nest = Nest()
    builder = HeifBuilder(brand=b"avif")
    laden = laden_profile(nest)
    builder.picture(code_av1(astronaut(64, 64)), (box(b"colr", b"prof", laden), False))
    picture = MEDIA.read(builder.build(), LIMITS)
    assert picture.encoding.icc is not None
    written = MEDIA.encode(picture, ())
    assert not [c.name for c in nest.carriers if c.canary in written]


EXTRA = {
    "a brand": lambda b: setattr(b, "brand", b"oddb"),
    "a property": lambda b: b.in_ipco.append(box(b"oddp", b"x")),
    "a box in meta": lambda b: b.in_meta.append(box(b"oddb", b"x")),
    "a box": lambda b: b.behind.append(box(b"oddb", b"x")),
    "a free box with something in it": lambda b: b.before.append(box(b"free", b"x")),
    "bytes in mdat": lambda b: setattr(b, "in_mdat", b"x"),
    "bytes in idat": lambda b: setattr(b, "in_idat", b"x"),
    "a handler's name": lambda b: setattr(b, "handler_name", b"x"),
    "an item": lambda b: b.add(b"oddi", b"x"),
    "an item's name": lambda b: setattr(b.items[0], "name", b"x"),
    "an item without bytes": lambda b: b.add(b"oddi", b""),
    "a second picture": lambda b: b.picture(code_av1(astronaut(32, 32))),
    "a thumbnail": lambda b: b.refer(b"thmb", b.picture(code_av1(astronaut(32, 32))), 1),
    "another auxiliary": lambda b: b.refer(
        b"auxl", b.picture(code_av1(astronaut(32, 32)[..., 0]), (auxc(b"urn:odd"), True)), 1
    ),
    "XMP": lambda b: b.add(b"mime", b"<x/>", more=b"application/rdf+xml\0"),
    "a group": lambda b: b.in_meta.append(box(b"grpl", full(b"oddg", b"x"))),
    "a profile": lambda b: b.items[0].properties.append((box(b"colr", b"prof", b"x"), False)),
    "a longer extent": lambda b: b.items[0].properties.append((full(b"ispe", b"x" * 9), False)),
    "bytes behind an entry": lambda b: setattr(b.items[0], "more", b"x"),
    "a metadata unit": lambda b: setattr(b.items[0], "payload", b.items[0].payload + b"\x2a\1x"),
    "a size of no item": lambda b: b.in_ipco.append(full(b"ispe", b"a name !")),
    "a shape of no item": lambda b: b.in_ipco.append(box(b"pasp", b"a name !")),
    "more depths than channels": lambda b: b.items[0].properties.append(
        (full(b"pixi", b"\3\x08\x08\x08a name"), False)
    ),
    "sizes of layers": lambda b: b.items[0].properties.append((box(b"a1lx", b"a name !!"), False)),
    "the name of a kind": lambda b: b.items[0].properties.append((auxc(b"urn:name"), False)),
    "a second frame in two units": lambda b: setattr(
        b.items[0], "payload", b.items[0].payload + b"\x1a\1x\x22\1x"
    ),
    "a padding unit": lambda b: setattr(b.items[0], "payload", b.items[0].payload + b"\x7a\1x"),
}


@pytest.mark.parametrize("name", EXTRA)
def test_anything_more_is_a_leftover(name: str) -> None:
    builder = HeifBuilder(brand=b"avif")
    builder.picture(code_av1(astronaut(64, 64)))
    plain = builder.build()
    encoding = MEDIA.read(plain, LIMITS).encoding
    assert MEDIA.leftovers(plain, encoding, ()) == ()
    EXTRA[name](builder)
    data = builder.build()
    if name == "a brand":
        data = data.replace(b"ftypoddb", b"ftypavif")
    assert MEDIA.leftovers(data, encoding, ()) != ()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("depth", [8, 10])
def test_hard_pixels_stay_well_within_the_checks(seed: int, depth: int) -> None:
    """Random pixels and chequers around one colour: half of each bound is not reached."""
    rng = np.random.default_rng(seed)
    side = 160
    base = (
        rng.integers(0, 256, (side, side, 3)).astype(np.uint8)
        if seed % 2
        else np.kron(rng.integers(0, 2, (side // 8, side // 8, 3)) * 255, np.ones((8, 8, 1)))
    ).astype(np.uint8)
    mask: BoolMask = np.zeros((side, side), bool)
    mask[40:130, 30:120] = True
    original = base.astype(np.uint16) * 257 if depth > 8 else base
    painted = original.copy()
    painted[mask] = np.array([0, 77, 200]) * (257 if depth > 8 else 1)
    encoding = Encoding(format=Format.AVIF, mode=Mode.RGB, depth=depth, lossless=False)
    plan = Picture(samples=painted, encoding=encoding, masked=mask)
    before = Picture(samples=original, encoding=encoding)
    written = MEDIA.read_again(MEDIA.encode(plan, ()), LIMITS)
    under = check_under_mask(written, plan, mask)
    outside = check_outside(written, before, plan)
    assert under.passed
    assert outside.passed
    assert 0 < dict(under.figures)["worst"] <= 9
    assert 0 < dict(outside.figures)["worst_block"] <= 10


def test_the_checks_notice_what_is_left_of_a_face() -> None:
    side = 96
    mask: BoolMask = np.zeros((side, side), bool)
    mask[16:80, 16:80] = True
    for depth in (8, 10):
        plan = planned(Mode.RGB, depth)
        scale = 257 if depth > 8 else 1
        samples = plan.samples.copy()
        samples[mask] = np.array([10, 20, 30]) * scale
        plan = Picture(samples=samples, encoding=plan.encoding, masked=mask)
        leaky = samples.copy()
        leaky[40:44, 40:44] += 20 * scale
        for spoilt, passes in ((samples, True), (leaky, False)):
            coded = MEDIA.encode(plan.with_samples(spoilt), ())
            assert check_under_mask(MEDIA.read(coded, LIMITS), plan, mask).passed is passes


def test_transparent_pixels_come_back_as_nothing() -> None:
    picture = planned(Mode.RGBA, 8)
    samples = picture.samples.copy()
    samples[..., 3] |= 1
    samples[30:70, 20:80, 3] = 0
    samples[30:70, 20:80, :3] = 0
    back = MEDIA.read(MEDIA.encode(picture.with_samples(samples), ()), LIMITS)
    assert not back.hidden_colour
    assert not back.samples[30:70, 20:80].any()
    hidden = samples.copy()
    hidden[30:70, 20:80, :3] = astronaut(120, 160)[80:, 100:]
    seen = MEDIA.read(MEDIA.encode(picture.with_samples(hidden), ()), LIMITS)
    assert seen.hidden_colour
    assert not seen.samples[30:70, 20:80].any()


def test_ink_cannot_be_written() -> None:
    encoding = Encoding(format=Format.AVIF, mode=Mode.CMYK, depth=8, lossless=False)
    with pytest.raises(OutputError, match="CMYK"):
        MEDIA.encode(Picture(samples=np.zeros((8, 8, 4), np.uint8), encoding=encoding), ())


def test_what_pillow_and_libavif_write_is_read() -> None:
    pixels = astronaut(90, 121)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "AVIF", quality=90)
    for data in (out.getvalue(), bytes(imagecodecs.avif_encode(pixels, level=90))):
        picture = MEDIA.read(data, LIMITS)
        assert (picture.samples == imagecodecs.avif_decode(data)).all()
        assert (MEDIA.read_again(data, LIMITS).samples == picture.samples).all()
