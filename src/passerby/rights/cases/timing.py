"""Which clocks run on a case, and when each of them runs out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from passerby.rights.cases.events import DeadlineComputed
from passerby.rights.cases.state import Case
from passerby.rights.clocks import compute
from passerby.rights.facts.deadline import Deadline, Occurrence
from passerby.rights.facts.law import Clock, Law, RightKind
from passerby.rights.facts.law import Event as Trigger
from passerby.rights.facts.party import Controller

_PARTS = {"GB": ("GB-ENG", "GB-WLS", "GB-SCT", "GB-NIR")}
"""Countries without public holidays of the whole: where a company sits in one and its part is
not known, every part is a reading, and none is guessed."""


def holiday_places(case: Case, controller: Controller | None) -> tuple[str, ...]:
    """Return the places whose holidays may count: where the other side sits, where the client
    is, and those that somebody named. For a controller outside of a law's own places it is open
    whose holidays count, so that all of them are readings."""
    seat = controller.seat if controller is not None else None
    agency = case.opened.agency.place if case.opened.agency is not None else None
    seats = _PARTS.get(seat, (seat,)) if seat is not None else ()
    named = (*seats, agency, case.opened.place, *case.opened.calendars)
    return tuple(dict.fromkeys(place for place in named if place is not None))


def clocks_of(case: Case, law: Law) -> tuple[Clock, ...]:
    """Return the clocks that run: those on the rights that were asked for, and those that a
    refusal, an appeal or a complaint has set going."""
    named = [law.rights[kind].clock for kind in case.opened.rights if kind in law.rights]
    wanted = dict.fromkeys(name for name in named if name is not None)
    return tuple(
        clock
        for name, clock in law.clocks.items()
        if (name in wanted or clock.event is not Trigger.REQUEST)
        and case.occurrence_of(clock.event, clock.actor) is not None
    )


def check_calendars(case: Case, law: Law, places: tuple[str, ...], today: date) -> None:
    """Raise what `compute` raises where no day could be told once the first letter is sent:
    before anything is written, and not when it has gone out."""
    named = [law.rights[kind].clock for kind in case.opened.rights if kind in law.rights]
    for name in dict.fromkeys(name for name in named if name is not None):
        compute(law.clocks[name], Occurrence(sent=today, received=today), places)


def provisional(
    law: Law, rights: Iterable[RightKind], places: tuple[str, ...], day: date
) -> Deadline | None:
    """Return when a first letter for these rights has to be answered if it is sent and received
    on its own day: by the first clock that runs on them; None where none does. Raises what
    `compute` raises."""
    for kind in rights:
        right = law.rights.get(kind)
        if right is not None and right.clock is not None:
            return compute(law.clocks[right.clock], Occurrence(sent=day, received=day), places)
    return None


def computations(
    case: Case, law: Law, places: tuple[str, ...], today: date, why: str
) -> Iterator[DeadlineComputed]:
    """Yield the deadlines that are no longer what was computed last, or were never computed.

    Raises what `compute` raises: BadDate, UnknownName, NoCalendar.
    """
    for clock in clocks_of(case, law):
        occurrence = case.occurrence_of(clock.event, clock.actor)
        if occurrence is None:
            continue
        before = [old for old in case.deadlines if old.clock == clock.id]
        deadline = compute(clock, occurrence, places)
        last = before[-1] if before else None
        if last is not None and (last.occurrence, last.deadline) == (occurrence, deadline):
            continue
        yield DeadlineComputed(
            case=case.reference,
            day=today,
            clock=clock.id,
            trigger=clock.event,
            actor=clock.actor,
            occurrence=occurrence,
            places=places,
            deadline=deadline,
            why=why,
            replaces=len(before) or None,
        )
