"""What stands now: a client and her cases, as `fold` makes them of what happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from passerby.rights.cases.events import (
    CaseClosed,
    CaseOpened,
    DeadlineComputed,
    Escalated,
    Exported,
    ExtensionAnnounced,
    IdentityDemanded,
    LegalHoldSet,
    LetterDrafted,
    LetterSent,
    Profile,
    ReceiptRecorded,
    ReplyRecorded,
    SigningKeyMade,
    SubmissionBegan,
)
from passerby.rights.cases.status import Reason, Status
from passerby.rights.facts.deadline import Deadline, Occurrence, Pause
from passerby.rights.facts.law import Actor
from passerby.rights.facts.law import Event as Trigger
from passerby.rights.facts.letter import LetterKind
from passerby.rights.facts.matter import Mandate

FIRST = frozenset({LetterKind.REQUEST, LetterKind.NOTICE, LetterKind.RECORDS})
"""The letters that begin a case."""

COMPLAINING = frozenset({LetterKind.REMINDER, LetterKind.WANTING})
"""The letters to the other side that are a complaint to it, under laws that want it to have one
before any authority (United Kingdom, Data Protection Act 2018, s. 164A)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLetter:
    """A letter of a case, and how far it has come."""

    drafted: LetterDrafted
    sent: LetterSent | None = None
    received: ReceiptRecorded | None = None
    submission: SubmissionBegan | None = None
    """The last one that the server did not refuse."""

    @property
    def maybe_sent(self) -> date | None:
        """The day on which it may have gone out; None where it is known whether it did."""
        return self.submission.day if self.submission and not self.sent else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request to one controller or agency, under one law."""

    opened: CaseOpened
    status: Status = Status.DRAFT
    reason: Reason | None = None
    letters: tuple[KeptLetter, ...] = ()
    demands: tuple[IdentityDemanded, ...] = ()
    pauses: tuple[Pause, ...] = ()
    extension: ExtensionAnnounced | None = None
    replies: tuple[ReplyRecorded, ...] = ()
    deadlines: tuple[DeadlineComputed, ...] = ()
    """Every computation, of every clock, the newest last."""
    escalations: tuple[Escalated, ...] = ()
    closed: CaseClosed | None = None

    @property
    def reference(self) -> str:
        """What its letters and their answers are found by."""
        return self.opened.case

    @property
    def first(self) -> KeptLetter | None:
        """The letter that the clock runs on, once it was sent."""
        for letter in self.letters:
            if letter.sent is not None and letter.drafted.kind in FIRST:
                return letter
        return None

    @property
    def occurrence(self) -> Occurrence | None:
        """What the clock is computed from; None before the first letter was sent."""
        first = self.first
        if first is None or first.sent is None:
            return None
        return Occurrence(
            sent=first.sent.day,
            received=first.received.day if first.received else None,
            pauses=self.pauses,
            extended_on=self.extension.day if self.extension else None,
        )

    def occurrence_of(self, trigger: Trigger, actor: Actor) -> Occurrence | None:
        """What the clock of this actor is computed from that such an event sets going; None
        while there was no such event. A complaint that the other side itself has to answer is
        the letter to it that says so, not the one to the authority."""
        if trigger is Trigger.REQUEST:
            return self.occurrence
        if trigger is Trigger.REFUSAL:
            days = [reply.day for reply in self.replies if reply.refused]
            return Occurrence(sent=days[-1], received=days[-1]) if days else None
        kinds = frozenset({LetterKind.COMPLAINT})
        if trigger is Trigger.APPEAL:
            kinds = frozenset({LetterKind.APPEAL})
        elif actor is Actor.RECIPIENT:
            kinds = COMPLAINING
        for letter in reversed(self.letters):
            if letter.sent is not None and letter.drafted.kind in kinds:
                received = letter.received.day if letter.received else None
                return Occurrence(sent=letter.sent.day, received=received)
        return None

    @property
    def standing(self) -> tuple[DeadlineComputed, ...]:
        """The last computation of each clock."""
        return tuple({computed.clock: computed for computed in self.deadlines}.values())

    @property
    def deadline(self) -> Deadline | None:
        """When the request has to be answered: of several clocks on its rights the one that
        lets it be called late first. None before one was computed."""
        found = [
            computed.deadline
            for computed in self.standing
            if computed.trigger is Trigger.REQUEST and computed.actor is Actor.RECIPIENT
        ]
        return min(found, key=lambda one: one.overdue_from or date.max, default=None)

    def letter(self, number: int) -> KeptLetter | None:
        """Return a letter by its number, or None."""
        return self.letters[number - 1] if 0 < number <= len(self.letters) else None

    def sent(self, *kinds: LetterKind) -> tuple[LetterSent, ...]:
        """The letters of these kinds that went out, in the order of their drafts."""
        return tuple(
            letter.sent
            for letter in self.letters
            if letter.sent is not None and letter.drafted.kind in kinds
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMandate:
    """A mandate on record. `ended` is the first day on which it held no longer, where somebody
    ended it before its time."""

    id: str
    mandate: Mandate
    ended: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client as she stands after the records that were folded."""

    profile: Profile
    mandates: tuple[KeptMandate, ...] = ()
    cases: tuple[Case, ...] = ()
    hold: LegalHoldSet | None = None
    retention: date | None = None
    signing: SigningKeyMade | None = None
    exports: tuple[Exported, ...] = ()
    files: frozenset[str] = frozenset()
    """The names of the files that the store keeps beside her records."""
    records: int = 1

    def case(self, reference: str) -> Case | None:
        """Return a case by its reference, or None."""
        return next((case for case in self.cases if case.reference == reference), None)

    def mandate(self, mandate_id: str) -> KeptMandate | None:
        """Return a mandate by its id, or None."""
        return next((kept for kept in self.mandates if kept.id == mandate_id), None)
