"""Writing: data to stdout, words for people to stderr."""

from __future__ import annotations

import sys
from typing import Any

from passerby.errors import PasserbyError
from passerby.report.text import printable


def say(line: str) -> None:
    """Write a line for people, above a progress bar if there is one."""
    if sys.stderr.isatty():
        from tqdm import tqdm

        tqdm.write(line, file=sys.stderr)
    else:
        sys.stderr.buffer.write(line.encode("utf-8", "replace") + b"\n")
        sys.stderr.flush()


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

    stream = sys.stderr if to_stderr else sys.stdout
    stream.flush()
    stream.buffer.write(dump(document))
    stream.buffer.flush()
