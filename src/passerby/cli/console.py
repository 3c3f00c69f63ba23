"""Writing: data to stdout, words for people to stderr."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from typing import Any

from passerby.errors import OutputUnwritable, PasserbyError
from passerby.report.text import printable


def say(line: str) -> None:
    """Write a line for people, above a progress bar if there is one. That nobody can read it
    any more is no reason to stop."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        if sys.stderr.isatty():
            from tqdm import tqdm

            tqdm.write(line, file=sys.stderr)
        else:
            sys.stderr.buffer.write(line.encode("utf-8", "replace") + b"\n")
            sys.stderr.flush()


def say_surely(*lines: str) -> None:
    """Write lines for people that are told this once. Raises OutputUnwritable where nobody can
    read them."""
    try:
        sys.stderr.buffer.write("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError) as error:
        raise OutputUnwritable(
            "what has to be shown once cannot be shown: stderr is closed or full",
            "Run the command on a terminal.",
        ) from error


def write_data(data: bytes) -> None:
    """Write to stdout. Raises OSError when it is full, closed, or read by nobody."""
    if sys.stdout is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def failure_line(name: str, message: str, advice: str) -> str:
    """Return the one line that tells what went wrong and what to do."""
    end = "" if message.endswith((".", "?", "!")) else "."
    return f"passerby: {printable(name)}: {printable(message)}{end} {printable(advice)}"


def complain(name: str, error: PasserbyError) -> None:
    """Write an error in one line."""
    say(failure_line(name, error.message, error.hint))


def print_json(document: dict[str, Any], *, to_stderr: bool = False) -> None:
    """Write a JSON document, to stdout unless a picture goes there."""
    from passerby.report.json import dump

    data = dump(document)
    if not to_stderr:
        write_data(data)
        return
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.flush()
        sys.stderr.buffer.write(data)
        sys.stderr.buffer.flush()
