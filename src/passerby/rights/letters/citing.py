"""Decisions in a letter: only those that bear what they are cited for, and with their finality."""

from __future__ import annotations

from collections.abc import Iterable

from passerby.rights.facts.letter import BlockKind
from passerby.rights.facts.party import Finality, Ruling, RulingKind
from passerby.rights.letters.draft import Draft

MOST = 3
"""So many decisions are cited for one thing in a request; a complaint cites all."""


def final(draft: Draft, *supports: str) -> tuple[Ruling, ...]:
    """Return the final decisions for one of these things, the latest first."""
    found = [each for each in _fitting(draft, supports) if each.finality is Finality.FINAL]
    return _surest(found)[:MOST]


def citable(draft: Draft, *supports: str) -> tuple[Ruling, ...]:
    """Return the decisions for one of these things that may be cited at all, the latest first:
    an annulled one never is."""
    found = [each for each in _fitting(draft, supports) if each.finality is not Finality.ANNULLED]
    return _surest(found)


def cite(draft: Draft, ruling: Ruling) -> str:
    """Return a decision in words, with its finality where that is not settled. Raises ValueError
    for one that was annulled."""
    values = {
        "by": draft.known(ruling.by),
        "ruling": ruling.reference,
        "day": draft.date(ruling.day),
    }
    if not ruling.confidence.certain:
        draft.doubt("ruling", by=values["by"], ruling=values["ruling"])
    if ruling.finality is Finality.UNKNOWN:
        draft.doubt("finality", by=values["by"], ruling=values["ruling"])
    values["outcome"] = draft.known(ruling.outcome)
    name = _name(ruling)
    if name in {"not-final", "settlement"}:
        values["note"] = draft.known(ruling.finality_note) if ruling.finality_note else ""
    return draft.say(f"rulings.{name}", **values)


def cite_each(draft: Draft, rulings: Iterable[Ruling]) -> None:
    """Add each decision as a bullet."""
    for ruling in rulings:
        draft.add(BlockKind.BULLET, cite(draft, ruling))


def _name(ruling: Ruling) -> str:
    match ruling.finality:
        case Finality.ANNULLED:
            raise ValueError(f"{ruling.id} was annulled and supports nothing")
        case Finality.NOT_FINAL:
            return "not-final"
        case Finality.UNKNOWN:
            return "unknown"
    kinds = {RulingKind.SETTLEMENT: "settlement", RulingKind.PROVISION: "provision"}
    return kinds.get(ruling.kind, "final")


def _fitting(draft: Draft, supports: tuple[str, ...]) -> list[Ruling]:
    matter = draft.matter
    company = None if matter.controller is None else matter.controller.id
    return [
        ruling
        for ruling in matter.rulings
        if matter.law.id in ruling.laws
        and ruling.controller in {None, company}
        and not set(supports).isdisjoint(ruling.supports)
    ]


def _surest(rulings: list[Ruling]) -> tuple[Ruling, ...]:
    """Return those that were read at the source; where there is none, the others, so that a
    letter becomes no draft for the sake of a decision that it does not need."""
    sure = [ruling for ruling in rulings if ruling.confidence.certain]
    return tuple(sorted(sure or rulings, key=lambda ruling: (ruling.day, ruling.id), reverse=True))
