"""JPEG XL (ISO/IEC 18181): read with imagecodecs (libjxl), never written.

The decoder is given the codestream alone. It does not hand out an ICC profile that is coded in
one, so that pictures with such a profile are refused rather than shown in other colours.
"""

from __future__ import annotations

from typing import cast

import imagecodecs
import numpy as np

from passerby.errors import CorruptInput, UnsupportedFormat
from passerby.media import fields, guard, nclx, orient, samples
from passerby.media.containers import jpegxl as container
from passerby.media.containers.jpegxl import GREY, RGB, Header
from passerby.media.heif_metadata import exif_block, open_box
from passerby.media.inflate import MOST_PACKED
from passerby.media.nclx import Codes
from passerby.model.media import Encoding, Field, Format, Mode
from passerby.model.options import Limits
from passerby.ports import Picture, Samples

_MODES = {
    (GREY, False): Mode.L,
    (GREY, True): Mode.LA,
    (RGB, False): Mode.RGB,
    (RGB, True): Mode.RGBA,
}
_DEPTHS = (8, 10, 12, 16)
_ADVICE = "Convert it with djxl, which knows its colours; then run again."


def read(data: bytes, limits: Limits) -> Picture:
    """Decode a JPEG XL file. What stands in its other boxes is not looked at, nor an orientation
    in its Exif: that of the codestream counts (18181-2, 9.5).

    Raises EmptyInput, CorruptInput, UnsupportedFormat or LimitExceeded.
    """
    stream = container.find_stream(data)
    header = container.read_header(stream)
    pixel_bytes = 4 * (1 if header.depth == 8 else 2)
    guard.check_claim(header.size, pixel_bytes, len(data), limits)
    _check_handled(header)
    mode = _MODES[header.colour.space, bool(header.channels)]
    encoding = Encoding(
        format=Format.JPEG_XL,
        mode=mode,
        depth=header.depth,
        lossless=not header.through_xyb,
        colour_tags=_colour_tags(header),
        fields=read_fields(data),
        drop_opaque_alpha=True,
    )
    pixels = samples.widen(_decode(stream, header, mode), header.depth)
    return orient.upright(pixels, encoding, orient.from_tag(header.orientation), [])


def _check_handled(header: Header) -> None:
    """Raise UnsupportedFormat, by name, for what cannot be shown right."""
    what = None
    kinds = [channel.kind for channel in header.channels]
    if header.animated:
        what = "animated JPEG XL"
    elif container.BLACK in kinds:
        what = "JPEG XL in CMYK"
    elif kinds not in ([], [container.ALPHA]) or any(c.shift for c in header.channels):
        what = "JPEG XL with further channels"
    elif header.is_float or any(channel.is_float for channel in header.channels):
        what = "JPEG XL of floating-point samples"
    elif any(channel.associated for channel in header.channels):
        what = "JPEG XL with colours multiplied by alpha"
    elif header.depth not in _DEPTHS or any(c.depth != header.depth for c in header.channels):
        what = f"JPEG XL of {header.depth} bits, or of several depths,"
    elif header.colour.has_profile or header.colour.codes is None:
        raise UnsupportedFormat("JPEG XL with a colour profile of its own is not handled", _ADVICE)
    elif header.colour.space not in (RGB, GREY):
        what = "JPEG XL in other colours than RGB"
    if what is not None:
        raise UnsupportedFormat(f"{what} is not handled")


def _colour_tags(header: Header) -> tuple[tuple[str, bytes], ...]:
    codes = Codes(*(header.colour.codes or (0, 0)))
    nclx.check_known(codes)
    return () if codes.is_srgb else ((nclx.TAG, codes.to_bytes()),)


def _decode(stream: bytes, header: Header, mode: Mode) -> Samples:
    """Return (height, width, channels) as stored, of the picture's own depth."""
    with guard.decoding("JPEG XL"):
        pixels: Samples = imagecodecs.jpegxl_decode(stream, keeporientation=True)
    width, height = header.size
    wanted = np.uint8 if header.depth == 8 else np.uint16
    if pixels.dtype != wanted or pixels.size != width * height * mode.channels:
        raise CorruptInput("JPEG XL: the picture is not of the size or kind in its header")
    if pixels.shape[:2] != (height, width):
        raise CorruptInput("JPEG XL: the picture is not of the size in its header")
    return cast(Samples, np.array(pixels.reshape(height, width, mode.channels), order="C"))


def read_fields(data: bytes) -> tuple[tuple[Field, str], ...]:
    """Return the text fields of the Exif and XMP boxes. Damaged ones are passed over."""
    found = fields.Sources()
    if data.startswith(container.BARE):
        return ()
    wanted = (b"Exif", b"xml ", b"brob")
    boxes = [box for box in container.walk_boxes(data) if box.kind in wanted]
    for box in boxes[:MOST_PACKED]:
        kind, payload = open_box(box.kind, data[box.payload])
        if payload is not None and kind == b"Exif":
            found.add_exif(exif_block(payload))
        elif payload is not None and kind == b"xml ":
            found.add_xmp(payload)
    return found.values()
