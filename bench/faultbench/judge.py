"""Looks at published files with decoders that share no code with Passerby's way of reading.

Pillow reads all that is published but TIFF, which tifffile reads: neither goes through Passerby's
checks, headers or planning. HEIC and JPEG XL are never published, only damaged.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator

import imagecodecs
import numpy as np
import pi_heif
import tifffile
from numpy.typing import NDArray
from PIL import Image, ImageOps, ImageSequence

Grey = NDArray[np.float32]
ALIKE = 0.9
"""Correlation from which a place shows the planted face as good as undamaged."""
LIKENESS = 0.75
"""Correlation from which it shows more than the shape of a head, which the mask has as well:
masked faces stay below 0.6, one that the damage tore to pieces had 0.66 (measured over
`bench/mutations --count 1500 --seed 11`)."""


def frames(data: bytes) -> list[NDArray[np.generic]]:
    """Return the frames or pages as they are shown: (height, width) or (height, width, channels),
    of any depth. Raises whatever the decoder raises."""
    if data[:4] in (b"II\x2a\x00", b"MM\x00\x2a", b"II\x2b\x00", b"MM\x00\x2b"):
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            return [np.asarray(page.asarray()) for page in file.pages]
    if data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1"):
        return [np.asarray(pi_heif.open_heif(io.BytesIO(data)))]
    if data.startswith((b"\xff\x0a", b"\x00\x00\x00\x0cJXL ")):
        return [imagecodecs.jpegxl_decode(data)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(data)) as image:
            if image.format == "JPEG":
                # A copy whose blocks were carried over may say that it is to be turned.
                return [np.asarray(ImageOps.exif_transpose(image))]
            # Of a palette the colours are wanted, not the places in it.
            return [
                np.asarray(frame.convert("RGBA") if frame.mode == "P" else frame.copy())
                for frame in ImageSequence.Iterator(image)
            ]


def check_opens(data: bytes, size: tuple[int, int], count: int = 1) -> str | None:
    """Say what is wrong with a published file as others see it: it does not open, or is not of
    the size (width, height), or does not have as many frames; None when all is well."""
    try:
        seen = frames(data)
    except Exception as error:
        return f"another decoder cannot open it: {type(error).__name__}: {error}"[:200]
    shape = seen[0].shape[:2]
    if shape != size[::-1]:
        return f"another decoder sees {shape[1]}x{shape[0]} instead of {size[0]}x{size[1]}"
    if len(seen) != count:
        return f"another decoder sees {len(seen)} frames instead of {count}"
    return None


def likeness(data: bytes, face: Grey) -> float:
    """Return how much any place of a file looks like the planted face: the largest normalised
    correlation (Lewis 1995) over all places and all eight orientations. 0 for what does not open
    or is too small."""
    try:
        seen = [_grey(data, frame) for frame in frames(data)]
    except Exception:
        return 0.0
    return max((_best(shown, turned) for shown in seen for turned in _turned(face)), default=0.0)


def _best(shown: Grey, face: Grey) -> float:
    # Slow to load, and only needed where a face was planted.
    from skimage.feature import match_template

    if shown.shape[0] < face.shape[0] or shown.shape[1] < face.shape[1]:
        return 0.0
    if float(shown.std()) < 1e-3:
        return 0.0
    return float(np.nan_to_num(match_template(shown, face)).max())


def _turned(face: Grey) -> Iterator[Grey]:
    for quarter in range(4):
        turned = np.rot90(face, quarter)
        yield turned
        yield turned[:, ::-1]


def _grey(data: bytes, frame: NDArray[np.generic]) -> Grey:
    """Return luminance from 0 to 255, whatever the channels; transparency is not looked at."""
    values = frame.astype(np.float32)
    if frame.dtype == np.bool_:
        values *= 255
    elif frame.dtype == np.uint16:
        values /= 257
    if values.ndim == 3 and values.shape[2] >= 3:
        if values.shape[2] == 4 and _is_ink(data):
            values = (255 - values[..., :3]) * (255 - values[..., 3:]) / 255
        return (values[..., :3] @ np.array([0.299, 0.587, 0.114], np.float32)).astype(np.float32)
    if values.ndim == 3:
        values = values[..., 0]
    if data.startswith(b"\x89PNG") and _has_palette(data):
        with Image.open(io.BytesIO(data)) as image:
            values = np.asarray(image.convert("L")).astype(np.float32)
    return values


def _is_ink(data: bytes) -> bool:
    if data.startswith(b"\xff\xd8"):
        return True
    if data[:2] not in (b"II", b"MM"):
        return False
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        return bool(file.pages[0].photometric == tifffile.PHOTOMETRIC.SEPARATED)


def _has_palette(data: bytes) -> bool:
    return data[25:26] == b"\x03"
