"""What happened, one frozen record for each thing: all that is kept of a client.

A client's history is a list of these, oldest first; `fold` makes of it what stands now. Days are
those on which a thing happened, as the client or the clinic knows it; when it was recorded is
kept by the store. `case` is the case's reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from passerby.rights.cases.status import Reason
from passerby.rights.facts.deadline import Deadline, Occurrence
from passerby.rights.facts.law import Actor, RightKind
from passerby.rights.facts.law import Event as Trigger
from passerby.rights.facts.letter import LetterKind
from passerby.rights.facts.matter import Agency, Asked, Mandate, Person
from passerby.rights.facts.party import Channel
from passerby.rights.facts.point import Answered


class Role(StrEnum):
    """What a kept file is."""

    TEXT = "text"
    EML = "eml"
    PDF = "pdf"
    READING_COPY = "reading-copy"
    """A letter in the client's language; it is not sent."""
    PROOF = "proof"
    """Of sending or of receipt: a mail as it went out, a postal receipt."""
    REPLY = "reply"
    """What came back, as it came."""
    MANDATE = "mandate"
    SIGNING_KEY = "signing-key"
    """The private key that signs the client's bundles. It never leaves the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file beside a record. `name` is the one it has in the store, `sha256` that of its
    bytes, `file_name` the one that a person sees."""

    name: str
    sha256: str
    role: Role
    file_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is kept of a client. `place` is the ISO 3166 code of where she is, `language` hers.
    `contact` is how she herself is reached; it never stands in a letter."""

    person: Person
    language: str
    place: str
    contact: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientAdded:
    """The first record of every history."""

    profile: Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientChanged:
    """The profile as it is from now on. Letters that went out keep what they said."""

    profile: Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateAdded:
    """Somebody may act for the client. `file` is the document that says so."""

    mandate_id: str
    mandate: Mandate
    file: Attachment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateEnded:
    """From `day` on the mandate holds no longer."""

    mandate_id: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened:
    """A request is prepared, to a controller of the knowledge or to an agency.

    `law_version` is the day from which the law's row applies. `purpose` and `background` are
    the client's own words, in `words_language`. `mandate_id`: who acts for her, None when she
    writes herself. `calendars` are further places whose holidays may count.
    """

    case: str
    day: date
    controller: str | None
    agency: Agency | None
    law: str
    law_version: date
    rights: tuple[RightKind, ...]
    place: str
    purpose: str
    background: tuple[str, ...]
    words_language: str
    mandate_id: str | None = None
    authority: str | None = None
    calendars: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterDrafted:
    """A letter was composed. `letter` counts the case's letters: `1`, `2`, ... `authority` is
    the one it goes to, where it goes to one. `doubts` is how many reasons there were to check
    it before it goes out. `to_given`: the client named the address herself, and it was not looked
    up in what is known."""

    case: str
    letter: int
    kind: LetterKind
    language: str
    day: date
    channel: Channel
    to: str
    files: tuple[Attachment, ...]
    message_id: str | None = None
    mandate_id: str | None = None
    authority: str | None = None
    doubts: int = 0
    to_given: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionBegan:
    """A letter is handed to the mail server from this moment on. With nothing of it recorded
    after this, it is not known whether it went out."""

    case: str
    letter: int
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionRefused:
    """The server did not take it: it did not go out."""

    case: str
    letter: int
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterSent:
    """A letter went out. `message_id` is the one that it really had: mail programs replace it."""

    case: str
    letter: int
    day: date
    channel: Channel
    message_id: str | None = None
    proof: Attachment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRecorded:
    """The other side received a letter. A later record of the same letter corrects this one."""

    case: str
    letter: int
    day: date
    proof: Attachment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityDemanded:
    """The other side wants proof of who she is before it goes on."""

    case: str
    day: date
    asked: tuple[Asked, ...]
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseBegan:
    """The clock stands still from this day on."""

    case: str
    day: date
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseEnded:
    """The clock runs again, from this day on."""

    case: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionAnnounced:
    """The other side gave itself more time, with the reasons that it wrote."""

    case: str
    day: date
    reasons: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRecorded:
    """What came back, read point by point. `refused`: as a whole. `reason` is why it was
    refused, in the protocol's words; None when it was not."""

    case: str
    day: date
    refused: bool
    points: tuple[Answered, ...]
    asked: tuple[Asked, ...] = ()
    reason: Reason | None = None
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineComputed:
    """When something is due, as computed on `day` from `occurrence` and `places`.

    `clock` is the law's, `trigger` what sets it going and `actor` who has to act. `replaces` is
    the number of the computation of the same clock before this one, from 1; None: this is the
    first. `why` says what made it necessary.
    """

    case: str
    day: date
    clock: str
    trigger: Trigger
    actor: Actor
    occurrence: Occurrence
    places: tuple[str, ...]
    deadline: Deadline
    why: str
    replaces: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated:
    """The case went on, by a letter of the case: to an authority, or by an appeal."""

    case: str
    day: date
    letter: int
    kind: LetterKind
    authority: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalHoldSet:
    """The client's records must not be erased, for the reason given."""

    day: date
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalHoldLifted:
    """They may be erased again."""

    day: date
    why: str


class Closing(StrEnum):
    """Why a case is pursued no longer."""

    FULFILLED = "fulfilled"
    WITHDRAWN = "withdrawn"
    """The client does not want it any more."""
    EXPIRED = "expired"
    """The time for what could have been done is over."""
    COURT = "court"
    """It goes on in court, and so elsewhere."""
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClosed:
    """Nothing more is written in this case."""

    case: str
    day: date
    reason: Closing
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """Files about the client were written outside the store: who erases her has to look there.
    `where` are their paths. `case` None: files about the client herself."""

    case: str | None
    day: date
    where: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKeyMade:
    """Bundles about the client are signed with this key from now on: one of her own, which is
    destroyed with her records. `fingerprint` is that of the public key."""

    day: date
    fingerprint: str
    file: Attachment


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSet:
    """The client's records are to be kept until this day, and not longer. None: undecided."""

    day: date
    until: date | None


CaseEvent = (
    CaseOpened
    | LetterDrafted
    | SubmissionBegan
    | SubmissionRefused
    | LetterSent
    | ReceiptRecorded
    | IdentityDemanded
    | PauseBegan
    | PauseEnded
    | ExtensionAnnounced
    | ReplyRecorded
    | DeadlineComputed
    | Escalated
    | CaseClosed
)
"""What happens in one case."""

ClientEvent = (
    ClientAdded
    | ClientChanged
    | MandateAdded
    | MandateEnded
    | LegalHoldSet
    | LegalHoldLifted
    | Exported
    | RetentionSet
    | SigningKeyMade
)
"""What happens to the client's records as a whole."""

Event = ClientEvent | CaseEvent
