"""Killed at any moment, the same command goes on, and no file that relies on a consent is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from consent_killer import MOMENTS, killed
from consent_parts import (
    ANNA,
    BERTA,
    fill_two_faces,
    granted,
    is_hidden,
    is_shown,
    publish,
    ruling,
    sha256,
    write_decisions,
)
from passerby.batch.affected import list_affected
from passerby.batch.remake import Order
from passerby.batch.rerun import rerun
from passerby.consent.register import Register
from passerby.consent.state import Consent
from passerby.errors import Exit
from passerby.report.json import load_reports

COUNT = 4


@pytest.fixture
def pair(register: Register) -> tuple[Consent, Consent]:
    return register.add(granted()), register.add(granted(evidence=b"Berta agrees"))


@pytest.fixture
def decisions(tmp_path: Path, pair: tuple[Consent, Consent]) -> Path:
    """Both visible, in every picture."""
    paths = fill_two_faces(tmp_path / "in", COUNT)
    anna, berta = pair
    return write_decisions(
        tmp_path / "d.json",
        {path: [ruling(ANNA, anna.id), ruling(BERTA, berta.id)] for path in paths},
    )


def outputs(register: Register, consent: Consent) -> list[str]:
    return sorted(Path(one.use.output or "").name for one in register.consent(consent.id).files)


def resumed(register: Register, out: Path, consent: Consent) -> None:
    assert rerun(register, Order(consents=(consent,), out=out, workers=1)).exit is Exit.OK


@pytest.mark.parametrize(
    ("moment", "nth"),
    [
        *((moment, 2) for moment in MOMENTS),
        ("before anything is appended", 4),
    ],
)
def test_a_rerun_that_was_killed(
    tmp_path: Path,
    folder: Path,
    register: Register,
    pair: tuple[Consent, Consent],
    decisions: Path,
    moment: str,
    nth: int,
) -> None:
    anna, berta = pair
    publish(register, decisions, tmp_path / "in", tmp_path / "out")
    register.withdraw(anna.id)
    anew = tmp_path / "anew"
    assert killed(moment, nth, "rerun", str(folder), str(anew), anna.id)
    there = {path.name: sha256(path) for path in anew.glob("p*")} if anew.exists() else {}
    resumed(register, anew, anna := register.consent(anna.id))
    made = {path.name: sha256(path) for path in anew.iterdir()}
    assert sorted(made) == [f"p{index:02}.png" for index in range(COUNT)]
    # What was finished is not made again, and nothing half done is left.
    assert there.items() <= made.items()
    for path in anew.iterdir():
        assert is_hidden(ANNA, path)
        assert is_shown(BERTA, path, tmp_path / "in" / path.name)
        old = load_reports(tmp_path / "out-report" / "files" / f"{path.name}.json")[0]
        assert old.withdrawn is not None
        assert old.withdrawn.replaced_by_sha256 == made[path.name]
    assert register.consent(anna.id).standing_files == ()
    assert register.consent(anna.id).runs == ()
    # The other consent leads to the new copies, each once, with all that making them takes.
    left = register.consent(berta.id).standing_files
    assert sorted(one.use.output or "" for one in left) == sorted(map(str, anew.iterdir()))
    assert {one.use.original for one in left} == set(map(str, (tmp_path / "in").iterdir()))
    assert {one.use.event for one in left} == {"Strike  2026"}
    resumed(register, anew, anna)
    assert {path.name: sha256(path) for path in anew.iterdir()} == made


@pytest.mark.parametrize(
    ("moment", "nth", "published"),
    [
        ("before a file gets its name", 3, 1),
        ("before a use is recorded", 3, 3),
        ("before anything is appended", 4, 1),
        ("before anything is appended", 1, 0),
    ],
)
def test_a_publication_that_was_killed(
    tmp_path: Path,
    folder: Path,
    register: Register,
    pair: tuple[Consent, Consent],
    decisions: Path,
    moment: str,
    nth: int,
    published: int,
) -> None:
    """Its reports tell what it published: no copy escapes a withdrawal."""
    anna, _ = pair
    out = tmp_path / "out"
    assert killed(
        moment, nth, "publish", str(folder), str(decisions), str(tmp_path / "in"), str(out)
    )
    there = sorted(path.name for path in out.glob("p*")) if out.exists() else []
    assert len(there) == published
    anna = register.withdraw(anna.id)
    listing = list_affected(register, (anna,))
    assert outputs(register, anna) == there
    assert [Path(one.output).name for one in listing.files] == there
    if not there:
        return
    resumed(register, tmp_path / "anew", anna)
    assert all(is_hidden(ANNA, path) for path in (tmp_path / "anew").iterdir())
    assert sorted(path.name for path in (tmp_path / "anew").iterdir()) == there


def test_a_publication_that_goes_on_closes_the_one_before(
    tmp_path: Path,
    folder: Path,
    register: Register,
    pair: tuple[Consent, Consent],
    decisions: Path,
) -> None:
    anna, berta = pair
    arguments = (str(folder), str(decisions), str(tmp_path / "in"), str(tmp_path / "out"))
    assert killed("before a use is recorded", 3, "publish", *arguments)
    assert register.consent(anna.id).runs
    # A source that is gone since: its copy was published all the same.
    (tmp_path / "in" / "p02.png").unlink()
    publish(register, decisions, tmp_path / "in", tmp_path / "out")
    for one in (anna, berta):
        assert register.consent(one.id).runs == ()
        assert outputs(register, one) == [f"p{index:02}.png" for index in range(COUNT)]


def test_a_killed_publication_without_its_reports_is_told(
    tmp_path: Path,
    folder: Path,
    register: Register,
    pair: tuple[Consent, Consent],
    decisions: Path,
) -> None:
    anna, _ = pair
    arguments = (str(folder), str(decisions), str(tmp_path / "in"), str(tmp_path / "out"))
    assert killed("before a use is recorded", 1, "publish", *arguments)
    (tmp_path / "out-report").rename(tmp_path / "elsewhere")
    anna = register.withdraw(anna.id)
    done = rerun(register, Order(consents=(anna,), out=tmp_path / "anew", workers=1))
    assert done.exit is Exit.PARTIAL
    assert [run.reports for run in done.listing.lost] == [str(tmp_path / "out-report")]
