"""Saving embedded pictures for a look, when somebody asks for it."""

from __future__ import annotations

import re
from pathlib import Path, PurePath

from passerby.errors import OutputExists
from passerby.files import PRIVATE, Staged
from passerby.inside import Saver
from passerby.model.media import SUFFIXES, Format
from passerby.model.report import EmbeddedPicture
from passerby.report.text import plural, printable

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 80
"""Characters of the file's name, and of the part's, in the name of a saved picture."""
_OTHER_SUFFIXES = {
    Format.BMP: ".bmp",
    Format.JPEG_2000: ".jp2",
    Format.VIDEO: ".mp4",
}


class Keeper:
    """Writes embedded pictures into a folder, each under a name of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: set[str] = set()
        self.saved = 0

    def saver(self, shown: str) -> Saver:
        """Return what saves the pictures of the file that is shown under this name."""

        def save(picture: EmbeddedPicture, data: bytes) -> None:
            self._write(self._name(shown, picture), data)

        return save

    def summary(self) -> str:
        """Say what is in the folder now, and what that means."""
        if not self.saved:
            return "no embedded picture was saved"
        saved = plural(self.saved, "embedded picture")
        where = printable(str(self.folder))
        return f"{saved} saved in {where}: they show faces UNREDACTED. Delete them after the look."

    def _name(self, shown: str, picture: EmbeddedPicture) -> str:
        """Return a name that no file of this run has. It depends on the input's name and on the
        part alone, so that a second run finds its own files standing there and stops."""
        file = _safe(PurePath(shown).name)
        part = _safe("-".join(picture.path))
        stem = f"{file}--{part}"
        name, number = f"{stem}{_suffix(picture.format)}", 1
        while name in self.names:
            number += 1
            name = f"{stem}-{number}{_suffix(picture.format)}"
        self.names.add(name)
        return name

    def _write(self, name: str, data: bytes) -> None:
        """Raises OutputExists or OutputUnwritable."""
        with Staged(self.folder / name, mode=PRIVATE) as staged:
            staged.write(data)
            try:
                staged.publish(overwrite=False)
            except OutputExists as error:
                advice = "Name another folder with --save-embedded, or delete what was saved."
                raise OutputExists(error.message, advice) from error
        self.saved += 1


def _safe(text: str) -> str:
    return _UNSAFE.sub("_", text)[:_LONGEST].strip("._") or "unnamed"


def _suffix(format_: Format | None) -> str:
    if format_ is None:
        return ".bin"
    return SUFFIXES.get(format_, (_OTHER_SUFFIXES.get(format_, ".bin"),))[0]
