"""The build hook and the code agree on which files belong to an installation."""

from __future__ import annotations

import ast
from pathlib import Path

from passerby.media import turbojpeg_library

ROOT = Path(__file__).parents[1]


def pinned(name: str) -> list[tuple[str, ...]]:
    """Return the arguments of a table of the build hook, which only builds can import."""
    module = ast.parse((ROOT / "hatch_build.py").read_text())
    tables = {
        target.id: node.value
        for node in module.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    table = tables[name]
    assert isinstance(table, ast.Tuple)
    rows = []
    for call in table.elts:
        assert isinstance(call, ast.Call)
        rows.append(tuple(ast.literal_eval(argument) for argument in call.args))
    return rows


def test_the_libraries_that_are_packed_are_those_that_are_loaded() -> None:
    rows = pinned("LIBRARIES")
    assert {row[0]: row[1] for row in rows} == turbojpeg_library.PACKED
    assert len({row[5] for row in rows}) == len(rows)


def test_the_notice_names_every_packed_file() -> None:
    notice = (ROOT / "NOTICE").read_text()
    for row in pinned("LIBRARIES") + pinned("WEIGHTS"):
        assert row[1] in notice, row[0]
