"""Everything that Passerby knows of laws, companies, authorities, decisions and languages."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import platformdirs

from passerby.errors import BadKnowledge, NoRight, UnknownName
from passerby.rights.facts.language import Language
from passerby.rights.facts.law import Law
from passerby.rights.facts.party import Authority, Controller, Remit, Ruling
from passerby.rights.knowledge import folders, rulings
from passerby.rights.knowledge.reading import Malformed
from passerby.rights.knowledge.tables import ONE, Kind, Row


def default_folder() -> Path:
    """Return the folder of the user's own files; it may not exist."""
    return platformdirs.user_data_path("passerby", False) / "knowledge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """The rows that came with Passerby, with the user's own before them.

    A row of the user's stands for the whole row of the same id (of a law: of the same id and
    first day), or is added. All of the user's files of a kind are read when the first of its rows
    is asked for: one that is wrong is BadKnowledge, never left out.
    """

    own: Path | None
    """The user's folder; None when there is none."""
    # A memory of the user's files, and no part of the value.
    _mine: dict[Kind, tuple[Row, ...]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def load(cls, own: Path | None = None) -> Knowledge:
        """Return what is known, with the user's files in `own`, or in `default_folder()`.

        Raises BadKnowledge when `own` is given and no folder, or when the folder holds
        something that is none of the kinds.
        """
        folder = default_folder() if own is None else own
        try:
            if own is None and not folders.is_there(folder):
                return cls(own=None)
            folders.check(folder)
        except Malformed as error:
            raise refused(error) from error
        return cls(own=folder)

    def rows(self, kind: Kind) -> tuple[Row, ...]:
        """Return all rows of a kind, by id and version. Raises BadKnowledge."""
        return self._merged(kind, "")

    def row(self, kind: Kind, name: str) -> Row:
        """Return the row of this id, of several versions the last. Raises UnknownName with the
        ids that are nearest, BadKnowledge."""
        return self._versions(kind, name)[-1]

    def _versions(self, kind: Kind, name: str) -> tuple[Row, ...]:
        found = tuple(row for row in self._merged(kind, name) if row.id == name)
        if not found:
            raise unknown(kind, name, (row.id for row in self.rows(kind)))
        return found

    def _merged(self, kind: Kind, begin: str) -> tuple[Row, ...]:
        try:
            if kind not in self._mine:
                self._mine[kind] = folders.mine(kind, self.own)
            return folders.merged(folders.shipped(kind, begin), self._mine[kind])
        except Malformed as error:
            raise refused(error) from error

    def laws(self) -> tuple[Law, ...]:
        """Return every version of every law, by id and first day."""
        return tuple(row.value for row in self.rows(Kind.LAWS))

    def law(self, name: str, on: date | None = None) -> Law:
        """Return a law as it holds on a day; without one: today.

        Raises UnknownName, and NoRight when no version of it is in force on that day.
        """
        versions: list[Law] = [row.value for row in self._versions(Kind.LAWS, name)]
        day = date.today() if on is None else on
        begun = [law for law in versions if law.applies_from <= day]
        if begun and (begun[-1].applies_to is None or day < begun[-1].applies_to):
            return begun[-1]
        known = ", ".join(_span(law) for law in versions)
        raise NoRight(
            f"the law {name!r} as it held on {day} is not known: there is the one {known}",
            "Choose the law that was in force on that day, or add it (docs/knowledge.md).",
        )

    def controllers(self) -> tuple[Controller, ...]:
        """Return the companies by id."""
        return tuple(row.value for row in self.rows(Kind.CONTROLLERS))

    def controller(self, name: str) -> Controller:
        """Return a company. Raises UnknownName."""
        found: Controller = self.row(Kind.CONTROLLERS, name).value
        return found

    def authorities(self) -> tuple[Authority, ...]:
        """Return the authorities by id."""
        return tuple(row.value for row in self.rows(Kind.AUTHORITIES))

    def authority(self, name: str) -> Authority:
        """Return an authority. Raises UnknownName."""
        found: Authority = self.row(Kind.AUTHORITIES, name).value
        return found

    def authorities_for(self, place: str, remit: Remit = Remit.COMPANIES) -> tuple[Authority, ...]:
        """Return the authorities that supervise such bodies there: those of exactly this part
        of a country first, then the country's. None where a country leaves it to its parts and
        `place` names none of them."""
        country = place.partition("-")[0]
        fit = [each for each in self.authorities() if remit in each.remits]
        exact = [each for each in fit if place in each.places]
        whole = [each for each in fit if country in each.places and each not in exact]
        return tuple(exact + whole)

    def authority_for(self, place: str, remit: Remit = Remit.COMPANIES) -> Authority:
        """Return the authority that a complaint goes to. Raises UnknownName when none is known,
        or when it depends on the part of the country."""
        found = self.authorities_for(place, remit)
        if found:
            return found[0]
        parts = {
            part
            for each in self.authorities()
            if remit in each.remits
            for part in each.places
            if part.startswith(f"{place}-")
        }
        if parts:
            named = ", ".join(sorted(parts))
            raise UnknownName(
                f"in {place} it depends on the part of the country which authority it is",
                f"Name the part: {named}.",
            )
        raise UnknownName(f"no supervisory authority is known for {place}")

    def rulings(
        self,
        controller: str | None = None,
        law: str | None = None,
        supports: str | None = None,
    ) -> tuple[Ruling, ...]:
        """Return the decisions that fit, by day. Those on no company in particular fit every
        company. Raises UnknownName when nothing can be cited for `supports`."""
        if supports is not None and supports not in rulings.supports():
            raise _no_such("nothing that decisions are cited for", supports, rulings.supports())
        fit = [
            ruling
            for ruling in (row.value for row in self.rows(Kind.RULINGS))
            if (controller is None or ruling.controller in (None, controller))
            and (law is None or law in ruling.laws)
            and (supports is None or supports in ruling.supports)
        ]
        return tuple(sorted(fit, key=lambda ruling: (ruling.day, ruling.id)))

    def languages(self) -> tuple[Language, ...]:
        """Return the languages of letters by their codes."""
        return tuple(row.value for row in self.rows(Kind.LANGUAGES))

    def language(self, code: str) -> Language:
        """Return a language of letters. Raises UnknownName."""
        found: Language = self.row(Kind.LANGUAGES, code).value
        return found


def refused(error: Malformed) -> BadKnowledge:
    """Return the error of files that are wrong: the first fault, and how many more there are."""
    first, *more = error.faults
    return BadKnowledge(f"{first} (and {len(more)} more)" if more else str(first))


def unknown(kind: Kind, name: str, known: Iterable[str]) -> UnknownName:
    """Return the error of a name that no row of a kind has."""
    return _no_such(f"no {ONE[kind]}", name, known)


def _no_such(what: str, name: str, known: Iterable[str]) -> UnknownName:
    near = difflib.get_close_matches(name.casefold(), dict.fromkeys(known), 3)
    hint = f": did you mean {' or '.join(near)}?" if near else ""
    return UnknownName(f"{what} is called {name!r}{hint}")


def _span(law: Law) -> str:
    end = "" if law.applies_to is None else f" until before {law.applies_to}"
    return f"from {law.applies_from}{end}"
