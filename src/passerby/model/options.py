"""What a user can choose, as one frozen value that a report can carry."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from passerby.model.media import Field


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a picture may claim before it is refused.

    `pixels` is width times height as the header says; `memory` is bytes that decoding,
    redacting and checking the picture may take, by an estimate.
    """

    pixels: int = 250_000_000
    memory: int = 6 * 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """One run's choices.

    `color` is 8-bit RGB of the solid fill. `min_face` is a face height in pixels: smaller
    ones are left as they are; 0 hides all that are found. `seed` (hex) makes `noise`
    repeatable; None draws a fresh one for each file, and the report carries it.
    """

    method: Method = Method.SOLID
    color: tuple[int, int, int] = (0, 0, 0)
    min_face: int = 0
    effort: Effort = Effort.DEFAULT
    keep_fields: tuple[Field, ...] = ()
    finder: str = "centerface"
    second: str | None = "yunet"
    seed: str | None = None
    limits: Limits = field(default_factory=Limits)
