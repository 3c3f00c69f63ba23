"""A JPEG XL file with every carrier of its kind."""

from __future__ import annotations

import imagecodecs
import numpy as np

from canaries import blocks
from canaries.carriers import Filled, Nest
from heif_files import box


def filled_jpegxl(pixels: np.ndarray) -> Filled:
    """Return a lossless JPEG XL of (height, width, 3) pixels with every carrier."""
    nest = Nest()
    stream = bytes(imagecodecs.jpegxl_encode(pixels, lossless=True, effort=1))
    half = len(stream) // 2
    jumbf = blocks.jumbf_box(nest)
    data = b"".join(
        [
            box(b"JXL ", b"\r\n\x87\n"),
            box(b"ftyp", b"jxl \0\0\0\0jxl "),
            box(b"jxll", b"\x0a"),
            box(b"Exif", b"\0\0\0\0" + blocks.exif_block(nest)),
            box(b"jxlp", b"\0\0\0\0" + stream[:half]),
            box(b"xml ", blocks.xmp_packet(nest)),
            jumbf,
            box(b"brob", b"Exif", _packed(b"\0\0\0\0" + blocks.exif_block(nest, "packed Exif"))),
            box(b"brob", b"xml ", _packed(blocks.xmp_packet(nest, "packed XMP"))),
            box(b"jbrd", nest.raw("JPEG reconstruction", "jbrd")),
            box(b"free", nest.raw("free box", "free")),
            box(b"uuid", b"\x11" * 16, nest.raw("uuid box", "uuid")),
            box(b"oddb", nest.raw("unknown box", "oddb")),
            box(b"jxlp", b"\x80\0\0\1" + stream[half:]),
        ]
    )
    picture = nest.picture("picture after the end", "after the end/jpeg")
    return nest.filled(data + picture + nest.raw("bytes after the end", "after the end"))


def _packed(content: bytes) -> bytes:
    return bytes(imagecodecs.brotli_encode(content))
