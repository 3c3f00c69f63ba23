"""Where a fact comes from, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

Texts = Mapping[str, str]
"""A text in several languages, by ISO 639-1 code."""


class Confidence(StrEnum):
    """How a fact is known."""

    READ = "read"
    """Read in the law, the regulator's text, or the source itself."""
    SECONDARY = "secondary"
    """From one secondary source: a letter that rests on it is a draft to be checked."""
    MEMORY = "memory"
    """From memory: a letter that rests on it is a draft to be checked."""

    @property
    def certain(self) -> bool:
        """Whether a letter may rest on it without being marked as a draft."""
        return self is Confidence.READ


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A publication. `checked` is the day on which somebody looked at it last; None: nobody."""

    title: str
    url: str | None = None
    checked: date | None = None


def text_in(texts: Texts, *languages: str) -> str:
    """Return the text in the first of the languages that it is there in, else in English, else
    in whichever comes first. Raises ValueError when there is none at all."""
    for language in (*languages, "en"):
        if language in texts:
            return texts[language]
    for text in texts.values():
        return text
    raise ValueError("a text in no language")
