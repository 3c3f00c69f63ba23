"""Pictures that a Photoshop document holds besides the flattened one, made PNG files: layers,
masks, saved selections. Only for a look at what is in them."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from passerby.errors import CorruptInput, UnsupportedFormat
from passerby.media import guard
from passerby.media.containers import psd as container
from passerby.media.containers.psd import Channel, Document
from passerby.media.psd_channels import CMYK, GREY, RGB
from passerby.media.raster import as_png

_LARGEST = 2**28
"""Bytes of a channel."""
_PLAIN = {GREY: (0,), RGB: (0, 1, 2), CMYK: (0, 1, 2, 3)}
_OPACITY = -1


def layer_file(data: bytes, document: Document, channels: tuple[Channel, ...]) -> bytes:
    """Return a layer as it is without what lies above and below it, with its opacity.

    Raises CorruptInput or UnsupportedFormat.
    """
    by_number = {channel.number: channel for channel in channels}
    wanted = _PLAIN.get(document.mode)
    if wanted is None or not all(number in by_number for number in wanted):
        raise UnsupportedFormat("Photoshop document whose layers are not of colours that are known")
    planes = [_plane(data, document, by_number[number]) for number in wanted]
    if document.mode == CMYK:
        # Stored upside down: 255 is no ink.
        black = planes[3].astype(np.uint16)
        planes = [(plane * black // 255).astype(np.uint8) for plane in planes[:3]]
    if _OPACITY in by_number:
        planes.append(_plane(data, document, by_number[_OPACITY]))
    pixels = np.stack(planes, axis=2)
    return as_png(pixels.tobytes(), (pixels.shape[1], pixels.shape[0]), len(planes))


def channel_file(data: bytes, document: Document, channel: Channel) -> bytes:
    """Return one channel, such as a mask, in grey. Raises CorruptInput or UnsupportedFormat."""
    plane = _plane(data, document, channel)
    return as_png(plane.tobytes(), (plane.shape[1], plane.shape[0]), 1)


def saved_file(data: bytes, document: Document, number: int) -> bytes:
    """Return a channel that is stored with the flattened picture and not shown, in grey.

    Raises CorruptInput or UnsupportedFormat.
    """
    if document.depth not in (8, 16):
        raise UnsupportedFormat(f"Photoshop channel of {document.depth} bits")
    kind, spans = container.channel_spans(data, document)
    raw = data[spans[number]]
    if kind == container.RLE:
        from passerby.media.packbits import unpack_rows

        first = number * document.height
        counts = container.row_counts(data, document)[first : first + document.height]
        with guard.decoding("PSD"):
            raw = unpack_rows(raw, counts, document.row_bytes)
    return as_png(raw, (document.width, document.height), 1, document.depth)


def _plane(data: bytes, document: Document, channel: Channel) -> NDArray[np.uint8]:
    """Return the upper 8 bits of a channel, (height, width)."""
    width, height = channel.pixels
    if document.depth not in (8, 16):
        raise UnsupportedFormat(f"Photoshop layer of {document.depth} bits")
    size = width * height * document.depth // 8
    if not 0 < size <= _LARGEST or channel.size < 2:
        raise CorruptInput(f"PSD: a channel of {width}x{height} pixels")
    coded = data[channel.offset + 2 : channel.offset + channel.size]
    kind = struct.unpack_from(">H", data, channel.offset)[0]
    with guard.decoding("PSD"):
        raw = _unpack(coded, kind, (width * document.depth // 8, height), document)
    if len(raw) < size:
        raise CorruptInput("PSD: a channel holds less than its pixels")
    stored = np.dtype(">u2" if document.depth == 16 else "u1")
    rows = np.frombuffer(raw, stored, width * height).reshape(height, width)
    wide = rows.astype(np.uint16)
    if kind == container.ZIP_PREDICTED:
        # Differences along the rows, modulo the depth.
        wide = np.cumsum(wide, axis=1, dtype=np.uint16)
    return (wide >> (document.depth - 8)).astype(np.uint8)


def _unpack(coded: bytes, kind: int, rows: tuple[int, int], document: Document) -> bytes:
    """Return the bytes of `rows` (bytes of one, number of them)."""
    row_bytes, count = rows
    if kind == container.RAW:
        return coded
    if kind in (container.ZIP, container.ZIP_PREDICTED):
        return zlib.decompressobj().decompress(coded, row_bytes * count)
    if kind != container.RLE:
        raise CorruptInput(f"PSD: a channel is compressed in an unknown way ({kind})")
    # A codec is imported when a picture is opened, not when it is listed.
    from passerby.media.packbits import unpack_rows

    code = "I" if document.version == 2 else "H"
    head = count * struct.calcsize(code)
    if head > len(coded):
        raise CorruptInput("PSD: a channel holds less than its pixels")
    counts = struct.unpack_from(f">{count}{code}", coded)
    return unpack_rows(coded[head:], counts, row_bytes)
