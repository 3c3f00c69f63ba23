"""A process that decides on pictures until it is killed, and says what was confirmed."""

from __future__ import annotations

import random
import sys
import zlib
from pathlib import Path

from passerby.model.geometry import Box, Region
from passerby.session import Add, Choice, Decide
from session_parts import reopen


def main(base: str, seed: str) -> None:
    rng = random.Random(seed)
    with reopen(Path(base)) as session:
        say("open")
        names = [picture.id for picture in session.pictures()]
        while True:
            one = session.picture(rng.choice(names))
            x, y = rng.randrange(50), rng.randrange(40)
            action = rng.choice(["add", "add", "decide", "undo", "redo"])
            if action == "undo" and one.undo:
                one = session.undo(one.id, one.version)
            elif action == "redo" and one.redo:
                one = session.redo(one.id, one.version)
            elif action == "decide":
                kept = Decide(face="t1", action=Choice.KEEP, reason=f"ground {x}")
                one = session.change(one.id, one.version, [kept])
            else:
                region = Region(box=Box(x, y, x + 9, y + 9))
                one = session.change(one.id, one.version, [Add(region=region)])
            say(f"{one.id} {one.version} {hash_of(one.faces)}")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def hash_of(faces: object) -> int:
    """Return a number for what is decided, the same in every process."""
    return zlib.crc32(repr(faces).encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
