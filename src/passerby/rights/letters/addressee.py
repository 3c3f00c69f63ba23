"""In which language a letter is written: one that the addressee reads."""

from __future__ import annotations

from collections.abc import Collection

from passerby.rights.facts.letter import LetterKind
from passerby.rights.facts.matter import Matter

FALLBACK = "en"

_SPOKEN = {
    "AT": "de", "DE": "de", "LI": "de",
    "FR": "fr", "MC": "fr",
    "ES": "es", "MX": "es", "AR": "es", "CL": "es", "CO": "es",
    "IT": "it", "SM": "it",
    "PL": "pl",
    "NL": "nl", "PT": "pt", "BR": "pt", "GR": "el", "SE": "sv", "DK": "da", "FI": "fi",
    "CZ": "cs", "SK": "sk", "HU": "hu", "RO": "ro", "BG": "bg", "HR": "hr", "SI": "sl",
    "EE": "et", "LV": "lv", "LT": "lt", "NO": "no", "IS": "is",
}  # fmt: skip
"""The official language of countries that have one, for agencies and for authorities of which it
is not known which languages they take. Others get a letter in English."""


def language_for(matter: Matter, kind: LetterKind, available: Collection[str]) -> str:
    """Return the ISO 639-1 code of the language for a letter: the first of the addressee's own
    that is available, else English."""
    wanted = _languages(matter, kind)
    return next((code for code in wanted if code in available), FALLBACK)


def _languages(matter: Matter, kind: LetterKind) -> tuple[str, ...]:
    if kind is LetterKind.COMPLAINT and matter.authority is not None:
        authority = matter.authority
        return authority.languages or _spoken(authority.places)
    if matter.controller is not None:
        return matter.controller.languages
    return () if matter.agency is None else _spoken((matter.agency.place,))


def _spoken(places: tuple[str, ...]) -> tuple[str, ...]:
    countries = dict.fromkeys(place.partition("-")[0] for place in places)
    return tuple(_SPOKEN[country] for country in countries if country in _SPOKEN)
