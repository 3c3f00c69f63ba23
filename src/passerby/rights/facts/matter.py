"""All that a letter can speak of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from passerby.rights.facts.deadline import Deadline
from passerby.rights.facts.law import Law, RightKind
from passerby.rights.facts.party import Authority, Contact, Controller, Ruling
from passerby.rights.facts.point import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A data subject or who acts for her. `address` are the lines of a postal address; with
    `care_of` they are somebody else's, so that her home stays hidden."""

    name: str
    address: tuple[str, ...] = ()
    email: str | None = None
    care_of: str | None = None


class MandateKind(StrEnum):
    """What allows somebody to act for a data subject."""

    ATTORNEY = "attorney"
    """A power of attorney for the data subject's rights (GDPR 15 to 22)."""
    ORGANISATION = "organisation"
    """A body of GDPR 80(1): for complaints and remedies."""
    AGENT = "agent"
    """A signed permission for an authorised agent (CCPA)."""
    GUARDIAN = "guardian"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """A mandate on record. `evidence` is the sha256 of its document; None: none was given."""

    kind: MandateKind
    holder: Person
    since: date
    until: date | None
    evidence: str | None


class Asked(StrEnum):
    """What the other side demanded before it would answer."""

    PHOTO = "photo"
    ID = "id"
    SELFIE = "selfie"
    FORM = "form"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A letter of the same case that went out before. `files` are the names of those that go
    with the letter that speaks of it."""

    kind: str
    reference: str
    sent: date
    received: date | None
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back. `files` are the names of those that go with the letter that speaks of it."""

    day: date
    refused: bool
    points: tuple[Answered, ...]
    asked: tuple[Asked, ...]
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """A public body that is asked for its records on face search."""

    name: str
    place: str
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """The watermarked crop that goes with a letter: the only picture that ever does."""

    file_name: str
    sha256: str
    watermark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One request, as far as it has come.

    `place` is the ISO 3166 code of where the person is. `purpose` and `background` are the
    client's own words (why she asks; what she knows: where she found herself, which pages), in
    `words_language`: they make a letter hers. Exactly one of `controller` and `agency` is there.
    `contact` is the address that the letter goes to, `deadline` the one that runs on the first
    request.
    """

    reference: str
    day: date
    law: Law
    rights: tuple[RightKind, ...]
    place: str
    client: Person
    mandate: Mandate | None
    controller: Controller | None
    agency: Agency | None
    contact: Contact
    authority: Authority | None
    purpose: str
    background: tuple[str, ...]
    words_language: str
    rulings: tuple[Ruling, ...]
    sent: tuple[Sent, ...] = ()
    replies: tuple[Reply, ...] = ()
    deadline: Deadline | None = None
    crop: Crop | None = None
    anchor: str | None = None
    doubts: tuple[str, ...] = field(default=())
