"""What happened -> what stands now. An event that cannot have happened is refused here, before
it is recorded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from passerby.errors import UsageError
from passerby.rights.cases.casefold import begin_case, files_of, fold_case
from passerby.rights.cases.events import (
    CaseOpened,
    ClientAdded,
    ClientChanged,
    Event,
    Exported,
    LegalHoldLifted,
    LegalHoldSet,
    MandateAdded,
    MandateEnded,
    RetentionSet,
    SigningKeyMade,
)
from passerby.rights.cases.state import Case, Client, KeptMandate


def fold(events: Iterable[Event]) -> Client:
    """Return what stands after these events, oldest first. Raises UsageError when one of them
    cannot follow those before it, or when there are none."""
    client: Client | None = None
    for event in events:
        client = follow(client, event)
    if client is None:
        raise UsageError("this client has no records")
    return client


def follow(client: Client | None, event: Event) -> Client:
    """Return what stands after one more event. Raises UsageError when it cannot have happened.

    The first event, and only that, adds the client.
    """
    if client is None:
        if not isinstance(event, ClientAdded):
            raise UsageError("the first record has to add the client")
        return Client(profile=event.profile)
    return replace(
        _follow(client, event),
        records=client.records + 1,
        files=client.files | {file.name for file in files_of(event)},
    )


def _follow(client: Client, event: Event) -> Client:
    if isinstance(event, ClientAdded):
        raise UsageError("the client is there already")
    if isinstance(event, ClientChanged):
        return replace(client, profile=event.profile)
    if isinstance(event, MandateAdded | MandateEnded):
        return _with_mandate(client, event)
    if isinstance(event, LegalHoldSet | LegalHoldLifted):
        return _with_hold(client, event)
    if isinstance(event, RetentionSet):
        return replace(client, retention=event.until)
    if isinstance(event, SigningKeyMade):
        if client.signing is not None:
            raise UsageError("the client has a signing key already")
        return replace(client, signing=event)
    if isinstance(event, Exported):
        if event.case is not None:
            _known(client, event.case)
        return replace(client, exports=(*client.exports, event))
    if isinstance(event, CaseOpened):
        if client.case(event.case) is not None:
            raise UsageError(f"{event.case}: there is a case of this reference already")
        if event.mandate_id is not None and client.mandate(event.mandate_id) is None:
            raise UsageError(f"{event.case}: there is no mandate {event.mandate_id}")
        return replace(client, cases=(*client.cases, begin_case(event)))
    case = fold_case(_known(client, event.case), event)
    return replace(
        client, cases=tuple(case if old.reference == event.case else old for old in client.cases)
    )


def _known(client: Client, reference: str) -> Case:
    case = client.case(reference)
    if case is None:
        raise UsageError(f"{reference}: this client has no such case")
    return case


def _with_mandate(client: Client, event: MandateAdded | MandateEnded) -> Client:
    kept = client.mandate(event.mandate_id)
    if isinstance(event, MandateAdded):
        if kept is not None:
            raise UsageError(f"there is a mandate {event.mandate_id} already")
        mandate = event.mandate
        if mandate.until is not None and mandate.until < mandate.since:
            raise UsageError(f"a mandate from {mandate.since} cannot end on {mandate.until}")
        if mandate.evidence != (event.file.sha256 if event.file else None):
            raise UsageError("the mandate's document is not the one that is kept")
        added = KeptMandate(id=event.mandate_id, mandate=mandate)
        return replace(client, mandates=(*client.mandates, added))
    if kept is None:
        raise UsageError(f"there is no mandate {event.mandate_id}")
    if kept.ended is not None:
        raise UsageError(f"the mandate {event.mandate_id} ended on {kept.ended}")
    if event.day < kept.mandate.since:
        raise UsageError(f"the mandate {event.mandate_id} began on {kept.mandate.since}")
    ended = replace(kept, ended=event.day)
    return replace(client, mandates=tuple(ended if old is kept else old for old in client.mandates))


def _with_hold(client: Client, event: LegalHoldSet | LegalHoldLifted) -> Client:
    if isinstance(event, LegalHoldSet):
        if client.hold is not None:
            raise UsageError(f"there is a legal hold already, since {client.hold.day}")
        return replace(client, hold=event)
    if client.hold is None:
        raise UsageError("there is no legal hold")
    if event.day < client.hold.day:
        raise UsageError(f"the legal hold began on {client.hold.day}")
    return replace(client, hold=None)
