"""Which paper a letter is printed on."""

from __future__ import annotations

from enum import StrEnum


class Paper(StrEnum):
    """A sheet, and with it the window of the envelopes that it is folded for."""

    A4 = "a4"
    """The address stands where DIN 5008, form B, has it."""
    LETTER = "us-letter"
    """The address stands in what a US no. 10 window envelope shows however the sheet slides."""


def paper_of(place: str) -> Paper:
    """Return the paper of a place, an ISO 3166 code: of where the letter is printed."""
    return Paper.LETTER if place.partition("-")[0].upper() in {"US", "CA"} else Paper.A4
