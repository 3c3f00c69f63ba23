"""The allow-list of a written file: each thing that does not belong is named."""

from __future__ import annotations

import io
import struct
import time
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image

from canaries.blocks import Stream, build_tiff, long, short
from canaries.png import chunk
from canaries.webp import chunk as webp_chunk
from media.pictures import LIMITS, MEDIA, astronaut, saved, segment, with_segment
from media.test_tiff import tiff
from passerby.media import fields
from passerby.media.containers import png as png_container
from passerby.model.media import Encoding, Field

JPEG = saved(astronaut(), "JPEG")
PNG = saved(astronaut(), "PNG")
WEBP = saved(astronaut(), "WEBP", lossless=True)
TIFF = MEDIA.encode(MEDIA.read(tiff(astronaut()), LIMITS), ())


def names(data: bytes, keep: tuple[Field, ...] = (), encoding: Encoding | None = None) -> list[str]:
    encoding = encoding or MEDIA.read(data, LIMITS).encoding
    return [part.name for part in MEDIA.leftovers(data, encoding, keep)]


@pytest.mark.parametrize("data", [JPEG, PNG, WEBP, TIFF], ids=["JPEG", "PNG", "WebP", "TIFF"])
def test_a_plain_file_has_none(data: bytes) -> None:
    assert names(data) == []


@pytest.mark.parametrize("data", [JPEG, PNG, WEBP, TIFF], ids=["JPEG", "PNG", "WebP", "TIFF"])
def test_bytes_after_the_end(data: bytes) -> None:
    assert names(data + b"x") != []
    assert names(data + JPEG) != []


NINE_CODES = bytes([0, 0, 0, 0, 0, 0, 9, *[0] * 9]) + b"a name !!"
"""A Huffman table of nine codes of seven bits."""
JPEG_EXTRAS = {
    "COM": segment(0xFE, b"x"),
    "APP1/Exif": segment(0xE1, b"Exif\0\0"),
    "APP5/x": segment(0xE5, b"x"),
    "APP0/JFIF/thumbnail": segment(0xE0, b"JFIF\0\1\2\0\0\1\0\1\1\1abc"),
    "APP0/JFXX": segment(0xE0, b"JFXX\0\x10"),
    "APP2/ICC_PROFILE": segment(0xE2, b"ICC_PROFILE\0\1\1x"),
    "DQT/unused table": segment(0xDB, b"\x03" + b"\1" * 64),
    "DHT/unused table": segment(
        0xC4, b"\x13" + bytes([0, 0, 0, 0, 0, 0, 9, *[0] * 9]) + b"a name !!"
    ),
    "APP14/Adobe": segment(0xEE, b"Adobe\0\x64\0\0\0\0\1and more"),
    "marker 0xF3": segment(0xF3, b"x"),
}


@pytest.mark.parametrize("name", JPEG_EXTRAS)
def test_jpeg(name: str) -> None:
    encoding = MEDIA.read(JPEG, LIMITS).encoding
    assert name in names(JPEG[:2] + JPEG_EXTRAS[name] + JPEG[2:], encoding=encoding)


@pytest.mark.parametrize(
    "payload",
    [b"MINE\0\1\2\0\0\1\0\1\0\0", b"JFIF\0\1\2\0\0\1\0\1\1\0", b"JFIF\0\1\2\0\0\1\0\1\0\0x"],
    ids=["another name", "a thumbnail's width", "a byte more"],
)
def test_a_jfif_segment_that_is_not_plain(payload: bytes) -> None:
    encoding = MEDIA.read(JPEG, LIMITS).encoding
    first = 2 + 2 + int.from_bytes(JPEG[4:6], "big")
    assert JPEG[2:4] == b"\xff\xe0"
    assert names(JPEG[:2] + segment(0xE0, payload) + JPEG[first:], encoding=encoding) != []


def test_a_second_jfif_segment() -> None:
    again = segment(0xE0, b"JFIF\0\1\2\0\0\1\0\1\0\0")
    assert names(JPEG[:2] + again + JPEG[2:]) == ["APP0/JFIF"]


PNG_EXTRAS = {
    "tEXt/Comment": chunk(b"tEXt", b"Comment\0x"),
    "pHYs": chunk(b"pHYs", struct.pack(">IIB", 1, 1, 0)),
    "PLTE": chunk(b"PLTE", b"abc"),
    "prVt": chunk(b"prVt", b"x"),
    "gAMA": chunk(b"gAMA", struct.pack(">I", 45455)),
    "iCCP": chunk(b"iCCP", b"x\0\0" + zlib.compress(b"x")),
    "eXIf": chunk(b"eXIf", b""),
}


