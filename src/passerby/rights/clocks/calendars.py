"""Which days are public holidays in a place; sole importer of `holidays`.

That library returns an empty table, without a word, for years that it does not know: a table is
asked only for years that it covers, and a year without a single holiday counts as not covered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import metadata

import holidays

from passerby.errors import NoCalendar, UnknownName

_NO_SET_OF_ITS_OWN = frozenset({"GB"})
"""Countries without holidays of the whole. What `holidays` gives for them is what the parts have
in common, which is the calendar of none: the United Kingdom has England's, Scotland's, Northern
Ireland's and Wales's bank holidays, and no others."""

_NOT_KEPT = frozenset({holidays.PUBLIC, holidays.SCHOOL, holidays.UNOFFICIAL, holidays.WORKDAY})
"""Categories of `holidays` that say nothing of days that are kept beside the public ones."""

_WEEKEND = (5, 6)
"""Saturday and Sunday, as `date.weekday` counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The working days of one place, or of several at once: a day that is a holiday in any of
    them is no working day. `places` are ISO 3166 codes."""

    places: tuple[str, ...]

    @property
    def name(self) -> str:
        """The places, joined: `DE`, `DE + PL`."""
        return " + ".join(self.places)

    def holiday(self, day: date) -> str | None:
        """Return the English name of the public holiday, with the place where there are
        several; None on any other day. Raises NoCalendar for a year that is not known."""
        found = [(place, name) for place in self.places if (name := _holiday(place, day))]
        if not found:
            return None
        if len(self.places) == 1:
            return found[0][1]
        return ", ".join(f"{name} ({place})" for place, name in found)

    def kept_otherwise(self, day: date) -> str | None:
        """Return the name of a day that is no public holiday of the whole place and is kept all
        the same: by some of its municipalities, by banks, for half a day, by custom. None on
        any other day."""
        names = (_kept(place).get(day) for place in self.places)
        return next((name for name in names if name), None)

    def works(self, day: date) -> bool:
        """Whether a day is no Saturday, no Sunday and no public holiday. Raises NoCalendar."""
        return not is_weekend(day) and self.holiday(day) is None


def is_weekend(day: date) -> bool:
    """Whether a day is a Saturday or a Sunday."""
    return day.weekday() in _WEEKEND


def check_place(place: str) -> None:
    """Raise UnknownName unless a place is a known ISO 3166 code (`DE`, `DE-BY`), NoCalendar if
    the country alone has no holidays."""
    if re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", place) is None:
        raise UnknownName(
            f"{place!r} is no place by ISO 3166",
            "Places are written as DE, DE-BY, US-CA or GB-SCT.",
        )
    country, _, part = place.partition("-")
    known = _countries()
    if country not in known:
        raise UnknownName(
            f"no public holidays are known for {country}: it is no country of ISO 3166, or one "
            "that nobody has recorded",
            "The United Kingdom is GB." if country == "UK" else "Places are written as DE, DE-BY.",
        )
    names = ", ".join(f"{country}-{one}" for one in known[country])
    if part and part not in known[country]:
        raise UnknownName(
            f"no part of {country} with holidays of its own is called {place}",
            f"Choose {country}, or one of {names}." if names else f"Choose {country}.",
        )
    if not part and country in _NO_SET_OF_ITS_OWN:
        raise NoCalendar(
            f"{country} has no public holidays of the whole country: each part has its own",
            f"Name the part where the letter arrived: {names}.",
        )


def parts_of(place: str) -> tuple[str, ...]:
    """Return the codes of the parts of a country that may have holidays of their own; nothing
    for a place that is a part itself."""
    if "-" in place:
        return ()
    return tuple(f"{place}-{part}" for part in _countries().get(place, ()))


def table_version() -> str:
    """Return where the holidays come from: they change when a legislature or the table does."""
    return f"holidays {metadata.version('holidays')}"


@cache
def _countries() -> dict[str, tuple[str, ...]]:
    listed = holidays.list_supported_countries(include_aliases=False)
    return {
        country: tuple(part for part in parts if re.fullmatch(r"[A-Z0-9]{1,3}", part))
        for country, parts in listed.items()
    }


@cache
def _table(place: str) -> holidays.HolidayBase:
    check_place(place)
    country, _, part = place.partition("-")
    return holidays.country_holidays(country, subdiv=part or None, language="en_US")


@cache
def _year(place: str, year: int) -> dict[date, str]:
    """Return the holidays of one year. Raises NoCalendar when there is no table for it."""
    table = _table(place)
    first, last = table.start_year, table.end_year
    if not first <= year <= last:
        raise NoCalendar(
            f"the public holidays of {place} are known for {first} to {last}, not for {year}"
        )
    country, _, part = place.partition("-")
    found = holidays.country_holidays(
        country, subdiv=part or None, years=year, expand=False, language="en_US"
    )
    if not found:
        raise NoCalendar(f"no public holiday at all is known for {place} in {year}")
    return dict(found.items())


@cache
def _kept(place: str) -> holidays.HolidayBase | dict[date, str]:
    country, _, part = place.partition("-")
    others = set(_table(place).supported_categories) - _NOT_KEPT
    if not others:
        return {}
    return holidays.country_holidays(
        country, subdiv=part or None, categories=tuple(others), language="en_US"
    )


def _holiday(place: str, day: date) -> str | None:
    return _year(place, day.year).get(day)
