"""Files that are dropped on the page: they land in the folder, under safe new names.

A file is written under a temporary name in the opened folder itself, looked at in a worker
process, and linked to its name only if nothing has it. The folder is held open: whatever is put
in its path meanwhile, nothing is written elsewhere.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from passerby.errors import LimitExceeded, OutputUnwritable, PasserbyError, UnsupportedFormat
from passerby.files import NO_LINKS, PARTIAL, left_behind, read_input
from passerby.media import Media, sniff
from passerby.model.media import HANDLED, SUFFIXES, Format
from passerby.model.options import Limits
from passerby.model.report import Failure
from passerby.report.text import printable
from passerby.work import failure_of

MOST_BYTES = 512 * 2**20
"""Bytes of one file: more than a camera writes."""
_MOST_NAME = 120
"""Bytes of a name before its suffix."""
_MOST_TRIES = 1000
_BEGIN = ".upload."
"""Begins the name of a file that is still coming."""
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that Windows takes for devices: the folder may be opened there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A file to look at before it gets its name."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The suffixes that fit a file's bytes, or why it is not taken."""

    suffixes: tuple[str, ...] = ()
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Porters:
    """What all uploads have in common."""

    limits: Limits = field(default_factory=Limits)

    def doer(self) -> Porter:
        """Return what works in a process."""
        return Porter(self.limits)

    def lost(self, task: Arrived, error: PasserbyError) -> Judged:  # noqa: ARG002 - the interface
        """Return what became of a file that ends every process."""
        return Judged(failure=Failure.from_error(error))


class Porter:
    """Looks at one file after another."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def work(self, task: Arrived) -> Judged:
        """Say whether a file is a picture that can be worked on. Raises nothing but
        KeyboardInterrupt."""
        try:
            return Judged(suffixes=SUFFIXES[self._format(task)])
        except Exception as error:
            return Judged(failure=failure_of(error))

    def _format(self, task: Arrived) -> Format:
        """Return the format of a picture that can be decoded. Raises PasserbyError."""
        data, media = read_input(task.path, self._limits.memory), Media()
        form = sniff(data)
        if form not in HANDLED:
            raise UnsupportedFormat(f"{form} is not handled yet")
        size = media.describe(data).size
        if size is not None and size[0] * size[1] > self._limits.pixels:
            raise LimitExceeded(f"{size[0]}x{size[1]} pixels are more than the limit allows")
        media.read(data, self._limits)
        return form


class Tray:
    """A folder into which files are put, and nothing else is done."""

    def __init__(self, folder: Path) -> None:
        """Raises OutputUnwritable."""
        try:
            self._number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise _unwritable(error) from error
        self._folder = folder
        self._sweep()

    def _sweep(self) -> None:
        """Remove what a server that was killed had not finished."""
        with contextlib.suppress(OSError), os.scandir(self._number) as listing:
            names = [entry.name for entry in listing if entry.name.startswith(_BEGIN)]
            for name in names:
                if left_behind(name, PARTIAL):
                    self.drop(name)

    def close(self) -> None:
        """Let the folder go."""
        with contextlib.suppress(OSError):
            os.close(self._number)

    async def take(self, stream: AsyncIterator[bytes]) -> str:
        """Write a file under a temporary name, as it comes, and return that. Raises
        OutputUnwritable, and whatever the stream raises; then nothing is left."""
        name = f"{_BEGIN}{os.getpid()}-{secrets.token_hex(6)}{PARTIAL}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            number = os.open(name, flags, 0o600, dir_fd=self._number)
        except OSError as error:
            raise _unwritable(error) from error
        try:
            with open(number, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
                async for piece in stream:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            self.drop(name)
            raise _unwritable(error) from error
        except BaseException:
            self.drop(name)
            raise
        return name

    def path(self, name: str) -> Path:
        """Return where a file of this folder lies."""
        return self._folder / name

    def drop(self, name: str) -> None:
        """Remove a temporary file."""
        with contextlib.suppress(OSError):
            os.unlink(name, dir_fd=self._number)

    def keep(self, temporary: str, wish: str, suffixes: tuple[str, ...]) -> str:
        """Give a file a name that is like `wish`, safe and new; return it. Raises
        OutputUnwritable."""
        stem, suffix = safe_name(wish, suffixes)
        try:
            for number in range(1, _MOST_TRIES):
                name = f"{stem}{'' if number == 1 else f'-{number}'}{suffix}"
                with contextlib.suppress(FileExistsError):
                    self._name(temporary, name)
                    os.fsync(self._number)
                    return name
        except OSError as error:
            raise _unwritable(error) from error
        finally:
            self.drop(temporary)
        raise OutputUnwritable("too many files have this name", "Rename the file.")

    def _name(self, temporary: str, name: str) -> None:
        """Raises FileExistsError for a name that anything has, a link that leads nowhere too."""
        here = self._number
        try:
            os.link(temporary, name, src_dir_fd=here, dst_dir_fd=here, follow_symlinks=False)
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            # A card from a camera has a file system without links: take the name first.
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            os.close(os.open(name, flags, 0o600, dir_fd=here))
            os.replace(temporary, name, src_dir_fd=here, dst_dir_fd=here)


def safe_name(wish: str, suffixes: tuple[str, ...]) -> tuple[str, str]:
    """Return a stem and a suffix for what somebody calls a file: its last part, without anything
    that a file system, a shell or a page may act on, with a suffix that fits its bytes."""
    last = re.split(r"[/\\]", wish)[-1]
    clean = unicodedata.normalize("NFC", printable(last))
    clean = "".join("_" if c in '<>:"|?*\ufffd' else c for c in clean).strip(" .")
    stem, dot, ending = clean.rpartition(".")
    suffix = f".{ending}".lower()
    if not dot or suffix not in suffixes:
        stem, suffix = clean, suffixes[0]
    stem = stem.encode("utf-8", "ignore")[:_MOST_NAME].decode("utf-8", "ignore").strip(" .")
    if not stem or _DEVICE.fullmatch(stem) or stem.startswith("-"):
        stem = f"picture{stem if stem.startswith('-') else ''}"
    return stem, suffix


def _unwritable(error: OSError) -> OutputUnwritable:
    return OutputUnwritable(f"the folder cannot be written to: {error.strerror}")
