"""A review that goes on: pictures of a folder, what was found, what a person decided.

Every change is on the disk before it is answered, so that a session can end at any moment and the
next one continues. A `Session` may be used by any number of threads.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from passerby.batch.ledger import read_record
from passerby.batch.local import cores
from passerby.batch.plan import Reports, Request
from passerby.errors import InputChanged, InputError, PasserbyError, UsageError
from passerby.model.media import Field
from passerby.model.options import Options
from passerby.model.report import Report
from passerby.report.run import RunReport
from passerby.session.book import Book
from passerby.session.changes import Add, Change, Conflict, Propose, Reshape, check_region
from passerby.session.crew import Crew
from passerby.session.detecting import Looked, Lookout, Wanted
from passerby.session.document import document_of, entry_of, given_of
from passerby.session.events import (
    Changed,
    Detected,
    Event,
    Known,
    Published,
    Redone,
    Seen,
    Signed,
    Undone,
)
from passerby.session.faces import Choice, OutputState, PictureState, Proposal
from passerby.session.failures import error_of
from passerby.session.gallery import Gallery
from passerby.session.history import History, fold
from passerby.session.journal import Lock
from passerby.session.listing import Lister, Original, places_of
from passerby.session.notices import Kind, Listener, Listeners, Notice
from passerby.session.previews import Previews
from passerby.session.publishing import FRESH, Order, Press, Silence, Watcher, made_from
from passerby.session.views import least_certain, view

REVIEWER = "reviewer"
FOLDER = "review"
"""The session's folder below that of the reports."""
WATCH = 5.0
"""Seconds after which the folder is looked at again for new and changed files."""


