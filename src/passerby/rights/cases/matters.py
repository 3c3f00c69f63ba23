"""A case as a letter sees it: everything on record, joined with what is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from passerby.errors import UnknownName
from passerby.rights.cases.mandates import mandate_for
from passerby.rights.cases.state import FIRST, Case, Client
from passerby.rights.cases.timing import holiday_places, provisional
from passerby.rights.cases.ways import contact_of, given_contact
from passerby.rights.facts.deadline import Deadline
from passerby.rights.facts.law import Law
from passerby.rights.facts.letter import LetterKind
from passerby.rights.facts.matter import Crop, Matter, Reply, Sent
from passerby.rights.facts.party import Authority, Channel, Contact, Controller, Remit
from passerby.rights.knowledge import Knowledge
from passerby.rights.letters.bounds import REQUESTED

HERSELF = "none"
"""Stands for a mandate where the client writes herself in a case that somebody else began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants of a letter, beyond its kind. All can be left open: `channel` and
    `to`, an address of her own for that channel: those of the case's latest letter to the same
    side, else the best that is known; `authority`: that of the case's latest complaint, else the
    one of the case, else the one of the place; `mandate_id`: the case's, and `HERSELF` for
    none."""

    channel: Channel | None = None
    to: str | None = None
    authority: str | None = None
    mandate_id: str | None = None
    crop: Crop | None = None

    def acting(self, case: Case) -> str | None:
        """Return the id of the mandate under which the letter is written; None: she writes."""
        if self.mandate_id is None:
            return case.opened.mandate_id
        return None if self.mandate_id == HERSELF else self.mandate_id


def matter_of(
    client: Client,
    case: Case,
    kind: LetterKind,
    knowledge: Knowledge,
    *,
    day: date,
    anchor: str,
    wanted: Wanted,
) -> Matter:
    """Return what a letter of this kind, written on this day, can speak of.

    Raises NoMandate, NoAddress, and UnknownName when a complaint has no authority to go to.
    """
    opened = case.opened
    law = knowledge.law(opened.law, on=day)
    controller = None if opened.controller is None else knowledge.controller(opened.controller)
    authority = _authority(case, kind, law, knowledge, wanted)
    return Matter(
        reference=case.reference,
        day=day,
        law=law,
        rights=opened.rights,
        place=opened.place,
        client=client.profile.person,
        mandate=mandate_for(client, wanted.acting(case), kind, law, day),
        controller=controller,
        agency=opened.agency,
        contact=_contact(case, kind, controller, authority, wanted, day),
        authority=authority,
        purpose=opened.purpose,
        background=opened.background,
        words_language=opened.words_language,
        rulings=knowledge.rulings(controller=opened.controller, law=opened.law),
        sent=_sent(case),
        replies=_replies(case),
        deadline=_deadline(case, kind, law, controller, day),
        crop=wanted.crop,
        anchor=anchor,
    )


def _deadline(
    case: Case, kind: LetterKind, law: Law, controller: Controller | None, day: date
) -> Deadline | None:
    """The deadline that runs; for a first letter the one that would, were it received today."""
    if kind not in FIRST:
        return case.deadline
    rights = [right for right in REQUESTED if right in case.opened.rights]
    return provisional(law, rights or case.opened.rights, holiday_places(case, controller), day)


def _authority(
    case: Case, kind: LetterKind, law: Law, knowledge: Knowledge, wanted: Wanted
) -> Authority | None:
    complaints = [each.drafted for each in case.letters if each.drafted.kind is kind]
    last = complaints[-1].authority if complaints and kind is LetterKind.COMPLAINT else None
    chosen = wanted.authority or last or case.opened.authority
    name = chosen or _authority_of_seat(case, law, knowledge)
    if name is not None:
        return knowledge.authority(name)
    remit = Remit.COMPANIES if case.opened.agency is None else Remit.PUBLIC_BODIES
    try:
        return knowledge.authority_for(case.opened.place, remit)
    except UnknownName as error:
        if kind is LetterKind.COMPLAINT:
            raise UnknownName(error.message, f"{error.hint} Or give --authority.") from error
        return None


def _authority_of_seat(case: Case, law: Law, knowledge: Knowledge) -> str | None:
    """The authority in charge of a company that the law binds because of where it sits: the
    one of the client's place is not under that law."""
    if case.opened.controller is None:
        return None
    controller = knowledge.controller(case.opened.controller)
    by_seat = law.binds_by_seat(case.opened.place, controller.seat)
    return controller.authority if by_seat else None


def _contact(
    case: Case,
    kind: LetterKind,
    controller: Controller | None,
    authority: Authority | None,
    wanted: Wanted,
    day: date,
) -> Contact:
    if wanted.to is not None:
        return given_contact(wanted.to, wanted.channel or Channel.EMAIL, day)
    return contact_of(case, kind, controller, authority, wanted.channel)


def _sent(case: Case) -> tuple[Sent, ...]:
    return tuple(
        Sent(
            kind=letter.drafted.kind.value,
            reference=case.reference,
            sent=letter.sent.day,
            received=letter.received.day if letter.received else None,
        )
        for letter in case.letters
        if letter.sent is not None
    )


def _replies(case: Case) -> tuple[Reply, ...]:
    """What came back: replies and demands for proof of identity, in the order they came."""
    demands = [
        Reply(day=demand.day, refused=False, points=(), asked=demand.asked)
        for demand in case.demands
    ]
    replies = [
        Reply(day=reply.day, refused=reply.refused, points=reply.points, asked=reply.asked)
        for reply in case.replies
    ]
    return tuple(sorted((*demands, *replies), key=lambda reply: reply.day))
