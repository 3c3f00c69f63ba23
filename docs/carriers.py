"""Measures what tools leave in files full of hidden copies, and writes the table of it.

    .venv/bin/python docs/carriers.py             # measures; docs/carriers.json and the table
    .venv/bin/python docs/carriers.py --table     # prints the table of docs/carriers.json

A tool that is not installed keeps what was measured before; its version stands beside it. For
deface, have its command on the path.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
MEASURED = ROOT / "docs" / "carriers.json"
PAGE = ROOT / "docs" / "formats.md"
BEGIN, END = "<!-- carriers: made by docs/carriers.py -->\n", "<!-- end of carriers -->\n"


def measure(before: dict[str, Any]) -> dict[str, Any]:
    """Return what is listed and what each installed tool leaves, by format and carrier."""
    sys.path.insert(0, str(ROOT / "tests"))
    from canaries import audit

    formats = list(audit.BUILDERS)
    tools = dict(before.get("tools", {}))
    for tool in (audit.PASSERBY, *audit.OTHERS):
        version = tool.version()
        if version is not None:
            left = {name: asdict(audit.left_by(tool, name)) for name in formats}
            tools[tool.name] = {"version": version, "left": left}
    return {
        "carriers": {name: audit.carriers(name) for name in formats},
        "listed": {name: audit.listed(name) for name in formats},
        "tools": tools,
    }


def table(measured: dict[str, Any]) -> str:
    """Return the table in Markdown: a row for each carrier, formats in the cells."""
    tools = measured["tools"]
    heads = ["carrier", "in", "listed by Passerby"]
    heads += [f"left by {name} {tool['version']}".strip() for name, tool in tools.items()]
    lines = ["| " + " | ".join(heads) + " |", "| " + " | ".join(["---"] * len(heads)) + " |"]
    names = sorted({c for carriers in measured["carriers"].values() for c in carriers})
    for name in names:
        inside = [f for f, carriers in measured["carriers"].items() if name in carriers]
        told = {f: [] for f in inside}
        cells = [name, ", ".join(inside), _cell(inside, measured["listed"], told, name)]
        for tool in tools.values():
            left = {f: tool["left"][f]["left"] for f in inside}
            untold = {f: tool["left"][f]["untold"] for f in inside}
            cells.append(_cell(inside, left, untold, name))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(
    inside: list[str], found: dict[str, list[str]], untold: dict[str, list[str]], name: str
) -> str:
    """Say in which of the formats something holds; with a question mark where nothing is known
    because the tool cannot open or write such a file."""
    held = [f for f in inside if name in found[f]]
    unknown = [f"{f}?" for f in inside if name in untold[f]]
    if len(held) == len(inside) > 1:
        return "all"
    return ", ".join(held + unknown) or "-"


def page_with(text: str, page: str) -> str:
    """Return the page with the table in its place."""
    head, _, rest = page.partition(BEGIN)
    return head + BEGIN + text + END + rest.partition(END)[2]


def main() -> None:
    """Measure, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", action="store_true", help="measure nothing, print the table")
    before = json.loads(MEASURED.read_text()) if MEASURED.exists() else {}
    if parser.parse_args().table:
        sys.stdout.write(table(before))
        return
    measured = measure(before)
    MEASURED.write_text(json.dumps(measured, indent=1) + "\n")
    PAGE.write_text(page_with(table(measured), PAGE.read_text()))


if __name__ == "__main__":
    main()
