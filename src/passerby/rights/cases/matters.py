"""A case as a letter sees it: everything on record, joined with what is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from passerby.errors import NoAddress, UnknownName
from passerby.rights.cases.mandates import mandate_for
from passerby.rights.cases.state import Case, Client
from passerby.rights.facts.letter import LetterKind
from passerby.rights.facts.matter import Crop, Matter, Reply, Sent
from passerby.rights.facts.party import Authority, Channel, Contact, Controller, Remit
from passerby.rights.facts.source import Confidence, Source
from passerby.rights.knowledge import Knowledge

_BEST_FIRST = (Channel.EMAIL, Channel.POST, Channel.FORM, Channel.FAX)
"""In which order the ways to reach somebody are tried; nobody is phoned."""


HERSELF = "none"
"""Stands for a mandate where the client writes herself in a case that somebody else began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants of a letter, beyond its kind. All can be left open: `channel`: the
    best that is known; `to`: an address of her own, for that channel; `authority`: the one of
    the case, else the one of the place; `mandate_id`: the case's, and `HERSELF` for none."""

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
    authority = _authority(case, kind, knowledge, wanted)
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
        deadline=case.deadline,
        crop=wanted.crop,
        anchor=anchor,
    )


def _authority(
    case: Case, kind: LetterKind, knowledge: Knowledge, wanted: Wanted
) -> Authority | None:
    name = wanted.authority or case.opened.authority
    if name is not None:
        return knowledge.authority(name)
    remit = Remit.COMPANIES if case.opened.agency is None else Remit.PUBLIC_BODIES
    try:
        return knowledge.authority_for(case.opened.place, remit)
    except UnknownName as error:
        if kind is LetterKind.COMPLAINT:
            raise UnknownName(error.message, f"{error.hint} Or give --authority.") from error
        return None


def _contact(
    case: Case,
    kind: LetterKind,
    controller: Controller | None,
    authority: Authority | None,
    wanted: Wanted,
    day: date,
) -> Contact:
    if wanted.to is not None:
        return Contact(
            channel=wanted.channel or Channel.EMAIL,
            value=wanted.to,
            source=Source(title="given by the client", checked=day),
            checked=day,
            confidence=Confidence.READ,
        )
    missing: tuple[str, ...] = ()
    if kind is LetterKind.COMPLAINT:
        name, contacts = ("the authority", authority.contacts if authority else ())
    elif controller is not None:
        name, contacts, missing = controller.name, controller.contacts, controller.missing
    else:
        agency = case.opened.agency
        name, contacts = (agency.name, agency.contacts) if agency else ("", ())
    channels = _BEST_FIRST if wanted.channel is None else (wanted.channel,)
    found = best_contact(contacts, channels)
    if found is None:
        way = f" by {wanted.channel}" if wanted.channel is not None else ""
        look_up = f" Missing: {'; '.join(missing)}." if missing else ""
        raise NoAddress(
            f"no sourced address of {name} is known{way}",
            f"Look it up and give it with --to, or add it in a file of your own.{look_up}",
        )
    return found


def best_contact(contacts: Iterable[Contact], channels: Iterable[Channel]) -> Contact | None:
    """Return the first address of the first of these channels that has one; of several, one that
    is for all purposes goes before one that is for some."""
    known = tuple(contacts)
    for channel in channels:
        fit = sorted(
            (one for one in known if one.channel is channel), key=lambda c: c.purpose != ""
        )
        if fit:
            return fit[0]
    return None


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
