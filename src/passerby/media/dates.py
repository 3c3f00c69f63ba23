"""Times of taking: the forms of XMP, IPTC and Exif, brought to one (ISO 8601).

Only what is a possible date gets through, and of it only digits of fixed places: no fractions of
a second, no words. A part that is not known is left out from there on.
"""

from __future__ import annotations

import re
from datetime import date, time, timedelta

_DAY = r"(\d{4})(?:[-:](\d\d)(?:[-:](\d\d))?)?"
_CLOCK = r"(\d\d):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?"
_ZONE = r"(Z|[+-]\d\d:?\d\d)?"
_ISO = re.compile(rf"{_DAY}(?:[T ]{_CLOCK} ?{_ZONE})?", re.ASCII)
_EARLIEST = 1826
"""Year of the oldest photograph that is known."""
_FARTHEST = timedelta(hours=14)
"""The largest offset from UTC that is in use."""


def from_iso(text: str) -> str | None:
    """Return the time of a text of ISO 8601 as XMP has it (ISO 16684-1, 8.2.1.1), or of Exif's
    form with colons in the date; None for what is no possible time."""
    match = _ISO.fullmatch(text.strip().removesuffix("\x00"))
    if match is None:
        return None
    year, month, day, hour, minute, second, zone = match.groups()
    when = _day(year, month, day)
    if when is None or hour is None:
        return when
    clock = _clock(hour, minute, second)
    if clock is None or len(when) != len("2024-05-31"):
        # The day is good without its time.
        return when
    return f"{when}T{clock}{_zone(zone)}"


def from_exif(text: str, offset: str | None) -> str | None:
    """Return the time of DateTimeOriginal, with OffsetTimeOriginal where that is one."""
    when = from_iso(text)
    if when is None or "T" not in when or offset is None:
        return when
    return from_iso(f"{when[: len('2024-05-31T23:59:59')]}{offset.strip()}") or when


def from_iptc(day: str, clock: str | None) -> str | None:
    """Return the time of data set 2:55, CCYYMMDD, and 2:60, HHMMSS and the offset from UTC.

    Zeros stand for a month or day that is not known.
    """
    if not re.fullmatch(r"\d{8}", day, re.ASCII):
        return None
    year, month, number = day[:4], day[4:6], day[6:]
    parts = [year, *([month] if month != "00" else [])]
    if month != "00" and number != "00":
        parts.append(number)
    when = from_iso("-".join(parts))
    match = re.fullmatch(r"(\d\d)(\d\d)(\d\d)([+-]\d{4})?", clock or "", re.ASCII)
    if when is None or match is None:
        return when
    hour, minute, second, zone = match.groups()
    return from_iso(f"{when}T{hour}:{minute}:{second}{zone or ''}") or when


def day_of(when: str) -> str:
    """Return a time without what is finer than a day."""
    return when.partition("T")[0]


def _day(year: str, month: str | None, day: str | None) -> str | None:
    """Return a date as far as it is known; None when there is no such date."""
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    if int(year) < _EARLIEST:
        return None
    return "-".join(part for part in (year, month, day) if part is not None)


def _clock(hour: str, minute: str, second: str | None) -> str | None:
    try:
        time(int(hour), int(minute), int(second or 0))
    except ValueError:
        return None
    return ":".join(part for part in (hour, minute, second) if part is not None)


def _zone(text: str | None) -> str:
    """Return an offset as ``+01:00``, or nothing where there is none that can be."""
    if text is None or text == "Z":
        return text or ""
    hours, minutes = int(text[1:3]), int(text[-2:])
    if minutes > 59 or timedelta(hours=hours, minutes=minutes) > _FARTHEST:
        return ""
    return f"{text[0]}{hours:02}:{minutes:02}"
