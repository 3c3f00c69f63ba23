"""What is due: every case that still runs, the most urgent first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from passerby.errors import BadKnowledge, RightsError
from passerby.rights.cases.proposing import Proposal, propose
from passerby.rights.cases.state import Case, Client
from passerby.rights.cases.status import Status
from passerby.rights.facts.law import Actor, Law


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One case as of a day. `days` counts from that day to `overdue_from`: none or fewer, and
    the answer is late. `overdue_from` is None once the request was fulfilled or denied.
    `paused_since`: the clock stands still. `no_date` says why no answer can be late.
    `act_by`: the last day on which the client can take a refusal further."""

    client_id: str
    name: str
    reference: str
    to: str
    status: Status
    due: date | None
    extended: date | None
    overdue_from: date | None
    days: int | None
    paused_since: date | None
    no_date: str | None
    act_by: date | None
    next: Proposal

    @property
    def overdue(self) -> bool:
        """Whether the answer can be called late."""
        return self.days is not None and self.days <= 0


def due_view(
    clients: Iterable[tuple[str, Client]], law_of: Callable[[Case], Law], today: date
) -> tuple[Due, ...]:
    """Return every case that is not closed: by the day from which its answer is late, then
    those that stand still, then those without a day. A case whose law `law_of` no longer knows
    is there too, and its `next` says why nothing is proposed."""
    found = [
        _due(client_id, client, case, _proposed(case, law_of, today), today)
        for client_id, client in clients
        for case in client.cases
        if case.closed is None and case.status is not Status.REVOKED
    ]
    return tuple(sorted(found, key=_urgency))


def _proposed(case: Case, law_of: Callable[[Case], Law], today: date) -> Proposal:
    """What comes next; one case whose law is no longer known does not hide all the others."""
    try:
        return propose(case, law_of(case), today)
    except (RightsError, BadKnowledge) as error:
        return Proposal(kind=None, reason=error.message)


def _urgency(due: Due) -> tuple[int, date, str]:
    if due.overdue_from is not None:
        return 0, due.overdue_from, due.reference
    if due.paused_since is not None:
        return 1, due.paused_since, due.reference
    return 2, date.max, due.reference


def _due(client_id: str, client: Client, case: Case, proposal: Proposal, today: date) -> Due:
    deadline = case.deadline
    answered = case.status in {Status.FULFILLED, Status.DENIED}
    overdue_from = deadline.overdue_from if deadline and not answered else None
    paused = case.pauses[-1] if case.pauses else None
    return Due(
        client_id=client_id,
        name=client.profile.person.name,
        reference=case.reference,
        to=case.opened.controller or (case.opened.agency.name if case.opened.agency else ""),
        status=case.status,
        due=deadline.due if deadline else None,
        extended=deadline.extended if deadline else None,
        overdue_from=overdue_from,
        days=(overdue_from - today).days if overdue_from else None,
        paused_since=paused.since if paused and paused.until is None else None,
        no_date=None if overdue_from else proposal.reason,
        act_by=_act_by(case),
        next=proposal,
    )


def _act_by(case: Case) -> date | None:
    """The first day of all that the client has to keep herself."""
    own = (one.deadline.due for one in case.standing if one.actor is Actor.REQUESTER)
    return min((day for day in own if day is not None), default=None)


def retention_over(
    clients: Iterable[tuple[str, Client]], today: date
) -> tuple[tuple[str, Client], ...]:
    """Return the clients whose records were to be kept until a day before `today`, those under
    a legal hold too: that is for a person to weigh."""
    return tuple(
        (client_id, client)
        for client_id, client in clients
        if client.retention is not None and client.retention < today
    )
