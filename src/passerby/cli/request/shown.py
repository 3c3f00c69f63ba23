"""Clients and cases in words and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from passerby.rights.cases.desk import Desk
    from passerby.rights.cases.due import Due
    from passerby.rights.cases.proposing import Proposal
    from passerby.rights.cases.state import Case, Client


def iso(day: date | None) -> str | None:
    """Return a day in ISO form; None for none."""
    return None if day is None else day.isoformat()


def other_side(case: Case) -> str:
    """Return the id of the company, or the name of the agency."""
    agency = case.opened.agency
    return case.opened.controller or (agency.name if agency is not None else "")


def case_json(client_id: str, client: Client, case: Case) -> dict[str, Any]:
    """Return a case in short."""
    deadline = case.deadline
    return {
        "reference": case.reference,
        "client": client_id,
        "name": client.profile.person.name,
        "to": other_side(case),
        "law": case.opened.law,
        "rights": [right.value for right in case.opened.rights],
        "place": case.opened.place,
        "opened": case.opened.day.isoformat(),
        "status": case.status.value,
        "reason": None if case.reason is None else case.reason.value,
        "closed": None if case.closed is None else case.closed.day.isoformat(),
        "due": iso(deadline.due if deadline else None),
        "extended": iso(deadline.extended if deadline else None),
        "overdue_from": iso(deadline.overdue_from if deadline else None),
    }


def full_json(desk: Desk, client_id: str, client: Client, case: Case) -> dict[str, Any]:
    """Return all of a case that is not in its files."""
    from passerby.rights.cases.codec import to_json

    return {
        **case_json(client_id, client, case),
        "purpose": case.opened.purpose,
        "background": list(case.opened.background),
        "letters": [to_json(letter) for letter in case.letters],
        "demands": to_json(case.demands),
        "pauses": to_json(case.pauses),
        "extension": to_json(case.extension),
        "replies": to_json(case.replies),
        "deadlines": to_json(case.deadlines),
        "escalations": to_json(case.escalations),
        "next": proposal_json(desk.propose(case.reference)),
    }


def proposal_json(proposal: Proposal) -> dict[str, Any]:
    """Return what comes next."""
    return {
        "letter": None if proposal.kind is None else proposal.kind.value,
        "reason": proposal.reason,
        "from": iso(proposal.from_day),
    }


def due_json(due: Due) -> dict[str, Any]:
    """Return one line of what is due."""
    return {
        "reference": due.reference,
        "client": due.client_id,
        "name": due.name,
        "to": due.to,
        "status": due.status.value,
        "due": iso(due.due),
        "extended": iso(due.extended),
        "overdue_from": iso(due.overdue_from),
        "overdue": due.overdue,
        "days": due.days,
        "paused_since": iso(due.paused_since),
        "no_date": due.no_date,
        "act_by": iso(due.act_by),
        "next": proposal_json(due.next),
    }


def case_line(client: Client, case: Case) -> str:
    """Return a case in one line."""
    reason = f" ({case.reason})" if case.reason is not None else ""
    closed = f", closed on {case.closed.day}" if case.closed is not None else ""
    return (
        f"{case.reference}  {case.opened.law} to {other_side(case)} for"
        f" {client.profile.person.name}: {case.status}{reason}{closed}"
    )


def case_lines(desk: Desk, client: Client, case: Case) -> Iterator[str]:
    """Yield what a person wants to know of a case."""
    yield case_line(client, case)
    yield f"  asks for {', '.join(case.opened.rights)} in {case.opened.place}"
    for letter in case.letters:
        sent = f"sent on {letter.sent.day}" if letter.sent else f"written on {letter.drafted.day}"
        if letter.maybe_sent is not None:
            sent = f"{sent}, may have gone out on {letter.maybe_sent}"
        received = f", received on {letter.received.day}" if letter.received else ""
        yield f"  letter {letter.drafted.letter}: {letter.drafted.kind}, {sent}{received}"
    for demand in case.demands:
        yield f"  {demand.day}: {', '.join(demand.asked)} demanded"
    for pause in case.pauses:
        until = f"until {pause.until}" if pause.until else "and still"
        yield f"  clock stood still from {pause.since} {until}: {pause.why}"
    if case.extension is not None:
        yield f"  {case.extension.day}: extension announced"
    for reply in case.replies:
        yield f"  {reply.day}: {'refused' if reply.refused else 'answered'}"
        for one in reply.points:
            yield f"    {one.point}: {one.verdict}  {one.remark}".rstrip()
    for standing in case.standing:
        deadline = standing.deadline
        due = f"due {deadline.due}" if deadline.due else deadline.why_none or "no day stands"
        late = f", late from {deadline.overdue_from}" if deadline.overdue_from else ""
        yield f"  clock {standing.clock}: {due}{late}"
    yield from proposal_lines(desk.propose(case.reference))


def proposal_lines(proposal: Proposal) -> Iterator[str]:
    """Yield what comes next."""
    if proposal.kind is None:
        yield f"  next: nothing now: {proposal.reason}"
    else:
        yield f"  next: {proposal.kind}: {proposal.reason}"
