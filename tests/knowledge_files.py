"""Small files of knowledge, written for a test."""

from __future__ import annotations

from pathlib import Path

CONTROLLER = """\
id: face-finder
checked: null
name: Face Finder Ltd
seat: NO
languages: [no, en]
contacts:
  - channel: email
    value: privacy@facefinder.example
    source: imprint
    checked: 2026-01-31
    confidence: read
sources:
  imprint:
    title: Imprint
    url: https://facefinder.example/imprint
    checked: 2026-01-31
"""

AUTHORITY = """\
id: xx-authority
checked: 2026-01-31
names:
  en: Authority of the Isle
places: [IM]
remits: [companies]
languages: [en]
contacts: []
sources:
  site:
    title: Site
    url: https://authority.example/
    checked: null
"""

RULING = """\
id: court-1
checked: 2025-01-31
kind: decision
by:
  en: A court
reference: Case 1
day: 2024-02-29
outcome:
  en: Recipients are to be named.
controller: null
finality: final
finality_note:
  en: No appeal.
laws: []
supports: [named-recipients]
confidence: read
sources:
  text:
    title: Text
    url: null
    checked: null
"""


def put(folder: Path, name: str, text: str | bytes) -> Path:
    """Write a file, with the folders above it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def changed(text: str, old: str, new: str) -> str:
    """Return a text with one place of it changed, which has to be there once."""
    assert text.count(old) == 1, old
    return text.replace(old, new)


def line_of(text: str, part: str) -> int:
    """Return the line on which a part of a text stands, which has to be there once."""
    assert text.count(part) == 1, part
    return text[: text.index(part)].count("\n") + 1
