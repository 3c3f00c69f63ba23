"""Kill a run at random moments, run the same command again, and look at what is left.

After each kill: every file under a final name in the output folder has a report that was written
before it and that tells its sha256, its checks passed, and it opens and holds nothing but the
picture; no original has changed. After the last run of the same command: every output is there,
and nothing half written.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from passerby.batch.ledger import read_record, record_place
from passerby.errors import PasserbyError
from passerby.files import PARTIAL, PENDING
from passerby.media import Media
from passerby.model.options import Limits
from passerby.model.report import Report

QUIET: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
RUN = """
import signal, sys
# A shell lets what it starts in the background ignore Ctrl-C, and that is inherited.
signal.signal(signal.SIGINT, signal.default_int_handler)
from passerby.cli import main
sys.exit(main())
"""


@dataclass(slots=True)
class Outcome:
    """What was seen over all kills. `problems` should be empty."""

    kills: int = 0
    ended_before: int = 0
    moments: list[float] = field(default_factory=list)
    published_at_kill: list[int] = field(default_factory=list)
    partials_left: int = 0
    problems: list[str] = field(default_factory=list)


def hashes(folder: Path) -> dict[str, str]:
    """Return the sha256 of every file below a folder, by its relative name."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def command(folder: Path, out: Path, *more: str) -> list[str]:
    """Return the command line of one run."""
    return [sys.executable, "-c", RUN, "redact", str(folder), "-o", str(out), *more]


def _running_after(line: list[str], seconds: float) -> subprocess.Popen[bytes] | None:
    """Run a command in a group of its own; return it if it is still running by then."""
    process = subprocess.Popen(line, start_new_session=True, **QUIET)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return process
    return None


def kill_after(line: list[str], seconds: float) -> bool:
    """Kill a command and all its processes; false if it had ended before."""
    process = _running_after(line, seconds)
    if process is None:
        return False
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return True


def kill_parent_after(line: list[str], seconds: float) -> bool:
    """Kill only a command's first process: the workers have to notice."""
    process = _running_after(line, seconds)
    if process is None:
        return False
    process.kill()
    process.wait()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    raise AssertionError("a worker outlived its parent by 30 s")


def standing(out: Path, report: Path, problems: list[str]) -> int:
    """Check every output that stands under a final name; return how many there are."""
    count = 0
    for path in sorted(out.rglob("*")) if out.exists() else []:
        if not path.is_file() or path.name.endswith(PARTIAL):
            continue
        count += 1
        name = path.relative_to(out)
        data = path.read_bytes()
        record = _record(report / "files" / name.parent, name.name, data)
        if record is None:
            problems.append(f"{name} has no report that says what it is")
        elif not all(check.passed for check in record.checks):
            problems.append(f"{name} did not pass its checks")
        else:
            problems.extend(f"{name} {what}" for what in _wrong(data, record))
    return count


def _record(folder: Path, name: str, data: bytes) -> Report | None:
    """Return the report that speaks of these bytes: the one that stands, or one that a killed
    run left pending and the next one takes up."""
    sha256 = hashlib.sha256(data).hexdigest()
    for path in (record_place(folder, name), *folder.glob(f".*{PENDING}")):
        record = read_record(path)
        if record is not None and record.output_sha256 == sha256:
            return record
    return None


def _wrong(data: bytes, report: Report) -> list[str]:
    """Read an output as a stranger would; return what is wrong with it."""
    media, wrong = Media(), []
    try:
        picture = media.read_again(data, Limits())
        if media.leftovers(data, picture.encoding, ()):
            wrong.append("holds more than a picture")
    except PasserbyError as error:
        return [f"cannot be read: {error.message}"]
    if picture.size != report.item.size:
        wrong.append("has another size")
    return wrong


def variant(turn: int) -> list[str]:
    """Return the options of a turn: solid and noise, and every third pair over what stands."""
    method = ["--method", "noise"] if turn % 4 >= 2 else []
    return [*method, "--overwrite"] if turn % 6 >= 4 else method


def run_kills(folder: Path, out: Path, count: int, seed: int, whole: float) -> Outcome:
    """Kill `count` runs, each at a random moment of the `whole` seconds that one takes.

    Every run begins with an empty output folder or, every second time, with what the killed
    run before it left; with --overwrite, with what an earlier run of another colour made. Every
    fifth time only the first process is killed, every seventh time two runs go on at once. A run
    that had ended before its moment does not count.
    """
    rng, seen = random.Random(seed), Outcome()
    report = out.with_name(out.name + "-report")
    before, turn = hashes(folder), 0
    while seen.kills < count and turn < 4 * count:
        more = variant(turn)
        if turn % 2 == 0:
            wipe(out)
            wipe(report)
            if "--overwrite" in more:
                subprocess.run(command(folder, out, "--color", "#00ff00"), check=False, **QUIET)
        left = (
            1.0 if "--overwrite" in more else 1 - standing(out, report, seen.problems) / len(before)
        )
        moment = rng.uniform(0.05, whole * max(left, 0.2))
        rival = subprocess.Popen(command(folder, out, *more), **QUIET) if turn % 7 == 6 else None
        killer = kill_parent_after if turn % 5 == 4 else kill_after
        if killer(command(folder, out, *more), moment):
            seen.kills += 1
            seen.moments.append(moment)
            if rival is not None:
                rival.wait()
            seen.published_at_kill.append(standing(out, report, seen.problems))
            seen.partials_left += len(list(out.rglob(f".*{PARTIAL}"))) if out.exists() else 0
        else:
            seen.ended_before += 1
            if rival is not None:
                rival.wait()
        if hashes(folder) != before:
            seen.problems.append(f"run {turn}: an original has changed")
        if turn % 2 == 1 or seen.kills == count:
            finish(command(folder, out, *more), out, report, len(before), seen)
        turn += 1
    return seen


def finish(line: list[str], out: Path, report: Path, expected: int, seen: Outcome) -> None:
    """Run the same command to its end and check that nothing is missing or half done."""
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        seen.problems.append(f"the run after a kill: {done.returncode}: {done.stderr[-500:]}")
    if standing(out, report, seen.problems) != expected:
        seen.problems.append("the run after a kill left outputs missing")
    for place in (out, report):
        for ending in (PARTIAL, PENDING):
            if list(place.rglob(f".*{ending}")):
                seen.problems.append(f"unfinished files are left in {place.name}")


def wipe(folder: Path) -> None:
    """Remove a folder that this bench made."""
    if folder.exists():
        subprocess.run(["rm", "-rf", str(folder)], check=True)
