"""What happens to a consent, one frozen record for each thing, in two histories.

`Event` is the register's part: no name, no contact, no face, no crop. `PrivateEvent` is of
another subject of the store, with a key of its own that is destroyed by itself: who gave the
consent, and what shows it. Days are those of this machine's calendar; when a thing was recorded
is kept by the store.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from passerby.consent.facts import Place, Scope, Use
from passerby.store.codec import EventCodec


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    """The first record of every consent. It holds from `start` to `end`, both included; `end`
    None: until it is withdrawn. `private` is the id of the subject that holds contact and
    evidence; `evidence_sha256` is that of the evidence's bytes."""

    day: date
    purpose: str
    scope: Scope
    start: date
    end: date | None
    evidence_sha256: str
    private: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn:
    """It was withdrawn on this day, and holds no longer."""

    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RunBegan:
    """A run began that may publish files by this consent: `out` is the folder where they go,
    `reports` that of its reports, `working` the one that it was started in. Should it be killed,
    the reports tell what it published."""

    day: date
    out: str
    reports: str
    working: str
    event: str | None
    outlet: str | None

    @property
    def place(self) -> Place:
        """Where it publishes."""
        return Place(event=self.event, outlet=self.outlet)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded:
    """A run into these reports has come to its end: all that it published is on record."""

    reports: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A file was published by this consent."""

    use: Use


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAt:
    """A published file, by its path and the sha256 of its bytes, is shown somewhere: an
    address, or words."""

    output: str | None
    output_sha256: str
    day: date
    where: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remade:
    """Another copy took the place of a published file: `by` is its path."""

    output: str | None
    output_sha256: str
    day: date
    by: str
    by_sha256: str


Event = ConsentGiven | ConsentWithdrawn | RunBegan | RunEnded | Published | ShownAt | Remade
"""What stands in the register's part of a consent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactKept:
    """Who gave the consent and how she is reached, in the words of whoever recorded it; the
    evidence, a blob of the same record, by the name that its file had; and the last day on which
    both are kept."""

    contact: str
    file_name: str
    keep_until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """The consent was written outside of the register: who erases it has to look there."""

    day: date
    where: tuple[str, ...]


PrivateEvent = ContactKept | Exported
"""What stands in the part that is erased by itself."""

EVIDENCE = "evidence"
"""The name of the blob."""

_ADVICE = "It was written by a newer Passerby, or is no record of a consent: use that version."
CODEC: EventCodec[Event] = EventCodec(union=Event, schema=1, advice=_ADVICE)
PRIVATE: EventCodec[PrivateEvent] = EventCodec(union=PrivateEvent, schema=1, advice=_ADVICE)
