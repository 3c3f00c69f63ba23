"""Which letter comes next, and why. A proposal: a person decides and writes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from passerby.rights.cases.events import ReplyRecorded
from passerby.rights.cases.state import Case, KeptLetter
from passerby.rights.cases.status import Status
from passerby.rights.cases.transitions import LETTERS
from passerby.rights.facts.law import Actor, Law, LawKind, RightKind
from passerby.rights.facts.law import Event as Trigger
from passerby.rights.facts.letter import LetterKind
from passerby.rights.facts.point import Verdict

GRACE = timedelta(days=14)
"""How long after a reminder, or a letter on what a reply lacks, the next step is proposed. No
law sets it: it is what a reader of the file would call patient."""

_OPEN_VERDICTS = frozenset({Verdict.MISSING, Verdict.REFUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The letter that is next; None when there is none to write now. `from_day` is the first
    day on which that changes by itself, where one is known."""

    kind: LetterKind | None
    reason: str
    from_day: date | None = None


def propose(case: Case, law: Law, today: date) -> Proposal:
    """Return what comes next in a case under its law, as of `today`."""
    if case.closed is not None:
        return _nothing(f"the case was closed on {case.closed.day}")
    if case.status is Status.REVOKED:
        return _nothing("the request was withdrawn")
    doubtful = _in_doubt(case)
    if doubtful is not None:
        return _nothing(
            f"letter {doubtful.drafted.letter} ({doubtful.drafted.kind}) may have gone out on"
            f" {doubtful.maybe_sent}: check your mail program, then `passerby request sent`"
        )
    if not case.letters:
        return _nothing("the command that began it was cut off: close it, and begin again")
    if case.status is Status.DRAFT:
        return _nothing("the first letter was not sent yet: record it when it is")
    waiting = _unsent(case)
    if waiting is not None:
        drafted = waiting.drafted
        return _nothing(f"letter {drafted.letter} ({drafted.kind}) is written and was not sent")
    identity = _on_identity(case, law)
    if identity is not None:
        return identity
    if case.replies:
        return _on_reply(case, case.replies[-1], law, today)
    return _on_silence(case, law, today)


def _nothing(reason: str, from_day: date | None = None) -> Proposal:
    return Proposal(kind=None, reason=reason, from_day=from_day)


def _in_doubt(case: Case) -> KeptLetter | None:
    """Return the last letter of which it is not known whether it went out, while that can still
    be recorded; a letter that went out after it settles what comes next without it."""
    for letter in reversed(case.letters):
        if letter.sent is not None:
            return None
        if letter.maybe_sent is not None and case.status in LETTERS[letter.drafted.kind]:
            return letter
    return None


def _unsent(case: Case) -> KeptLetter | None:
    """Return the last letter if it can go out and has not."""
    last = case.letters[-1]
    can = case.status in LETTERS[last.drafted.kind]
    return last if last.sent is None and can else None


def _last(case: Case, *kinds: LetterKind) -> date | None:
    return max((sent.day for sent in case.sent(*kinds)), default=None)


def _on_identity(case: Case, law: Law) -> Proposal | None:
    """A demand for proof of identity that nobody answered yet."""
    asked = [(demand.day, demand.asked) for demand in case.demands]
    asked += [(reply.day, reply.asked) for reply in case.replies if reply.asked]
    if not asked or law.kind is not LawKind.DATA_PROTECTION:
        return None
    day, what = max(asked, key=lambda one: one[0])
    words = ", ".join(what)
    identity, crop = _last(case, LetterKind.IDENTITY), _last(case, LetterKind.CROP)
    if any(reply.day > day for reply in case.replies) or (crop is not None and crop >= day):
        return None
    if crop is not None:
        return _complain(case, law, f"{words} was demanded again, after a crop was sent")
    if identity is None:
        return Proposal(kind=LetterKind.IDENTITY, reason=f"{words} was demanded on {day}")
    if identity < day:
        reason = f"{words} was demanded again on {day}, after the letter of {identity}"
        return Proposal(kind=LetterKind.CROP, reason=reason)
    return None


