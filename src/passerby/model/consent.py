"""How a copy that relied on a consent came to its end, and what took its place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class End(StrEnum):
    """Why a consent holds no longer."""

    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    UNPROVEN = "evidence gone"
    """Its evidence was erased, so that nobody can show it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A consent that holds no longer. `consent` is its random id; `day` is that of the
    withdrawal or of the erasure, or the last day on which it held; None where it never did."""

    consent: str
    how: End
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaces:
    """The copy that another was made in place of: its path, the sha256 of its bytes, and the
    consents that it relied on and that hold no longer."""

    output: str
    output_sha256: str
    ended: tuple[Ended, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """Why a copy must not be shown any more, and the one that was made in its place: its path
    and the sha256 of its bytes, None as long as there is none."""

    ended: tuple[Ended, ...]
    replaced_by: str | None = None
    replaced_by_sha256: str | None = None
