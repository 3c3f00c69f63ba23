"""Damage pictures at random and give them to `inspect` and `redact`.

Whatever the damage, either the file is refused in one line with an error of the documented tree,
or what is published passed its checks. A crash, a bug (exit code 1) or a hang is a finding; so is
a published file that another decoder does not open, or in which it shows the planted face.
"""

from __future__ import annotations

import faulthandler
import random
import signal
import time
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

from faultbench.judge import ALIKE, LIKENESS, check_opens, likeness
from faultbench.samples import planted_face
from passerby.compose import build_ports
from passerby.errors import Exit
from passerby.examine import inspect_bytes
from passerby.model.options import Effort, Limits, Options
from passerby.model.report import Outcome
from passerby.pipeline import Result, redact_bytes
from passerby.ports import Ports

HANG = 60
"""Seconds after which a file counts as hanging."""

OPTIONS = Options(effort=Effort.FAST, limits=Limits(pixels=4_000_000, memory=512 * 2**20))


@dataclass(slots=True)
class Findings:
    """How the files ended. `problems` are (number of the mutant, what happened)."""

    count: int = 0
    inspected: Counter[str] = field(default_factory=Counter)
    redacted: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    judged: int = 0
    """Published files whose mutant still showed the planted face as good as undamaged."""
    likeness: float = 0.0
    """The most that any of these looks like the face."""
    problems: list[tuple[int, str]] = field(default_factory=list)


def flip_bits(data: bytearray, rng: random.Random) -> None:
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def set_bytes(data: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(data))
    for index in range(start, min(start + rng.choice((1, 2, 4, 40)), len(data))):
        data[index] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))


def set_number(data: bytearray, rng: random.Random) -> None:
    """Put a number that lengths and offsets may choke on, where headers are."""
    width = rng.choice((2, 4))
    value = rng.choice((0, 1, 2**31 - 1, 2**31, 2**32 - 1, 65535, 60000, len(data)))
    raw = (value % (1 << (8 * width))).to_bytes(width, "big")
    start = rng.randrange(min(len(data), rng.choice((40, 200, 2000))))
    data[start : start + width] = rng.choice((raw, raw[::-1]))


def cut(data: bytearray, rng: random.Random) -> None:
    del data[rng.randrange(len(data)) :]


def cut_out(data: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(data))
    del data[start : start + rng.choice((1, 2, 16, 500))]


def insert(data: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(data))
    data[start:start] = rng.randbytes(rng.choice((1, 2, 16, 500)))


def double(data: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(data))
    part = data[start : start + rng.choice((2, 20, 400))]
    place = rng.randrange(len(data))
    data[place:place] = part


MUTATIONS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    flip_bits,
    set_bytes,
    set_number,
    cut,
    cut_out,
    insert,
    double,
)


def mend_png(data: bytearray) -> None:
    """Make the checksums of a PNG right again, so that the damage gets past them."""
    place = 8
    while place + 12 <= len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        end = place + 8 + size
        if end + 4 > len(data):
            return
        data[end : end + 4] = zlib.crc32(data[place + 4 : end]).to_bytes(4, "big")
        place = end + 4


def mutate(seeds: list[bytes], number: int, seed: int) -> bytes:
    """Return the mutant of this number; the same numbers give the same bytes."""
    rng = random.Random(f"{seed}/{number}")
    data = bytearray(rng.choice(seeds))
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        if data:
            rng.choice(MUTATIONS)(data, rng)
    if data.startswith(b"\x89PNG") and rng.random() < 0.6:
        mend_png(data)
    return bytes(data)


class Hang(BaseException):
    """A file took too long. Not an Exception: nothing on the way may take it for one."""


def _hang(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the interface
    raise Hang


def run_mutations(
    seeds: list[bytes], count: int, seed: int, first: int = 0, ports: Ports | None = None
) -> Findings:
    """Give `count` mutants, from the number `first` on, to inspect and redact."""
    faulthandler.enable()
    found = Findings()
    ports = ports or build_ports(OPTIONS, 1)
    before = signal.signal(signal.SIGALRM, _hang)
    try:
        for number in range(first, first + count):
            data = mutate(seeds, number, seed)
            start = time.perf_counter()
            signal.alarm(HANG)
            try:
                _one(data, number, ports, found)
            except Hang:
                found.problems.append((number, f"takes more than {HANG} s"))
            except Exception as error:
                found.problems.append((number, f"{type(error).__name__}: {error}"[:300]))
            finally:
                signal.alarm(0)
            found.count += 1
            found.slowest = max(found.slowest, time.perf_counter() - start)
    finally:
        signal.signal(signal.SIGALRM, before)
    return found


def _one(data: bytes, number: int, ports: Ports, found: Findings) -> None:
    inspection = inspect_bytes(data, shown="mutant", options=OPTIONS, ports=ports)
    failure = inspection.failure
    found.inspected[failure.code if failure else "inspected"] += 1
    if failure is not None and failure.exit is Exit.BUG:
        found.problems.append((number, f"inspect: {failure.message}"))
    result = redact_bytes(data, shown="mutant", options=OPTIONS, given=None, ports=ports)
    failure = result.report.failure
    found.redacted[failure.code if failure else result.report.outcome.value] += 1
    if failure is not None and failure.exit is Exit.BUG:
        found.problems.append((number, f"redact: {failure.message}"))
    if failure is not None and result.redacted is not None:
        found.problems.append((number, "redact: failed, and gave bytes"))
    if result.report.outcome is Outcome.PUBLISHED:
        _judge(data, result, number, found)


def _judge(data: bytes, result: Result, number: int, found: Findings) -> None:
    """Look at a published file with decoders that share no code with what made it."""
    written, item = result.redacted, result.report.item
    if written is None or item.size is None:
        found.problems.append((number, "redact: published, and nothing is there"))
        return
    wrong = check_opens(written, item.size, item.frames)
    if wrong is not None:
        found.problems.append((number, wrong))
    if likeness(data, planted_face()) >= ALIKE:
        alike = likeness(written, planted_face())
        found.judged += 1
        found.likeness = max(found.likeness, alike)
        if alike >= LIKENESS:
            found.problems.append((number, f"the planted face shows: correlation {alike:.2f}"))
