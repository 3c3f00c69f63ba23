"""Reading originals and writing results so that a crash leaves the old state or the new.

A result is written under a temporary name beside its destination, synced, read back, and given
its final name in one step. Temporary names end in `PARTIAL` or `PENDING` and carry the process's
number, so that a later run can tell what a killed run left behind.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from passerby.errors import (
    InputChanged,
    LimitExceeded,
    OutputExists,
    OutputUnwritable,
    UnreadableInput,
)

PARTIAL = ".passerby-partial"
"""Ends the name of what is of no use when the process that wrote it is gone."""
PENDING = ".passerby-pending"
"""Ends the name of a record that is written before the output that it speaks of gets its name."""
OPEN = 0o666
"""Mode of a file that is made to be published, before the umask."""
PRIVATE = 0o600
"""Mode of a file that is for its owner alone: it names somebody, or shows a face."""
NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
"""What a file system without hard links answers."""


def read_input(path: Path, most: int) -> bytes:
    """Return the bytes of a regular file of at most `most` bytes.

    Raises UnreadableInput, LimitExceeded, or InputChanged when the file changes while it is
    read.
    """
    try:
        # O_NONBLOCK: opening a named pipe must not wait for a writer.
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with open(number, "rb") as file:  # noqa: PTH123 - a descriptor, not a path
            before = os.fstat(number)
            if not stat.S_ISREG(before.st_mode):
                raise UnreadableInput("this is not a regular file")
            if before.st_size > most:
                raise LimitExceeded(f"the file has {before.st_size:,} bytes, more than {most:,}")
            data = file.read(before.st_size + 1)
            after = os.fstat(number)
    except OSError as error:
        raise UnreadableInput(f"cannot be read: {_reason(error)}") from error
    except ValueError as error:
        raise UnreadableInput(f"cannot be read: {error}") from error
    if len(data) != before.st_size or after.st_mtime_ns != before.st_mtime_ns:
        raise InputChanged("the file changed while it was read")
    return data


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__


@contextlib.contextmanager
def translating(path: Path) -> Iterator[None]:
    """Turn an OSError of writing into OutputUnwritable."""
    try:
        yield
    except OSError as error:
        raise OutputUnwritable(f"cannot write in {path.parent}: {_reason(error)}") from error


def sync_folder(folder: Path) -> None:
    """Make a rename durable. Some file systems cannot sync a folder; nothing is lost then."""
    with contextlib.suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


class Staged:
    """A file under a temporary name beside its destination.

    Use as a context manager: whatever was not published is removed on the way out. `mode` is
    that of the file; a folder that has to be made for it can be searched by whoever can read it.
    """

    def __init__(self, destination: Path, ending: str = PARTIAL, *, mode: int = OPEN) -> None:
        self.destination = destination
        self._mode = mode
        # File names may have 255 bytes; the original name is only there to help a person.
        hint = os.fsencode(destination.name)[:120].decode("utf-8", "ignore")
        unique = f"{os.getpid()}-{secrets.token_hex(6)}"
        self._path = destination.parent / f".{hint}.{unique}{ending}"

    def __enter__(self) -> Staged:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def write(self, data: bytes) -> bytes:
        """Write, sync, and return what the file then holds. Raises OutputUnwritable."""
        with translating(self._path):
            folder_mode = self._mode | (self._mode & 0o444) >> 2
            self._path.parent.mkdir(mode=folder_mode, parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
            with open(os.open(self._path, flags, self._mode), "wb") as file:  # noqa: PTH123
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            return self._path.read_bytes()

    def publish(self, *, overwrite: bool) -> None:
        """Give the file its final name. Raises OutputExists or OutputUnwritable."""
        with translating(self._path):
            if overwrite:
                self._path.replace(self.destination)
            else:
                self._publish_new()
        sync_folder(self.destination.parent)

    def _publish_new(self) -> None:
        """Take the final name only if nothing has it; a link is the call that cannot clobber."""
        try:
            os.link(self._path, self.destination)
        except FileExistsError as error:
            raise OutputExists(f"{self.destination} exists") from error
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            if os.path.lexists(self.destination):
                raise OutputExists(f"{self.destination} exists") from error
            self._path.rename(self.destination)


def left_behind(name: str, ending: str) -> bool:
    """Whether a file name is a temporary one of a process that is gone."""
    match = re.fullmatch(rf"\..*\.(\d+)-[0-9a-f]+{re.escape(ending)}", name, re.DOTALL)
    return match is not None and not _alive(int(match[1]))


def _alive(number: int) -> bool:
    """Whether a process is running. One that was killed may go on as an entry in the table of
    processes until somebody asks for its exit code: that is not running."""
    if number == os.getpid():
        return False
    try:
        os.kill(number, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    try:
        status = Path(f"/proc/{number}/stat").read_bytes()
    except OSError:
        return not Path("/proc/self/stat").exists()
    # proc(5): the state follows the name, which stands in parentheses and may hold any byte.
    return status.rpartition(b")")[2].split()[:1] not in ([b"Z"], [b"X"])


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file by new contents in one step. Raises OutputUnwritable."""
    with Staged(path) as staged:
        staged.write(data)
        staged.publish(overwrite=True)
