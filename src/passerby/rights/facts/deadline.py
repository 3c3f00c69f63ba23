"""When something is due, and how that was computed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from passerby.rights.facts.source import Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Days on which a clock stands still. `until` is the first day on which it runs again; None
    while it is still stopped."""

    since: date
    until: date | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """What happened: the request was sent, and perhaps received. `extended_on` is the day on
    which the other side announced an extension, with reasons; None: it did not."""

    sent: date
    received: date | None = None
    pauses: tuple[Pause, ...] = ()
    extended_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a computation: the day it leads to, the rule in words, and its provision.
    `rule` is a stable key, so that a reader can replay the steps."""

    rule: str
    day: date
    text: str
    citation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One way to read the law: under the calendar of one place, with or without rolling."""

    name: str
    due: date
    extended: date | None
    steps: tuple[Step, ...]
    extended_steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """When an answer is due. `due` and `extended` are the earliest readings' (the legal dates),
    `overdue_from` is the day after the latest reading that counts: the extended one only when
    an extension was announced in time. It is None while the day of receipt is not known and the
    law counts from it; where the requester has to act, it is the day after the earliest reading.
    All None where the law sets no period, and then `why_none` says so. `open_ended`: a pause has
    not ended, so no date stands yet."""

    due: date | None
    extended: date | None
    overdue_from: date | None
    readings: tuple[Reading, ...]
    confidence: Confidence
    notes: tuple[str, ...] = ()
    why_none: str | None = None
    open_ended: bool = False
