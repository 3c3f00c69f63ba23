"""Names that say nothing: of the input's name, its folder, its place in the order, its time or
its content.

A name is a keyed hash (HMAC-SHA256, RFC 2104) of the name that the copy would have otherwise. A
plain hash would be undone by trying IMG_0001 to IMG_9999, and a hash of the picture by whoever
has it. The key is drawn at random and kept with the reports of the run, which tell what is which
anyway: the same inputs get the same names again, so that a run can go on where it stopped. All
copies lie in one folder, since the folders' names would tell as well, and are made in the order
of their neutral names, so that the times of writing do not tell the order of the inputs.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Sequence
from pathlib import Path, PurePath

from passerby.errors import OutputExists, UnreadableInput, UsageError
from passerby.files import Staged, read_input
from passerby.model.media import SUFFIXES
from passerby.report.text import printable

KEY_FILE = "neutral-names.key"
"""The key's name in the folder for reports."""
_KEY_BYTES = 32
_DIGITS = 20
"""Hexadecimal digits of a name: 80 bits, so that among four million names two are equal with a
probability of 7e-12, and then the second is an error."""


def neutral_names(
    names: Sequence[PurePath], suffixes: Sequence[str | None], key: bytes
) -> list[PurePath]:
    """Return a neutral name for each name. `suffixes` are those of the copies' formats, None for
    what gets no copy: one suffix a format, since its spelling tells of the camera."""
    return [
        PurePath(_digest(name, key) + (suffix or ""))
        for name, suffix in zip(names, suffixes, strict=True)
    ]


def _digest(name: PurePath, key: bytes) -> str:
    return hmac.new(key, os.fsencode(name), hashlib.sha256).hexdigest()[:_DIGITS]


def names_key(reports: Path, out: Path) -> bytes:
    """Return the key of the names in an output folder; draw and keep one for a new folder.

    Of two runs that begin at once, both get the key of the one that was first. Raises UsageError
    where the key is gone or no key, and there are copies under neutral names: all would be made
    again under other names. Raises OutputUnwritable.
    """
    place = reports / KEY_FILE
    if not os.path.lexists(place):
        # Looked at again: another run may just have written both.
        if _has_neutral_names(out) and not os.path.lexists(place):
            raise UsageError(
                f"the key to the names in {printable(str(out))} is not in "
                f"{printable(str(reports))}",
                "Name the folder of its reports with --report, or choose another output folder.",
            )
        with Staged(place) as staged:
            staged.write(secrets.token_hex(_KEY_BYTES).encode() + b"\n")
            # Another run may be first.
            with contextlib.suppress(OutputExists):
                staged.publish(overwrite=False)
    return _read_key(place)


def _read_key(place: Path) -> bytes:
    try:
        text = read_input(place, 1024).decode("ascii", "replace").strip()
    except UnreadableInput as error:
        raise UsageError(f"the key of the neutral names {error.message}") from error
    if not re.fullmatch(rf"[0-9a-f]{{{2 * _KEY_BYTES}}}", text):
        raise UsageError(
            f"{printable(str(place))} is not the key that was written there",
            "Restore it, or choose another output folder and another --report.",
        )
    return bytes.fromhex(text)


def _has_neutral_names(out: Path) -> bool:
    """Whether a folder holds files such as those that a run with a key leaves."""
    endings = "|".join(re.escape(s) for suffixes in SUFFIXES.values() for s in suffixes)
    form = re.compile(rf"[0-9a-f]{{{_DIGITS}}}({endings})")
    try:
        with os.scandir(out) as listing:
            return any(form.fullmatch(entry.name) for entry in listing)
    except OSError:
        return False