@pytest.mark.parametrize("name", PNG_EXTRAS)
def test_png(name: str) -> None:
    encoding = MEDIA.read(PNG, LIMITS).encoding
    assert name in names(PNG[:33] + PNG_EXTRAS[name] + PNG[33:], encoding=encoding)


@pytest.mark.parametrize(("mode", "belongs"), [("L", True), ("RGB", True), ("RGBA", False)])
def test_a_transparent_colour_belongs_to_pictures_without_alpha(mode: str, belongs: bool) -> None:
    plain = saved(Image.fromarray(astronaut()).convert(mode), "PNG")
    encoding = MEDIA.read(plain, LIMITS).encoding
    data = plain[:33] + chunk(b"tRNS", bytes(2 if mode == "L" else 6)) + plain[33:]
    assert (names(data, encoding=encoding) == []) is belongs


def test_a_palette_belongs_to_pictures_of_indices() -> None:
    image = Image.fromarray(astronaut()).quantize(20)
    assert names(saved(image, "PNG", transparency=bytes(range(20)))) == []


def test_bytes_behind_the_picture_in_its_own_chunk() -> None:
    pieces = list(png_container.walk_chunks(PNG))
    first = next(piece for piece in pieces if piece.type == b"IDAT")
    stream = b"".join(PNG[piece.payload] for piece in pieces if piece.type == b"IDAT")
    end = chunk(b"IEND", b"")
    longer = zlib.compress(zlib.decompress(stream) + b"hidden rows")
    for hidden, name in ((stream + b"hidden", "after"), (longer, "more")):
        data = PNG[: first.offset] + chunk(b"IDAT", hidden) + end
        found = names(data)
        assert found
        assert name in found[0]
        assert [part.name for part in MEDIA.parts(data) if "IDAT/" in part.name] == found
    two = PNG[: first.offset] + chunk(b"IDAT", stream) + chunk(b"IDAT", b"hidden") + end
    assert names(two) == ["IDAT/after the picture"]


WEBP_EXTRAS = {
    "EXIF": webp_chunk(b"EXIF", b"x"),
    "XMP": webp_chunk(b"XMP ", b"x"),
    "ICCP": webp_chunk(b"ICCP", b"x"),
    "ODD": webp_chunk(b"ODD ", b"x"),
    "padding": webp_chunk(b"VP8X", b"\0\0\0\0\x9f\0\0\x77\0\0x", padding=b"x"),
}


@pytest.mark.parametrize(
    ("header", "plain"),
    [
        (b"\x00\0\0\0", True),
        (b"\x30\0\0\0", True),
        (b"\x01\0\0\0", False),
        (b"\x40\0\0\0", False),
        (b"\0\1\0\0", False),
        (b"\0\0\0\x80", False),
    ],
    ids=["no flags", "profile and alpha", "reserved", "reserved too", "low", "high"],
)
def test_the_flags_of_an_extended_webp(header: bytes, plain: bool) -> None:
    size = struct.pack("<I", 159)[:3] + struct.pack("<I", 119)[:3]
    encoding = MEDIA.read(WEBP, LIMITS).encoding
    for payload, expected in ((header + size, plain), (header + size + b"xy", False)):
        body = webp_chunk(b"VP8X", payload) + WEBP[12:]
        data = b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body
        assert (names(data, encoding=encoding) == []) is expected


@pytest.mark.parametrize("name", WEBP_EXTRAS)
def test_webp(name: str) -> None:
    body = WEBP[12:] + WEBP_EXTRAS[name]
    data = b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body
    encoding = MEDIA.read(WEBP, LIMITS).encoding
    assert name in names(data, encoding=encoding)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"software": "x"}, "IFD0/Software"),
        ({"datetime": True}, "IFD0/DateTime"),
        ({"description": "x"}, "IFD0/ImageDescription"),
        ({"extratags": [(65000, "s", 0, "x", True)]}, "IFD0/0xFDE8"),
        ({"iccprofile": b"x"}, "IFD0/ICCProfile"),
        ({"extratags": [(700, 1, 1, b"x", True)]}, "IFD0/XMP"),
        ({"extratags": [(532, 3, 40, tuple(range(40)), True)]}, "IFD0/ReferenceBlackWhite"),
        ({"extratags": [(297, 3, 40, tuple(range(40)), True)]}, "IFD0/PageNumber"),
        ({"extratags": [(530, 3, 40, tuple(range(40)), True)]}, "IFD0/YCbCrSubSampling"),
    ],
)
def test_tiff(options: dict[str, object], name: str) -> None:
    assert name in names(tiff(astronaut(), **options))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"rowsperstrip": 1},
        {"tile": (16, 16)},
        {"tile": (16, 16), "compression": "zlib"},
        {"planarconfig": "separate", "rowsperstrip": 50},
        {"planarconfig": "separate", "tile": (32, 32)},
    ],
    ids=str,
)
def test_a_plain_tiff_of_any_layout_has_none(options: dict[str, object]) -> None:
    assert names(tiff(astronaut(), **options)) == []


