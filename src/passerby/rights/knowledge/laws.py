"""Laws from their files: values that fit the schema -> `Law`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from passerby.rights.facts.law import (
    Actor,
    Citation,
    Clock,
    Event,
    Law,
    LawKind,
    Period,
    Right,
    RightKind,
    Roll,
    Start,
    Unit,
)
from passerby.rights.facts.source import Confidence, Source, Texts
from passerby.rights.knowledge.codes import is_place

SCHEMA = "law.schema.json"

LANGUAGES = ("en", "de", "fr", "es", "it", "pl")
"""The languages of a citation that is one text: provisions of US states are not translated."""

Keys = tuple[str | int, ...]
"""The way from the top of a file to a value."""

_CITATIONS = (
    "citation",
    "roll_citation",
    "extension_citation",
    "at_least_citation",
    "latest_start_citation",
    "silence",
)


def faults_of(row: Mapping[str, Any]) -> Iterator[tuple[Keys, str]]:
    """Yield what a schema cannot see in the row of a law: references that lead nowhere, and
    days that contradict each other."""
    if row["applies_to"] is not None and row["applies_to"] <= row["applies_from"]:
        yield ("applies_to",), "a law ends after it began: applies_to is the day after its last"
    for keys, citation in _citations(row):
        for index, source in enumerate(citation["sources"]):
            if source not in row["sources"]:
                yield (*keys, "sources", index), f"there is no source {source!r} in this file"
    for kind, right in row["rights"].items():
        if right["clock"] is not None and right["clock"] not in row["clocks"]:
            yield (
                ("rights", kind, "clock"),
                f"there is no clock {right['clock']!r} in this file",
            )
        for index, place in enumerate(right.get("places", ())):
            if not _inside(place, row["places"]):
                yield ("rights", kind, "places", index), f"this law does not hold in {place}"
    if "answer" not in row["clocks"]:
        yield ("clocks",), "the clock 'answer' is missing: the one that runs on a first letter"
    for name, clock in row["clocks"].items():
        for keys, calendar in _calendars(clock):
            if not all(is_place(part) for part in calendar.split("+")):
                yield ("clocks", name, *keys), f"{calendar!r} is no place of ISO 3166"


def law_of(row: Mapping[str, Any]) -> Law:
    """Return the law of a row that fits the schema and has no faults."""
    end = row["applies_to"]
    return Law(
        id=row["id"],
        kind=LawKind(row["kind"]),
        names=row["names"],
        full_names=row["full_names"],
        places=tuple(row["places"]),
        applies_from=date.fromisoformat(row["applies_from"]),
        applies_to=None if end is None else date.fromisoformat(end),
        rights={RightKind(key): _right(key, right) for key, right in row["rights"].items()},
        clocks={key: _clock(key, clock) for key, clock in row["clocks"].items()},
        sources={key: _source(source) for key, source in row["sources"].items()},
        notes=row["notes"],
    )


def _citations(row: Mapping[str, Any]) -> Iterator[tuple[Keys, Mapping[str, Any]]]:
    for kind, right in row["rights"].items():
        yield ("rights", kind, "citation"), right["citation"]
        for point, citation in right["contents"].items():
            yield ("rights", kind, "contents", point), citation
        for index, citation in enumerate(right.get("exceptions", ())):
            yield ("rights", kind, "exceptions", index), citation
    for name, clock in row["clocks"].items():
        for key in _CITATIONS:
            if key in clock:
                yield ("clocks", name, key), clock[key]
        for index, citation in enumerate(clock.get("pauses", ())):
            yield ("clocks", name, "pauses", index), citation


def _calendars(clock: Mapping[str, Any]) -> Iterator[tuple[Keys, str]]:
    if "calendar" in clock:
        yield ("calendar",), clock["calendar"]
    for index, calendar in enumerate(clock.get("other_calendars", ())):
        yield ("other_calendars", index), calendar


def _inside(place: str, places: list[str]) -> bool:
    return place in places or place.partition("-")[0] in places


def _right(kind: str, row: Mapping[str, Any]) -> Right:
    places = row.get("places")
    return Right(
        kind=RightKind(kind),
        citation=_citation(row["citation"]),
        contents={point: _citation(citation) for point, citation in row["contents"].items()},
        clock=row["clock"],
        places=None if places is None else tuple(places),
        exceptions=tuple(_citation(one) for one in row.get("exceptions", ())),
    )


def _clock(name: str, row: Mapping[str, Any]) -> Clock:
    return Clock(
        id=name,
        citation=_citation(row["citation"]),
        event=Event(row.get("event", Event.REQUEST)),
        actor=Actor(row.get("actor", Actor.RECIPIENT)),
        start=Start(row["start"]),
        period=_period(row["period"]),
        extension=_period(row.get("extension")),
        extension_citation=_maybe_citation(row.get("extension_citation")),
        roll=Roll(row["roll"]),
        roll_citation=_maybe_citation(row.get("roll_citation")),
        at_least_working_days=row.get("at_least_working_days", 0),
        at_least_citation=_maybe_citation(row.get("at_least_citation")),
        calendar=row.get("calendar"),
        other_calendars=tuple(row.get("other_calendars", ())),
        pauses=tuple(_citation(one) for one in row.get("pauses", ())),
        why_none=row.get("why_none"),
        latest_start=_period(row.get("latest_start")),
        latest_start_citation=_maybe_citation(row.get("latest_start_citation")),
        repeats=_period(row.get("repeats")),
        silence=_maybe_citation(row.get("silence")),
    )


def _period(row: Mapping[str, Any] | None) -> Period | None:
    return None if row is None else Period(count=row["count"], unit=Unit(row["unit"]))


def _maybe_citation(row: Mapping[str, Any] | None) -> Citation | None:
    return None if row is None else _citation(row)


def _citation(row: Mapping[str, Any]) -> Citation:
    return Citation(
        texts=_texts(row["text"]),
        confidence=Confidence(row["confidence"]),
        sources=tuple(row["sources"]),
    )


def _texts(text: str | Texts) -> Texts:
    return dict.fromkeys(LANGUAGES, text) if isinstance(text, str) else text


def _source(row: Mapping[str, Any]) -> Source:
    checked = row["checked"]
    return Source(
        title=row["title"],
        url=row["url"],
        checked=None if checked is None else date.fromisoformat(checked),
    )
