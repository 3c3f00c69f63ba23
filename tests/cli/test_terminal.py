"""What is shown on a terminal, and only there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from batch_parts import fill

pty = pytest.importorskip("pty")
fcntl = pytest.importorskip("fcntl")
termios = pytest.importorskip("termios")

COMMAND = [sys.executable, "-c", "import sys; from passerby.cli import main; sys.exit(main())"]
ROWS_AND_COLUMNS = b"\x28\x00\x64\x00\x00\x00\x00\x00"


def on_a_terminal(folder: Path) -> str:
    """Run with stderr on a terminal of 40 rows and 100 columns; return what it shows."""
    mine, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, ROWS_AND_COLUMNS)
    arguments = ["redact", "in", "-o", "out"]
    process = subprocess.Popen(
        [*COMMAND, *arguments], cwd=folder, stderr=theirs, stdout=subprocess.PIPE
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(mine, 4096)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(mine)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert out == b""
    return shown.decode()


def test_a_terminal_gets_a_bar_with_rate_and_time_left(tmp_path: Path) -> None:
    fill(tmp_path / "in", 3)
    shown = on_a_terminal(tmp_path)
    assert "3/3" in shown
    assert "file/s" in shown or "s/file" in shown
    assert "p001.png" in shown


def test_a_file_or_pipe_gets_lines_only(tmp_path: Path) -> None:
    fill(tmp_path / "in", 3)
    done = subprocess.run(
        [*COMMAND, "redact", "in", "-o", "out"], cwd=tmp_path, capture_output=True, check=True
    )
    assert done.stdout == b""
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 5
    assert not any("\r" in line or "file/s" in line for line in lines)
