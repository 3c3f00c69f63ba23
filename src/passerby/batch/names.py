"""What each output is called.

A name says the truth about the format of the copy. Where the copy has another format than the
input, its suffix takes the place of the input's (``a.heic`` becomes ``a.jpg``); a suffix that the
bytes do not bear out is kept as a part of the name, and the right one appended (``a.heic`` that
holds a JPEG: ``a.heic.jpg``). So a name hangs on its own input only, but where two inputs come to
the same name, as a RAW and the JPEG beside it do: one that did not have to be changed keeps it,
the others keep their whole name with the right suffix appended (``a.heic.jpg``), and where that
is taken as well, carry a few digits of a hash of where they come from.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path, PurePath

from passerby.batch.discover import Found
from passerby.model.media import SUFFIXES, Format, target_of

LONGEST = 255
"""Bytes of a file name on the usual file systems."""


def target_suffixes(form: Format | None, to: Format | None) -> tuple[str, ...]:
    """Return the suffixes that the copy of a file of this format may have, the usual one first;
    none where it can have no copy. `to` is the format that was asked for."""
    return SUFFIXES.get(target_of(form, to), ()) if form is not None else ()


def natural_name(relative: PurePath, form: Format | None, to: Format | None = None) -> PurePath:
    """Return the output's name if no other input comes to the same one."""
    fitting, suffix = target_suffixes(form, to), relative.suffix.lower()
    if form is None or not fitting or suffix in fitting:
        return relative
    true = suffix in SUFFIXES.get(form, ())
    return relative.with_name(_shortened(relative.stem if true else relative.name, "", fitting[0]))


def output_names(files: Sequence[Found], to: Format | None = None) -> list[PurePath]:
    """Return the names, below the output folder, of files in the order of their listing.

    `to` is the format that was asked for. No two names are equal, also where the file system
    ignores case or the form of accents.
    """
    natural = [natural_name(found.relative, found.format, to) for found in files]
    groups: dict[str, list[int]] = defaultdict(list)
    for index, name in enumerate(natural):
        groups[_key(name)].append(index)
    names, taken = list(natural), set(groups)
    for _, indices in sorted(groups.items()):
        # A name that did not have to be changed has the better right to it.
        order = sorted(
            indices,
            key=lambda i: (natural[i] != files[i].relative, os.fsencode(files[i].source)),
        )
        for index in order[1:]:
            made = _whole_name(files[index].relative, natural[index])
            if _key(made) in taken:
                made = _distinct(natural[index], files[index].source, taken)
            names[index] = made
            taken.add(_key(made))
    return names


def _whole_name(relative: PurePath, natural: PurePath) -> PurePath:
    """Return the name with the suffix that the file came with and, where the copy has another,
    that of its copy."""
    if natural == relative:
        return natural
    return natural.with_name(_shortened(relative.name, "", natural.suffix))


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
    return made


def _shortened(stem: str, tag: str, tail: str) -> str:
    """Join the parts of a name; a stem that is too long is cut and marked with its hash."""
    raw, room = os.fsencode(stem), LONGEST - len(os.fsencode(tag + tail))
    if len(raw) > room:
        mark = "~" + hashlib.sha256(raw).hexdigest()[:8]
        stem = raw[: room - len(mark)].decode("utf-8", "ignore") + mark
    return stem + tag + tail
