"""What a test needs of the machine. What CI installs may be absent elsewhere, and only there."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path

import pytest


def require(met: bool, reason: str) -> None:
    """Go on where `met`; else skip the test on a user's machine, and fail it on CI."""
    if met:
        return
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def write_named(folder: Path, names: Iterable[bytes], data: Iterable[bytes]) -> list[bytes]:
    """Write files under names of any bytes; return the names that the file system took.

    Some file systems take only Unicode (EILSEQ). Any other refusal is an error.
    """
    taken = []
    for name, content in zip(names, data, strict=False):
        try:
            (folder / os.fsdecode(name)).write_bytes(content)
        except OSError as error:
            if error.errno != errno.EILSEQ:
                raise
        else:
            taken.append(name)
    return taken
