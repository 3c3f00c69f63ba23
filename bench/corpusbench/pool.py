"""Worker processes, each of which may hang, crash or run out of memory: that is a finding.

Each process has one file in hand at a time; the parent knows which, and since when.
"""

from __future__ import annotations

import contextlib
import faulthandler
import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from corpusbench.work import Ended, Errand, Runner, Settings

_START = 120.0
"""Seconds that a process may take to begin."""
_MOST_STARTS = 2
"""Processes that end before they begin, one after another, until all is given up."""


class CannotBegin(RuntimeError):
    """Processes end before they have done anything."""


@dataclass(slots=True)
class _Slot:
    """A process and what it has in hand, since when."""

    process: BaseProcess
    link: Connection
    log: Path
    errand: Errand | None = None
    since: float = 0.0
    ready: bool = False


def work_all(
    errands: Sequence[Errand], settings: Settings, workers: int, limit: float
) -> Iterator[tuple[Errand, Ended]]:
    """Yield each errand and how it ended. `limit` is seconds a file. Raises CannotBegin."""
    waiting = deque(errands)
    slots: list[_Slot] = []
    starts = 0
    try:
        while waiting or any(slot.errand for slot in slots):
            while len(slots) < min(workers, len(waiting) + sum(1 for s in slots if s.errand)):
                slots.append(_begin(settings))
            _wait(slots, limit)
            for slot in list(slots):
                ended = _ended(slot, limit)
                if ended is not None:
                    errand, slot.errand = slot.errand, None
                    assert errand is not None
                    yield errand, ended
                starts = 0 if slot.ready else starts
                # One that ends at this moment still has to tell of the file in its hand.
                if (slot.errand is None and not slot.process.is_alive()) or _is_late(slot):
                    starts += not slot.ready
                    _stop(slot)
                    slots.remove(slot)
                elif slot.ready and slot.errand is None and waiting:
                    slot.errand, slot.since = waiting.popleft(), time.monotonic()
                    with contextlib.suppress(OSError):
                        slot.link.send(slot.errand)
            if starts >= _MOST_STARTS:
                raise CannotBegin(_tail(slots[-1].log) if slots else "the processes do not begin")
    finally:
        for slot in slots:
            _stop(slot)


def _begin(settings: Settings) -> _Slot:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    log = settings.folder / f"log-{time.monotonic_ns()}"
    process = context.Process(target=_serve, args=(theirs, settings, log), daemon=True)
    process.start()
    theirs.close()
    return _Slot(process, ours, log, since=time.monotonic())


def _wait(slots: list[_Slot], limit: float) -> None:
    """Wait until something happened, or the next limit has passed."""
    passed = [time.monotonic() - slot.since for slot in slots if slot.errand]
    left = min((limit - one for one in passed), default=1.0)
    watched = [slot.link for slot in slots] + [slot.process.sentinel for slot in slots]
    connection.wait(watched, max(0.0, min(left, 1.0)))


def _ended(slot: _Slot, limit: float) -> Ended | None:
    """Return how the file in hand ended, if it has."""
    with contextlib.suppress(EOFError, OSError):
        while slot.link.poll():
            answer = slot.link.recv()
            if answer is None:
                slot.ready = True
            else:
                return answer
    errand = slot.errand
    if errand is None:
        return None
    seconds = time.monotonic() - slot.since
    ended = Ended(shown=ascii(str(errand.path))[1:-1], seconds=seconds)
    if errand.number is not None:
        ended.variant = str(errand.number)
    if not slot.process.is_alive():
        ended.outcome = "crash"
        ended.problems = [f"ended the process: {_how(slot.process)}; {_tail(slot.log)}"]
        return ended
    if seconds > limit:
        slot.process.kill()
        slot.process.join()
        ended.outcome = "hang"
        ended.problems = [f"takes more than {limit:.0f} s"]
        return ended
    return None


def _is_late(slot: _Slot) -> bool:
    return not slot.ready and time.monotonic() - slot.since > _START


def _how(process: BaseProcess) -> str:
    code = process.exitcode or 0
    if code < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-code).name
    return f"exit code {code}"


def _tail(log: Path) -> str:
    with contextlib.suppress(OSError):
        lines = log.read_text(errors="replace").split("\n")
        stack = [line.strip() for line in lines if line.strip().startswith(("File", "Fatal"))]
        return "; ".join(stack[:4]) or "; ".join(lines[-4:])
    return ""


def _stop(slot: _Slot) -> None:
    slot.link.close()
    slot.process.kill()
    slot.process.join()
    with contextlib.suppress(OSError):
        slot.log.unlink()


def _serve(link: Connection, settings: Settings, log: Path) -> None:
    """Work in a process of its own until the parent goes."""
    # What codecs print is no finding; where a crash happened is.
    number = os.open(log, os.O_WRONLY | os.O_CREAT, 0o600)
    os.dup2(number, 2)
    faulthandler.enable(sys.stderr)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    runner = Runner(settings)
    link.send(None)
    with contextlib.suppress(EOFError, OSError):
        while True:
            link.send(runner.run(link.recv()))
