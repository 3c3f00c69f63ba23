"""The text fields that may be kept: read from Exif, IPTC and XMP, written as a fresh XMP packet."""

from __future__ import annotations

from passerby.media.containers.tiff import Ifd, Tree
from passerby.model.media import Field


class Sources:
    """Collects the fields' values from the blocks of one file."""

    def add_exif(self, block: bytes) -> None:
        """Look into an Exif block."""

    def add_xmp(self, packet: bytes) -> None:
        """Look into an XMP packet."""

    def add_photoshop(self, block: bytes) -> None:
        """Look into Photoshop's image resources."""

    def add_iptc(self, block: bytes) -> None:
        """Look into IPTC records."""

    def add_directory(self, data: bytes, tree: Tree, ifd: Ifd) -> None:
        """Look into a TIFF directory."""

    def values(self) -> tuple[tuple[Field, str], ...]:
        """Return what was found, one value a field."""
        return ()


def packet(fields: tuple[tuple[Field, str], ...], keep: tuple[Field, ...]) -> bytes | None:
    """Return an XMP packet with the named fields; None when there are none."""
    return None
