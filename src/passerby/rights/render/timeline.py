"""What happened in a case, day by day, as PDF and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date

from passerby.rights.render.engine import language_of, typeset
from passerby.rights.render.paper import Paper
from passerby.rights.render.plain import check_line, check_text


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One thing that happened. `digest` is the sha256 of the file that shows it, in hex; None
    when there is none."""

    day: date
    what: str
    who: str
    reference: str
    digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineLabels:
    """The words of the table, in its language. `page` has `{page}` and `{pages}` in it."""

    day: str = "Date"
    what: str = "What"
    who: str = "Who"
    reference: str = "Reference"
    digest: str = "The string under an entry is the SHA-256 of the file that shows it."
    page: str = "Page {page} of {pages}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A case, oldest entry first. `day` is the day on which it was drawn up."""

    title: str
    language: str
    reference: str
    day: date
    entries: tuple[TimelineEntry, ...]
    labels: TimelineLabels = TimelineLabels()


def timeline_json(timeline: Timeline) -> bytes:
    """Return the timeline as JSON: days in ISO 8601, ASCII, with a line end. The same timeline
    gives the same bytes."""
    document = {
        "kind": "timeline",
        "reference": timeline.reference,
        "title": timeline.title,
        "language": timeline.language,
        "day": timeline.day.isoformat(),
        "entries": [asdict(entry) | {"day": entry.day.isoformat()} for entry in timeline.entries],
    }
    return json.dumps(document, indent=2).encode() + b"\n"


def timeline_pdf(timeline: Timeline, paper: Paper) -> bytes:
    """Typeset the timeline: PDF/UA-1, with embedded fonts; the same timeline gives the same
    bytes. Raises BadRecord for text that cannot be set."""
    _check(timeline)
    labels = timeline.labels
    day = timeline.day
    data = {
        "paper": paper.value,
        **language_of(timeline.language),
        "title": timeline.title,
        "reference": timeline.reference,
        "day": {"year": day.year, "month": day.month, "day": day.day},
        "drawn": day.isoformat(),
        "columns": [labels.day, labels.what, labels.who, labels.reference],
        "digest": labels.digest,
        "page": labels.page,
        "entries": [
            {
                "day": entry.day.isoformat(),
                "what": entry.what,
                "who": entry.who,
                "reference": entry.reference,
                "digest": entry.digest,
            }
            for entry in timeline.entries
        ],
    }
    return typeset("timeline.typ", data, day)


def _check(timeline: Timeline) -> None:
    check_line(timeline.title, "the title")
    check_line(timeline.reference, "the reference")
    for entry in timeline.entries:
        check_text(entry.what, "an entry")
        check_text(entry.who, "an entry")
        check_line(entry.reference, "the reference of an entry")
        if entry.digest is not None:
            check_line(entry.digest, "the digest of an entry")
