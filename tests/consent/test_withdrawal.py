"""A consent that ends leads to exactly the files that relied on it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from batch_parts import quick_ports
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
from passerby.batch import worker
from passerby.batch.affected import list_affected, mark_all
from passerby.batch.remake import Order
from passerby.batch.rerun import Rerun, rerun
from passerby.consent.facts import Place, Scope
from passerby.consent.register import Register
from passerby.consent.state import Consent
from passerby.errors import Exit, UsageError
from passerby.model.consent import End
from passerby.model.finding import Sighting
from passerby.model.geometry import Box
from passerby.report.json import load_reports, read_report

USED = (1, 3, 4, 8, 12, 15, 19)
"""The pictures in which Anna is visible by her consent."""
TOO = (3, 8)
"""Those of them in which Berta is as well, by hers."""


def state_of(paths: list[Path]) -> dict[Path, tuple[bytes, int]]:
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in paths}


@pytest.fixture
def anna(register: Register) -> Consent:
    return register.add(granted())


@pytest.fixture
def berta(register: Register) -> Consent:
    return register.add(granted(evidence=b"Berta agrees"))


@pytest.fixture
def twenty(tmp_path: Path, register: Register, anna: Consent, berta: Consent) -> list[Path]:
    """Twenty originals, published: Anna in seven of the copies, Berta in two of these."""
    paths = fill_two_faces(tmp_path / "in", 20)
    rulings = {
        path: [
            ruling(ANNA, anna.id) if index in USED else ruling(ANNA, ground="a public speaker"),
            ruling(BERTA, berta.id) if index in TOO else ruling(BERTA),
        ]
        for index, path in enumerate(paths)
        if index % 2 or index in USED
    }
    # In the rest both are hidden.
    rulings |= {p: [ruling(ANNA), ruling(BERTA)] for p in paths if p not in rulings}
    decisions = write_decisions(tmp_path / "decisions.json", rulings)
    run = publish(register, decisions, tmp_path / "in", tmp_path / "out", workers=2)
    assert run.totals["published"] == 20
    return paths


def redo(register: Register, out: Path, *ids: str, **more: object) -> Rerun:
    consents = tuple(register.consent(consent_id) for consent_id in ids)
    return rerun(register, Order(consents=consents, out=out, workers=1, **more))  # type: ignore[arg-type]


def test_of_twenty_exactly_the_seven_are_made_anew(
    tmp_path: Path, register: Register, anna: Consent, berta: Consent, twenty: list[Path]
) -> None:
    old = [tmp_path / "out" / path.name for path in twenty]
    seven = {twenty[index].name for index in USED}
    assert {Path(one.use.output or "").name for one in register.consent(anna.id).files} == seven
    before = state_of([*twenty, *old])
    register.withdraw(anna.id)
    done = redo(register, tmp_path / "anew", anna.id)
    assert done.exit is Exit.OK
    assert {path.name for path in (tmp_path / "anew").iterdir()} == seven
    for index in USED:
        original, new = twenty[index], tmp_path / "anew" / twenty[index].name
        assert is_shown(ANNA, tmp_path / "out" / new.name, original)
        assert is_hidden(ANNA, new)
        # Two consents in one picture: only hers is hidden.
        assert is_shown(BERTA, new, original) is (index in TOO)
        assert is_hidden(BERTA, new) is (index not in TOO)
    # The originals and all twenty old copies are untouched, byte for byte and in their times.
    assert state_of([*twenty, *old]) == before
    assert {Path(line.output).name for line in done.lines} == seven
    assert all(Path(line.replaced_by or "").parent.name == "anew" for line in done.lines)
    # The other consent still leads to the copies that rely on it: the new ones.
    left = [Path(one.use.output or "") for one in register.consent(berta.id).standing_files]
    assert sorted(left) == [tmp_path / "anew" / twenty[index].name for index in TOO]


def test_the_reports_show_the_chain(
    tmp_path: Path, register: Register, anna: Consent, twenty: list[Path], clock: Clock
) -> None:
    register.withdraw(anna.id, date(2026, 11, 20))
    redo(register, tmp_path / "anew", anna.id)
    for index, path in enumerate(twenty):
        kept = load_reports(tmp_path / "out-report" / "files" / f"{path.name}.json")[0]
        assert (kept.withdrawn is not None) is (index in USED)
        if kept.withdrawn is None:
            continue
        new = load_reports(tmp_path / "anew-report" / "files" / f"{path.name}.json")[0]
        (ended,) = kept.withdrawn.ended
        assert (ended.consent, ended.how) == (anna.id, End.WITHDRAWN)
        assert ended.day == date(2026, 11, 20)
        assert kept.withdrawn.replaced_by == str(tmp_path / "anew" / path.name)
        assert kept.withdrawn.replaced_by_sha256 == new.output_sha256
        assert new.replaces is not None
        assert new.replaces.output == str(tmp_path / "out" / path.name)
        assert new.replaces.output_sha256 == kept.output_sha256
        assert new.replaces.ended == kept.withdrawn.ended
        hidden = new.decisions[0]
        assert hidden.reason == f"consent {anna.id} was withdrawn on 2026-11-20"
        assert hidden.consent is None
        assert new.decisions[1].reason == "seen"
    page = (tmp_path / "anew-report" / "index.html").read_text()
    assert page.count("Made in place of") == 7
    assert f"consent {anna.id} was withdrawn on 2026-11-20" in page
    run = json.loads((tmp_path / "anew-report" / "run.json").read_text())
    assert [len(file["replaces"]["ended"]) for file in run["files"]] == [1] * 7


def test_nothing_is_detected_again(
    tmp_path: Path, register: Register, anna: Consent, twenty: list[Path]
) -> None:
    register.withdraw(anna.id)
    redo(register, tmp_path / "anew", anna.id)
    for index in USED:
        new = load_reports(tmp_path / "anew-report" / "files" / f"{twenty[index].name}.json")[0]
        assert new.from_decisions
        assert [decision.region.box for decision in new.decisions] == [ANNA, BERTA]


def test_again_does_nothing(
    tmp_path: Path, register: Register, anna: Consent, twenty: list[Path]
) -> None:
    register.withdraw(anna.id)
    redo(register, tmp_path / "anew", anna.id)
    before = state_of(sorted((tmp_path / "anew").iterdir()))
    records = len(register.history(anna.id))
    done = redo(register, tmp_path / "anew", anna.id)
    assert done.run is not None
    assert done.run.totals["skipped"] == len(done.run.files) == 7
    assert done.exit is Exit.OK
    assert len(done.lines) == 7
    # The page tells of all seven, whenever it was that they were made.
    assert (tmp_path / "anew-report" / "index.html").read_text().count("Made in place of") == 7
    assert state_of(sorted((tmp_path / "anew").iterdir())) == before
    assert len(register.history(anna.id)) == records


def test_a_new_copy_that_is_gone_is_made_once_more(
    tmp_path: Path, register: Register, anna: Consent, twenty: list[Path]
) -> None:
    register.withdraw(anna.id)
    redo(register, tmp_path / "anew", anna.id)
    (gone, *rest) = sorted((tmp_path / "anew").iterdir())
    data, before = gone.read_bytes(), state_of(rest)
    gone.unlink()
    done = redo(register, tmp_path / "anew", anna.id)
    assert done.run is not None
    assert done.run.totals["published"] == 1
    assert gone.read_bytes() == data
    assert state_of(rest) == before


def test_the_second_of_two_withdrawn_later(
    tmp_path: Path, register: Register, anna: Consent, berta: Consent, twenty: list[Path]
) -> None:
    """Her files are the copies that were made anew: those before were taken down already."""
    register.withdraw(anna.id)
    redo(register, tmp_path / "anew", anna.id)
    register.withdraw(berta.id)
    listing = list_affected(register, (register.consent(berta.id),))
    assert [one.line().replaced_by for one in listing.files] == [None] * 2 * len(TOO)
    with pytest.raises(UsageError, match="holds copies that are withdrawn"):
        redo(register, tmp_path / "anew", berta.id)
    done = redo(register, tmp_path / "third", berta.id)
    assert done.exit is Exit.OK
    assert sorted(path.name for path in (tmp_path / "third").iterdir()) == [
        twenty[index].name for index in TOO
    ]
    for index in TOO:
        new = tmp_path / "third" / twenty[index].name
        assert is_hidden(ANNA, new)
        assert is_hidden(BERTA, new)
        report = load_reports(tmp_path / "third-report" / "files" / f"{new.name}.json")[0]
        assert report.replaces is not None
        assert report.replaces.output == str(tmp_path / "anew" / new.name)
        assert [one.consent for one in report.replaces.ended] == [berta.id]
        # Of the first copies the list and the reports lead to what may be shown now.
        first = load_reports(tmp_path / "out-report" / "files" / f"{new.name}.json")[0]
        assert first.withdrawn is not None
        assert first.withdrawn.replaced_by == str(new)
    assert {line.replaced_by for line in done.lines} == {
        str(tmp_path / "third" / twenty[index].name) for index in TOO
    }
    assert len(done.lines) == 2 * len(TOO)
    assert register.consent(berta.id).standing_files == ()


def test_both_at_once(
    tmp_path: Path, register: Register, anna: Consent, berta: Consent, twenty: list[Path]
) -> None:
    register.withdraw(anna.id)
    register.withdraw(berta.id)
    done = redo(register, tmp_path / "anew", anna.id, berta.id)
    assert len(done.lines) == 7
    assert all(is_hidden(ANNA, path) for path in (tmp_path / "anew").iterdir())
    assert all(is_hidden(BERTA, path) for path in (tmp_path / "anew").iterdir())
    assert [len(line.ended) for line in done.lines].count(2) == len(TOO)


def test_a_consent_that_holds_is_not_redone(
    tmp_path: Path, register: Register, anna: Consent, twenty: list[Path]
) -> None:
    with pytest.raises(UsageError, match="has not ended"):
        redo(register, tmp_path / "anew", anna.id)
    assert not (tmp_path / "anew").exists()


def test_expiry_is_as_withdrawal(tmp_path: Path, register: Register, clock: Clock) -> None:
    end = date(2026, 12, 31)
    consent = register.add(granted(end=end))
    (original,) = fill_two_faces(tmp_path / "in", 1)
    decisions = write_decisions(
        tmp_path / "d.json", {original: [ruling(ANNA, consent.id), ruling(BERTA)]}
    )
    clock.day = end
    assert publish(register, decisions, tmp_path / "in", tmp_path / "out").exit is Exit.OK
    clock.day = date(2027, 1, 1)
    run = publish(register, decisions, tmp_path / "in", tmp_path / "other")
    assert run.files[0].failure is not None
    assert run.files[0].failure.message == f"consent {consent.id}: it expired on 2026-12-31"
    done = redo(register, tmp_path / "anew", consent.id)
    assert is_hidden(ANNA, tmp_path / "anew" / original.name)
    (ended,) = done.lines[0].ended
    assert (ended.how, ended.day) == (End.EXPIRED, end)


def test_originals_that_are_missing_or_changed(
    tmp_path: Path, register: Register, anna: Consent, twenty: list[Path]
) -> None:
    register.withdraw(anna.id)
    missing, changed, *rest = [twenty[index] for index in USED]
    aside = tmp_path / "aside"
    aside.mkdir()
    missing.rename(aside / "renamed.png")
    changed.write_bytes(twenty[0].read_bytes())
    done = redo(register, tmp_path / "anew", anna.id)
    assert done.exit is Exit.PARTIAL
    assert {path.name for path in (tmp_path / "anew").iterdir()} == {p.name for p in rest}
    problems = {Path(line.output).name: line.problem for line in done.missing}
    assert problems == {
        missing.name: f"the original is not there any more: {missing}",
        changed.name: f"the original has changed: {changed}",
    }
    listed = json.loads((tmp_path / "anew-report" / "take-down.json").read_text())["files"]
    assert len(listed) == 7
    assert sum(one["replaced_by"] is None and bool(one["problem"]) for one in listed) == 2
    # The same command with a hint goes on.
    done = redo(register, tmp_path / "anew", anna.id, originals=(aside,))
    assert [Path(line.output).name for line in done.missing] == [changed.name]
    assert is_hidden(ANNA, tmp_path / "anew" / missing.name)
    assert done.run is not None
    assert done.run.totals == {**dict.fromkeys(done.run.totals, 0)} | {
        "published": 1,
        "skipped": 5,
        "refused": 1,
    }


def test_where_it_was_shown_is_on_the_list(
    tmp_path: Path, register: Register, anna: Consent, twenty: list[Path]
) -> None:
    use = register.consent(anna.id).files[0].use
    register.record_shown(use, ["https://paper.example/42", "=print, page 3"])
    register.withdraw(anna.id)
    redo(register, tmp_path / "anew", anna.id)
    folder = tmp_path / "anew-report"
    text = (folder / "take-down.txt").read_text()
    assert "shown at https://paper.example/42" in text
    table = (folder / "take-down.csv").read_text("utf-8-sig")
    assert "'=print, page 3" in table
    assert len(table.splitlines()) == 1 + 8
    assert not (tmp_path / "anew-report" / "files" / "take-down.json").exists()


def test_an_old_copy_without_its_report_is_told(
    tmp_path: Path, register: Register, anna: Consent, twenty: list[Path]
) -> None:
    name = twenty[USED[0]].name
    (tmp_path / "out-report" / "files" / f"{name}.json").unlink()
    register.withdraw(anna.id)
    listing = list_affected(register, (register.consent(anna.id),))
    assert mark_all(listing.files) == (str(tmp_path / "out" / name),)
    done = redo(register, tmp_path / "anew", anna.id)
    assert done.unmarked == (str(tmp_path / "out" / name),)
    assert is_hidden(ANNA, tmp_path / "anew" / name)
    report = load_reports(tmp_path / "anew-report" / "files" / f"{name}.json")[0]
    assert report.decisions[1].reason == "as in the copy that this one replaces"


def test_a_withdrawn_copy_is_no_copy_that_was_done_before(
    tmp_path: Path, register: Register, anna: Consent, twenty: list[Path]
) -> None:
    """Redacting the same folder again neither passes over it nor replaces it."""
    register.withdraw(anna.id)
    mark_all(list_affected(register, (register.consent(anna.id),)).files)
    clean = write_decisions(tmp_path / "clean.json", {twenty[1]: [ruling(ANNA), ruling(BERTA)]})
    run = publish(None, clean, twenty[1], tmp_path / "out" / twenty[1].name)
    assert run.files[0].failure is not None
    assert "was withdrawn" in run.files[0].failure.message


def test_a_name_that_another_copy_has_by_now(
    tmp_path: Path, register: Register, anna: Consent, twenty: list[Path]
) -> None:
    """What was overwritten without her face is to be taken down where it is shown; there is
    nothing to make in its place."""
    path = twenty[USED[0]]
    clean = write_decisions(tmp_path / "clean.json", {path: [ruling(ANNA), ruling(BERTA)]})
    assert publish(None, clean, path, tmp_path / "out" / path.name, overwrite=True).exit == 0
    register.withdraw(anna.id)
    done = redo(register, tmp_path / "anew", anna.id)
    assert not (tmp_path / "anew" / path.name).exists()
    assert len(list((tmp_path / "anew").iterdir())) == 6
    assert len(done.lines) == 7
    report = read_report((tmp_path / "out-report" / "files" / f"{path.name}.json").read_bytes())
    assert report.withdrawn is None
    # Nothing is left to be done.
    assert register.consent(anna.id).standing_files == ()


def test_equal_names_from_two_folders(tmp_path: Path, register: Register, anna: Consent) -> None:
    paths = fill_two_faces(tmp_path / "in", 2)
    paths[1].rename(tmp_path / "in" / "b.png")
    (tmp_path / "in2").mkdir()
    other = tmp_path / "in2" / "p00.png"
    (tmp_path / "in" / "b.png").rename(other)
    for source in (paths[0], other):
        decisions = write_decisions(
            tmp_path / "d.json", {source: [ruling(ANNA, anna.id), ruling(BERTA)]}
        )
        out = tmp_path / f"out-of-{source.parent.name}"
        assert publish(register, decisions, source.parent, out).exit is Exit.OK
    register.withdraw(anna.id)
    assert redo(register, tmp_path / "anew", anna.id).exit is Exit.OK
    made = sorted((tmp_path / "anew").iterdir())
    assert len(made) == 2
    assert made[0].name == "p00.png"
    assert {sha256(path) for path in made} != {sha256(made[0])}
    # Cut off after the first, and gone on: names stay.
    before = {path.name: sha256(path) for path in made}
    made[1].unlink()
    assert redo(register, tmp_path / "anew", anna.id).exit is Exit.OK
    assert {p.name: sha256(p) for p in (tmp_path / "anew").iterdir()} == before


def test_method_seed_and_format_are_those_of_the_old_copy(
    tmp_path: Path, register: Register, anna: Consent
) -> None:
    (original,) = fill_two_faces(tmp_path / "in", 1)
    decisions = write_decisions(
        tmp_path / "d.json",
        {original: [ruling(ANNA, anna.id), ruling(BERTA)]},
        options={"method": "noise"},
    )
    publish(register, decisions, tmp_path / "in", tmp_path / "out")
    register.withdraw(anna.id)
    redo(register, tmp_path / "anew", anna.id)
    old = load_reports(tmp_path / "out-report" / "files" / "p00.png.json")[0]
    new = load_reports(tmp_path / "anew-report" / "files" / "p00.png.json")[0]
    assert new.options.method == old.options.method == "noise"
    assert new.seed == old.seed
    assert not is_shown(ANNA, tmp_path / "anew" / "p00.png", original)
    # Under Berta's mask the noise is that of the old copy.
    assert is_shown(BERTA, tmp_path / "anew" / "p00.png", tmp_path / "out" / "p00.png")


def test_scope_of_an_outlet_goes_along(tmp_path: Path, register: Register, anna: Consent) -> None:
    """The copy that is made anew is for the same outlet and event as the old one."""
    paper = register.add(granted(Scope(outlets=("The Paper",)), evidence=b"Berta, for the paper"))
    (original,) = fill_two_faces(tmp_path / "in", 1)
    decisions = write_decisions(
        tmp_path / "d.json", {original: [ruling(ANNA, anna.id), ruling(BERTA, paper.id)]}
    )
    place = Place(event=STRIKE.event, outlet="the paper")
    assert publish(register, decisions, original, tmp_path / "out", place).exit is Exit.OK
    register.withdraw(anna.id)
    redo(register, tmp_path / "anew", anna.id)
    assert is_shown(BERTA, tmp_path / "anew" / "p00.png", original)
    (one,) = register.consent(paper.id).standing_files
    assert (one.use.event, one.use.outlet) == (STRIKE.event, "the paper")
    assert one.use.original == str(original)


def test_a_face_that_is_still_found_is_told(
    tmp_path: Path, register: Register, anna: Consent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The box on record was too small for her head: a person has to look."""
    (original,) = fill_two_faces(tmp_path / "in", 1)
    decisions = write_decisions(
        tmp_path / "d.json", {original: [ruling(ANNA, anna.id), ruling(BERTA)]}
    )
    publish(register, decisions, tmp_path / "in", tmp_path / "out")
    register.withdraw(anna.id)

    def seeing(box: Box) -> Rerun:
        seen = Sighting(box=box, score=0.9, finder="fixed")
        ports = quick_ports((), (seen,))
        monkeypatch.setattr(worker, "build_ports", lambda options, threads: ports)
        return redo(register, tmp_path / "anew", anna.id)

    # One that is elsewhere could be seen before, and is no matter of this consent.
    done = seeing(Box(26, 0, 34, 10))
    assert done.run is not None
    assert len(done.run.files[0].unresolved) == 1
    assert (done.look, done.exit) == ((), Exit.OK)
    (tmp_path / "anew" / original.name).unlink()
    done = seeing(ANNA.grow(0.1, 0.1, 0.3, 0.3))
    assert done.look == (str(tmp_path / "anew" / original.name),)
    assert done.exit is Exit.REVIEW
