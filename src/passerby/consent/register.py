"""The register: consents, and the published files that rely on each. Read this page first.

A consent is two subjects of the store. The one whose id is the consent's holds what it is for
and which files rely on it; the other holds who gave it and the evidence, under a key of its own.
The only way through leads from a consent to its files: nothing here is found by a face.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from passerby.consent.events import (
    CODEC,
    EVIDENCE,
    PRIVATE,
    ConsentGiven,
    ConsentWithdrawn,
    ContactKept,
    Event,
    Exported,
    PrivateEvent,
    Published,
    Remade,
    RunBegan,
    RunEnded,
    ShownAt,
)
from passerby.consent.facts import NOWHERE, Contact, Place, Scope, Use
from passerby.consent.state import Consent, History, Relying
from passerby.errors import (
    BadDate,
    BadRecord,
    NoConsent,
    StoreBusy,
    StoreDamaged,
    StoreMissing,
    UsageError,
)
from passerby.store import Secret, Store, Tombstone

NONE_YET = "Check where the register is, or begin one with `passerby consent add`."
"""What to do where there is no register."""
SHORTEST = 6
"""Characters of an id that are enough for a person who types it."""
_ATTEMPTS = 8
"""How often an event is tried to be recorded while other processes record others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The file that shows a consent: its bytes, and the name that it had."""

    data: bytes = field(repr=False)
    file_name: str

    @property
    def sha256(self) -> str:
        """The hash of its bytes, hex."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A consent to be recorded. It holds from `start` to `end`, both included. `contact` says
    who gave it and how she is reached; that and the evidence are kept until `keep_until`."""

    purpose: str
    scope: Scope
    start: date
    end: date | None
    contact: str
    evidence: Evidence
    keep_until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What is kept of who gave a consent, and where it was written outside of the register."""

    kept: ContactKept
    exported: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One line of a consent's history."""

    number: int
    at: datetime
    event: Event


def _today() -> date:
    return datetime.now().astimezone().date()


