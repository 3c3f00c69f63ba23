"""The format comes from the bytes; what is not handled is refused by its name."""

from __future__ import annotations

import io
import struct

import pytest
import tifffile
from PIL import Image

from canaries.blocks import build_tiff, long, short
from media.pictures import LIMITS, MEDIA, astronaut, saved
from passerby.errors import CorruptInput, EmptyInput, UnknownFormat, UnsupportedFormat
from passerby.media import sniff
from passerby.model.media import HANDLED, Format


def ftyp(major: bytes, *compatible: bytes) -> bytes:
    brands = major + b"\0\0\0\0" + b"".join(compatible)
    return struct.pack(">I4s", 8 + len(brands), b"ftyp") + brands + b"\0" * 32


def frames(name: str, **options: object) -> bytes:
    images = [Image.new("RGB", (8, 8), color) for color in ("red", "blue")]
    out = io.BytesIO()
    images[0].save(out, name, save_all=True, append_images=images[1:], **options)
    return out.getvalue()


def dng() -> bytes:
    return build_tiff([{50706: (1, 4, b"\1\4\0\0"), 256: long(1), 257: long(1)}])


def sensor_data_below() -> bytes:
    raw = {254: long(0), 262: short(32803)}
    return build_tiff([{254: long(1), 271: (2, 6, b"NIKON\0"), 330: [raw]}])


SAMPLES: dict[str, tuple[bytes, Format]] = {
    "jpeg": (saved(astronaut(), "JPEG"), Format.JPEG),
    "png": (saved(astronaut(), "PNG"), Format.PNG),
    "webp": (saved(astronaut(), "WEBP"), Format.WEBP),
    "tiff": (saved(astronaut(), "TIFF"), Format.TIFF),
    "big-endian tiff": (saved(Image.new("I;16B", (4, 4)), "TIFF"), Format.TIFF),
    "gif": (saved(astronaut(), "GIF"), Format.GIF),
    "bmp": (saved(astronaut(), "BMP"), Format.BMP),
    "ico": (saved(Image.new("RGB", (16, 16)), "ICO"), Format.ICO),
    "apng": (frames("PNG"), Format.APNG),
    "animated webp": (frames("WEBP"), Format.ANIMATED_WEBP),
    "pages": (frames("TIFF"), Format.MULTIPAGE_TIFF),
    "heic": (ftyp(b"heic", b"mif1", b"heic"), Format.HEIC),
    "heif": (ftyp(b"mif1", b"mif1", b"heic"), Format.HEIC),
    "heic sequence": (ftyp(b"msf1", b"heic", b"hevc"), Format.HEIC_SEQUENCE),
    "heic with tracks": (b"\0\0\0\x14ftypheic\0\0\0\0mif1\0\0\0\x08moov", Format.HEIC_SEQUENCE),
    "animated avif": (
        saved(
            Image.fromarray(astronaut()),
            "AVIF",
            save_all=True,
            append_images=[Image.fromarray(astronaut()[::-1])],
        ),
        Format.ANIMATED_AVIF,
    ),
    "avif": (saved(astronaut(), "AVIF"), Format.AVIF),
    "avif under mif1": (ftyp(b"mif1", b"avif", b"miaf"), Format.AVIF),
    "cr3": (ftyp(b"crx ", b"crx ", b"isom"), Format.RAW),
    "cr2": (b"II\x2a\0\x10\0\0\0CR\2\0" + b"\0" * 32, Format.RAW),
    "dng": (dng(), Format.RAW),
    "nef": (sensor_data_below(), Format.RAW),
    "orf": (b"IIRO\x08\0\0\0" + b"\0" * 32, Format.RAW),
    "rw2": (b"IIU\0\x18\0\0\0" + b"\0" * 32, Format.RAW),
    "raf": (b"FUJIFILMCCD-RAW 0201" + b"\0" * 32, Format.RAW),
    "psd": (b"8BPS\0\1" + b"\0" * 32, Format.PSD),
    "jxl": (b"\xff\x0a" + b"\0" * 32, Format.JPEG_XL),
    "jxl box": (b"\0\0\0\x0cJXL \r\n\x87\n" + b"\0" * 32, Format.JPEG_XL),
    "jp2": (saved(astronaut(), "JPEG2000"), Format.JPEG_2000),
    "j2k": (b"\xff\x4f\xff\x51" + b"\0" * 32, Format.JPEG_2000),
    "pdf": (b"%PDF-1.7\n", Format.PDF),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', Format.SVG),
    "svg with prolog": (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a --><svg/>', Format.SVG),
    "mp4": (ftyp(b"isom", b"mp42"), Format.VIDEO),
    "mov": (b"\0\0\0\x08wide\0\0\1\0mdat", Format.VIDEO),
    "mkv": (b"\x1a\x45\xdf\xa3" + b"\0" * 32, Format.VIDEO),
    "avi": (b"RIFF\0\1\0\0AVI LIST", Format.VIDEO),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_format_is_told_from_its_bytes(name: str) -> None:
    data, expected = SAMPLES[name]
    assert sniff(data) is expected


@pytest.mark.parametrize("name", [n for n, (_, f) in SAMPLES.items() if f not in HANDLED])
def test_what_is_not_handled_is_refused_by_name(name: str) -> None:
    data, expected = SAMPLES[name]
    for call in (lambda: MEDIA.read(data, LIMITS), lambda: MEDIA.parts(data)):
        with pytest.raises(UnsupportedFormat, match=str(expected)):
            call()


def test_every_unhandled_format_has_a_sample() -> None:
    assert {found for _, found in SAMPLES.values()} == set(Format)


def test_no_bytes() -> None:
    with pytest.raises(EmptyInput):
        sniff(b"")


@pytest.mark.parametrize("data", [b"\0", b"hello", b"RIFF....WAVE", b"<html></html>", b"\xff\xd8"])
def test_unknown_bytes(data: bytes) -> None:
    with pytest.raises(UnknownFormat):
        sniff(data)


def test_a_reduced_copy_is_no_second_page() -> None:
    out = io.BytesIO()
    with tifffile.TiffWriter(out) as file:
        file.write(astronaut(), photometric="rgb")
        file.write(astronaut()[::4, ::4], photometric="rgb", subfiletype=1)
    picture = MEDIA.read(out.getvalue(), LIMITS)
    assert (picture.samples == astronaut()).all()
    assert any(p.name == "IFD1/embedded picture" for p in MEDIA.parts(out.getvalue()))


def test_a_tiff_that_cannot_be_walked_is_corrupt() -> None:
    with pytest.raises(CorruptInput):
        MEDIA.read(b"II\x2a\0\xff\xff\0\0" + b"\0" * 16, LIMITS)
