"""What a call confirms is on the disk: seen in the system calls, for a kill does not show it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from requirements import require

CALLS = """
import os, sys
from pathlib import Path
from passerby.store import Store, database
from store_parts import PHRASE

def confirm(what):
    os.write(1, f"confirmed {what}\\n".encode())

database._SETTINGS += tuple(sys.argv[2:])
store, _ = Store.create(Path(sys.argv[1]), PHRASE)
confirm("create")
subject = store.add_subject()
confirm("add_subject")
store.append(subject, b"asked", {"letter.pdf": bytes(20000)})
confirm("append")
store.append(subject, b"sent")
confirm("append again")
store.append_all(subject, [(b"answered", {"reply.eml": bytes(9000)}), (b"due", {})])
confirm("append_all")
store.erase(subject)
confirm("erase")
store.renew_recovery_key()
confirm("renew_recovery_key")
"""
ALL = [
    "create",
    "add_subject",
    "append",
    "append again",
    "append_all",
    "erase",
    "renew_recovery_key",
]


@dataclass
class Disk:
    """What a power cut would take: files written to, folders with a new name in them."""

    unsynced: set[str] = field(default_factory=set)
    synced: list[str] = field(default_factory=list)
    confirmed: dict[str, tuple[set[str], list[str]]] = field(default_factory=dict)

    def see(self, line: str) -> None:
        """Follow one line of a trace."""
        if match := re.match(r'write\(1<[^>]*>, "confirmed (.*)\\n"', line):
            self.confirmed[match[1]] = (set(self.unsynced), self.synced)
            self.synced = []
        elif match := re.match(r"(pwrite64|ftruncate)\(\d+<([^>]*)>.*\) = \d", line):
            self.unsynced.add(Path(match[2]).name)
        elif match := re.match(r"(fsync|fdatasync)\(\d+<([^>]*)>\) += 0", line):
            self.unsynced.discard(Path(match[2]).name)
            self.synced.append(Path(match[2]).name)
        elif match := re.match(r'openat\(.*"([^"]*)", [^)]*O_CREAT.*= \d+<', line):
            self.unsynced.add(Path(match[1]).parent.name)


def traced(tmp_path: Path, *settings: str) -> Disk:
    """Run the calls under strace; return what was seen."""
    require(shutil.which("strace") is not None, "strace is not installed")
    names = "openat,pwrite64,ftruncate,fsync,fdatasync,write"
    code = f"import sys; sys.path[:] = {sys.path}\n{CALLS}"
    done = subprocess.run(
        ["strace", "-y", "-e", f"trace={names}", "-o", str(tmp_path / "trace")]
        + [sys.executable, "-B", "-c", code, str(tmp_path / "records"), *settings],
        capture_output=True,
        text=True,
        check=False,
    )
    require("Operation not permitted" not in done.stderr, "no tracing of processes here")
    assert done.returncode == 0, done.stderr
    disk = Disk()
    for line in (tmp_path / "trace").read_text().splitlines():
        if str(tmp_path) in line or "confirmed" in line:
            disk.see(line)
    # The index of the log is built anew from the log.
    disk.unsynced.discard("records.db-shm")
    return disk


def test_all_is_synced_before_it_is_confirmed(tmp_path: Path) -> None:
    disk = traced(tmp_path)
    assert list(disk.confirmed) == ALL
    for call, (unsynced, synced) in disk.confirmed.items():
        assert unsynced - {"records.db-shm"} == set(), call
        assert ("records.db" if call == "create" else "records.db-wal") in synced, call
    # The emptied log too, and the name of the folder itself.
    erased = disk.confirmed["erase"][1]
    assert erased.index("records.db") < len(erased) - 1 - erased[::-1].index("records.db-wal")
    assert disk.confirmed["create"][1][-2:] == ["records", tmp_path.name]


def test_the_trace_shows_what_is_not_synced(tmp_path: Path) -> None:
    disk = traced(tmp_path, "synchronous = OFF")
    assert list(disk.confirmed) == ALL
    assert "records.db-wal" in disk.confirmed["append"][0]


@pytest.mark.parametrize(
    ("line", "unsynced"),
    [
        ('pwrite64(4</x/records/a>, "..."..., 24, 32) = 24', {"a"}),
        ("ftruncate(4</x/records/a>, 0) = 0", {"a"}),
        ('openat(AT_FDCWD, "/x/records/a", O_RDWR|O_CREAT|O_CLOEXEC, 0600) = 3</x/a>', {"records"}),
        ('openat(AT_FDCWD, "/x/records/a", O_RDONLY) = 3</x/records/a>', set()),
        ('pwrite64(4</x/records/a>, "", 24, 32) = -1 ENOSPC (No space left on device)', set()),
    ],
)
def test_how_a_trace_is_read(line: str, unsynced: set[str]) -> None:
    disk = Disk()
    disk.see(line)
    assert disk.unsynced == unsynced
