import os
import stat
from pathlib import Path

import pytest

from passerby.errors import (
    InputChanged,
    LimitExceeded,
    OutputExists,
    OutputUnwritable,
    UnreadableInput,
)
from passerby.files import PARTIAL, PRIVATE, Staged, read_input, write_atomically


def partials(folder: Path) -> list[Path]:
    return [p for p in folder.iterdir() if p.name.endswith(PARTIAL)]


def test_reading_gives_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    assert read_input(path, 3) == b"abc"


def test_more_bytes_than_allowed(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abcd")
    with pytest.raises(LimitExceeded, match="4 bytes"):
        read_input(path, 3)


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe", "null", "through a file"])
def test_what_is_no_regular_file_is_refused_and_does_not_block(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x"
    match kind:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "null":
            path = Path(os.devnull)
        case "through a file":
            path.write_bytes(b"")
            path /= "y"
    with pytest.raises(UnreadableInput):
        read_input(path, 100)


def test_a_name_with_a_zero_byte(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput):
        read_input(tmp_path / "a\0b", 100)


def test_a_file_that_grows_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    real = os.fstat

    def growing(number: int) -> os.stat_result:
        result = real(number)
        with path.open("ab") as file:
            file.write(b"d")
        return result

    monkeypatch.setattr(os, "fstat", growing)
    with pytest.raises(InputChanged):
        read_input(path, 100)


def test_publishing_gives_the_final_name_and_leaves_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "er" / "out"
    with Staged(target) as staged:
        assert staged.write(b"one") == b"one"
        assert staged.write(b"2") == b"2"
        assert not target.exists()
        staged.publish(overwrite=False)
    assert target.read_bytes() == b"2"
    assert not partials(target.parent)


def test_what_is_not_published_is_removed(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), Staged(tmp_path / "out") as staged:
        staged.write(b"one")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("links", [True, False])
def test_an_existing_file_is_never_replaced_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:

        def refuse(*_: object) -> None:
            raise PermissionError(1, "no links here")

        monkeypatch.setattr(os, "link", refuse)
    target = tmp_path / "out"
    target.write_bytes(b"old")
    with Staged(target) as staged:
        staged.write(b"new")
        with pytest.raises(OutputExists):
            staged.publish(overwrite=False)
        assert target.read_bytes() == b"old"
        staged.publish(overwrite=True)
    assert target.read_bytes() == b"new"
    assert not partials(tmp_path)
    with Staged(tmp_path / "fresh") as staged:
        staged.write(b"x")
        staged.publish(overwrite=False)
    assert (tmp_path / "fresh").read_bytes() == b"x"


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with Staged(tmp_path / "file" / "out") as staged, pytest.raises(OutputUnwritable):
        staged.write(b"x")


def test_long_names_and_odd_names(tmp_path: Path) -> None:
    for name in ["n" * 250, "\udcff\udcfe.jpg", "new\nline", "é" * 120]:
        write_atomically(tmp_path / name, b"x")
        assert (tmp_path / name).read_bytes() == b"x"
    assert not partials(tmp_path)


def test_published_files_follow_the_umask(tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        write_atomically(tmp_path / "out", b"x")
    finally:
        os.umask(old)
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o644


def test_what_is_private_is_so_whatever_the_umask(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        with Staged(tmp_path / "new" / "out", mode=PRIVATE) as staged:
            staged.write(b"x")
            (path,) = (tmp_path / "new").iterdir()
            assert path.stat().st_mode & 0o777 == 0o600
            staged.publish(overwrite=False)
        write_atomically(tmp_path / "open" / "out", b"x")
    finally:
        os.umask(old)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "new" / "out").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "open").stat().st_mode & 0o777 == 0o777
    assert (tmp_path / "open" / "out").stat().st_mode & 0o777 == 0o666


def test_bytes_are_on_the_disk_before_the_name_and_the_name_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    seen: list[tuple[str, bool]] = []
    real = os.fsync

    def spy(number: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(number).st_mode) else "file"
        seen.append((kind, target.exists()))
        real(number)

    monkeypatch.setattr(os, "fsync", spy)
    write_atomically(target, b"x")
    assert seen == [("file", False), ("folder", True)]
