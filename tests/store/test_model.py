"""Whatever is done in whatever order, the records hold what a plain list would."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.errors import StoreError
from passerby.store import Store, recheck
from store_parts import PHRASE

Blobs = dict[str, bytes]
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
APPEND = st.tuples(
    st.integers(0, 9), st.binary(max_size=300), st.dictionaries(NAMES, st.binary(max_size=300))
)
TOGETHER = st.tuples(
    st.just("together"), st.integers(0, 9), st.lists(st.binary(max_size=40), max_size=3)
)
STEPS = st.lists(
    st.one_of(
        st.just("add"),
        st.just("open"),
        st.just("check"),
        st.just("renew"),
        st.tuples(st.just("erase"), st.integers(0, 9)),
        APPEND,
        TOGETHER,
        APPEND,
        APPEND,
    ),
    max_size=25,
)


class Pair:
    """Records, and the plain lists that they should hold."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store.open(folder, PHRASE)
        self.plain: dict[str, list[tuple[bytes, Blobs]]] = {}
        self.gone: dict[str, str] = {}

    def chosen(self, number: int) -> str | None:
        """Return a subject by a number."""
        return list(self.plain)[number % len(self.plain)] if self.plain else None

    def step(self, step: object) -> None:
        """Do one thing to both."""
        match step:
            case "add":
                self.plain[self.store.add_subject()] = []
            case "open":
                self.store.close()
                self.store = Store.open(self.folder, PHRASE)
            case "check":
                assert self.store.check() == ()
            case "renew":
                self.store.renew_recovery_key()
            case ("erase", int(number)):
                subject = self.chosen(number)
                if subject is not None:
                    self.gone[subject] = self.store.erase(subject).head
                    del self.plain[subject]
            case ("together", int(number), list(records)):
                subject = self.chosen(number)
                if subject is not None:
                    parts: list[tuple[bytes, Blobs]] = [(record, {}) for record in records]
                    self.store.append_all(subject, parts, after=len(self.plain[subject]))
                    self.plain[subject] += parts
            case (int(number), bytes(record), dict(blobs)):
                self.append(self.chosen(number), record, blobs)

    def append(self, subject: str | None, record: bytes, blobs: Blobs) -> None:
        """Append to both, or be refused for a name that is taken."""
        if subject is None:
            return
        taken = {name for _, before in self.plain[subject] for name in before}
        if taken & set(blobs):
            with pytest.raises(StoreError):
                self.store.append(subject, record, blobs)
            return
        self.store.append(subject, record, blobs)
        self.plain[subject].append((record, blobs))

    def compare(self) -> None:
        """Check that both hold the same."""
        assert list(self.store.subjects()) == list(self.plain)
        assert {stone.id: stone.head for stone in self.store.tombstones()} == self.gone
        for subject, plain in self.plain.items():
            held = [
                (
                    entry.record,
                    {ref.name: self.store.blob(subject, ref.name) for ref in entry.blobs},
                )
                for entry in self.store.entries(subject)
            ]
            assert held == plain
            chain = self.store.chain(subject)
            assert recheck(chain) == chain.head == self.store.head(subject)


@given(steps=STEPS)
@settings(max_examples=25, deadline=None)
def test_the_records_hold_what_a_plain_list_would(
    made: tuple[Path, str], steps: list[object]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        pair = Pair(Path(shutil.copytree(made[0], Path(name) / "records")))
        try:
            for step in ["add", *steps]:
                pair.step(step)
            pair.compare()
            pair.step("open")
            pair.compare()
            assert pair.store.check() == ()
        finally:
            pair.store.close()