def test_a_palette_and_an_orientation_belong_to_the_picture() -> None:
    palette = saved(Image.fromarray(astronaut()).quantize(200), "TIFF")
    assert names(palette) == []
    assert names(tiff(astronaut(), extratags=[(274, 3, 1, 6, True)])) == []


@pytest.mark.parametrize("progressive", [False, True])
def test_a_code_table_that_another_one_replaces(progressive: bool) -> None:
    data = saved(astronaut(), "JPEG", progressive=progressive)
    at = data.index(b"\xff\xc4")
    table = data[at + 4 : at + 5] + NINE_CODES
    assert names(data) == []
    assert names(data[:at] + segment(0xC4, table) + data[at:]) == ["DHT/unused table"]


def test_code_tables_that_everybody_knows() -> None:
    grey = saved(Image.fromarray(astronaut()).convert("L"), "JPEG")
    tables = JPEG[JPEG.index(b"\xff\xc4") : JPEG.index(b"\xff\xda")]
    at = grey.index(b"\xff\xc4")
    assert names(grey[:at] + tables + grey[grey.index(b"\xff\xda") :]) == []


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("predictor", [1, 2])
def test_bytes_behind_the_end_of_lzw(predictor: int, flat: bool) -> None:
    pixels = np.full((48, 40, 3), 7, np.uint8) if flat else astronaut()[:48, :40]
    data = tiff(pixels, compression="lzw", predictor=predictor, rowsperstrip=48)
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page = file.pages[0]
        start, size = page.dataoffsets[0], page.databytecounts[0]
        tags = {tag: page.tags[tag].offset for tag in (273, 279)}
    assert names(data) == []
    longer = bytearray(data)
    longer[start : start + size] = bytes(size)
    for tag, value in ((273, len(data)), (279, size + 8)):
        longer[tags[tag] + 2 : tags[tag] + 12] = struct.pack("<HII", 4, 1, value)
    found = names(bytes(longer) + data[start : start + size] + b"a name !")
    assert found == ["picture/more than a strip needs"]


@pytest.mark.parametrize("planes", [1, 2])
def test_a_strip_that_holds_a_byte_more(planes: int) -> None:
    pixels = bytes(range(200)) * 3
    tags = {256: long(20), 257: long(10), 258: short(8, 8, 8), 262: short(2), 277: short(3)}
    tags |= {278: long(10), 284: short(planes)}
    for spare in (b"", b"x"):
        if planes == 1:
            strips = {273: Stream(pixels + spare), 279: long(600 + len(spare))}
        else:
            whole = pixels + spare
            data = build_tiff([tags | {273: Stream(whole), 279: long(len(whole))}])
            start = data.index(pixels)
            strips = {
                273: long(start, start + 200, start + 400),
                279: long(200, 200, 200 + len(spare)),
            }
            data = build_tiff([tags | strips | {65000: Stream(whole)}])
            start = data.index(pixels)
            strips[273] = long(start, start + 200, start + 400)
            tags = tags | {65000: Stream(whole)}
        found = names(build_tiff([tags | strips]))
        assert ("picture/more than a strip needs" in found) is bool(spare)


@pytest.mark.parametrize("extra", [segment(0xFE, b"x"), segment(0xE5, b"x")], ids=["COM", "APP5"])
def test_what_hides_in_a_jpeg_strip(extra: bytes) -> None:
    plain = saved(astronaut(), "JPEG")
    first = 2 + 2 + int.from_bytes(plain[4:6], "big")
    for coded in (plain[:2] + plain[first:], plain[:2] + extra + plain[first:]):
        data = build_tiff(
            [
                {
                    **{256: long(160), 257: long(120), 258: short(8, 8, 8), 259: short(7)},
                    **{262: short(6), 273: Stream(coded), 277: short(3), 278: long(120)},
                    **{279: long(len(coded)), 530: short(2, 2)},
                }
            ]
        )
        found = names(data)
        assert ("picture/more than a strip needs" in found) is (extra in coded)


