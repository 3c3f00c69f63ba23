"""Which letter sets the clocks of a complaint going: to the company, or to the authority."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from case_desks import REQUEST, desk_on, profile, store_in, write
from passerby.rights.facts.letter import LetterKind
from passerby.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with store_in(tmp_path) as made:
        yield made


def test_a_complaint_to_the_company_is_not_the_one_to_the_authority(store: Store) -> None:
    """United Kingdom, Data Protection Act 2018, s. 164A: the company's time runs from the letter
    that it got, whatever goes to the authority later."""
    begins = date(2026, 6, 22)
    desk = desk_on(store, begins)
    client_id = desk.add_client(profile())
    reference = desk.open_case(client_id, replace(REQUEST, law="uk-gdpr", place="GB-SCT"))
    desk.record_received(reference, write(desk, reference, LetterKind.REQUEST), begins)

    def clocks() -> dict[str, date | None]:
        _, _, case = desk.records.find(reference)
        return {one.clock: one.occurrence.received for one in case.standing}

    assert set(clocks()) == {"answer"}
    desk = desk_on(store, date(2026, 8, 3))
    desk.record_received(reference, write(desk, reference, LetterKind.REMINDER), desk.today)
    assert set(clocks()) == {"answer", "acknowledgement", "outcome"}
    desk = desk_on(store, date(2026, 9, 28))
    desk.record_received(reference, write(desk, reference, LetterKind.COMPLAINT), desk.today)
    assert clocks() == {
        "answer": begins,
        "acknowledgement": date(2026, 8, 3),
        "outcome": date(2026, 8, 3),
        "authority": desk.today,
    }


def test_a_complaint_to_the_authority_alone_sets_no_clock_of_the_company(store: Store) -> None:
    desk = desk_on(store, date(2026, 6, 22))
    client_id = desk.add_client(profile())
    reference = desk.open_case(client_id, replace(REQUEST, law="uk-gdpr", place="GB-SCT"))
    write(desk, reference, LetterKind.REQUEST)
    write(desk, reference, LetterKind.COMPLAINT)
    _, _, case = desk.records.find(reference)
    assert {one.clock for one in case.standing} == {"answer", "authority"}
