"""A shop for the tests of background workers; spawned processes import it by name."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from passerby.errors import PasserbyError


@dataclass(frozen=True)
class Errand:
    """Something to do: wait until a file is there, end the process, or just answer."""

    name: str
    gate: Path | None = None
    deadly: bool = False


@dataclass(frozen=True)
class Bench:
    """A shop whose workers write down the order of what they did."""

    log: Path

    def doer(self) -> Bench:
        return self

    def work(self, task: Errand) -> str:
        with self.log.open("a") as log:
            log.write(task.name + "\n")
        while task.gate is not None and not task.gate.exists():
            time.sleep(0.01)
        if task.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        return f"{task.name} done"

    def lost(self, task: Errand, error: PasserbyError) -> str:
        return f"{task.name} lost"
