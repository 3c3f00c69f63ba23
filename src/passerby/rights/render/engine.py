"""Typesetting by typst: one of our documents, and data that never become markup.

Nothing of the machine goes in: no system fonts, no files (the root is an empty folder), no
packages, no clock. The same data give the same bytes. The export follows PDF/UA-1: tagged, with
a title and a language; and it refuses a character that no font has instead of a box.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from importlib import resources
from typing import Any

import typst

from passerby.errors import BadRecord, DependencyError

_MISSING = re.compile(r'the text `"(.*?)"` could not be displayed')
_ESCAPE = re.compile(r"\\u\{([0-9a-f]{1,6})\}")
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:-[A-Z][a-z]{3})?(?:-([A-Z]{2}))?$")
_ADVICE = (
    "Write it in Latin, Greek or Cyrillic letters for the PDF; the e-mail and the text carry it "
    "as it is."
)


def typeset(document: str, data: Mapping[str, object], day: date) -> bytes:
    """Return the PDF of one of our documents (a name in this folder) filled with `data`.

    `day` is the only time in it, at noon UTC: programs show it in their own zone, and midnight
    would be the day before in all of America. Raises BadRecord for characters that no font has,
    DependencyError when typst fails for another reason.
    """
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    try:
        pdf = _compile(_source(document), json.dumps(data), int(noon.timestamp()))
    except typst.TypstError as error:
        missing = _missing_of(error)
        if missing:
            raise BadRecord(f"no font here has {_named(missing)}", _ADVICE) from None
        raise DependencyError(f"typst failed: {_first_line(error)}") from None
    return pdf


def missing_glyphs(text: str) -> tuple[str, ...]:
    """Return the characters of `text` that no embedded font has, each once, in their order.

    Asks the fonts themselves: each character is typeset alone, in each weight in use.
    """
    characters = sorted(set(text) - {"\n"})
    try:
        _compile(_source("glyphs.typ"), json.dumps({"characters": characters}), 0)
    except typst.TypstError as error:
        missing = _missing_of(error)
        if not missing:
            raise DependencyError(f"typst failed: {_first_line(error)}") from None
        return tuple(dict.fromkeys(c for c in text if c in missing))
    return ()


def language_of(tag: str) -> dict[str, str | None]:
    """Return a BCP 47 tag as typst takes it: a language, and a region where it has one. It
    hyphenates by it, and screen readers speak by it. Raises BadRecord for what is no tag."""
    found = _LANGUAGE.match(tag)
    if found is None:
        raise BadRecord(f"{tag!r} is no language")
    return {"lang": found[1], "region": found[2]}


def _compile(source: bytes, data: str, timestamp: int) -> bytes:
    with tempfile.TemporaryDirectory(prefix="passerby-") as empty:
        compiler = typst.Compiler(
            source,
            root=empty,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs={"data": data},
            package_path=empty,
            package_cache_path=empty,
        )
        pdf = compiler.compile(format="pdf", pdf_standards="ua-1", timestamp=timestamp)
    if not isinstance(pdf, bytes):
        raise DependencyError("typst gave no PDF")
    return pdf


@cache
def _fonts() -> Any:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def _source(document: str) -> bytes:
    return resources.files(__package__).joinpath(document).read_bytes()


def _missing_of(error: typst.TypstError) -> str:
    """The characters that an error says no font has; its message and its trace name them."""
    found = _MISSING.findall(f"{error.message}\n{error.diagnostic}")
    shown = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), "".join(found))
    return "".join(dict.fromkeys(shown))


def _named(characters: str) -> str:
    shown = characters[:8] + ("…" if len(characters) > 8 else "")
    return f"“{shown}” ({', '.join(f'U+{ord(c):04X}' for c in characters[:8])})"


def _first_line(error: typst.TypstError) -> str:
    return str(error.message).splitlines()[0]
