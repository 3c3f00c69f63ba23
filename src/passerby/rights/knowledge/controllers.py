"""Builds a face-search company from its file."""

from __future__ import annotations

from passerby.rights.facts.party import Controller, Demand
from passerby.rights.facts.source import Confidence
from passerby.rights.knowledge import parts
from passerby.rights.knowledge.reading import Tree


def build(tree: Tree) -> Controller:
    """Return the company. Raises Malformed when a source is named that the file does not have,
    or when there is neither an address nor a word on where to look for one."""
    value = tree.value
    missing = tuple(value.get("missing", ()))
    if not value["contacts"] and not missing:
        tree.refuse(("contacts",), "no address: `missing` has to say what to look up, and where")
    return Controller(
        id=value["id"],
        name=value["name"],
        also=tuple(value.get("also", ())),
        seat=value["seat"],
        languages=tuple(value["languages"]),
        contacts=parts.contacts(tree),
        demands=_demands(tree),
        authority=value.get("authority"),
        sources=tuple(parts.sources(tree).values()),
        conflicts=tuple(value.get("conflicts", ())),
        missing=missing,
    )


def _demands(tree: Tree) -> tuple[Demand, ...]:
    return tuple(
        Demand(
            what=value["what"],
            confidence=Confidence(value["confidence"]),
            source=parts.source(tree, ("demands", index, "source"), value["source"]),
        )
        for index, value in enumerate(tree.value.get("demands", ()))
    )
