"""Requests to agencies for their records: what of her they tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from clinics import SENDER, Clinic

PURPOSE, BACKGROUND = "mein Gesicht gespeichert", "Eine Freundin"
ASKED = (
    "new", "--agency", "Example Police Department", "--agency-place", "US", "--law", "us-foia",
    "--right", "records", "--to", "foia@agency.example", "--sender", "me.toml", "-o", "out",
)  # fmt: skip


def texts(shell: Clinic, *more: str) -> str:
    """Begin a request; return all that was written as text and as e-mail."""
    told: Any = shell.told(*ASKED, *more)
    files = [Path(name) for name in told["requests"][0]["files"]]
    found = [path.read_text() for path in files if path.suffix == ".txt"]
    assert found
    return " ".join(" ".join(found).split())


def test_her_own_words_stay_out_of_a_request_for_records(shell: Clinic) -> None:
    text = texts(shell)
    assert "Example Police Department" in text
    assert PURPOSE not in text
    assert BACKGROUND not in text
    assert "--include-purpose puts them in" in shell.err
    assert "often published, with name and address." in shell.err


def test_her_own_words_go_in_where_she_wants_it(shell: Clinic) -> None:
    text = texts(shell, "--include-purpose")
    assert PURPOSE in text
    assert BACKGROUND in text
    assert "often published, with name, address and words" in shell.err


def test_a_request_for_records_needs_no_purpose(shell: Clinic) -> None:
    lines = SENDER.splitlines()
    kept = [line for line in lines if not line.startswith(("purpose", "background"))]
    Path("me.toml").write_text("\n".join(kept))
    assert "Example Police Department" in texts(shell)
    assert "Left out" not in shell.err
