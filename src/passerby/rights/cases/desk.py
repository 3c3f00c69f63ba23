"""The desk: where what happened is recorded, checked against the law, and timed.

One `Desk` serves one run of a command: `today` does not move under it. What it records is on the
disk when a method returns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from passerby.errors import BadDate, BadRecord, UsageError
from passerby.rights.cases.casefold import begin_case
from passerby.rights.cases.checklist import points_of
from passerby.rights.cases.due import Due, due_view, retention_over
from passerby.rights.cases.events import (
    Attachment,
    CaseClosed,
    ClientChanged,
    Closing,
    DeadlineComputed,
    Escalated,
    Event,
    Exported,
    ExtensionAnnounced,
    IdentityDemanded,
    LegalHoldLifted,
    LegalHoldSet,
    LetterSent,
    MandateAdded,
    MandateEnded,
    PauseBegan,
    PauseEnded,
    Profile,
    ReceiptRecorded,
    ReplyRecorded,
    RetentionSet,
    Role,
    SubmissionBegan,
    SubmissionRefused,
)
from passerby.rights.cases.fold import follow
from passerby.rights.cases.mandates import mandate_for
from passerby.rights.cases.proposing import Proposal, propose
from passerby.rights.cases.records import Records, keep
from passerby.rights.cases.reference import new_reference
from passerby.rights.cases.requesting import FIRST_LETTER, Request, check_request, opening_of
from passerby.rights.cases.state import Case, Client
from passerby.rights.cases.status import Reason
from passerby.rights.cases.timing import check_calendars, computations, holiday_places
from passerby.rights.facts.law import Law
from passerby.rights.facts.letter import LetterKind
from passerby.rights.facts.matter import Asked, Mandate, MandateKind, Person
from passerby.rights.facts.party import Channel, Controller
from passerby.rights.facts.point import Answered
from passerby.rights.knowledge import Knowledge
from passerby.store import Tombstone

OLD_COPIES = (
    "Copies of the records that were made before this still hold her, and open with the"
    " passphrase: backups, synchronised folders, snapshots. Delete them too."
)
"""What erasure cannot do, said whenever it was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A file that somebody gave: its name as she sees it, and its bytes."""

    file_name: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What is left of an erased client, and where she may still be: `exported` are the paths
    that were written outside of the store, each once, in the order they were."""

    tombstone: Tombstone
    exported: tuple[str, ...]


