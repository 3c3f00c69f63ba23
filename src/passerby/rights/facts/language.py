"""A language: how letters say what they say. One data file each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """The texts of one language, and how it writes dates and lists.

    `texts` are Jinja2 templates by dotted id (`request.opening`); `id@law` stands before `id`
    under that law or family of laws, and an empty text leaves its paragraph out. Which ids there
    are, and what each may speak of, says `wording`. `checked` is the day on which somebody who
    speaks the language read the texts last; None: nobody.
    """

    code: str
    """ISO 639-1."""
    name: str
    checked: date | None
    months: tuple[str, ...]
    """Twelve, as they stand in a date."""
    date_pattern: str
    """With `{day}`, `{month}` and `{year}` in it."""
    first_day: str | None
    """How the first of a month is written; None: 1."""
    between: str
    last: str
    quotes: tuple[str, str]
    languages: Mapping[str, str]
    """What other languages are called, by ISO 639-1 code."""
    claims: tuple[str, ...]
    """Words of a claim for money: no first letter may hold one."""
    texts: Mapping[str, str]
    colon: str = ":"
    """What stands behind a label: in French with a space before it."""

    def written(self, day: date) -> str:
        """Return the day, written out."""
        number = self.first_day if day.day == 1 and self.first_day else str(day.day)
        month = self.months[day.month - 1]
        return self.date_pattern.format(day=number, month=month, year=day.year)

    def joined(self, parts: Sequence[str]) -> str:
        """Return the parts as one list: `a, b and c`."""
        if len(parts) < 2:
            return "".join(parts)
        return self.between.join(parts[:-1]) + self.last + parts[-1]

    def text(self, name: str, laws: Sequence[str]) -> str:
        """Return the text of that id under the first of the laws that has its own, else the plain
        one. Raises KeyError where there is none."""
        for law in laws:
            if (own := self.texts.get(f"{name}@{law}")) is not None:
                return own
        return self.texts[name]

    def words(self) -> frozenset[str]:
        """Return the names of the words and terms of this language: variables of all texts."""
        names = (name.partition("@")[0].split(".") for name in self.texts)
        return frozenset(parts[1] for parts in names if parts[0] in {"words", "terms"})
