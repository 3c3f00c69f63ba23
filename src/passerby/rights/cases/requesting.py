"""What a new case asks of whom: checked against what is known before anything is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from passerby.errors import BadRecord, NoRight, UsageError
from passerby.rights.cases.events import CaseOpened
from passerby.rights.facts.law import Law, LawKind, RightKind
from passerby.rights.facts.letter import LetterKind
from passerby.rights.facts.matter import Agency
from passerby.rights.knowledge import Knowledge

FIRST_LETTER = {
    LawKind.DATA_PROTECTION: LetterKind.REQUEST,
    LawKind.NOTICE: LetterKind.NOTICE,
    LawKind.PUBLIC_RECORDS: LetterKind.RECORDS,
}
"""The letter that a case under each kind of law begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a case is opened for. `controller` is the id of a company of the knowledge; exactly
    one of it and `agency` is there. `authority`, where somebody chose it, is the id of the one
    that a complaint goes to; `calendars` are further places whose holidays may count."""

    controller: str | None = None
    agency: Agency | None = None
    law: str
    rights: tuple[RightKind, ...]
    place: str
    purpose: str
    background: tuple[str, ...] = ()
    words_language: str
    mandate_id: str | None = None
    authority: str | None = None
    calendars: tuple[str, ...] = ()


def check_request(request: Request, knowledge: Knowledge, day: date) -> Law:
    """Return the law of a request as it holds on a day.

    Raises UnknownName (law, company, authority), NoRight (the law gives a right not there, or
    not at all), BadRecord (no purpose), UsageError (a records request to a company or the like).
    """
    law = knowledge.law(request.law, on=day)
    if (request.controller is None) == (request.agency is None):
        raise UsageError("a request is to one company or to one agency")
    records = law.kind is LawKind.PUBLIC_RECORDS
    if records != (request.agency is not None):
        who = "an agency" if records else "a company"
        raise UsageError(f"a request under {law.id} is to {who}")
    seat = None
    if request.controller is not None:
        seat = knowledge.controller(request.controller).seat
    if request.authority is not None:
        knowledge.authority(request.authority)
    if not request.rights:
        raise UsageError("no right was named")
    place = request.agency.place if request.agency is not None else request.place
    for kind in request.rights:
        check_right(law, kind, place, seat)
    if not request.purpose.strip():
        raise BadRecord(
            "the purpose is missing: why she asks, in her own words",
            "A first request without one can be refused as abusive (CJEU C-526/24): add it.",
        )
    return law


def opening_of(request: Request, law: Law, reference: str, day: date) -> CaseOpened:
    """Return the event that opens a case for a request under this version of its law."""
    return CaseOpened(
        case=reference,
        day=day,
        controller=request.controller,
        agency=request.agency,
        law=law.id,
        law_version=law.applies_from,
        rights=request.rights,
        place=request.place,
        purpose=request.purpose,
        background=request.background,
        words_language=request.words_language,
        mandate_id=request.mandate_id,
        authority=request.authority,
        calendars=request.calendars,
    )


def check_right(law: Law, kind: RightKind, place: str, seat: str | None = None) -> None:
    """Raise NoRight unless the law gives a right to who is in a place, against a company that
    sits in another: some laws bind their own companies, wherever the person is."""
    right = law.rights.get(kind)
    if right is None:
        known = ", ".join(law.rights)
        raise NoRight(f"{law.id} does not give the right {kind}; it gives {known}")
    if right.places is None and law.binds_by_seat(place, seat):
        return
    places = law.places if right.places is None else right.places
    if not any(place == known or place.startswith(f"{known}-") for known in places):
        inner = sorted(known for known in places if known.startswith(f"{place}-"))
        if inner:
            raise NoRight(
                f"{law.id} gives the right {kind} in a part of {place} only",
                f"Name the part: {', '.join(inner)}.",
            )
        raise NoRight(f"{law.id} does not give the right {kind} in {place}")
