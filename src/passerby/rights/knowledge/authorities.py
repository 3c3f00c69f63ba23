"""Builds a supervisory authority from its file."""

from __future__ import annotations

from passerby.rights.facts.party import Authority, Remit
from passerby.rights.knowledge import parts
from passerby.rights.knowledge.reading import Tree


def build(tree: Tree) -> Authority:
    """Return the authority. Raises Malformed when a source is named that the file does not
    have."""
    value = tree.value
    return Authority(
        id=value["id"],
        names=parts.texts(value["names"]),
        places=tuple(value["places"]),
        remits=tuple(Remit(remit) for remit in value["remits"]),
        languages=tuple(value["languages"]),
        contacts=parts.contacts(tree),
        sources=tuple(parts.sources(tree).values()),
    )
