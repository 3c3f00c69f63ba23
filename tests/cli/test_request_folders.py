"""Where letters are written: nothing is recorded that cannot be, and what is can be had again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from clinics import NEW, Clinic
from passerby.errors import OutputUnwritable
from passerby.files import Staged
from passerby.rights.cases import drafting

DAY = date(2026, 3, 5)


@pytest.mark.parametrize("folder", ["taken", "taken/out"])
def test_a_folder_that_cannot_be_is_told_before_anything_is_recorded(
    shell: Clinic, folder: str
) -> None:
    Path("taken").write_text("a file")
    assert shell.ask(*NEW, "-o", folder) == 40
    assert "taken is no folder. Nothing was recorded." in shell.err
    assert not Path("records").exists()
    reference = shell.begin(today=DAY)["reference"]
    before = shell.told("log", reference)
    for command in (
        ("sent", reference, "--received", str(DAY)),
        ("answer", reference, "--refused"),
        ("escalate", reference, "--kind", "withdrawal"),
    ):
        assert shell.ask(*command, "-o", folder, today=DAY) == 40, command
        assert shell.told("log", reference) == before


def test_a_full_disk_is_told_before_anything_is_recorded(
    shell: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no device that is always full")

    def write(self: Staged, data: bytes) -> bytes:
        try:
            full.write_bytes(data)
        except OSError as error:
            raise OutputUnwritable(f"cannot write: {error.strerror}") from error
        return data

    monkeypatch.setattr(Staged, "write", write)
    assert shell.ask(*NEW) == 40
    assert "run the same command again" in shell.err
    assert not Path("records").exists()
    assert not Path("out").exists()


def test_a_name_in_the_way_is_told_before_anything_is_recorded(shell: Clinic) -> None:
    reference = shell.begin(today=DAY)["reference"]
    shell.told("sent", reference, "--received", str(DAY), today=DAY)
    before = shell.told("log", reference)
    Path(f"out/{reference}-2-complaint.txt").touch()
    for command in (("answer", reference, "--refused"), ("escalate", reference)):
        assert shell.ask(*command, "-o", "out", today=DAY) == 40
        assert f"out/{reference}-2-complaint.txt exists" in shell.err
        assert shell.told("log", reference) == before


def test_files_that_fail_after_all_are_written_again_by_show(
    shell: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        write = Staged.write

        def failing(self: Staged, data: bytes) -> bytes:
            if self.destination.name.endswith(".eml"):
                raise OutputUnwritable("cannot write in out: No space left on device")
            return write(self, data)

        patch.setattr(Staged, "write", failing)
        assert shell.ask(*NEW, today=DAY) == 40
    said = shell.err
    (case,) = shell.told("list")["cases"]
    reference = case["reference"]
    assert f"{reference} and its letter 1 are recorded. Do not run this again." in said
    assert f"`passerby request show {reference} --letter 1 -o FOLDER`" in said
    assert "the same command" not in said
    assert shell.ask("show", reference, "--letter", "1", "-o", "again") == 0
    assert {path.suffix for path in Path("again").iterdir()} == {".pdf", ".eml", ".txt"}


def test_a_letter_that_cannot_be_made_leaves_no_case_without_one(
    shell: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    client_id = shell.told("client", "add", "me.toml")["client"]
    left = tuple(part for part in NEW if part not in {"--sender", "me.toml"})
    asked = (*left, "--client", client_id, "--purpose", "To know.", "--country", "DE-HH")

    def refused(*_: object) -> bytes:
        raise OutputUnwritable("no room for the fonts")

    with monkeypatch.context() as patch:
        patch.setattr(drafting, "letter_pdf", refused)
        assert shell.ask(*asked) == 40
    assert shell.told("list")["cases"] == []
    shell.told(*asked)
    assert len(shell.told("list")["cases"]) == 1
