"""What `passerby request` asks on a terminal, and what Ctrl-C leaves behind: nothing."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from clinics import NEW, Clinic
from passerby.rights.cases.checklist import points_of
from passerby.rights.facts.law import RightKind
from passerby.rights.knowledge import Knowledge

pty = pytest.importorskip("pty")

# A session of its own, whose terminal is the first that it opens: Ctrl-C reaches it alone, also
# where the tests themselves run in the background of a shell, which has it ignored.
CODE = """\
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
for number in range(3):
    os.dup2(os.open(sys.argv[1], os.O_RDWR), number)
from passerby.cli import main
sys.exit(main(sys.argv[2:]))
"""
INTERRUPT = b"\x03"
PATIENCE = 90


class Terminal:
    """A command of `request` on a terminal, and a person in front of it."""

    def __init__(self, *arguments: str) -> None:
        self._mine, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", CODE, os.ttyname(theirs), "request", *arguments],
            start_new_session=True,
        )
        self._theirs = theirs
        self.shown = ""
        self._read_to = 0

    def until(self, words: str) -> None:
        """Read on until these words are shown, behind those that were waited for before."""
        end = time.monotonic() + PATIENCE
        while (at := self.shown.find(words, self._read_to)) < 0:
            ready, _, _ = select.select([self._mine], [], [], max(0, end - time.monotonic()))
            assert ready, f"{words!r} is not in {self.shown!r}"
            self.shown += os.read(self._mine, 4096).decode()
        self._read_to = at + len(words)

    def answer(self, prompt: str, words: str) -> None:
        """Wait for a prompt, and type a line."""
        self.until(prompt)
        os.write(self._mine, f"{words}\n".encode())

    def interrupt(self, prompt: str) -> None:
        """Wait for a prompt, and press Ctrl-C."""
        self.until(prompt)
        os.write(self._mine, INTERRUPT)

    def end(self) -> int:
        """Wait for the end; return the exit code."""
        code = self.process.wait(PATIENCE)
        while select.select([self._mine], [], [], 0)[0]:
            self.shown += os.read(self._mine, 4096).decode()
        os.close(self._theirs)
        os.close(self._mine)
        assert "Traceback" not in self.shown
        return code


@pytest.fixture
def sent(shell: Clinic) -> str:
    """The reference of a case whose first letter went out."""
    reference: str = shell.begin()["reference"]
    shell.told("sent", reference)
    return reference


def logged(shell: Clinic, reference: str) -> list[str]:
    """The client's history."""
    return [each["event"] for each in shell.told("log", reference)["entries"]]


def demanded() -> list[str]:
    rights = (RightKind.ACCESS, RightKind.ERASURE, RightKind.OBJECTION)
    return [point.value for point in points_of(Knowledge(own=None).law("gdpr"), rights)]


def test_each_point_is_asked_for(shell: Clinic, sent: str) -> None:
    terminal = Terminal("answer", sent, "--store", "records")
    for point in demanded():
        if point == "sources":
            terminal.answer(f"{point} (", "refuse")
            terminal.until("is not one of")
            terminal.answer(f"{point} (", "refused")
            terminal.answer("remark", "They call it a secret.")
        else:
            terminal.answer(f"{point} (", "given")
            terminal.answer("remark", "")
    assert terminal.end() == 0
    (reply,) = shell.told("show", sent)["replies"]
    told = {one["point"]: (one["verdict"], one["remark"]) for one in reply["points"]}
    assert told.pop("sources") == ("refused", "They call it a secret.")
    assert set(told.values()) == {("given", "")}


@pytest.mark.parametrize("more", [(), ("--demand", "photo", "--refused", "--point", "x=given")])
def test_what_is_cut_off_or_wrong_is_not_recorded(
    shell: Clinic, sent: str, more: tuple[str, ...]
) -> None:
    before = logged(shell, sent)
    if more:
        assert shell.ask("answer", sent, *more) == 10
    else:
        terminal = Terminal("answer", sent, "--store", "records")
        terminal.answer("held (", "given")
        terminal.answer("remark", "")
        terminal.interrupt("copy (")
        assert terminal.end() == 130
        assert "interrupted" in terminal.shown
    assert logged(shell, sent) == before


def test_an_erasure_is_asked_for(shell: Clinic, sent: str) -> None:
    before = logged(shell, sent)
    terminal = Terminal("erase", sent, "--store", "records")
    terminal.interrupt("Erase Anna Świątek with 1 case for good? [y/N]")
    assert terminal.end() == 130
    assert logged(shell, sent) == before
    terminal = Terminal("erase", sent, "--store", "records")
    terminal.answer("for good? [y/N]", "y")
    assert terminal.end() == 0
    assert "Copies of the records" in terminal.shown
    assert shell.ask("show", sent) == 62


def test_the_passphrase_is_asked_for_and_not_shown(
    shell: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PASSERBY_PASSPHRASE_FILE")
    new = (*NEW, "--store", "records")
    terminal = Terminal(*new)
    terminal.answer("Passphrase:", "a horse that counts")
    terminal.interrupt("Once more:")
    assert terminal.end() == 130
    assert not Path("records").exists()
    terminal = Terminal(*new)
    terminal.answer("Passphrase:", "a horse that counts")
    terminal.answer("Once more:", "a horse that count")
    terminal.until("do not match")
    terminal.answer("Passphrase:", "a horse that counts")
    terminal.answer("Once more:", "a horse that counts")
    assert terminal.end() == 0
    assert "a horse" not in terminal.shown
    terminal = Terminal("list", "--store", "records")
    terminal.answer("Passphrase:", "a horse that counts")
    assert terminal.end() == 0
    assert "Anna" in terminal.shown


def test_a_new_passphrase_is_asked_for_twice(
    shell: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.begin()
    old, new = Path("words").read_text().strip(), "eight horses that count"
    with monkeypatch.context() as patch:
        patch.delenv("PASSERBY_PASSPHRASE_FILE")
        terminal = Terminal("store", "passphrase", "--store", "records")
        terminal.answer("Passphrase: ", old)
        terminal.answer("New passphrase: ", new)
        terminal.answer("Once more: ", new)
        assert terminal.end() == 0
    assert "The records open with the new one" in terminal.shown
    assert old not in terminal.shown
    assert new not in terminal.shown
    assert shell.ask("list") == 61
    Path("words").write_text(new)
    assert shell.ask("list") == 0
