"""Faces are looked for in the background, and what was found is written into the book."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from functools import partial

from passerby.batch.local import cores
from passerby.errors import PasserbyError
from passerby.session.crew import Crew
from passerby.session.desk import Desk
from passerby.session.detecting import Looked, Lookout, Wanted
from passerby.session.events import Detected
from passerby.session.failures import error_of
from passerby.session.listing import Original
from passerby.session.notices import Kind
from passerby.session.previews import Previews


class Scouts:
    """Sends pictures to the worker processes that look for faces."""

    def __init__(self, desk: Desk, previews: Previews, workers: int | None) -> None:
        self._desk = desk
        self._previews = previews
        self._looking: dict[str, Future[Looked]] = {}
        count = workers or cores()
        lookout = Lookout(options=desk.options, threads=max(1, cores() // count))
        self._crew: Crew[Wanted, Looked] = Crew(lookout, count, "passerby-detect")

    def look_at(self, originals: Iterable[Original]) -> None:
        """Have the detectors look at pictures, the least work first, unless they have already or
        are about to."""
        for original in sorted(originals, key=lambda o: (o.length, o.path)):
            sha256 = original.sha256
            with self._desk.lock:
                known = self._desk.book.history(sha256).detection is not None
                if known or original.problem is not None or sha256 in self._looking:
                    continue
                future = self._looking[sha256] = self._crew.ask(original.wanted)
            future.add_done_callback(partial(self._receive, sha256))

    def hurry(self, sha256: str) -> None:
        """Look at this picture before all others."""
        with self._desk.lock:
            future = self._looking.get(sha256)
        if future is not None:
            self._crew.hurry(future)

    def close(self) -> None:
        """End the processes. What they had in hand is looked at again next time."""
        self._crew.close()

    def _receive(self, sha256: str, done: Future[Looked]) -> None:
        """Note what the detectors said. Called by the thread that waits for the processes."""
        desk = self._desk
        with desk.lock:
            self._looking.pop(sha256, None)
            if done.cancelled():
                return
            looked = done.result()
            for name in (sha256, *(one.id for one in desk.gallery.copies(sha256))):
                desk.failed.pop(name, None)
            try:
                if looked.failure is not None:
                    raise error_of(looked.failure)
                if looked.detection is not None:
                    self._previews.note_fields(sha256, looked.fields)
                    desk.book.write(Detected(sha256=sha256, detection=looked.detection))
            except PasserbyError as error:
                desk.failed[sha256] = error
        desk.tell(sha256, Kind.DETECTED)
