"""One event more in one case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from passerby.rights.cases.events import (
    Attachment,
    CaseClosed,
    CaseEvent,
    CaseOpened,
    Closing,
    DeadlineComputed,
    Escalated,
    Event,
    ExtensionAnnounced,
    IdentityDemanded,
    LetterDrafted,
    LetterSent,
    MandateAdded,
    PauseBegan,
    PauseEnded,
    ReceiptRecorded,
    ReplyRecorded,
    SigningKeyMade,
    SubmissionBegan,
    SubmissionRefused,
)
from passerby.rights.cases.state import FIRST, Case, KeptLetter
from passerby.rights.cases.status import DENIALS, Reason, Status
from passerby.rights.cases.transitions import check_event, check_letter, check_not_before, refuse
from passerby.rights.facts.deadline import Pause
from passerby.rights.facts.letter import LetterKind
from passerby.rights.facts.point import Verdict

_ESCALATING = frozenset({LetterKind.COMPLAINT, LetterKind.APPEAL})
_ENDS = {
    Closing.FULFILLED: Status.FULFILLED,
    Closing.WITHDRAWN: Status.REVOKED,
    Closing.EXPIRED: Status.EXPIRED,
}


def files_of(event: Event) -> tuple[Attachment, ...]:
    """The files that the store keeps beside the record of an event."""
    if isinstance(event, LetterDrafted | IdentityDemanded | ReplyRecorded):
        return event.files
    if isinstance(event, LetterSent | ReceiptRecorded):
        return (event.proof,) if event.proof else ()
    if isinstance(event, MandateAdded):
        return (event.file,) if event.file else ()
    return (event.file,) if isinstance(event, SigningKeyMade) else ()


def begin_case(event: CaseOpened) -> Case:
    """Return a case that was opened. Raises UsageError when it is to nobody, or to two."""
    if (event.controller is None) == (event.agency is None):
        refuse(event.case, "a case is to one controller or to one agency")
    if not event.rights:
        refuse(event.case, "a case asks for at least one right")
    return Case(opened=event)


def fold_case(case: Case, event: CaseEvent) -> Case:
    """Return the case after one more event. Raises UsageError when it cannot have happened."""
    check_event(case, event)
    if isinstance(event, LetterDrafted | LetterSent | ReceiptRecorded | Escalated):
        return _with_letter(case, event)
    if isinstance(event, SubmissionBegan | SubmissionRefused):
        return _with_submission(case, event)
    if isinstance(event, PauseBegan | PauseEnded):
        return _with_pause(case, event)
    if isinstance(event, DeadlineComputed):
        return _with_deadline(case, event)
    if isinstance(event, CaseClosed):
        status = _ENDS.get(event.reason, case.status)
        reason = case.reason if status is case.status else None
        return replace(case, closed=event, status=status, reason=reason)
    _check_heard(case, event.day)
    if isinstance(event, IdentityDemanded):
        if not event.asked:
            refuse(case.reference, "what was asked for is missing")
        return replace(
            _moved(case, Status.IN_PROGRESS, Reason.NEED_USER_VERIFICATION),
            demands=(*case.demands, event),
        )
    if isinstance(event, ExtensionAnnounced):
        if case.extension is not None:
            refuse(case.reference, f"an extension was announced on {case.extension.day} already")
        return replace(_moved(case, Status.IN_PROGRESS, case.reason), extension=event)
    if not isinstance(event, ReplyRecorded):
        # `check_event` let no other kind through.
        raise TypeError(type(event).__name__)
    return _with_reply(case, event)


def _moved(case: Case, status: Status, reason: Reason | None) -> Case:
    return replace(case, status=status, reason=reason)


def _first_sent(case: Case) -> date:
    occurrence = case.occurrence
    if occurrence is None:
        refuse(case.reference, "its first letter was not sent")
    return occurrence.sent


def _check_heard(case: Case, day: date) -> None:
    """Raise UsageError when the other side cannot have written on that day."""
    check_not_before(case, day, _first_sent(case), "the first letter was sent")
    first = case.first
    if first is not None and first.received is not None:
        check_not_before(case, day, first.received.day, "the first letter was received")


def _check_received(case: Case, day: date) -> None:
    """Raise UsageError when the first letter was answered before it was received."""
    heard = [demand.day for demand in case.demands] + [reply.day for reply in case.replies]
    if case.extension is not None:
        heard.append(case.extension.day)
    if heard and day > min(heard):
        refuse(case.reference, f"{day} is after the other side wrote ({min(heard)})")


def _with_letter(
    case: Case, event: LetterDrafted | LetterSent | ReceiptRecorded | Escalated
) -> Case:
    if isinstance(event, LetterDrafted):
        if event.letter != len(case.letters) + 1:
            refuse(case.reference, f"the next letter is number {len(case.letters) + 1}")
        return replace(case, letters=(*case.letters, KeptLetter(drafted=event)))
    letter = case.letter(event.letter)
    if letter is None:
        refuse(case.reference, f"it has no letter number {event.letter}")
    if isinstance(event, LetterSent):
        return _sent(case, letter, event)
    if letter.sent is None:
        refuse(case.reference, f"letter {event.letter} was not sent")
    check_not_before(case, event.day, letter.sent.day, f"letter {event.letter} was sent")
    if isinstance(event, ReceiptRecorded):
        if letter == case.first:
            _check_received(case, event.day)
        received = _changed(case, replace(letter, received=event))
        if case.status is Status.OPEN and letter == case.first:
            return _moved(received, Status.IN_PROGRESS, None)
        return received
    if event.kind is not letter.drafted.kind or event.kind not in _ESCALATING:
        refuse(case.reference, f"letter {event.letter} is no {event.kind} to go on with")
    if any(old.letter == event.letter for old in case.escalations):
        refuse(case.reference, f"it went on by letter {event.letter} already")
    return replace(case, escalations=(*case.escalations, event))


def _check_unsent(
    case: Case, letter: KeptLetter, event: SubmissionBegan | SubmissionRefused | LetterSent
) -> None:
    """Raise UsageError when a letter cannot go out on that day."""
    if letter.sent is not None:
        refuse(case.reference, f"letter {event.letter} was sent on {letter.sent.day} already")
    check_letter(case, letter.drafted.kind)
    check_not_before(case, event.day, letter.drafted.day, f"letter {event.letter} was written")


def _with_submission(case: Case, event: SubmissionBegan | SubmissionRefused) -> Case:
    letter = case.letter(event.letter)
    if letter is None:
        refuse(case.reference, f"it has no letter number {event.letter}")
    _check_unsent(case, letter, event)
    if isinstance(event, SubmissionBegan):
        return _changed(case, replace(letter, submission=event))
    if letter.submission is None:
        refuse(case.reference, f"letter {event.letter} was handed to no server")
    return _changed(case, replace(letter, submission=None))


def _sent(case: Case, letter: KeptLetter, event: LetterSent) -> Case:
    _check_unsent(case, letter, event)
    after = _changed(case, replace(letter, sent=event))
    if letter.drafted.kind in FIRST:
        return _moved(after, Status.OPEN, None)
    if letter.drafted.kind is LetterKind.WITHDRAWAL:
        return _moved(after, Status.REVOKED, None)
    return after


def _changed(case: Case, letter: KeptLetter) -> Case:
    number = letter.drafted.letter
    return replace(
        case,
        letters=tuple(letter if old.drafted.letter == number else old for old in case.letters),
    )


def _with_pause(case: Case, event: PauseBegan | PauseEnded) -> Case:
    last = case.pauses[-1] if case.pauses else None
    if isinstance(event, PauseBegan):
        check_not_before(case, event.day, _first_sent(case), "the first letter was sent")
        if last is not None and last.until is None:
            refuse(case.reference, f"its clock stands still already, since {last.since}")
        if last is not None and last.until is not None:
            check_not_before(case, event.day, last.until, "the last pause ended")
        pause = Pause(since=event.day, until=None, why=event.why)
        return replace(case, pauses=(*case.pauses, pause))
    if last is None or last.until is not None:
        refuse(case.reference, "its clock does not stand still")
    if event.day <= last.since:
        refuse(case.reference, f"{event.day} is not after the pause began ({last.since})")
    after = replace(case, pauses=(*case.pauses[:-1], replace(last, until=event.day)))
    if case.reason is Reason.NEED_USER_VERIFICATION:
        return _moved(after, case.status, None)
    return after


def _with_deadline(case: Case, event: DeadlineComputed) -> Case:
    before = sum(old.clock == event.clock for old in case.deadlines)
    if event.replaces != (before or None):
        refuse(case.reference, f"the clock {event.clock} was computed {before} times before")
    if event.occurrence != case.occurrence_of(event.trigger, event.actor):
        refuse(case.reference, "the deadline was computed from what is not on record")
    return replace(case, deadlines=(*case.deadlines, event))


def _with_reply(case: Case, event: ReplyRecorded) -> Case:
    if event.reason is not None and (not event.refused or event.reason not in DENIALS):
        refuse(case.reference, f"{event.reason} is the reason of a refusal")
    if len({answered.point for answered in event.points}) != len(event.points):
        refuse(case.reference, "a point is answered twice")
    after = replace(case, replies=(*case.replies, event))
    if case.status in {Status.REVOKED, Status.EXPIRED}:
        return after
    if event.refused:
        return _moved(after, Status.DENIED, event.reason or Reason.OTHER)
    verdicts = {answered.verdict for answered in event.points}
    if verdicts == {Verdict.REFUSED_VALIDLY}:
        return _moved(after, Status.DENIED, Reason.OTHER)
    if verdicts and verdicts <= {Verdict.GIVEN, Verdict.REFUSED_VALIDLY}:
        return _moved(after, Status.FULFILLED, None)
    if event.asked:
        return _moved(after, Status.IN_PROGRESS, Reason.NEED_USER_VERIFICATION)
    return _moved(after, Status.IN_PROGRESS, None)
