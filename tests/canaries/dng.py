"""DNG files (DNG 1.7), written byte by byte: sensor data made of a picture that is known."""

from __future__ import annotations

import struct

import numpy as np

from canaries import blocks
from canaries.blocks import Stream, ascii_, bytes_, long, rational, short, undefined
from canaries.carriers import Filled, Nest

WHITE, BLACK = 60_000, 1_024
NEUTRAL = (0.5, 1.0, 0.625)
"""What the sensor sees of white: red and blue are weaker than green."""
_XYZ_TO_SRGB = (
    (3.2404542, -1.5371385, -0.4985314),
    (-0.9692660, 1.8760108, 0.0415560),
    (0.0556434, -0.2040259, 1.0572252),
)
_PATTERN = np.array([[0, 1], [1, 2]])
"""Red, green; green, blue."""


def fractions(*values: float, signed: bool = False) -> blocks.Value:
    kind, code = (10, "<ii") if signed else (5, "<II")
    raw = b"".join(struct.pack(code, round(value * 10_000), 10_000) for value in values)
    return kind, len(values), raw


def linear(pixels: np.ndarray) -> np.ndarray:
    """Return the light of sRGB pixels (height, width, 3), 0 to 1 (IEC 61966-2-1)."""
    value = pixels.astype(np.float64) / 255
    low = value / 12.92
    return np.where(value <= 0.04045, low, ((value + 0.055) / 1.055) ** 2.4)


def sensed(pixels: np.ndarray, black: int = 0) -> np.ndarray:
    """Return what the sensor reads of sRGB pixels behind red, green and blue filters everywhere,
    (height, width, 3), 16 bits."""
    light = linear(pixels) * NEUTRAL
    return np.round(black + light * (WHITE - black)).astype(np.uint16)


def mosaicked(pixels: np.ndarray) -> np.ndarray:
    """Return the sensor's samples (height, width), one colour each."""
    wide = sensed(pixels, BLACK)
    rows, columns = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    return wide[rows, columns, _PATTERN[rows % 2, columns % 2]]


def _picture_tags(samples: np.ndarray) -> blocks.Directory:
    """Return the tags of the sensor's picture: of a mosaic, or of three colours each pixel."""
    height, width = samples.shape[:2]
    channels = 1 if samples.ndim == 2 else 3
    tags: blocks.Directory = {
        254: long(0),
        256: long(width),
        257: long(height),
        258: short(*[16] * channels),
        259: short(1),
        262: short(32803 if channels == 1 else 34892),
        273: Stream(samples.astype("<u2").tobytes()),
        277: short(channels),
        278: long(height),
        279: long(samples.size * 2),
        284: short(1),
        50714: long(*([BLACK] if channels == 1 else [0] * 3)),
        50717: long(*[WHITE] * channels),
        50719: rational(0, 0),
        50720: rational(width, height),
        50829: long(0, 0, height, width),
    }
    if channels == 1:
        tags |= {
            33421: short(2, 2),
            33422: bytes_(bytes(_PATTERN.ravel().tolist())),
            50713: short(1, 1),
        }
    return tags


def _camera_tags(orientation: int) -> blocks.Directory:
    """Return the tags that say how the sensor sees: its red, green and blue are those of sRGB."""
    return {
        274: short(orientation),
        50706: bytes_(b"\1\4\0\0"),
        50707: bytes_(b"\1\4\0\0"),
        50708: ascii_("Passerby Test 1"),
        50721: fractions(*[v for row in _XYZ_TO_SRGB for v in row], signed=True),
        50728: fractions(*NEUTRAL),
        50778: short(21),
    }


def _reduced_tags(pixels: np.ndarray, factor: int = 4) -> blocks.Directory:
    """Return the tags of the small RGB picture that IFD0 of a DNG holds."""
    small = np.ascontiguousarray(pixels[::factor, ::factor])
    return {
        254: long(1),
        256: long(small.shape[1]),
        257: long(small.shape[0]),
        258: short(8, 8, 8),
        259: short(1),
        262: short(2),
        273: Stream(small.tobytes()),
        277: short(3),
        278: long(small.shape[0]),
        279: long(small.size),
        284: short(1),
    }


