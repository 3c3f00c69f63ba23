"""What a written file may hold: an allow-list, part by part and down to single bytes.

Each module lists what its format's file holds beyond the plan. A file of another tool is held to
the same list, with the encoding that was read from the file itself as the plan.
"""

from __future__ import annotations

from passerby.errors import UnsupportedFormat
from passerby.media import fields
from passerby.media.allowed import animated_webp, apng, avif, gif, jpeg, png, psd, tiff, webp
from passerby.media.inventory import list_parts
from passerby.model.media import HANDLED, Encoding, Field, Format, Group, Part

_PLAIN = frozenset({Group.PICTURE, Group.COLOUR})
"""What a file may hold of a format that is read and never written."""

_LISTERS = {
    Format.JPEG: jpeg.list_leftovers,
    Format.PNG: png.list_leftovers,
    Format.WEBP: webp.list_leftovers,
    Format.TIFF: tiff.list_leftovers,
    Format.MULTIPAGE_TIFF: tiff.list_leftovers,
    Format.PSD: psd.list_leftovers,
    Format.GIF: gif.list_leftovers,
    Format.APNG: apng.list_leftovers,
    Format.ANIMATED_WEBP: animated_webp.list_leftovers,
    Format.AVIF: avif.list_leftovers,
    Format.HEIC: avif.list_leftovers,
}


def list_leftovers(
    data: bytes, name: Format, encoding: Encoding, keep: tuple[Field, ...]
) -> tuple[Part, ...]:
    """List the parts of a file of the named format that the plan does not allow.

    Raises CorruptInput when the container cannot be walked to its end, UnsupportedFormat for
    formats that are not handled.
    """
    lister = _LISTERS.get(name)
    if lister is None and name in HANDLED:
        return tuple(part for part in list_parts(data, name) if part.group not in _PLAIN)
    if lister is None:
        raise UnsupportedFormat(f"{name} is never written: no list says what a copy may hold")
    return tuple(lister(data, encoding, fields.packet(encoding.fields, keep)))
