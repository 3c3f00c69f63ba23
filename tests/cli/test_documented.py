"""Nothing that users meet is undocumented."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from passerby import errors
from passerby.cli.app import passerby
from passerby.cli.reference import parameters, reference
from passerby.errors import Exit, PasserbyError

DOCS = Path(__file__).parents[2] / "docs"
SOURCES = Path(__file__).parents[2] / "src" / "passerby"


def tree(kind: type[PasserbyError] = PasserbyError) -> Iterator[type[PasserbyError]]:
    yield kind
    for below in kind.__subclasses__():
        if below.__module__ == errors.__name__:
            yield from tree(below)


def commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from commands(below, f"{path} {name}")


def test_the_reference_is_up_to_date() -> None:
    assert (DOCS / "cli.md").read_text() == reference(), "python -m passerby.cli.reference"


def test_every_command_and_option_explains_itself() -> None:
    page = (DOCS / "cli.md").read_text()
    for command, parameter in parameters(passerby):
        assert command.help, command.name
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{command.name} {parameter.name}"
            for name in parameter.opts:
                assert name in page
    for path, command in commands(passerby, "passerby"):
        assert f"\n## {path}\n" in page, command.name


@pytest.mark.parametrize("kind", list(tree()), ids=lambda kind: kind.__name__)
def test_every_error_is_documented(kind: type[PasserbyError]) -> None:
    row = re.search(
        rf"^\| `{re.escape(kind.code)}` \| (.*)$", (DOCS / "errors.md").read_text(), re.M
    )
    assert row, kind.code
    assert row[1].startswith(f"{kind.exit.value} |")
    assert kind.advice in row[1]
    assert kind.__name__ in str(errors.__doc__)


def test_no_two_errors_share_a_code() -> None:
    codes = [kind.code for kind in tree()]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("code", Exit)
def test_every_exit_code_is_documented(code: Exit) -> None:
    assert f"| {code.value} | `{code.name}` |" in (DOCS / "errors.md").read_text()
    assert f"| {code.value} | " in (DOCS / "cli.md").read_text()


def test_every_environment_variable_is_documented() -> None:
    page = (DOCS / "cli.md").read_text()
    found = {
        name
        for path in SOURCES.rglob("*.py")
        for name in re.findall(r"\bPASSERBY_[A-Z]+\b", path.read_text())
    }
    assert {"PASSERBY_OFFLINE", "PASSERBY_DEBUG"} <= found
    for name in found:
        assert name in page


def test_the_help_of_the_group_names_the_exit_codes() -> None:
    _, codes = str(passerby.help).split("Exit codes: ")
    assert [int(number) for number in re.findall(r"\b\d+\b", codes)] == list(Exit)


def test_cosmetic_methods_are_called_so_in_the_help() -> None:
    option = next(p for _, p in parameters(passerby) if p.name == "method")
    assert "blur and mosaic are cosmetic" in option.help


def test_every_document_of_requests_is_described() -> None:
    folder = SOURCES / "cli" / "request"
    files = [SOURCES / "cli" / "care.py", *folder.glob("*.py")]
    source = "\n".join(path.read_text() for path in files)
    kinds = set(re.findall(r'document\(\s*"([a-z-]+)"', source))
    assert {"clock", "case", "bundle", "erasure", "store-check"} <= kinds
    described = set(re.findall(r"^\| (`[^|]*) \|", (DOCS / "report.md").read_text(), re.M))
    named = {name for cell in described for name in re.findall(r"`([a-z-]+)`", cell)}
    assert kinds <= named, kinds - named
