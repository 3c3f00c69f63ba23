"""A letter while it is composed: its blocks, and the doubts of what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from passerby.rights.facts.language import Language
from passerby.rights.facts.law import Citation, Law, Period, RightKind
from passerby.rights.facts.letter import Block, BlockKind
from passerby.rights.facts.matter import Matter
from passerby.rights.facts.party import Contact
from passerby.rights.facts.source import Texts, text_in
from passerby.rights.knowledge.templates import Value, render_text
from passerby.rights.letters.cleaning import clean, clean_lines

_KIN = {"uk-gdpr": ("gdpr",)}
"""Laws that have the articles of another one."""


def families(law: Law) -> tuple[str, ...]:
    """Return the names under which a language may have texts for this law alone: its id, the
    law whose articles it has, and its country (`us`) where it holds in one only."""
    countries = {place.partition("-")[0].lower() for place in law.places}
    country = tuple(countries) if len(countries) == 1 else ()
    return (law.id, *_KIN.get(law.id, ()), *country)


class Draft:
    """Collects what a letter says, in one language.

    Everything that comes from outside of the language's file is cleaned on its way into a text
    and is never read as a template. Every provision, ruling and address goes through here, so
    that none is used without its doubt being kept.
    """

    def __init__(self, matter: Matter, language: Language) -> None:
        self.matter = matter
        self.language = language
        self.enclosures: list[str] = []
        self._laws = families(matter.law)
        self._blocks: list[Block] = []
        self._doubts: dict[str, None] = {}
        self._common = self._common_values()

    @property
    def blocks(self) -> tuple[Block, ...]:
        """What was said so far."""
        return tuple(self._blocks)

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why the letter is a draft to be checked, each reason once."""
        return tuple(self._doubts)

    @property
    def acting(self) -> bool:
        """Whether somebody writes for the client."""
        return self.matter.mandate is not None

    def say(self, name: str, /, **values: Value) -> str:
        """Return a text of the language with its variables filled in; empty when the language
        leaves it out under this law."""
        text = self.language.text(name, self._laws)
        return clean(render_text(text, {**self._common, **_cleaned(values)}))

    def paragraph(self, *names: str, **values: Value) -> None:
        """Add one paragraph of these texts, one after the other."""
        self.add(
            BlockKind.PARAGRAPH, " ".join(filter(None, (self.say(n, **values) for n in names)))
        )

    def heading(self, name: str) -> None:
        """Add a heading."""
        self.add(BlockKind.HEADING, self.say(name))

    def number(self, name: str, /, **values: Value) -> None:
        """Add one point of the numbered list."""
        self.add(BlockKind.NUMBERED, self.say(name, **values))

    def add(self, kind: BlockKind, text: str) -> None:
        """Add a block of this text; none when it is empty."""
        text = clean(text)
        if not text:
            return
        numbered = kind is BlockKind.NUMBERED
        count = 1 + sum(block.number is not None for block in self._blocks)
        self._blocks.append(Block(kind=kind, text=text, number=count if numbered else None))

    def add_paragraph(self, text: str) -> None:
        """Add one paragraph of a text that was put together before."""
        self.add(BlockKind.PARAGRAPH, text)

    def add_number(self, text: str) -> None:
        """Add one numbered point of a text that was put together before."""
        self.add(BlockKind.NUMBERED, text)

    def doubt(self, name: str, /, **values: Value) -> None:
        """Keep a reason why the letter has to be checked."""
        self._doubts[self.say(f"doubts.{name}", **values)] = None

    def remember(self, doubts: Iterable[str]) -> None:
        """Keep reasons that were written elsewhere."""
        self._doubts.update(dict.fromkeys(filter(None, map(clean, doubts))))

    def provision(self, *citations: Citation) -> str:
        """Return how the provisions are cited, each once; what is not certain is a doubt."""
        cited = {self.known(citation.texts): citation for citation in citations}
        for text, citation in cited.items():
            if not citation.confidence.certain:
                self.doubt("provision", provision=text)
        return self.language.joined(tuple(cited))

    def use(self, contact: Contact) -> None:
        """Say that the letter rests on this address."""
        address = ", ".join(clean_lines(contact.value))
        if not contact.confidence.certain:
            self.doubt("contact", address=address)
        if contact.checked is None:
            self.doubt("unchecked", address=address)

    def known(self, texts: Texts) -> str:
        """Return a text of what is known in the letter's language, else in English."""
        return clean(text_in(texts, self.language.code))

    def date(self, day: date) -> str:
        """Return a day as the language writes it."""
        return self.language.written(day)

    def period(self, period: Period) -> str:
        """Return how long a period is, in words."""
        return self.say(f"periods.{period.unit}", count=period.count)

    def listed(self, section: str, members: Sequence[str]) -> str:
        """Return the names of members of a section, as one list, each once."""
        names = dict.fromkeys(self.say(f"{section}.{member}") for member in members)
        return self.language.joined(tuple(names))

    def either(self, parts: Sequence[str]) -> str:
        """Return alternatives as one list: `a or b`."""
        *most, last = parts
        if not most:
            return last
        return self.say("common.either", most=self.language.between.join(most), last=last)

    def rights(self, kinds: Iterable[RightKind]) -> str:
        """Return the names of rights, as one list."""
        return self.listed("rights", tuple(kinds))

    def quoted(self, words: str) -> str:
        """Return the user's own words, in quotation marks."""
        first, last = self.language.quotes
        return f"{first}{clean(words)}{last}"

    def spoken(self, code: str) -> str:
        """Return what a language is called, else its code."""
        return self.language.languages.get(code, code)

    def _common_values(self) -> Mapping[str, Value]:
        """Return the variables of every text: the plain ones, then the language's terms, then
        its words about the person."""
        matter = self.matter
        values: dict[str, Value] = {
            "acting": self.acting,
            "agency": matter.agency is not None,
            "client": clean(matter.client.name),
            "law": self.known(matter.law.names),
            "law_full": self.known(matter.law.full_names),
            "mandate": "" if matter.mandate is None else matter.mandate.kind.value,
            "reference": clean(matter.reference),
        }
        form = "acting" if self.acting else "own"
        for section, suffix in (("terms", ""), ("words", f".{form}")):
            names = self._names(section)
            made = {each: self._word(f"{section}.{each}", suffix, values) for each in names}
            values.update(made)
        return values

    def _names(self, section: str) -> tuple[str, ...]:
        parts = (name.partition("@")[0].split(".") for name in self.language.texts)
        return tuple(dict.fromkeys(part[1] for part in parts if part[0] == section))

    def _word(self, name: str, suffix: str, values: Mapping[str, Value]) -> str:
        texts = self.language.texts
        own = (texts.get(f"{name}@{law}{suffix}") for law in self._laws)
        text = next((each for each in own if each is not None), None)
        return render_text(texts[f"{name}{suffix}"] if text is None else text, values)


def _cleaned(values: Mapping[str, Value]) -> dict[str, Value]:
    return {
        name: clean(value) if isinstance(value, str) else value for name, value in values.items()
    }
