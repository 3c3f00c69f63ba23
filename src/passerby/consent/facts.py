"""What a consent says, and what a published file took from it. Frozen facts without a person:
who gave it and how she is reached lies elsewhere (`passerby.consent.events.ContactKept`)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from passerby.model.decision import Action
from passerby.model.geometry import Region
from passerby.model.media import Field, Format
from passerby.model.options import Method


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a run publishes: the event that its pictures show, and the outlet that they are for.
    None where nobody has said."""

    event: str | None = None
    outlet: str | None = None


NOWHERE = Place()
"""Nobody has said of which event, or for which outlet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a consent is for. Of pictures (sha256 of their files, hex), events and outlets those
    that are named have to fit, and at least one kind has to be named.

    Raises ValueError for a scope of nothing, a name of nothing, and what is no sha256.
    """

    pictures: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (self.pictures or self.events or self.outlets):
            raise ValueError("a consent is for certain pictures, an event or an outlet")
        if not all(re.fullmatch("[0-9a-f]{64}", sha256) for sha256 in self.pictures):
            raise ValueError("pictures: expected the sha256 of a file, 64 hexadecimal digits")
        if not all(map(_name, (*self.events, *self.outlets))):
            raise ValueError("the name of an event or outlet is empty")

    def problem(self, sha256: str, place: Place) -> str | None:
        """Say why it does not cover a picture in a place; None if it does."""
        if self.pictures and sha256 not in self.pictures:
            return "it is for other pictures"
        for kind, names, told in (
            ("event", self.events, place.event),
            ("outlet", self.outlets, place.outlet),
        ):
            if not names:
                continue
            if told is None:
                listed = ", ".join(names)
                return f"it is for an {kind} ({listed}), and nobody said which this is (--{kind})"
            if _name(told) not in map(_name, names):
                return f"it is for another {kind} ({', '.join(names)})"
        return None


def _name(text: str) -> str:
    """Return what two spellings of a name share."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(folded.split())


class Standing(StrEnum):
    """Whether a consent holds on a day."""

    IN_FORCE = "in force"
    NOT_YET = "not yet in force"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Contact(StrEnum):
    """What is still there of the contact and the evidence."""

    KEPT = "kept"
    ERASED = "erased"
    MISSING = "missing"
    """The adding was cut off before they were recorded: nobody can show that consent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """What was done with one face: as much of a `Decision` as making it again needs. Reasons and
    reviewers are not in it, for they name people: they stand in the copy's report."""

    action: Action
    region: Region
    frame: int | None = None
    consent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How a copy was made, so that another can be made without looking for faces again.

    `size` is (width, height) in display orientation; `to` is the format that was asked for;
    `seed` (hex) is that of the noise.
    """

    size: tuple[int, ...] | None
    method: Method
    color: tuple[int, ...]
    keep_fields: tuple[Field, ...]
    to: Format | None
    seed: str | None
    ruled: tuple[Ruled, ...]

    @property
    def consents(self) -> tuple[str, ...]:
        """The ids of the consents by which faces are visible, each once."""
        kept = (one.consent for one in self.ruled if one.action is Action.KEEP)
        return tuple(dict.fromkeys(consent for consent in kept if consent is not None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A published file in which a face is visible by a consent.

    `original` and `output` are absolute paths, None where a picture came from or went to a
    pipe; `shown` is the original as it was named; `name` is the output's below the folder that
    it was published in; `record` is where its report lies.
    """

    original_sha256: str
    original: str | None
    shown: str
    output: str | None
    name: str
    output_sha256: str
    record: str | None
    day: date
    event: str | None
    outlet: str | None
    making: Making

    @property
    def place(self) -> Place:
        """Where it was published."""
        return Place(event=self.event, outlet=self.outlet)

    @property
    def key(self) -> tuple[str | None, str]:
        """What tells one published file from another: its path and the sha256 of its bytes."""
        return self.output, self.output_sha256
