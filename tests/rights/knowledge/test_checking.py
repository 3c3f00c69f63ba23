"""`check-data`: every file, what files say of each other, and their age."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowledge_files import AUTHORITY, CONTROLLER, RULING, changed, line_of, put
from passerby.errors import BadKnowledge, Exit
from passerby.rights.knowledge import Kind
from passerby.rights.knowledge.checking import check, refuse_faults
from shells import Shell

TODAY = date(2026, 11, 24)


def test_what_came_with_passerby_is_sound(tmp_path: Path) -> None:
    findings = check(tmp_path, TODAY)
    assert findings.faults == ()
    assert findings.own == ()
    assert findings.counts[Kind.CONTROLLERS] == 8
    assert findings.counts[Kind.AUTHORITIES] == 68
    assert findings.counts[Kind.RULINGS] == 23
    refuse_faults(findings)


def test_rows_grow_old(tmp_path: Path) -> None:
    put(tmp_path, "authorities/a.yaml", AUTHORITY)
    put(tmp_path, "rulings/a.yaml", RULING)
    put(tmp_path, "controllers/a.yaml", CONTROLLER)

    def stale(day: date) -> set[str]:
        return {row.id for row in check(tmp_path, day).stale}

    assert stale(date(2026, 1, 31)) == set()
    assert stale(date(2026, 2, 1)) == {"court-1"}
    assert stale(date(2027, 1, 31)) == {"court-1"}
    assert stale(date(2027, 2, 1)) == {"court-1", "xx-authority"}
    assert "face-finder" in {row.id for row in check(tmp_path, TODAY).never}


def test_a_day_to_come_is_told(tmp_path: Path) -> None:
    put(tmp_path, "authorities/a.yaml", AUTHORITY)

    def ahead(day: date) -> set[str]:
        findings = check(tmp_path, day)
        assert findings.faults == ()
        assert not [row for row in findings.ahead if row in findings.stale + findings.never]
        return {row.id for row in findings.ahead}

    assert "xx-authority" in ahead(date(2026, 1, 30))
    assert "xx-authority" not in ahead(date(2026, 1, 31))


def test_a_name_that_leads_nowhere_is_a_fault_with_its_line(tmp_path: Path) -> None:
    company = changed(CONTROLLER, "seat: NO", "seat: NO\nauthority: no-datatilsynett")
    decision = changed(RULING, "controller: null", "controller: clearview")
    put(tmp_path, "controllers/a.yaml", company)
    put(tmp_path, "rulings/a.yaml", decision)
    faults = [str(fault) for fault in check(tmp_path, TODAY).faults]
    assert faults == [
        f"{tmp_path}/controllers/a.yaml:{line_of(company, 'authority: ')}: "
        "there is no 'no-datatilsynett' among the authorities",
        f"{tmp_path}/rulings/a.yaml:{line_of(decision, 'controller: ')}: "
        "there is no 'clearview' among the controllers",
    ]


def test_a_row_may_name_another_of_the_users(tmp_path: Path) -> None:
    put(tmp_path, "authorities/a.yaml", AUTHORITY)
    text = changed(CONTROLLER, "seat: NO", "seat: IM\nauthority: xx-authority")
    put(tmp_path, "controllers/a.yaml", text)
    put(tmp_path, "rulings/a.yaml", changed(RULING, "controller: null", "controller: face-finder"))
    assert check(tmp_path, TODAY).faults == ()


def test_a_kind_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    put(tmp_path, "authorities/a.yaml", "id: a\n")
    put(tmp_path, "controllers/a.yaml", changed(CONTROLLER, "seat: NO", "seat: XX"))
    findings = check(tmp_path, TODAY)
    assert {Path(fault.file).parent.name for fault in findings.faults} == {
        "authorities",
        "controllers",
    }
    assert Kind.AUTHORITIES not in findings.counts
    with pytest.raises(BadKnowledge, match=rf"\(and {len(findings.faults) - 1} more\)$"):
        refuse_faults(findings)


@pytest.fixture
def shell(capfd: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capfd)


def test_the_command_tells_what_is_old_and_succeeds(shell: Shell, tmp_path: Path) -> None:
    path = put(tmp_path, "controllers/a.yaml", CONTROLLER)
    mine = put(tmp_path, "rulings/a.yaml", changed(RULING, "id: court-1", "id: cjeu-c-154-21"))
    assert shell.run("request", "check-data", "--knowledge", tmp_path, "--json") == 0
    assert f"controllers/face-finder: {path}, added\n" in shell.err
    line = f"rulings/cjeu-c-154-21: {mine}, in place of the one that came with Passerby\n"
    assert line in shell.err
    assert "controllers: 9\n    never checked (9): clearview-ai, " in shell.err
    assert "    not for over a year (1): cjeu-c-154-21\n" in shell.err
    document = shell.json()
    assert document["kind"] == "check-data"
    assert document["day"] == date.today().isoformat()
    assert document["rows"]["controllers"] == 9
    assert [row["id"] for row in document["not_for_a_year"]] == ["cjeu-c-154-21"]
    assert document["not_for_a_year"][0]["checked"] == "2025-01-31"
    own = {row["id"]: (row["overrides"], row["file"]) for row in document["own"]}
    assert own == {"face-finder": (False, str(path)), "cjeu-c-154-21": (True, str(mine))}
    never = {(row["kind"], row["id"]) for row in document["never_checked"]}
    assert ("controllers", "face-finder") in never


def test_the_command_names_every_wrong_line_and_fails(shell: Shell, tmp_path: Path) -> None:
    put(tmp_path, "controllers/a.yaml", changed(CONTROLLER, "seat: NO", "seat: UK\nx: 1"))
    code = shell.run("request", "check-data", "--knowledge", tmp_path, "--json")
    assert code == Exit.INPUT == shell.json()["error"]["exit"]
    assert shell.json()["error"]["code"] == "input.knowledge"
    assert f"{tmp_path}/controllers/a.yaml:4: seat: 'UK' is not an ISO 3166 code" in shell.err
    assert f"{tmp_path}/controllers/a.yaml:5: 'x' is not known\n" in shell.err
    assert "passerby: input.knowledge: " in shell.err
    assert "(and 1 more). Correct the line that is named" in shell.err


def test_the_command_refuses_a_folder_that_is_not_there(shell: Shell, tmp_path: Path) -> None:
    assert shell.run("request", "check-data", "--knowledge", tmp_path / "none") == Exit.INPUT
    assert "there is no such folder" in shell.err
    assert shell.out == ""


def test_the_command_counts_from_a_day_that_is_named(shell: Shell, tmp_path: Path) -> None:
    put(tmp_path, "rulings/a.yaml", RULING)
    command = ("request", "check-data", "--knowledge", tmp_path, "--on")
    assert shell.run(*command, "2026-01-31") == 0
    assert "not for over a year" not in shell.err
    assert "    on a day to come (" in shell.err
    assert shell.run(*command, "2026-02-01", "--json") == 0
    assert "not for over a year (1): court-1" in shell.err
    assert shell.json()["day"] == "2026-02-01"
    assert shell.run(*command, "2026-02-30") == Exit.INPUT
