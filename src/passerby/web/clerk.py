"""The register of consents, for the page.

A register is for one thread, and the command line may write to it as well: so it is opened for
each errand, and closed again. What opens it is kept in memory from when a person gave it until
the server ends; nothing else of it is.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from passerby.batch.permits import Consents
from passerby.consent.facts import NOWHERE, Place
from passerby.consent.register import Evidence, Granted, Register
from passerby.consent.state import Consent
from passerby.errors import NoConsent, StoreLocked, UsageError
from passerby.store import Secret
from passerby.store.database import FILE_NAME

MOST_EVIDENCE = 20 * 2**20
"""Bytes of a file that shows a consent."""
_MOST_WAITING = 2
"""Files that wait for the consent that they show to be recorded."""


class Access(StrEnum):
    """Whether the register can be used."""

    NONE = "none"
    """There is none."""
    LOCKED = "locked"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A consent, and why a picture may not be published by it; "" if it may."""

    consent: Consent
    problem: str
    today: date


class Clerk:
    """Any thread may use it. `folder` is the register's, which need not be there; `place` says
    where is published."""

    def __init__(self, folder: Path, place: Place = NOWHERE) -> None:
        self._folder = folder
        self._place = place
        self._secret: Secret | None = None
        self._lock = threading.Lock()
        self._evidence: OrderedDict[str, Evidence] = OrderedDict()

    @property
    def state(self) -> Access:
        """Whether the register can be used."""
        if not os.path.lexists(self._folder / FILE_NAME):
            return Access.NONE
        return Access.LOCKED if self._secret is None else Access.OPEN

    def unlock(self, secret: Secret) -> None:
        """Keep what opens the register, if it does. Raises StoreLocked, or StoreMissing where
        there is no register."""
        # One guess at a time: each takes the time and memory of a key's derivation.
        with self._lock, Register.open(self._folder, secret):
            self._secret = secret

    def consents(self, sha256: str | None) -> list[Told]:
        """Return all consents, and whether each allows this picture (the sha256 of its
        original). Raises what the store raises."""
        with self._register() as register:
            today = register.today
            return [
                Told(consent=one, problem=self._problem(one, sha256, today), today=today)
                for one in register.consents()
            ]

    def check(self, consents: Iterable[str], sha256: str) -> None:
        """Raise NoConsent unless each of these allows this picture; StoreLocked while nobody can
        tell."""
        names = tuple(dict.fromkeys(consents))
        if not names:
            return
        with self._register() as register:
            for name in names:
                problem = register.problem(name, sha256, self._place)
                if problem is not None:
                    raise problem

    def keep_evidence(self, evidence: Evidence) -> str:
        """Keep a file, in memory, until the consent that it shows is recorded; return its
        number. Raises UsageError for an empty one, StoreLocked."""
        if self.state is not Access.OPEN:
            raise _locked()
        if not evidence.data:
            raise UsageError("this file is empty", "Choose what shows the consent.")
        name = secrets.token_hex(16)
        with self._lock:
            self._evidence[name] = evidence
            while len(self._evidence) > _MOST_WAITING:
                self._evidence.popitem(last=False)
        return name

    def evidence(self, name: str) -> Evidence:
        """Return a file that was kept. Raises UsageError."""
        with self._lock:
            if name not in self._evidence:
                raise UsageError("the evidence is not there any more", "Choose the file again.")
            return self._evidence[name]

    def add(self, granted: Granted, sha256: str | None, evidence: str) -> Told:
        """Record a consent, and forget the file that was kept for it. Raises what
        `Register.add` does."""
        with self._register() as register:
            consent, today = register.add(granted), register.today
        with self._lock:
            self._evidence.pop(evidence, None)
        return Told(consent=consent, problem=self._problem(consent, sha256, today), today=today)

    @contextlib.contextmanager
    def permits(self) -> Iterator[Consents | None]:
        """Open the register for a publication, in the thread that publishes; None while it is
        locked: what needs a consent is refused then."""
        if self.state is not Access.OPEN:
            yield None
            return
        with self._register() as register:
            yield Consents(register=register, place=self._place)

    def _problem(self, consent: Consent, sha256: str | None, today: date) -> str:
        return ("" if sha256 is None else consent.problem(sha256, self._place, today)) or ""

    @contextlib.contextmanager
    def _register(self) -> Iterator[Register]:
        secret = self._secret
        if self.state is Access.NONE:
            raise NoConsent("there is no register of consents")
        if secret is None:
            raise _locked()
        with Register.open(self._folder, secret) as register:
            yield register


def _locked() -> StoreLocked:
    return StoreLocked("the register of consents is locked", "Unlock it with its passphrase.")
