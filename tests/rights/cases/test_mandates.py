"""Who may write what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from case_events import added
from passerby.errors import NoMandate
from passerby.rights.cases.events import MandateAdded, MandateEnded
from passerby.rights.cases.fold import fold
from passerby.rights.cases.mandates import REACH, allows, holds_on, mandate_for
from passerby.rights.facts.law import Law
from passerby.rights.facts.letter import LetterKind
from passerby.rights.facts.matter import Mandate, MandateKind, Person
from passerby.rights.knowledge import Knowledge

DAY = date(2026, 3, 5)
KNOWN = Knowledge(own=None)
GDPR, CCPA, FOIA = (KNOWN.law(name, on=DAY) for name in ("gdpr", "ccpa", "us-foia"))
REQUESTS = "request identity crop reminder wanting withdrawal"
MANDATE = Mandate(
    kind=MandateKind.ATTORNEY,
    holder=Person(name="Clinic"),
    since=DAY,
    until=date(2026, 12, 31),
    evidence=None,
)


@pytest.mark.parametrize(
    ("kind", "law", "letters"),
    [
        (MandateKind.ATTORNEY, GDPR, f"{REQUESTS} notice records appeal"),
        (MandateKind.ATTORNEY, FOIA, f"{REQUESTS} notice records appeal"),
        (MandateKind.ORGANISATION, GDPR, "complaint"),
        (MandateKind.ORGANISATION, CCPA, ""),
        (MandateKind.AGENT, CCPA, REQUESTS),
        (MandateKind.AGENT, GDPR, ""),
        (MandateKind.GUARDIAN, GDPR, " ".join(LetterKind)),
        (MandateKind.GUARDIAN, FOIA, " ".join(LetterKind)),
    ],
)  # fmt: skip
def test_what_each_mandate_is_for(kind: MandateKind, law: Law, letters: str) -> None:
    allowed = {letter.value for letter in LetterKind if allows(kind, letter, law)}
    assert allowed == set(letters.split())


def test_every_kind_of_mandate_is_in_the_table() -> None:
    assert set(REACH) == set(MandateKind)


def test_who_writes_herself_needs_none() -> None:
    client = fold([added()])
    assert mandate_for(client, None, LetterKind.COMPLAINT, GDPR, DAY) is None


def test_a_mandate_holds_from_its_first_to_its_last_day() -> None:
    client = fold([added(), MandateAdded(mandate_id="m1", mandate=MANDATE)])
    for day, holds in (
        (date(2026, 3, 4), False),
        (DAY, True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ):
        assert holds_on(client.mandates[0], day) is holds
    ended = fold(
        [
            added(),
            MandateAdded(mandate_id="m1", mandate=MANDATE),
            MandateEnded(mandate_id="m1", day=date(2026, 5, 1)),
        ]
    )
    assert holds_on(ended.mandates[0], date(2026, 4, 30))
    assert not holds_on(ended.mandates[0], date(2026, 5, 1))
    endless = replace(client.mandates[0], mandate=replace(MANDATE, until=None))
    assert holds_on(endless, date(2126, 1, 1))


def test_what_is_wrong_is_said() -> None:
    client = fold([added(), MandateAdded(mandate_id="m1", mandate=MANDATE)])
    assert mandate_for(client, "m1", LetterKind.REQUEST, GDPR, DAY) == MANDATE
    for mandate_id, letter, day, says in (
        ("m2", LetterKind.REQUEST, DAY, "no mandate m2"),
        ("m1", LetterKind.REQUEST, date(2027, 1, 1), "from 2026-03-05 to 2026-12-31"),
        ("m1", LetterKind.COMPLAINT, DAY, "is not for a complaint under gdpr: a power of"),
    ):
        with pytest.raises(NoMandate) as caught:
            mandate_for(client, mandate_id, letter, GDPR, day)
        assert says in str(caught.value)
