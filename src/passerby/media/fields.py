"""The text fields that may be kept: read from Exif, IPTC and XMP, written as a fresh XMP packet."""

from __future__ import annotations

from passerby.model.media import Field


class Sources:
    """Collects the fields' values from the blocks of one file."""

    def add_exif(self, block: bytes) -> None:
        """Look into an Exif block."""

    def add_xmp(self, packet: bytes) -> None:
        """Look into an XMP packet."""

    def add_photoshop(self, block: bytes) -> None:
        """Look into Photoshop's image resources."""

    def values(self) -> tuple[tuple[Field, str], ...]:
        """Return what was found, one value a field."""
        return ()


def packet(fields: tuple[tuple[Field, str], ...], keep: tuple[Field, ...]) -> bytes | None:
    """Return an XMP packet with the named fields; None when there are none."""
    return None
