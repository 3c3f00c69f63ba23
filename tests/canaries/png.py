"""A PNG with every carrier of its kind."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from canaries import blocks
from canaries.carriers import Filled, Nest

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, payload: bytes) -> bytes:
    """Return a chunk."""
    body = kind + payload
    return struct.pack(">I", len(payload)) + body + struct.pack(">I", zlib.crc32(body))


def rows(pixels: np.ndarray) -> bytes:
    """Return unfiltered rows of 8-bit pixels."""
    height = pixels.shape[0]
    flat = pixels.reshape(height, -1)
    return np.hstack([np.zeros((height, 1), np.uint8), flat]).tobytes()


def hide_under_alpha(pixels: np.ndarray, nest: Nest) -> np.ndarray:
    """Return RGBA whose last row is transparent and holds a canary in its colours."""
    height, width = pixels.shape[:2]
    whole = np.dstack([pixels[..., :3], np.full((height, width), 255, np.uint8)])
    canary = nest.raw("colour under alpha 0", "")
    whole[-1] = 0
    whole[-1, : len(canary), 0] = np.frombuffer(canary, np.uint8)
    whole[-1, : len(canary), 1] = np.frombuffer(canary, np.uint8)
    return whole


def filled_png(pixels: np.ndarray) -> Filled:
    """Return an RGBA PNG of (height, width, 3) pixels with every carrier that one can hold."""
    nest = Nest()
    whole = hide_under_alpha(pixels, nest)
    height, width = whole.shape[:2]
    stream = zlib.compress(rows(whole)) + nest.raw("behind the stream in IDAT", "IDAT")
    pieces = [
        SIGNATURE,
        chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)),
        chunk(b"iCCP", b"a name\0\0" + zlib.compress(blocks.laden_profile(nest))),
        chunk(b"sPLT", nest.raw("sPLT", "sPLT") + b"\0\x08" + b"\1\2\3\4\5\6"),
        chunk(b"eXIf", blocks.exif_block(nest)),
        chunk(b"caBX", blocks.jumbf_box(nest)),
        *texts(nest),
        chunk(b"tIME", struct.pack(">HBBBBB", 2024, 5, 1, 12, 0, 0)),
        chunk(b"prVt", nest.raw("private chunk", "prVt")),
        chunk(b"IDAT", stream),
        chunk(b"fdAT", b"\0\0\0\1" + nest.raw("frame data", "fdAT")),
        chunk(b"prVu", nest.raw("private chunk behind", "prVu")),
        chunk(b"IEND", b""),
        nest.picture("picture after IEND", "after the end/jpeg"),
        _old_picture(nest, width),
    ]
    return nest.filled(b"".join(pieces))


def texts(nest: Nest) -> list[bytes]:
    """Return text chunks of all kinds, also with metadata blocks in them."""
    compressed = nest.raw("zTXt", "zTXt/Comment")
    packed = nest.raw("compressed iTXt", "iTXt/Warning")
    exif = b"Exif\0\0" + blocks.exif_block(nest, "raw profile Exif")
    iptc = blocks.iptc_block(nest, "raw profile IPTC")
    for name in [c.name for c in nest.carriers if c.name.startswith("raw profile")]:
        nest.changed(name, nest.filled(b"").canaries[name].hex().encode())
    return [
        chunk(b"tEXt", b"Author\0" + nest.raw("tEXt Author", "tEXt/Author")),
        chunk(b"tEXt", b"Software\0" + nest.raw("tEXt Software", "tEXt/Software")),
        chunk(b"zTXt", b"Comment\0\0" + zlib.compress(compressed)),
        chunk(b"iTXt", b"Warning\0\1\0en\0\0" + zlib.compress(packed)),
        chunk(b"iTXt", b"Title\0\0\0en\0\0" + nest.raw("iTXt", "iTXt/Title")),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + blocks.xmp_packet(nest)),
        chunk(b"zTXt", b"Raw profile type exif\0\0" + _raw_profile(b"exif", exif)),
        chunk(b"tEXt", b"Raw profile type iptc\0" + zlib.decompress(_raw_profile(b"iptc", iptc))),
    ]


def _raw_profile(kind: bytes, raw: bytes) -> bytes:
    """Return a block as ImageMagick writes it: hexadecimal, deflated."""
    return zlib.compress(b"\n%s\n%8d\n" % (kind, len(raw)) + raw.hex().encode() + b"\n")


def _old_picture(nest: Nest, width: int) -> bytes:
    """Return what an editor leaves that writes a shorter picture over a longer one."""
    canary = nest.raw("cropped picture after IEND", "after the end")
    line = canary.ljust(width * 4, b"\0")
    return chunk(b"IDAT", zlib.compress(b"\0" + line)) + chunk(b"IEND", b"")
