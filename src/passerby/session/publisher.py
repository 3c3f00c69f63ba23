"""Publishing from a session: what is ordered, and what is noted when it is done."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace

from passerby.batch.ledger import read_record
from passerby.batch.permits import Consents
from passerby.batch.plan import Request
from passerby.errors import InputChanged, InputError, PasserbyError, UsageError
from passerby.model.report import Report
from passerby.report.run import RunReport
from passerby.session.desk import Desk
from passerby.session.document import given_of
from passerby.session.events import Published
from passerby.session.faces import OutputState
from passerby.session.failures import error_of
from passerby.session.listing import Original
from passerby.session.notices import Kind
from passerby.session.publishing import FRESH, Order, Press, Watcher, made_from


class Publisher:
    """Publishes pictures of a session; one thread at a time."""

    def __init__(self, desk: Desk, request: Request) -> None:
        self._desk = desk
        self._request = request
        self._press = Press(desk.options)
        self._going_on = threading.Lock()
        self._closed = False

    @property
    def busy(self) -> bool:
        """Whether something is being published."""
        return self._going_on.locked()

    def choose(self, pictures: Iterable[str] | None) -> dict[str, Original]:
        """Return these pictures, or all, by their ids. Raises UsageError for an unknown one."""
        with self._desk.lock:
            gallery = self._desk.gallery
            names = [o.id for o in gallery] if pictures is None else pictures
            return {name: gallery[name] for name in names}

    def publish(
        self, chosen: Mapping[str, Original], watcher: Watcher, consents: Consents | None
    ) -> RunReport:
        """Publish pictures, as they were chosen. Raises UsageError when it goes on already."""
        desk = self._desk
        if not self._going_on.acquire(blocking=False):
            raise UsageError("this is being published already", "Wait until it is done.")
        try:
            self._press.ready()
            if self._closed:
                self._press.stop()
            with desk.lock:
                orders = [self._order(original) for original in chosen.values()]
                orders += self._still_fresh(chosen)
                plan = desk.gallery.plan
                versions = {o.id: desk.book.history(o.sha256).version for o in chosen.values()}
            watcher.begun(len(chosen))

            def done(order: Order, report: Report) -> None:
                if not order.quiet:
                    self._note(chosen[order.picture], report, versions[order.picture])
                    watcher.done(order.picture, report)

            request = replace(self._request, consents=consents)
            return self._press.run(plan, request, orders, done)
        finally:
            self._going_on.release()

    def stop(self) -> None:
        """Publish no more than what is in hand."""
        self._press.stop()

    def close(self) -> None:
        """Stop, and wait for what is in hand. Nothing is published afterwards."""
        self._closed = True
        self.stop()
        with self._going_on:
            pass

    def adopt(self) -> None:
        """Take note of copies that were published just before a process was killed."""
        desk = self._desk
        with desk.lock:
            for original in desk.gallery:
                task, history = original.task, desk.book.history(original.sha256)
                copy, there = history.copy_of(original.path), task.output
                fresh = copy is not None and copy.version == history.version
                if fresh or history.detection is None or task.sidecar is None:
                    continue
                if there is None or not os.path.lexists(there):
                    continue
                given = given_of(desk.entry(original, history))
                sha256 = made_from(read_record(task.sidecar), given)
                if sha256 is not None:
                    self._note_copy(original, history.version, sha256)

    def _order(self, original: Original) -> Order:
        """Return what is to be published of a picture, or why it cannot be."""
        desk = self._desk
        error = original.problem or desk.failed.get(original.sha256)
        history = desk.book.history(original.sha256)
        if original.id not in desk.gallery:
            error = InputChanged("the file was changed or moved since it was decided on")
        elif error is None and history.detection is None:
            error = InputError("nobody has looked for faces in it yet", "Wait until that is done.")
        given = None if error is not None else given_of(desk.entry(original, history))
        return Order(picture=original.id, task=original.task, given=given, error=error)

    def _still_fresh(self, chosen: Mapping[str, Original]) -> list[Order]:
        """Return orders for copies that are up to date and whose small pictures are not at hand:
        the page of the report shows them too."""
        desk = self._desk
        orders = []
        for original in desk.gallery:
            output = desk.view(original).output
            if original.id in chosen or output.state is not OutputState.PUBLISHED:
                continue
            if output.sha256 not in self._press.pictures:
                orders.append(replace(self._order(original), quiet=True))
        return orders

    def _note(self, original: Original, report: Report, version: int) -> None:
        """Note what became of a picture."""
        desk = self._desk
        same = report.item.sha256 == original.sha256
        with desk.lock:
            desk.failed.pop(original.id, None)
            desk.still_found[original.id, version] = len(report.unresolved)
            if report.failure is not None:
                desk.failed[original.id] = error_of(report.failure)
            elif report.outcome in FRESH and report.output_sha256 is not None and same:
                try:
                    self._note_copy(original, version, report.output_sha256)
                except PasserbyError as error:
                    # The copy and its record are there: the next start finds them.
                    desk.failed[original.id] = error
        desk.tell(original.sha256, Kind.PICTURE)

    def _note_copy(self, original: Original, version: int, sha256: str) -> None:
        self._desk.write(
            original,
            Published(
                path=original.path,
                sha256=original.sha256,
                version=version,
                output_sha256=sha256,
            ),
        )
