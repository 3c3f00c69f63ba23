"""A consent as it stands after its records. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Never

from passerby.consent.events import (
    ConsentGiven,
    ConsentWithdrawn,
    Event,
    Published,
    Remade,
    RunBegan,
    RunEnded,
    ShownAt,
)
from passerby.consent.facts import Contact, Place, Standing, Use
from passerby.errors import StoreDamaged
from passerby.model.consent import End, Ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Relying:
    """A published file that relied on a consent, where it is shown, and what took its place."""

    use: Use
    where: tuple[str, ...] = ()
    remade: Remade | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A consent as it stands. `files` are the published files that relied on it, in the order in
    which they were published; `runs` are those that were cut off before they told all."""

    id: str
    given: ConsentGiven
    contact: Contact
    erased: date | None = None
    withdrawn: date | None = None
    files: tuple[Relying, ...] = ()
    runs: tuple[RunBegan, ...] = ()

    def standing(self, today: date) -> Standing:
        """Whether it holds on a day. What is withdrawn holds on no day."""
        if self.withdrawn is not None:
            return Standing.WITHDRAWN
        if self.given.end is not None and today > self.given.end:
            return Standing.EXPIRED
        return Standing.NOT_YET if today < self.given.start else Standing.IN_FORCE

    def problem(self, sha256: str, place: Place, today: date) -> str | None:
        """Say why no picture may be published by it: `sha256` is the original's. None if it
        may."""
        ended = self.ended(today)
        if ended is not None:
            since = f" on {ended.day}" if ended.day is not None else ""
            told = {
                End.WITHDRAWN: f"it was withdrawn{since}",
                End.EXPIRED: f"it expired{since}",
                End.UNPROVEN: "its evidence is not there: nobody can show it",
            }
            return told[ended.how]
        if self.standing(today) is Standing.NOT_YET:
            return f"it begins on {self.given.start}"
        return self.given.scope.problem(sha256, place)

    def ended(self, today: date) -> Ended | None:
        """Return how it came to its end; None while it holds, or is still to begin."""
        standing = self.standing(today)
        if standing is Standing.WITHDRAWN:
            return Ended(consent=self.id, how=End.WITHDRAWN, day=self.withdrawn)
        if standing is Standing.EXPIRED:
            return Ended(consent=self.id, how=End.EXPIRED, day=self.given.end)
        if self.contact is not Contact.KEPT:
            return Ended(consent=self.id, how=End.UNPROVEN, day=self.erased)
        return None

    @property
    def standing_files(self) -> tuple[Relying, ...]:
        """The files that relied on it and that nothing took the place of."""
        return tuple(one for one in self.files if one.remade is None)

    def file(self, output: str | None, sha256: str) -> Relying | None:
        """Return a file by its path and the sha256 of its bytes, or None."""
        return next((one for one in self.files if one.use.key == (output, sha256)), None)


class History:
    """The records of a consent, followed one by one; `consent` is what stands after them."""

    def __init__(self, consent_id: str) -> None:
        self._id = consent_id
        self._given: ConsentGiven | None = None
        self._withdrawn: date | None = None
        self._files: dict[tuple[str | None, str], Relying] = {}
        self._runs: list[RunBegan] = []
        self.records = 0

    def follow(self, event: Event) -> None:
        """Take in the next record. Raises StoreDamaged for what cannot have happened."""
        if isinstance(event, ConsentGiven) is not (self._given is None):
            self._refuse()
        match event:
            case ConsentGiven():
                self._given = event
            case ConsentWithdrawn():
                self._withdrawn = self._withdrawn or event.day
            case RunBegan():
                self._runs.append(event)
            case RunEnded():
                self._runs = [run for run in self._runs if run.reports != event.reports]
            case Published():
                self._files.setdefault(event.use.key, Relying(use=event.use))
            case ShownAt():
                file = self._file(event.output, event.output_sha256)
                where = tuple(dict.fromkeys((*file.where, *event.where)))
                self._files[file.use.key] = replace(file, where=where)
            case Remade():
                file = self._file(event.output, event.output_sha256)
                self._files[file.use.key] = replace(file, remade=event)
        self.records += 1

    def consent(self, contact: Contact, erased: date | None) -> Consent:
        """Return the consent as it stands. Raises StoreDamaged where nothing says what it is."""
        if self._given is None:
            self._refuse()
        return Consent(
            id=self._id,
            given=self._given,
            contact=contact,
            erased=erased,
            withdrawn=self._withdrawn,
            files=tuple(self._files.values()),
            runs=tuple(self._runs),
        )

    @property
    def private(self) -> str:
        """The id of the subject that holds contact and evidence. Raises StoreDamaged."""
        if self._given is None:
            self._refuse()
        return self._given.private

    @property
    def withdrawn(self) -> bool:
        """Whether it was withdrawn."""
        return self._withdrawn is not None

    def runs_into(self, reports: str) -> bool:
        """Whether a run into a folder of reports has not ended."""
        return any(run.reports == reports for run in self._runs)

    def file(self, key: tuple[str | None, str]) -> Relying | None:
        """Return a published file by `Use.key`, or None."""
        return self._files.get(key)

    def _file(self, output: str | None, sha256: str) -> Relying:
        if (output, sha256) not in self._files:
            self._refuse()
        return self._files[output, sha256]

    def _refuse(self) -> Never:
        raise StoreDamaged(f"consent {self._id}: record {self.records + 1} is none that can follow")
