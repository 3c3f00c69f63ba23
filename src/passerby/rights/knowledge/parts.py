"""Builds what rows of several kinds are made of, from a tree that its schema has accepted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from passerby.rights.facts.party import Channel, Contact
from passerby.rights.facts.source import Confidence, Source, Texts
from passerby.rights.knowledge.reading import Keys, Tree


def texts(value: Mapping[str, str]) -> Texts:
    """Return a text in several languages."""
    return MappingProxyType(dict(value))


def day(value: str | None) -> date | None:
    """Return a day that the schema has checked; None stays None."""
    return None if value is None else date.fromisoformat(value)


def sources(tree: Tree) -> Mapping[str, Source]:
    """Return the sources of a row by their keys."""
    given: Mapping[str, Any] = tree.value["sources"]
    return MappingProxyType({key: _source(value) for key, value in given.items()})


def source(tree: Tree, keys: Keys, key: str) -> Source:
    """Return the source that the value at the end of `keys` names. Raises Malformed when the
    row has none of that name."""
    known = tree.value["sources"]
    if key not in known:
        tree.refuse(keys, f"{key!r} is none of the row's sources: {', '.join(known)}")
    return _source(known[key])


def contacts(tree: Tree) -> tuple[Contact, ...]:
    """Return the addresses of a row, in their order. Raises Malformed."""
    return tuple(
        Contact(
            channel=Channel(value["channel"]),
            value=value["value"].strip(),
            source=source(tree, ("contacts", index, "source"), value["source"]),
            checked=day(value["checked"]),
            confidence=Confidence(value["confidence"]),
            purpose=value.get("purpose", ""),
        )
        for index, value in enumerate(tree.value["contacts"])
    )


def _source(value: Mapping[str, Any]) -> Source:
    return Source(title=value["title"], url=value["url"], checked=day(value["checked"]))
