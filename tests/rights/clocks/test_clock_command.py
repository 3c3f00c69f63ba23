"""`passerby request clock`, as scripts and people use it."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from clock_replay import replay
from passerby.errors import Exit
from passerby.rights.facts.deadline import Step
from passerby.rights.facts.source import text_in
from passerby.rights.knowledge import Knowledge
from shells import Shell

KEYS = {
    "law", "clock", "places", "event", "received", "receipt_supposed", "due", "extended",
    "overdue_from", "confidence", "why", "open_ended", "steps", "readings", "notes", "holidays",
    "law_notes",
}  # fmt: skip

VECTORS = [
    ("gdpr", "2026-03-05", "PL", "2026-04-07", "2026-06-05", "2026-04-08"),
    ("gdpr", "2026-08-31", "DE", "2026-09-30", "2026-11-30", "2026-10-01"),
    ("gdpr", "2026-01-31", "DE", "2026-03-02", "2026-04-30", "2026-03-03"),
    ("gdpr", "2028-01-31", "DE", "2028-02-29", "2028-05-02", "2028-03-01"),
    ("gdpr", "2025-11-25", "PL", "2025-12-29", "2026-02-25", "2025-12-30"),
    ("gdpr", "2026-04-01", "PL", "2026-05-04", "2026-07-01", "2026-05-05"),
    ("gdpr", "2026-04-01", "DE", "2026-05-04", "2026-07-01", "2026-05-05"),
    ("gdpr", "2026-04-01", "GB-ENG", "2026-05-01", "2026-07-01", "2026-05-02"),
    ("gdpr", "2026-12-06", "DE", "2027-01-06", "2027-03-08", "2027-01-07"),
    ("gdpr", "2026-12-06", "DE-BY", "2027-01-07", "2027-03-08", "2027-01-08"),
    ("gdpr", "2026-11-10", "DE", "2026-12-10", "2027-02-10", "2026-12-11"),
    ("uk-gdpr", "2026-07-31", "GB-ENG", "2026-09-01", "2026-11-02", "2026-09-02"),
    ("uk-gdpr", "2026-07-31", "GB-SCT", "2026-08-31", "2026-11-02", "2026-09-01"),
    ("ccpa", "2026-11-23", "US-CA", "2027-01-07", "2027-02-21", "2027-01-08"),
]


@pytest.fixture
def shell(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Shell:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return Shell(capfd)


def ask(shell: Shell, *arguments: str) -> dict[str, Any]:
    assert shell.run("request", "clock", *arguments, "--json") == Exit.OK, shell.err
    value: dict[str, Any] = shell.json()
    assert value["kind"] == "clock"
    assert value.keys() >= KEYS
    return value


def steps(given: list[dict[str, str]]) -> list[Step]:
    return [
        Step(
            rule=one["rule"],
            day=date.fromisoformat(one["day"]),
            text=one["text"],
            citation=one["citation"],
        )
        for one in given
    ]


@pytest.mark.parametrize(("law", "event", "place", "due", "extended", "overdue"), VECTORS)
def test_the_known_dates(
    shell: Shell, law: str, event: str, place: str, due: str, extended: str, overdue: str
) -> None:
    told = ask(shell, "--law", law, "--event", event, "--place", place)
    assert (told["due"], told["extended"], told["overdue_from"]) == (due, extended, overdue)
    assert str(replay(steps(told["steps"]))) == due
    assert told["receipt_supposed"] and told["received"] is None
    known = ask(shell, "--law", law, "--event", event, "--place", place, "--received", event)
    assert (known["due"], known["extended"], known["overdue_from"]) == (due, extended, overdue)
    assert not known["receipt_supposed"] and known["received"] == event


def test_the_public_records_act_of_the_united_states(shell: Shell) -> None:
    told = ask(shell, "--law", "us-foia", "--event", "2026-11-23", "--place", "US")
    assert (told["due"], told["extended"]) == ("2026-12-22", "2027-01-07")
    told = ask(shell, "--law", "us-foia", "--event", "2026-12-18", "--place", "US")
    assert told["due"] == "2027-01-20"


def test_business_days_of_the_ccpa(shell: Shell) -> None:
    given = ("--law", "ccpa", "--event", "2026-11-23", "--place", "US-CA")
    told = ask(shell, *given, "--clock", "acknowledgement")
    assert (told["due"], told["overdue_from"]) == ("2026-12-08", "2026-12-10")
    told = ask(shell, *given, "--clock", "opt-out")
    assert (told["due"], told["overdue_from"]) == ("2026-12-15", "2026-12-17")
    assert [one["due"] for one in told["readings"]] == ["2026-12-15", "2026-12-16"]
    assert told["confidence"] == "secondary"


def test_receipt_places_pause_and_extension(shell: Shell) -> None:
    given = ("--law", "gdpr", "--event", "2026-03-30", "--received", "2026-04-01")
    told = ask(shell, *given, "--place", "pl", "--place", "GB-ENG")
    assert told["places"] == ["PL", "GB-ENG"]
    assert [one["name"] for one in told["readings"]] == ["PL", "GB-ENG", "PL + GB-ENG"]
    assert (told["due"], told["overdue_from"]) == ("2026-05-01", "2026-05-06")
    stopped = ask(shell, *given, "--place", "PL", "--pause", "2026-04-10")
    assert stopped["open_ended"] and stopped["due"] is None and stopped["overdue_from"] is None
    assert stopped["why"]
    over = ask(shell, *given, "--place", "PL", "--pause", "2026-04-10:2026-04-15")
    assert (over["due"], over["overdue_from"]) == ("2026-05-06", "2026-05-16")
    longer = ask(shell, *given, "--place", "PL", "--extended-on", "2026-04-28")
    assert longer["overdue_from"] == "2026-07-02"
    late = ask(shell, *given, "--place", "PL", "--extended-on", "2026-05-05")
    assert late["overdue_from"] == "2026-05-05"


def test_no_period_gives_null_and_why(shell: Shell) -> None:
    told = ask(shell, "--law", "bipa", "--event", "2026-03-05", "--place", "US-IL")
    assert (told["due"], told["extended"], told["overdue_from"]) == (None, None, None)
    assert "no time for an answer" in told["why"]
    assert told["steps"] == told["readings"] == []


def test_both_readings_of_an_unsettled_weekend(shell: Shell) -> None:
    told = ask(shell, "--law", "swiss-fadp", "--event", "2026-07-30", "--place", "CH-ZH")
    assert [one["due"] for one in told["readings"]] == ["2026-08-29", "2026-08-31"]
    assert (told["due"], told["overdue_from"]) == ("2026-08-29", "2026-09-01")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--event", "2026-02-30"), Exit.INPUT, "--event: 2026-02-30 does not exist"),
        (("--event", "soon"), Exit.INPUT, "--event: 'soon' is no date"),
        (("--event", "2026-3-5"), Exit.INPUT, "--event: '2026-3-5' is no date"),
        (("--received", "2025-02-29"), Exit.INPUT, "--received: 2025-02-29 does not exist"),
        (("--received", "2026-03-04"), Exit.INPUT, "before it was sent on 2026-03-05"),
        (("--pause", "2026-04-10:x"), Exit.INPUT, "--pause: 'x' is no date"),
        (("--pause", "2026-04-10:2026-04-01"), Exit.INPUT, "ends before it begins"),
        (("--extended-on", "2026-03-01"), Exit.INPUT, "announced before 2026-03-05"),
        (("--place", "GB"), Exit.RIGHTS, "Name the part where the letter arrived: GB-ENG"),
        (("--place", "XX"), Exit.RIGHTS, "no public holidays are known for XX"),
        (("--place", "DE-XX"), Exit.RIGHTS, "no part of DE with holidays of its own"),
        (("--event", "2150-03-05"), Exit.RIGHTS, "not for 2150"),
        (("--event", "1950-03-05"), Exit.RIGHTS, "is not known"),
        (("--law", "gdprr"), Exit.RIGHTS, "did you mean gdpr"),
        (("--clock", "nope"), Exit.RIGHTS, "It has answer"),
        (("--knowledge", "nowhere"), Exit.INPUT, "no such folder"),
    ],
)
def test_what_is_wrong_is_one_clear_line(
    shell: Shell, arguments: tuple[str, ...], code: Exit, message: str
) -> None:
    given = {"--law": "gdpr", "--event": "2026-03-05", "--place": "PL"}
    given |= dict(zip(arguments[::2], arguments[1::2], strict=True))
    flat = [part for pair in given.items() for part in pair]
    assert shell.run("request", "clock", *flat) == code
    assert shell.out == ""
    assert message in shell.err
    assert shell.err.count("\n") == 1


def test_people_read_it_on_stderr(shell: Shell) -> None:
    code = shell.run(
        "request", "clock", "--law", "gdpr", "--event", "2026-03-05", "--received", "2026-03-05",
        "--place", "PL",
    )  # fmt: skip
    assert code == Exit.OK and shell.out == ""
    lines = shell.err.splitlines()
    assert lines[0] == "GDPR, clock 'answer'"
    assert "Due:             Tuesday 7 April 2026" in lines
    assert "Overdue from:    Wednesday 8 April 2026" in lines
    assert any("Easter Monday" in line and "1182/71" in line for line in lines)
    assert not any("supposes" in line for line in lines)
    assert shell.run("request", "clock", "--law", "gdpr", "--event", "2026-03-05") == Exit.USAGE


def test_an_overdue_day_that_supposes_receipt_says_so_first(shell: Shell) -> None:
    told = ask(shell, "--law", "gdpr", "--event", "2026-03-05", "--place", "PL")
    assert "supposes that it was received on the day it was sent" in told["notes"][0]
    sent = ask(shell, "--law", "lgpd", "--event", "2026-03-05", "--place", "BR")
    assert not sent["receipt_supposed"] and sent["overdue_from"]


def test_the_law_is_the_one_of_that_day(shell: Shell) -> None:
    given = ("--law", "uk-gdpr", "--place", "GB-ENG", "--event")
    cited = [
        ask(shell, *given, event)["steps"][0]["citation"] for event in ("2026-01-05", "2026-03-05")
    ]
    assert re.search("12A", cited[0]) is None and "12A" in cited[1]


def test_redact_does_not_load_the_rights() -> None:
    script = (
        "import sys; from passerby.cli.app import passerby; "
        "print([m for m in sys.modules if m in ('holidays', 'yaml', 'jsonschema') "
        "or m.startswith('passerby.rights')])"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert told.stdout.strip() == b"[]"


def test_what_is_to_be_known_of_the_law_is_told(shell: Shell) -> None:
    asked = ("--law", "uk-gdpr", "--event", "2026-07-31", "--place", "GB-SCT")
    notes = text_in(Knowledge.load(None).law("uk-gdpr", on=date(2026, 7, 31)).notes, "en")
    assert ask(shell, *asked)["law_notes"] == notes
    assert f"About this law: {' '.join(notes.split())}" in " ".join(shell.err.split())
