"""References: random, readable, and found again when a person types them."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from passerby.rights.cases import reference
from passerby.rights.cases.reference import new_reference, read_reference


def test_references_are_readable_and_differ() -> None:
    made = {new_reference(()) for _ in range(500)}
    assert len(made) == 500
    assert all(re.fullmatch(r"PB(-[0-9A-HJKMNP-TV-Z]{4}){3}", each) for each in made)


def test_one_that_is_taken_is_not_given_again(monkeypatch: object) -> None:
    first = new_reference(())

    class Once:
        """Says of the first one asked for that it is taken."""

        asked: tuple[str, ...] = ()

        def __contains__(self, name: object) -> bool:
            self.asked = (*self.asked, str(name))
            return len(self.asked) == 1

    taken = Once()
    second = new_reference(taken)
    assert len(taken.asked) == 2
    assert second == taken.asked[1]
    assert second != first


@given(st.integers(0))
def test_what_a_person_types_is_found(seed: int) -> None:
    made = new_reference(())
    typed = (
        made.lower(),
        made.replace("-", " "),
        f" {made} ",
        made.replace("-", ""),
        f"PB{made[2:].replace('0', 'O').replace('1', 'l')}",
    )
    assert {read_reference(each) for each in typed} == {made}
    assert reference.read_reference(made[:-1]) is None


def test_what_is_none_is_none() -> None:
    for text in (
        "",
        "PB",
        "PB-7F3K",
        "XX-7F3K-9Q2M-X40D",
        "PB-7F3K-9Q2M-X40D-1111",
        "PB-UUUU-UUUU-UUUU",
    ):
        assert read_reference(text) is None
