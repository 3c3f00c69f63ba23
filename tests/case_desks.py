"""A desk over a real store, for tests of cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from passerby.rights.cases.desk import Desk
from passerby.rights.cases.events import Attachment, LetterDrafted, Profile, Role
from passerby.rights.cases.records import Records, keep
from passerby.rights.cases.requesting import Request
from passerby.rights.facts.law import RightKind
from passerby.rights.facts.letter import LetterKind
from passerby.rights.facts.matter import Person
from passerby.rights.facts.party import Channel
from passerby.rights.knowledge import Knowledge
from passerby.store import Passphrase, Store

WORDS = Passphrase("a horse that counts to eight")

REQUEST = Request(
    controller="clearview-ai",
    law="gdpr",
    rights=(RightKind.ACCESS, RightKind.ERASURE),
    place="DE-HH",
    purpose="I want to know whether my face is held, and whether that is lawful.",
    background=("A friend found a picture of me from a demonstration.",),
    words_language="en",
)


def store_in(folder: Path) -> Store:
    """A new store."""
    return Store.create(folder / "records", WORDS)[0]


def desk_on(store: Store, today: date) -> Desk:
    """A desk as it stands on a day, with what came with Passerby."""
    return Desk(Records(store), Knowledge(own=None), today=today)


def profile(name: str = "Anna Świątek", **others: object) -> Profile:
    """What is kept of a client."""
    person = Person(name=name, address=("Weg 1", "20095 Hamburg"), email="anna@example.org")
    return replace(
        Profile(person=person, language="de", place="DE-HH"),
        **others,  # type: ignore[arg-type]
    )


def draft(desk: Desk, reference: str, kind: LetterKind) -> int:
    """Record a letter that says no more than its kind; return its number."""
    client_id, _, case = desk.records.find(reference)
    text = f"{kind} {reference} {len(case.letters)}".encode()
    file: Attachment = keep(text, Role.TEXT, f"{kind}.txt")
    number = len(case.letters) + 1
    event = LetterDrafted(
        case=case.reference,
        letter=number,
        kind=kind,
        language="de",
        day=desk.today,
        channel=Channel.EMAIL,
        to="privacy@example.org",
        files=(file,),
        authority="de-hh-hmbbfdi" if kind is LetterKind.COMPLAINT else None,
    )
    desk.records.append(client_id, event, {file.name: text})
    return number


def write(desk: Desk, reference: str, kind: LetterKind) -> int:
    """Record a letter that went out on the day on which it was written."""
    number = draft(desk, reference, kind)
    desk.record_sent(reference, number, desk.today, Channel.EMAIL)
    return number
