"""A WebP with every carrier of its kind."""

from __future__ import annotations

import io
import struct

import numpy as np
from PIL import Image

from canaries import blocks
from canaries.carriers import Filled, Nest
from canaries.png import hide_under_alpha


def chunk(kind: bytes, payload: bytes, padding: bytes = b"\0") -> bytes:
    """Return a chunk; `padding` is written where its length is odd."""
    return kind + struct.pack("<I", len(payload)) + payload + padding * (len(payload) % 2)


def filled_webp(pixels: np.ndarray) -> Filled:
    """Return a lossless RGBA WebP of (height, width, 3) pixels with every carrier that one can
    hold."""
    nest = Nest()
    whole = hide_under_alpha(pixels, nest)
    out = io.BytesIO()
    Image.fromarray(whole).save(out, "WEBP", lossless=True, exact=True)
    coded = out.getvalue()
    start = coded.index(b"VP8L")
    size = struct.unpack_from("<I", coded, start + 4)[0]
    picture = coded[start + 8 : start + 8 + size]
    height, width = whole.shape[:2]
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"".join(
        [
            chunk(b"VP8X", struct.pack("<I", 0x3C) + canvas),
            chunk(b"ICCP", blocks.laden_profile(nest)),
            chunk(b"VP8L", picture),
            chunk(b"EXIF", b"Exif\0\0" + blocks.exif_block(nest)),
            chunk(b"XMP ", blocks.xmp_packet(nest)),
            chunk(b"C2PA", blocks.jumbf_box(nest)),
            chunk(b"ODD ", nest.raw("unknown chunk", "ODD"), padding=b"\x7f"),
        ]
    )
    data = b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body
    trailer = nest.raw("bytes after the end", "after the end")
    return nest.filled(data + nest.picture("picture after the end", "after the end/jpeg") + trailer)
