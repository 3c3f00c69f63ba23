"""Worker processes on this machine.

A file can end its process: memory runs out, a codec crashes. The pool is broken then, and
which file did it is not known. So no more files are handed out than there are workers, and
those in hand are tried again, each in a process of its own: the one that ends that as well has
failed, and the run goes on.
"""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection
from types import FrameType
from typing import Any, Generic, Protocol, TypeVar

from passerby.errors import PasserbyError

TaskT = TypeVar("TaskT")
DoneT = TypeVar("DoneT")
_InT_contra = TypeVar("_InT_contra", contravariant=True)
_OutT_co = TypeVar("_OutT_co", covariant=True)


class Doer(Protocol[_InT_contra, _OutT_co]):
    """Works on one task after another, in one process."""

    def work(self, task: _InT_contra) -> _OutT_co:
        """Return what became of a task. Raises nothing but KeyboardInterrupt."""
        ...


class Shop(Protocol[_InT_contra, _OutT_co]):
    """What all tasks of a run have in common; it goes to every process."""

    def doer(self) -> Doer[_InT_contra, _OutT_co]:
        """Return what works in a process."""
        ...

    def lost(self, task: _InT_contra, error: PasserbyError) -> _OutT_co:
        """Return what became of a task that ends every process."""
        ...


PATIENCE = 20.0
"""Seconds that a worker gets to stop when the run is interrupted."""

POLL = 0.1
"""Seconds after which busy workers' inbox is looked into again, where tasks may be put in."""

_doer: Doer[Any, Any] | None = None
_busy = False
_stopping = False


def cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Inbox(Generic[TaskT]):
    """Tasks that wait for a worker. Another thread may put in more while the work goes on.

    With `linger`, in seconds, the workers wait so long for the next task before they end; with
    none they end when nothing is left.
    """

    def __init__(self, tasks: Iterable[TaskT] = (), *, linger: float = 0.0) -> None:
        self._waiting = deque(enumerate(tasks))
        self._numbers = itertools.count(len(self._waiting))
        self._changed = threading.Condition()
        self._linger = linger
        self._patience = POLL if linger else None
        self.stopped = False

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, task: TaskT, *, first: bool = False) -> int:
        """Add a task, before all others if it is urgent; return its place."""
        with self._changed:
            place = next(self._numbers)
            if first:
                self._waiting.appendleft((place, task))
            else:
                self._waiting.append((place, task))
            self._changed.notify_all()
        return place

    def take(self) -> tuple[int, TaskT] | None:
        """Return the next task and its place; None when none waits."""
        with self._changed:
            return self._waiting.popleft() if self._waiting and not self.stopped else None

    def give_back(self, place: int, task: TaskT) -> None:
        """Put a task that was taken before all others again."""
        with self._changed:
            self._waiting.appendleft((place, task))

    def drop(self, place: int) -> TaskT | None:
        """Forget a task that waits and return it; None when it is in hand or done."""
        with self._changed:
            for entry in self._waiting:
                if entry[0] == place:
                    self._waiting.remove(entry)
                    return entry[1]
        return None

    def clear(self) -> None:
        """Forget what waits. What is in hand goes on."""
        with self._changed:
            self._waiting.clear()

    def stop(self) -> None:
        """Hand out no more, and end what is in hand, within `POLL` where tasks may be put in."""
        with self._changed:
            self.stopped = True
            self._changed.notify_all()

    def wait_for_task(self) -> bool:
        """Wait until there is a task; say whether there is one."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self.stopped, self._linger)
            return bool(self._waiting) and not self.stopped

    @property
    def patience(self) -> float | None:
        """Seconds after which to look for new tasks while workers are busy."""
        return self._patience


def work_all(
    tasks: Sequence[TaskT], shop: Shop[TaskT, DoneT], workers: int
) -> Generator[tuple[int, DoneT], None, None]:
    """Yield the place of each task and what became of it, as they end.

    Closing the iterator, or KeyboardInterrupt, stops the workers; what they had in hand leaves
    no file behind.
    """
    yield from work_from(Inbox(tasks), shop, workers)


def work_from(
    inbox: Inbox[TaskT], shop: Shop[TaskT, DoneT], workers: int
) -> Generator[tuple[int, DoneT], None, None]:
    """Yield the place of each task of an inbox and what became of it, until none is left and its
    patience is over, or it is stopped. Then what was in hand leaves no file behind."""
    while len(inbox) and not inbox.stopped:
        suspects: list[tuple[int, TaskT]] = []
        with contextlib.closing(_Pool(shop, workers)) as pool:
            yield from pool.drain(inbox, suspects)
            if pool.unused:
                # Nothing could be handed out: its processes end before they begin.
                suspects.extend(filter(None, [inbox.take()]))
        for place, task in suspects:
            if inbox.stopped:
                return
            yield place, _try_alone(task, shop)


def _try_alone(task: TaskT, shop: Shop[TaskT, DoneT]) -> DoneT:
    """Work on a file in a process of its own; it fails if it ends that one too."""
    with contextlib.closing(_Pool(shop, 1)) as pool:
        for _, done in pool.drain(Inbox([task]), []):
            return done
    error = PasserbyError(
        "the process that worked on this file ended, twice",
        "Most likely memory ran out: use --workers 1 or a lower --max-memory. If it happens "
        "with plenty of memory, please report it.",
    )
    return shop.lost(task, error)


class _Pool(Generic[TaskT, DoneT]):
    """Worker processes, and the files that they have in hand."""

    def __init__(self, shop: Shop[TaskT, DoneT], workers: int) -> None:
        # spawn: a forked copy of a process that runs threads can hang.
        self._executor = ProcessPoolExecutor(
            workers, multiprocessing.get_context("spawn"), _start, (shop,)
        )
        self._workers = workers
        self._in_hand: dict[Future[DoneT], tuple[int, TaskT]] = {}
        self.unused = False
        """Whether its processes ended when nothing was in hand."""

    def drain(
        self, inbox: Inbox[TaskT], suspects: list[tuple[int, TaskT]]
    ) -> Generator[tuple[int, DoneT], None, None]:
        """Work until nothing waits, or until a process ended: then those that were in hand
        are put into `suspects`."""
        while not inbox.stopped:
            if not self._hand_out(inbox):
                return
            if not self._in_hand:
                if inbox.wait_for_task():
                    continue
                return
            ended, _ = wait(self._in_hand, inbox.patience, return_when=FIRST_COMPLETED)
            for future in ended:
                index, task = self._in_hand.pop(future)
                try:
                    yield index, future.result()
                except BrokenProcessPool:
                    suspects.append((index, task))
            if suspects:
                suspects.extend(self._in_hand.values())
                self._in_hand.clear()
                return

    def _hand_out(self, inbox: Inbox[TaskT]) -> bool:
        """Give each worker a task, as far as there are any. Returns False when the processes are
        gone and nothing is in hand."""
        while len(self._in_hand) < self._workers and (taken := inbox.take()) is not None:
            try:
                future = self._submit(taken[1])
            except BrokenProcessPool:
                inbox.give_back(*taken)
                self.unused = not self._in_hand
                return not self.unused
            self._in_hand[future] = taken
        return True

    def _submit(self, task: TaskT) -> Future[DoneT]:
        """Hand out a file. The processes that this starts inherit the blocked Ctrl-C, and would
        else show it with a traceback until `_start` has run."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return self._executor.submit(_work, task)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def close(self) -> None:
        """Stop the processes. Those at work are told to, and leave nothing half done."""
        processes = list((self._executor._processes or {}).values())
        if self._in_hand:
            for process in processes:
                process.terminate()
        stopper = threading.Timer(PATIENCE, _kill, (processes,))
        stopper.daemon = True
        stopper.start()
        self._executor.shutdown(wait=True, cancel_futures=True)
        stopper.cancel()


def _kill(processes: Sequence[multiprocessing.process.BaseProcess]) -> None:
    for process in processes:
        with contextlib.suppress(ValueError, OSError):
            process.kill()


def _start(shop: Shop[Any, Any]) -> None:
    """Prepare a new worker process."""
    global _doer  # noqa: PLW0603 - a process has one, and only module state outlives a call
    _doer = shop.doer()
    # Ctrl-C reaches the whole group; the parent decides what becomes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _stop)
    threading.Thread(target=_follow_parent, daemon=True).start()


def _stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signal interface
    """End the file in hand, and begin no other."""
    global _stopping  # noqa: PLW0603 - read by `_work`
    _stopping = True
    if _busy:
        raise KeyboardInterrupt


def _follow_parent() -> None:
    """End this process when its parent has been killed: nobody would take its results."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _work(task: Any) -> Any:
    global _busy  # noqa: PLW0603 - read by the signal handler
    assert _doer is not None  # noqa: S101 - `_start` ran first
    try:
        _busy = True
        if _stopping:
            raise KeyboardInterrupt
        return _doer.work(task)
    finally:
        _busy = False
