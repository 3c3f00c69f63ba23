"""Builds a law, as it holds from one day on, from its file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from passerby.rights.facts.law import (
    Actor,
    Citation,
    Clock,
    Event,
    Law,
    LawKind,
    Period,
    Resume,
    Right,
    RightKind,
    Roll,
    Start,
    Unit,
)
from passerby.rights.facts.source import Confidence, Texts
from passerby.rights.knowledge import parts
from passerby.rights.knowledge.codes import is_place
from passerby.rights.knowledge.reading import Fault, Keys, Malformed, Tree

SCHEMA = "law.schema.json"

MAIN_CLOCK = "answer"
"""The clock that runs on a first letter; every law has it, if only to say why there is none."""

LANGUAGES = ("en", "de", "fr", "es", "it", "pl")
"""The languages of a citation that is one text: provisions of US states are not translated."""

_CITATIONS = (
    "citation",
    "roll_citation",
    "extension_citation",
    "at_least_citation",
    "latest_start_citation",
    "silence",
)


def build(tree: Tree) -> Law:
    """Return the law. Raises Malformed with everything that a schema cannot see: sources and
    clocks that the file does not have, places where the law does not hold, days that contradict
    each other."""
    faults = tuple(_faults(tree))
    if faults:
        raise Malformed(*faults)
    value = tree.value
    return Law(
        id=value["id"],
        kind=LawKind(value["kind"]),
        names=parts.texts(value["names"]),
        full_names=parts.texts(value["full_names"]),
        places=tuple(value["places"]),
        applies_from=date.fromisoformat(value["applies_from"]),
        applies_to=parts.day(value["applies_to"]),
        rights=MappingProxyType(
            {RightKind(kind): _right(kind, right) for kind, right in value["rights"].items()}
        ),
        clocks=MappingProxyType(
            {name: _clock(name, clock) for name, clock in value["clocks"].items()}
        ),
        sources=parts.sources(tree),
        notes=parts.texts(value["notes"]),
        established=_maybe_citation(value.get("established")),
    )


def applies_from(law: Law) -> date:
    """Return what tells the versions of a law apart."""
    return law.applies_from


def _faults(tree: Tree) -> Iterator[Fault]:
    value = tree.value
    if value["applies_to"] is not None and value["applies_to"] <= value["applies_from"]:
        yield tree.fault(("applies_to",), "this is the day after the last: it follows the first")
    if MAIN_CLOCK not in value["clocks"]:
        what = f"the clock {MAIN_CLOCK!r} is missing: the one that runs on a first letter"
        yield tree.fault(("clocks",), what)
    yield from _source_faults(tree)
    for kind, right in value["rights"].items():
        yield from _right_faults(tree, kind, right)
    for name, clock in value["clocks"].items():
        yield from _clock_faults(tree, name, clock)


def _source_faults(tree: Tree) -> Iterator[Fault]:
    known = tree.value["sources"]
    for keys, citation in _citations(tree.value):
        for index, source in enumerate(citation["sources"]):
            if source not in known:
                what = f"{source!r} is none of the row's sources: {', '.join(known)}"
                yield tree.fault((*keys, "sources", index), what)


def _right_faults(tree: Tree, kind: str, right: Mapping[str, Any]) -> Iterator[Fault]:
    clocks = tree.value["clocks"]
    if right["clock"] is not None and right["clock"] not in clocks:
        what = f"{right['clock']!r} is none of the law's clocks: {', '.join(clocks)}"
        yield tree.fault(("rights", kind, "clock"), what)
    for index, place in enumerate(right.get("places", ())):
        if not _inside(place, tree.value["places"]):
            what = f"the law does not hold in {place}, so the right cannot"
            yield tree.fault(("rights", kind, "places", index), what)


def _clock_faults(tree: Tree, name: str, clock: Mapping[str, Any]) -> Iterator[Fault]:
    for keys, calendar in _calendars(clock):
        for place in calendar.split("+"):
            if not is_place(place):
                yield tree.fault(("clocks", name, *keys), f"{place!r} is no ISO 3166 code")
    if clock["period"] is None and "extension" in clock:
        what = "where there is no period there is nothing to extend"
        yield tree.fault(("clocks", name, "extension"), what)


def _citations(value: Mapping[str, Any]) -> Iterator[tuple[Keys, Mapping[str, Any]]]:
    if "established" in value:
        yield ("established",), value["established"]
    for kind, right in value["rights"].items():
        yield ("rights", kind, "citation"), right["citation"]
        for point, citation in right["contents"].items():
            yield ("rights", kind, "contents", point), citation
        for index, citation in enumerate(right.get("exceptions", ())):
            yield ("rights", kind, "exceptions", index), citation
    for name, clock in value["clocks"].items():
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


def _right(kind: str, value: Mapping[str, Any]) -> Right:
    places = value.get("places")
    return Right(
        kind=RightKind(kind),
        citation=_citation(value["citation"]),
        contents=MappingProxyType(
            {point: _citation(citation) for point, citation in value["contents"].items()}
        ),
        clock=value["clock"],
        places=None if places is None else tuple(places),
        exceptions=tuple(_citation(one) for one in value.get("exceptions", ())),
    )


def _clock(name: str, value: Mapping[str, Any]) -> Clock:
    why = value.get("why_none")
    return Clock(
        id=name,
        citation=_citation(value["citation"]),
        event=Event(value.get("event", Event.REQUEST)),
        actor=Actor(value.get("actor", Actor.RECIPIENT)),
        start=Start(value["start"]),
        latest_start=_period(value.get("latest_start")),
        latest_start_citation=_maybe_citation(value.get("latest_start_citation")),
        period=_period(value["period"]),
        why_none=None if why is None else parts.texts(why),
        extension=_period(value.get("extension")),
        extension_citation=_maybe_citation(value.get("extension_citation")),
        repeats=_period(value.get("repeats")),
        roll=Roll(value["roll"]),
        roll_citation=_maybe_citation(value.get("roll_citation")),
        at_least_working_days=value.get("at_least_working_days", 0),
        at_least_citation=_maybe_citation(value.get("at_least_citation")),
        calendar=value.get("calendar"),
        other_calendars=tuple(value.get("other_calendars", ())),
        pauses=tuple(_citation(one) for one in value.get("pauses", ())),
        resume=Resume(value.get("resume", Resume.UNSETTLED)),
        silence=_maybe_citation(value.get("silence")),
    )


def _period(value: Mapping[str, Any] | None) -> Period | None:
    return None if value is None else Period(count=value["count"], unit=Unit(value["unit"]))


def _maybe_citation(value: Mapping[str, Any] | None) -> Citation | None:
    return None if value is None else _citation(value)


def _citation(value: Mapping[str, Any]) -> Citation:
    return Citation(
        texts=_texts(value["text"]),
        confidence=Confidence(value["confidence"]),
        sources=tuple(value["sources"]),
    )


def _texts(text: str | Mapping[str, str]) -> Texts:
    return parts.texts(dict.fromkeys(LANGUAGES, text) if isinstance(text, str) else text)
