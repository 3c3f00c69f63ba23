"""What changed between two computations of the same deadline, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

from passerby.rights.clocks.periods import DAY
from passerby.rights.facts.deadline import Deadline, Step

_DATES = ("due", "extended", "overdue_from")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A date that is no longer what it was. `what` is its name in `Deadline`; `why` is the first
    step at which the two computations part, as it was and as it is now, in English."""

    what: str
    before: date | None
    after: date | None
    why: str


def compare(old: Deadline, new: Deadline) -> tuple[Change, ...]:
    """Return what changed from an old computation to a new one; nothing if all dates stand.

    For the history of a case: receipt was recorded, a pause ended, a table of holidays or the
    law itself was corrected.
    """
    found = []
    for what in _DATES:
        before: date | None = getattr(old, what)
        after: date | None = getattr(new, what)
        if before != after:
            why = f"Before: {_told(old, new, what)} Now: {_told(new, old, what)}"
            found.append(Change(what=what, before=before, after=after, why=why))
    return tuple(found)


def _told(one: Deadline, other: Deadline, what: str) -> str:
    """Return what a computation says at the step at which it parts from the other."""
    steps = _decisive(one, what)
    if not steps:
        return _why_no_date(one, what)
    for mine, theirs in zip_longest(steps, _decisive(other, what)):
        if mine != theirs:
            return mine.text if mine is not None else steps[-1].text
    return steps[-1].text


def _decisive(deadline: Deadline, what: str) -> tuple[Step, ...]:
    """Return the steps that lead to a date: those of the reading that it is taken from."""
    day: date | None = getattr(deadline, what)
    if day is None:
        return ()
    if what == "overdue_from":
        day -= DAY
    for reading in deadline.readings:
        if what != "due" and reading.extended == day:
            return reading.extended_steps
        if what != "extended" and reading.due == day:
            return reading.steps
    return ()


def _why_no_date(deadline: Deadline, what: str) -> str:
    if deadline.why_none is not None:
        return deadline.why_none
    if deadline.open_ended:
        return "The clock stands still: no day is known yet."
    if what == "overdue_from":
        return "The day of receipt was not known: nothing is called overdue on a guess."
    return "The law knows no extension of a fixed length."
