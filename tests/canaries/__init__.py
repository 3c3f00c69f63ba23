"""Files filled with everything that a format can carry besides its picture.

Each carrier holds a string of its own, a canary, so that a search through the bytes of another
file says which carrier left something there.
"""

from canaries.carriers import Carrier, Filled, Nest
from canaries.dng import filled_dng
from canaries.jpeg import filled_jpeg
from canaries.png import filled_png
from canaries.psd import filled_psd
from canaries.tiff import filled_pages, filled_tiff
from canaries.webp import filled_webp

__all__ = [
    "Carrier",
    "Filled",
    "Nest",
    "filled_dng",
    "filled_jpeg",
    "filled_pages",
    "filled_png",
    "filled_psd",
    "filled_tiff",
    "filled_webp",
]
