"""What the copy may need of a container, besides the pixels."""

from __future__ import annotations

from dataclasses import dataclass

from passerby.model.media import Field, Orientation


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """`profile` is the ICC profile as found, not yet checked; `fields` are the text fields."""

    orientation: Orientation = Orientation.TOP_LEFT
    profile: bytes | None = None
    fields: tuple[tuple[Field, str], ...] = ()
