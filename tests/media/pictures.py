"""Pictures that the tests of this folder are made of, and small builders of files."""

from __future__ import annotations

import io
import struct

import numpy as np
from PIL import Image
from skimage import data

from passerby.media import Media
from passerby.model.options import Limits

MEDIA = Media()
LIMITS = Limits()


def astronaut(height: int = 120, width: int = 160) -> np.ndarray:
    """Return a part of a portrait (NASA, public domain), (height, width, 3)."""
    whole = np.asarray(data.astronaut())
    return np.ascontiguousarray(whole[:height, 100 : 100 + width])


def noise(*shape: int, depth: int = 8, seed: int = 0) -> np.ndarray:
    """Return samples of 8 or 16 bits of every value."""
    dtype = np.uint16 if depth == 16 else np.uint8
    return np.random.default_rng(seed).integers(0, 1 << depth, shape).astype(dtype)


def saved(pixels: np.ndarray | Image.Image, name: str, **options: object) -> bytes:
    """Return a file of the pixels, written by Pillow."""
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    out = io.BytesIO()
    image.save(out, name, **options)
    return out.getvalue()


def orientation_block(value: int) -> bytes:
    """Return an Exif block that holds an orientation alone, big-endian."""
    return b"MM\0\x2a\0\0\0\x08\0\x01" + struct.pack(">HHIHH", 0x0112, 3, 1, value, 0) + b"\0" * 4


def segment(marker: int, payload: bytes) -> bytes:
    """Return a JPEG marker segment."""
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def with_segment(jpeg: bytes, marker: int, payload: bytes) -> bytes:
    """Return a JPEG with one more segment behind its start."""
    return jpeg[:2] + segment(marker, payload) + jpeg[2:]
