"""Photoshop documents: the flattened picture is read, layers are not looked at.

It is read by hand with the PackBits codec of imagecodecs, and checked with Pillow where that
reads such documents (8 bits). A document that was saved without its flattened picture holds a
white one in its place, and is refused. A Photoshop document is never written.
"""

from __future__ import annotations

import io
import struct

import imagecodecs
import numpy as np
from PIL import PsdImagePlugin

from passerby.errors import CorruptInput, UnsupportedFormat
from passerby.media import fields, guard, icc, iptc, orient, samples
from passerby.media.containers import psd as container
from passerby.media.containers.psd import Document
from passerby.model.media import Encoding, Field, Format, Mode, Orientation
from passerby.model.options import Limits
from passerby.ports import Picture, Samples

BITMAP, GREY, INDEXED, RGB, CMYK = 0, 1, 2, 3, 4
_COLOURS = {BITMAP: 1, GREY: 1, INDEXED: 1, RGB: 3, CMYK: 4}
_MODES = {BITMAP: Mode.L, GREY: Mode.L, INDEXED: Mode.RGB, RGB: Mode.RGB, CMYK: Mode.CMYK}
_NAMES = {7: "several channels without a colour space", 8: "duotone", 9: "L*a*b*"}
_PROFILE, _VERSION, _ALPHA_NUMBERS, _XMP, _EXIF = 1039, 1057, 1053, 1060, 1058
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
    colours = _COLOURS[document.mode]
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
    if document.mode not in _COLOURS:
        name = _NAMES.get(document.mode, f"colour mode {document.mode}")
        raise UnsupportedFormat(f"Photoshop document in {name} is not handled")
    depths = (1,) if document.mode == BITMAP else (8,) if document.mode == INDEXED else (8, 16)
    if document.depth not in depths:
        raise UnsupportedFormat(
            f"Photoshop document of {document.depth} bits a sample is not handled"
        )
    channels = min(document.channels, _COLOURS[document.mode] + 1)
    pixel_bytes = max(3, channels) * (2 if document.depth == 16 else 1)
    guard.check_claim((document.width, document.height), pixel_bytes, len(data), limits)
    if document.channels < _COLOURS[document.mode]:
        raise CorruptInput(f"PSD: {document.channels} channels are too few")
    version = _resource(data, document, _VERSION)
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
                raw = _unpack(raw, document, channel, data)
            rows = np.frombuffer(raw, dtype).reshape(document.height, width)
            planes[..., place] = rows
    return planes


def _unpack(coded: bytes, document: Document, channel: int, data: bytes) -> bytes:
    """Return the rows of a channel; each is packed by itself (PackBits)."""
    first = channel * document.height
    counts = container.row_counts(data, document)[first : first + document.height]
    rows, at = [], 0
    for size in counts:
        row = bytes(imagecodecs.packbits_decode(coded[at : at + size], out=document.row_bytes))
        if len(row) != document.row_bytes:
            raise CorruptInput("PSD: a row holds less than its part of the picture")
        rows.append(row)
        at += size
    return b"".join(rows)


def channels_shown(data: bytes, document: Document) -> tuple[int, ...]:
    """Return the numbers of the channels that are the picture: colours, and opacity if any.

    Raises CorruptInput when the layers cannot be read.
    """
    alpha = _alpha_channel(data, document)
    colours = tuple(range(_COLOURS.get(document.mode, document.channels)))
    return colours if alpha is None else (*colours, alpha)


def _alpha_channel(data: bytes, document: Document) -> int | None:
    """Return the number of the channel that is the picture's opacity; other further channels are
    saved selections and spot colours.

    It is the first further one where the layers say so, else the one whose identifier is 0.
    """
    colours = _COLOURS.get(document.mode, document.channels)
    if document.channels <= colours:
        return None
    layers = container.read_layers(data, document)
    if layers is not None and layers.transparent:
        return colours
    raw = _resource(data, document, _ALPHA_NUMBERS)
    numbers = struct.unpack(f">{len(raw) // 4}I", raw[: len(raw) // 4 * 4])
    if 0 not in numbers or len(numbers) > document.channels - colours:
        return None
    return document.channels - len(numbers) + numbers.index(0)


def _finish(data: bytes, document: Document, planes: Samples) -> Picture:
    """Turn channels as stored into a picture."""
    colours = _COLOURS[document.mode]
    layers = container.read_layers(data, document)
    if layers is not None and layers.layers and _is_one_colour(planes[..., :colours]):
        raise UnsupportedFormat(
            "the flattened picture of the document is one colour, as where it was not saved",
            _ADVICE,
        )
    notes: list[str] = []
    if document.channels > planes.shape[2]:
        count = document.channels - planes.shape[2]
        notes.append(f"{count} channels that are saved selections or spot colours are left out")
    mode, pixels = _meaning(data, document, planes, notes)
    encoding = Encoding(
        format=Format.PSD,
        mode=mode,
        depth=document.depth,
        lossless=True,
        icc=icc.keep(_resource(data, document, _PROFILE) or None, mode, notes),
        fields=_fields(data, document),
    )
    return orient.upright(samples.contiguous(pixels), encoding, Orientation.TOP_LEFT, notes)


def _is_one_colour(colours: Samples) -> bool:
    return bool((colours.min(axis=(0, 1)) == colours.max(axis=(0, 1))).all())


def _meaning(
    data: bytes, document: Document, planes: Samples, notes: list[str]
) -> tuple[Mode, Samples]:
    """Return the mode, and the samples in it."""
    mode, colours = _MODES[document.mode], _COLOURS[document.mode]
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


def _resource(data: bytes, document: Document, number: int) -> bytes:
    """Return the first image resource of a number; no bytes for none."""
    block = data[document.resources]
    for found in iptc.walk_resources(block):
        if found.id == number:
            return block[found.offset : found.offset + found.size]
    return b""


def _fields(data: bytes, document: Document) -> tuple[tuple[Field, str], ...]:
    found = fields.Sources()
    found.add_photoshop(data[document.resources])
    found.add_xmp(_resource(data, document, _XMP))
    found.add_exif(_resource(data, document, _EXIF))
    return found.values()
