"""What each output is called.

A name says the truth about its format: a suffix that the bytes do not bear out is kept as a
part of the name, and the right one appended (``a.heic`` that holds a JPEG: ``a.heic.jpg``). So
a name hangs on its own input only, but for the rare case in which two inputs come to the same
name: all but the first then carry a few digits of a hash of where they come from.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path, PurePath

from passerby.batch.discover import Found
from passerby.model.media import SUFFIXES, Format

LONGEST = 255
"""Bytes of a file name on the usual file systems."""


def natural_name(relative: PurePath, form: Format | None) -> PurePath:
    """Return the output's name if no other input comes to the same one."""
    fitting = SUFFIXES.get(form, ()) if form is not None else ()
    if not fitting or relative.suffix.lower() in fitting:
        return relative
    return relative.with_name(_shortened(relative.name, "", fitting[0]))


def output_names(files: Sequence[Found]) -> list[PurePath]:
    """Return the names, below the output folder, of files in the order of their listing.

    No two are equal, also where the file system ignores case or the form of accents.
    """
    natural = [natural_name(found.relative, found.format) for found in files]
    groups: dict[str, list[int]] = defaultdict(list)
    for index, name in enumerate(natural):
        groups[_key(name)].append(index)
    names, taken = list(natural), set(groups)
    for indices in groups.values():
        # A name that did not have to be changed has the better right to it.
        order = sorted(
            indices,
            key=lambda i: (natural[i] != files[i].relative, os.fsencode(files[i].source)),
        )
        for index in order[1:]:
            names[index] = _distinct(natural[index], files[index].source, taken)
    return names


def fit(name: str, tail: str) -> str:
    """Return a file name with a tail, cut where it would be too long for a file system."""
    return _shortened(name, "", tail)


def _key(name: PurePath) -> str:
    """Return what two names share when some file system takes them for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", str(name)).casefold())


def _distinct(name: PurePath, source: Path, taken: set[str]) -> PurePath:
    digest = hashlib.sha256(os.fsencode(source)).hexdigest()
    for digits in range(6, 65):
        stem, suffix = name.name.removesuffix(name.suffix), name.suffix
        made = name.with_name(_shortened(stem, f"~{digest[:digits]}", suffix))
        if _key(made) not in taken:
            break
    taken.add(_key(made))
    return made


def _shortened(stem: str, tag: str, tail: str) -> str:
    """Join the parts of a name; a stem that is too long is cut and marked with its hash."""
    raw, room = os.fsencode(stem), LONGEST - len(os.fsencode(tag + tail))
    if len(raw) > room:
        mark = "~" + hashlib.sha256(raw).hexdigest()[:8]
        stem = raw[: room - len(mark)].decode("utf-8", "ignore") + mark
    return stem + tag + tail
