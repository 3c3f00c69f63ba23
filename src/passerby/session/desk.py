"""What the parts of a session share: the pictures, the book, what failed, who listens."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime
from typing import Any

from passerby.errors import PasserbyError
from passerby.model.options import Options
from passerby.report.text import plural
from passerby.session.book import Book
from passerby.session.changes import Conflict
from passerby.session.document import entry_of
from passerby.session.events import Event, Known, Seen
from passerby.session.faces import PictureState
from passerby.session.gallery import Gallery
from passerby.session.history import History
from passerby.session.listing import Original
from passerby.session.notices import Kind, Listeners, Notice
from passerby.session.views import view

_REPLACED = (
    "The file was changed since decisions were made on it. Those are kept, and not used: this is "
    "another picture."
)


def now() -> datetime:
    """Return the time, aware and in UTC."""
    return datetime.now(UTC)


class Desk:
    """Hold `lock` while using what is here; it may be taken again by the thread that has it."""

    def __init__(self, book: Book, gallery: Gallery, options: Options) -> None:
        self.lock = threading.RLock()
        self.book = book
        self.gallery = gallery
        self.options = options
        self.failed: dict[str, PasserbyError] = {}
        """What went wrong last: by sha256 when nobody could look for faces, by id when it could
        not be published."""
        self.still_found: dict[tuple[str, int], int] = {}
        """How many faces the second look found in a copy, by id and version."""
        self.listeners = Listeners()

    def at(self, picture: str, base: int) -> tuple[Original, History]:
        """Return a picture if this is its version.

        Raises Conflict; UsageError when there is none of this id; InputError when it cannot be
        used.
        """
        original = self.gallery[picture]
        if original.problem is not None:
            raise original.problem
        history = self.book.history(original.sha256)
        if history.version != base:
            raise Conflict(self.view(original))
        return original, history

    def view(self, original: Original) -> PictureState:
        """Return the state of a picture."""
        output, known = original.task.output, self.book.known.get(original.path)
        replaced = known is not None and original.sha256 not in ("", known)
        history = self.book.history(original.sha256)
        found = self.still_found.get((original.id, history.version))
        return view(
            original,
            history,
            self.options,
            neighbours=self.gallery.neighbours(original),
            failed=self.failed.get(original.id) or self.failed.get(original.sha256),
            output_there=output is not None and os.path.lexists(output),
            notice=_REPLACED if replaced else _found_again(found),
        )

    def entry(self, original: Original, history: History) -> dict[str, Any]:
        """Return what the decisions document says of a picture."""
        return entry_of(history, original.name, self.options, self.book.key)

    def write(self, original: Original, event: Event) -> None:
        """Write an event about a picture, and first which file it is. Raises UsageError for
        what cannot be done, and OutputUnwritable; nothing has changed then."""
        known = self.book.known.get(original.path) == original.sha256
        events = () if known else (Known(path=original.path, sha256=original.sha256),)
        self.book.write(*events, event)
        if not isinstance(event, Seen):
            # It was about what was decided before.
            self.failed.pop(original.id, None)

    def tell(self, sha256: str, kind: Kind) -> None:
        """Tell of something that happened to these bytes, for each file that has them. The lock
        must not be held: whoever listens may wait for it."""
        with self.lock:
            copies, history = self.gallery.copies(sha256), self.book.history(sha256)
        for original in copies:
            notice = Notice(
                kind=kind, picture=original.id, version=history.version, revision=history.revision
            )
            self.listeners.tell(notice)


def _found_again(count: int | None) -> str | None:
    if not count:
        return None
    faces = plural(count, "face is", "faces are")
    return f"{faces} still found in the copy that was published, and left as decided."
