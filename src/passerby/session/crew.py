"""Worker processes in the background, asked by any thread."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import Future
from typing import Generic, TypeVar

from passerby.batch.local import Inbox, Shop, work_from

TaskT = TypeVar("TaskT")
DoneT = TypeVar("DoneT")

LINGER = 60.0
"""Seconds that idle workers keep their detectors open."""


class Crew(Generic[TaskT, DoneT]):
    """Processes that are started for the first task, and end when none came for a while."""

    def __init__(
        self, shop: Shop[TaskT, DoneT], workers: int, name: str, *, linger: float = LINGER
    ) -> None:
        """`name` is that of the thread; `linger` is in seconds."""
        self._shop = shop
        self._workers = workers
        self._inbox: Inbox[TaskT] = Inbox(linger=linger)
        self._lock = threading.Lock()
        self._asked: dict[int, Future[DoneT]] = {}
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def ask(self, task: TaskT, *, first: bool = False) -> Future[DoneT]:
        """Hand in a task; `first` puts it before all that wait."""
        future: Future[DoneT] = Future()
        with self._lock:
            if self._inbox.stopped:
                future.cancel()
                return future
            self._asked[self._inbox.put(task, first=first)] = future
            if not self._thread.is_alive():
                self._thread.start()
        return future

    def hurry(self, future: Future[DoneT]) -> None:
        """Put a task that waits before all others."""
        with self._lock:
            place = self._place(future)
            task = None if place is None else self._inbox.drop(place)
            if place is not None and task is not None:
                del self._asked[place]
                self._asked[self._inbox.put(task, first=True)] = future

    def cancel(self, future: Future[DoneT]) -> None:
        """Forget a task if nobody has begun it."""
        with self._lock:
            place = self._place(future)
            dropped = place is not None and self._inbox.drop(place) is not None
            if place is not None and dropped:
                del self._asked[place]
        # Not under the lock: whoever waits for the future may ask for something.
        if dropped:
            future.cancel()

    def _place(self, future: Future[DoneT]) -> int | None:
        return next((place for place, other in self._asked.items() if other is future), None)

    def close(self) -> None:
        """End the processes; what was not done is cancelled."""
        self._inbox.stop()
        if self._thread.is_alive():
            self._thread.join()
        with self._lock:
            left = list(self._asked.values())
            self._asked.clear()
        for future in left:
            future.cancel()

    def _run(self) -> None:
        while not self._inbox.stopped:
            if not self._inbox.wait_for_task():
                continue
            with contextlib.closing(work_from(self._inbox, self._shop, self._workers)) as ends:
                for place, done in ends:
                    with self._lock:
                        future = self._asked.pop(place, None)
                    if future is not None and future.set_running_or_notify_cancel():
                        future.set_result(done)
