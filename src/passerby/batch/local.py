"""Worker processes on this machine.

A file can end its process: memory runs out, a codec crashes. The pool is broken then, and
which file did it is not known. So no more files are handed out than there are workers, and
those in hand are tried again, each in a process of its own: the one that ends that as well has
failed, and the run goes on.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Sequence
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

_doer: Doer[Any, Any] | None = None
_busy = False
_stopping = False


def cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def work_all(
    tasks: Sequence[TaskT], shop: Shop[TaskT, DoneT], workers: int
) -> Generator[tuple[int, DoneT], None, None]:
    """Yield the place of each task and what became of it, as they end.

    Closing the iterator, or KeyboardInterrupt, stops the workers; what they had in hand leaves
    no file behind.
    """
    waiting = deque(enumerate(tasks))
    while waiting:
        suspects: list[tuple[int, TaskT]] = []
        with contextlib.closing(_Pool(shop, workers)) as pool:
            left = len(waiting)
            yield from pool.drain(waiting, suspects)
            if len(waiting) == left:
                # Nothing could be handed out: its processes end before they begin.
                suspects.append(waiting.popleft())
        for index, task in suspects:
            yield index, _try_alone(task, shop)


def _try_alone(task: TaskT, shop: Shop[TaskT, DoneT]) -> DoneT:
    """Work on a file in a process of its own; it fails if it ends that one too."""
    again: list[tuple[int, TaskT]] = []
    with contextlib.closing(_Pool(shop, 1)) as pool:
        for _, done in pool.drain(deque([(0, task)]), again):
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

    def drain(
        self, waiting: deque[tuple[int, TaskT]], suspects: list[tuple[int, TaskT]]
    ) -> Generator[tuple[int, DoneT], None, None]:
        """Work until nothing waits, or until a process ended: then those that were in hand
        are put into `suspects`."""
        while waiting or self._in_hand:
            while waiting and len(self._in_hand) < self._workers:
                try:
                    future = self._submit(waiting[0][1])
                except BrokenProcessPool:
                    if not self._in_hand:
                        return
                    break
                self._in_hand[future] = waiting.popleft()
            ended, _ = wait(self._in_hand, return_when=FIRST_COMPLETED)
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
