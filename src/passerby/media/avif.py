"""AVIF (AV1 Image File Format 1.1): read with imagecodecs, checked with Pillow, written with
imagecodecs; all libavif.

The decoder is given a file of the picture's own items alone, and of the encoder's files only the
coded pictures reach the output.
"""

from __future__ import annotations

import io

import imagecodecs
import numpy as np
from PIL import AvifImagePlugin

from passerby.errors import CorruptInput, UnsupportedFormat
from passerby.media import av1, fields, guard, heif_read, nclx, samples
from passerby.media.containers import bmff, items
from passerby.media.heif_picture import Shown
from passerby.media.heif_write import Form, NewItem, build_file
from passerby.media.nclx import Codes
from passerby.model.media import Encoding, Field, Format, Mode
from passerby.model.options import Limits
from passerby.ports import Picture, Samples

BRANDS = (b"avif", b"mif1", b"miaf")
ALPHA_TYPE = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"
_MATRIX = 6
_QUALITY = 95
_LOSSLESS = 100
_SPEED = 9
_PRIVATE = 2
"""Stands for colours that the profile describes."""


def read(data: bytes, limits: Limits) -> Picture:
    """Decode an AVIF file. What it holds besides the picture that is shown is not looked at.

    Raises EmptyInput, CorruptInput, UnsupportedFormat or LimitExceeded.
    """
    return heif_read.read(data, limits, Format.AVIF, _decode)


def read_again(data: bytes, limits: Limits) -> Picture:
    """Decode with Pillow what has 8 bits a sample."""
    return heif_read.read(data, limits, Format.AVIF, _decode_with_pillow)


def _decode(shown: Shown) -> Samples:
    if shown.colours.kind != b"av01":
        raise UnsupportedFormat("AVIF without AV1 is not handled")
    with guard.decoding("AVIF"):
        pixels: Samples = imagecodecs.avif_decode(shown.bare_file, numthreads=1)
    wanted = np.uint8 if shown.colours.coded.depth == 8 else np.uint16
    if pixels.dtype != wanted:
        raise CorruptInput("AVIF: the picture is not of the depth in its header")
    return pixels


def _decode_with_pillow(shown: Shown) -> Samples:
    if shown.colours.coded.depth > 8 or shown.colours.kind != b"av01":
        return _decode(shown)
    with (
        guard.decoding("AVIF"),
        AvifImagePlugin.AvifImageFile(io.BytesIO(shown.bare_file)) as image,
    ):
        return np.array(image)


def encode(picture: Picture, keep: tuple[Field, ...]) -> bytes:
    """Encode at one high quality, in 4:4:4; alpha without loss."""
    with guard.encoding("AVIF"):
        mode, pixels = samples.written_form(picture)
        if mode is Mode.CMYK:
            raise ValueError(f"AVIF cannot hold {mode}")
        encoding = picture.encoding
        depth = encoding.depth
        native = samples.narrow(pixels, depth)
        colours = native[..., :-1] if mode.has_alpha else native
        own = (*_size_and_depth(colours, depth), *colour_boxes(encoding))
        new = [_coded(colours, depth, _QUALITY, own, codes_of(encoding))]
        references: list[tuple[bytes, int, tuple[int, ...]]] = []
        if mode.has_alpha:
            alpha = native[..., -1:]
            of_alpha = (*_size_and_depth(alpha, depth), bmff.build_full(b"auxC", ALPHA_TYPE))
            new.append(_coded(alpha, depth, _LOSSLESS, of_alpha, Codes(_PRIVATE, _PRIVATE)))
            references.append((b"auxl", 2, (1,)))
        packet = fields.packet(encoding.fields, keep)
        if packet is not None:
            new.append(NewItem(kind=b"mime", payload=packet))
            references.append((b"cdsc", len(new), (1,)))
        return build_file(Form(brands=BRANDS, items=tuple(new), references=tuple(references)))


def codes_of(encoding: Encoding) -> Codes:
    """Return the code points that are written for a picture's colours."""
    if encoding.icc:
        return Codes(_PRIVATE, _PRIVATE)
    tags = dict(encoding.colour_tags)
    return Codes(*tags[nclx.TAG]) if nclx.TAG in tags else nclx.SRGB


def colour_boxes(encoding: Encoding) -> list[bytes]:
    """Return the colr boxes of a picture: its code points, and its profile if it has one."""
    codes = codes_of(encoding)
    numbers = bytes((0, codes.primaries, 0, codes.transfer, 0, _MATRIX, 0x80))
    boxes = [bmff.build(b"colr", b"nclx", numbers)]
    if encoding.icc:
        boxes.append(bmff.build(b"colr", b"prof", encoding.icc))
    return boxes


def _size_and_depth(pixels: Samples, depth: int) -> list[bytes]:
    height, width, channels = pixels.shape
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return [
        bmff.build_full(b"ispe", size),
        bmff.build_full(b"pixi", bytes([channels, *[depth] * channels])),
    ]


def _coded(
    pixels: Samples, depth: int, level: int, more: tuple[bytes, ...], codes: Codes
) -> NewItem:
    """Encode (height, width, 1 or 3) samples, and take what a decoder needs of the file."""
    shaped = pixels[..., 0] if pixels.shape[2] == 1 else pixels
    # One thread: with several, the bytes may depend on their number.
    coded = bytes(
        imagecodecs.avif_encode(
            np.ascontiguousarray(shaped),
            level=level,
            speed=_SPEED,
            bitspersample=depth,
            codec="aom",
            primaries=codes.primaries,
            transfer=codes.transfer,
            matrix=_MATRIX,
            numthreads=1,
        )
    )
    meta = items.find_meta(coded, bmff.walk_file(coded, "AVIF"))
    only = meta.items[meta.primary]
    configuration = only.find(b"av1C")
    if only.kind != b"av01" or configuration is None:
        raise ValueError("the encoder did not code a picture")
    content = av1.clean_configuration(coded[configuration.payload])
    return NewItem(
        kind=b"av01",
        payload=av1.clean_picture(only.read(coded)),
        properties=((bmff.build(b"av1C", content), True), *((box, False) for box in more)),
    )
