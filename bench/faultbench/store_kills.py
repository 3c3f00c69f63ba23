"""Kill a writer of encrypted records at random moments, and look at what is left.

A writer notes what it is about to do, does it, and notes that the call has returned: the
confirmation. After each kill the records open, `check` finds nothing, and they hold exactly what
was confirmed, with or without the one call that was under way. Of an erased subject the sealed
key is in no file.

Argon2id runs once in the process that writers are forked from, and once in the one that looks:
the derivation is a function of the key file and the salt, so its result is kept. All that writes
is as it is used.
"""

from __future__ import annotations

import functools
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from passerby.errors import PasserbyError
from passerby.store import KeyFile, Store, lock

Plain = tuple[str, tuple[tuple[str, str], ...]]
"""A record and its blobs, in hex."""


@dataclass(slots=True)
class Model:
    """What the records should hold: records by subject, and the erased."""

    subjects: dict[str, list[Plain]] = field(default_factory=dict)
    erased: list[str] = field(default_factory=list)

    def after(self, call: dict[str, Any], result: Any) -> Model:
        """Return what they hold once a call has returned."""
        after = Model({name: list(plain) for name, plain in self.subjects.items()}, [*self.erased])
        match call["do"]:
            case "add":
                after.subjects[result] = []
            case "append":
                blobs = tuple(sorted(call["blobs"].items()))
                after.subjects[call["subject"]].append((call["record"], blobs))
            case "append_all":
                after.subjects[call["subject"]] += [
                    (record, tuple(sorted(blobs.items()))) for record, blobs in call["parts"]
                ]
            case "erase":
                del after.subjects[call["subject"]]
                after.erased.append(call["subject"])
        return after


@dataclass(slots=True)
class Seen:
    """What was seen over all kills. `problems` should be empty."""

    kills: int = 0
    confirmed: int = 0
    under_way: int = 0
    under_way_there: int = 0
    calls: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def keep_derivations() -> None:
    """Derive each key once in this process."""
    lock.stretch = functools.cache(lock.stretch)  # type: ignore[assignment]


def serve(folder: str, key: str) -> None:
    """Fork a writer for each line of stdin (`LOG SEED`); print its number, then wait for it."""
    keep_derivations()
    Store.open(Path(folder), KeyFile(Path(key))).close()
    print("ready", flush=True)
    for line in sys.stdin:
        log, seed = line.split()
        child = os.fork()
        if child == 0:
            write(Path(folder), KeyFile(Path(key)), Path(log), int(seed))
        print(child, flush=True)
        os.waitpid(child, 0)
        print("ended", flush=True)


def write(folder: Path, key: KeyFile, log: Path, seed: int) -> None:
    """Write until killed: each call noted in a log before it begins and after it has returned."""
    rng = random.Random(seed)
    with Store.open(folder, key, wait=60) as store:
        erasable = list(store.subjects())
        while True:
            make_noted(store, next_call(rng, store, erasable), log)


def make_noted(store: Store, call: dict[str, Any], log: Path) -> None:
    """Note a call, make it, and note that it has returned. One write is one line."""
    number = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(number, (json.dumps({"call": call}) + "\n").encode())
    result = make(store, call)
    os.write(number, (json.dumps({"returned": result}) + "\n").encode())
    os.close(number)


def next_call(rng: random.Random, store: Store, erasable: list[str]) -> dict[str, Any]:
    """Choose what to do next. Only who was there at the beginning is erased: whoever looks
    afterwards knows her sealed key."""
    subjects = store.subjects()
    chance = rng.random()
    if len(subjects) < 3 or (chance < 0.25 and len(subjects) < 8):
        return {"do": "add"}
    if chance < 0.4 and erasable:
        return {"do": "erase", "subject": erasable.pop(rng.randrange(len(erasable)))}
    if chance < 0.45:
        return {"do": "renew"}
    subject = rng.choice(subjects)
    if chance < 0.7:
        parts = [next_part(rng) for _ in range(rng.choice([2, 3, 5]))]
        return {"do": "append_all", "subject": subject, "parts": parts}
    record, blobs = next_part(rng)
    return {"do": "append", "subject": subject, "record": record, "blobs": blobs}


def next_part(rng: random.Random) -> tuple[str, dict[str, str]]:
    """Choose a record and its blobs, in hex."""
    blobs = {
        f"{rng.randbytes(6).hex()}.pdf": rng.randbytes(rng.choice([0, 10, 5000, 30_000])).hex()
        for _ in range(rng.choice([0, 0, 1, 2]))
    }
    return rng.randbytes(rng.choice([0, 20, 3000, 9000])).hex(), blobs


def make(store: Store, call: dict[str, Any]) -> Any:
    """Make a call; return what is known only afterwards."""
    match call["do"]:
        case "add":
            return store.add_subject()
        case "erase":
            store.erase(call["subject"])
        case "renew":
            store.renew_recovery_key()
        case "append":
            store.append(call["subject"], *plain(call["record"], call["blobs"]))
        case "append_all":
            store.append_all(call["subject"], [plain(*part) for part in call["parts"]])
    return None


def plain(record: str, blobs: dict[str, str]) -> tuple[bytes, dict[str, bytes]]:
    """Return a record and its blobs out of hex."""
    return bytes.fromhex(record), {name: bytes.fromhex(data) for name, data in blobs.items()}


