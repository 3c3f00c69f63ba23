"""What happened in a case, day by day, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from passerby.rights.cases.events import Attachment, Role
from passerby.rights.cases.state import Case, KeptLetter
from passerby.rights.render.timeline import Timeline, TimelineEntry

_US, _THEM = "client", "other side"


def timeline_of(case: Case, today: date) -> Timeline:
    """Return the timeline of a case as it stands, in English, oldest first."""
    entries = sorted(_entries(case), key=lambda entry: entry.day)
    return Timeline(
        title=f"Timeline of {case.reference}",
        language="en",
        reference=case.reference,
        day=today,
        entries=tuple(entries),
    )


def _entry(case: Case, day: date, what: str, who: str, digest: str | None = None) -> TimelineEntry:
    return TimelineEntry(day=day, what=what, who=who, reference=case.reference, digest=digest)


def _entries(case: Case) -> Iterator[TimelineEntry]:
    opened = case.opened
    rights = ", ".join(opened.rights)
    yield _entry(case, opened.day, f"Case opened under {opened.law}: {rights}", _US)
    for letter in case.letters:
        yield from _letter_entries(case, letter)
    for demand in case.demands:
        what = f"Proof of identity demanded: {', '.join(demand.asked)}"
        yield _entry(case, demand.day, what, _THEM, _digest(demand.files))
    for pause in case.pauses:
        yield _entry(case, pause.since, f"The clock stands still: {pause.why}", _THEM)
        if pause.until is not None:
            yield _entry(case, pause.until, "The clock runs again", _US)
    if case.extension is not None:
        what = f"Extension announced: {case.extension.reasons or 'no reasons given'}"
        yield _entry(case, case.extension.day, what, _THEM)
    for reply in case.replies:
        told = "; ".join(f"{one.point}: {one.verdict}" for one in reply.points)
        reason = f" ({reply.reason})" if reply.reason is not None else ""
        what = f"Refused{reason}" if reply.refused else "Reply"
        what = f"{what}. {told}" if told else what
        yield _entry(case, reply.day, what, _THEM, _digest(reply.files))
    for computed in case.standing:
        overdue = computed.deadline.overdue_from
        if overdue is not None:
            yield _entry(case, overdue, f"Late from this day on (clock {computed.clock})", "law")
    if case.closed is not None:
        yield _entry(case, case.closed.day, f"Case closed: {case.closed.reason}", _US)


def _letter_entries(case: Case, letter: KeptLetter) -> Iterator[TimelineEntry]:
    drafted = letter.drafted
    name = f"Letter {drafted.letter} ({drafted.kind})"
    if letter.sent is None:
        yield _entry(case, drafted.day, f"{name} written, not sent", _US)
        return
    pdf = _digest(drafted.files, Role.PDF)
    yield _entry(case, letter.sent.day, f"{name} sent by {letter.sent.channel}", _US, pdf)
    if letter.received is not None:
        proof = letter.received.proof
        digest = proof.sha256 if proof is not None else None
        yield _entry(case, letter.received.day, f"{name} received", _THEM, digest)


def _digest(files: tuple[Attachment, ...], role: Role | None = None) -> str | None:
    """The hash of the first file, or of the first of a role."""
    fit = (file.sha256 for file in files if role is None or file.role is role)
    return next(fit, None)
