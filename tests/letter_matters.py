"""Matters that letters are composed from, made of what Passerby knows of laws and languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

from passerby.rights.facts.deadline import Deadline, Reading, Step
from passerby.rights.facts.language import Language
from passerby.rights.facts.law import Law, LawKind, RightKind
from passerby.rights.facts.letter import Letter, LetterKind
from passerby.rights.facts.matter import Agency, Mandate, MandateKind, Matter, Person, Sent
from passerby.rights.facts.party import (
    Authority,
    Channel,
    Contact,
    Controller,
    Finality,
    Ruling,
    RulingKind,
)
from passerby.rights.facts.source import Confidence, Source
from passerby.rights.knowledge import Knowledge
from passerby.rights.letters.compose import compose

DAY = date(2026, 11, 25)
SENT = Sent(
    kind="request", reference="PB-7K2M-1", sent=date(2026, 8, 31), received=date(2026, 9, 1)
)
SOURCE = Source(title="Imprint", url=None, checked=date(2026, 11, 1))
ADA = Person(name="Ada Nowak", address=("Holzweg 3", "20357 Hamburg"), email="ada@example.org")
CLINIC = Person(
    name="Legal Clinic Altona", address=("Elbstraße 1", "22767 Hamburg"), email="clinic@example.org"
)
REQUESTED = (
    RightKind.ACCESS,
    RightKind.ERASURE,
    RightKind.OBJECTION,
    RightKind.NO_COLLECTION,
    RightKind.OPT_OUT,
    RightKind.LIMIT,
)


@cache
def known() -> Knowledge:
    """Return what came with Passerby."""
    return Knowledge(own=None)


@cache
def language(code: str) -> Language:
    return known().language(code)


def codes() -> list[str]:
    """Return the codes of all languages."""
    return [each.code for each in known().languages()]


def law(name: str) -> Law:
    return known().law(name, DAY)


def current_laws(kind: LawKind) -> list[Law]:
    """Return the laws of a kind that are in force."""
    laws = {each.id for each in known().laws()}
    found = [known().law(name, DAY) for name in sorted(laws)]
    return [each for each in found if each.kind is kind]


def contact(value: str = "privacy@faces.example", channel: Channel = Channel.EMAIL) -> Contact:
    return Contact(
        channel=channel,
        value=value,
        source=SOURCE,
        checked=date(2026, 11, 1),
        confidence=Confidence.READ,
    )


COMPANY = Controller(
    id="faces",
    name="Faces Ltd",
    also=("FaceFinder",),
    seat="US",
    languages=("en",),
    contacts=(contact("1 Wall Street\nNew York NY 10005\nUSA", Channel.POST), contact()),
    demands=(),
    authority=None,
    sources=(SOURCE,),
    conflicts=(),
    missing=(),
)
HAMBURG = Authority(
    id="hamburg",
    names={"en": "Hamburg Commissioner", "de": "Hamburgischer Beauftragter"},
    places=("DE-HH",),
    languages=("de",),
    contacts=(contact("post@hamburg.example"),),
    sources=(SOURCE,),
)
BUREAU = Agency(name="Bureau of Examples", place="US", contacts=(contact("foia@bureau.example"),))


def place_of(given: Law) -> str:
    """Return a place where a law applies."""
    return given.places[0]


def rights_of(given: Law) -> tuple[RightKind, ...]:
    """Return the rights of a law that a request can exercise in the law's first place."""
    return tuple(
        kind
        for kind in REQUESTED
        if kind in given.rights
        and (
            given.rights[kind].places is None
            or place_of(given) in (given.rights[kind].places or ())
        )
    )


def matter(name: str = "gdpr", **changes: object) -> Matter:
    """Return a matter under a law, with every right that it gives."""
    return under(law(name), **changes)


def under(given: Law, **changes: object) -> Matter:
    made = Matter(
        reference="PB-7K2M-1",
        day=DAY,
        law=given,
        rights=rights_of(given),
        place="DE-HH" if given.id == "gdpr" else place_of(given),
        client=ADA,
        mandate=None,
        controller=COMPANY,
        agency=None,
        contact=contact(),
        authority=HAMBURG,
        purpose="I was at a demonstration and want to know who can find my name.",
        background=(
            "On 3 October 2026 four pictures of me were found.",
            "https://pages.example/17",
        ),
        words_language="en",
        rulings=(),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def records_matter(name: str = "us-foia", **changes: object) -> Matter:
    """Return a matter with an agency for its records."""
    given = law(name)
    agency = replace(BUREAU, place=given.places[0])
    parts: dict[str, object] = {
        "rights": (RightKind.RECORDS,),
        "controller": None,
        "agency": agency,
        "contact": agency.contacts[0],
        "authority": None,
    }
    return under(given, **{**parts, **changes})


def mandate(kind: MandateKind = MandateKind.ATTORNEY, **changes: object) -> Mandate:
    made = Mandate(
        kind=kind, holder=CLINIC, since=date(2026, 11, 2), until=None, evidence="ab" * 32
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def ruling(name: str = "court-1", **changes: object) -> Ruling:
    """Return a final decision that can be cited for an erasure under GDPR."""
    made = Ruling(
        id=name,
        kind=RulingKind.DECISION,
        by={"en": "A court", "de": "Ein Gericht"},
        reference=f"Case {name}",
        day=date(2024, 2, 29),
        outcome={"en": "The pictures had to go.", "de": "Die Bilder mussten weg."},
        controller=None,
        finality=Finality.FINAL,
        finality_note={"en": "an appeal is open.", "de": "ein Rechtsmittel läuft."},
        laws=("gdpr",),
        supports=("erasure",),
        confidence=Confidence.READ,
        sources=(SOURCE,),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def step(rule: str, day: date) -> Step:
    return Step(rule=rule, day=day, text="")


def deadline(*steps: Step, due: date, overdue: date | None, **changes: object) -> Deadline:
    """Return a deadline with one reading of these steps."""
    reading = Reading(name="DE", due=due, extended=None, steps=steps, extended_steps=())
    made = Deadline(
        due=due,
        extended=None,
        overdue_from=overdue,
        readings=(reading,),
        confidence=Confidence.READ,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


LATE = deadline(
    step("event", date(2026, 9, 1)),
    step("months:1", date(2026, 10, 1)),
    due=date(2026, 10, 1),
    overdue=date(2026, 10, 2),
)


def text(letter: Letter) -> str:
    """Return all that a letter says between its head and its foot."""
    return "\n".join([letter.subject, *(block.text for block in letter.blocks), *letter.enclosures])


def written(given: Matter, kind: LetterKind = LetterKind.REQUEST, code: str = "en") -> str:
    return text(compose(given, kind, language(code)))
