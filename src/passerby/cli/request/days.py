"""Days on the command line."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from passerby.cli.options import ParamType
from passerby.errors import BadDate

if TYPE_CHECKING:
    from passerby.rights.facts.deadline import Pause


def day_of(text: str) -> date:
    """Return the day that is written as YYYY-MM-DD. Raises BadDate."""
    written = text.strip()
    match = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", written, re.ASCII)
    if match is None:
        raise BadDate(f"{text!r} is no date")
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError as error:
        raise BadDate(f"{written} does not exist") from error


class Day(ParamType):
    """A day as YYYY-MM-DD."""

    name = "date"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,  # noqa: ARG002 - the interface
    ) -> date:
        """Return the day. Raises BadDate."""
        return value if isinstance(value, date) else _given(str(value), param)


class Days(ParamType):
    """A day, or two with a colon between them: since when, until when a clock stands still."""

    name = "from[:to]"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,  # noqa: ARG002 - the interface
    ) -> tuple[date, date | None]:
        """Return both days. Raises BadDate."""
        if isinstance(value, tuple):
            return value
        since, colon, until = str(value).partition(":")
        return _given(since, param), _given(until, param) if colon else None


def _given(text: str, param: click.Parameter | None) -> date:
    """Return the day, and name the option that it was given to when there is none."""
    try:
        return day_of(text)
    except BadDate as error:
        if param is None:
            raise
        raise BadDate(f"{param.opts[0]}: {error.message}") from error


def pauses_of(given: tuple[tuple[date, date | None], ...]) -> tuple[Pause, ...]:
    """Return the pauses of a command line."""
    from passerby.rights.facts.deadline import Pause

    return tuple(
        Pause(since=since, until=until, why="as given on the command line")
        for since, until in given
    )
