"""PNG (Third Edition): read with imagecodecs (libpng), palettes and fewer than 8 bits with
Pillow; written with Pillow, 16 bits with imagecodecs, fewer than 8 bits by hand.

Pillow opens 16-bit RGB as 8-bit, hence the second library. Decoders are given a file that was put
together from the checked header, palette and rows alone, so that no other chunk reaches them, and
nothing but these chunks of an encoder's file reaches the output.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from passerby.errors import CorruptInput
from passerby.media import exif, fields, guard, icc, orient, png_colour, samples
from passerby.media.containers import png as container
from passerby.media.containers.chunk import Chunk
from passerby.media.metadata import Metadata
from passerby.media.png_header import (
    CHANNELS,
    GREY,
    GREY_ALPHA,
    MODES,
    PALETTE,
    RGB,
    RGBA,
    Header,
    read_header,
    read_meaning,
)
from passerby.media.png_rows import file_of, inflate_rows, passes
from passerby.model.media import Encoding, Field, Format, Mode, Orientation
from passerby.model.options import Limits
from passerby.ports import Picture, Samples

_COLOUR_TYPES = {Mode.L: GREY, Mode.LA: GREY_ALPHA, Mode.RGB: RGB, Mode.RGBA: RGBA}
_LEVEL = 6
XMP_KEYWORD = b"XML:com.adobe.xmp"


def read(data: bytes, limits: Limits) -> Picture:
    """Decode a PNG. What follows IEND is not looked at.

    Raises EmptyInput, CorruptInput, UnsupportedFormat or LimitExceeded.
    """
    return _read(data, limits, decode)


def read_again(data: bytes, limits: Limits) -> Picture:
    """Decode with Pillow what has at most 8 bits a sample."""
    return _read(data, limits, decode_again)


def _read(data: bytes, limits: Limits, decode: Callable[[bytes, Header], Samples]) -> Picture:
    chunks = tuple(container.walk_chunks(data))
    header = read_header(data, chunks)
    pixel_bytes = header.mode.channels * (2 if header.depth == 16 else 1)
    guard.check_claim((header.width, header.height), pixel_bytes, len(data), limits)
    header = read_meaning(data, chunks, header)
    pixel_bytes = header.mode.channels * (2 if header.depth == 16 else 1)
    guard.check_claim((header.width, header.height), pixel_bytes, len(data), limits)
    metadata = read_metadata(data, chunks)
    notes: list[str] = []
    profile = icc.keep(metadata.profile, MODES[header.colour], notes)
    encoding = Encoding(
        format=Format.PNG,
        mode=header.mode,
        depth=header.sample_depth,
        lossless=True,
        icc=profile,
        colour_tags=png_colour.read_tags(data, chunks, profile, notes),
        fields=metadata.fields,
        drop_opaque_alpha=header.colour == PALETTE or header.transparency is not None,
    )
    pixels = decode(inflate_rows(data, chunks, header), header)
    return orient.upright(pixels, encoding, metadata.orientation, notes)


def read_metadata(data: bytes, chunks: tuple[Chunk, ...]) -> Metadata:
    """Return what the copy may need of the ancillary chunks. Damaged ones are passed over."""
    orientation = Orientation.TOP_LEFT
    profile: bytes | None = None
    found = fields.Sources()
    for chunk in chunks:
        payload = chunk.payload
        if chunk.type == b"eXIf":
            orientation = exif.read_orientation(data, payload.start, payload.stop)
            found.add_exif(data[payload])
        elif chunk.type == b"iCCP" and profile is None:
            profile = png_colour.read_profile(data[payload])
        elif chunk.type == b"iTXt" and data[payload].startswith(XMP_KEYWORD + b"\x00"):
            packet = png_colour.read_international_text(data[payload])
            if packet is not None:
                found.add_xmp(packet)
    return Metadata(orientation=orientation, profile=profile, fields=found.values())


def decode(rows: bytes, header: Header) -> Samples:
    """Return (height, width, channels) as stored, alpha from palette or colour key included."""
    with guard.decoding("PNG"):
        if header.colour == PALETTE or header.depth < 8:
            return _finish(_decode_with_pillow(rows, header), header)
        dtype = np.uint16 if header.depth == 16 else np.uint8
        pixels = np.empty((header.height, header.width, CHANNELS[header.colour]), dtype)
        at = 0
        for down, across, width, height, size in passes(header):
            part = replace(header, width=width, height=height, interlaced=False)
            stretch = memoryview(rows)[at : at + size]
            decoded = imagecodecs.png_decode(file_of(stretch, part))
            pixels[down, across] = decoded.reshape(height, width, -1)
            at += size
        return _finish(pixels, header)


def decode_again(rows: bytes, header: Header) -> Samples:
    """Decode with Pillow what it does not narrow to 8 bits."""
    if header.depth == 16:
        return decode(rows, header)
    with guard.decoding("PNG"):
        return _finish(_decode_with_pillow(rows, header), header)


def _decode_with_pillow(rows: bytes, header: Header) -> NDArray[np.uint8]:
    """Return samples of at most 8 bits, grey spread over 0..255, or palette indices."""
    file = io.BytesIO(file_of(rows, header, header.palette))
    with PngImagePlugin.PngImageFile(file) as image:
        if image.size != (header.width, header.height):
            raise CorruptInput("PNG: the picture is not of the size in its header")
        pixels = np.array(image).reshape(header.height, header.width, -1)
    if pixels.dtype == np.bool_:
        return pixels.astype(np.uint8) * np.uint8(255)
    return pixels.astype(np.uint8, copy=False)


def _finish(pixels: Samples, header: Header) -> Samples:
    if header.colour == PALETTE:
        return _look_up(samples.to_8_bit(pixels[..., 0]), header)
    return _with_colour_key(pixels, header)


def _look_up(indices: NDArray[np.uint8], header: Header) -> Samples:
    """Return RGBA for palette indices; an index beyond the palette is opaque black."""
    table = np.zeros((256, 4), np.uint8)
    table[:, 3] = 255
    entries = np.frombuffer(header.palette, np.uint8).reshape(-1, 3)
    table[: len(entries), :3] = entries
    alpha = np.frombuffer(header.transparency or b"", np.uint8)[: len(entries)]
    table[: len(alpha), 3] = alpha
    looked_up: NDArray[np.uint8] = np.take(table, indices, axis=0)
    return looked_up


def _with_colour_key(pixels: Samples, header: Header) -> Samples:
    if header.transparency is None:
        return pixels
    key = np.frombuffer(header.transparency, ">u2").astype(np.uint16)
    key &= np.uint16((1 << header.depth) - 1)
    if header.depth < 8:
        key *= np.uint16(255 // ((1 << header.depth) - 1))
    top = np.iinfo(pixels.dtype).max
    height, width, channels = pixels.shape
    keyed = np.empty((height, width, channels + 1), pixels.dtype)
    keyed[..., :-1] = pixels
    keyed[..., -1] = np.where((pixels == key).all(axis=2), 0, top)
    return keyed


def encode(picture: Picture, keep: tuple[Field, ...]) -> bytes:
    """Encode from pixels; the chunks of the output are a list of this module."""
    encoding = picture.encoding
    with guard.encoding("PNG"):
        mode, pixels = samples.written_form(picture)
        if mode not in _COLOUR_TYPES:
            raise ValueError(f"PNG cannot hold {mode}")
        pieces = [container.SIGNATURE, *coded_chunks(mode, pixels, encoding.depth)]
        extra = png_colour.write_chunks(encoding)
        packet = fields.packet(encoding.fields, keep)
        if packet is not None:
            extra.append(text_chunk(packet))
        return b"".join([*pieces[:2], *extra, *pieces[2:]])


def text_chunk(packet: bytes) -> bytes:
    """Return the iTXt chunk of an XMP packet (XMP part 3, 1.1.5)."""
    return container.build(b"iTXt", XMP_KEYWORD + b"\x00" * 5 + packet)


def coded_chunks(mode: Mode, pixels: Samples, depth: int) -> list[bytes | memoryview]:
    """Return IHDR, IDAT and IEND, whole chunks each."""
    if depth < 8:
        return _code_shallow(pixels, depth)
    if depth == 16:
        shaped = pixels[..., 0] if mode is Mode.L else pixels
        coded = bytes(imagecodecs.png_encode(np.ascontiguousarray(shaped), level=_LEVEL))
    else:
        buffer = io.BytesIO()
        image = Image.frombuffer(str(mode), pixels.shape[1::-1], pixels, "raw", str(mode), 0, 1)
        image.save(buffer, "PNG", compress_level=_LEVEL)
        coded = buffer.getvalue()
    view = memoryview(coded)
    wanted = (b"IHDR", b"IDAT", b"IEND")
    return [view[c.offset : c.end] for c in container.walk_chunks(coded) if c.type in wanted]


def _code_shallow(pixels: Samples, depth: int) -> list[bytes | memoryview]:
    """Code grey of 1, 2 or 4 bits: rows without a filter, packed from the left."""
    height, width = pixels.shape[:2]
    levels = samples.unspread(samples.to_8_bit(pixels[..., 0]), depth)
    bits = np.unpackbits(levels[..., None], axis=2)[..., 8 - depth :]
    rows = np.packbits(bits.reshape(height, width * depth), axis=1)
    lines = np.zeros((height, rows.shape[1] + 1), np.uint8)
    lines[:, 1:] = rows
    header = struct.pack(">IIBBBBB", width, height, depth, GREY, 0, 0, 0)
    return [
        container.build(b"IHDR", header),
        container.build(b"IDAT", zlib.compress(lines.tobytes(), _LEVEL)),
        container.build(b"IEND", b""),
    ]
