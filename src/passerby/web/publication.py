"""Publishing from the page: one run at a time, in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from passerby.errors import UsageError
from passerby.model.report import Report
from passerby.session import Session
from passerby.web.answers import Discreet
from passerby.web.clerk import Clerk
from passerby.web.hub import Hub
from passerby.work import foreseen


@dataclass(slots=True)
class Progress:
    """How far a run is. `files` are those that are done, `failure` why it ended before."""

    total: int = 0
    running: bool = True
    stopping: bool = False
    files: list[dict[str, Any]] = field(default_factory=list)
    failure: dict[str, str] | None = None

    def document(self) -> dict[str, Any]:
        """Return its JSON."""
        return {
            "running": self.running,
            "stopping": self.stopping,
            "done": len(self.files),
            "total": self.total,
            "file": self.files[-1] if self.files else None,
            "files": self.files,
            "error": self.failure,
        }


class Publication:
    """Implements `passerby.session.Watcher`. `progress` is that of the last run, None before."""

    def __init__(self, session: Session, clerk: Clerk, hub: Hub, discreet: Discreet) -> None:
        self.progress: Progress | None = None
        self._session = session
        self._clerk = clerk
        self._hub = hub
        self._discreet = discreet
        self._thread: threading.Thread | None = None

    def start(self, pictures: Sequence[str] | None) -> Progress:
        """Begin to publish these pictures, or all. Raises UsageError while a run goes on."""
        if self.progress is not None and self.progress.running:
            raise UsageError("this is being published already", "Wait until it is done.")
        progress = self.progress = Progress()
        self._thread = threading.Thread(
            target=self._run, args=(pictures,), name="passerby-publish", daemon=True
        )
        self._thread.start()
        return progress

    def stop(self) -> None:
        """Publish no more than what is in hand."""
        if self.progress is not None and self.progress.running:
            self.progress.stopping = True
            self._session.stop_publishing()

    def close(self) -> None:
        """Stop, and wait until what is in hand is finished."""
        self.stop()
        if self._thread is not None:
            self._thread.join()

    def begun(self, total: int) -> None:
        """So many pictures are going to be published; from the run's thread."""
        self._hub.post(partial(self._begun, total))

    def done(self, picture: str, report: Report) -> None:
        """One picture is done; from the run's thread."""
        failure = report.failure
        file = {
            "id": picture,
            "name": self._discreet.text(Path(report.item.path).name),
            "message": "" if failure is None else self._discreet.text(failure.message),
            "outcome": report.outcome.value,
            "masks": report.redacted,
            "sha256": report.output_sha256,
            "checks": [{"name": check.name, "passed": check.passed} for check in report.checks],
            "notes": [self._discreet.text(note) for note in report.notes],
            "problem": None if report.failure is None else self._discreet.failure(report.failure),
        }
        self._hub.post(partial(self._done, file))

    def _run(self, pictures: Sequence[str] | None) -> None:
        ended: Callable[[], None]
        try:
            with self._clerk.permits() as consents:
                self._session.publish(pictures, self, consents)
            ended = self._ended
        except Exception as error:
            try:
                failure = self._discreet.error(foreseen(error))
            except Exception as bug:
                failure = {"code": "bug", "message": type(bug).__name__, "advice": ""}
            ended = partial(self._ended, failure)
        self._hub.post(ended)

    def _begun(self, total: int) -> None:
        if self.progress is not None:
            self.progress.total = total
            self._tell()

    def _done(self, file: dict[str, Any]) -> None:
        if self.progress is not None:
            self.progress.files.append(file)
            self._tell()

    def _ended(self, failure: dict[str, str] | None = None) -> None:
        if self.progress is not None:
            self.progress.running, self.progress.failure = False, failure
            self._tell()

    def _tell(self) -> None:
        assert self.progress is not None  # noqa: S101 - its callers looked
        known = {name: v for name, v in self.progress.document().items() if name != "files"}
        self._hub.tell({"kind": "publish", **known})
