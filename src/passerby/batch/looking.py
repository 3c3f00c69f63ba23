"""Many files that are only looked at, in this process or in several."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field

from passerby.batch.discover import Found
from passerby.compose import build_eyes, build_source
from passerby.errors import Exit, PasserbyError
from passerby.examine import inspect_bytes, list_bytes
from passerby.files import read_input
from passerby.inside import Saver
from passerby.model.options import Options
from passerby.model.report import Failure, Inspection
from passerby.ports import Eyes, Source
from passerby.report.json import inspection_text
from passerby.report.text import printable
from passerby.report.tree import describe
from passerby.work import bare_item, failure_of

ALONE = 64
"""So many files are listed in this process: starting others takes longer."""
_CHUNK = 16
"""Files that a process is handed at once when nothing is decoded: each takes milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is said of one file: lines for people, safe to print, and the text of its JSON where
    that is wanted. The inspection itself would take longer to hand over than to make."""

    shown: str
    exit: Exit
    failure: Failure | None
    lines: tuple[str, ...]
    json: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is wanted of every file. With `faces` false no face is looked for; `everything` and
    `as_json` are for what is told; `threads` is how many a detector may use."""

    options: Options
    faces: bool
    everything: bool
    as_json: bool
    threads: int = 1

    def doer(self) -> Looker:
        """Return what works in a process."""
        return Looker(wish=self)

    def lost(self, task: tuple[Found, ...], error: PasserbyError) -> tuple[Told, ...]:
        """Return what is told of files that end every process that looks at them."""
        return tuple(self.tell(_failed(_shown(file), error)) for file in task)

    def tell(self, inspection: Inspection) -> Told:
        """Return what is told of a file."""
        return Told(
            shown=inspection.item.path,
            exit=inspection.exit,
            failure=inspection.failure,
            lines=tuple(describe(inspection, everything=self.everything)),
            json=inspection_text(inspection) if self.as_json else None,
        )


@dataclass(slots=True, kw_only=True)
class Looker:
    """Looks at one file after another; the detector is opened once, for the first.

    `save` returns what saves the embedded pictures of the file that is shown under a name.
    """

    wish: Wish
    save: Callable[[str], Saver] | None = None
    _eyes: Eyes | None = field(default=None, init=False)
    _source: Source | None = field(default=None, init=False)

    def work(self, task: tuple[Found, ...]) -> tuple[Told, ...]:
        """Look at some files. Raises nothing but KeyboardInterrupt."""
        return tuple(self._look_at(file) for file in task)

    def _look_at(self, file: Found) -> Told:
        def read() -> bytes:
            if file.error is not None:
                raise file.error
            return read_input(file.source, self.wish.options.limits.memory)

        return self.look(_shown(file), read)

    def look(self, shown: str, read: Callable[[], bytes]) -> Told:
        """Say what is in the file that `read` returns, or why it cannot be said."""
        try:
            return self.wish.tell(self._inspect(shown, read()))
        except Exception as error:
            return self.wish.tell(_failed(shown, error))

    def open(self) -> None:
        """Load what is needed. Raises ModelError or FinderError."""
        if self.wish.faces and self._eyes is None:
            self._eyes = build_eyes(self.wish.options, self.wish.threads)
        self._source = self._source or build_source()

    def _inspect(self, shown: str, data: bytes) -> Inspection:
        self.open()
        save = None if self.save is None else self.save(shown)
        options = self.wish.options
        if self._eyes is not None:
            return inspect_bytes(data, shown=shown, options=options, ports=self._eyes, save=save)
        assert self._source is not None  # noqa: S101 - `open` set it
        return list_bytes(data, shown=shown, options=options, source=self._source, save=save)


def look_at_all(files: Sequence[Found], looker: Looker, cores: int) -> Generator[Told, None, None]:
    """Yield what is told of each file, in their order.

    Several processes share the work where nothing is decoded and there are enough files; a
    detector uses all cores by itself, and saving must not meet another process's names.
    """
    wish = looker.wish
    if wish.faces or looker.save is not None or len(files) <= ALONE or cores < 2:
        for file in files:
            yield from looker.work((file,))
        return
    from passerby.batch.local import work_all

    chunks = [tuple(files[at : at + _CHUNK]) for at in range(0, len(files), _CHUNK)]
    waiting: dict[int, tuple[Told, ...]] = {}
    following = 0
    with contextlib.closing(work_all(chunks, wish, min(cores, len(chunks)))) as results:
        for index, told in results:
            waiting[index] = told
            while following in waiting:
                yield from waiting.pop(following)
                following += 1


def _shown(file: Found) -> str:
    return printable(str(file.source))


def _failed(shown: str, error: Exception) -> Inspection:
    return Inspection(item=bare_item(b"", shown), failure=failure_of(error))
