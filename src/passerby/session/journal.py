"""The journal: what a session did, one line an event, on the disk before anybody is told.

A line is a JSON object of two keys: `event`, and `check`, the sha256 of the line before's check
and of the event's text. So a line that was changed, dropped, or put elsewhere is found. A line
that a crash cut short was never confirmed: it is dropped when the journal is opened next. Any
other damage is refused, and the file is left as it is.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from passerby.errors import OutputUnwritable, StoreBusy, StoreDamaged
from passerby.files import sync_folder, translating
from passerby.report.text import printable

_ADVICE = (
    "Nothing was changed. Go back to a copy of the file from before, or move it away to begin "
    "anew; the published files stay."
)


class Lock:
    """Held by the one process that may write to a folder."""

    def __init__(self, path: Path) -> None:
        """Raises StoreBusy, or OutputUnwritable."""
        with translating(path):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._number)
            raise StoreBusy(
                f"another review of {printable(str(path.parent.parent))} is running",
                "Use its page, or stop it first.",
            ) from error

    def close(self) -> None:
        """Let others in."""
        with contextlib.suppress(OSError):
            os.close(self._number)


class Journal:
    """An append-only file of events. Use it under a `Lock`, one thread at a time."""

    def __init__(self, path: Path) -> None:
        """Read what is there into `events`; `torn` counts the bytes of a last line that was
        dropped. Raises StoreDamaged, or OutputUnwritable."""
        self.path = path
        self.events: list[Any] = []
        self.torn = 0
        self._check = ""
        self._broken = False
        with translating(path):
            new = not os.path.lexists(path)
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)
            self._number = os.open(path, flags, 0o600)
        try:
            with translating(path):
                if new:
                    sync_folder(path.parent)
                self._end = self._read()
        except BaseException:
            self.close()
            raise

    def _read(self) -> int:
        """Take in all whole lines, cut off a torn one, and return the end."""
        with os.fdopen(os.dup(self._number), "rb") as file:
            file.seek(0)
            data = file.read()
        whole = data.rfind(b"\n") + 1
        lines = data[:whole].split(b"\n")[:-1]
        at = 0
        for number, line in enumerate(lines, start=1):
            if not self._take(line):
                # Blocks of the last write that did not reach the disk read as zeros.
                if number == len(lines) and b"\0" in line:
                    break
                self._damaged(number)
            at += len(line) + 1
        self.torn = len(data) - at
        if self.torn:
            os.ftruncate(self._number, at)
            os.fsync(self._number)
        return at

    def _take(self, line: bytes) -> bool:
        try:
            value = json.loads(line)
            event, check = value["event"], value["check"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return False
        if check != _chained(self._check, _text(event)):
            return False
        self.events.append(event)
        self._check = check
        return True

    def _damaged(self, number: int) -> None:
        raise StoreDamaged(
            f"line {number} of {printable(str(self.path))} is not what was written", _ADVICE
        )

    def append(self, event: dict[str, Any]) -> None:
        """Write an event; it is on the disk when this returns. Raises OutputUnwritable: then it
        is not, and neither will it be there when the journal is opened again."""
        self.append_all([event])

    def append_all(self, events: list[dict[str, Any]]) -> None:
        """Write events with one sync. They are read back as one line each; a crash may leave the
        first ones only. Raises OutputUnwritable."""
        if self._broken:
            raise OutputUnwritable("the journal is closed, or could not be written", "Start again.")
        check, lines = self._check, b""
        for event in events:
            text = _text(event)
            check = _chained(check, text)
            lines += b'{"check":"%s","event":%s}\n' % (check.encode(), text.encode())
        with translating(self.path):
            try:
                _write_all(self._number, lines, self._end)
                os.fsync(self._number)
            except BaseException:
                self._take_back()
                raise
        self._check = check
        self._end += len(lines)

    def _take_back(self) -> None:
        """Remove what was not confirmed. Where that fails too, nothing more is written: what
        follows a half line could not be read."""
        try:
            os.ftruncate(self._number, self._end)
            os.fsync(self._number)
        except OSError:
            self._broken = True

    def close(self) -> None:
        """Close the file. What is appended afterwards is refused: another file may have its
        number by then."""
        self._broken = True
        with contextlib.suppress(OSError):
            os.close(self._number)
            self._number = -1


def _write_all(number: int, data: bytes, at: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(number, view, at)
        view, at = view[written:], at + written


def _text(event: Any) -> str:
    return json.dumps(event, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _chained(before: str, text: str) -> str:
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()
