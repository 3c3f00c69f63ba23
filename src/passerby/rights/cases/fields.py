"""What people give about a client, value by value: checked, and told apart from what could do
harm in a letter, a mail header or on a terminal."""

from __future__ import annotations

import re

from passerby.rights.facts.law import RightKind
from passerby.rights.knowledge.codes import is_language, is_place

LONGEST = 4000
"""Characters of the longest text: what fits in a letter that somebody reads."""

_FORBIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_EMAIL = re.compile(r"[^@\s<>()\[\],;:\"\\]+@[^@\s<>()\[\],;:\"\\]+\.[^@\s<>()\[\],;:\"\\.]+")


class BadValue(Exception):
    """A value cannot be used; the message says why, and stands behind the name of its field."""


def one_line(value: object) -> str:
    """Return a text of one line without spaces at its ends. Raises BadValue."""
    text = _text(value)
    if "\n" in text:
        raise BadValue("this has to be one line")
    return text


def lines(value: object) -> tuple[str, ...]:
    """Return the lines of a text, or the texts of a list; empty ones are left out. Raises
    BadValue."""
    if isinstance(value, list):
        return tuple(line for each in value if (line := one_line(each)))
    return tuple(line for each in _text(value).split("\n") if (line := each.strip()))


def text(value: object) -> str:
    """Return a text of any number of lines. Raises BadValue."""
    return _text(value)


def email(value: object) -> str:
    """Return an e-mail address. Raises BadValue."""
    address = one_line(value)
    if _EMAIL.fullmatch(address) is None:
        raise BadValue(f"{address!r} is no e-mail address such as anna@example.org")
    return address


def language(value: object) -> str:
    """Return the code of a language. Raises BadValue."""
    code = one_line(value).lower()
    if not is_language(code):
        raise BadValue(f"{code!r} is no language of ISO 639-1 such as de")
    return code


def place(value: object) -> str:
    """Return the code of a country or of a part of one. Raises BadValue."""
    code = one_line(value).upper()
    if not is_place(code):
        raise BadValue(f"{code!r} is no place of ISO 3166 such as DE or US-CA")
    return code


def rights(value: object) -> tuple[RightKind, ...]:
    """Return rights from their names, with commas, semicolons or spaces between them. Raises
    BadValue."""
    names = re.split(r"[\s,;]+", one_line(value).lower().strip(" ,;"))
    known = {kind.value: kind for kind in RightKind}
    for name in names:
        if name not in known:
            raise BadValue(f"{name!r} is no right; they are {', '.join(known)}")
        if names.count(name) > 1:
            raise BadValue(f"{name!r} stands twice")
    return tuple(known[name] for name in names)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise BadValue("this has to be text")
    found = value.replace("\r\n", "\n").strip()
    wrong = _FORBIDDEN.search(found)
    if wrong is not None:
        raise BadValue(f"the character U+{ord(wrong[0]):04X} has no place here")
    if len(found) > LONGEST:
        raise BadValue(f"this is longer than {LONGEST:,} characters")
    return found
