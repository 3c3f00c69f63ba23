"""What can happen to a case where it stands: the table, and the days that can be meant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Never

from passerby.errors import UsageError
from passerby.rights.cases.events import (
    CaseClosed,
    CaseEvent,
    CaseOpened,
    DeadlineComputed,
    Escalated,
    ExtensionAnnounced,
    IdentityDemanded,
    LetterDrafted,
    LetterSent,
    PauseBegan,
    PauseEnded,
    ReceiptRecorded,
    ReplyRecorded,
    SubmissionBegan,
    SubmissionRefused,
)
from passerby.rights.cases.state import FIRST, Case
from passerby.rights.cases.status import Status
from passerby.rights.facts.letter import LetterKind

_ANY = frozenset(Status)
_RUNNING = frozenset({Status.OPEN, Status.IN_PROGRESS})
_ANSWERED = frozenset({Status.DENIED, Status.FULFILLED})
_SENT = _RUNNING | _ANSWERED

EVENTS: Mapping[type[CaseEvent], frozenset[Status]] = MappingProxyType(
    {
        LetterDrafted: _SENT | {Status.DRAFT},
        SubmissionBegan: _SENT | {Status.DRAFT},
        SubmissionRefused: _SENT | {Status.DRAFT},
        LetterSent: _SENT | {Status.DRAFT},
        ReceiptRecorded: _ANY - {Status.DRAFT},
        IdentityDemanded: _RUNNING | {Status.DENIED},
        PauseBegan: _RUNNING,
        PauseEnded: _ANY - {Status.DRAFT},
        ExtensionAnnounced: _RUNNING,
        ReplyRecorded: _ANY - {Status.DRAFT},
        DeadlineComputed: _ANY - {Status.DRAFT},
        Escalated: _SENT,
        CaseClosed: _ANY,
    }
)
"""In which statuses each thing can happen to a case that is not closed."""

LETTERS: Mapping[LetterKind, frozenset[Status]] = MappingProxyType(
    {
        **dict.fromkeys(FIRST, frozenset({Status.DRAFT})),
        LetterKind.IDENTITY: _RUNNING | {Status.DENIED},
        LetterKind.CROP: _RUNNING | {Status.DENIED},
        LetterKind.REMINDER: _RUNNING,
        LetterKind.WANTING: _RUNNING | {Status.DENIED},
        LetterKind.COMPLAINT: _SENT,
        LetterKind.APPEAL: _RUNNING | {Status.DENIED},
        LetterKind.WITHDRAWAL: _SENT,
    }
)
"""In which statuses each letter can be written and sent."""

_NEVER_SENT = {
    IdentityDemanded: "nobody can have asked for proof of identity",
    PauseBegan: "no clock runs",
    PauseEnded: "no clock runs",
    ExtensionAnnounced: "no clock runs",
    ReplyRecorded: "nobody can have answered",
    ReceiptRecorded: "nobody can have received anything",
    DeadlineComputed: "no clock runs",
    Escalated: "there is nothing to go on with",
}


def refuse(case: str, problem: str, advice: str | None = None) -> Never:
    """Raise UsageError about a case."""
    raise UsageError(
        f"{case}: {problem}", advice or f"See `passerby request show {case}`: nothing was recorded."
    )


def check_event(case: Case, event: CaseEvent) -> None:
    """Raise UsageError when this cannot happen to the case where it stands."""
    if isinstance(event, CaseOpened):
        refuse(case.reference, "there is a case of this reference already")
    _check_not_closed(case)
    if case.status not in EVENTS[type(event)]:
        if case.status is Status.DRAFT:
            why = _NEVER_SENT[type(event)]
            refuse(case.reference, f"its first letter was not sent: {why}")
        refuse(case.reference, f"this cannot happen while the case is {case.status}")
    if event.day < case.opened.day:
        refuse(case.reference, f"{event.day} is before the case was opened ({case.opened.day})")
    if isinstance(event, LetterDrafted):
        check_letter(case, event.kind)


def _check_not_closed(case: Case) -> None:
    if case.closed is not None:
        refuse(case.reference, f"the case was closed on {case.closed.day}: open a new one")


def check_letter(case: Case, kind: LetterKind) -> None:
    """Raise UsageError when a letter of this kind has no place in the case where it stands."""
    _check_not_closed(case)
    if case.status in LETTERS[kind]:
        return
    if kind in FIRST:
        refuse(case.reference, f"a first letter ({kind}) was sent already")
    if case.status is Status.DRAFT:
        refuse(case.reference, f"its first letter was not sent: no {kind} can follow it")
    refuse(case.reference, f"a {kind} has no place while the case is {case.status}")


def check_not_before(case: Case, day: date, earliest: date, what: str) -> None:
    """Raise UsageError when something happened before what it follows."""
    if day < earliest:
        refuse(case.reference, f"{day} is before {what} ({earliest})", "Check the day.")