@pytest.mark.parametrize("extra", [b"", segment(0xFE, b"a name"), segment(0xED, b"a name"),
                                   segment(0xC4, b"\x13" + NINE_CODES),
                                   segment(0xDB, b"\3" + b"\1" * 64)])  # fmt: skip
def test_what_hides_in_the_tables_of_all_strips(extra: bytes) -> None:
    data = saved(astronaut()[:64, :64], "TIFF", compression="jpeg")
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        tag = file.pages[0].tags[347]
        tables, at, start = bytes(tag.value), tag.offset, tag.valueoffset
    laden = tables[:-2] + extra + tables[-2:]
    moved = bytearray(data + laden)
    moved[start : start + len(tables)] = bytes(len(tables))
    moved[at + 4 : at + 12] = struct.pack("<II", len(laden), len(data))
    found = names(bytes(moved))
    assert found == (["picture/more than a strip needs"] if extra else [])


def test_a_strip_that_is_longer_than_its_part() -> None:
    assert names(tiff(astronaut(), compression="zlib", rowsperstrip=120)) == []
    stream = zlib.compress(astronaut().tobytes() + b"hidden") + b"hidden"
    data = build_tiff(
        [
            {
                **{256: long(160), 257: long(120), 258: short(8, 8, 8), 259: short(8)},
                **{262: short(2), 273: Stream(stream), 277: short(3), 278: long(120)},
                279: long(len(stream)),
            }
        ]
    )
    assert names(data) == ["picture/more than a strip needs"]


def test_planned_parts_must_be_exactly_as_planned() -> None:
    picture = MEDIA.read(JPEG, LIMITS)
    values = ((Field.CAPTION, "planned"),)
    planned = Encoding(**_fields(picture.encoding) | {"fields": values})
    other = Encoding(**_fields(picture.encoding) | {"fields": ((Field.CAPTION, "another"),)})
    packet = fields.packet(other.fields, (Field.CAPTION,))
    assert packet is not None
    data = with_segment(JPEG, 0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet)
    assert names(data, (Field.CAPTION,), other) == []
    assert "APP1/XMP" in names(data, (Field.CAPTION,), planned)
    assert "APP1/XMP" in names(data, (), other)


def _fields(encoding: Encoding) -> dict[str, object]:
    return {name: getattr(encoding, name) for name in encoding.__dataclass_fields__}


def test_a_planned_part_may_stand_once() -> None:
    values = ((Field.CAPTION, "planned"),)
    packet = fields.packet(values, (Field.CAPTION,))
    assert packet is not None
    block = b"http://ns.adobe.com/xap/1.0/\0" + packet
    data = with_segment(with_segment(JPEG, 0xE1, block), 0xE1, block)
    assert names(data, (Field.CAPTION,)).count("APP1/XMP") == 1


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WebP", "GIF", "animated PNG", "animated WebP"])
def test_thousands_of_them_take_no_longer(form: str) -> None:
    frames = {"save_all": True, "append_images": [Image.new("RGB", (64, 64))]}
    picture = astronaut()[:64, :64]
    riff = [saved(picture, "WEBP", **more) for more in ({}, frames)]
    pngs = [saved(picture, "PNG", **more) for more in ({}, frames)]
    gif = saved(Image.fromarray(picture).convert("P"), "GIF")
    note, junk = chunk(b"tEXt", b"a\0b"), b"ABCD\2\0\0\0ab" * 3000
    sizes = [struct.pack("<I", len(data) - 8 + len(junk)) for data in riff]
    data = {
        "JPEG": JPEG[:2] + segment(0xFE, b"x") * 3000 + JPEG[2:],
        "PNG": pngs[0][:33] + note * 3000 + pngs[0][33:],
        "WebP": b"RIFF" + sizes[0] + riff[0][8:] + junk,
        "GIF": gif[:-1] + b"\x21\xfe\1a\0" * 3000 + b";",
        "animated PNG": pngs[1][:33] + note * 3000 + pngs[1][33:],
        "animated WebP": b"RIFF" + sizes[1] + riff[1][8:] + junk,
    }[form]
    encoding = MEDIA.read(data, LIMITS).encoding
    begun = time.process_time()
    assert len(MEDIA.leftovers(data, encoding, ())) >= 3000
    assert time.process_time() - begun < 5


def test_pixels_are_no_part() -> None:
    assert names(saved(np.zeros((8, 8, 3), np.uint8), "PNG")) == []
