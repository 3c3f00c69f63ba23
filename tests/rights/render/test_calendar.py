"""Reminders, read back by another library than the one that wrote them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
import vobject

from passerby.errors import BadRecord
from passerby.rights.render.calendar import (
    WORDS,
    Due,
    Entry,
    calendar_of,
    cancellation_of,
    entry_uid,
)

AT = datetime(2026, 11, 24, 23, 30, 5, 999, tzinfo=timezone(timedelta(hours=1)))
ENTRY = Entry(
    case_id="9f2c1e7a", reference="PB-7K2M-9QXD", due=Due.ANSWER, day=date(2026, 12, 29), sequence=2
)


def read(data: bytes) -> Any:
    return vobject.readOne(data.decode("utf-8"))


def test_an_independent_parser_reads_it():
    other = replace(ENTRY, due=Due.OVERDUE, day=date(2026, 12, 30))
    calendar = read(calendar_of([ENTRY, other], AT))
    assert calendar.version.value == "2.0"
    assert calendar.method.value == "PUBLISH"
    first, second = calendar.vevent_list
    assert first.summary.value == "PB-7K2M-9QXD: answer due"
    assert second.summary.value == "PB-7K2M-9QXD: no answer: next letter"
    assert (first.dtstart.value, first.dtend.value) == (date(2026, 12, 29), date(2026, 12, 30))
    assert first.dtstamp.value == datetime(2026, 11, 24, 22, 30, 5, tzinfo=UTC)
    assert first.sequence.value == "2"
    assert first.transp.value == "TRANSPARENT"
    assert first.uid.value != second.uid.value


def test_alarms_ring_at_nine_a_week_and_a_day_before_and_on_the_day():
    [event] = read(calendar_of([ENTRY], AT)).vevent_list
    midnight = datetime(2026, 12, 29)
    rings = sorted(midnight + alarm.trigger.value for alarm in event.valarm_list)
    assert rings == [datetime(2026, 12, day, 9) for day in (22, 28, 29)]
    assert {alarm.action.value for alarm in event.valarm_list} == {"DISPLAY"}


def test_a_day_computed_anew_replaces_the_entry():
    later = replace(ENTRY, day=date(2027, 2, 28), sequence=3)
    old, new = (read(calendar_of([entry], AT)).vevent for entry in (ENTRY, later))
    assert old.uid.value == new.uid.value
    assert int(new.sequence.value) > int(old.sequence.value)


def test_an_entry_is_taken_out_again():
    calendar = read(cancellation_of([replace(ENTRY, sequence=3)], AT))
    assert calendar.method.value == "CANCEL"
    assert calendar.vevent.status.value == "CANCELLED"
    assert calendar.vevent.uid.value == read(calendar_of([ENTRY], AT)).vevent.uid.value
    assert not hasattr(calendar.vevent, "valarm")


def test_uids_are_stable_and_tell_nothing():
    uids = {entry_uid(case, due) for case in ("a", "b") for due in Due}
    assert len(uids) == 2 * len(Due)
    assert entry_uid("9f2c1e7a", Due.ANSWER) == entry_uid("9f2c1e7a", Due.ANSWER)
    assert all(re.fullmatch(r"[0-9a-f]{32}", uid) for uid in uids)


def test_nothing_tells_what_it_is_about():
    entries = [replace(ENTRY, due=due) for due in Due]
    for data in (calendar_of(entries, AT), cancellation_of(entries, AT)):
        text = data.decode().lower()
        assert "9f2c1e7a" not in text
        for word in ("passerby", "face", "gdpr", "law", "right", "biometr", "data", "privacy",
                     "request", "erasure", "company", "photo", "complaint", "location",
                     "organizer", "attendee", "url"):  # fmt: skip
            assert word not in text.replace("value=date", "").replace("-//pb//", ""), word


def test_the_words_of_a_language():
    words = {**WORDS, Due.RECEIPT: "Eingang eintragen; Größe, \\ Rest"}
    [event] = read(calendar_of([replace(ENTRY, due=Due.RECEIPT)], AT, words)).vevent_list
    assert event.summary.value == "PB-7K2M-9QXD: Eingang eintragen; Größe, \\ Rest"


@pytest.mark.parametrize("entries", [[ENTRY, ENTRY], []])
def test_lines_are_short_and_end_as_the_format_wants(entries: list[Entry]):
    words = dict.fromkeys(Due, "ä" * 200)
    data = calendar_of(entries, AT, words)
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_a_title_is_one_line():
    with pytest.raises(BadRecord):
        calendar_of([replace(ENTRY, reference="PB-1\r\nATTENDEE:x")], AT)
    with pytest.raises(ValueError, match="zone"):
        calendar_of([ENTRY], AT.replace(tzinfo=None))
