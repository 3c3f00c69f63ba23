"""References: what a letter and its answer are found again by."""

from __future__ import annotations

import re
import secrets
from collections.abc import Container

_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""The alphabet of Douglas Crockford's base 32: no I, L, O or U, so that none is misread."""
_FORM = re.compile(rf"PB(?:-[{_SIGNS}]{{4}}){{3}}")
_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0"})


def new_reference(taken: Container[str]) -> str:
    """Return a reference that is not among the taken ones: `PB-7F3K-9Q2M-X40D`.

    Its 60 random bits tell nothing of the client, of how many there are, or of when the case
    began, and cannot be guessed by who has seen others.
    """
    while True:
        groups = ("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(3))
        reference = "-".join(("PB", *groups))
        if reference not in taken:
            return reference


def read_reference(text: str) -> str | None:
    """Return the reference that a person typed, as it is kept; None when it is none.

    Case does not matter, nor do spaces for dashes, nor I, L and O for the digits they resemble.
    """
    signs = re.sub(r"[\s-]+", "", text).upper()
    if not signs.startswith("PB"):
        return None
    rest = signs[2:].translate(_MISREAD)
    reference = "-".join(("PB", *(rest[index : index + 4] for index in range(0, len(rest), 4))))
    return reference if _FORM.fullmatch(reference) else None
