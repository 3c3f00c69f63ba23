"""Names that say nothing of the inputs, and files that carry nothing of theirs."""

from __future__ import annotations

import errno
import hashlib
import hmac
import json
import os
import re
import shutil
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePath

import pytest

from batch_parts import fill, picture
from passerby.batch import neutral
from passerby.batch.neutral import KEY_FILE, names_key, neutral_names
from passerby.batch.plan import Request
from passerby.batch.run import run_batch
from passerby.errors import Exit, UsageError
from passerby.files import Staged
from passerby.model.given import Given
from passerby.model.media import Format
from passerby.model.options import Options
from passerby.report.run import RunReport
from requirements import require

FORM = re.compile(r"[0-9a-f]{20}\.(png|jpg)")


def run(root: Path, *paths: Path, out: str = "out", to: Format | None = None) -> RunReport:
    sources = [path for path in (root / "in").rglob("*") if path.is_file()]
    hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in sources]
    given = {sha256: Given(sha256=sha256, decisions=()) for sha256 in hashes}
    return run_batch(
        Request(
            paths=paths or (root / "in",),
            out=root / out,
            options=Options(to=to),
            given=given,
            neutral=True,
            workers=1,
        )
    )


def names(root: Path, out: str = "out") -> set[str]:
    return {path.name for path in (root / out).iterdir()}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    fill(tmp_path / "in", 3)
    (tmp_path / "in" / "Jane Doe").mkdir()
    (tmp_path / "in" / "Jane Doe" / "arrest.JPG").write_bytes(picture(9, "jpeg"))
    return tmp_path


def test_names_are_flat_and_of_one_form(root: Path) -> None:
    assert run(root).exit is Exit.OK
    assert len(names(root)) == 4
    assert all(FORM.fullmatch(name) for name in names(root))
    assert sorted(PurePath(name).suffix for name in names(root)) == [".jpg", *[".png"] * 3]


def test_the_reports_say_which_is_which(root: Path) -> None:
    run(root)
    told = json.loads((root / "out-report" / "run.json").read_text())["files"]
    copies = {PurePath(file["item"]["path"]).name: file["output"] for file in told}
    page = (root / "out-report" / "index.html").read_text()
    for name, output in copies.items():
        assert Path(output).exists()
        assert name in page
        assert f"copy: {PurePath(output).name}" in page


def test_the_same_inputs_get_the_same_names_again(root: Path) -> None:
    run(root)
    before = names(root)
    fill(root / "in", 5)
    again = run(root)
    assert again.totals["skipped"] == 4
    assert again.totals["published"] == 2
    assert before < names(root)


def test_other_folders_have_other_names(root: Path) -> None:
    run(root)
    run(root, out="other")
    assert not names(root) & names(root, "other")


def test_guessing_names_without_the_key_finds_nothing(root: Path) -> None:
    """What an attacker can try who knows this program, the originals and their names."""
    run(root)
    stems = {PurePath(name).stem for name in names(root)}
    guesses: list[bytes] = []
    for source in (root / "in").rglob("*.*"):
        relative = source.relative_to(root / "in")
        guesses += [os.fsencode(n) for n in (source, relative, source.name, source.stem)]
        guesses.append(source.read_bytes())
        guesses.append(hashlib.sha256(source.read_bytes()).hexdigest().encode())
    outputs = [path.read_bytes() for path in (root / "out").iterdir()]
    for guess in [*guesses, *outputs]:
        for kind in ("md5", "sha1", "sha256", "blake2b"):
            assert hashlib.new(kind, guess).hexdigest()[:20] not in stems
            assert hmac.new(b"", guess, kind).hexdigest()[:20] not in stems
    # With the key the guess is easy: it has to stay with the reports.
    key = bytes.fromhex((root / "out-report" / KEY_FILE).read_text())
    assert hmac.new(key, b"p000.png", "sha256").hexdigest()[:20] in stems


def test_nothing_of_the_order_is_left_in_names_or_times(root: Path) -> None:
    fill(root / "in", 12)
    run(root)
    listing = json.loads((root / "out-report" / "run.json").read_text())["files"]
    outputs = [Path(file["output"]) for file in listing]
    # Made in the order of the names, which is none.
    assert outputs == sorted(outputs)
    times = [path.stat().st_mtime_ns for path in outputs]
    assert times == sorted(times)
    keys = [bytes([number]) * 32 for number in range(40)]
    inputs = [PurePath(f"IMG_{number:04}.jpg") for number in range(12)]
    orders = {
        tuple(sorted(range(12), key=neutral_names(inputs, [".jpg"] * 12, key).__getitem__))
        for key in keys
    }
    assert len(orders) == len(keys)


def test_a_name_follows_the_format_of_the_copy(root: Path) -> None:
    run(root, to=Format.JPEG)
    assert {PurePath(name).suffix for name in names(root)} == {".jpg"}


