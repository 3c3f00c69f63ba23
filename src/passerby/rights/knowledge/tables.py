"""The kinds of knowledge: for each its folder, its schema, and what builds a row of it.

A new kind is one line in `TABLES`, one schema and one module with `build`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from passerby.rights.knowledge import (
    authorities,
    controllers,
    languages,
    laws,
    parts,
    rulings,
)
from passerby.rights.knowledge.reading import Tree, read
from passerby.rights.knowledge.validation import validate


class Kind(StrEnum):
    """A kind of knowledge: the name of its folder."""

    LAWS = "laws"
    CONTROLLERS = "controllers"
    AUTHORITIES = "authorities"
    RULINGS = "rulings"
    LANGUAGES = "languages"


ONE: dict[Kind, str] = {
    Kind.LAWS: "law",
    Kind.CONTROLLERS: "company",
    Kind.AUTHORITIES: "authority",
    Kind.RULINGS: "decision",
    Kind.LANGUAGES: "language",
}
"""What one row of a kind is called."""


def _one_version(_: Any) -> date | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """How the rows of a kind are read. `build` makes the value of a row from a tree that the
    schema accepts; it raises Malformed. `version` tells rows of one id apart, where a kind has
    several."""

    schema: str
    build: Callable[[Tree], Any]
    version: Callable[[Any], date | None] = _one_version


TABLES: dict[Kind, Table] = {
    Kind.LAWS: Table(schema=laws.SCHEMA, build=laws.build, version=laws.applies_from),
    Kind.CONTROLLERS: Table(schema="controller.schema.json", build=controllers.build),
    Kind.AUTHORITIES: Table(schema="authority.schema.json", build=authorities.build),
    Kind.RULINGS: Table(schema=rulings.SCHEMA, build=rulings.build),
    Kind.LANGUAGES: Table(schema="language.schema.json", build=languages.build),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row, and where it comes from.

    `origin` is the user's file; None when the row came with Passerby. `overrides` tells that it
    stands in place of one that did. `checked` is the day on which somebody last compared the
    row with its sources; None: nobody did.
    """

    kind: Kind
    id: str
    version: date | None
    value: Any
    origin: Path | None
    checked: date | None
    tree: Tree = field(repr=False, compare=False)
    """What the file says, with its lines."""
    overrides: bool = False


def read_row(kind: Kind, file: Any, origin: Path | None) -> Row:
    """Read one file as a row of this kind. Raises Malformed."""
    table = TABLES[kind]
    tree = read(file)
    validate(tree, table.schema)
    value = table.build(tree)
    return Row(
        kind=kind,
        id=tree.value["id"],
        version=table.version(value),
        value=value,
        origin=origin,
        checked=parts.day(tree.value.get("checked")),
        tree=tree,
    )
