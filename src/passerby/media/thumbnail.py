"""Small pictures for the report page, made from redacted files only."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from passerby.ports import Rgb

_QUALITY = 80


def data_uri(view: Rgb, side: int) -> str:
    """Return a JPEG of at most `side` pixels a side as a data: URI."""
    image = Image.fromarray(np.ascontiguousarray(view))
    image.thumbnail((side, side), Image.Resampling.BOX, reducing_gap=2.0)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode("ascii")
