"""Files filled with everything that a format can carry besides its picture.

Each carrier holds a string of its own, a canary, so that a search through the bytes of another
file says which carrier left something there.
"""

from collections.abc import Callable

import numpy as np

from canaries.animated_webp import filled_animated_webp
from canaries.apng import filled_apng
from canaries.bmff import filled_avif, filled_heic
from canaries.carriers import Carrier, Filled, Nest
from canaries.dng import filled_dng
from canaries.gif import filled_gif
from canaries.jpeg import filled_jpeg
from canaries.jpegxl import filled_jpegxl
from canaries.png import filled_png
from canaries.psd import filled_psd
from canaries.tiff import filled_pages, filled_tiff
from canaries.webp import filled_webp

BUILDERS: dict[str, Callable[[np.ndarray], Filled]] = {
    "JPEG": filled_jpeg,
    "PNG": filled_png,
    "WebP": filled_webp,
    "TIFF": filled_tiff,
    "TIFF pages": filled_pages,
    "GIF": filled_gif,
    "animated PNG": filled_apng,
    "animated WebP": filled_animated_webp,
    "HEIC": filled_heic,
    "AVIF": filled_avif,
    "JPEG XL": filled_jpegxl,
    "DNG": filled_dng,
    "PSD": filled_psd,
}
"""What fills a file of each format, from (height, width, 3) pixels."""

SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "WebP": ".webp", "TIFF": ".tif", "TIFF pages": ".tif"}
SUFFIXES |= {"HEIC": ".heic", "AVIF": ".avif", "JPEG XL": ".jxl", "DNG": ".dng", "PSD": ".psd"}
SUFFIXES |= {"GIF": ".gif", "animated PNG": ".png", "animated WebP": ".webp"}

IN_PIXELS = frozenset({"colour under alpha 0", "channel of unknown meaning"})
"""Carriers that are pixels: no part of a container lists them."""

__all__ = [
    "BUILDERS",
    "IN_PIXELS",
    "SUFFIXES",
    "Carrier",
    "Filled",
    "Nest",
    "filled_animated_webp",
    "filled_apng",
    "filled_avif",
    "filled_dng",
    "filled_gif",
    "filled_heic",
    "filled_jpeg",
    "filled_jpegxl",
    "filled_pages",
    "filled_png",
    "filled_psd",
    "filled_tiff",
    "filled_webp",
]
