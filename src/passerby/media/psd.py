"""Photoshop documents: the flattened picture is read, layers are not looked at.

It is read by hand with the PackBits codec of imagecodecs, and checked with Pillow where that
reads such documents (8 bits). A document that was saved without its flattened picture holds a
white one in its place, and is refused. A Photoshop document is never written.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import PsdImagePlugin

from passerby.errors import CorruptInput, UnsupportedFormat
from passerby.media import fields, guard, icc, orient, packbits, samples
from passerby.media.containers import psd as container
from passerby.media.containers.psd import Document
from passerby.media.psd_channels import (
    BITMAP,
    CMYK,
    COLOURS,
    GREY,
    INDEXED,
    RGB,
    channels_shown,
    resource,
)
from passerby.model.media import Encoding, Field, Format, Mode, Orientation
from passerby.model.options import Limits
from passerby.ports import Picture, Samples

_MODES = {BITMAP: Mode.L, GREY: Mode.L, INDEXED: Mode.RGB, RGB: Mode.RGB, CMYK: Mode.CMYK}
_NAMES = {7: "several channels without a colour space", 8: "duotone", 9: "L*a*b*"}
_PROFILE, _VERSION, _XMP, _EXIF = 1039, 1057, 1060, 1058
_ADVICE = (
    "Save it again in Photoshop with Preferences > File Handling > Maximize Compatibility, or "
    "export it as TIFF or PNG."
)


def read(data: bytes, limits: Limits) -> Picture:
    """Decode the flattened picture.

    Raises EmptyInput, CorruptInput, UnsupportedFormat or LimitExceeded.
    """
    document = _open(data, limits)
    return _finish(data, document, _decode(data, document))


def read_again(data: bytes, limits: Limits) -> Picture:
    """Decode with Pillow where it reads such documents; else as `read` does. With further
    channels it looks for packed rows in the wrong place (Pillow 13.0)."""
    document = _open(data, limits)
    planes = _decode(data, document)
    colours = COLOURS[document.mode]
    if document.depth == 8 and document.version == 1 and document.channels == colours:
        with guard.decoding("PSD"), PsdImagePlugin.PsdImageFile(io.BytesIO(data)) as image:
            raw = np.asarray(image).reshape(document.height, document.width, -1)
        planes[..., :colours] = raw[..., :colours]
        if document.mode == CMYK:
            # Pillow has turned the ink over already.
            planes[..., :colours] = np.invert(planes[..., :colours])
    return _finish(data, document, planes)


def _open(data: bytes, limits: Limits) -> Document:
    """Read the header, and refuse what cannot be shown, before anything is decoded."""
    document = container.walk(data)
    if document.mode not in COLOURS:
        name = _NAMES.get(document.mode, f"colour mode {document.mode}")
        raise UnsupportedFormat(f"Photoshop document in {name} is not handled")
    depths = (1,) if document.mode == BITMAP else (8,) if document.mode == INDEXED else (8, 16)
    if document.depth not in depths:
        raise UnsupportedFormat(
            f"Photoshop document of {document.depth} bits a sample is not handled"
        )
    channels = min(document.channels, COLOURS[document.mode] + 1)
    pixel_bytes = max(3, channels) * (2 if document.depth == 16 else 1)
    guard.check_claim((document.width, document.height), pixel_bytes, len(data), limits)
    if document.channels < COLOURS[document.mode]:
        raise CorruptInput(f"PSD: {document.channels} channels are too few")
    version = resource(data, document, _VERSION)
    if len(version) >= 5 and version[4] == 0:
        raise UnsupportedFormat("the document was saved without its flattened picture", _ADVICE)
    return document


def _decode(data: bytes, document: Document) -> Samples:
    """Return (height, width, colours, and opacity where there is one), as stored."""
    wanted = channels_shown(data, document)
    kind, spans = container.channel_spans(data, document)
    if kind in (container.ZIP, container.ZIP_PREDICTED):
        raise UnsupportedFormat("Photoshop document whose picture is compressed with ZIP")
    if not spans:
        raise CorruptInput(f"PSD: the picture is compressed in an unknown way ({kind})")
    dtype = np.dtype(">u2" if document.depth == 16 else "u1")
    width = document.row_bytes // dtype.itemsize
    planes = np.empty((document.height, width, len(wanted)), dtype.newbyteorder("="))
    with guard.decoding("PSD"):
        for place, channel in enumerate(wanted):
            raw = data[spans[channel]]
            if kind == container.RLE:
                first = channel * document.height
                counts = container.row_counts(data, document)[first : first + document.height]
                raw = packbits.unpack_rows(raw, counts, document.row_bytes)
            rows = np.frombuffer(raw, dtype).reshape(document.height, width)
            planes[..., place] = rows
    return planes


def _finish(data: bytes, document: Document, planes: Samples) -> Picture:
    """Turn channels as stored into a picture."""
    colours = COLOURS[document.mode]
    layers = container.read_layers(data, document)
    if layers is not None and layers.layers and _is_one_colour(planes[..., :colours]):
        raise UnsupportedFormat(
            "the flattened picture of the document is one colour, as where it was not saved",
            _ADVICE,
        )
    notes: list[str] = []
    if document.channels > planes.shape[2]:
        count = document.channels - planes.shape[2]
        notes.append(f"channels for saved selections or spot colours are left out: {count}")
    mode, pixels = _meaning(data, document, planes, notes)
    encoding = Encoding(
        format=Format.PSD,
        mode=mode,
        depth=document.depth,
        lossless=True,
        icc=icc.keep(resource(data, document, _PROFILE) or None, mode, notes),
        fields=_fields(data, document),
    )
    return orient.upright(samples.contiguous(pixels), encoding, Orientation.TOP_LEFT, notes)


def _is_one_colour(colours: Samples) -> bool:
    return bool((colours.min(axis=(0, 1)) == colours.max(axis=(0, 1))).all())


def _meaning(
    data: bytes, document: Document, planes: Samples, notes: list[str]
) -> tuple[Mode, Samples]:
    """Return the mode, and the samples in it."""
    mode, colours = _MODES[document.mode], COLOURS[document.mode]
    if document.mode == BITMAP:
        packed = samples.to_8_bit(planes[..., 0])
        bits = np.unpackbits(packed, axis=1)[:, : document.width, None]
        # A bit that is set is ink.
        return mode, (1 - bits) * np.uint8(255)
    if document.mode == INDEXED:
        return mode, _look_up(data[document.palette], planes[..., 0])
    picture = planes[..., :colours]
    if document.mode == CMYK:
        picture = np.invert(picture)
    if planes.shape[2] == colours:
        return mode, picture
    if document.mode == CMYK:
        notes.append("transparent pixels are shown on white")
        return mode, picture
    alpha = planes[..., colours:]
    joined = np.concatenate([_without_white(picture, alpha), alpha], axis=2)
    return {Mode.L: Mode.LA, Mode.RGB: Mode.RGBA}[mode], joined


def _look_up(palette: bytes, indices: Samples) -> Samples:
    if len(palette) != 768:
        raise CorruptInput("PSD: the palette is missing or damaged")
    table = np.frombuffer(palette, np.uint8).reshape(3, 256).T
    looked_up: Samples = table[indices]
    return looked_up


def _without_white(picture: Samples, alpha: Samples) -> Samples:
    """Take back that colours were mixed with white where they are partly transparent: as stored,
    a colour is ``alpha * colour + (1 - alpha) * white``."""
    top = int(np.iinfo(picture.dtype).max)
    straight = np.empty(picture.shape, picture.dtype)
    for row in range(picture.shape[0]):
        cover = alpha[row].astype(np.int64)
        light = np.maximum(picture[row].astype(np.int64) + cover - top, 0) * top
        part = np.maximum(cover, 1)
        straight[row] = np.where(cover > 0, np.minimum((light + part // 2) // part, top), 0)
    return straight


def _fields(data: bytes, document: Document) -> tuple[tuple[Field, str], ...]:
    found = fields.Sources()
    found.add_photoshop(data[document.resources])
    found.add_xmp(resource(data, document, _XMP))
    found.add_exif(resource(data, document, _EXIF))
    return found.values()
