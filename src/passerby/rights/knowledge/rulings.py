"""Builds a decision of a court or an authority from its file."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from passerby.rights.facts.party import Finality, Ruling, RulingKind
from passerby.rights.facts.source import Confidence
from passerby.rights.knowledge import parts
from passerby.rights.knowledge.codes import is_month
from passerby.rights.knowledge.reading import Tree
from passerby.rights.knowledge.validation import schema_of

SCHEMA = "ruling.schema.json"


def build(tree: Tree) -> Ruling:
    """Return the decision."""
    value = tree.value
    return Ruling(
        id=value["id"],
        kind=RulingKind(value["kind"]),
        by=parts.texts(value["by"]),
        reference=value["reference"],
        day=_last_day(value["day"]),
        month_only=is_month(value["day"]),
        outcome=parts.texts(value["outcome"]),
        controller=value["controller"],
        finality=Finality(value["finality"]),
        finality_note=parts.texts(value["finality_note"]),
        laws=tuple(value["laws"]),
        supports=tuple(value["supports"]),
        confidence=Confidence(value["confidence"]),
        sources=tuple(parts.sources(tree).values()),
    )


def _last_day(text: str) -> date:
    if not is_month(text):
        return date.fromisoformat(text)
    first = date.fromisoformat(f"{text}-01")
    return first.replace(day=monthrange(first.year, first.month)[1])


def supports() -> tuple[str, ...]:
    """Return what a decision can be cited for; the schema describes each."""
    return tuple(schema_of(SCHEMA)["$defs"]["support"]["enum"])
