"""Reads and writes picture files, and lists what is in them. The sole importer of codecs.

sniff(data)  which format the bytes are of
Media()      implements `passerby.ports.Source` and `passerby.ports.Sink`

Codecs are imported when a file needs them: listing what is in a file needs none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from types import ModuleType

from passerby.errors import OutputError, UnsupportedFormat
from passerby.media import samples
from passerby.media.embedded import list_embedded
from passerby.media.headers import describe
from passerby.media.inventory import list_parts
from passerby.media.inventory.parts import plain
from passerby.media.sniff import sniff
from passerby.model.media import SUFFIXES, Encoding, Facts, Field, Format, Part, target_of
from passerby.model.options import Limits
from passerby.ports import BlockCount, Contents, Picture, Rgb

__all__ = ["Media", "sniff"]

_CODECS: dict[Format, str] = {
    Format.JPEG: "jpeg",
    Format.PNG: "png",
    Format.WEBP: "webp",
    Format.TIFF: "tiff",
    Format.HEIC: "heic",
    Format.AVIF: "avif",
    Format.JPEG_XL: "jpegxl",
    Format.MULTIPAGE_TIFF: "tiff",
    Format.RAW: "raw",
    Format.PSD: "psd",
    Format.GIF: "gif",
    Format.APNG: "apng",
    Format.ANIMATED_WEBP: "animated_webp",
}
"""Names of modules."""


class Media:
    """Source and sink of all handled formats. Holds no state."""

    def describe(self, data: bytes) -> Facts:
        """Say what a file is by its header, without decoding."""
        return describe(data, sniff(data))

    def read(self, data: bytes, limits: Limits, to: Format | None = None) -> Picture:
        """Decode a picture; see `passerby.ports.Source.read`."""
        source = sniff(data)
        picture: Picture = _codec(source).read(data, limits)
        return _converted(picture, source, to)

    def read_again(self, data: bytes, limits: Limits, to: Format | None = None) -> Picture:
        """Decode after another decoder accepted the file; see `passerby.ports.Source`."""
        source = sniff(data)
        codec = _codec(source)
        picture: Picture = getattr(codec, "read_again", codec.read)(data, limits)
        return _converted(picture, source, to)

    def views(self, picture: Picture) -> Iterator[Rgb]:
        """Yield what a detector has to look at."""
        return samples.views(picture)

    def parts(self, data: bytes) -> tuple[Part, ...]:
        """List every part of the container, to the last byte of the file."""
        return plain(list_parts(data, sniff(data)))

    def contents(self, data: bytes) -> Contents:
        """List every part, and the pictures in them."""
        listed = list_parts(data, sniff(data))
        return Contents(parts=plain(listed), embedded=list_embedded(data, listed))

    def blocks(self, data: bytes, planned: Picture) -> BlockCount:
        """Compare the blocks of a written JPEG with its source's; see `passerby.ports.Source`."""
        from passerby.media.surgery import count_blocks

        return count_blocks(data, planned)

    def leftovers(
        self, data: bytes, encoding: Encoding, keep: tuple[Field, ...]
    ) -> tuple[Part, ...]:
        """List the parts of a written file that the plan does not allow."""
        from passerby.media.allowed import list_leftovers

        return plain(list_leftovers(data, sniff(data), encoding, keep))

    def fit(self, picture: Picture) -> Picture:
        """Return the picture as its format can hold it; see `passerby.ports.Sink.fit`."""
        fit = getattr(_module(picture.encoding.format), "fit", None)
        fitted: Picture = picture if fit is None else fit(picture)
        return fitted

    def encode(self, picture: Picture, keep: tuple[Field, ...]) -> bytes:
        """Encode from pixels and an allow-list."""
        codec = _module(picture.encoding.format)
        if codec is None or not hasattr(codec, "encode"):
            raise OutputError(f"{picture.encoding.format} cannot be written")
        coded: bytes = codec.encode(picture, keep)
        return coded


def _module(name: Format) -> ModuleType | None:
    module = _CODECS.get(name)
    return None if module is None else import_module(f"passerby.media.{module}")


def _converted(picture: Picture, source: Format, to: Format | None) -> Picture:
    """Return the picture as it is to be written. Raises UnsupportedFormat."""
    from passerby.media.convert import convert

    target = target_of(source, to)
    if to is not None and not set(SUFFIXES.get(target, ())) & set(SUFFIXES[to]):
        # Said of animations and pages, which keep their format.
        note = f"it stays {source}: {to} would hold one of its pictures only"
        return replace(picture, notes=(*picture.notes, note))
    return convert(picture, target)


def _codec(name: Format) -> ModuleType:
    codec = _module(name)
    if codec is None:
        raise UnsupportedFormat(f"{name} is not handled yet")
    return codec
