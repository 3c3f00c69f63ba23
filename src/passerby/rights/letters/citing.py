"""Decisions in a letter: only those that bear what they are cited for, and with their finality."""

from __future__ import annotations

from collections.abc import Iterable

from passerby.rights.facts.letter import BlockKind
from passerby.rights.facts.party import Finality, Ruling, RulingKind
from passerby.rights.letters.draft import Draft

_AGAINST = "abusive-requests"
"""What a decision supports that helps the other side: it is heeded, and not cited."""

MOST = 3
"""So many decisions are cited for one thing in a request; a complaint cites all."""


def final(draft: Draft, *supports: str) -> tuple[Ruling, ...]:
    """Return the decisions for one of these things that are final and were read at the source,
    the latest first: a first letter becomes no draft for the sake of one that it can do without."""
    found = [
        each
        for each in _fitting(draft, supports)
        if each.finality is Finality.FINAL and each.confidence.certain
    ]
    return _latest_first(found)[:MOST]


def citable(draft: Draft, *supports: str) -> tuple[Ruling, ...]:
    """Return the decisions for one of these things that may be cited at all, the latest first:
    an annulled one never is, and one that was not read at the source only where none was."""
    found = [each for each in _fitting(draft, supports) if each.finality is not Finality.ANNULLED]
    return _latest_first([each for each in found if each.confidence.certain] or found)


def cite(draft: Draft, ruling: Ruling) -> str:
    """Return a decision in words, with its finality where that is not settled. Raises ValueError
    for one that was annulled."""
    values = {
        "by": draft.known(ruling.by),
        "ruling": ruling.reference,
        "day": str(ruling.day.year) if ruling.month_only else draft.date(ruling.day),
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
        and _AGAINST not in ruling.supports
    ]


def _latest_first(rulings: list[Ruling]) -> tuple[Ruling, ...]:
    return tuple(sorted(rulings, key=lambda ruling: (ruling.day, ruling.id), reverse=True))
