"""Checks everything that is known: every file, what files say of each other, and their age."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

from passerby.errors import BadKnowledge
from passerby.rights.knowledge import folders
from passerby.rights.knowledge.library import Knowledge
from passerby.rights.knowledge.reading import Fault, Keys, Malformed
from passerby.rights.knowledge.tables import TABLES, Kind, Row

FRESH = 365
"""Days after which a row has to be compared with its sources again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a check found. `own` are the rows of the user's, of which some stand in place of
    others; `never` those that nobody compared with their sources, `stale` those of which that is
    more than a year ago, `ahead` those of which that is still to come (a day mistyped, or a clock
    that is wrong); `faults` what is wrong, empty when all can be used."""

    counts: Mapping[Kind, int]
    own: tuple[Row, ...]
    never: tuple[Row, ...]
    stale: tuple[Row, ...]
    ahead: tuple[Row, ...]
    faults: tuple[Fault, ...]


def check(own: Path | None, today: date) -> Findings:
    """Check all rows, with the user's files in `own` as `Knowledge.load` takes them.

    `today` is the day from which the age of a row is counted. Raises BadKnowledge when `own` is
    no folder, or holds what is none of the kinds.
    """
    folder = Knowledge.load(own).own
    known: dict[Kind, tuple[Row, ...]] = {}
    faults: list[Fault] = []
    for kind in TABLES:
        try:
            known[kind] = folders.rows(kind, folder)
        except Malformed as error:
            faults.extend(error.faults)
    rows = [row for kind in known for row in known[kind]]
    faults.extend(_loose_ends(known))
    return Findings(
        counts=MappingProxyType({kind: len(known[kind]) for kind in known}),
        own=tuple(row for row in rows if row.origin is not None),
        never=tuple(row for row in rows if row.checked is None),
        stale=tuple(row for row in rows if _days_old(row, today) > FRESH),
        ahead=tuple(row for row in rows if _days_old(row, today) < 0),
        faults=tuple(faults),
    )


def refuse_faults(findings: Findings) -> None:
    """Raise BadKnowledge when something is wrong; it names the first and counts the others."""
    if findings.faults:
        first, *more = findings.faults
        raise BadKnowledge(f"{first} (and {len(more)} more)" if more else str(first))


def _days_old(row: Row, today: date) -> int:
    return 0 if row.checked is None else (today - row.checked).days


def _loose_ends(known: Mapping[Kind, tuple[Row, ...]]) -> Iterator[Fault]:
    """Yield every name of another row that no row has. A kind that could not be read is not
    looked for: its own faults say enough."""
    for kind in (Kind.CONTROLLERS, Kind.RULINGS):
        for row in known.get(kind, ()):
            for wanted, name, keys in _named(row):
                there = known.get(wanted)
                if there is not None and name not in {each.id for each in there}:
                    yield row.tree.fault(keys, f"there is no {name!r} among the {wanted.value}")


def _named(row: Row) -> Iterator[tuple[Kind, str, Keys]]:
    """Yield the rows that a row names."""
    if row.kind is Kind.CONTROLLERS and row.value.authority is not None:
        yield Kind.AUTHORITIES, row.value.authority, ("authority",)
    if row.kind is Kind.RULINGS:
        if row.value.controller is not None:
            yield Kind.CONTROLLERS, row.value.controller, ("controller",)
        for index, law in enumerate(row.value.laws):
            yield Kind.LAWS, law, ("laws", index)
