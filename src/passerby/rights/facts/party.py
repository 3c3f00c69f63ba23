"""Whom letters go to: controllers, agencies, and the authorities above them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from passerby.rights.facts.source import Confidence, Source, Texts


class Channel(StrEnum):
    """A way to reach somebody."""

    EMAIL = "email"
    POST = "post"
    FORM = "form"
    FAX = "fax"
    PHONE = "phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One address. Sources may contradict each other: each address stands for itself, and the
    first of a channel is the one that is used. `checked` None: nobody has tried it.
    `purpose` narrows it: which requests it is for, in English; empty for all."""

    channel: Channel
    value: str
    """An e-mail address, a URL, a number, or the lines of a postal address."""
    source: Source
    checked: date | None
    confidence: Confidence
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a company asks for before it answers: a photo, an ID, a form of its own."""

    what: str
    """`email`, `photo`, `id`, `selfie`, `phone`, `masked-id`, `form`."""
    confidence: Confidence
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """A face-search company. `seat` is the ISO 3166 code of where it sits, `authority` the id
    of the one in charge of it inside the EU or UK, where there is one."""

    id: str
    name: str
    also: tuple[str, ...]
    """Other names: of the service, of earlier companies."""
    seat: str | None
    languages: tuple[str, ...]
    """In which letters are read there, best first."""
    contacts: tuple[Contact, ...]
    demands: tuple[Demand, ...]
    authority: str | None
    sources: tuple[Source, ...]
    conflicts: tuple[str, ...]
    """What sources disagree on, in English."""
    missing: tuple[str, ...]
    """What has to be looked up before a letter can go out, in English; empty when nothing."""


class Remit(StrEnum):
    """Whom an authority supervises in its places."""

    COMPANIES = "companies"
    """Private bodies, face-search companies among them."""
    PUBLIC_BODIES = "public-bodies"
    """Agencies and the police."""
    CHURCH = "church"
    """The bodies of one church only."""
    BROADCASTING = "broadcasting"
    """Broadcasters of public law only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A supervisory authority. `places` are those where it supervises whom `remits` name; none
    for one that supervises single bodies wherever they sit, such as a church's. `languages` are
    those in which it takes complaints; empty when unknown."""

    id: str
    names: Texts
    places: tuple[str, ...]
    languages: tuple[str, ...]
    contacts: tuple[Contact, ...]
    sources: tuple[Source, ...]
    remits: tuple[Remit, ...] = (Remit.COMPANIES, Remit.PUBLIC_BODIES)


class Finality(StrEnum):
    """Whether a decision can still be changed."""

    FINAL = "final"
    NOT_FINAL = "not-final"
    ANNULLED = "annulled"
    UNKNOWN = "unknown"


class RulingKind(StrEnum):
    """What a letter cites."""

    DECISION = "decision"
    """Of a court or an authority; `day` is when it was made."""
    SETTLEMENT = "settlement"
    """A consent order or a settlement that a court approved; `day` is when it did."""
    PROVISION = "provision"
    """Of an act that is no law of requests itself; `day` is the first on which it applies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What a court or an authority decided. A letter cites it when it is final, or says that it
    is not. `supports` are keys of what it can be cited for (`named-recipients`,
    `no-collection`, `unlawful-scraping`, ...), `laws` the laws it was made under."""

    id: str
    by: Texts
    reference: str
    day: date
    outcome: Texts
    controller: str | None
    finality: Finality
    finality_note: Texts
    laws: tuple[str, ...]
    supports: tuple[str, ...]
    confidence: Confidence
    sources: tuple[Source, ...]
    kind: RulingKind = RulingKind.DECISION
    month_only: bool = False
    """Only the month is known; `day` is then the last of it, and no text may name it."""
