"""A review that goes on: pictures of a folder, what was found, what a person decided.

Every change is on the disk before it is answered, so that a session can end at any moment and the
next one continues. A `Session` may be used by any number of threads.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any

from passerby.batch.permits import Consents
from passerby.batch.plan import Reports, Request
from passerby.errors import InputError, PasserbyError, UsageError
from passerby.model.media import Field
from passerby.model.options import Options
from passerby.report.run import RunReport
from passerby.report.text import printable
from passerby.session.book import Book
from passerby.session.changes import LONGEST, Add, Change, Propose, Reshape, check_region
from passerby.session.desk import Desk, now
from passerby.session.document import document_of, given_of
from passerby.session.events import Changed, Redone, Seen, Signed, Undone
from passerby.session.faces import Choice, PictureState, Proposal
from passerby.session.gallery import Gallery
from passerby.session.history import fold
from passerby.session.journal import Lock
from passerby.session.listing import Lister, Original, fingerprint, places_of
from passerby.session.notices import Kind, Listener, Notice
from passerby.session.previews import Previews
from passerby.session.publisher import Publisher
from passerby.session.publishing import Silence, Watcher
from passerby.session.scouting import Scouts
from passerby.session.views import least_certain

REVIEWER = "reviewer"
FOLDER = "review"
"""The session's folder below that of the reports."""
WATCH = 5.0
"""Seconds after which the folder is looked at again for new and changed files."""

_NOT_YET = "nobody has looked for faces in this picture yet"


