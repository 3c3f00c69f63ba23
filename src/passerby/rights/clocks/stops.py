"""Putting pauses in order before a clock is counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from passerby.errors import BadDate
from passerby.rights.facts.deadline import Occurrence, Pause


def check(occurrence: Occurrence) -> None:
    """Raise BadDate where the days of an occurrence contradict each other."""
    sent, received = occurrence.sent, occurrence.received
    if received is not None and received < sent:
        raise BadDate(
            f"received on {received}, before it was sent on {sent}",
            "Check both days: --event is the day of sending, --received the day of receipt.",
        )
    begin = received or sent
    if occurrence.extended_on is not None and occurrence.extended_on < begin:
        raise BadDate(
            f"the extension of {occurrence.extended_on} was announced before {begin}, when the "
            "clock began to run"
        )
    for pause in occurrence.pauses:
        if pause.since < sent:
            raise BadDate(f"the pause from {pause.since} began before {sent}, the day of sending")
        if pause.until is not None and pause.until < pause.since:
            raise BadDate(f"the pause from {pause.since} ends before it begins, on {pause.until}")


def in_order(pauses: Iterable[Pause], event: date) -> tuple[Pause, ...]:
    """Return the pauses that can matter, in order, those that touch each other made one. A pause
    of no days, or over by the event, cannot."""
    found: list[Pause] = []
    for pause in sorted(pauses, key=lambda one: one.since):
        if pause.until is not None and pause.until <= max(pause.since, event):
            continue
        before = found[-1] if found else None
        if before is None or (before.until is not None and pause.since > before.until):
            found.append(pause)
            continue
        found[-1] = replace(
            before, until=_later(before.until, pause.until), why=_why(before, pause)
        )
    return tuple(found)


def _later(one: date | None, other: date | None) -> date | None:
    return None if one is None or other is None else max(one, other)


def _why(one: Pause, other: Pause) -> str:
    return one.why if other.why == one.why else f"{one.why}; {other.why}"
