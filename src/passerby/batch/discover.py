"""Which files a run is about: the paths that were named, and what lies below folders.

The order does not depend on the file system. Real folders are walked before those that a
symbolic link leads to, and each folder once, whatever leads to it: a loop of links ends there.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from passerby.errors import PasserbyError, UnreadableInput
from passerby.files import PARTIAL, read_input
from passerby.media import sniff
from passerby.model.media import SUFFIXES, Format

HEAD = 64 * 1024
"""Bytes that are read to tell the format."""
MOST = 2**30
"""Bytes of a file that is read as a whole to tell its format, where its first do not do."""

_NOT_HANDLED = """
.heics .heifs .avifs .bmp .dib .ico .jp2 .j2k .jpx
.mp4 .m4v .mov .avi .mkv .webm .mts .m2ts .3gp .wmv .flv .mpg .mpeg
"""
PICTURE_LIKE = frozenset(_NOT_HANDLED.split()).union(*SUFFIXES.values())
"""Names that promise a picture or a video: such a file is never left out silently."""

THUMBNAIL_FOLDERS = frozenset(
    {
        "@eadir",
        ".@__thumb",
        ".thumbnails",
        ".thumb",
        ".picasaoriginals",
        ".appledouble",
        ".bridgecache",
    }
)
"""Folders in which systems and programs keep copies of the pictures beside them."""
APPLE_DOUBLE = b"\x00\x05\x16\x07"
"""Start of the ``._name`` files that macOS leaves on foreign disks; RFC 1740."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One file. `relative` is its name below the output folder, before it is made to fit;
    `format` is told from its first bytes; `error` says why it cannot be used."""

    source: Path
    relative: PurePath
    format: Format | None = None
    error: PasserbyError | None = None


@dataclass(slots=True, kw_only=True)
class Discovery:
    """The result of `discover`: files, the number of those that are no media, and what people
    should know, one line each."""

    files: list[Found] = field(default_factory=list)
    left_out: int = 0
    notes: list[str] = field(default_factory=list)


def discover(paths: tuple[Path, ...], exclude: tuple[Path, ...] = ()) -> Discovery:
    """List the files. `exclude` are folders of this tool's own: output and reports.

    With one path, names are relative to it; with several, each folder keeps its name.
    """
    walk = _Walk(avoid=frozenset(filter(None, map(_folder_key, exclude))))
    for path in paths:
        if is_folder(path):
            name = Path(os.path.realpath(path)).name
            walk.enter(path, PurePath(name if len(paths) > 1 else ""))
        else:
            walk.add(path, PurePath(path.name), named=True)
    walk.follow_links()
    return walk.result


@dataclass(slots=True, kw_only=True)
class _Walk:
    """The state of one listing."""

    avoid: frozenset[tuple[int, int]]
    result: Discovery = field(default_factory=Discovery)
    seen: set[tuple[int, int]] = field(default_factory=set)
    files: set[Path] = field(default_factory=set)
    linked: list[tuple[Path, PurePath]] = field(default_factory=list)

    def follow_links(self) -> None:
        """Walk the folders that symbolic links led to, after all real ones."""
        while self.linked:
            path, relative = self.linked.pop(0)
            key = _folder_key(path)
            if key in self.seen and key not in self.avoid:
                self.result.notes.append(f"{path} leads to a folder that is listed already")
            else:
                self.enter(path, relative)

    def enter(self, folder: Path, relative: PurePath) -> None:
        """List a folder and what is below it. A stack: a deep tree must not end the run."""
        waiting = [(folder, relative)]
        while waiting:
            path, below = waiting.pop()
            key = _folder_key(path)
            if key in self.avoid:
                self.result.notes.append(f"{path} is for copies or reports: it is no input")
            if key is None or key in self.seen or key in self.avoid:
                continue
            self.seen.add(key)
            waiting.extend(reversed(list(self._list(path, below))))

    def _list(self, folder: Path, relative: PurePath) -> Iterator[tuple[Path, PurePath]]:
        """Take in a folder's files and yield its real subfolders."""
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            unreadable = UnreadableInput(f"this folder cannot be listed: {error.strerror}")
            place = relative if relative.name else PurePath("folder")
            self.result.files.append(Found(source=folder, relative=place, error=unreadable))
            return
        for entry in entries:
            path, below = folder / entry.name, relative / entry.name
            if entry.name.lower() in THUMBNAIL_FOLDERS and is_folder(path):
                self.result.notes.append(f"{path} is for copies of the pictures beside it")
            elif entry.is_dir(follow_symlinks=False):
                yield path, below
            elif entry.is_symlink() and is_folder(path):
                self.linked.append((path, below))
            else:
                self.add(path, below, named=False)

    def add(self, path: Path, relative: PurePath, *, named: bool) -> None:
        """Take in a file, unless it is no media and nobody named it."""
        if path in self.files or (not named and path.name.endswith(PARTIAL)):
            return
        self.files.add(path)
        try:
            head = _head(path, named)
            if head is None or (not named and head.startswith(APPLE_DOUBLE)):
                self.result.left_out += 1
                return
            form = _told(path, head)
            self.result.files.append(Found(source=path, relative=relative, format=form))
        except PasserbyError as error:
            expected = named or path.suffix.lower() in PICTURE_LIKE
            if not expected and not isinstance(error, UnreadableInput):
                self.result.left_out += 1
            else:
                self.result.files.append(Found(source=path, relative=relative, error=error))


def is_folder(path: Path) -> bool:
    """Whether there is a folder, as far as anybody may know. Unlike pathlib's test it does not
    raise where permission is missing."""
    return os.path.isdir(path)  # noqa: PTH112


def _is_file(path: Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113 - does not raise either


def _folder_key(path: Path) -> tuple[int, int] | None:
    """Return what identifies a folder, however it is reached; None when there is none."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def _told(path: Path, head: bytes) -> Format:
    """Return the format of a file. Raises UnknownFormat or EmptyInput.

    What a TIFF holds stands in directories that may lie at its end, and an APNG says so in front
    of its pixels: where the first bytes do not reach that far, all are read.
    """
    form = sniff(head)
    unsure = form is Format.TIFF or (form is Format.PNG and b"IDAT" not in head)
    if len(head) < HEAD or not unsure:
        return form
    with contextlib.suppress(PasserbyError):
        return sniff(read_input(path, MOST))
    # Whoever reads it to redact it says what is wrong.
    return form


def _head(path: Path, named: bool) -> bytes | None:
    """Return a file's first bytes; None for what is no file and was not named.

    Raises UnreadableInput.
    """
    try:
        # O_NONBLOCK: opening a named pipe must not wait for a writer.
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        try:
            if not stat.S_ISREG(os.fstat(number).st_mode):
                if named:
                    raise UnreadableInput("this is not a regular file")
                return None
            return os.read(number, HEAD)
        finally:
            os.close(number)
    except OSError as error:
        if not named and not _is_file(path) and path.suffix.lower() not in PICTURE_LIKE:
            return None
        why = error.strerror or type(error).__name__
        raise UnreadableInput(f"cannot be read: {why}") from error
    except ValueError as error:
        raise UnreadableInput(f"cannot be read: {error}") from error
