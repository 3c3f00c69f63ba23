"""A process that is killed loses nothing that it has confirmed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import session_killed
from passerby.session import State
from session_parts import ready, reopen


def run(*command: str) -> subprocess.Popen[str]:
    tests = str(Path(__file__).parents[1])
    path = os.pathsep.join([tests, os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": path}
    )


def start(base: Path, seed: int) -> subprocess.Popen[str]:
    return run(sys.executable, "-m", "session_killed", str(base), str(seed))


def test_what_was_confirmed_is_there_however_often_it_is_killed(tmp_path: Path) -> None:
    ready(tmp_path, 3).close()
    rng = random.Random(7)
    confirmed: dict[str, tuple[int, int]] = {}
    for seed in range(4):
        with start(tmp_path, seed) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "open\n"
            time.sleep(rng.uniform(0.05, 0.4))
            process.send_signal(signal.SIGKILL)
            told = process.stdout.read()
        for line in told.splitlines(keepends=True):
            if line.endswith("\n"):
                name, version, decided = line.split()
                confirmed[name] = int(version), int(decided)
        with reopen(tmp_path) as session:
            for name, (version, decided) in confirmed.items():
                one = session.picture(name)
                # One more may have been written and not confirmed.
                assert one.version in (version, version + 1)
                if one.version == version:
                    assert session_killed.hash_of(one.faces) == decided
                confirmed[name] = one.version, session_killed.hash_of(one.faces)
    assert sum(version for version, _ in confirmed.values()) > 20


def test_a_kill_while_publishing_leaves_whole_copies_and_the_next_start_goes_on(
    tmp_path: Path,
) -> None:
    ready(tmp_path, 6).close()
    code = (
        "import sys\nfrom pathlib import Path\nfrom session_parts import reopen\n"
        "if __name__ == '__main__':\n"
        "    class Watcher:\n"
        "        def begun(self, total): pass\n"
        "        def done(self, picture, report): print(picture, flush=True)\n"
        "    with reopen(Path(sys.argv[1])) as session:\n"
        "        session.publish(watcher=Watcher())\n"
    )
    script = tmp_path / "publish.py"
    script.write_text(code)
    with run(sys.executable, str(script), str(tmp_path)) as process:
        assert process.stdout is not None
        first = process.stdout.readline().strip()
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().split()
    with reopen(tmp_path) as session:
        states = {p.id: p.state for p in session.pictures()}
        assert all(states[name] is State.PUBLISHED for name in [first, *rest])
        session.publish()
        assert {p.state for p in session.pictures()} == {State.PUBLISHED}
    names = sorted(p.name for p in (tmp_path / "out").iterdir())
    assert names == [f"p{n:03}.png" for n in range(6)]