class Session:
    """See the module. Use as a context manager, or call `close`."""

    def __init__(
        self, folder: Path, places: Reports, request: Request, lock: Lock, book: Book
    ) -> None:
        """For `open` only."""
        self.folder = folder
        self.options = request.options
        self.places = places
        """Where the reports go; `places.page` is the page of the last publishing."""
        self._lock_file = lock
        gallery = Gallery(Lister(folder=folder, request=request, key=book.key))
        self._desk = Desk(book, gallery, request.options)
        self._previews = Previews(request.options)
        self._scouts = Scouts(self._desk, self._previews, request.workers)
        self._publisher = Publisher(self._desk, request)
        self._listing = threading.Lock()
        self._closing = threading.Event()

    @classmethod
    def open(
        cls,
        folder: Path,
        output: Path,
        options: Options,
        *,
        report: Path | None = None,
        workers: int | None = None,
        watch: bool = True,
    ) -> Session:
        """Open the session of a folder whose copies go to `output`, or begin one.

        `report` is the folder for reports, by default beside the output; `workers` is how many
        processes look for faces; with `watch` the folder is looked at again now and then. Raises
        UsageError, also for options other than those that it was begun with; StoreBusy while
        another process has it open; StoreDamaged; OutputUnwritable.
        """
        request = Request(
            paths=(folder,), out=output, options=options, report=report, workers=workers
        )
        places = places_of(request)
        review = places.folder / FOLDER
        lock = Lock(review / "lock")
        with contextlib.ExitStack() as undo:
            undo.callback(lock.close)
            book = Book(review / "journal.jsonl", options)
            undo.callback(book.close)
            session = cls(folder, places, request, lock, book)
            session.refresh()
            session._publisher.adopt()
            undo.pop_all()
        if watch:
            threading.Thread(target=session._watch, name="passerby-watch", daemon=True).start()
        return session

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End what goes on in the background, and let other processes in. What is being
        published is finished first."""
        self._closing.set()
        self._publisher.close()
        self._scouts.close()
        self._previews.close()
        with self._listing, self._desk.lock:
            self._desk.book.close()
            self._lock_file.close()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Have a function called with every notice, from whichever thread it comes; it has to
        return soon, and must not raise. Returns what ends that."""
        return self._desk.listeners.add(listener)

    @property
    def torn(self) -> bool:
        """Whether a half written last line was dropped when the journal was opened: whoever
        wrote it was never told that it was done."""
        return self._desk.book.torn > 0

    # What there is.

    def refresh(self) -> tuple[str, ...]:
        """List the folder again, and look for faces in what is new; return the new ids.

        A file that changed is another picture: nothing that was decided before counts for it.
        Raises UsageError.
        """
        with self._listing:
            plan, originals = self._desk.gallery.list()
            with self._desk.lock:
                new, changed = self._desk.gallery.hang(plan, originals)
        fresh = set(new)
        self._scouts.look_at(original for original in originals if original.id in fresh)
        if changed:
            self._desk.listeners.tell(Notice(kind=Kind.LISTED))
        return new

    def pictures(self) -> tuple[PictureState, ...]:
        """Return all pictures, the least certain first, those not yet looked at last."""
        with self._desk.lock:
            states = [self._desk.view(original) for original in self._desk.gallery]
        return tuple(sorted(states, key=least_certain))

    def picture(self, picture: str) -> PictureState:
        """Return one picture. Raises UsageError when there is none of this id."""
        with self._desk.lock:
            return self._desk.view(self._desk.gallery[picture])

    def has(self, picture: str) -> bool:
        """Whether there is a picture of this id."""
        with self._desk.lock:
            return picture in self._desk.gallery

    def path(self, picture: str) -> Path:
        """Return where the original lies. Raises UsageError."""
        with self._desk.lock:
            return self._desk.gallery[picture].task.source

    def output_path(self, picture: str) -> Path | None:
        """Return where the copy goes. Raises UsageError."""
        with self._desk.lock:
            return self._desk.gallery[picture].task.output

    def read(self, picture: str) -> bytes:
        """Return the original's bytes. Raises UsageError, UnreadableInput, LimitExceeded, or
        InputChanged when they are not those that are decided on."""
        with self._desk.lock:
            original = self._desk.gallery[picture]
        return original.read(self.options.limits.memory)

    def hurry(self, picture: str) -> None:
        """Look for faces in this picture before all others. Raises UsageError."""
        with self._desk.lock:
            sha256 = self._desk.gallery[picture].sha256
        self._scouts.hurry(sha256)

    def offered_fields(self, picture: str) -> tuple[tuple[Field, str], ...]:
        """Return the values of the fields that the copy could carry; they are read from the
        original and kept nowhere. Raises PasserbyError."""
        with self._desk.lock:
            original = self._desk.gallery[picture]
        return self._previews.fields(original.wanted)

    def preview_soon(self, picture: str, version: int) -> Future[bytes]:
        """Have the output of this version made: what would be published. It is made in memory,
        before all that waits; an older version of the picture that waits is forgotten (its
        future is cancelled). The future raises PasserbyError. Raises Conflict or UsageError."""
        with self._desk.lock:
            original, history = self._desk.at(picture, version)
            if history.detection is None:
                raise InputError(_NOT_YET, "Wait until that is done.")
            given = given_of(self._desk.entry(original, history))
        return self._previews.make(original.wanted, version, given)

    def preview(self, picture: str, version: int) -> bytes:
        """Return the output of this version; see `preview_soon`."""
        return self.preview_soon(picture, version).result()

    # What a person does.

    def change(
        self, picture: str, base: int, changes: Sequence[Change], by: str = REVIEWER
    ) -> PictureState:
        """Change what is decided, all of it or nothing, as one step. It is on the disk when this
        returns.

        Raises Conflict when `base` is not the present version; UsageError for what cannot be;
        OutputUnwritable.
        """
        if not changes:
            raise UsageError("nothing is to be changed")
        with self._desk.lock:
            original, history = self._desk.at(picture, base)
            for change in changes:
                if isinstance(change, Add | Reshape) and history.detection is None:
                    check_region(change.region, original.size)
            event = Changed(sha256=original.sha256, by=_name(by), at=now(), changes=tuple(changes))
            self._desk.write(original, event)
        return self._told(original)

    def undo(self, picture: str, base: int, by: str = REVIEWER) -> PictureState:
        """Take back the last step. Raises as `change`."""
        with self._desk.lock:
            original, _ = self._desk.at(picture, base)
            self._desk.write(original, Undone(sha256=original.sha256, by=_name(by), at=now()))
        return self._told(original)

    def redo(self, picture: str, base: int, by: str = REVIEWER) -> PictureState:
        """Make the step again that was taken back last. Raises as `change`."""
        with self._desk.lock:
            original, _ = self._desk.at(picture, base)
            self._desk.write(original, Redone(sha256=original.sha256, by=_name(by), at=now()))
        return self._told(original)

    def see(self, picture: str, by: str = REVIEWER) -> PictureState:
        """Note that somebody looked. Changes no version. Raises UsageError, OutputUnwritable."""
        with self._desk.lock:
            original = self._desk.gallery[picture]
            if original.problem is not None or self._desk.book.history(original.sha256).seen:
                return self._desk.view(original)
            self._desk.write(original, Seen(sha256=original.sha256, by=_name(by), at=now()))
        return self._told(original)

    def sign_off(self, picture: str, base: int, by: str) -> PictureState:
        """Note that a second reviewer agrees with this version; any later change clears it.

        Raises Conflict; UsageError when nobody has looked for faces yet, or it is one of those
        who decided.
        """
        name = _name(by, "")
        with self._desk.lock:
            original, history = self._desk.at(picture, base)
            if not name:
                raise UsageError("who signs off?", "Give a name.")
            if history.detection is None:
                raise InputError(_NOT_YET, "Wait until that is done.")
            if name in {face.by for face in history.decided.faces}:
                raise UsageError("whoever decided cannot sign it off", "Ask somebody else.")
            self._desk.write(original, Signed(sha256=original.sha256, by=name, at=now()))
        return self._told(original)

    def copy_to_neighbours(
        self, picture: str, base: int, faces: Iterable[str], by: str = REVIEWER
    ) -> tuple[PictureState, ...]:
        """Propose in the neighbours of the burst what is decided of these faces, in the same
        places. It stays open there until a person confirms it, and what a person decided there
        stays. Returns the neighbours that changed. Raises as `change`."""
        changed: list[Original] = []
        with self._desk.lock:
            original, history = self._desk.at(picture, base)
            chosen = [history.decided.face(face) for face in faces]
            if any(face.action is Choice.ASK or len(face.places) != 1 for face in chosen):
                raise UsageError("nothing is decided on this face that could be copied")
            proposals = tuple(
                Propose(
                    region=face.region,
                    proposal=Proposal(action=face.action, reason=face.reason, consent=face.consent),
                )
                for face in chosen
            )
            for name in self._desk.gallery.neighbours(original):
                other = self._desk.gallery[name]
                event = Changed(sha256=other.sha256, by=_name(by), at=now(), changes=proposals)
                there = self._desk.book.history(other.sha256)
                apart = there.detection is not None and other.sha256 != original.sha256
                if proposals and apart and fold(there, event).decided != there.decided:
                    self._desk.write(other, event)
                    changed.append(other)
        return tuple(self._told(other) for other in changed)

    # What comes of it.

    def decisions_document(self, pictures: Iterable[str] | None = None) -> dict[str, Any]:
        """Return what `passerby redact --decisions` reads: the decisions on these pictures, or
        on all. Those in which nobody has looked for faces are left out. Raises UsageError."""
        with self._desk.lock:
            names = [o.id for o in self._desk.gallery] if pictures is None else pictures
            chosen = {self._desk.gallery[name].sha256: self._desk.gallery[name] for name in names}
            histories = {sha256: self._desk.book.history(sha256) for sha256 in chosen}
            return document_of(
                self._desk.entry(chosen[sha256], history)
                for sha256, history in histories.items()
                if history.detection is not None
            )

    def publish(
        self,
        pictures: Iterable[str] | None = None,
        watcher: Watcher | None = None,
        consents: Consents | None = None,
    ) -> RunReport:
        """Publish copies of these pictures, or of all, from what is decided now, and write the
        reports. What is up to date is checked and skipped. A picture that cannot be published
        is told in the report; the others go on. `consents` is the opened register: without one,
        a picture in which a face stays by a consent is refused.

        Returns when all is done, or after the files in hand when `stop_publishing` was called.
        Raises UsageError when it goes on already, and what `run_batch` raises.
        """
        chosen = self._publisher.choose(pictures)
        self.refresh()
        return self._publisher.publish(chosen, watcher or Silence(), consents)

    @property
    def publishing(self) -> bool:
        """Whether something is being published."""
        return self._publisher.busy

    def stop_publishing(self) -> None:
        """Publish no more than what is in hand."""
        self._publisher.stop()

    def _told(self, original: Original) -> PictureState:
        """Tell everybody of a change; return the picture's state."""
        self._desk.tell(original.sha256, Kind.PICTURE)
        with self._desk.lock:
            return self._desk.view(original)

    def _watch(self) -> None:
        before = ""
        while not self._closing.wait(WATCH):
            present = fingerprint(self.folder)
            if present != before:
                before = present
                with contextlib.suppress(PasserbyError):
                    self.refresh()


def _name(by: str, nobody: str = REVIEWER) -> str:
    """Return a name as it is written down: on one line, of bounded length."""
    return printable(" ".join(by.split()))[:LONGEST] or nobody
