"""When a picture was taken, by the first bytes of its file: enough to tell bursts."""

from __future__ import annotations

from datetime import datetime

from passerby.media.fields import Sources
from passerby.model.media import Field

_EXIF = b"Exif\x00\x00"


def taken_at(head: bytes) -> datetime | None:
    """Return the time of the Exif block that begins in these bytes, to the second and without an
    offset from UTC; None where there is none, or only a day."""
    start = head.find(_EXIF)
    if start < 0:
        return None
    found = Sources()
    found.add_exif(head[start:])
    text = dict(found.values()).get(Field.TIME, "")
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when.replace(tzinfo=None) if "T" in text else None
