"""Lists what is in a file, part by part, and what each is to the people in the picture."""

from __future__ import annotations

from passerby.errors import UnsupportedFormat
from passerby.media.inventory import (
    animated_webp,
    apng,
    bmff,
    gif,
    jpeg,
    jpegxl,
    png,
    psd,
    raw,
    tiff,
    webp,
)
from passerby.model.media import Format, Part

_LISTERS = {
    Format.JPEG: jpeg.list_parts,
    Format.PNG: png.list_parts,
    Format.WEBP: webp.list_parts,
    Format.TIFF: tiff.list_parts,
    Format.MULTIPAGE_TIFF: tiff.list_parts,
    Format.RAW: raw.list_parts,
    Format.PSD: psd.list_parts,
    Format.GIF: gif.list_parts,
    Format.APNG: apng.list_parts,
    Format.ANIMATED_WEBP: animated_webp.list_parts,
    Format.HEIC: bmff.list_parts,
    Format.AVIF: bmff.list_parts,
    Format.JPEG_XL: jpegxl.list_parts,
}


def list_parts(data: bytes, name: Format) -> tuple[Part, ...]:
    """List every part of a file of the named format, to its last byte, by offset.

    Damaged metadata is a part of group UNKNOWN. Raises CorruptInput when the container cannot be
    walked to its end, UnsupportedFormat for formats that are not handled.
    """
    lister = _LISTERS.get(name)
    if lister is None:
        raise UnsupportedFormat(f"{name} is not handled yet")
    return tuple(lister(data))
