"""Photoshop documents: the flattened picture, in every mode that is handled; never a white one."""

from __future__ import annotations

import io
import struct
import warnings

import numpy as np
import pytest
from PIL import Image, ImageCms

import people
from canaries.blocks import resource
from canaries.psd import (
    BITMAP,
    CMYK,
    GREY,
    INDEXED,
    LAB,
    RGB,
    Document,
    Layer,
    tagged,
    version_info,
)
from media.pictures import LIMITS, MEDIA, astronaut, noise
from passerby.errors import (
    CorruptInput,
    EmptyInput,
    LimitExceeded,
    OutputError,
    PasserbyError,
    UnsupportedFormat,
)
from passerby.media import psd, sniff
from passerby.media.icc import standard_rgb
from passerby.model.media import Format, Group, Mode
from passerby.model.options import Limits


def planes(pixels: np.ndarray) -> np.ndarray:
    """Return (channels, height, width) of (height, width, channels)."""
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))


def one_layer(height: int = 8, width: int = 9) -> list[Layer]:
    return [Layer(name=b"face", planes=planes(noise(height, width, 4)))]


def own(document: Document) -> np.ndarray:
    """Return the picture before it is made a TIFF; both decoders have to agree on it."""
    data = document.build()
    assert sniff(data) is Format.PSD
    picture, again = psd.read(data, LIMITS), psd.read_again(data, LIMITS)
    assert picture.encoding.format is Format.PSD
    assert picture.encoding == again.encoding
    assert (picture.samples == again.samples).all()
    return picture.samples


