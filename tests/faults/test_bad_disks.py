"""Disks that are full, read-only, or in the way: nothing half done under a final name."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from batch_parts import fill, noise
from passerby.cli import main
from passerby.errors import Exit
from passerby.files import PARTIAL
from requirements import require

RUN = "import sys; from passerby.cli import main; sys.exit(main())"


def finals(folder: Path) -> list[Path]:
    """Return the files under final names, after checking that no others are left."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert not [path for path in files if path.name.endswith(PARTIAL)]
    return files


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB. mount(2) is for root; `test_a_limit_on_the_size_of_files` has the
    system refuse bytes without it."""
    place = tmp_path / "tiny"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    if os.geteuid() != 0:
        pytest.skip("mount(2) is for root")
    mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    require(mounted, "a small file system could not be mounted")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk(tmp_path: Path, tiny_disk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "large.tif").write_bytes(noise())
    out = tiny_disk / "out"
    arguments = ["redact", str(tmp_path / "in"), "-o", str(out), "--report", str(tmp_path / "r")]
    assert main(arguments) == Exit.OUTPUT
    err = capfd.readouterr().err
    assert "No space left" in err
    assert "run the same command again" in err
    assert finals(tiny_disk) == []


def test_a_disk_that_fills_up_on_the_way(tmp_path: Path, tiny_disk: Path) -> None:
    fill(tmp_path / "in", 20)
    out = tiny_disk / "out"
    arguments = ["redact", str(tmp_path / "in"), "-o", str(out), "--report", str(tmp_path / "r")]
    assert main(arguments) in (Exit.PARTIAL, Exit.OUTPUT)
    some = finals(tiny_disk)
    assert 0 < len(some) < 20
    subprocess.run(["mount", "-o", "remount,size=1m", str(tiny_disk)], check=True)
    assert main(arguments) == Exit.OK
    assert len(finals(tiny_disk)) == 20


def test_a_limit_on_the_size_of_files(tmp_path: Path) -> None:
    """Works without root: the system refuses to let a file grow, as a full disk does."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "large.tif").write_bytes(noise())

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    done = subprocess.run(
        [sys.executable, "-c", RUN, "redact", "in", "-o", "out"],
        cwd=tmp_path,
        preexec_fn=limit,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == Exit.OUTPUT, done.stderr
    assert "File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists() or finals(tmp_path / "out") == []


def test_a_read_only_disk(tmp_path: Path, tiny_disk: Path) -> None:
    fill(tmp_path / "in", 1)
    subprocess.run(["mount", "-o", "remount,ro", str(tiny_disk)], check=True)
    report = str(tmp_path / "r")
    code = main(["redact", str(tmp_path / "in"), "-o", str(tiny_disk / "out"), "--report", report])
    assert code == Exit.OUTPUT


def test_an_output_folder_below_a_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path / "in", 1)
    (tmp_path / "file").touch()
    out, report = str(tmp_path / "file" / "out"), str(tmp_path / "r")
    assert main(["redact", str(tmp_path / "in"), "-o", out, "--report", report]) == Exit.OUTPUT
    assert "Traceback" not in capfd.readouterr().err


def test_reports_that_cannot_be_kept_publish_nothing(tmp_path: Path) -> None:
    """A published file is never without its report."""
    fill(tmp_path / "in", 1)
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "files").touch()
    out = tmp_path / "out"
    code = main(["redact", str(tmp_path / "in"), "-o", str(out), "--report", str(tmp_path / "r")])
    assert code == Exit.OUTPUT
    assert finals(out) == []
