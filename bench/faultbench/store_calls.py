"""Kill a writer of encrypted records at each system call that changes a file, one after another.

strace sends SIGKILL as the writer enters its Nth call of a kind; N goes up until the writer comes
to its end. Every time the writer begins with a copy of the same records and does the same: all
that can be done, twice, and with the log carried over in between.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

from faultbench.store_kills import (
    Model,
    Seen,
    held,
    keep_derivations,
    look,
    make_noted,
    noted,
    replay,
    sealed_keys,
)
from passerby.store import KeyFile, Store

KINDS = ("pwrite64", "fdatasync", "fsync", "ftruncate", "unlink")


def write_all(folder: str, key: str, log: str) -> None:
    """Do one of everything, over records of at least three subjects."""
    with Store.open(Path(folder), KeyFile(Path(key))) as store:
        first, second, *_ = store.subjects()
        blobs = {"letter.pdf": bytes(9000).hex(), "empty": ""}
        parts = [("01", {}), (bytes(5000).hex(), {"reply.eml": bytes(9000).hex()}), ("03", {})]
        for call in (
            {"do": "add"},
            {"do": "append", "subject": second, "record": b"asked".hex(), "blobs": blobs},
            {"do": "append_all", "subject": second, "parts": parts},
            {"do": "erase", "subject": first},
            {"do": "renew"},
            {"do": "append", "subject": second, "record": bytes(5000).hex(), "blobs": {}},
            {"do": "erase", "subject": second},
        ):
            make_noted(store, call, Path(log))


def run_every(folder: Path, seen: Seen) -> dict[str, int]:
    """Kill at every call; return how many calls of each kind there were."""
    keep_derivations()
    key = KeyFile.create(folder / "key")
    with Store.create(folder / "whole", key)[0] as store:
        for subject in [store.add_subject() for _ in range(3)]:
            store.append(subject, b"the first", {"a.pdf": bytes(5000)})
        model = held(store)
    counts = dict.fromkeys(KINDS, 0)
    for kind in KINDS:
        while _kill(folder, key, kind, counts[kind] + 1, model, seen):
            counts[kind] += 1
    return counts


def _kill(folder: Path, key: KeyFile, kind: str, number: int, model: Model, seen: Seen) -> bool:
    """Kill at the Nth call of a kind and look; false if there are fewer."""
    records, log = folder / "records", folder / "log"
    shutil.rmtree(records, ignore_errors=True)
    log.unlink(missing_ok=True)
    shutil.copytree(folder / "whole", records)
    keys = sealed_keys(records)
    code = "import sys; from faultbench.store_calls import write_all; write_all(*sys.argv[1:])"
    done = subprocess.run(
        ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={kind}"]
        + ["-e", f"inject={kind}:signal=SIGKILL:when={number}"]
        + [sys.executable, "-B", "-c", f"import sys; sys.path[:] = {sys.path}; {code}"]
        + [str(records), str(key.path), str(log)],
        check=False,
    )
    if done.returncode not in (0, -signal.SIGKILL):
        seen.problems.append(f"{kind} {number}: the writer ended with {done.returncode}")
    if done.returncode != -signal.SIGKILL:
        return False
    seen.kills += 1
    confirmed, call = replay(model, list(noted(log)), seen)
    before = len(seen.problems)
    look(records, key, confirmed, call, keys, seen)
    seen.problems[before:] = [f"{kind} {number}: {what}" for what in seen.problems[before:]]
    return True