KINDS = {
    "grey": (GREY, 1, Mode.L),
    "colour": (RGB, 3, Mode.RGB),
    "ink": (CMYK, 4, Mode.CMYK),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("version", [1, 2])
def test_every_mode(kind: str, depth: int, packed: bool, version: int) -> None:
    mode, channels, wanted_mode = KINDS[kind]
    pixels = noise(21, 37, channels, depth=depth)
    pixels[3:9, 5:20] = 77
    document = Document(planes=planes(pixels), mode=mode, packed=packed, version=version)
    top = 65535 if depth == 16 else 255
    # 0 is full ink in a document.
    wanted = top - pixels if mode == CMYK else pixels
    assert (own(document) == wanted).all()
    picture = MEDIA.read(document.build(), LIMITS)
    assert (picture.encoding.format, picture.encoding.mode) == (Format.TIFF, wanted_mode)
    assert picture.encoding.depth == depth
    assert picture.source is not None
    assert picture.source.format is Format.PSD
    written = MEDIA.encode(picture, ())
    assert MEDIA.leftovers(written, picture.encoding, ()) == ()
    assert (MEDIA.read_again(written, LIMITS).samples == wanted).all()


@pytest.mark.parametrize("packed", [False, True])
def test_a_palette(packed: bool) -> None:
    indices, table = noise(9, 13), noise(256, 3, seed=1)
    document = Document(
        planes=indices[None], mode=INDEXED, palette=table.T.tobytes(), packed=packed
    )
    assert (own(document) == table[indices]).all()
    with pytest.raises(CorruptInput, match="palette"):
        MEDIA.read(Document(planes=indices[None], mode=INDEXED).build(), LIMITS)


@pytest.mark.parametrize("width", [8, 13, 16])
def test_a_bitmap(width: int) -> None:
    ink = noise(11, width) % 2
    packed = np.packbits(ink, axis=1)
    document = Document(planes=packed[None], mode=BITMAP, width=width, depth=1)
    assert (own(document)[..., 0] == np.where(ink, 0, 255)).all()
    assert psd.read(document.build(), LIMITS).encoding.depth == 1


def on_white(colour: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Return colours as a document with transparent pixels has them."""
    top = np.iinfo(colour.dtype).max
    share = alpha / top
    return np.round(colour * share + top * (1 - share)).astype(colour.dtype)


@pytest.mark.parametrize("kind", ["grey", "colour"])
@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("by", ["layers", "identifiers"])
def test_transparent_pixels(kind: str, depth: int, by: str) -> None:
    mode, channels, _ = KINDS[kind]
    colour = noise(20, 30, channels, depth=depth)
    alpha = noise(20, 30, 1, depth=depth, seed=3)
    alpha[:5] = np.iinfo(alpha.dtype).max
    alpha[5:8] = 0
    stored = np.concatenate([on_white(colour, alpha), alpha], axis=2)
    document = Document(planes=planes(stored), mode=mode)
    if by == "layers":
        document.layers, document.transparent = one_layer(), True
    else:
        document.resources = resource(1053, struct.pack(">I", 0))
    got = own(document)
    assert (got[..., -1:] == alpha).all()
    assert (got[:5, :, :-1] == colour[:5]).all()
    assert not got[5:8].any()
    # What is left of a colour that was mixed with white is as exact as its rounding.
    difference = np.abs(got[8:, :, :-1].astype(np.int64) - colour[8:])
    error = np.iinfo(alpha.dtype).max / np.maximum(alpha[8:].astype(float), 1) / 2 + 1
    assert ((difference <= error) | (alpha[8:] == 0)).all()
    picture = MEDIA.read(document.build(), LIMITS)
    assert picture.encoding.mode is {1: Mode.LA, 3: Mode.RGBA}[channels]


def test_saved_selections_are_left_out() -> None:
    pixels = noise(10, 12, 5)
    document = Document(planes=planes(pixels), layers=one_layer())
    picture = MEDIA.read(document.build(), LIMITS)
    assert (picture.samples == pixels[..., :3]).all()
    assert picture.notes[0].endswith("spot colours are left out: 2")
    found = {p.name: p.group for p in MEDIA.parts(document.build())}
    assert found["picture/channel 2"] is Group.PICTURE
    assert found["picture/channel 3"] is found["picture/channel 4"] is Group.EMBEDDED


def test_opacity_behind_a_saved_selection() -> None:
    pixels = noise(10, 12, 5)
    pixels[..., 4] = 255
    numbers = resource(1053, struct.pack(">II", 7, 0))
    document = Document(planes=planes(pixels), resources=numbers)
    assert (own(document) == pixels[..., [0, 1, 2, 4]]).all()


def test_ink_with_transparent_pixels_is_shown_on_white() -> None:
    pixels = noise(10, 12, 5)
    document = Document(planes=planes(pixels), mode=CMYK, layers=one_layer(), transparent=True)
    assert (own(document) == 255 - pixels[..., :4]).all()
    assert "transparent pixels are shown on white" in MEDIA.read(document.build(), LIMITS).notes


NOT_SAVED = {
    "said so": Document(
        planes=planes(noise(9, 9, 3)), layers=one_layer(), resources=version_info(False)
    ),
    "said so without layers": Document(
        planes=planes(noise(9, 9, 3)), resources=version_info(False)
    ),
    "white": Document(planes=np.full((3, 9, 9), 255, np.uint8), layers=one_layer()),
    "white although said otherwise": Document(
        planes=np.full((3, 9, 9), 255, np.uint8),
        layers=one_layer(),
        resources=version_info(True),
    ),
    "white and deep": Document(planes=np.full((3, 9, 9), 65535, np.uint16), layers=one_layer()),
    "white and transparent": Document(
        planes=np.concatenate([np.full((3, 9, 9), 255, np.uint8), noise(1, 9, 9)]),
        layers=one_layer(),
        transparent=True,
    ),
}


@pytest.mark.parametrize("name", NOT_SAVED)
def test_a_picture_that_was_not_saved_is_never_read_as_white(name: str) -> None:
    for read in (MEDIA.read, MEDIA.read_again):
        with pytest.raises(UnsupportedFormat, match="flattened picture") as caught:
            read(NOT_SAVED[name].build(), LIMITS)
        assert "Maximize Compatibility" in caught.value.hint
    # What the layers hold is told all the same.
    parts = MEDIA.parts(NOT_SAVED[name].build())
    layers = [part for part in parts if part.name == "layers/0 face/picture"]
    assert len(layers) == (1 if NOT_SAVED[name].layers else 0)


def test_a_saved_picture_is_read() -> None:
    pixels = noise(9, 9, 3)
    document = Document(planes=planes(pixels), layers=one_layer(), resources=version_info(True))
    assert (own(document) == pixels).all()
    flat = Document(planes=np.full((3, 9, 9), 200, np.uint8))
    assert (own(flat) == 200).all()


REFUSED = {
    r"L\*a\*b\*": Document(planes=noise(3, 8, 8), mode=LAB),
    "duotone": Document(planes=noise(1, 8, 8), mode=8),
    "several channels": Document(planes=noise(3, 8, 8), mode=7),
    "colour mode 6": Document(planes=noise(3, 8, 8), mode=6),
    "32 bits": Document(planes=noise(3, 8, 8), depth=32),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_handled_is_refused_by_name(name: str) -> None:
    with pytest.raises(UnsupportedFormat, match=name):
        MEDIA.read(REFUSED[name].build(), LIMITS)


def test_zip_is_refused_by_name() -> None:
    data = bytearray(Document(planes=noise(3, 8, 8), packed=False).build())
    struct.pack_into(">H", data, 26 + 12, 2)
    with pytest.raises(UnsupportedFormat, match="ZIP"):
        MEDIA.read(bytes(data), LIMITS)
    assert any(part.name == "picture" for part in MEDIA.parts(bytes(data)))
    struct.pack_into(">H", data, 26 + 12, 4)
    with pytest.raises(CorruptInput, match="unknown way"):
        MEDIA.read(bytes(data), LIMITS)


def test_it_is_never_written_back() -> None:
    data = Document(planes=noise(3, 8, 8)).build()
    with pytest.raises(OutputError, match="Photoshop"):
        MEDIA.encode(psd.read(data, LIMITS), ())
    assert MEDIA.leftovers(data, psd.read(data, LIMITS).encoding, ()) == ()
    layered = Document(planes=noise(3, 8, 8), layers=one_layer()).build()
    left = MEDIA.leftovers(layered, psd.read(layered, LIMITS).encoding, ())
    assert "layers/0 face/picture" in {part.name for part in left}
    for tail, named in ((b"", set()), (b"canary", {"resources/ICCProfile"})):
        plain = Document(planes=noise(3, 8, 8), resources=resource(1039, standard_rgb() + tail))
        parts = MEDIA.leftovers(plain.build(), psd.read(plain.build(), LIMITS).encoding, ())
        assert {part.name for part in parts} == named
    for to, depth in ((Format.PNG, 16), (Format.JPEG, 8)):
        deep = Document(planes=noise(3, 8, 8, depth=16)).build()
        assert MEDIA.read(deep, LIMITS, to).encoding.depth == depth


@pytest.mark.parametrize("packed", [False, True])
def test_a_cut_document_is_refused_wherever_it_was_cut(packed: bool) -> None:
    data = Document(planes=noise(3, 30, 40), packed=packed, layers=one_layer()).build()
    for cut in (1, 2, 100, 1200, 3000, len(data) - 40, len(data) - 20):
        with pytest.raises(CorruptInput):
            MEDIA.read(data[:-cut], LIMITS)


def damaged(offset: int, code: str, value: int, **options: object) -> bytes:
    data = bytearray(Document(planes=noise(3, 10, 12), layers=one_layer(), **options).build())
    struct.pack_into(code, data, offset, value)
    return bytes(data)


DAMAGED = {
    "version": lambda: damaged(4, ">H", 3),
    "no channels": lambda: damaged(12, ">H", 0),
    "many channels": lambda: damaged(12, ">H", 57),
    "too few channels": lambda: damaged(12, ">H", 2),
    "too high": lambda: damaged(14, ">I", 30_001),
    "higher than its data": lambda: damaged(14, ">I", 3000, packed=False),
    "wider than its rows": lambda: damaged(18, ">I", 13),
    "long palette": lambda: damaged(26, ">I", 2**31),
    "long resources": lambda: damaged(30, ">I", 2**31),
    "long layers": lambda: damaged(34, ">I", 2**31),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_is_an_error(name: str) -> None:
    with pytest.raises(CorruptInput):
        MEDIA.read(DAMAGED[name](), LIMITS)


def test_no_pixels() -> None:
    with pytest.raises(EmptyInput):
        MEDIA.read(damaged(14, ">I", 0), LIMITS)


def test_limits() -> None:
    data = Document(planes=noise(3, 100, 120)).build()
    MEDIA.read(data, Limits(pixels=12_000))
    large = bytearray(data)
    struct.pack_into(">II", large, 14, 30_000, 30_000)
    for claim, limits in (
        (data, Limits(pixels=11_999)),
        (data, Limits(memory=100_000)),
        (bytes(large), LIMITS),
    ):
        for read in (MEDIA.read, MEDIA.read_again):
            with pytest.raises(LimitExceeded):
                read(claim, limits)


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("depth", [8, 16])
def test_layers_are_listed_by_name_and_channel(version: int, depth: int) -> None:
    deep = planes(noise(6, 7, 4, depth=depth))
    layers = [
        Layer(name=b"sky", planes=deep),
        Layer(name=b"my/face", planes=deep, mask=deep[0], blocks=tagged(b"luni", b"\0\0\0\0")),
    ]
    document = Document(planes=planes(noise(9, 9, 3, depth=depth)), layers=layers, version=version)
    data = document.build()
    parts = MEDIA.parts(data)
    groups = {part.name: part.group for part in parts}
    assert groups["layers/0 sky/name"] is groups["layers/1 my_face/name"] is Group.TEXT
    for name in ("0 sky/picture", "1 my_face/picture", "1 my_face/mask -2"):
        assert groups[f"layers/{name}"] is Group.EMBEDDED
    assert groups["layers"] is Group.EMBEDDED
    assert not any("damaged" in name or "unreferenced" in name for name in groups)
    covered = np.zeros(len(data), bool)
    for part in parts:
        if part.name != "layers":
            covered[part.offset : part.offset + part.size] = True
    assert covered.all()


def test_damaged_layers_are_told_and_the_picture_is_read() -> None:
    document = Document(planes=planes(noise(9, 9, 3)), layers=one_layer())
    data = bytearray(document.build())
    at = bytes(data).index(b"8BIMnorm")
    data[at : at + 4] = b"xxxx"
    assert any(p.name == "layers/damaged" for p in MEDIA.parts(bytes(data)))
    # Whether the picture was saved cannot be known then.
    with pytest.raises(CorruptInput, match="layer"):
        MEDIA.read(bytes(data), LIMITS)


def test_what_psd_tools_writes() -> None:
    from psd_tools import PSDImage

    for mode in ("L", "RGB", "RGBA", "LA"):
        image = Image.fromarray(astronaut(50, 60)).convert(mode)
        if mode.endswith("A"):
            image.putalpha(Image.linear_gradient("L").resize(image.size))
        out = io.BytesIO()
        PSDImage.frompil(image).save(out)
        picture = MEDIA.read(out.getvalue(), LIMITS)
        colours = len(mode.rstrip("A")) if mode.endswith("A") else picture.samples.shape[2]
        wanted = np.asarray(image).reshape(50, 60, -1)[..., :colours]
        assert picture.samples.shape[:2] == (50, 60)
        if not mode.endswith("A"):
            difference = picture.samples[..., :colours].astype(int) - wanted
            assert not difference.any()


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("kind", KINDS)
def test_psd_tools_reads_the_same(kind: str, depth: int) -> None:
    """A reader that shares no code with ours."""
    from psd_tools import PSDImage

    mode, channels, _ = KINDS[kind]
    pixels = noise(21, 37, channels, depth=depth)
    data = Document(planes=planes(pixels), mode=mode, layers=one_layer()).build()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        opened = PSDImage.open(io.BytesIO(data))
        assert [layer.name for layer in opened] == ["face"]
        theirs = np.rint(opened.numpy() * (65535 if depth == 16 else 255)).astype(int)
    ours = psd.read(data, LIMITS).samples.astype(int)
    top = 65535 if depth == 16 else 255
    assert (theirs == (top - ours if mode == CMYK else ours)).all()


def test_the_profile_and_the_fields_are_read() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    records = b"\x1c\x02\x50\x00\x04Anna"
    resources = resource(1039, profile) + resource(1028, records)
    picture = MEDIA.read(
        Document(planes=planes(noise(9, 9, 3)), resources=resources).build(), LIMITS
    )
    assert picture.encoding.icc is not None
    assert [(field.value, value) for field, value in picture.encoding.fields] == [
        ("byline", "Anna")
    ]
    assert any(
        p.name == "resources/ICCProfile"
        for p in MEDIA.parts(Document(planes=planes(noise(9, 9, 3)), resources=resources).build())
    )


def test_a_list_of_layers_that_lies_is_an_error() -> None:
    data = bytearray(Document(planes=planes(noise(9, 9, 3)), layers=one_layer()).build())
    for count in (2, 1000, -1000, 32767, -32768):
        struct.pack_into(">h", data, 42, count)
        with pytest.raises(PasserbyError):
            MEDIA.read(bytes(data), LIMITS)
        assert any(p.name == "layers/damaged" for p in MEDIA.parts(bytes(data)))


def opened(data: bytes) -> dict[str, np.ndarray]:
    """Return the pictures that are embedded in a document, by the names of their parts."""
    found = {}
    for each in MEDIA.contents(data).embedded:
        assert each.data is not None, each
        found[each.part.name] = MEDIA.read(each.data, LIMITS).samples
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("packed", [False, True])
def test_layers_masks_and_selections_can_be_looked_at(
    kind: str, depth: int, version: int, packed: bool
) -> None:
    mode, channels, _ = KINDS[kind]
    layer = planes(noise(9, 14, channels + 1, depth=depth))
    layer[0] = np.iinfo(layer.dtype).max
    mask = noise(7, 5, depth=depth)
    document = Document(
        planes=planes(noise(9, 9, channels + 1, depth=depth)),
        mode=mode,
        version=version,
        packed=packed,
        layers=[Layer(name=b"face", planes=layer, mask=mask)],
    )
    found = opened(document.build())
    top = layer >> 8 if depth == 16 else layer
    colours = top[1:]
    if mode == CMYK:
        colours = colours[:3].astype(int) * colours[3] // 255
    assert (found["layers/0 face/picture"][..., :-1] == colours.transpose(1, 2, 0)).all()
    assert (found["layers/0 face/mask -2"][..., 0] == (mask >> 8 if depth == 16 else mask)).all()
    selection = found[f"picture/channel {channels}"][..., 0]
    assert (selection == document.planes[channels]).all()


@pytest.mark.parametrize("depth", [8, 16])
def test_layers_that_are_compressed_with_zip_can_be_looked_at(depth: int) -> None:
    from psd_tools import PSDImage
    from psd_tools.constants import Compression

    layer = planes(noise(9, 14, 4, depth=depth))
    layer[0] = np.iinfo(layer.dtype).max
    document = Document(
        planes=planes(noise(9, 9, 3, depth=depth)), layers=[Layer(name=b"face", planes=layer)]
    )
    opened_there = PSDImage.open(io.BytesIO(document.build()))
    for compression in (Compression.ZIP, Compression.ZIP_WITH_PREDICTION):
        record, channels = opened_there[0]._record, opened_there[0]._channels
        for each in channels:
            raw = each.get_data(record.width, record.height, depth)
            each.compression = compression
            each.set_data(raw, record.width, record.height, depth)
        out = io.BytesIO()
        opened_there.save(out)
        found = opened(out.getvalue())
        top = layer >> 8 if depth == 16 else layer
        assert (found["layers/0 face/picture"][..., :3] == top[1:].transpose(1, 2, 0)).all()


def test_a_face_in_a_layer_is_counted() -> None:
    from passerby.compose import build_ports
    from passerby.examine import inspect_bytes
    from passerby.model.options import Options

    head = people.head("collins", 90)
    layer = np.concatenate([np.full((1, *head.shape[:2]), 255, np.uint8), planes(head)])
    document = Document(
        planes=planes(people.backdrop(200, 150)), layers=[Layer(name=b"hidden", planes=layer)]
    )
    options = Options()
    inspection = inspect_bytes(
        document.build(), shown="x", options=options, ports=build_ports(options, threads=2)
    )
    assert inspection.failure is None
    assert inspection.sightings == ()
    [picture] = [each for each in inspection.embedded if "0 hidden/picture" in each.path[0]]
    assert picture.faces == 1
