"""A face stays visible only by a consent that allows it, or by a stated ground."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from consent_parts import (
    ANNA,
    BERTA,
    STRIKE,
    Clock,
    fill_two_faces,
    granted,
    is_hidden,
    is_shown,
    publish,
    ruling,
    sha256,
    write_decisions,
)
from passerby import api
from passerby.consent.facts import NOWHERE, Place, Scope
from passerby.consent.register import Register
from passerby.errors import Exit
from passerby.model.report import Outcome, Report
from passerby.report.decisions import load_decisions


@pytest.fixture
def original(tmp_path: Path) -> Path:
    return fill_two_faces(tmp_path / "in", 1)[0]


def one(
    register: Register | None, original: Path, consent: str, place: Place = STRIKE
) -> tuple[Report, Path]:
    """Publish one picture by a consent; return its report and its copy."""
    decisions = write_decisions(
        original.parent.parent / "d.json", {original: [ruling(ANNA, consent), ruling(BERTA)]}
    )
    out = original.parent.parent / "out"
    run = publish(register, decisions, original.parent, out, place)
    return run.files[0], out / original.name


def is_refused(done: tuple[Report, Path], message: str) -> bool:
    report, copy = done
    assert report.failure is not None
    assert report.failure.code == "input.consent"
    assert report.failure.exit is Exit.INPUT
    assert report.outcome is Outcome.REFUSED
    return message in report.failure.message and not copy.exists()


def test_by_a_consent_that_holds(register: Register, original: Path) -> None:
    consent = register.add(granted())
    report, copy = one(register, original, consent.id)
    assert report.outcome is Outcome.PUBLISHED
    assert is_shown(ANNA, copy, original)
    assert is_hidden(BERTA, copy)
    assert report.decisions[0].consent == consent.id
    (file,) = register.consent(consent.id).files
    assert (file.use.original, file.use.output) == (str(original), str(copy))
    assert file.use.output_sha256 == sha256(copy)
    # Once more: it is done, and on record once.
    assert one(register, original, consent.id)[0].outcome is Outcome.SKIPPED
    assert len(register.consent(consent.id).files) == 1


def test_no_register(original: Path) -> None:
    report, _ = done = one(None, original, "ab" * 16)
    assert is_refused(done, "no register is open")
    assert report.failure is not None
    assert "--consents" in report.failure.advice


def test_unknown(register: Register, original: Path) -> None:
    assert is_refused(one(register, original, "ab" * 16), "there is no consent")


def test_withdrawn(register: Register, original: Path) -> None:
    consent = register.withdraw(register.add(granted()).id)
    assert is_refused(one(register, original, consent.id), "it was withdrawn on 2026-11-24")


def test_expired_and_not_yet(register: Register, original: Path) -> None:
    late = register.add(granted(end=date(2026, 11, 23)))
    assert is_refused(one(register, original, late.id), "it expired on 2026-11-23")
    early = register.add(granted(start=date(2026, 11, 25)))
    assert is_refused(one(register, original, early.id), "it begins on 2026-11-25")


def test_evidence_erased(register: Register, original: Path) -> None:
    consent = register.add(granted())
    register.erase(consent.id)
    assert is_refused(one(register, original, consent.id), "nobody can show it")


def test_another_picture(register: Register, original: Path, tmp_path: Path) -> None:
    other = register.add(granted(Scope(pictures=("ab" * 32,))))
    assert is_refused(one(register, original, other.id), "for other pictures")
    mine = register.add(granted(Scope(pictures=(sha256(original),))))
    assert one(register, original, mine.id, NOWHERE)[0].outcome is Outcome.PUBLISHED


def test_another_event_or_outlet(register: Register, original: Path) -> None:
    consent = register.add(granted(Scope(events=("strike 2026",), outlets=("The Paper",))))
    for place, message in (
        (NOWHERE, "event (strike 2026), and nobody said"),
        (STRIKE, "outlet (The Paper), and nobody said"),
        (Place(event="strike 2026", outlet="Another"), "another outlet"),
    ):
        assert is_refused(one(register, original, consent.id, place), message)
    place = Place(event="strike 2026", outlet="the paper")
    assert one(register, original, consent.id, place)[0].outcome is Outcome.PUBLISHED


def test_one_of_two_consents_does_not_do(register: Register, original: Path) -> None:
    good, bad = register.add(granted()), register.withdraw(register.add(granted()).id)
    decisions = write_decisions(
        original.parent.parent / "d.json",
        {original: [ruling(ANNA, good.id), ruling(BERTA, bad.id)]},
    )
    run = publish(register, decisions, original.parent, original.parent.parent / "out")
    assert run.files[0].outcome is Outcome.REFUSED
    assert register.consent(good.id).files == ()


def test_a_hidden_face_needs_none(original: Path) -> None:
    """The consent of a face that is hidden anyway is no matter."""
    decision = {**ruling(ANNA), "consent": "ab" * 16}
    decisions = write_decisions(original.parent.parent / "d.json", {original: [decision]})
    out = original.parent.parent / "out"
    assert publish(None, decisions, original.parent, out).exit is Exit.OK
    assert is_hidden(ANNA, out / original.name)


def test_a_stated_ground_needs_none(original: Path) -> None:
    decisions = write_decisions(
        original.parent.parent / "d.json",
        {original: [ruling(ANNA, ground="a public speaker"), ruling(BERTA)]},
    )
    out = original.parent.parent / "out"
    run = publish(None, decisions, original.parent, out)
    assert run.files[0].decisions[0].reason == "a public speaker"
    assert is_shown(ANNA, out / original.name, original)


def test_a_refused_picture_stops_no_other(register: Register, tmp_path: Path) -> None:
    paths = fill_two_faces(tmp_path / "in", 3)
    consent = register.add(granted())
    decisions = write_decisions(
        tmp_path / "d.json",
        {
            paths[0]: [ruling(ANNA, consent.id)],
            paths[1]: [ruling(ANNA, "ab" * 16)],
            paths[2]: [ruling(ANNA)],
        },
    )
    run = publish(register, decisions, tmp_path / "in", tmp_path / "out")
    assert [file.outcome for file in run.files] == [
        Outcome.PUBLISHED,
        Outcome.REFUSED,
        Outcome.PUBLISHED,
    ]
    assert run.exit is Exit.PARTIAL
    assert register.consent(consent.id).runs == ()


def test_a_dry_run_records_nothing(register: Register, original: Path, clock: Clock) -> None:
    consent = register.add(granted())
    decisions = write_decisions(
        original.parent.parent / "d.json", {original: [ruling(ANNA, consent.id)]}
    )
    run = publish(register, decisions, original.parent, None)  # type: ignore[arg-type]
    assert run.files[0].outcome is Outcome.PLANNED
    assert len(register.history(consent.id)) == 1


def test_for_programs(original: Path) -> None:
    """The functions of the package have no register, and follow no decision that needs one."""
    decisions = write_decisions(
        original.parent.parent / "d.json", {original: [ruling(ANNA, "ab" * 16)]}
    )
    given = load_decisions(decisions)[sha256(original)]
    copy = original.parent.parent / "copy.png"
    report = api.redact(original, copy, decisions=given)
    assert is_refused((report, copy), "no register is open")
    report, data = api.redact_bytes(original.read_bytes(), decisions=given)
    assert data is None
    assert report.failure is not None
