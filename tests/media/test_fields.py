"""Text fields: read where they stand, cleaned, written anew."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canaries.search import exiftool, exiftool_written
from media.pictures import LIMITS, MEDIA, astronaut, saved, with_segment
from passerby.media import fields
from passerby.model.media import Field

VALUES = (
    (Field.CAPTION, 'A march <in> "Łódź" & elsewhere'),
    (Field.BYLINE, "Ana Núñez, 山田"),
    (Field.CREDIT, "Agency"),
    (Field.COPYRIGHT, "© 2024"),
    (Field.DATE, "2024-05-31"),
    (Field.TIME, "2024-05-31T23:04:59+05:30"),
)
XMP_TAGS = {
    Field.CAPTION: "XMP-dc:Description",
    Field.BYLINE: "XMP-dc:Creator",
    Field.CREDIT: "XMP-photoshop:Credit",
    Field.COPYRIGHT: "XMP-dc:Rights",
    Field.TIME: "XMP-photoshop:DateCreated",
}
SHOWN = dict(VALUES) | {Field.TIME: "2024:05:31 23:04:59+05:30"}
"""As exiftool shows them."""


def record(number: int, value: bytes) -> bytes:
    return struct.pack(">BBBH", 0x1C, 2, number, len(value)) + value


def test_a_packet_is_read_as_it_was_written() -> None:
    packet = fields.packet(VALUES, tuple(Field))
    assert packet is not None
    sources = fields.Sources()
    sources.add_xmp(packet)
    assert sources.values() == VALUES


@given(st.text(max_size=300))
def test_any_text_survives_once_it_is_clean(text: str) -> None:
    value = fields.clean(text)
    assert fields.clean(value) == value
    packet = fields.packet(((Field.CAPTION, text),), (Field.CAPTION,))
    assert (packet is None) == (not value)
    if packet is not None:
        sources = fields.Sources()
        sources.add_xmp(packet)
        assert dict(sources.values())[Field.CAPTION] == value


def test_what_cannot_be_seen_goes() -> None:
    hidden = "a\0b\x1bc\u202ed\u200be\ufefff\ue000g\U000e0041h\ud800i"
    assert fields.clean(hidden) == "abcdefghi"
    assert fields.clean(" one\r\n\ttwo\u2028three ") == "one two three"
    assert len(fields.clean("x" * 10**6)) == fields.LONGEST


def test_only_what_is_asked_for_is_written() -> None:
    packet = fields.packet(VALUES, (Field.CREDIT,))
    assert packet is not None
    assert b"Agency" in packet
    assert b"march" not in packet
    assert fields.packet(VALUES, ()) is None
    assert fields.packet((), tuple(Field)) is None


@pytest.mark.parametrize("name", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize(
    "tags",
    [
        ["-XMP-dc:Description={0}", "-XMP-dc:Creator={1}", "-XMP-photoshop:Credit={2}",
         "-XMP-dc:Rights={3}", "-XMP-photoshop:DateCreated={5}"],
        ["-IPTC:CodedCharacterSet=UTF8", "-IPTC:Caption-Abstract={0}", "-IPTC:By-line={1}",
         "-IPTC:Credit={2}", "-IPTC:CopyrightNotice={3}", "-IPTC:DateCreated={4}",
         "-IPTC:TimeCreated=23:04:59+05:30"],
        ["-EXIF:ImageDescription={0}", "-EXIF:Artist={1}", "-EXIF:Copyright={3}",
         "-ExifIFD:DateTimeOriginal=2024:05:31 23:04:59", "-ExifIFD:OffsetTimeOriginal=+05:30"],
    ],
    ids=["XMP", "IPTC", "Exif"],
)  # fmt: skip
def test_fields_that_exiftool_wrote(name: str, tags: list[str]) -> None:
    if name == "PNG" and "IPTC" in tags[0]:
        tags = [tag.replace("IPTC", "XMP-photoshop") for tag in tags if "Credit" in tag]
    options = [tag.format(*[value for _, value in VALUES]) for tag in tags]
    source = exiftool_written(saved(astronaut(), name), options)
    picture = MEDIA.read(source, LIMITS)
    found = dict(picture.encoding.fields)
    assert len(found) >= len([tag for tag in tags if "Coded" not in tag])
    assert set(found.items()) <= set(VALUES)
    keep = tuple(Field)
    written = MEDIA.encode(picture, keep)
    assert MEDIA.leftovers(written, picture.encoding, keep) == ()
    assert MEDIA.leftovers(written, picture.encoding, ()) != ()
    shown = exiftool(written)
    for field in found.keys() - {Field.DATE}:
        assert shown[XMP_TAGS[field]] == SHOWN[field]
    day = MEDIA.encode(picture, (Field.DATE,))
    assert exiftool(day).get("XMP-photoshop:DateCreated") == found.get(Field.DATE, "").replace(
        "-", ":"
    ) or (Field.DATE not in found)
    assert MEDIA.leftovers(day, picture.encoding, (Field.DATE,)) == ()
    assert b"23:04" not in day
    assert MEDIA.read(written, LIMITS).encoding.fields == picture.encoding.fields


def test_webp() -> None:
    packet = fields.packet(VALUES, tuple(Field))
    source = saved(astronaut(), "WEBP", xmp=packet)
    picture = MEDIA.read(source, LIMITS)
    assert picture.encoding.fields == VALUES
    written = MEDIA.encode(picture, (Field.BYLINE,))
    assert MEDIA.read(written, LIMITS).encoding.fields == VALUES[1:2]
    assert MEDIA.leftovers(written, picture.encoding, (Field.BYLINE,)) == ()


def test_the_bytes_depend_on_the_values_alone() -> None:
    packet = fields.packet(VALUES, tuple(Field))
    other = fields.packet(tuple(reversed(VALUES)), tuple(reversed(Field)))
    assert packet == other


def test_xmp_goes_before_iptc_before_exif() -> None:
    sources = fields.Sources()
    sources.add_iptc(record(120, b"iptc") + record(80, b"one") + record(80, b"two"))
    packet = fields.packet(((Field.CAPTION, "xmp"),), (Field.CAPTION,))
    assert packet is not None
    sources.add_xmp(packet)
    assert sources.values() == ((Field.CAPTION, "xmp"), (Field.BYLINE, "one, two"))


def test_iptc_in_latin_1() -> None:
    sources = fields.Sources()
    sources.add_iptc(record(80, "Núñez".encode("latin-1")))
    assert sources.values() == ((Field.BYLINE, "Núñez"),)


BOMB = b"".join(
    [
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "canary">',
        *[b'<!ENTITY %c "&%c;&%c;">' % (98 + i, 97 + i, 97 + i) for i in range(20)],
        b"]><x:xmpmeta xmlns:x='adobe:ns:meta/'>&u;</x:xmpmeta>",
    ]
)


@pytest.mark.parametrize(
    "packet",
    [
        BOMB,
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        b"<a>" * 5000,
        b"<a><b></a>",
        b"\xff\xfe<\0a\0",
        b'<?xml version="1.0" encoding="no-such"?><a/>',
        b"",
    ],
)
def test_xml_that_is_refused(packet: bytes) -> None:
    source = saved(astronaut(), "JPEG")
    head = b"http://ns.adobe.com/xap/1.0/\0"
    damaged = with_segment(source, 0xE1, head + packet[:60000])
    assert MEDIA.read(damaged, LIMITS).encoding.fields == ()
    assert any("damaged" in part.name for part in MEDIA.parts(damaged))