def test_a_file_that_is_refused_has_a_report_all_the_same(root: Path) -> None:
    (root / "in" / "broken.png").write_bytes(picture()[:60])
    (root / "in" / "words.png").write_text("no picture")
    made = run(root)
    assert made.totals["refused"] == 2
    assert len(list((root / "out-report" / "files").iterdir())) == 6


@pytest.mark.parametrize("what", ["gone", "empty", "other", "folder"])
def test_without_the_key_nothing_is_made_twice(root: Path, what: str) -> None:
    run(root)
    before, key = names(root), root / "out-report" / KEY_FILE
    if what == "gone":
        shutil.rmtree(root / "out-report")
    elif what == "folder":
        key.unlink()
        key.mkdir()
    else:
        key.write_text("" if what == "empty" else "no key")
    with pytest.raises(UsageError, match="key"):
        run(root)
    assert names(root) == before


def test_a_folder_with_copies_under_their_own_names_may_get_neutral_ones(root: Path) -> None:
    (root / "out").mkdir()
    (root / "out" / "p000.png").write_bytes(picture())
    assert run(root).exit is Exit.OK


def test_two_runs_that_begin_at_once_have_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: names_key(tmp_path / "r", tmp_path / "o"), range(32)))
    assert len(keys) == 1


def test_a_run_that_lost_the_race_takes_the_key_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other run has the key, and copies, just after this one looked."""
    publish = Staged.publish

    def late(staged: Staged, *, overwrite: bool) -> None:
        (tmp_path / "r" / KEY_FILE).write_text("ab" * 32)
        publish(staged, overwrite=overwrite)

    with monkeypatch.context() as patched:
        patched.setattr(Staged, "publish", late)
        assert names_key(tmp_path / "r", tmp_path / "o") == b"\xab" * 32
    shutil.rmtree(tmp_path / "r")

    def meanwhile(out: Path) -> bool:
        (tmp_path / "r").mkdir()
        (tmp_path / "r" / KEY_FILE).write_text("cd" * 32)
        return True

    monkeypatch.setattr(neutral, "_has_neutral_names", meanwhile)
    assert names_key(tmp_path / "r", tmp_path / "o") == b"\xcd" * 32


def test_a_name_that_somebody_chose_is_not_neutral(root: Path) -> None:
    with pytest.raises(UsageError, match="asks for another"):
        run(root, root / "in" / "p000.png", out="public.png")


@pytest.mark.parametrize("place", ["out", "out/reports"])
def test_reports_among_the_copies_would_tell(root: Path, place: str) -> None:
    request = Request(
        paths=(root / "in",), out=root / "out", options=Options(), report=root / place, neutral=True
    )
    with pytest.raises(UsageError, match="which is which"):
        run_batch(request)
    assert not (root / "out").exists()


def test_four_million_names_are_distinct_enough() -> None:
    some = neutral_names([PurePath(f"{n}") for n in range(20000)], [""] * 20000, b"k" * 32)
    assert len(set(some)) == len(some)


OLD = 10**18
"""2001, in nanoseconds."""


def mark(path: Path) -> None:
    """Give a file a time and extended attributes of its own."""
    try:
        os.setxattr(path, "user.passerby.test", b"the face of Jane Doe")
        os.setxattr(path, "user.xdg.origin.url", b"https://example.org/jane")
    except OSError as error:
        met = error.errno not in (errno.ENOTSUP, errno.EPERM)
        require(met, "this file system holds no extended attributes")
        raise
    os.utime(path, ns=(OLD, OLD))


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="Python sets attributes on Linux only")
@pytest.mark.parametrize("overwrite", [False, True])
def test_times_and_attributes_are_the_copys_own(tmp_path: Path, overwrite: bool) -> None:
    (source,) = fill(tmp_path / "in", 1)
    sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
    mark(source)
    out = tmp_path / "out" / "p000.png"
    if overwrite:
        out.parent.mkdir()
        out.write_bytes(picture(5))
        mark(out)
    start = time.time_ns()
    done = run_batch(
        Request(
            paths=(tmp_path / "in",),
            out=out.parent,
            options=Options(),
            given={sha256: Given(sha256=sha256, decisions=())},
            overwrite=overwrite,
        )
    )
    assert done.totals["published"] == 1
    for path in (out, *(tmp_path / "out-report").rglob("*.*")):
        assert [name for name in os.listxattr(path) if name.startswith("user.")] == []
        # The clock of a file system may lag behind by a tick.
        assert path.stat().st_mtime_ns >= start - 20_000_000
        assert path.stat().st_atime_ns != OLD
    assert source.stat().st_mtime_ns == OLD
    assert len(os.listxattr(source)) >= 2


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_the_umask_decides_who_may_read_a_copy(tmp_path: Path, mask: int) -> None:
    (source,) = fill(tmp_path / "in", 1)
    source.chmod(0o777)
    before = os.umask(mask)
    try:
        run(tmp_path)
    finally:
        os.umask(before)
    (copy,) = (tmp_path / "out").iterdir()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o666 & ~mask
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o777 & ~mask
