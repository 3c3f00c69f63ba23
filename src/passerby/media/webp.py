"""WebP (RFC 9649): read with imagecodecs, checked with Pillow, written with Pillow; all libwebp.

The decoder is given the picture's own chunks alone, and of the encoder's file only the picture's
own chunks reach the output.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace

import imagecodecs
import numpy as np
from PIL import Image, WebPImagePlugin

from passerby.errors import CorruptInput
from passerby.media import exif, fields, guard, icc, orient, samples
from passerby.media.containers import riff as container
from passerby.media.containers.chunk import Chunk
from passerby.media.metadata import Metadata
from passerby.model.media import Encoding, Field, Format, Mode, Orientation
from passerby.model.options import Limits
from passerby.ports import Picture, Samples

FLAG_XMP, FLAG_ALPHA, FLAG_ICC = 0x04, 0x10, 0x20
PICTURE = (b"ALPH", b"VP8 ", b"VP8L")
_LOSSY_QUALITY = 95
_LOSSY_METHOD = 2
_LOSSLESS_EFFORT = 20
_LOSSLESS_METHOD = 1
_BLOCK = 16
_EDGE = 4
"""Pixels at a block's edge that are mixed with those of its neighbours."""
_INSIDE = [
    row * _BLOCK + column
    for row in range(_EDGE, _BLOCK - _EDGE)
    for column in range(_EDGE, _BLOCK - _EDGE)
]
_ONE_COLOUR = 12
"""Levels that the colours of transparent blocks may differ by in a lossy picture that was encoded
with zeros there: measured, at most 3."""


@dataclass(frozen=True, slots=True)
class Bitstream:
    """What the picture's own header says."""

    width: int
    height: int
    lossless: bool
    alpha: bool


_Decoder = Callable[[bytes, Bitstream], Samples]


def read(data: bytes, limits: Limits) -> Picture:
    """Decode a WebP. What follows the RIFF form is not looked at.

    Raises EmptyInput, CorruptInput or LimitExceeded.
    """
    return _read(data, limits, decode)


def read_again(data: bytes, limits: Limits) -> Picture:
    """Decode with Pillow."""
    return _read(data, limits, decode_again)


def _read(data: bytes, limits: Limits, decode: _Decoder) -> Picture:
    chunks = tuple(container.walk_chunks(data))
    stream = read_header(data, chunks)
    mode = Mode.RGBA if stream.alpha else Mode.RGB
    guard.check_claim((stream.width, stream.height), mode.channels, len(data), limits)
    metadata = read_metadata(data, chunks)
    notes: list[str] = []
    encoding = Encoding(
        format=Format.WEBP,
        mode=mode,
        depth=8,
        lossless=stream.lossless,
        icc=icc.keep(metadata.profile, mode, notes),
        fields=metadata.fields,
        drop_opaque_alpha=True,
    )
    with guard.decoding("WebP"):
        pixels = decode(bare_file(data, chunks, stream), stream)
    if pixels.shape != (stream.height, stream.width, mode.channels):
        raise CorruptInput("WebP: the picture is not of the size or kind in its header")
    hidden = stream.alpha and zero_invisible(pixels, stream)
    picture = orient.upright(pixels, encoding, metadata.orientation, notes)
    return replace(picture, hidden_colour=hidden)


def read_header(data: bytes, chunks: tuple[Chunk, ...]) -> Bitstream:
    """Return what the one picture among the chunks says of itself. Raises CorruptInput."""
    coded = [c for c in chunks if c.type in (b"VP8 ", b"VP8L")]
    if len(coded) != 1:
        raise CorruptInput("WebP: there is no picture, or more than one")
    payload = data[coded[0].payload]
    if coded[0].type == b"VP8L":
        stream = _lossless_header(payload)
    else:
        alpha = any(c.type == b"ALPH" and c.offset < coded[0].offset for c in chunks)
        stream = _lossy_header(payload, alpha)
    extended = next((c for c in chunks if c.type == b"VP8X"), None)
    if extended is not None:
        canvas = data[extended.payload]
        if len(canvas) != 10:
            raise CorruptInput("WebP: the extended header is damaged")
        width = int.from_bytes(canvas[4:7], "little") + 1
        height = int.from_bytes(canvas[7:10], "little") + 1
        if (width, height) != (stream.width, stream.height):
            raise CorruptInput("WebP: two headers do not agree on the size")
    return stream


def _lossless_header(payload: bytes) -> Bitstream:
    """RFC 9649, 3.4: a signature byte, 14 bits of width - 1 and height - 1, alpha, version."""
    if len(payload) < 5 or payload[0] != 0x2F:
        raise CorruptInput("WebP: the lossless header is damaged")
    bits = struct.unpack_from("<I", payload, 1)[0]
    width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return Bitstream(width, height, lossless=True, alpha=bool(bits >> 28 & 1))


def _lossy_header(payload: bytes, alpha: bool) -> Bitstream:
    """RFC 6386, 9.1: a frame tag, a start code, 14 bits of width and of height."""
    if len(payload) < 10 or payload[0] & 1 or payload[3:6] != b"\x9d\x01\x2a":
        raise CorruptInput("WebP: the lossy header is damaged")
    width, height = struct.unpack_from("<HH", payload, 6)
    return Bitstream(width & 0x3FFF, height & 0x3FFF, lossless=False, alpha=alpha)


