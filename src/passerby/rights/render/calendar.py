"""Deadlines as iCalendar (RFC 5545): neutral, because calendars are shared and synchronised.

Nothing in a file speaks of faces, companies, people, law or this program.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

import icalendar

from passerby.rights.render.plain import check_line


class Due(StrEnum):
    """What a day in the calendar is for."""

    ANSWER = "answer"
    """The last day for an answer."""
    EXTENDED_ANSWER = "extended-answer"
    """The last day for it where the time was extended."""
    OVERDUE = "overdue"
    """The first day on which an answer is late under every reading."""
    RECEIPT = "receipt"
    """Record when the letter was received: until then no day is known."""
    APPEAL = "appeal"
    """The last day for an appeal or a complaint."""
    CHECK = "check"
    """Look again whether it has begun anew."""


WORDS: Mapping[Due, str] = {
    Due.ANSWER: "answer due",
    Due.EXTENDED_ANSWER: "extended answer due",
    Due.OVERDUE: "no answer: next letter",
    Due.RECEIPT: "record the date of receipt",
    Due.APPEAL: "last day for the next step",
    Due.CHECK: "check again",
}
"""What follows a reference in English."""

_PRODUCT = "-//PB//Reminders//EN"
_AT_NINE = timedelta(hours=9)
_ALARMS = (timedelta(days=-7), timedelta(days=-1), timedelta())


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A day in the calendar. `case_id` is the case's random id, `sequence` how often the day was
    computed anew; a calendar replaces the entry of the same case and use by a later sequence."""

    case_id: str
    reference: str
    due: Due
    day: date
    sequence: int = 0


def entry_uid(case_id: str, due: Due) -> str:
    """Return the stable UID of an entry: a hash, from which nobody learns of the case."""
    return hashlib.sha256(f"{case_id}\0{due.value}".encode()).hexdigest()[:32]


def calendar_of(entries: Iterable[Entry], at: datetime, words: Mapping[Due, str] = WORDS) -> bytes:
    """Return all-day events with alarms at nine in the morning: 7 days and 1 day before, and on
    the day. `at` (aware) is the DTSTAMP. Raises BadRecord for a reference of several lines."""
    calendar = _calendar("PUBLISH")
    for entry in entries:
        event = _event(entry, at, words)
        for before in _ALARMS:
            event.add_component(_alarm(before + _AT_NINE, str(event["summary"])))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def cancellation_of(
    entries: Iterable[Entry], at: datetime, words: Mapping[Due, str] = WORDS
) -> bytes:
    """Return what takes entries out of a calendar again (METHOD:CANCEL). Each has to have a
    higher sequence than the entry that it takes out. Raises as `calendar_of` does."""
    calendar = _calendar("CANCEL")
    for entry in entries:
        event = _event(entry, at, words)
        event.add("status", "CANCELLED")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _calendar(method: str) -> icalendar.Calendar:
    calendar = icalendar.Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    return calendar


def _event(entry: Entry, at: datetime, words: Mapping[Due, str]) -> icalendar.Event:
    if at.tzinfo is None:
        raise ValueError("a time without its zone")
    title = f"{entry.reference}: {words[entry.due]}"
    check_line(title, "the title of a reminder")
    event = icalendar.Event()
    event.add("uid", entry_uid(entry.case_id, entry.due))
    event.add("dtstamp", at.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", entry.sequence)
    event.add("dtstart", entry.day)
    event.add("dtend", entry.day + timedelta(days=1))
    event.add("summary", title)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    return event


def _alarm(trigger: timedelta, title: str) -> icalendar.Alarm:
    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", trigger)
    return alarm
