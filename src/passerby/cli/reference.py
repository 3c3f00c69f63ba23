"""Writes `docs/cli.md` from the commands themselves.

``python -m passerby.cli.reference > docs/cli.md``; a test compares the two.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from typing import Any

import click

from passerby.cli.app import passerby
from passerby.errors import Exit

_HEAD = """\
# Commands

Made from the commands' own help by `python -m passerby.cli.reference`. What the exit codes and
errors mean, and what to do, is in [errors.md](errors.md); the JSON is in [report.md](report.md).
"""

_EXITS = {
    Exit.OK: "all went well: published and verified, or done before, or nothing found",
    Exit.BUG: "a bug in Passerby",
    Exit.USAGE: "the command line makes no sense",
    Exit.FOUND: "`inspect` found something that tells on people",
    Exit.INPUT: "the input cannot be used",
    Exit.LIMIT: "the picture is larger than the limits allow",
    Exit.DEPENDENCY: "something that should be installed is not, or the network is not allowed",
    Exit.FINDER: "a detector failed",
    Exit.OUTPUT: "the result cannot be written, or something else stands in its place",
    Exit.VERIFICATION: "a check failed: nothing was published",
    Exit.REVIEW: "a person has to look at some files; all others went well",
    Exit.STORE: "the encrypted records are missing, locked, busy or damaged",
    Exit.RIGHTS: "the law, the place or the company is unknown or does not bear what was asked for",
    Exit.PARTIAL: "of several files, some failed",
    Exit.INTERRUPTED: "stopped by Ctrl-C or SIGTERM",
}

_BRACKETS = str.maketrans("[]", "()")
"""Brackets would begin a link."""

_VARIABLES = """\
## Environment

| Variable | Effect |
| --- | --- |
| `PASSERBY_OFFLINE=1` | forbids any network, as `--offline` does |
| `PASSERBY_PASSPHRASE_FILE` | file whose first line is the passphrase (`request`, `consent`) |
| `PASSERBY_MODELS` | folder of the weights that are not built in |
| `PASSERBY_DEBUG=1` | a bug shows its traceback instead of one line |
| `PASSERBY_WEIGHTS` | when installing: folder that already holds the weights and libjpeg-turbo |
"""


def reference() -> str:
    """Return the page."""
    parts = [_HEAD, *_commands(passerby, "passerby"), _exits(), _VARIABLES]
    return "\n".join(part.rstrip() + "\n" for part in parts)


def _commands(command: click.Command, path: str) -> Iterator[str]:
    """Yield the section of a command and those of the commands below it."""
    context = click.Context(command, info_name=path, help_option_names=["-h", "--help"])
    yield _section(command, path, context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                yield from _commands(below, f"{path} {name}")


def _section(command: click.Command, path: str, context: click.Context) -> str:
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [f"## {path}", "", "```", f"{path} {usage}", "```", "", _prose(command.help or "")]
    options = [p for p in command.get_params(context) if isinstance(p, click.Option)]
    lines += ["", "| Option | Meaning |", "| --- | --- |"]
    lines += [_row(*record) for p in options if (record := p.get_help_record(context))]
    return "\n".join(lines)


def _row(names: str, meaning: str) -> str:
    text = " ".join(meaning.split()).replace("|", "\\|")
    names = names.translate(_BRACKETS).replace("|", "\\|")
    return f"| `{names}` | {text.translate(_BRACKETS)} |"


def _prose(text: str) -> str:
    """Turn click's marks into Markdown: what must not be re-wrapped becomes a code block."""
    blocks = []
    for block in inspect.cleandoc(text).split("\n\n"):
        if block.startswith("\b"):
            lines = block.lstrip("\b").strip("\n").split("\n")
            title = [lines.pop(0)] if not lines[0].startswith(" ") else []
            code = "\n".join(line.removeprefix("  ") for line in lines)
            blocks.append("\n\n".join([*title, f"```\n{code}\n```"]))
        else:
            blocks.append(" ".join(block.split()))
    return "\n\n".join(blocks)


def _exits() -> str:
    rows = [f"| {code.value} | {_EXITS[code]} |" for code in Exit]
    return "\n".join(["## Exit codes", "", "| Code | Meaning |", "| --- | --- |", *rows])


def parameters(command: click.Command) -> Iterator[tuple[click.Command, Any]]:
    """Yield every command below a command, with each of its parameters."""
    for parameter in command.params:
        yield command, parameter
    if isinstance(command, click.Group):
        for below in command.commands.values():
            yield from parameters(below)


if __name__ == "__main__":
    sys.stdout.write(reference())
