"""What the law, the place and the mandate allow: asked before a letter is composed."""

from __future__ import annotations

from datetime import date

from passerby.errors import BadRecord, NoAddress, NoMandate, NoRight
from passerby.rights.facts.law import Actor, Clock, Event, Law, LawKind, Right, RightKind
from passerby.rights.facts.letter import LetterKind
from passerby.rights.facts.matter import Mandate, MandateKind, Matter, Sent
from passerby.rights.facts.party import Channel
from passerby.rights.facts.source import text_in

REQUESTED = (
    RightKind.ACCESS,
    RightKind.ERASURE,
    RightKind.OBJECTION,
    RightKind.NO_COLLECTION,
    RightKind.OPT_OUT,
    RightKind.LIMIT,
)
"""Rights that a request can exercise, in the order in which it does."""

_OWN_RIGHT = {
    LetterKind.COMPLAINT: RightKind.COMPLAINT,
    LetterKind.NOTICE: RightKind.NOTICE,
    LetterKind.RECORDS: RightKind.RECORDS,
}
"""Letters that rest on a right of their own, whatever was asked for."""

_OF_RECORDS = frozenset({LetterKind.REMINDER, LetterKind.WITHDRAWAL, LetterKind.APPEAL})
"""Letters that can follow a request for records."""

_FIRST = frozenset({LetterKind.REQUEST, LetterKind.RECORDS, LetterKind.NOTICE})
"""Letters that need none before them."""


def check_bounds(matter: Matter, kind: LetterKind) -> None:
    """Raise NoRight, NoMandate, NoAddress or BadRecord where the letter may not be written."""
    _check_place(matter)
    if kind in _OWN_RIGHT:
        right_of(matter, _OWN_RIGHT[kind])
    elif matter.law.kind is not LawKind.PUBLIC_RECORDS:
        requested(matter)
    elif kind not in _OF_RECORDS:
        raise NoRight(f"{name_of(matter.law)} has no letter of the kind {kind}")
    if kind is LetterKind.APPEAL and not appeals(matter.law):
        raise NoRight(f"{name_of(matter.law)} knows no appeal")
    if matter.mandate is not None:
        _check_mandate(matter.mandate, matter, kind)
    _check_parties(matter, kind)
    if kind not in _FIRST:
        first_sent(matter)


def requested(matter: Matter) -> tuple[Right, ...]:
    """Return the rights that are exercised, in the order of a request. Raises NoRight where the
    law does not give one of them there, or where none was asked for."""
    for right in matter.rights:
        if right not in REQUESTED:
            raise NoRight(
                f"a request cannot ask for {right.value!r}: that is a letter of its own",
                "Leave it out of --right.",
            )
    found = tuple(right_of(matter, kind) for kind in REQUESTED if kind in matter.rights)
    for given in found:
        clock = clock_of(matter.law, given)
        if clock is not None and clock.repeats is not None:
            raise NoRight(
                f"{name_of(matter.law)} is used by way of a list that companies have to read "
                "again and again: no letter sets its clock going",
                "Enter the list, and write under another law of the place.",
            )
    if not found:
        raise NoRight("no right was asked for", "Name at least one with --right.")
    return found


def right_of(matter: Matter, kind: RightKind) -> Right:
    """Return a right of the law. Raises NoRight where the law does not give it in the place."""
    right = matter.law.rights.get(kind)
    place = place_of(matter)
    if right is None or (right.places is not None and not _inside(place, right.places)):
        raise NoRight(f"{name_of(matter.law)} does not give the right {kind.value!r} in {place}")
    return right


def asked_rights(matter: Matter) -> tuple[Right, ...]:
    """Return what the first letter asked for. Raises NoRight as `requested` does."""
    if matter.law.kind is LawKind.PUBLIC_RECORDS:
        return (right_of(matter, RightKind.RECORDS),)
    return requested(matter)


