"""What the header of a file says of its picture: enough to list many files quickly.

Nothing is decoded and no codec is imported. What a header does not say is left out.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace

from passerby.errors import CorruptInput, UnsupportedFormat
from passerby.media import exif, headers_heif, orient, psd_channels
from passerby.media.containers import jpeg as jpeg_container
from passerby.media.containers import png as png_container
from passerby.media.containers import psd as psd_container
from passerby.media.containers import riff as riff_container
from passerby.media.containers import tiff as tiff_container
from passerby.media.png_header import MODES, read_header
from passerby.media.tiff_layout import read_layout, read_size
from passerby.model.media import Facts, Format, Mode, Orientation

_JPEG_MODES = {1: Mode.L, 3: Mode.RGB, 4: Mode.CMYK}
_PSD_MODES = {
    psd_channels.BITMAP: Mode.L,
    psd_channels.GREY: Mode.L,
    psd_channels.INDEXED: Mode.RGB,
    psd_channels.RGB: Mode.RGB,
    psd_channels.CMYK: Mode.CMYK,
}
_EXIF = b"Exif\x00"


def describe(data: bytes, name: Format) -> Facts:
    """Return what a file of the named format says of itself. Raises CorruptInput."""
    describer = _DESCRIBERS.get(name)
    facts = Facts(format=name) if describer is None else describer(data)
    if facts.size is not None and orient.swaps(facts.orientation):
        return replace(facts, size=facts.size[::-1])
    return facts


def _jpeg(data: bytes) -> Facts:
    facts = Facts(format=Format.JPEG)
    turned = False
    for segment in jpeg_container.walk_head(data):
        payload = segment.payload
        if segment.marker == 0xE1 and not turned and data.startswith(_EXIF, payload.start):
            turned = True
            orientation = exif.read_orientation(data, payload.start, payload.stop)
            facts = replace(facts, orientation=orientation)
        elif segment.marker in jpeg_container.FRAMES and segment.size >= 10:
            depth, height, width, count = struct.unpack_from(">BHHB", data, payload.start)
            size, mode = (width, height), _JPEG_MODES.get(count)
            facts = replace(facts, size=size, mode=mode, depth=depth)
    return facts


def _gif(data: bytes) -> Facts:
    facts = Facts(format=Format.GIF, mode=Mode.RGBA, depth=8)
    if len(data) < 10:
        return facts
    width, height = struct.unpack_from("<2H", data, 6)
    return replace(facts, size=(width, height))


def _animated_png(data: bytes) -> Facts:
    facts = replace(_png(data), format=Format.APNG)
    # Fewer bits are written with 8.
    return replace(facts, depth=max(facts.depth or 8, 8))


def _png(data: bytes) -> Facts:
    chunks = tuple(png_container.walk_chunks(data))
    header = read_header(data, chunks)
    facts = Facts(
        format=Format.PNG,
        size=(header.width, header.height),
        mode=MODES[header.colour],
        depth=header.sample_depth,
    )
    for chunk in chunks:
        if chunk.type == b"eXIf":
            start, stop = chunk.payload.start, chunk.payload.stop
            return replace(facts, orientation=exif.read_orientation(data, start, stop))
    return facts


def _webp(data: bytes) -> Facts:
    facts = Facts(format=Format.WEBP, mode=Mode.RGB, depth=8)
    for chunk in riff_container.walk_chunks(data):
        at = chunk.payload.start
        head = data[at : at + 10]
        if chunk.type == b"VP8X" and len(head) == 10:
            width = int.from_bytes(head[4:7], "little") + 1
            height = int.from_bytes(head[7:10], "little") + 1
            mode = Mode.RGBA if head[0] & 0x10 else Mode.RGB
            facts = replace(facts, size=(width, height), mode=mode)
        elif chunk.type == b"VP8 " and len(head) == 10 and facts.size is None:
            width, height = struct.unpack_from("<HH", head, 6)
            facts = replace(facts, size=(width & 0x3FFF, height & 0x3FFF))
        elif chunk.type == b"VP8L" and len(head) >= 5 and facts.size is None:
            bits = int(struct.unpack_from("<I", head, 1)[0])
            mode = Mode.RGBA if bits >> 28 & 1 else Mode.RGB
            facts = replace(facts, size=((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1), mode=mode)
        elif chunk.type == b"EXIF":
            orientation = exif.read_orientation(data, at, chunk.payload.stop)
            facts = replace(facts, orientation=orientation)
    return facts


def _animated_webp(data: bytes) -> Facts:
    return replace(_webp(data), format=Format.ANIMATED_WEBP)


def _tiff(data: bytes) -> Facts:
    tree = tiff_container.walk(data)
    page, *more = tiff_container.pages(data, tree)
    form = Format.MULTIPAGE_TIFF if more else Format.TIFF
    facts = Facts(format=form, size=read_size(data, tree, page))
    tag = tiff_container.first_integer(data, tree, page, exif.ORIENTATION)
    orientation = orient.from_tag(tag) if tag is not None else Orientation.TOP_LEFT
    facts = replace(facts, orientation=orientation)
    try:
        layout = read_layout(data, tree, page)
    except (CorruptInput, UnsupportedFormat):
        return facts
    return replace(facts, mode=layout.mode, depth=layout.depth)


def _raw(data: bytes) -> Facts:
    """Sensor data are rendered to 16 bits, in a size that LibRaw may cut at the edges."""
    facts = Facts(format=Format.RAW)
    if not tiff_container.has_directories(data):
        return facts
    tree = tiff_container.walk(data)
    tag = tiff_container.first_integer(data, tree, tree.ifds[0], exif.ORIENTATION)
    orientation = orient.from_tag(tag) if tag is not None else Orientation.TOP_LEFT
    sensor = tiff_container.sensor_pictures(data, tree)[0]
    try:
        size = read_size(data, tree, sensor)
    except CorruptInput:
        return facts
    return replace(facts, size=size, depth=16, orientation=orientation)


def _psd(data: bytes) -> Facts:
    document = psd_container.walk(data)
    mode = _PSD_MODES.get(document.mode)
    size = document.width, document.height
    return Facts(format=Format.PSD, size=size, mode=mode, depth=document.depth)


_DESCRIBERS: dict[Format, Callable[[bytes], Facts]] = {
    Format.JPEG: _jpeg,
    Format.PNG: _png,
    Format.WEBP: _webp,
    Format.TIFF: _tiff,
    Format.MULTIPAGE_TIFF: _tiff,
    Format.RAW: _raw,
    Format.PSD: _psd,
    Format.GIF: _gif,
    Format.APNG: _animated_png,
    Format.ANIMATED_WEBP: _animated_webp,
    Format.HEIC: headers_heif.heic,
    Format.AVIF: headers_heif.avif,
    Format.JPEG_XL: headers_heif.jpegxl,
}
