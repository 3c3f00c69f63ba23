"""Clients in the store: each one's events are the records of one subject."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from passerby.errors import BadRecord, StoreDamaged, UnknownName, UsageError
from passerby.rights.cases.casefold import files_of
from passerby.rights.cases.codec import decode_event, encode_event
from passerby.rights.cases.events import Attachment, ClientAdded, Event, Profile, Role
from passerby.rights.cases.fold import fold, follow
from passerby.rights.cases.reference import read_reference
from passerby.rights.cases.state import Case, Client
from passerby.store import Chain, Entry, Store, Tombstone

_NO_FILES: Mapping[str, bytes] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One line of a client's history: the event, and how the store holds it."""

    number: int
    at: datetime
    digest: str
    event: Event


def keep(data: bytes, role: Role, file_name: str) -> Attachment:
    """Return how a file is named in the store: by the hash of its bytes."""
    digest = hashlib.sha256(data).hexdigest()
    return Attachment(name=digest, sha256=digest, role=role, file_name=file_name)


@dataclass(slots=True)
class _Pending:
    """What was appended to one client and is not in the store yet, and what stands with it."""

    client_id: str
    client: Client
    after: int
    parts: list[tuple[bytes, Mapping[str, bytes]]] = field(default_factory=list)


class Records:
    """Clients and their cases, read from the store and appended to it.

    All methods raise what the store raises, and StoreDamaged where a history holds what cannot
    have happened.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, tuple[str, Client]] = {}
        self._pending: _Pending | None = None

    def clients(self) -> tuple[tuple[str, Client], ...]:
        """Return every client with her id, in the order in which they were added.

        One whose adding was cut off has no records and is left out: nothing of her is there.
        """
        return tuple(self._clients())

    def client(self, client_id: str) -> Client:
        """Return a client. Raises UnknownName."""
        return self._client(self._exact(client_id))

    def find(self, reference: str) -> tuple[str, Client, Case]:
        """Return the case of a reference, as it is kept or as a person typed it, with its
        client. Raises UnknownName."""
        wanted = read_reference(reference) or reference
        for client_id, client in self._clients():
            case = client.case(wanted)
            if case is not None:
                return client_id, client, case
        raise UnknownName(
            f"no case has the reference {reference!r}", "See `passerby request list`."
        )

    def references(self) -> frozenset[str]:
        """Return all references that were given."""
        return frozenset(case.reference for _, client in self._clients() for case in client.cases)

    def add(self, profile: Profile) -> str:
        """Add a client; return her id: random, and the same as the store's."""
        client_id = self._store.add_subject()
        self._store.append(client_id, encode_event(ClientAdded(profile=profile)))
        return client_id

    def append(
        self, client_id: str, event: Event, files: Mapping[str, bytes] = _NO_FILES
    ) -> Client:
        """Append an event with the files that it names; return what stands after it.

        Files that the client has already are not kept twice. Raises UsageError when the event
        cannot have happened, and StoreBusy when another process has appended to her history
        since it was read; nothing is recorded then.
        """
        return self.append_all(client_id, [(event, files)])

    def append_all(
        self, client_id: str, happened: Sequence[tuple[Event, Mapping[str, bytes]]]
    ) -> Client:
        """Append several events, each with the files that it names: all of them or none.
        Raises as `append` does."""
        before = client = self._client(client_id)
        parts = []
        for event, files in happened:
            blobs = self._checked(client, event, files)
            client = follow(client, event)
            parts.append((encode_event(event), blobs))
        if self._pending is not None and self._pending.client_id == client_id:
            self._pending.parts.extend(parts)
            self._pending.client = client
        elif parts:
            entries = self._store.append_all(client_id, parts, after=before.records)
            self._known[client_id] = (entries[-1].digest, client)
        return client

    @contextlib.contextmanager
    def together(self, client_id: str) -> Iterator[None]:
        """Keep back what is appended to a client until the end, and then append all of it at
        once: where an error or a kill ends it, nothing of it is there.

        Until then `client` and `find` tell what stands with it; `log`, `head`, `file` and the
        like tell what is in the store. Raises as `append` does."""
        client = self._client(client_id)
        self._pending = pending = _Pending(client_id, client, after=client.records)
        try:
            yield
        finally:
            self._pending = None
        if pending.parts:
            entries = self._store.append_all(client_id, pending.parts, after=pending.after)
            self._known[client_id] = (entries[-1].digest, pending.client)

    def file(self, client_id: str, file: Attachment) -> bytes:
        """Return a kept file. Raises StoreDamaged when it is not the one that was kept."""
        data = self._store.blob(client_id, file.name)
        if hashlib.sha256(data).hexdigest() != file.sha256:
            raise StoreDamaged(f"the file {file.name} is not the one that was kept")
        return data

    def log(self, client_id: str) -> tuple[Logged, ...]:
        """Return a client's history, oldest first."""
        return tuple(
            Logged(number=entry.number, at=entry.at, digest=entry.digest, event=_event(entry))
            for entry in self._store.entries(self._exact(client_id))
        )

    def chain(self, client_id: str) -> Chain:
        """Return the chain of a client's history: hashes only."""
        return self._store.chain(client_id)

    def entries(self, client_id: str) -> tuple[Entry, ...]:
        """Return the records of a client as the store holds them, with their openings."""
        return self._store.entries(client_id)

    def head(self, client_id: str) -> str:
        """Return the head of a client's chain: the anchor that her next letter carries."""
        return self._store.head(client_id)

    def erase(self, client_id: str) -> Tombstone:
        """Destroy a client's key and records."""
        stone = self._store.erase(client_id)
        self._known.pop(client_id, None)
        return stone

    def _clients(self) -> Iterator[tuple[str, Client]]:
        for client_id in self._store.subjects():
            if client_id in self._known or self._store.entries(client_id):
                yield client_id, self._client(client_id)

    def _exact(self, client_id: str) -> str:
        if client_id not in self._store.subjects():
            raise UnknownName(
                f"there is no client {client_id!r}", "See `passerby request client list`."
            )
        return client_id

    def _client(self, client_id: str) -> Client:
        if self._pending is not None and self._pending.client_id == client_id:
            return self._pending.client
        head = self._store.head(client_id)
        known = self._known.get(client_id)
        if known is not None and known[0] == head:
            return known[1]
        entries = self._store.entries(client_id)
        try:
            client = fold(_event(entry) for entry in entries)
        except UsageError as error:
            raise StoreDamaged(
                f"the history of client {client_id} cannot have happened: {error.message}"
            ) from error
        self._known[client_id] = (entries[-1].digest, client)
        return client

    @staticmethod
    def _checked(client: Client, event: Event, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """The files to keep, each of them the one that the event names."""
        named = {file.name: file for file in files_of(event)}
        for name, data in files.items():
            if name not in named or hashlib.sha256(data).hexdigest() != named[name].sha256:
                raise BadRecord("a file is not the one that its record names")
        missing = named.keys() - files.keys() - client.files
        if missing:
            raise BadRecord(f"the record names a file that is not there: {min(missing)}")
        return {name: data for name, data in files.items() if name not in client.files}


def _event(entry: Entry) -> Event:
    try:
        return decode_event(entry.record)
    except BadRecord as error:
        raise StoreDamaged(f"record {entry.number}: {error.message}", error.hint) from error
