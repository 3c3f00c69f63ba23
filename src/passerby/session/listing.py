"""Which pictures there are, what identifies them, and which are of one burst.

A picture's id is a keyed hash of its bytes' sha256 and of its path below the folder: it is the
same at every start, and nobody who does not have the key can guess it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from passerby.batch.discover import is_folder
from passerby.batch.plan import (
    Plan,
    Reports,
    Request,
    Task,
    check_folders,
    make_plan,
    report_places,
)
from passerby.compose import build_source
from passerby.errors import (
    EmptyInput,
    PasserbyError,
    UnreadableInput,
    UsageError,
)
from passerby.media.taken import taken_at
from passerby.report.text import printable
from passerby.session.detecting import Wanted

_HEAD = 256 * 1024
"""Bytes of a file that tell its size and when it was taken."""
_ID_DIGITS = 32
_AT_ONCE = 4
"""Files that are hashed at once: more does not make a disk faster."""
_APART = timedelta(seconds=3)
"""Pictures of one burst follow each other within this time."""
_LONGEST_RUN = 12
"""Pictures without a time that are taken for one burst because their names are numbered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """One file of the folder. `path` is below the folder; `size` is (width, height) by its
    header, None where that does not say; `length` is in bytes; `problem` says why it cannot be
    used."""

    id: str
    path: str
    sha256: str
    length: int
    task: Task
    size: tuple[int, int] | None = None
    taken: datetime | None = None
    burst: str | None = None
    problem: PasserbyError | None = None

    @property
    def name(self) -> str:
        """Its path, safe to show."""
        return printable(self.path)

    @property
    def wanted(self) -> Wanted:
        """What a worker process has to know of it."""
        return Wanted(source=self.task.source, sha256=self.sha256)

    def read(self, most: int) -> bytes:
        """Return its bytes, of which there may be at most so many.

        Raises UnreadableInput, LimitExceeded, or InputChanged when they are not those listed.
        """
        if self.problem is not None:
            raise self.problem
        return self.wanted.read(most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a file was when it was last read: it is not read again while it is the same."""

    bytes: int
    changed_ns: int
    inode: int


@dataclass(slots=True, kw_only=True)
class Lister:
    """Lists a folder again and again; only what is new is read."""

    folder: Path
    request: Request
    key: bytes
    read_before: dict[Path, tuple[Stamp, Original]] = field(default_factory=dict)

    def list(self) -> tuple[Plan, tuple[Original, ...]]:
        """Return the plan of a run over the folder, and its files in the plan's order.

        Raises UsageError as `make_plan` does.
        """
        plan = plan_for(self.request)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            originals = list(pool.map(self._original, plan.tasks))
        self.read_before = {
            original.task.source: (stamp, original)
            for original in originals
            if original.problem is None and (stamp := _stamp(original.task.source)) is not None
        }
        return plan, tuple(with_bursts(originals, self._name_id))

    def _original(self, task: Task) -> Original:
        stamp, before = _stamp(task.source), self.read_before.get(task.source)
        if stamp is not None and before is not None and before[0] == stamp:
            return replace(before[1], task=task)
        path = _below(task.source, self.folder)
        try:
            if task.error is not None:
                raise task.error
            _check_inside(task.source, self.folder)
            sha256, count, head = _read(task.source)
        except PasserbyError as error:
            return Original(
                id=self._id(path, ""), path=path, sha256="", length=0, task=task, problem=error
            )
        return Original(
            id=self._id(path, sha256),
            path=path,
            sha256=sha256,
            length=count,
            task=task,
            size=_size(head),
            taken=taken_at(head),
        )

    def _id(self, path: str, sha256: str) -> str:
        return self._name_id(f"picture\n{sha256}\n{path}")

    def _name_id(self, what: str) -> str:
        data = what.encode("utf-8", "surrogateescape")
        return hmac.new(self.key, data, hashlib.sha256).hexdigest()[:_ID_DIGITS]


def fingerprint(folder: Path) -> str:
    """Return what differs when files below a folder came, went or were written: quick to tell.
    Folders behind links are left out."""
    digest = hashlib.sha256()
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(place, name)  # noqa: PTH118 - many, and quick
            stamp = _stamp(Path(path))
            digest.update(repr((path, stamp)).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def plan_for(request: Request) -> Plan:
    """Return the plan of a run; one without files where there is no picture yet. Raises
    UsageError."""
    places = places_of(request)
    try:
        return make_plan(request)
    except EmptyInput:
        return Plan(tasks=(), reports=places)


def places_of(request: Request) -> Reports:
    """Return where the reports of a review go. Raises UsageError unless a folder is to be
    reviewed, and its copies go to another."""
    (folder,) = request.paths
    if not is_folder(folder):
        raise UsageError(f"{printable(str(folder))} is not a folder", "Name a folder of pictures.")
    places = report_places(request, single=False)
    if places is None:
        raise UsageError("-o is missing: where should the copies go?")
    check_folders(request, tuple(filter(None, (request.out, places.folder))))
    return places


def with_bursts(originals: Sequence[Original], name: Callable[[str], str]) -> Iterable[Original]:
    """Return the pictures with the burst that each is of: same folder, same size, and taken
    within seconds; where no time is known, numbered one after the other."""
    groups: dict[tuple[str, tuple[int, int] | None], list[Original]] = {}
    for original in originals:
        if original.size is not None and original.problem is None:
            key = (os.path.dirname(original.path), original.size)  # noqa: PTH120 - a text
            groups.setdefault(key, []).append(original)
    bursts: dict[str, str] = {}
    for group in groups.values():
        for run in _runs(sorted(group, key=_in_time)):
            if len(run) > 1:
                burst = name(f"burst\n{run[0].id}")
                bursts.update((original.id, burst) for original in run)
    return [replace(original, burst=bursts.get(original.id)) for original in originals]


def _in_time(original: Original) -> tuple[bool, datetime, str, str, int]:
    when, (stem, number, suffix) = original.taken, _number(original.path)
    return when is None, when or datetime.min, stem, suffix, number


def _runs(ordered: Sequence[Original]) -> list[list[Original]]:
    runs = [list(ordered[:1])]
    for before, after in pairwise(ordered):
        if _follows(before, after, len(runs[-1])):
            runs[-1].append(after)
        else:
            runs.append([after])
    return runs


def _follows(before: Original, after: Original, length: int) -> bool:
    if before.taken is not None and after.taken is not None:
        return after.taken - before.taken <= _APART
    if before.taken is not None or after.taken is not None or length >= _LONGEST_RUN:
        return False
    (stem, one, tail), (other_stem, other, other_tail) = _number(before.path), _number(after.path)
    return (stem, tail) == (other_stem, other_tail) and other - one == 1


def _number(path: str) -> tuple[str, int, str]:
    """Return a name in front of its last number, that number, and what is behind."""
    stem, suffix = os.path.splitext(path)  # noqa: PTH122 - a text
    match = re.fullmatch(r"(.*?)(\d{1,18})", stem, re.DOTALL)
    return (match[1], int(match[2]), suffix) if match else (stem, -1, suffix)


def _below(path: Path, folder: Path) -> str:
    return os.path.relpath(path, folder)


def _check_inside(path: Path, folder: Path) -> None:
    """Raise UnreadableInput for a link that leads out of the folder."""
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        raise UnreadableInput("this is a link that leads out of the folder", "Copy the file.")


def _stamp(path: Path) -> Stamp | None:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return Stamp(bytes=status.st_size, changed_ns=status.st_mtime_ns, inode=status.st_ino)


def _read(path: Path) -> tuple[str, int, bytes]:
    """Return the sha256 of a file, its size and its first bytes. Raises UnreadableInput."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
            file.seek(0)
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            return sha256, file.tell(), head
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise UnreadableInput(f"cannot be read: {why}") from error


def _size(head: bytes) -> tuple[int, int] | None:
    """Return (width, height) as shown, by the first bytes of a file."""
    try:
        return build_source().describe(head).size
    except PasserbyError:
        return None
