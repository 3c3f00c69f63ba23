"""Whatever a library raises becomes an error of Passerby."""

from __future__ import annotations

import struct
import warnings
import zlib

import imagecodecs
import pytest
import simplejpeg
import tifffile
from PIL import Image, PngImagePlugin, WebPImagePlugin
from PIL.JpegImagePlugin import JpegImageFile

from media.pictures import LIMITS, MEDIA, astronaut, noise, saved
from media.test_png import png, values_of
from media.test_tiff import tiff
from passerby.errors import CorruptInput, LimitExceeded, OutputError
from passerby.media import guard
from passerby.model.media import Encoding, Format, Mode
from passerby.ports import Picture

DEEP = png(values_of(2, 16), 2, 16)
SHALLOW = png(values_of(0, 4), 0, 4)
JPEG, WEBP, TIFF = saved(astronaut(), "JPEG"), saved(astronaut(), "WEBP"), tiff(noise(9, 9, 3))
LZW = tiff(noise(9, 9, 3), compression="lzw")

READS = [
    (simplejpeg, "decode_jpeg", ValueError("Premature end of JPEG file"), JPEG, "read"),
    (JpegImageFile, "load", OSError("broken data stream"), JPEG, "read_again"),
    (JpegImageFile, "load", SyntaxError("not a JPEG file"), JPEG, "read_again"),
    (imagecodecs, "png_decode", imagecodecs.PngError("decode", "libpng"), DEEP, "read"),
    (PngImagePlugin, "PngImageFile", OSError("truncated"), SHALLOW, "read"),
    (PngImagePlugin, "PngImageFile", Image.DecompressionBombError("bomb"), SHALLOW, "read"),
    (imagecodecs, "webp_decode", imagecodecs.WebpError("decode", "libwebp"), WEBP, "read"),
    (WebPImagePlugin, "WebPImageFile", OSError("webp"), WEBP, "read_again"),
    (imagecodecs, "lzw_decode", imagecodecs.LzwError("decode", "lzw"), LZW, "read"),
    (tifffile, "TiffFile", tifffile.TiffFileError("tifffile"), TIFF, "read_again"),
    (tifffile, "TiffFile", struct.error("unpack"), TIFF, "read_again"),
    (tifffile, "TiffFile", zlib.error("inflate"), TIFF, "read_again"),
    (tifffile, "TiffFile", IndexError("index\x1b[31m\n"), TIFF, "read_again"),
]


@pytest.mark.parametrize(("owner", "name", "error", "data", "method"), READS)
def test_what_a_decoder_raises(owner, name, error, data, method, monkeypatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(owner, name, fail)
    with pytest.raises(CorruptInput) as caught:
        getattr(MEDIA, method)(data, LIMITS)
    assert caught.value.message.isprintable()
    assert caught.value.__cause__ is error


def test_no_memory_is_a_limit() -> None:
    with pytest.raises(LimitExceeded), guard.decoding("JPEG"):
        raise MemoryError


def test_a_warning_about_the_data_is_an_error() -> None:
    for kind in (UserWarning, RuntimeWarning, Image.DecompressionBombWarning):
        with pytest.raises(CorruptInput), guard.decoding("PNG"):
            warnings.warn("truncated", kind, stacklevel=1)
    with guard.decoding("PNG"):
        warnings.warn("soon gone", DeprecationWarning, stacklevel=1)


def test_a_bug_is_not_called_damage() -> None:
    with pytest.raises(NameError), guard.decoding("PNG"):
        raise NameError


@pytest.mark.parametrize(
    ("name", "mode"),
    [(Format.PNG, Mode.CMYK), (Format.WEBP, Mode.CMYK), (Format.JPEG, Mode.RGBA)],
)
def test_what_an_encoder_refuses(name: Format, mode: Mode) -> None:
    encoding = Encoding(format=name, mode=mode, depth=8, lossless=True)
    picture = Picture(samples=noise(4, 4, mode.channels), encoding=encoding)
    with pytest.raises(OutputError):
        MEDIA.encode(picture, ())


def test_a_format_that_is_not_written() -> None:
    encoding = Encoding(format=Format.BMP, mode=Mode.RGB, depth=8, lossless=True)
    with pytest.raises(OutputError, match="BMP"):
        MEDIA.encode(Picture(samples=noise(4, 4, 3), encoding=encoding), ())


def test_a_side_longer_than_webp_can_be() -> None:
    encoding = Encoding(format=Format.WEBP, mode=Mode.RGB, depth=8, lossless=True)
    with pytest.raises(OutputError):
        MEDIA.encode(Picture(samples=noise(1, 16384, 3), encoding=encoding), ())