def read_metadata(data: bytes, chunks: tuple[Chunk, ...]) -> Metadata:
    """Return what the copy may need of the other chunks. Damaged ones are passed over."""
    orientation = Orientation.TOP_LEFT
    profile: bytes | None = None
    found = fields.Sources()
    for chunk in chunks:
        payload = chunk.payload
        if chunk.type == b"EXIF":
            orientation = exif.read_orientation(data, payload.start, payload.stop)
            found.add_exif(data[payload])
        elif chunk.type == b"ICCP" and profile is None:
            profile = data[payload]
        elif chunk.type == b"XMP ":
            found.add_xmp(data[payload])
    return Metadata(orientation=orientation, profile=profile, fields=found.values())


def bare_file(data: bytes, chunks: tuple[Chunk, ...], stream: Bitstream) -> bytes:
    """Return the file with the picture's own chunks alone."""
    pieces = [(c.type, data[c.payload]) for c in chunks if c.type in PICTURE]
    if stream.lossless or not stream.alpha:
        pieces = [(kind, payload) for kind, payload in pieces if kind != b"ALPH"]
    return form(pieces, (stream.width, stream.height), FLAG_ALPHA if stream.alpha else 0)


def form(pieces: list[tuple[bytes, bytes]], size: tuple[int, int], flags: int) -> bytes:
    """Put a RIFF form together, with an extended header unless one chunk says it all."""
    body = [container.build(kind, payload) for kind, payload in pieces]
    if len(pieces) > 1:
        width, height = size
        canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        body.insert(0, container.build(b"VP8X", struct.pack("<I", flags) + canvas))
    total = 4 + sum(len(piece) for piece in body)
    return b"".join([b"RIFF", struct.pack("<I", total), b"WEBP", *body])


def decode(bare: bytes, stream: Bitstream) -> Samples:
    """Return the pixels of a `bare_file`, RGB or RGBA as the bitstream says."""
    pixels: Samples = imagecodecs.webp_decode(bare, hasalpha=stream.alpha)
    return pixels


def decode_again(bare: bytes, stream: Bitstream) -> Samples:
    """Return the same by way of Pillow."""
    with WebPImagePlugin.WebPImageFile(io.BytesIO(bare)) as image:
        return np.array(image.convert("RGBA" if stream.alpha else "RGB"))


def zero_invisible(pixels: Samples, stream: Bitstream) -> bool:
    """Zero the colour under alpha 0, in place; return whether it held a picture.

    A lossy encoder mixes colours across the edge of what is transparent. There, only blocks that
    are transparent altogether are looked at, away from their edges, and one colour is what nearly
    is one.
    """
    if stream.lossless:
        return samples.zero_invisible(pixels)
    inside = _inner_blocks(pixels)
    hidden = inside[(inside[..., 3] == 0).all(axis=1)][:, _INSIDE, :3]
    spread = hidden.max(axis=(0, 1)) - hidden.min(axis=(0, 1)) if len(hidden) else np.zeros(1)
    samples.zero_invisible(pixels)
    return bool(spread.max() > _ONE_COLOUR)


def _inner_blocks(pixels: Samples) -> Samples:
    """Return the whole blocks of RGBA pixels, (blocks, pixels of a block, 4)."""
    down, across = (side // _BLOCK for side in pixels.shape[:2])
    cut = pixels[: down * _BLOCK, : across * _BLOCK].reshape(down, _BLOCK, across, _BLOCK, 4)
    return cut.swapaxes(1, 2).reshape(down * across, _BLOCK**2, 4)


def encode(picture: Picture, keep: tuple[Field, ...]) -> bytes:
    """Encode losslessly where the source was, else at one high quality."""
    with guard.encoding("WebP"):
        mode, pixels = samples.written_form(picture)
        if mode not in (Mode.RGB, Mode.RGBA):
            raise ValueError(f"WebP cannot hold {mode}")
        encoding = picture.encoding
        flags = FLAG_ALPHA if mode is Mode.RGBA else 0
        pieces = coded_chunks(pixels, encoding.lossless)
        if encoding.icc:
            pieces.insert(0, (b"ICCP", encoding.icc))
            flags |= FLAG_ICC
        packet = fields.packet(encoding.fields, keep)
        if packet is not None:
            pieces.append((b"XMP ", packet))
            flags |= FLAG_XMP
        return form(pieces, picture.size, flags)


def coded_chunks(pixels: Samples, lossless: bool) -> list[tuple[bytes, bytes]]:
    """Return name and payload of the chunks that code RGB or RGBA pixels."""
    image = Image.fromarray(pixels)
    buffer = io.BytesIO()
    if lossless:
        # `exact` keeps the zeros under alpha 0 zero.
        image.save(
            buffer,
            "WEBP",
            lossless=True,
            quality=_LOSSLESS_EFFORT,
            method=_LOSSLESS_METHOD,
            exact=True,
        )
    else:
        image.save(buffer, "WEBP", quality=_LOSSY_QUALITY, method=_LOSSY_METHOD, alpha_quality=100)
    coded = buffer.getvalue()
    chunks = container.walk_chunks(coded)
    return [(c.type, coded[c.payload]) for c in chunks if c.type in PICTURE]
