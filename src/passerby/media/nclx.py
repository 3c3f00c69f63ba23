"""Colours that are named by code points (ITU-T H.273), as in the nclx colour box of HEIF and AVIF,
PNG's cICP and the header of JPEG XL."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from passerby.errors import UnsupportedFormat
from passerby.media import icc

_UNSPECIFIED = 2
_SRGB_PRIMARIES = frozenset({1, _UNSPECIFIED})
_SRGB_TRANSFERS = frozenset({1, _UNSPECIFIED, 6, 13, 14, 15})
"""sRGB; and those of television, which viewers show as sRGB."""
_HDR_TRANSFERS = {16: "PQ", 18: "HLG"}
_GAMMAS = {4: 2.2, 5: 2.8, 8: 1.0}
_D65, _DCI, _C = (0.3127, 0.3290), (0.314, 0.351), (0.310, 0.316)
_PRIMARIES = {
    1: (0.640, 0.330, 0.300, 0.600, 0.150, 0.060, *_D65),
    4: (0.67, 0.33, 0.21, 0.71, 0.14, 0.08, *_C),
    5: (0.640, 0.330, 0.290, 0.600, 0.150, 0.060, *_D65),
    6: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *_D65),
    7: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *_D65),
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, *_D65),
    11: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, *_DCI),
    12: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, *_D65),
    22: (0.630, 0.340, 0.295, 0.605, 0.155, 0.077, *_D65),
}
"""x and y of red, green, blue and white (H.273, table 2)."""


@dataclass(frozen=True, slots=True)
class Codes:
    """Primaries and transfer characteristics."""

    primaries: int
    transfer: int

    @property
    def is_srgb(self) -> bool:
        """Whether viewers show it as sRGB."""
        return self.primaries in _SRGB_PRIMARIES and self.transfer in _SRGB_TRANSFERS

    @property
    def hdr(self) -> str | None:
        """The name of a transfer that only HDR formats can hold; None for others."""
        return _HDR_TRANSFERS.get(self.transfer)

    def to_bytes(self) -> bytes:
        """Return both as one byte each."""
        return bytes((self.primaries, self.transfer))


TAG = "nclx"
"""The name under which `Encoding.colour_tags` holds code points."""
SRGB = Codes(1, 13)


def check_known(codes: Codes) -> None:
    """Raise UnsupportedFormat unless colours with these codes can be shown right."""
    primaries = 1 if codes.primaries == _UNSPECIFIED else codes.primaries
    known = {*_SRGB_TRANSFERS, *_HDR_TRANSFERS, *_GAMMAS}
    if primaries not in _PRIMARIES or codes.transfer not in known:
        what = f"primaries {codes.primaries}, transfer {codes.transfer}"
        raise UnsupportedFormat(f"colours of unknown kind ({what}) are not handled")


@cache
def to_profile(codes: Codes) -> bytes:
    """Return an ICC profile of the colours, as `icc.keep` leaves it; not for HDR.

    Raises UnsupportedFormat.
    """
    check_known(codes)
    if codes.hdr:
        raise UnsupportedFormat(f"{codes.hdr} colours have no ICC profile")
    primaries = 1 if codes.primaries == _UNSPECIFIED else codes.primaries
    red_x, red_y, green_x, green_y, blue_x, blue_y, x, y = _PRIMARIES[primaries]
    profile: bytes = imagecodecs.cms_profile(
        "rgb",
        whitepoint=(x, y, 1.0),
        primaries=[red_x, red_y, 1.0, green_x, green_y, 1.0, blue_x, blue_y, 1.0],
        transferfunction=_curve(_GAMMAS.get(codes.transfer)),
    )
    return icc.rebuild(profile, b"RGB ")


def _curve(gamma: float | None) -> NDArray[np.uint16]:
    """Return 1024 entries of a power, or of the sRGB curve (IEC 61966-2-1)."""
    signal = np.linspace(0, 1, 1024)
    if gamma is None:
        light = np.where(signal > 0.04045, ((signal + 0.055) / 1.055) ** 2.4, signal / 12.92)
    else:
        light = signal**gamma
    entries: NDArray[np.uint16] = np.rint(light * 65535).astype(np.uint16)
    return entries