class Desk:
    """Records, knowledge and clocks, joined.

    Methods raise UsageError for what cannot have happened, BadDate for a day that is still to
    come, UnknownName for a client or a case that is not there, RightsError where the law does
    not bear it, and what the store raises. Nothing is recorded then.
    """

    def __init__(self, records: Records, knowledge: Knowledge, *, today: date) -> None:
        self.records = records
        self.knowledge = knowledge
        self.today = today

    # Clients

    def add_client(self, profile: Profile) -> str:
        """Add a client; return her id."""
        return self.records.add(profile)

    def change_client(self, client_id: str, profile: Profile) -> None:
        """Replace what is kept of a client."""
        self.records.append(client_id, ClientChanged(profile=profile))

    def add_mandate(
        self,
        client_id: str,
        kind: MandateKind,
        holder: Person,
        since: date,
        until: date | None = None,
        document: Given | None = None,
    ) -> str:
        """Record that somebody may act for a client; return the mandate's id. `until` is its
        last day."""
        file, files = _kept(document, Role.MANDATE)
        mandate_id = f"m{len(self.records.client(client_id).mandates) + 1}"
        mandate = Mandate(
            kind=kind,
            holder=holder,
            since=since,
            until=until,
            evidence=file.sha256 if file else None,
        )
        event = MandateAdded(mandate_id=mandate_id, mandate=mandate, file=file)
        self.records.append(client_id, event, files)
        return mandate_id

    def end_mandate(self, client_id: str, mandate_id: str, day: date) -> None:
        """Record that a mandate holds no longer, from `day` on."""
        self.records.append(client_id, MandateEnded(mandate_id=mandate_id, day=day))

    def set_hold(self, client_id: str, why: str) -> None:
        """Keep a client's records from being erased. Raises BadRecord without a reason."""
        self.records.append(client_id, LegalHoldSet(day=self.today, why=_said(why)))

    def lift_hold(self, client_id: str, why: str) -> None:
        """Let them be erased again. Raises BadRecord without a reason."""
        self.records.append(client_id, LegalHoldLifted(day=self.today, why=_said(why)))

    def set_retention(self, client_id: str, until: date | None) -> None:
        """Record until when a client's records are to be kept."""
        self.records.append(client_id, RetentionSet(day=self.today, until=until))

    def retention_over(self) -> tuple[tuple[str, Client], ...]:
        """Return the clients whose records were to be kept until before today."""
        return retention_over(self.records.clients(), self.today)

    def record_export(self, client_id: str, case: str | None, where: Iterable[str]) -> None:
        """Record which files about a client were written outside of the store."""
        paths = tuple(where)
        self.records.append(client_id, Exported(case=case, day=self.today, where=paths))

    def erase(self, client_id: str) -> Erasure:
        """Erase a client: her key is destroyed. Raises UsageError while there is a legal hold."""
        client = self.records.client(client_id)
        if client.hold is not None:
            raise UsageError(
                f"this client is under a legal hold since {client.hold.day}: {client.hold.why}",
                "Nothing was erased. Lift the hold first, if the reason for it is over.",
            )
        written = dict.fromkeys(path for export in client.exports for path in export.where)
        return Erasure(tombstone=self.records.erase(client_id), exported=tuple(written))

    # Cases

    def open_case(self, client_id: str, request: Request) -> str:
        """Open a case; return its reference. Raises as `check_request` and
        `check_days` do, and NoMandate when who is to act for her may not write the first letter."""
        law = check_request(request, self.knowledge, self.today)
        client = self.records.client(client_id)
        first = FIRST_LETTER[law.kind]
        mandate_for(client, request.mandate_id, first, law, self.today)
        reference = new_reference(self.records.references())
        event = opening_of(request, law, reference, self.today)
        self.check_days(begin_case(event), law)
        self.records.append(client_id, event)
        return reference

    def law_of(self, case: Case) -> Law:
        """Return the law of a case as it held when the first letter went out; before: when the
        case was opened."""
        occurrence = case.occurrence
        day = case.opened.law_version if occurrence is None else occurrence.sent
        return self.knowledge.law(case.opened.law, on=day)

    def check_days(self, case: Case, law: Law) -> None:
        """Raise NoCalendar or UnknownName where no day could be told for a case."""
        places = holiday_places(case, self.controller_of(case))
        check_calendars(case, law, places, self.today)

    def controller_of(self, case: Case) -> Controller | None:
        """Return the company of a case; None when it is to an agency."""
        name = case.opened.controller
        return None if name is None else self.knowledge.controller(name)

    def record_sent(
        self,
        reference: str,
        letter: int,
        day: date,
        channel: Channel,
        message_id: str | None = None,
        proof: Given | None = None,
        received: date | None = None,
    ) -> None:
        """Record that a letter went out, and by which way; with `received`, when the other side
        received it."""
        file, files = _kept(proof, Role.PROOF)
        client_id, _, case = self.records.find(reference)
        event = LetterSent(
            case=case.reference,
            letter=letter,
            day=self._past(day),
            channel=channel,
            message_id=message_id,
            proof=file,
        )
        events: list[Event] = [event]
        kept = case.letter(letter)
        if kept is not None and kept.drafted.kind in {LetterKind.COMPLAINT, LetterKind.APPEAL}:
            goes = Escalated(
                case=case.reference,
                day=day,
                letter=letter,
                kind=kept.drafted.kind,
                authority=kept.drafted.authority,
            )
            events.append(goes)
        why = f"letter {letter} was sent on {day}"
        if received is not None:
            past = self._past(received)
            events.append(ReceiptRecorded(case=case.reference, letter=letter, day=past))
            why = f"{why} and received on {received}"
        self._record(client_id, case, events, files, why=why)

    def begin_submission(self, reference: str, letter: int) -> None:
        """Record that a letter is handed to the mail server now: before it is, so that it is
        known that it may have gone out, whatever happens next."""
        client_id, _, case = self.records.find(reference)
        event = SubmissionBegan(case=case.reference, letter=letter, day=self.today)
        self._record(client_id, case, [event])

    def refuse_submission(self, reference: str, letter: int) -> None:
        """Record that the mail server did not take a letter: it did not go out."""
        client_id, _, case = self.records.find(reference)
        event = SubmissionRefused(case=case.reference, letter=letter, day=self.today)
        self._record(client_id, case, [event])

    def record_received(
        self, reference: str, letter: int, day: date, proof: Given | None = None
    ) -> None:
        """Record that the other side received a letter; again: correct it."""
        file, files = _kept(proof, Role.PROOF)
        client_id, _, case = self.records.find(reference)
        event = ReceiptRecorded(case=case.reference, letter=letter, day=self._past(day), proof=file)
        why = f"letter {letter} was received on {day}"
        self._record(client_id, case, [event], files, why=why)

    def record_demand(
        self, reference: str, day: date, asked: tuple[Asked, ...], files: Iterable[Given] = ()
    ) -> None:
        """Record that proof of identity was demanded. Whether that stops the clock is for a
        person to judge: `begin_pause`."""
        attached, data = _all_kept(files, Role.REPLY)
        client_id, _, case = self.records.find(reference)
        event = IdentityDemanded(
            case=case.reference, day=self._past(day), asked=asked, files=attached
        )
        self._record(client_id, case, [event], data)

    def begin_pause(self, reference: str, day: date, why: str) -> None:
        """Stop the clock from a day on. Raises BadRecord without a reason."""
        client_id, _, case = self.records.find(reference)
        event = PauseBegan(case=case.reference, day=self._past(day), why=_said(why))
        why = f"the clock stands still from {day} on: {why}"
        self._record(client_id, case, [event], why=why)

    def end_pause(self, reference: str, day: date) -> None:
        """Let the clock run again, from a day on."""
        client_id, _, case = self.records.find(reference)
        event = PauseEnded(case=case.reference, day=self._past(day))
        why = f"the clock runs again from {day} on"
        self._record(client_id, case, [event], why=why)

    def record_extension(self, reference: str, day: date, reasons: str) -> None:
        """Record that the other side gave itself more time, with the reasons it wrote: empty
        when it wrote none."""
        client_id, _, case = self.records.find(reference)
        event = ExtensionAnnounced(
            case=case.reference, day=self._past(day), reasons=reasons.strip()
        )
        why = f"an extension was announced on {day}"
        self._record(client_id, case, [event], why=why)

    def record_reply(
        self,
        reference: str,
        day: date,
        *,
        refused: bool,
        points: tuple[Answered, ...] = (),
        asked: tuple[Asked, ...] = (),
        reason: Reason | None = None,
        files: Iterable[Given] = (),
    ) -> None:
        """Record what came back. A reply that is neither a refusal nor asks for something is
        read point by point: BadRecord when one of the points that the law demands is not
        told of."""
        attached, data = _all_kept(files, Role.REPLY)
        client_id, _, case = self.records.find(reference)
        told = {answered.point for answered in points}
        demanded = points_of(self.law_of(case), case.opened.rights)
        if told - set(demanded):
            raise BadRecord(f"{min(told - set(demanded))} was not asked for in this case")
        untold = [point.value for point in demanded if point not in told]
        if untold and (points or not (refused or asked)):
            raise BadRecord(f"the reply is not checked for {', '.join(untold)}")
        event = ReplyRecorded(
            case=case.reference,
            day=self._past(day),
            refused=refused,
            points=points,
            asked=asked,
            reason=reason,
            files=attached,
        )
        why = f"a reply came on {day}"
        self._record(client_id, case, [event], data, why=why)

    def close(self, reference: str, reason: Closing, remark: str = "") -> None:
        """Close a case."""
        client_id, _, case = self.records.find(reference)
        event = CaseClosed(case=case.reference, day=self.today, reason=reason, remark=remark)
        self._record(client_id, case, [event])

    # What is next

    def propose(self, reference: str) -> Proposal:
        """Return which letter comes next in a case, and why."""
        _, _, case = self.records.find(reference)
        return propose(case, self.law_of(case), self.today)

    def due(self) -> tuple[Due, ...]:
        """Return every case that still runs, the most urgent first."""
        return due_view(self.records.clients(), self.law_of, self.today)

    def recompute(self, reference: str) -> tuple[str, ...]:
        """Compute the deadlines of a case anew, after what is known of holidays or of the law
        has changed; return the names of the clocks that now say something else."""
        client_id, _, case = self.records.find(reference)
        if case.closed is not None:
            return ()
        why = "what is known of the law or of holidays has changed"
        return self._record(client_id, case, [], why=why)

    # Inside

    def _past(self, day: date) -> date:
        if day > self.today:
            raise BadDate(f"{day} is still to come: only what happened is recorded")
        return day

    def _record(
        self,
        client_id: str,
        case: Case,
        events: list[Event],
        files: Mapping[str, bytes] | None = None,
        *,
        why: str | None = None,
    ) -> tuple[str, ...]:
        """Record events of a case, and with `why` the deadlines that they change; return the
        names of their clocks. Everything is tried before the first of it is recorded: a date
        that cannot be computed leaves nothing behind."""
        client = self.records.client(client_id)
        for event in events:
            client = follow(client, event)
        after = client.case(case.reference)
        changed: tuple[DeadlineComputed, ...] = ()
        if why is not None and after is not None:
            places = holiday_places(after, self.controller_of(after))
            changed = tuple(computations(after, self.law_of(after), places, self.today, why))
        happened = [
            (event, files if files and not number else {})
            for number, event in enumerate((*events, *changed))
        ]
        self.records.append_all(client_id, happened)
        return tuple(event.clock for event in changed)


def _said(why: str) -> str:
    if not why.strip():
        raise BadRecord("the reason is missing")
    return why.strip()


def _kept(given: Given | None, role: Role) -> tuple[Attachment | None, dict[str, bytes]]:
    if given is None:
        return None, {}
    file = keep(given.data, role, given.file_name)
    return file, {file.name: given.data}


def _all_kept(
    given: Iterable[Given], role: Role
) -> tuple[tuple[Attachment, ...], dict[str, bytes]]:
    found = {keep(each.data, role, each.file_name): each.data for each in given}
    return tuple(found), {file.name: data for file, data in found.items()}