def place_of(matter: Matter) -> str:
    """Return the place that the law has to apply in: a law of records applies to agencies, every
    other one protects people."""
    if matter.law.kind is LawKind.PUBLIC_RECORDS and matter.agency is not None:
        return matter.agency.place
    return matter.place


def by_seat(matter: Matter) -> bool:
    """Return whether the law reaches the person only because of where the company sits."""
    seat = None if matter.controller is None else matter.controller.seat
    return matter.law.binds_by_seat(place_of(matter), seat)


def clock_of(law: Law, right: Right) -> Clock | None:
    """Return the clock that runs on a right; None when none does."""
    return None if right.clock is None else law.clocks[right.clock]


def appeals(law: Law) -> tuple[Clock, ...]:
    """Return the clocks that show how the law's appeal works: that of its decision or, where
    the law keeps none, that of the time to bring it; none where it has no appeal."""
    clocks = tuple(law.clocks.values())
    decided = tuple(clock for clock in clocks if clock.event is Event.APPEAL)
    brought = tuple(
        clock for clock in clocks if clock.event is Event.REFUSAL and clock.actor is Actor.REQUESTER
    )
    return decided or brought


def first_sent(matter: Matter) -> Sent:
    """Return the letter that began the matter. Raises BadRecord when none was sent."""
    begun = [sent for sent in matter.sent if sent.kind in _FIRST]
    if not begun:
        raise BadRecord(
            "no request is on record that this letter could follow",
            "Record it first with `passerby request sent`.",
        )
    return min(begun, key=lambda sent: sent.sent)


def name_of(law: Law) -> str:
    """Return the law's name in English, for messages."""
    return text_in(law.names, "en")


def _check_place(matter: Matter) -> None:
    law, place = matter.law, place_of(matter)
    if not law.holds_in(place) and not by_seat(matter):
        raise NoRight(f"{name_of(law)} does not apply in {place}")
    ended = law.applies_to is not None and matter.day >= law.applies_to
    if matter.day < law.applies_from or ended:
        raise NoRight(f"this version of {name_of(law)} does not apply on {matter.day}")


def _inside(place: str, places: tuple[str, ...]) -> bool:
    return place in places or place.partition("-")[0] in places


def _check_mandate(mandate: Mandate, matter: Matter, kind: LetterKind) -> None:
    if mandate.evidence is None:
        raise NoMandate(f"the mandate of {mandate.since} has no document on record to enclose")
    if not _in_force(mandate, matter.day):
        raise NoMandate(f"the mandate on record is not in force on {matter.day}")
    if mandate.kind is MandateKind.ORGANISATION and kind is not LetterKind.COMPLAINT:
        raise NoMandate(
            "a mandate of GDPR 80(1) covers complaints and remedies, not this letter",
            "Record a power of attorney with `passerby request mandate add`.",
        )
    american = all(place.partition("-")[0] == "US" for place in matter.law.places)
    if mandate.kind is MandateKind.AGENT and not american:
        raise NoMandate(
            f"{name_of(matter.law)} knows no authorised agent",
            "Record a power of attorney with `passerby request mandate add`.",
        )


def _in_force(mandate: Mandate, day: date) -> bool:
    return mandate.since <= day and (mandate.until is None or day <= mandate.until)


def _check_parties(matter: Matter, kind: LetterKind) -> None:
    if (matter.controller is None) == (matter.agency is None):
        raise BadRecord("a matter has either a company or an agency on the other side")
    if kind is LetterKind.RECORDS and matter.agency is None:
        raise BadRecord("a request for records goes to an agency, not to a company")
    if kind is LetterKind.COMPLAINT and matter.authority is None:
        raise NoAddress(f"no supervisory authority is known to complain to for {matter.place}")
    writer = matter.client if matter.mandate is None else matter.mandate.holder
    if not writer.email and not any(line.strip() for line in writer.address):
        raise BadRecord("the sender has neither an e-mail address nor a postal one to answer to")
    contact = matter.contact
    if not contact.value.strip() or contact.channel is Channel.PHONE:
        raise NoAddress("there is no address that a letter could go to")
