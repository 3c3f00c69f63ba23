"""Base64 as it is met in files: line ends within, padding left out."""

from __future__ import annotations

import binascii


def unbase64(text: bytes) -> bytes | None:
    """Return what base64 stands for; None if it is none."""
    packed = b"".join(text.split()).rstrip(b"=")
    try:
        return binascii.a2b_base64(packed + b"=" * (-len(packed) % 4), strict_mode=True)
    except binascii.Error:
        return None
