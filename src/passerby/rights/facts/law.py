"""A law: the rights that it gives, and the clocks that run on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from passerby.rights.facts.source import Confidence, Source, Texts


class LawKind(StrEnum):
    """What a law is for, and so which letters it can carry."""

    DATA_PROTECTION = "data-protection"
    """Requests of a data subject to a controller."""
    NOTICE = "notice"
    """No request and no time to answer: a notice (Illinois BIPA)."""
    PUBLIC_RECORDS = "public-records"
    """Requests to an agency for its records."""


class RightKind(StrEnum):
    """What a person can ask for. The names are those of `--right`."""

    ACCESS = "access"
    """What is held, from where, to whom it went, and which searches were made."""
    ERASURE = "erasure"
    OBJECTION = "object"
    """To processing, and so to being collected again."""
    NO_COLLECTION = "no-collection"
    """A ban on collecting the person's data in future."""
    OPT_OUT = "opt-out"
    """Of sale and sharing."""
    LIMIT = "limit"
    """Limit the use of sensitive data."""
    COMPLAINT = "complaint"
    """To a supervisory authority."""
    NOTICE = "notice"
    """A notice under a law that gives no answer."""
    RECORDS = "records"
    """An agency's records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A provision, as it is cited in each language, and how it is known."""

    texts: Texts
    confidence: Confidence
    sources: tuple[str, ...]
    """Keys of the law's `sources`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """A right that a law gives.

    `contents` are the points that a full answer has to contain (see the checklist of replies),
    each with its provision. `clock` names the law's clock that runs on it; None when the law
    sets no time. `places` narrows the law's own, where only some of them give the right.
    """

    kind: RightKind
    citation: Citation
    contents: Mapping[str, Citation]
    clock: str | None
    places: tuple[str, ...] | None = None
    exceptions: tuple[Citation, ...] = ()


class Unit(StrEnum):
    """What a period is counted in."""

    MONTHS = "months"
    DAYS = "days"
    """Calendar days."""
    WORKING_DAYS = "working-days"
    """Days that are no Saturday, no Sunday and no public holiday of the place."""


class Start(StrEnum):
    """The event from which a period is counted."""

    SENT = "sent"
    RECEIVED = "received"


class Event(StrEnum):
    """What sets a clock going; the clock's `start` says whether sending or receiving it counts."""

    REQUEST = "request"
    """The data subject's, or the applicant's for records."""
    REFUSAL = "refusal"
    """The other side's, of a request."""
    APPEAL = "appeal"
    """Against a refusal, to the body that refused or the one above it."""
    COMPLAINT = "complaint"
    """To a controller or an authority."""


class Actor(StrEnum):
    """Who has to act before a clock runs out."""

    RECIPIENT = "recipient"
    """The controller or agency that was written to."""
    AUTHORITY = "authority"
    """The supervisory authority, or the body that decides an appeal."""
    REQUESTER = "requester"
    """The data subject or applicant: a right is lost after it. The earliest reading counts."""


class Roll(StrEnum):
    """What happens to a last day that is no working day."""

    NEXT_WORKING_DAY = "next-working-day"
    NONE = "none"
    """The law says that it stays."""
    UNSETTLED = "unsettled"
    """The law says nothing: both readings are computed."""


class Resume(StrEnum):
    """What runs once a stopped clock runs again."""

    REST = "rest"
    """What was left of the period: the clock stood still."""
    WHOLE = "whole"
    """The whole period, from the day on which what was missing arrived."""
    UNSETTLED = "unsettled"
    """The law does not say: both readings are computed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A number of months or days."""

    count: int
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How a law counts the time for one thing that has to be done.

    The day of the event is never counted (the rule of Regulation 1182/71, art. 3, and of all
    laws kept here). `extension` is added to `period` from the same event, not to a moved last
    day; None where the law allows none, or leaves its length open. `at_least_working_days`
    is the number of working days that a period has to hold. `calendar` names the holidays where
    they are not those of the place (`US` for the federal set); each further reading of an
    undefined "working day" stands in `other_calendars`. Places joined by `+` are one calendar:
    `GB-ENG+GB-SCT` has the holidays of both. `period` is None where the law sets none, and then
    `why_none` says so.
    """

    id: str
    citation: Citation
    start: Start
    period: Period | None
    extension: Period | None = None
    roll: Roll
    roll_citation: Citation | None = None
    at_least_working_days: int = 0
    resume: Resume = Resume.UNSETTLED
    """What runs after a pause."""
    calendar: str | None = None
    other_calendars: tuple[str, ...] = ()
    pauses: tuple[Citation, ...] = ()
    """What stops the clock: identity in doubt, a clarification, a fee."""
    why_none: Texts | None = None
    event: Event = Event.REQUEST
    actor: Actor = Actor.RECIPIENT
    extension_citation: Citation | None = None
    """Of the extension, where it is another provision than the period's."""
    at_least_citation: Citation | None = None
    """Of `at_least_working_days`: it weighs on a deadline only where that moved the day."""
    latest_start: Period | None = None
    """How long after the event the clock can still be standing at zero: until the request is at
    the right office (US FOIA), or a list has been read (California's DROP). The period then runs
    from the last day of this one in the latest reading, from the event in the earliest."""
    latest_start_citation: Citation | None = None
    repeats: Period | None = None
    """How often the duty comes again after it was met first; None: it does not."""
    silence: Citation | None = None
    """What makes silence a refusal when the clock has run out; None: nothing does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """One law, as it holds from `applies_from` until `applies_to` (the day after its last).

    `places` are the ISO 3166 codes where a person has these rights: `DE`, `US-CA`; a country
    stands for all its parts. `clocks` are kept by the clocks' own room.
    """

    id: str
    kind: LawKind
    names: Texts
    full_names: Texts
    places: tuple[str, ...]
    applies_from: date
    applies_to: date | None
    rights: Mapping[RightKind, Right]
    clocks: Mapping[str, Clock]
    sources: Mapping[str, Source]
    notes: Texts
    established: Citation | None = None
    """What gives the rights to everybody, wherever they are, against a company that sits in one
    of the places; None where nothing does."""

    def holds_in(self, place: str) -> bool:
        """Whether a person there has these rights, whoever the other side is."""
        return place in self.places or place.partition("-")[0] in self.places

    def binds_by_seat(self, place: str, seat: str | None) -> bool:
        """Whether a person in a place where the law does not hold has these rights all the same,
        because the company sits in one where it does."""
        if self.established is None or seat is None or self.holds_in(place):
            return False
        return self.holds_in(seat)
