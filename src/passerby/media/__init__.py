"""Reads and writes picture files, and lists what is in them. The sole importer of codecs.

sniff(data)  which format the bytes are of
Media()      implements `passerby.ports.Source` and `passerby.ports.Sink`
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from passerby.errors import OutputError, UnsupportedFormat
from passerby.media import animated_webp, apng, gif, jpeg, png, samples, tiff, webp
from passerby.media.allowed import list_leftovers
from passerby.media.convert import convert
from passerby.media.inventory import list_parts
from passerby.media.sniff import sniff
from passerby.model.media import Encoding, Field, Format, Part, target_of
from passerby.model.options import Limits
from passerby.ports import Picture, Rgb

__all__ = ["Media", "sniff"]

_CODECS: dict[Format, ModuleType] = {
    Format.JPEG: jpeg,
    Format.PNG: png,
    Format.WEBP: webp,
    Format.TIFF: tiff,
    Format.GIF: gif,
    Format.APNG: apng,
    Format.ANIMATED_WEBP: animated_webp,
}


class Media:
    """Source and sink of all handled formats. Holds no state."""

    def read(self, data: bytes, limits: Limits, to: Format | None = None) -> Picture:
        """Decode a picture; see `passerby.ports.Source.read`."""
        source = sniff(data)
        picture: Picture = _codec(source).read(data, limits)
        return convert(picture, target_of(source, to))

    def read_again(self, data: bytes, limits: Limits, to: Format | None = None) -> Picture:
        """Decode after another decoder accepted the file; see `passerby.ports.Source`."""
        source = sniff(data)
        codec = _codec(source)
        picture: Picture = getattr(codec, "read_again", codec.read)(data, limits)
        return convert(picture, target_of(source, to))

    def views(self, picture: Picture) -> Iterator[Rgb]:
        """Yield what a detector has to look at."""
        return samples.views(picture)

    def parts(self, data: bytes) -> tuple[Part, ...]:
        """List every part of the container, to the last byte of the file."""
        return list_parts(data, sniff(data))

    def leftovers(
        self, data: bytes, encoding: Encoding, keep: tuple[Field, ...]
    ) -> tuple[Part, ...]:
        """List the parts of a written file that the plan does not allow."""
        return list_leftovers(data, sniff(data), encoding, keep)

    def fit(self, picture: Picture) -> Picture:
        """Return the picture as its format can hold it; see `passerby.ports.Sink.fit`."""
        fit = getattr(_CODECS.get(picture.encoding.format), "fit", None)
        fitted: Picture = picture if fit is None else fit(picture)
        return fitted

    def encode(self, picture: Picture, keep: tuple[Field, ...]) -> bytes:
        """Encode from pixels and an allow-list."""
        codec = _CODECS.get(picture.encoding.format)
        if codec is None:
            raise OutputError(f"{picture.encoding.format} cannot be written")
        coded: bytes = codec.encode(picture, keep)
        return coded


def _codec(name: Format) -> ModuleType:
    codec = _CODECS.get(name)
    if codec is None:
        raise UnsupportedFormat(f"{name} is not handled yet")
    return codec