def held(store: Store) -> Model:
    """Return what the records hold."""
    subjects = {}
    for subject in store.subjects():
        subjects[subject] = [
            (
                entry.record.hex(),
                tuple(
                    sorted((ref.name, store.blob(subject, ref.name).hex()) for ref in entry.blobs)
                ),
            )
            for entry in store.entries(subject)
        ]
    return Model(subjects, [stone.id for stone in store.tombstones()])


def sealed_keys(folder: Path) -> dict[str, bytes]:
    """Return the part of each sealed data key that holds the key: its last bytes, by subject."""
    connection = sqlite3.connect(folder / "records.db")
    rows = connection.execute("SELECT id, sealed FROM subject").fetchall()
    connection.close()
    return {name: sealed[-48:] for name, sealed in rows}


def found_in(folder: Path, needle: bytes) -> list[str]:
    """Return the names of files that hold any 8 bytes in a row out of `needle`."""
    parts = [needle[i : i + 8] for i in range(0, len(needle) - 7, 8)]
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [path.name for path in files if any(part in path.read_bytes() for part in parts)]


def replay(model: Model, lines: list[dict[str, Any]], seen: Seen) -> tuple[Model, Any]:
    """Return what was confirmed, and the call that was under way, if one was."""
    under_way = None
    for line in lines:
        if "call" in line:
            under_way = line["call"]
        else:
            assert under_way is not None
            model = model.after(under_way, line["returned"])
            seen.confirmed += 1
            seen.calls[under_way["do"]] = seen.calls.get(under_way["do"], 0) + 1
            under_way = None
    return model, under_way


def judge(before: Model, call: Any, now: Model, seen: Seen) -> str | None:
    """Return what is wrong with what the records hold now, if anything."""
    if call is not None:
        seen.under_way += 1
    if now == before:
        return None
    if call is None:
        return "they hold something else than what was confirmed"
    new = set(now.subjects) - set(before.subjects)
    if call["do"] == "add" and len(new) != 1:
        return "a subject was lost, or came from nowhere"
    if now == before.after(call, next(iter(new), None)):
        seen.under_way_there += 1
        return None
    return f"a call was done by half: {call['do']}"


def run_kills(folder: Path, count: int, seed: int, longest: float) -> Seen:
    """Kill `count` writers over the same records, each at most `longest` seconds after some
    number of its calls has returned: so that a slow machine sees as many calls as a fast one."""
    keep_derivations()
    rng, seen, model = random.Random(seed), Seen(), Model()
    key = KeyFile.create(folder / "key")
    Store.create(folder / "records", key)[0].close()
    with _nursery(folder / "records", key) as nursery:
        assert nursery.stdin is not None
        assert nursery.stdout is not None
        for turn in range(count):
            log = folder / f"{turn}.log"
            keys = sealed_keys(folder / "records")
            nursery.stdin.write(f"{log} {rng.randrange(2**32)}\n")
            nursery.stdin.flush()
            writer = int(nursery.stdout.readline())
            _wait(rng, log, longest)
            os.kill(writer, signal.SIGKILL)
            assert nursery.stdout.readline() == "ended\n"
            seen.kills += 1
            lines = list(noted(log))
            model, call = replay(model, lines, seen)
            model = look(folder / "records", key, model, call, keys, seen)
            log.unlink(missing_ok=True)
        nursery.stdin.close()
        nursery.wait()
    return seen


def _wait(rng: random.Random, log: Path, longest: float) -> None:
    """Wait for none to four calls to return, then for some part of `longest`."""
    calls, deadline = rng.randrange(5), time.monotonic() + 60
    while calls and time.monotonic() < deadline:
        if log.exists() and log.read_bytes().count(b'{"returned"') >= calls:
            break
        time.sleep(0.0005)
    time.sleep(rng.uniform(0, longest))


def look(
    folder: Path, key: KeyFile, model: Model, call: Any, keys: dict[str, bytes], seen: Seen
) -> Model:
    """Open the records after a kill; return what they hold."""
    try:
        with Store.open(folder, key) as store:
            now = held(store)
            seen.problems.extend(f"kill {seen.kills}: {what}" for what in store.check())
            left = {
                name: found_in(folder, key)
                for name, key in keys.items()
                if name not in now.subjects
            }
    except PasserbyError as error:
        seen.problems.append(f"kill {seen.kills}: {error.message}")
        return model
    wrong = judge(model, call, now, seen)
    if wrong:
        seen.problems.append(f"kill {seen.kills}: {wrong}")
    seen.problems.extend(
        f"kill {seen.kills}: {name}'s key in {files}" for name, files in left.items() if files
    )
    return now


def noted(log: Path) -> Iterator[dict[str, Any]]:
    """Return the lines of a log. One write is one line: a kill cuts none in half, but for very
    long ones, whose call had not begun."""
    for line in log.read_text().splitlines(keepends=True) if log.exists() else []:
        if line.endswith("\n"):
            yield json.loads(line)


def _nursery(folder: Path, key: KeyFile) -> subprocess.Popen[str]:
    code = "import sys; from faultbench.store_kills import serve; serve(*sys.argv[1:])"
    paths = [str(Path(__file__).parents[1]), *sys.path]
    nursery = subprocess.Popen(
        [sys.executable, "-c", code, str(folder), str(key.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )
    assert nursery.stdout is not None
    assert nursery.stdout.readline() == "ready\n"
    return nursery