def _on_reply(case: Case, reply: ReplyRecorded, law: Law, today: date) -> Proposal:
    if case.status is Status.FULFILLED:
        return _nothing("every point was answered: close the case when that is all")
    if law.kind is LawKind.PUBLIC_RECORDS:
        return _appeal(case, law, f"the reply of {reply.day} does not give all that was asked for")
    lacking = [each.point.value for each in reply.points if each.verdict in _OPEN_VERDICTS]
    if not lacking:
        if not reply.refused:
            return _on_silence(case, law, today)
        if reply.points:
            return _nothing(f"every refusal of {reply.day} has a reason that the law knows")
        return _against_refusal(case, law, f"the request was refused on {reply.day}")
    wanting = _last(case, LetterKind.WANTING)
    told = f"the reply of {reply.day} lacks {', '.join(lacking)}"
    if wanting is None:
        return Proposal(kind=LetterKind.WANTING, reason=told)
    if wanting >= reply.day and today < wanting + GRACE:
        return _nothing(f"{told}: that was written on {wanting}", wanting + GRACE)
    return _against_refusal(case, law, f"{told}, after the letter of {wanting}")


def _on_silence(case: Case, law: Law, today: date) -> Proposal:
    deadline = case.deadline
    if deadline is None:
        return _nothing("no deadline was computed")
    if deadline.why_none is not None:
        return _nothing(deadline.why_none)
    if deadline.open_ended:
        return _nothing("the clock stands still")
    overdue = deadline.overdue_from
    if overdue is None:
        return _nothing("no answer can be called late before the day of receipt is recorded")
    if today < overdue:
        return _nothing(f"the answer can be called late from {overdue} on", overdue)
    late = f"no full answer came, and it is late since {overdue}"
    if law.kind is LawKind.PUBLIC_RECORDS:
        return _appeal(case, law, late)
    reminder = _last(case, LetterKind.REMINDER)
    if reminder is None or reminder < overdue:
        return Proposal(kind=LetterKind.REMINDER, reason=late)
    if today < reminder + GRACE:
        return _nothing(f"{late}; a reminder went out on {reminder}", reminder + GRACE)
    return _complain(case, law, f"{late}, after the reminder of {reminder}")


def _against_refusal(case: Case, law: Law, reason: str) -> Proposal:
    """An appeal to the controller where the law has one, and then a complaint."""
    appeals = any(clock.event is Trigger.APPEAL for clock in law.clocks.values())
    if appeals and not case.sent(LetterKind.APPEAL):
        return Proposal(kind=LetterKind.APPEAL, reason=reason)
    return _complain(case, law, reason)


def _appeal(case: Case, law: Law, reason: str) -> Proposal:
    """What a law of records gives against a refusal: an appeal, or else a complaint."""
    last = _last(case, LetterKind.APPEAL, LetterKind.COMPLAINT)
    if last is not None:
        return _nothing(f"{reason}; that was taken further on {last}")
    events = {clock.event for clock in law.clocks.values()}
    if events & {Trigger.APPEAL, Trigger.REFUSAL}:
        return Proposal(kind=LetterKind.APPEAL, reason=reason)
    if Trigger.COMPLAINT in events:
        return Proposal(kind=LetterKind.COMPLAINT, reason=reason)
    return _nothing(f"{reason}; {law.id} has no appeal that is not to a court")


def _complain(case: Case, law: Law, reason: str) -> Proposal:
    last = _last(case, LetterKind.COMPLAINT)
    if last is not None:
        return _nothing(f"a complaint went out on {last}: the authority has it")
    if RightKind.COMPLAINT not in law.rights:
        return _nothing(f"{reason}; {law.id} has no complaint to an authority")
    if any(
        clock.event is Trigger.COMPLAINT and clock.actor is Actor.RECIPIENT
        for clock in law.clocks.values()
    ):
        reason = f"{reason}; under {law.id} a complaint goes to the company first"
    return Proposal(kind=LetterKind.COMPLAINT, reason=reason)
