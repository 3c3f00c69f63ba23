"""What a user can choose, as one frozen value that a report can carry."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from passerby.model.media import WRITABLE, Field, Format


class Method(StrEnum):
    """How a face is hidden.

    `SOLID` and `NOISE` do not depend on the pixels that they replace: nothing of the face is
    left. `BLUR` and `MOSAIC` are computed from the face and are cosmetic: networks undo them.
    """

    SOLID = "solid"
    NOISE = "noise"
    BLUR = "blur"
    MOSAIC = "mosaic"

    @property
    def cosmetic(self) -> bool:
        """Whether the result depends on the face that it covers."""
        return self in (Method.BLUR, Method.MOSAIC)


class Effort(StrEnum):
    """How hard the detectors look: time against missed faces."""

    FAST = "fast"
    DEFAULT = "default"
    THOROUGH = "thorough"


def check_color(color: tuple[int, int, int]) -> None:
    """Raise ValueError unless this is 8-bit RGB."""
    if len(color) != 3 or not all(0 <= part <= 255 for part in color):
        raise ValueError("color: expected three numbers from 0 to 255")


def check_seed(seed: str) -> None:
    """Raise ValueError unless this is the hexadecimal text of 1 to 64 bytes."""
    if not re.fullmatch("([0-9a-f]{2}){1,64}", seed):
        raise ValueError("seed: expected pairs of hexadecimal digits (0-9, a-f), at most 64")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a picture may claim before it is refused.

    `pixels` is width times height as the header says; `memory` is bytes that decoding,
    redacting and checking the picture may take, by an estimate. Raises ValueError if either is
    less than 1.
    """

    pixels: int = 250_000_000
    memory: int = 6 * 1024**3

    def __post_init__(self) -> None:
        if self.pixels < 1 or self.memory < 1:
            raise ValueError("limits: expected at least 1 pixel and 1 byte")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """One run's choices.

    `color` is 8-bit RGB of the solid fill. `min_face` is a face height in pixels: smaller
    ones are left as they are; 0 hides all that are found. `seed` (hex) makes `noise`
    repeatable; None draws a fresh one for each file, and the report carries it.
    `to` is the format of the copies; None keeps that of each picture where it can be written.
    `finder` and `second` are names of detectors; with None for `second` the first looks again.
    Raises ValueError for a value out of its range.
    """

    method: Method = Method.SOLID
    color: tuple[int, int, int] = (0, 0, 0)
    min_face: int = 0
    effort: Effort = Effort.DEFAULT
    keep_fields: tuple[Field, ...] = ()
    to: Format | None = None
    finder: str = "centerface"
    second: str | None = "yunet"
    seed: str | None = None
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        check_color(self.color)
        if self.min_face < 0:
            raise ValueError("min_face: expected a number of pixels, at least 0")
        if self.seed is not None:
            check_seed(self.seed)
        if self.to is not None and self.to not in WRITABLE:
            raise ValueError(f"to: {self.to} cannot be written")
