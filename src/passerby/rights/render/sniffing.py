"""What kind of file a reply is, told from its bytes; what it says of itself is not believed."""

from __future__ import annotations

_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
)

OPAQUE = "application/octet-stream"
"""Of bytes that nothing is known of."""


def media_type_of(data: bytes) -> str:
    """Return the media type that the first bytes tell; text when they are UTF-8 without control
    characters; else `OPAQUE`."""
    for start, media_type in _SIGNATURES:
        if data.startswith(start):
            return media_type
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    head = data[:65536]
    # The last character may have been cut through.
    text = head.decode("utf-8", errors="ignore")
    whole = len(text.encode()) >= len(head) - 3
    plain = not any(ord(c) < 32 and c not in "\t\n\r\f" for c in text)
    if not head or not whole or not plain:
        return OPAQUE
    opening = text.lstrip("\ufeff \t\r\n").lower()
    return "text/html" if opening.startswith(("<!doctype html", "<html")) else "text/plain"
