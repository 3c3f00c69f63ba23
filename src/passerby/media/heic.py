"""HEIC (ISO/IEC 23008-12 with HEVC): read with pi-heif (libheif and libde265), never written.

The decoder is given a file of the picture's own items alone: no thumbnail, no gain map, no Exif.
"""

from __future__ import annotations

import numpy as np
import pi_heif

from passerby.errors import UnsupportedFormat
from passerby.media import guard, heif_read
from passerby.media.heif_picture import Shown
from passerby.model.media import Format
from passerby.model.options import Limits
from passerby.ports import Picture, Samples


def read(data: bytes, limits: Limits) -> Picture:
    """Decode a HEIC file. What it holds besides the picture that is shown is not looked at.

    Raises EmptyInput, CorruptInput, UnsupportedFormat or LimitExceeded.
    """
    return heif_read.read(data, limits, Format.HEIC, _decode)


def _decode(shown: Shown) -> Samples:
    coded = shown.colours.coded
    if shown.colours.kind != b"hvc1":
        raise UnsupportedFormat("HEIC without HEVC is not handled")
    if shown.premultiplied:
        raise UnsupportedFormat("HEIC with colours multiplied by alpha is not handled")
    if coded.depth not in (8, 10, 12) or (coded.grey and coded.depth > 8):
        kind = " grey" if coded.grey else ""
        raise UnsupportedFormat(f"HEIC of {coded.depth} bits{kind} is not handled")
    with guard.decoding("HEIC"):
        opened = pi_heif.open_heif(shown.bare_file, convert_hdr_to_8bit=False)
        # A copy: the samples are gone as soon as the file is.
        pixels: Samples = np.array(opened)
    if coded.depth == 8:
        return pixels
    # It fills the upper bits of a sample.
    return pixels.astype(np.uint16, copy=False) >> np.uint16(16 - coded.depth)
