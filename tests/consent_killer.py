"""Runs a publication or a re-run in a process that kills itself at a chosen moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from batch_parts import quick_ports
from consent_parts import STRIKE, Clock, publish
from passerby.batch import remake, rerun, run, uses, worker
from passerby.consent.register import Register
from passerby.files import Staged
from passerby.store import KeyFile, Store

MOMENTS: dict[str, tuple[Any, str]] = {
    "before a file gets its name": (Staged, "publish"),
    "before a use is recorded": (uses.Uses, "done"),
    "before what took its place is": (Register, "record_remade"),
    "before the old copy is marked": (rerun, "mark_all"),
    "before anything is appended": (Store, "append"),
}


def killed(moment: str, nth: int, *arguments: str) -> bool:
    """Run this module; return whether it came to the moment for the nth time, and died."""
    code = f"import sys; sys.path[:] = {sys.path}; import consent_killer; consent_killer.main()"
    done = subprocess.run(
        [sys.executable, "-c", code, moment, str(nth), *arguments], check=False, timeout=300
    )
    assert done.returncode in (0, -signal.SIGKILL)
    return done.returncode != 0


def main() -> None:
    """`publish REGISTER DECISIONS IN OUT` or `rerun REGISTER OUT ID...`."""
    moment, nth, what, folder, *rest = sys.argv[1:]
    ports = quick_ports((), ())
    worker.build_ports = lambda options, threads: ports
    run.work_all = one_by_one
    clock = Clock()
    with Register.open(
        Path(folder), KeyFile(Path(folder).parent / "register.key"), today=clock
    ) as r:
        owner, name = MOMENTS[moment]
        setattr(owner, name, _dying(getattr(owner, name), int(nth)))
        if what == "publish":
            decisions, source, out = map(Path, rest)
            publish(r, decisions, source, out, STRIKE)
        else:
            consents = tuple(r.consent(one) for one in rest[1:])
            rerun.rerun(r, remake.Order(consents=consents, out=Path(rest[0]), workers=1))


def one_by_one(tasks: Any, shop: Any, workers: int) -> Any:
    """Do in this process what worker processes do."""
    doer = shop.doer()
    for index, task in enumerate(tasks):
        yield index, doer.work(task)


def _dying(inner: Callable[..., Any], nth: int) -> Callable[..., Any]:
    calls = 0

    def call(*arguments: Any, **values: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return inner(*arguments, **values)

    return call
