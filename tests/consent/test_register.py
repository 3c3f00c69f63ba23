"""What the register holds, under which key, and what stays of it."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent_parts import (
    ANNA,
    BERTA,
    CONTACT,
    EVIDENCE,
    STRIKE,
    TODAY,
    Clock,
    fill_two_faces,
    granted,
    publish,
    ruling,
    write_decisions,
)
from passerby.consent.events import CODEC, PRIVATE, ConsentGiven, ContactKept, Published, RunBegan
from passerby.consent.facts import NOWHERE, Contact, Place, Scope, Standing
from passerby.consent.register import Register
from passerby.consent.state import Consent
from passerby.errors import BadDate, NoConsent, StoreLocked, StoreMissing, UsageError
from passerby.store import KeyFile, Passphrase, Store
from store_parts import found_in, sealed_key

SHA = "ab" * 32
BEGAN = RunBegan(day=TODAY, out="/out", reports="/out-report", working="/", event=None, outlet=None)


def key(folder: Path) -> KeyFile:
    return KeyFile(folder.parent / "register.key")


def private_of(register: Register, consent: Consent) -> str:
    return register.consent(consent.id).given.private


def test_what_was_added_is_there_again(folder: Path, register: Register, clock: Clock) -> None:
    consent = register.add(granted(Scope(pictures=(SHA,)), end=date(2027, 1, 1)))
    assert consent.standing(TODAY) is Standing.IN_FORCE
    with Register.open(folder, key(folder), today=clock) as again:
        assert again.consents() == (consent,)
        assert again.consent(consent.id) == consent
        person = again.person(consent.id)
        assert person is not None
        assert person.kept.contact == CONTACT
        assert again.evidence(consent.id).data == EVIDENCE


def test_ids_are_random(register: Register) -> None:
    ids = {register.add(granted()).id for _ in range(3)}
    assert len(ids) == 3
    assert all(len(one) == 32 for one in ids)


def test_the_person_is_in_a_subject_of_her_own(folder: Path, register: Register) -> None:
    """Nothing of her is in what the register tells of the consent."""
    consent = register.add(granted())
    with Store.open(folder, key(folder)) as store:
        mine = b"".join(entry.record for entry in store.entries(consent.id))
        hers = b"".join(entry.record for entry in store.entries(private_of(register, consent)))
        blobs = [ref.name for entry in store.entries(consent.id) for ref in entry.blobs]
    assert b"Kanarienvogel" in hers
    assert b"Kanarienvogel" not in mine
    assert blobs == []


def test_no_face_no_reason_and_no_reviewer_in_a_use(
    tmp_path: Path, folder: Path, register: Register
) -> None:
    """Hashes, paths, boxes and ids: not a pixel, and no word on who is seen or who decided."""
    consent = register.add(granted())
    (original,) = fill_two_faces(tmp_path / "in", 1)
    decisions = write_decisions(
        tmp_path / "d.json",
        {original: [ruling(ANNA, consent.id, "Anna Kanarienvogel agreed"), ruling(BERTA)]},
    )
    publish(register, decisions, tmp_path / "in", tmp_path / "out")
    with Store.open(folder, key(folder)) as store:
        entries = store.entries(consent.id)
    (use,) = [
        e.use for e in map(CODEC.decode, (x.record for x in entries)) if isinstance(e, Published)
    ]
    assert [one.region.box for one in use.making.ruled] == [ANNA, BERTA]
    text = b"".join(entry.record for entry in entries)
    for word in (b"Kanarienvogel", b"Rita", b"seen", b"agreed"):
        assert word not in text
    assert not any(entry.blobs for entry in entries)


def test_erasure_destroys_contact_and_evidence_only(
    tmp_path: Path, folder: Path, register: Register
) -> None:
    consent, other = register.add(granted()), register.add(granted())
    her, theirs = private_of(register, consent), private_of(register, other)
    sealed, kept = sealed_key(folder, her), sealed_key(folder, theirs)
    assert found_in(folder, sealed)
    stone = register.erase(consent.id)
    assert stone is not None
    # While the register is open, and in every file of it: her key, what it sealed, plain words.
    assert found_in(folder, sealed) == []
    assert found_in(folder, b"Kanarienvogel") == []
    assert found_in(folder, kept)
    after = register.consent(consent.id)
    assert (after.contact, after.erased) == (Contact.ERASED, stone.at.astimezone().date())
    assert after.given == consent.given
    assert register.person(consent.id) is None
    with pytest.raises(NoConsent, match="its evidence is not there"):
        register.evidence(consent.id)
    assert register.evidence(other.id).data == EVIDENCE
    assert register.erase(consent.id) is None
    # What nobody can show allows nothing.
    problem = register.problem(consent.id, SHA, STRIKE)
    assert problem is not None
    assert "nobody can show it" in problem.message


def test_a_copy_from_before_the_erasure_still_opens(folder: Path, register: Register) -> None:
    """That the search above would have found something; docs/consent.md says so."""
    consent = register.add(granted())
    register.close()
    shutil.copytree(folder, folder.parent / "copy")
    with Register.open(folder, key(folder)) as again:
        again.erase(consent.id)
    with Register.open(folder.parent / "copy", key(folder)) as old:
        assert old.evidence(consent.id).data == EVIDENCE


def test_the_register_is_locked(folder: Path) -> None:
    with pytest.raises(StoreLocked):
        Register.open(folder, Passphrase("something else"))
    with pytest.raises(StoreMissing) as caught:
        Register.open(folder.parent / "nowhere", key(folder))
    assert "passerby consent add" in caught.value.hint


def test_an_adding_that_was_cut_off_allows_nothing(folder: Path, register: Register) -> None:
    """Contact and evidence come last: what is not there cannot be lost out of sight."""
    consent = register.add(granted())
    with Store.open(folder, key(folder)) as store:
        empty, subject = store.add_subject(), store.add_subject()
        given_ = ConsentGiven(
            day=TODAY,
            purpose="cut off",
            scope=Scope(events=("strike 2026",)),
            start=TODAY,
            end=None,
            evidence_sha256=SHA,
            private=empty,
        )
        store.append(subject, CODEC.encode(given_))
    half = register.consent(subject)
    assert half.contact is Contact.MISSING
    problem = register.problem(subject, SHA, STRIKE)
    assert problem is not None
    assert "nobody can show it" in problem.message
    assert [one.id for one in register.consents()] == [consent.id, subject]


def test_what_is_no_consent_is_found_as_none(register: Register) -> None:
    consent = register.add(granted())
    for wrong in ("f" * 32, "", private_of(register, consent), consent.id[:-1]):
        with pytest.raises(NoConsent):
            register.consent(wrong)
        assert register.problem(wrong, SHA) is not None
    with pytest.raises(NoConsent, match="there is no consent"):
        register.find("0" * 33)
    with pytest.raises(UsageError, match="which consent is meant"):
        register.find(consent.id[:5])
    assert register.find(f" {consent.id[:6].upper()} ").id == consent.id


def test_days(register: Register, clock: Clock) -> None:
    consent = register.add(granted(start=date(2026, 12, 1), end=date(2026, 12, 31)))
    for day, standing in (
        (date(2026, 11, 30), Standing.NOT_YET),
        (date(2026, 12, 1), Standing.IN_FORCE),
        (date(2026, 12, 31), Standing.IN_FORCE),
        (date(2027, 1, 1), Standing.EXPIRED),
    ):
        clock.day = day
        assert consent.standing(day) is standing
        allowed = register.problem(consent.id, SHA, STRIKE) is None
        assert allowed is (standing is Standing.IN_FORCE)


def test_withdrawn_is_for_good(register: Register, clock: Clock) -> None:
    consent = register.add(granted())
    with pytest.raises(BadDate, match="still to come"):
        register.withdraw(consent.id, TODAY + timedelta(days=1))
    register.withdraw(consent.id, date(2026, 11, 1))
    assert register.withdraw(consent.id, TODAY).withdrawn == date(2026, 11, 1)
    # On no day, also not on one before the withdrawal.
    assert register.consent(consent.id).standing(date(2026, 10, 1)) is Standing.WITHDRAWN
    assert len(register.history(consent.id)) == 2


@pytest.mark.parametrize(
    ("scope", "sha256", "place", "problem"),
    [
        (Scope(pictures=(SHA,)), SHA, NOWHERE, None),
        (Scope(pictures=(SHA,)), "cd" * 32, NOWHERE, "for other pictures"),
        (Scope(events=("Strike",)), SHA, Place(event=" sTRIKE "), None),
        (Scope(events=("Strike",)), SHA, NOWHERE, "nobody said which"),
        (Scope(events=("Strike",)), SHA, Place(event="Fair"), "for another event"),
        (Scope(events=("Strike",)), SHA, Place(outlet="Strike"), "nobody said which"),
        (Scope(outlets=("A", "B")), SHA, Place(outlet="b"), None),
        (Scope(outlets=("A", "B")), SHA, Place(outlet="C"), "for another outlet"),
        (Scope(pictures=(SHA,), outlets=("A",)), SHA, Place(outlet="A"), None),
        (Scope(pictures=(SHA,), outlets=("A",)), SHA, Place(outlet="B"), "for another outlet"),
        (Scope(pictures=(SHA,), outlets=("A",)), "cd" * 32, Place(outlet="A"), "other pictures"),
        (Scope(events=("Straße",)), SHA, Place(event="STRASSE"), None),
    ],
)
def test_scope(scope: Scope, sha256: str, place: Place, problem: str | None) -> None:
    told = scope.problem(sha256, place)
    assert (told is None) if problem is None else (told is not None and problem in told)


@pytest.mark.parametrize("wrong", [{}, {"pictures": ("ab",)}, {"events": (" ",)}])
def test_no_scope(wrong: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(ValueError, match=r"consent is for|sha256|empty"):
        Scope(**wrong)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"start": date(2027, 1, 2), "end": date(2027, 1, 1)}, BadDate),
        ({"keep_until": date(2025, 12, 31)}, BadDate),
        ({"evidence": b""}, UsageError),
    ],
)
def test_what_cannot_be_meant(
    register: Register, change: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        register.add(granted(**change))  # type: ignore[arg-type]
    assert register.consents() == ()


@given(st.text(max_size=30), st.text(max_size=30), st.dates())
def test_private_records_come_back(contact: str, name: str, day: date) -> None:
    event = ContactKept(contact=contact, file_name=name, keep_until=day)
    assert PRIVATE.decode(PRIVATE.encode(event)) == event


def test_two_processes(folder: Path, register: Register, clock: Clock) -> None:
    """What another process recorded is seen; nobody records over what she has not seen."""
    consent = register.add(granted())
    with Register.open(folder, key(folder), today=clock) as other:
        assert other.consent(consent.id).withdrawn is None
        register.withdraw(consent.id)
        assert other.problem(consent.id, SHA, STRIKE) is not None
        assert other.withdraw(consent.id).withdrawn == TODAY
    assert len(register.history(consent.id)) == 2


def test_two_processes_at_the_same_moment(
    folder: Path, register: Register, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two that record at once neither is turned away, and nothing is recorded twice."""
    consent = register.add(granted())
    with Register.open(folder, key(folder), today=clock) as other:
        inner = Register._append

        def late(mine: Register, *arguments: Any) -> None:
            if mine is register:
                monkeypatch.setattr(Register, "_append", inner)
                other.begin_run([consent.id], BEGAN)
                other.withdraw(consent.id, date(2026, 11, 2))
            inner(mine, *arguments)

        monkeypatch.setattr(Register, "_append", late)
        assert register.withdraw(consent.id).withdrawn == date(2026, 11, 2)
    assert len(register.history(consent.id)) == 3
    assert register.consent(consent.id).runs == (BEGAN,)