_REPLACED = (
    "The file was changed since decisions were made on it. Those are kept, and not used: this is "
    "another picture."
)


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
        self._lock_file, self._book = lock, book
        self._lock = threading.RLock()
        self._gallery = Gallery(Lister(folder=folder, request=request, key=book.key))
        self._failed: dict[str, PasserbyError] = {}
        self._listeners = Listeners()
        self._looking: dict[str, Future[Looked]] = {}
        workers = request.workers or cores()
        lookout = Lookout(options=self.options, threads=max(1, cores() // workers))
        self._detectors: Crew[Wanted, Looked] = Crew(lookout, workers, "passerby-detect")
        self._previews = Previews(self.options)
        self._press = Press(self.options, request.workers)
        self._listing, self._publishing = threading.Lock(), threading.Lock()
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
            session._adopt()
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
        self._press.stop()
        self._detectors.close()
        self._previews.close()
        with self._publishing, self._lock:
            self._book.close()
            self._lock_file.close()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Have a function called with every notice, from whichever thread it comes; it has to
        return soon, and must not raise. Returns what ends that."""
        return self._listeners.add(listener)

    @property
    def torn(self) -> bool:
        """Whether a half written last line was dropped when the journal was opened: whoever
        wrote it was never told that it was done."""
        return self._book.torn > 0

    # What there is.

    def refresh(self) -> tuple[str, ...]:
        """List the folder again, and look for faces in what is new; return the new ids.

        A file that changed is another picture: nothing that was decided before counts for it.
        Raises UsageError.
        """
        with self._listing:
            plan, originals = self._gallery.list()
            with self._lock:
                new, changed = self._gallery.hang(plan, originals)
        with self._lock:
            for original in sorted(map(self._gallery.__getitem__, new), key=_work):
                self._look_at(original)
        if changed:
            self._listeners.tell(Notice(kind=Kind.LISTED))
        return new

    def pictures(self) -> tuple[PictureState, ...]:
        """Return all pictures, the least certain first, those not yet looked at last."""
        with self._lock:
            states = [self._view(original) for original in self._gallery]
        return tuple(sorted(states, key=least_certain))

    def picture(self, picture: str) -> PictureState:
        """Return one picture. Raises UsageError when there is none of this id."""
        with self._lock:
            return self._view(self._gallery[picture])

    def has(self, picture: str) -> bool:
        """Whether there is a picture of this id."""
        with self._lock:
            return picture in self._gallery

    def path(self, picture: str) -> Path:
        """Return where the original lies. Raises UsageError."""
        with self._lock:
            return self._gallery[picture].task.source

    def output_path(self, picture: str) -> Path | None:
        """Return where the copy goes. Raises UsageError."""
        with self._lock:
            return self._gallery[picture].task.output

    def read(self, picture: str) -> bytes:
        """Return the original's bytes. Raises UsageError, UnreadableInput, LimitExceeded, or
        InputChanged when they are not those that are decided on."""
        with self._lock:
            original = self._gallery[picture]
        return original.read(self.options.limits.memory)

    def hurry(self, picture: str) -> None:
        """Look for faces in this picture before all others. Raises UsageError."""
        with self._lock:
            future = self._looking.get(self._gallery[picture].sha256)
        if future is not None:
            self._detectors.hurry(future)

    def offered_fields(self, picture: str) -> tuple[tuple[Field, str], ...]:
        """Return the values of the fields that the copy could carry; they are read from the
        original and kept nowhere. Raises PasserbyError."""
        with self._lock:
            original = self._gallery[picture]
        return self._previews.fields(original.wanted)

    def preview_soon(self, picture: str, version: int) -> Future[bytes]:
        """Have the output of this version made: what would be published. It is made in memory,
        before all that waits; an older version of the picture that waits is forgotten (its
        future is cancelled). The future raises PasserbyError. Raises Conflict or UsageError."""
        with self._lock:
            original, history = self._at(picture, version)
            if original.problem is not None:
                raise original.problem
            given = given_of(self._entry(original, history))
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
        with self._lock:
            original, history = self._at(picture, base)
            for change in changes:
                if isinstance(change, Add | Reshape) and history.detection is None:
                    check_region(change.region, original.size)
            event = Changed(sha256=original.sha256, by=by, at=_now(), changes=tuple(changes))
            self._write(original, event)
        return self._told(original)

    def undo(self, picture: str, base: int, by: str = REVIEWER) -> PictureState:
        """Take back the last step. Raises as `change`."""
        with self._lock:
            original, _ = self._at(picture, base)
            self._write(original, Undone(sha256=original.sha256, by=by, at=_now()))
        return self._told(original)

    def redo(self, picture: str, base: int, by: str = REVIEWER) -> PictureState:
        """Make the step again that was taken back last. Raises as `change`."""
        with self._lock:
            original, _ = self._at(picture, base)
            self._write(original, Redone(sha256=original.sha256, by=by, at=_now()))
        return self._told(original)

    def see(self, picture: str, by: str = REVIEWER) -> PictureState:
        """Note that somebody looked. Changes no version. Raises UsageError, OutputUnwritable."""
        with self._lock:
            original = self._gallery[picture]
            if original.problem is not None or self._book.history(original.sha256).seen:
                return self._view(original)
            self._write(original, Seen(sha256=original.sha256, by=by, at=_now()))
        return self._told(original)

    def sign_off(self, picture: str, base: int, by: str) -> PictureState:
        """Note that a second reviewer agrees with this version; any later change clears it.

        Raises Conflict; UsageError when nobody has looked for faces yet, or it is one of those
        who decided.
        """
        name = by.strip()
        with self._lock:
            original, history = self._at(picture, base)
            if not name:
                raise UsageError("who signs off?", "Give a name.")
            if history.detection is None:
                raise UsageError("nobody has looked for faces in this picture yet", "Wait.")
            if name in {face.by for face in history.decided.faces}:
                raise UsageError("whoever decided cannot sign it off", "Ask somebody else.")
            self._write(original, Signed(sha256=original.sha256, by=name, at=_now()))
        return self._told(original)

    def copy_to_neighbours(
        self, picture: str, base: int, faces: Iterable[str], by: str = REVIEWER
    ) -> tuple[PictureState, ...]:
        """Propose in the neighbours of the burst what is decided of these faces, in the same
        places. It stays open there until a person confirms it, and what a person decided there
        stays. Returns the neighbours that changed. Raises as `change`."""
        changed: list[Original] = []
        with self._lock:
            original, history = self._at(picture, base)
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
            for name in self._gallery.neighbours(original):
                other = self._gallery[name]
                event = Changed(sha256=other.sha256, by=by, at=_now(), changes=proposals)
                there = self._book.history(other.sha256)
                apart = there.detection is not None and other.sha256 != original.sha256
                if proposals and apart and fold(there, event).decided != there.decided:
                    self._write(other, event)
                    changed.append(other)
        return tuple(self._told(other) for other in changed)

    # What comes of it.

    def decisions_document(self, pictures: Iterable[str] | None = None) -> dict[str, Any]:
        """Return what `passerby redact --decisions` reads: the decisions on these pictures, or
        on all. Those in which nobody has looked for faces are left out. Raises UsageError."""
        with self._lock:
            names = [o.id for o in self._gallery] if pictures is None else pictures
            chosen = {self._gallery[name].sha256: self._gallery[name] for name in names}
            histories = {sha256: self._book.history(sha256) for sha256 in chosen}
            return document_of(
                self._entry(chosen[sha256], history)
                for sha256, history in histories.items()
                if history.detection is not None
            )

    def publish(
        self, pictures: Iterable[str] | None = None, watcher: Watcher | None = None
    ) -> RunReport:
        """Publish copies of these pictures, or of all, from what is decided now, and write the
        reports. What is up to date is checked and skipped. A picture that cannot be published
        is told in the report; the others go on.

        Returns when all is done, or after the files in hand when `stop_publishing` was called.
        Raises UsageError when it goes on already, and what `run_batch` raises.
        """
        watcher = watcher or Silence()
        if not self._publishing.acquire(blocking=False):
            raise UsageError("this is being published already", "Wait until it is done.")
        try:
            with self._lock:
                names = [o.id for o in self._gallery] if pictures is None else pictures
                chosen = {name: self._gallery[name] for name in names}
            self.refresh()
            with self._lock:
                orders = [self._order(original) for original in chosen.values()]
                orders += self._still_fresh(chosen)
                plan = self._gallery.plan
                versions = {o.id: self._book.history(o.sha256).version for o in chosen.values()}
            watcher.begun(len(chosen))

            def done(order: Order, report: Report) -> None:
                if not order.quiet:
                    original = chosen[order.picture]
                    self._published(original, report, versions[original.id])
                    watcher.done(order.picture, report)

            return self._press.run(plan, orders, done)
        finally:
            self._publishing.release()

    def stop_publishing(self) -> None:
        """Publish no more than what is in hand."""
        self._press.stop()

    # Inside.

    def _at(self, picture: str, base: int) -> tuple[Original, History]:
        """Return a picture if this is its version. Raises Conflict or UsageError."""
        original = self._gallery[picture]
        if original.problem is not None:
            raise original.problem
        history = self._book.history(original.sha256)
        if history.version != base:
            raise Conflict(self._view(original))
        return original, history

    def _view(self, original: Original) -> PictureState:
        history = self._book.history(original.sha256)
        output, known = original.task.output, self._book.known.get(original.path)
        replaced = known is not None and known != original.sha256 and bool(original.sha256)
        return view(
            original,
            history,
            self.options,
            neighbours=self._gallery.neighbours(original),
            failed=self._failed.get(original.id) or self._failed.get(original.sha256),
            output_there=output is not None and os.path.lexists(output),
            notice=_REPLACED if replaced else None,
        )

    def _entry(self, original: Original, history: History) -> dict[str, Any]:
        return entry_of(history, original.name, self.options, self._book.key)

    def _write(self, original: Original, event: Event) -> None:
        """Write an event about a picture, and first which file it is."""
        known = self._book.known.get(original.path) == original.sha256
        events = () if known else (Known(path=original.path, sha256=original.sha256),)
        self._book.write(*events, event)

    def _told(self, original: Original) -> PictureState:
        """Tell everybody of a change; return the picture's state."""
        self._tell_all(original.sha256, Kind.PICTURE)
        with self._lock:
            return self._view(original)

    def _tell_all(self, sha256: str, kind: Kind) -> None:
        """Tell of something that happened to these bytes, for each file that has them."""
        with self._lock:
            copies, history = self._gallery.copies(sha256), self._book.history(sha256)
        for original in copies:
            self._listeners.tell(
                Notice(
                    kind=kind,
                    picture=original.id,
                    version=history.version,
                    revision=history.revision,
                )
            )

    def _watch(self) -> None:
        while not self._closing.wait(WATCH):
            with contextlib.suppress(PasserbyError):
                self.refresh()

    def _look_at(self, original: Original) -> None:
        """Have the detectors look at a picture, unless they have, or are about to."""
        sha256 = original.sha256
        if original.problem is not None or sha256 in self._looking:
            return
        if self._book.history(sha256).detection is None:
            future = self._detectors.ask(original.wanted)
            self._looking[sha256] = future
            future.add_done_callback(lambda done: self._looked(sha256, done))

    def _looked(self, sha256: str, done: Future[Looked]) -> None:
        """Note what the detectors said. Called by the thread that waits for the workers."""
        with self._lock:
            self._looking.pop(sha256, None)
            if done.cancelled():
                return
            looked = done.result()
            self._failed.pop(sha256, None)
            try:
                if looked.failure is not None:
                    raise error_of(looked.failure)
                if looked.detection is not None:
                    self._previews.note_fields(sha256, looked.fields)
                    self._book.write(Detected(sha256=sha256, detection=looked.detection))
            except PasserbyError as error:
                self._failed[sha256] = error
        self._tell_all(sha256, Kind.DETECTED)

    def _adopt(self) -> None:
        """Take note of copies that were published just before a process was killed."""
        with self._lock:
            for original in self._gallery:
                task, history = original.task, self._book.history(original.sha256)
                copy, there = history.copy_of(original.path), task.output
                fresh = copy is not None and copy.version == history.version
                if fresh or history.detection is None or task.sidecar is None:
                    continue
                if there is None or not os.path.lexists(there):
                    continue
                given = given_of(self._entry(original, history))
                sha256 = made_from(read_record(task.sidecar), given)
                if sha256 is not None:
                    self._note_copy(original, history.version, sha256)

    def _order(self, original: Original) -> Order:
        """Return what is to be published of a picture, or why it cannot be."""
        error = original.problem or self._failed.get(original.sha256)
        history = self._book.history(original.sha256)
        if original.id not in self._gallery:
            error = InputChanged("the file was changed or moved since it was decided on")
        elif error is None and history.detection is None:
            error = InputError("nobody has looked for faces in it yet", "Wait until that is done.")
        given = None if error is not None else given_of(self._entry(original, history))
        return Order(picture=original.id, task=original.task, given=given, error=error)

    def _still_fresh(self, chosen: Mapping[str, Original]) -> list[Order]:
        """Return orders for copies that are up to date and whose small pictures are not at hand:
        the page of the report shows them too."""
        orders = []
        for original in self._gallery:
            output = self._view(original).output
            if original.id in chosen or output.state is not OutputState.PUBLISHED:
                continue
            if output.sha256 not in self._press.pictures:
                orders.append(replace(self._order(original), quiet=True))
        return orders

    def _published(self, original: Original, report: Report, version: int) -> None:
        """Note what became of a picture."""
        same = report.item.sha256 == original.sha256
        with self._lock:
            self._failed.pop(original.id, None)
            if report.failure is not None:
                self._failed[original.id] = error_of(report.failure)
            elif report.outcome in FRESH and report.output_sha256 is not None and same:
                self._note_copy(original, version, report.output_sha256)
        self._tell_all(original.sha256, Kind.PICTURE)

    def _note_copy(self, original: Original, version: int, sha256: str) -> None:
        self._write(
            original,
            Published(
                path=original.path,
                sha256=original.sha256,
                version=version,
                output_sha256=sha256,
            ),
        )


def _work(original: Original) -> tuple[int, str]:
    """Return the key by which pictures are looked at: the least work first."""
    return original.length, original.path


def _now() -> datetime:
    return datetime.now(UTC)
