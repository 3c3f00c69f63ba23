"""Kill `passerby request` at random moments, and look at what is left.

A child runs commands of `passerby request` one after the other, as the command line runs them,
and notes each before it begins and once it has returned 0 and told the user so: the confirmation.
After each kill the records open, `check` finds nothing, and they hold every case, letter, sending,
reply and erasure that was confirmed, and of the command that was under way at most what it says.

A child is forked from a process that has loaded the program and derived the key once, so that
kills hit commands and not imports: Argon2id gives the same key for the same words and salt. All
that writes is as it is used.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from faultbench.store_kills import keep_derivations, noted
from passerby.cli import main
from passerby.errors import PasserbyError
from passerby.rights.cases.records import Records
from passerby.rights.cases.state import Case
from passerby.store import KeyFile, Store

SENDER = """\
name = "Anna Example"
email = "anna@example.org"
language = "en"
place = "DE-HH"
purpose = "I want to know whether my face is held."
background = ["A friend found me there."]
"""
MOST_CASES = 6


@dataclass(frozen=True, slots=True)
class Counts:
    """What a case holds: letters, those that went out, replies, computed deadlines."""

    letters: int
    sent: int
    replies: int
    deadlines: int

    def covers(self, other: Counts) -> bool:
        """Whether nothing of the other is missing here."""
        return (
            self.letters >= other.letters
            and self.sent >= other.sent
            and self.replies >= other.replies
            and self.deadlines >= other.deadlines
        )


Held = dict[str, Counts]
"""What the records hold, case by case."""


@dataclass(slots=True)
class Seen:
    """What was seen over all kills. `problems` should be empty."""

    kills: int = 0
    confirmed: dict[str, int] = field(default_factory=dict)
    under_way: int = 0
    problems: list[str] = field(default_factory=list)


def counts_of(case: Case) -> Counts:
    """Return what a case holds."""
    return Counts(
        len(case.letters),
        sum(letter.sent is not None for letter in case.letters),
        len(case.replies),
        len(case.deadlines),
    )


def run(*arguments: str) -> Any:
    """Run a command as the command line does; return its JSON. Raises RuntimeError."""
    told = io.BytesIO()
    with contextlib.redirect_stdout(io.TextIOWrapper(told, write_through=True)) as stream:
        code = main(["request", *arguments, "--store", "records", "--key-file", "key", "--json"])
    if code:
        raise RuntimeError(f"{arguments}: exit code {code}")
    stream.flush()
    return json.loads(told.getvalue())


def next_command(rng: random.Random, held: Held) -> tuple[str, ...]:
    """Choose what a person does next."""
    cut_off = [name for name, has in held.items() if has.letters == 0]
    unsent = [name for name, has in held.items() if has.sent == 0]
    waiting = [name for name, has in held.items() if has.sent]
    chance = rng.random()
    if not held or (chance < 0.2 and len(held) < MOST_CASES):
        return (
            "new", "--sender", "me.toml", "--controller", "clearview-ai", "--law", "gdpr",
            "--right", "access,erasure", "--language", "en",
        )  # fmt: skip
    if cut_off:
        # A kill between the case and its letter: what a person is told to do then.
        return ("erase", cut_off[0], "--yes")
    if chance < 0.3 and len(held) > 2:
        return ("erase", rng.choice(sorted(held)), "--yes")
    if unsent:
        return ("sent", rng.choice(unsent), "--channel", "post")
    verdict = rng.choice(["missing", "refused"])
    return ("answer", rng.choice(waiting), "--rest", verdict)


def after(held: Held, command: tuple[str, ...], told: Any) -> Held:
    """Return what has to be there once a command has been confirmed."""
    match command[0]:
        case "new":
            return {**held, told["requests"][0]["reference"]: Counts(1, 0, 0, 0)}
        case "erase":
            return {name: has for name, has in held.items() if name != command[1]}
    has = held[command[1]]
    if command[0] == "sent":
        return {**held, command[1]: Counts(has.letters, has.sent + 1, has.replies, 1)}
    replies = len(told["replies"])
    return {**held, command[1]: Counts(has.letters, has.sent, replies, has.deadlines)}


def write(log: Path, seed: int) -> None:
    """Run commands until killed. One write is one line."""
    rng = random.Random(seed)
    # What a command tells people goes nowhere: the notes are what is looked at.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    number = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with Store.open(Path("records"), KeyFile(Path("key"))) as store:
        held = holds(store)
    while True:
        command = next_command(rng, held)
        os.write(number, (json.dumps({"call": command}) + "\n").encode())
        told = run(*command)
        held = after(held, command, told)
        kept = {name: told[name] for name in ("requests", "replies") if name in told}
        os.write(number, (json.dumps({"returned": kept}) + "\n").encode())


def serve() -> None:
    """Fork a child for each line of stdin (`LOG SEED`); print its number, then wait for it."""
    keep_derivations()
    # Everything that commands load is there before the first kill.
    run("list")
    run("list", "languages")
    print("ready", flush=True)
    for line in sys.stdin:
        log, seed = line.split()
        child = os.fork()
        if child == 0:
            try:
                write(Path(log), int(seed))
            except Exception as error:
                Path(f"{log}.failed").write_text(f"{type(error).__name__}: {error}")
            finally:
                os._exit(1)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print("killed" if os.WIFSIGNALED(status) else "failed", flush=True)


def holds(store: Store) -> Held:
    """Return what the records hold, every kept file read."""
    found = {}
    records = Records(store)
    for client_id, client in records.clients():
        for case in client.cases:
            found[case.reference] = counts_of(case)
            for letter in case.letters:
                for file in letter.drafted.files:
                    records.file(client_id, file)
    return found


def judge(confirmed: Held, call: Any, now: Held) -> str | None:
    """Return what is wrong with what the records hold, if anything."""
    command = () if call is None else tuple(call)
    touched = command[1] if command and command[0] != "new" else None
    for name, has in confirmed.items():
        if name not in now:
            if command[:2] == ("erase", name):
                continue
            return f"{name} was confirmed and is lost"
        if not now[name].covers(has):
            return f"{name}: {now[name]} is less than {has}, which was confirmed"
        if name != touched and now[name] != has:
            return f"{name}: {now[name]} is more than {has}, and nobody did that"
    new = now.keys() - confirmed.keys()
    if len(new) > (command[:1] == ("new",)):
        return f"{', '.join(sorted(new))} came from nowhere"
    return None


def run_kills(folder: Path, count: int, seed: int, longest: float) -> Seen:
    """Kill `count` children over the same records, each at most `longest` seconds after some
    number of its commands has been confirmed. Works in the folder as the current one."""
    keep_derivations()
    rng, seen, held = random.Random(seed), Seen(), Held()
    (folder / "me.toml").write_text(SENDER)
    key = KeyFile.create(folder / "key")
    Store.create(folder / "records", key)[0].close()
    with _nursery(folder) as nursery:
        assert nursery.stdin is not None
        assert nursery.stdout is not None
        for turn in range(count):
            log = folder / f"{turn}.log"
            nursery.stdin.write(f"{log} {rng.randrange(2**32)}\n")
            nursery.stdin.flush()
            child = int(nursery.stdout.readline())
            _wait(rng, log, longest)
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
                seen.kills += 1
            if nursery.stdout.readline() != "killed\n":
                why = Path(f"{log}.failed").read_text()
                seen.problems.append(f"child {turn}: a command failed: {why}")
                break
            held = look(folder / "records", key, held, log, seen)
        nursery.stdin.close()
        nursery.wait()
    return seen


def _wait(rng: random.Random, log: Path, longest: float) -> None:
    """Wait for none to two commands to be confirmed, then for some part of `longest`."""
    wanted, deadline = rng.randrange(3), time.monotonic() + 120
    while wanted and time.monotonic() < deadline:
        if log.exists() and log.read_bytes().count(b'{"returned"') >= wanted:
            break
        if Path(f"{log}.failed").exists():
            break
        time.sleep(0.001)
    time.sleep(rng.uniform(0, longest))


def look(folder: Path, key: KeyFile, held: Held, log: Path, seen: Seen) -> Held:
    """Open the records after a kill; return what they hold."""
    call = None
    for line in noted(log):
        if "call" in line:
            call = line["call"]
            continue
        held = after(held, tuple(call), line["returned"])
        seen.confirmed[call[0]] = seen.confirmed.get(call[0], 0) + 1
        call = None
    seen.under_way += call is not None
    try:
        with Store.open(folder, key) as store:
            now = holds(store)
            wrong = [*store.check(), judge(held, call, now)]
    except PasserbyError as error:
        now, wrong = held, [error.message]
    seen.problems.extend(f"kill {seen.kills}: {what}" for what in wrong if what)
    return now


def _nursery(folder: Path) -> subprocess.Popen[str]:
    code = "from faultbench.request_kills import serve; serve()"
    paths = [str(Path(__file__).parents[1]), *(str(Path(path).absolute()) for path in sys.path)]
    nursery = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )
    assert nursery.stdout is not None
    assert nursery.stdout.readline() == "ready\n"
    return nursery
