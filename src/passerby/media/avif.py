"""AVIF (AV1 Image File Format 1.1): read with imagecodecs, checked with Pillow, written with
imagecodecs; all libavif.

The decoder is given a file of the picture's own items alone, and of the encoder's file only the
coded pictures and what they say of themselves reach the output.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import imagecodecs
import numpy as np
from PIL import AvifImagePlugin

from passerby.errors import CorruptInput, UnsupportedFormat
from passerby.media import fields, guard, heif_picture, nclx, samples
from passerby.media.containers import bmff, items
from passerby.media.heif_read import finish, read_fields
from passerby.media.heif_write import Form, NewItem, build_file
from passerby.media.nclx import Codes
from passerby.model.media import Encoding, Field, Format, Mode
from passerby.model.options import Limits
from passerby.ports import Picture, Samples

BRANDS = (b"avif", b"mif1", b"miaf", b"MA1A")
MATRIX, FULL_RANGE = 6, 0x80
ALPHA_TYPE = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"
_QUALITY = 90
_SPEED = 8
_LOSSLESS_ALPHA = 100
