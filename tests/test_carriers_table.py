"""The table of carriers in the docs says what these tests measure."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from canaries import BUILDERS, audit

DOCS = Path(__file__).resolve().parents[1] / "docs"
MEASURED = json.loads((DOCS / "carriers.json").read_text())
sys.path.insert(0, str(DOCS))

import carriers as writer  # noqa: E402


@pytest.mark.parametrize("name", BUILDERS)
def test_passerby_lists_every_carrier_and_leaves_none(name: str) -> None:
    assert audit.listed(name) == audit.carriers(name)
    assert audit.left_by(audit.PASSERBY, name) == audit.Left(left=(), untold=())


@pytest.mark.parametrize("name", BUILDERS)
def test_the_docs_hold_what_is_measured(name: str) -> None:
    assert MEASURED["carriers"][name] == audit.carriers(name)
    assert MEASURED["listed"][name] == audit.listed(name)
    assert MEASURED["tools"]["Passerby"]["left"][name] == {"left": [], "untold": []}


@pytest.mark.parametrize("tool", audit.OTHERS, ids=lambda tool: tool.name)
@pytest.mark.parametrize("name", BUILDERS)
def test_what_others_leave(tool: audit.Tool, name: str) -> None:
    """Another version may do better or worse: its number stands in the docs."""
    told = MEASURED["tools"][tool.name]
    assert name in told["left"]
    if tool.version() == told["version"]:
        left = audit.left_by(tool, name)
        assert [*left.left] == told["left"][name]["left"]
        assert [*left.untold] == told["left"][name]["untold"]


def test_the_table_is_that_of_the_measurements() -> None:
    page = (DOCS / "formats.md").read_text()
    assert writer.BEGIN in page
    assert writer.page_with(writer.table(MEASURED), page) == page