class Register:
    """Consents in a folder of encrypted records. `create` or `open` one; use it in a `with`.

    For one thread of one process, as the store is; others open their own. All methods raise what
    the store raises (StoreLocked, StoreMissing, StoreBusy, StoreDamaged), and StoreDamaged where
    a history holds what cannot have happened.
    """

    def __init__(self, store: Store, *, today: Callable[[], date] = _today) -> None:
        self._store = store
        self._today = today
        self._known: dict[str, tuple[str, History]] = {}
        self._private: set[str] = set()

    @classmethod
    def create(
        cls, folder: Path, secret: Secret, *, today: Callable[[], date] = _today
    ) -> tuple[Register, str]:
        """Begin a register; return it and the recovery key, to be shown once. Raises as
        `Store.create` does."""
        store, recovery = Store.create(folder, secret)
        return cls(store, today=today), recovery

    @classmethod
    def open(
        cls,
        folder: Path,
        secret: Secret,
        *,
        read_only: bool = False,
        today: Callable[[], date] = _today,
    ) -> Register:
        """Open the register in a folder. Raises as `Store.open` does."""
        try:
            return cls(Store.open(folder, secret, read_only=read_only), today=today)
        except StoreMissing as error:
            raise StoreMissing(error.message, NONE_YET) from error

    def close(self) -> None:
        """Close it."""
        self._store.close()

    def __enter__(self) -> Register:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def today(self) -> date:
        """The day that consents are held against: this machine's."""
        return self._today()

    def add(self, granted: Granted) -> Consent:
        """Record a consent; return it with its random id.

        Raises UsageError for an empty purpose, BadDate for days that cannot be meant.
        """
        _check(granted)
        private, consent_id = self._store.add_subject(), self._store.add_subject()
        # The register's part first: a process that is killed in between leaves a consent that
        # nobody can use, never a contact that nobody finds.
        given = ConsentGiven(
            day=self.today,
            purpose=granted.purpose.strip(),
            scope=granted.scope,
            start=granted.start,
            end=granted.end,
            evidence_sha256=granted.evidence.sha256,
            private=private,
        )
        self._append(consent_id, History(consent_id), given)
        kept = ContactKept(
            contact=granted.contact,
            file_name=granted.evidence.file_name,
            keep_until=granted.keep_until,
        )
        self._store.append(private, PRIVATE.encode(kept), {EVIDENCE: granted.evidence.data})
        return self.consent(consent_id)

    def consents(self) -> tuple[Consent, ...]:
        """Return all consents, in the order in which they were added."""
        return tuple(self.consent(consent_id) for consent_id in self._ids())

    def consent(self, consent_id: str) -> Consent:
        """Return a consent by its whole id. Raises NoConsent."""
        return self._consent(consent_id, self._history(consent_id))

    def find(self, typed: str) -> Consent:
        """Return the consent whose id begins with what somebody typed. Raises NoConsent where
        there is none, UsageError where there are several or it is too short."""
        wanted = typed.strip().lower()
        found = [one for one in self._ids() if one.startswith(wanted)]
        if len(wanted) < SHORTEST or len(found) > 1:
            raise UsageError(
                f"{typed!r} does not say which consent is meant",
                f"Give its id, or the first {SHORTEST} characters or more.",
            )
        if not found:
            raise NoConsent(f"there is no consent {typed!r}", "See `passerby consent list`.")
        return self.consent(found[0])

    def problem(self, consent_id: str, sha256: str, place: Place = NOWHERE) -> NoConsent | None:
        """Say why a picture (the sha256 of its original) may not be published by a consent in a
        place, as of today; None if it may."""
        try:
            consent = self.consent(consent_id)
        except NoConsent as error:
            return error
        why = consent.problem(sha256, place, self.today)
        return None if why is None else NoConsent(f"consent {consent_id}: {why}")

    def withdraw(self, consent_id: str, day: date | None = None) -> Consent:
        """Record that a consent was withdrawn; it holds no longer from now on. Once more changes
        nothing. Raises NoConsent, BadDate for a day that is still to come."""
        if day is not None and day > self.today:
            raise BadDate(f"{day} is still to come")
        event = ConsentWithdrawn(day=day or self.today)
        self._record(consent_id, lambda history: None if history.withdrawn else event)
        return self.consent(consent_id)

    def begin_run(self, consent_ids: Iterable[str], began: RunBegan) -> None:
        """Record that a run begins which may publish by these consents."""
        for consent_id in consent_ids:
            self._record(consent_id, lambda _: began)

    def end_run(self, consent_ids: Iterable[str], reports: str) -> None:
        """Record that a run into these reports has told all that it published."""
        ended = RunEnded(reports=reports)
        for consent_id in consent_ids:
            self._record(consent_id, lambda history: ended if history.runs_into(reports) else None)

    def record_use(self, use: Use) -> tuple[str, ...]:
        """Record a published file under every consent by which a face in it is visible; return
        those that it was not on record under. Of consents that are unknown here nothing is
        recorded."""
        event = Published(use=use)
        return tuple(
            consent_id
            for consent_id in use.making.consents
            if self._has(consent_id)
            and self._record(consent_id, lambda history: None if history.file(use.key) else event)
        )

    def record_shown(self, use: Use, where: Iterable[str]) -> None:
        """Record where a published file is shown: addresses, or words."""
        shown = ShownAt(
            output=use.output, output_sha256=use.output_sha256, day=self.today, where=tuple(where)
        )
        for consent_id in self._relied_on(use):
            self._record(consent_id, lambda _: shown)

    def record_remade(self, use: Use, by: str, by_sha256: str) -> None:
        """Record that another copy took the place of a published file, under every consent that
        it relied on."""
        remade = Remade(
            output=use.output,
            output_sha256=use.output_sha256,
            day=self.today,
            by=by,
            by_sha256=by_sha256,
        )

        def unless_known(history: History) -> Event | None:
            file = history.file(use.key)
            before = None if file is None else file.remade
            same = before is not None and (before.by, before.by_sha256) == (by, by_sha256)
            return None if same else remade

        for consent_id in self._relied_on(use):
            self._record(consent_id, unless_known)

    def files(self, output: str, sha256: str | None = None) -> tuple[Relying, ...]:
        """Return the published files of a path, or of the same bytes, each once."""
        found: dict[tuple[str | None, str], Relying] = {}
        for consent in self.consents():
            for one in consent.files:
                if one.use.output == output or one.use.output_sha256 == sha256:
                    found.setdefault(one.use.key, one)
        return tuple(found.values())

    def person(self, consent_id: str) -> Person | None:
        """Return what is kept of who gave a consent; None where it was erased, or never was
        recorded."""
        private = self._history(consent_id).private
        if private not in self._store.subjects():
            return None
        events = [PRIVATE.decode(entry.record) for entry in self._store.entries(private)]
        kept = [event for event in events if isinstance(event, ContactKept)]
        if not kept:
            return None
        exported = (path for e in events if isinstance(e, Exported) for path in e.where)
        return Person(kept=kept[0], exported=tuple(exported))

    def evidence(self, consent_id: str) -> Evidence:
        """Return the evidence, verified. Raises NoConsent where it was erased, StoreDamaged
        where it is not the one that was recorded."""
        person = self.person(consent_id)
        if person is None:
            raise NoConsent(f"consent {consent_id}: its evidence is not there")
        history = self._history(consent_id)
        data = self._store.blob(history.private, EVIDENCE)
        evidence = Evidence(data=data, file_name=person.kept.file_name)
        if evidence.sha256 != self._consent(consent_id, history).given.evidence_sha256:
            raise StoreDamaged(f"consent {consent_id}: the evidence is not what was recorded")
        return evidence

    def record_export(self, consent_id: str, where: Iterable[str]) -> None:
        """Record where a consent was written outside of the register. Where contact and evidence
        were erased, nothing of them is in what was written, and nothing is recorded."""
        if self.person(consent_id) is not None:
            exported: PrivateEvent = Exported(day=self.today, where=tuple(where))
            self._store.append(self._history(consent_id).private, PRIVATE.encode(exported))

    def erase(self, consent_id: str) -> Tombstone | None:
        """Destroy contact and evidence of a consent with their key; None where it was done
        before. What stays is the id and its history. Raises as `Store.erase` does."""
        private = self._history(consent_id).private
        if private not in self._store.subjects():
            return None
        return self._store.erase(private)

    def history(self, consent_id: str) -> tuple[Logged, ...]:
        """Return what happened to a consent, oldest first."""
        self._history(consent_id)
        return tuple(
            Logged(number=entry.number, at=entry.at, event=_event(entry.record, consent_id))
            for entry in self._store.entries(consent_id)
        )

    def _ids(self) -> Iterator[str]:
        """Yield the ids of consents, in the order in which they were added."""
        return (subject for subject in self._store.subjects() if self._is_consent(subject))

    def _is_consent(self, subject: str) -> bool:
        """Whether a subject is a consent, by its first record; one without records is none."""
        if subject in self._known:
            return True
        if subject in self._private:
            return False
        entries = self._store.entries(subject)
        if not entries:
            return False
        try:
            PRIVATE.decode(entries[0].record)
        except BadRecord:
            return True
        self._private.add(subject)
        return False

    def _has(self, consent_id: str) -> bool:
        return consent_id in self._store.subjects() and self._is_consent(consent_id)

    def _history(self, consent_id: str) -> History:
        if not self._has(consent_id):
            raise NoConsent(f"there is no consent {consent_id!r}", "See `passerby consent list`.")
        head = self._store.head(consent_id)
        known = self._known.get(consent_id)
        if known is not None and known[0] == head:
            return known[1]
        history = History(consent_id)
        entries = self._store.entries(consent_id)
        for entry in entries:
            history.follow(_event(entry.record, consent_id))
        self._known[consent_id] = (head, history)
        return history

    def _consent(self, consent_id: str, history: History) -> Consent:
        private = history.private
        if private in self._store.subjects():
            kept = Contact.KEPT if self._store.entries(private) else Contact.MISSING
            return history.consent(kept, None)
        stones = {stone.id: stone for stone in self._store.tombstones()}
        if private not in stones:
            raise StoreDamaged(f"consent {consent_id}: nothing says what became of its contact")
        return history.consent(Contact.ERASED, stones[private].at.astimezone().date())

    def _record(self, consent_id: str, event_for: Callable[[History], Event | None]) -> bool:
        """Append the event that is due after a consent's history; return whether there was one.
        Where another process has appended meanwhile, look again."""
        for last in [False] * (_ATTEMPTS - 1) + [True]:
            history = self._history(consent_id)
            event = event_for(history)
            if event is None:
                return False
            try:
                self._append(consent_id, history, event)
            except StoreBusy:
                if last:
                    raise
            else:
                return True
        return False

    def _append(self, consent_id: str, history: History, event: Event) -> None:
        entry = self._store.append(consent_id, CODEC.encode(event), after=history.records)
        history.follow(event)
        self._known[consent_id] = (entry.digest, history)

    def _relied_on(self, use: Use) -> tuple[str, ...]:
        return tuple(
            consent_id
            for consent_id in use.making.consents
            if self._has(consent_id) and self._history(consent_id).file(use.key)
        )


def _check(granted: Granted) -> None:
    if not granted.purpose.strip():
        raise UsageError("the purpose is empty", "Say what the person agreed to.")
    if not granted.evidence.data:
        raise UsageError("the evidence is empty", "Name the file that shows the consent.")
    if granted.end is not None and granted.end < granted.start:
        raise BadDate(f"it would end on {granted.end}, before it begins ({granted.start})")
    if granted.keep_until < granted.start:
        raise BadDate(f"it would be kept until {granted.keep_until}, before it begins")


def _event(record: bytes, consent_id: str) -> Event:
    try:
        return CODEC.decode(record)
    except BadRecord as error:
        raise StoreDamaged(f"consent {consent_id}: {error.message}", error.hint) from error
