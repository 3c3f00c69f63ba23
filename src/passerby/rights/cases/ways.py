"""The way a letter goes: to which address, by which channel and in which language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from passerby.errors import NoAddress
from passerby.rights.cases.events import LetterDrafted
from passerby.rights.cases.state import Case
from passerby.rights.facts.letter import LetterKind
from passerby.rights.facts.party import Authority, Channel, Contact, Controller
from passerby.rights.facts.source import Confidence, Source

_BEST_FIRST = (Channel.EMAIL, Channel.POST, Channel.FORM, Channel.FAX)
"""In which order the ways to reach somebody are tried; nobody is phoned."""


def last_way(case: Case, kind: LetterKind, authority: str | None) -> LetterDrafted | None:
    """Return the case's latest letter to whom a letter of this kind goes: the company or the
    agency, or for a complaint the authority of this id. None when there is none yet."""
    for letter in reversed(case.letters):
        drafted = letter.drafted
        if kind is LetterKind.COMPLAINT:
            same = drafted.kind is kind and drafted.authority == authority
        else:
            same = drafted.kind is not LetterKind.COMPLAINT
        if same:
            return drafted
    return None


def given_contact(to: str, channel: Channel, day: date) -> Contact:
    """Return an address that the client named herself on a day: she answers for it."""
    return Contact(
        channel=channel,
        value=to,
        source=Source(title="given by the client", checked=day),
        checked=day,
        confidence=Confidence.READ,
    )


def contact_of(
    case: Case,
    kind: LetterKind,
    controller: Controller | None,
    authority: Authority | None,
    channel: Channel | None,
) -> Contact:
    """Return the address for a letter to which none was given: that of the case's latest letter
    to the same side, unless another channel is wanted; else the best that is known.

    An address that came from what is known is looked up there again, with its doubts, and is
    not used once it is no longer known. Raises NoAddress.
    """
    name, contacts, missing = _known(case, kind, controller, authority)
    way = last_way(case, kind, authority.id if authority else None)
    if way is not None and channel in {None, way.channel}:
        if way.to_given:
            return given_contact(way.to, way.channel, way.day)
        for contact in contacts:
            if (contact.channel, contact.value) == (way.channel, way.to):
                return contact
    found = best_contact(contacts, _BEST_FIRST if channel is None else (channel,))
    if found is None:
        by = f" by {channel}" if channel is not None else ""
        what = "; ".join(each.rstrip(".") for each in missing)
        look_up = f" Missing: {what}." if missing else ""
        raise NoAddress(
            f"no sourced address of {name} is known{by}",
            f"Look it up and give it with --to, or add it in a file of your own.{look_up}",
        )
    return found


def _known(
    case: Case, kind: LetterKind, controller: Controller | None, authority: Authority | None
) -> tuple[str, tuple[Contact, ...], tuple[str, ...]]:
    """Return the name of who the letter goes to, the addresses that are known, and what is
    missing of them."""
    if kind is LetterKind.COMPLAINT:
        return "the authority", authority.contacts if authority else (), ()
    if controller is not None:
        return controller.name, controller.contacts, controller.missing
    agency = case.opened.agency
    return (agency.name, agency.contacts, ()) if agency else ("", (), ())


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