def dng(samples: np.ndarray, orientation: int = 1, **more: blocks.Value) -> bytes:
    """Return a DNG of the sensor's samples: a mosaic (height, width), or linear (height, width,
    3). `more` are further tags of the sensor's picture, as ``t259=...``."""
    return _assemble(samples, _camera_tags(orientation), more)


def dng_without_balance(samples: np.ndarray) -> bytes:
    """Return a DNG that does not say what white is."""
    return _assemble(samples, {t: v for t, v in _camera_tags(1).items() if t != 50728}, {})


def _assemble(
    samples: np.ndarray, camera: blocks.Directory, more: dict[str, blocks.Value]
) -> bytes:
    raw = _picture_tags(samples) | {int(name[1:]): value for name, value in more.items()}
    small = np.full((24, 32, 3), 90, np.uint8)
    return blocks.build_tiff([{**camera, **_reduced_tags(small), 330: [raw]}])


def filled_dng(pixels: np.ndarray) -> Filled:
    """Return a DNG of a mosaic of (height, width, 3) pixels with every carrier that one can
    hold: a camera's Exif, previews in IFD0 and SubIFDs, a maker's private data, the file that it
    was made of."""
    nest = Nest()
    camera, thumbnail_page = blocks.camera_tags(nest, "TIFF")
    first = _reduced_tags(pixels)
    canary = nest.raw("thumbnail in IFD0", "IFD0/embedded picture")
    first[273] = Stream(canary + first[273][len(canary) :])
    preview = nest.picture("SubIFD preview", "SubIFD1/embedded picture", (64, 48))
    jpeg: blocks.Directory = {
        254: long(1),
        256: long(64),
        257: long(48),
        258: short(8, 8, 8),
        259: short(7),
        262: short(6),
        273: Stream(preview),
        277: short(3),
        278: long(48),
        279: long(len(preview)),
        50966: ascii_(nest.text("PreviewApplicationName", "PreviewApplicationName")),
    }
    sensor = _picture_tags(mosaicked(pixels)) | {
        65001: ascii_(nest.text("tag of the sensor data", "SubIFD0/0xFDE9"))
    }
    mask = nest.raw("transparency mask", "SubIFD2/embedded picture").ljust(24, b"\0")
    clear: blocks.Directory = {254: long(4), 256: long(24), 257: long(1), 258: short(8),
                               259: short(1), 262: short(4), 273: Stream(mask), 277: short(1),
                               278: long(1), 279: long(24)}  # fmt: skip
    private = b"Adobe\0MakN" + nest.raw("DNGPrivateData", "DNGPrivateData")
    private += nest.picture("preview in DNGPrivateData", "DNGPrivateData/JPEG")
    original = nest.raw("OriginalRawFileData", "OriginalRawFileData")
    page: blocks.Directory = {
        **_camera_tags(1),
        **camera,
        **first,
        330: [sensor, jpeg, clear],
        700: bytes_(blocks.xmp_packet(nest)),
        33723: undefined(blocks.iptc_block(nest)),
        50708: ascii_(nest.text("UniqueCameraModel", "UniqueCameraModel")),
        50735: ascii_(nest.text("CameraSerialNumber", "CameraSerialNumber")),
        50740: bytes_(private),
        50827: ascii_(nest.text("OriginalRawFileName", "OriginalRawFileName")),
        50828: undefined(original),
        51105: ascii_(nest.text("ReelName", "ReelName")),
        65000: ascii_(nest.text("private tag", "0xFDE8")),
    }
    data = blocks.build_tiff([page, {**thumbnail_page, 254: long(1)}])
    stray = nest.raw("bytes that nothing refers to", "unreferenced")
    return nest.filled(data + stray)
