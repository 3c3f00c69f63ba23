"""Inflating compressed metadata, within a bound."""

from __future__ import annotations

import zlib

METADATA_LIMIT = 16 * 2**20
"""Bytes: more than any profile or packet that is kept; a bomb stops here."""

MOST_PACKED = 4
"""Packed blocks of one file that are looked into: writers make one or two."""


def inflate(data: bytes, limit: int = METADATA_LIMIT) -> bytes | None:
    """Return the inflated zlib stream; None when it is damaged or larger than the limit."""
    decoder = zlib.decompressobj()
    try:
        out = decoder.decompress(data, limit)
    except zlib.error:
        return None
    return out if decoder.eof else None


def unbrotli(payload: bytes) -> bytes | None:
    """Return what Brotli packed (RFC 7932); None when it is damaged or too much."""
    # Listing what is in a file loads no codec unless it has to.
    import imagecodecs

    out = bytearray(METADATA_LIMIT)
    try:
        plain = imagecodecs.brotli_decode(payload, out=out)
    except (imagecodecs.BrotliError, ValueError):
        return None
    return bytes(plain)


class Room:
    """What the compressed blocks of one file may inflate to together: many small bombs are as
    bad as a large one."""

    def __init__(self, most: int = 4 * METADATA_LIMIT) -> None:
        self.left = most

    def inflate(self, data: bytes) -> bytes | None:
        """Return the inflated stream; None when it is damaged or there is no room for it."""
        limit = min(METADATA_LIMIT, self.left)
        out = inflate(data, limit) if limit > 0 else None
        self.left -= limit if out is None else len(out)
        return out
