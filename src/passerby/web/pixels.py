"""The pixels that the page shows, made by worker processes: no file is decoded in the server."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

from passerby.errors import InputChanged, PasserbyError
from passerby.files import read_input
from passerby.media.display import Shown, code, show, show_small
from passerby.model.geometry import Box
from passerby.model.options import Limits
from passerby.model.report import Failure
from passerby.work import failure_of

_FEW = 400
"""Pixels of the longer side up to which a picture is not decoded whole."""
_KEPT_BYTES = 256 * 2**20
"""Decoded pixels that a process keeps, for the next part of the same picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A picture, or a part of it, for a page. `source` is a file, whose bytes have this sha256,
    or these bytes themselves; `box` is in display orientation; `longest` bounds the sides."""

    source: Path | bytes = field(repr=False)
    sha256: str
    frame: int = 0
    box: Box | None = None
    longest: int
    quality: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted:
    """A JPEG, or why there is none."""

    data: bytes = field(default=b"", repr=False)
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Easel:
    """What all pictures of a session have in common."""

    limits: Limits

    def doer(self) -> Painter:
        """Return what works in a process."""
        return Painter(self.limits)

    def lost(self, task: Wanted, error: PasserbyError) -> Painted:  # noqa: ARG002 - the interface
        """Return what became of a picture that ends every process."""
        return Painted(failure=Failure.from_error(error))


class Painter:
    """Decodes one picture after another."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._kept: OrderedDict[tuple[str, int], Shown] = OrderedDict()

    def work(self, task: Wanted) -> Painted:
        """Make a JPEG, or say why not. Raises nothing but KeyboardInterrupt."""
        try:
            shown = self._small(task) or self._shown(task)
            data = code(shown, box=task.box, longest=task.longest, quality=task.quality)
            return Painted(data=data)
        except Exception as error:
            return Painted(failure=failure_of(error))

    def _small(self, task: Wanted) -> Shown | None:
        """Return few pixels of a picture that is not decoded yet, where few will do."""
        if task.box is not None or task.frame or task.longest > _FEW:
            return None
        if (task.sha256, task.frame) in self._kept:
            return None
        # Twice as many as are shown, so that making it smaller still smooths.
        return show_small(self._read(task), 2 * task.longest, self._limits)

    def _shown(self, task: Wanted) -> Shown:
        key = task.sha256, task.frame
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        shown = show(self._read(task), task.frame, self._limits)
        if shown.view.nbytes <= _KEPT_BYTES:
            self._kept[key] = shown
        while sum(one.view.nbytes for one in self._kept.values()) > _KEPT_BYTES:
            self._kept.popitem(last=False)
        return shown

    def _read(self, task: Wanted) -> bytes:
        """Return the bytes. Raises InputChanged for others than those that were listed: a link
        that was put in the place of a file leads to others."""
        if isinstance(task.source, bytes):
            data = task.source
        else:
            data = read_input(task.source, self._limits.memory)
        if hashlib.sha256(data).hexdigest() != task.sha256:
            raise InputChanged("the file is not what it was when it was listed")
        return data
