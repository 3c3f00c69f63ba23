"""Consents on the command line, with the detectors and processes that a user has: from the first
consent to its withdrawal, the copies that are made anew, and the erasure."""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from consent_parts import ANNA, BERTA, CONTACT, EVIDENCE, is_hidden, is_shown, ruling, sha256
from consent_parts import write_decisions as write
from passerby.model.geometry import Box
from passerby.store import lock
from people import backdrop, face_in_head, head, paste
from shells import Shell
from store_parts import found_in, sealed_key

USED = (0, 2, 5, 9, 13, 14, 18)


class Desk(Shell):
    """A shell with a key to a register in a folder of its own."""

    def consent(self, *arguments: str) -> int:
        return self.run("consent", *arguments, "--store", "register", "--key-file", "key")

    def told(self, *arguments: str) -> Any:
        """Run a command of `consent` that has to succeed; return its JSON."""
        assert self.consent(*arguments, "--json") == 0, self.err
        return json.loads(self.out)

    def add(self, *arguments: str) -> str:
        """Record a consent for the strike; return its id."""
        given = ("--evidence", "form.pdf", "--contact", "her.txt", "--keep-until", "2099-01-01")
        scope = () if {"--event", "--picture"} & set(arguments) else ("--event", "strike")
        made = self.told("add", "--purpose", "portraits", *given, *scope, *arguments)
        return str(made["consent"])

    def redact(self, *arguments: str) -> int:
        register = ("--consents", "register", "--key-file", "key", "--event", "strike")
        return self.run("redact", *arguments, *register)


@pytest.fixture(autouse=True, scope="module")
def _one_derivation_each() -> Iterator[None]:
    """Argon2id gives the same key for the same bytes and salt."""
    known: dict[Any, bytes] = {}
    slow = lock.stretch

    def quick(*arguments: Any) -> bytes:
        if arguments not in known:
            known[arguments] = slow(*arguments)
        return known[arguments]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lock, "stretch", quick)
        yield


@pytest.fixture
def shell(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Desk:
    monkeypatch.chdir(tmp_path)
    Path("form.pdf").write_bytes(EVIDENCE)
    Path("her.txt").write_text(CONTACT)
    return Desk(capfd)


def two_people(path: Path, seed: int) -> tuple[Box, Box]:
    """Write a JPEG with two faces in it; return the boxes of their heads."""
    canvas = backdrop(320, 200, seed)
    regions = []
    for number, name in enumerate(("collins", "collins")):
        part = head(name, 60)
        x, y = 16 + number * 150, 20
        paste(canvas, part, x, y)
        regions.append(face_in_head(name, 60, x, y).grow(0.3, 0.4, 0.3, 0.2))
    Image.fromarray(canvas).save(path, quality=90)
    return regions[0], regions[1]


def pixels(path: Path) -> Any:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def test_of_twenty_pictures_exactly_the_seven_are_made_anew(shell: Desk, tmp_path: Path) -> None:
    """The second thing that this is for: twenty photos, a consent that is used in seven."""
    Path("in").mkdir()
    paths = [Path("in") / f"IMG_{index:04}.jpg" for index in range(20)]
    people = [two_people(path, index) for index, path in enumerate(paths)]
    anna = shell.add()
    rulings = {
        path: [ruling(people[i][0], anna if i in USED else None), ruling(people[i][1])]
        for i, path in enumerate(paths)
    }
    write(Path("decisions.json"), rulings)
    assert shell.redact("in", "-o", "published", "--decisions", "decisions.json") == 0, shell.err
    copies = [Path("published") / path.name for path in paths]
    for index, (path, copy) in enumerate(zip(paths, copies, strict=True)):
        seen = people[index][0]
        black = pixels(copy)[seen.y0 : seen.y1, seen.x0 : seen.x1].max() < 24
        assert black is np.bool_(index not in USED)
        assert path.read_bytes() != copy.read_bytes()
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in (*paths, *copies)}
    shown = ("https://paper.example/1", "print, page 3")
    assert shell.consent("published", str(copies[0]), *shown) == 0

    assert shell.consent("withdraw", anna, "-o", "anew", "--json") == 0, shell.err
    told = json.loads(shell.out)

    names = [paths[index].name for index in USED]
    assert sorted(path.name for path in Path("anew").iterdir()) == names
    for index in USED:
        her, other = people[index]
        new, old = pixels(Path("anew") / paths[index].name), pixels(copies[index])
        assert new[her.y0 : her.y1, her.x0 : her.x1].max() < 24
        assert new[other.y0 : other.y1, other.x0 : other.x1].max() < 24
        # Outside of her mask, which covers whole blocks of the JPEG, nothing is different.
        outside = np.ones(new.shape[:2], bool)
        outside[max(her.y0 - 32, 0) : her.y1 + 32, max(her.x0 - 32, 0) : her.x1 + 32] = False
        assert (new[outside] == old[outside]).all()
    # The other thirteen, the old copies of the seven and all originals: bytes and times.
    after = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in (*paths, *copies)}
    assert after == before
    assert [Path(one["output"]).name for one in told["files"]] == names
    assert told["files"][0]["where"] == list(shown)
    # The chain: the old report leads to the new copy, the new report back to the old one.
    for index, one in zip(USED, told["files"], strict=True):
        name = f"{paths[index].name}.json"
        old_report = json.loads((Path("published-report/files") / name).read_text())
        new_report = json.loads((Path("anew-report/files") / name).read_text())
        assert old_report["withdrawn"]["replaced_by_sha256"] == new_report["output_sha256"]
        assert new_report["replaces"]["output_sha256"] == old_report["output_sha256"]
        ended = new_report["replaces"]["ended"]
        assert [(each["consent"], each["how"]) for each in ended] == [(anna, "withdrawn")]
        assert one["replaced_by"] == str(tmp_path / "anew" / paths[index].name)
        assert one["replaced_by_sha256"] == sha256(Path(one["replaced_by"]))
    for index in set(range(20)) - set(USED):
        name = f"{paths[index].name}.json"
        assert json.loads((Path("published-report/files") / name).read_text())["withdrawn"] is None
    page = Path("anew-report/index.html").read_text()
    assert page.count("Made in place of") == 7
    rows = list(csv.reader(io.StringIO(Path("anew-report/take-down.csv").read_text("utf-8-sig"))))
    assert len(rows) == 1 + 8
    assert [row[3] for row in rows[1:3]] == list(shown)
    assert anna in Path("anew-report/take-down.txt").read_text()


@pytest.fixture
def small(shell: Desk) -> Path:
    """A picture for quick tests; who is in it is a matter of boxes."""
    from batch_parts import picture

    Path("in").mkdir()
    path = Path("in/a.png")
    path.write_bytes(picture(1))
    return path


def publish_small(shell: Desk, small: Path, consent: str) -> Path:
    write(Path("d.json"), {small: [ruling(ANNA, consent), ruling(BERTA)]})
    assert shell.redact("in", "-o", "out", "--decisions", "d.json") == 0, shell.err
    return Path("out") / small.name


def test_the_register_is_opened_for_decisions_that_name_a_consent(
    shell: Desk, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    consent = shell.add("--picture", str(small))
    write(Path("d.json"), {small: [ruling(ANNA, consent), ruling(BERTA)]})
    monkeypatch.delenv("PASSERBY_PASSPHRASE_FILE", raising=False)
    command = ("redact", "in", "-o", "out", "--decisions", "d.json")
    # Nobody says how to open it: nothing is published, and one line says what to do.
    assert shell.run(*command, "--consents", "register") == 2
    assert "--passphrase-file or --key-file" in shell.err
    assert shell.run(*command, "--consents", "elsewhere") == 61
    assert "passerby consent add" in shell.err
    Path("wrong").write_bytes(os.urandom(32))
    assert shell.run(*command, "--consents", "register", "--key-file", "wrong") == 61
    assert not Path("out").exists()
    assert shell.run(*command, "--consents", "register", "--key-file", "key") == 0, shell.err
    assert is_shown(ANNA, Path("out/a.png"), small)
    # Decisions that name none need no register.
    write(Path("d.json"), {small: [ruling(ANNA), ruling(BERTA)]})
    assert shell.run("redact", "in", "-o", "other", "--decisions", "d.json") == 0, shell.err


def test_what_the_consent_does_not_allow(shell: Desk, small: Path) -> None:
    consent = shell.add("--event", "another")
    write(Path("d.json"), {small: [ruling(ANNA, consent), ruling(BERTA)]})
    assert shell.redact("in", "-o", "out", "--decisions", "d.json") == 10
    assert "it is for another event (another)" in shell.err
    assert not Path("out").exists()


def test_withdraw_now_and_redo_later(shell: Desk, small: Path) -> None:
    """The withdrawal counts at once; the originals may be in a safe."""
    consent = shell.add()
    copy = publish_small(shell, small, consent)
    small.rename("safe.png")
    told = shell.told("withdraw", consent, "--list", "list")
    assert [Path(one["output"]).name for one in told["files"]] == ["a.png"]
    assert {path.suffix for path in Path("list").iterdir()} == {".txt", ".csv", ".json"}
    listed = json.loads(Path("list/take-down.json").read_text())
    assert (listed["kind"], listed["files"]) == ("take-down", told["files"])
    assert f"passerby consent rerun {consent} -o NEW" in shell.err
    assert json.loads(Path("out-report/files/a.png.json").read_text())["withdrawn"]
    assert shell.consent("rerun", consent, "-o", "anew") == 70
    assert "the original is not there any more" in shell.err
    assert not Path("anew").exists()
    assert [one["kind"] for one in shell.told("due")["due"]] == ["ended"]
    Path("safe").mkdir()
    Path("safe.png").rename("safe/1.png")
    assert shell.consent("rerun", consent, "-o", "anew", "--originals", "safe") == 0, shell.err
    assert is_hidden(ANNA, Path("anew/a.png"))
    assert is_shown(ANNA, copy, Path("safe/1.png"))
    assert shell.told("due")["due"] == []
    # It is done: again changes nothing.
    assert shell.consent("rerun", consent, "-o", "anew", "--originals", "safe") == 0
    assert shell.redact("safe", "-o", "again", "--decisions", "d.json") == 10
    assert f"consent {consent}: it was withdrawn" in shell.err


def test_due(shell: Desk) -> None:
    from datetime import date, timedelta

    def day(days: int) -> str:
        return (date.today() + timedelta(days=days)).isoformat()

    ended = shell.add("--start", day(-9), "--end", day(-1))
    soon = shell.add("--end", day(9))
    shell.add("--end", day(40))
    over = shell.add("--start", day(-40), "--keep-until", day(-1))
    told = shell.told("due", "--within", "10")
    # What has ended and nothing relies on is no work any more.
    assert [(one["consent"], one["kind"]) for one in told["due"]] == [
        (over, "retention"),
        (soon, "ending"),
    ]
    assert ended not in shell.err
    assert len(shell.told("due", "--within", "50")["due"]) == 3


def test_export_and_erase(shell: Desk, small: Path) -> None:
    consent = shell.add()
    copy = publish_small(shell, small, consent)
    assert shell.consent("published", str(copy), "https://paper.example/7") == 0
    assert shell.consent("export", consent[:8], "-o", "hers.zip") == 0, shell.err
    with zipfile.ZipFile("hers.zip") as archive:
        assert archive.namelist() == ["consent.json", "evidence.pdf"]
        assert archive.read("evidence.pdf") == EVIDENCE
        text = archive.read("consent.json").decode()
    record = json.loads(text)
    assert record["person"]["contact"] == CONTACT
    assert record["files"][0]["where"] == ["https://paper.example/7"]
    # Nothing of the others in the picture.
    assert "ruled" not in text
    assert "Rita" not in text
    assert shell.consent("export", consent, "-o", "hers.zip") == 40
    her = _private(consent)
    sealed = sealed_key(Path("register"), her)
    assert found_in(Path("register"), sealed)
    assert shell.consent("erase", consent) == 2
    assert shell.consent("erase", consent, "--yes") == 0
    assert "hers.zip" in shell.err
    assert found_in(Path("register"), sealed) == []
    shown = shell.told("show", consent, "--person")
    assert shown["contact"] == "erased"
    assert shown["person"] is None
    assert [Path(one["output"]).name for one in shown["files"]] == ["a.png"]
    # Nobody can show that consent any more: what relies on it can be made anew, and has to be.
    assert [one["kind"] for one in shell.told("due")["due"]] == ["ended"]
    assert shell.consent("rerun", consent, "-o", "anew") == 0, shell.err
    assert is_hidden(ANNA, Path("anew/a.png"))
    assert shell.consent("export", consent, "-o", "after.zip") == 0
    with zipfile.ZipFile("after.zip") as archive:
        assert archive.namelist() == ["consent.json"]


def _private(consent: str) -> str:
    from passerby.consent.register import Register
    from passerby.store import KeyFile

    with Register.open(Path("register"), KeyFile(Path("key"))) as register:
        return register.consent(consent).given.private


def test_show_and_list_name_nobody(shell: Desk, small: Path) -> None:
    consent = shell.add()
    publish_small(shell, small, consent)
    for command in (("list",), ("show", consent), ("due",)):
        assert shell.consent(*command, "--json") == 0
        assert "Kanarienvogel" not in shell.out + shell.err
    assert shell.consent("show", consent, "--person") == 0
    assert "Anna Kanarienvogel" in shell.err


def test_a_pipe(shell: Desk, small: Path) -> None:
    """What went through a pipe is on record by its hashes: to be taken down, not to be redone."""
    from passerby.cli import main

    consent = shell.add()
    write(Path("d.json"), {small: [ruling(ANNA, consent), ruling(BERTA)]})
    data = small.read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        assert shell.redact("-", "--decisions", "d.json", "--json") == 0, shell.err
        patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        assert main(["redact", "-", "--decisions", "d.json", "--consents", "nowhere"]) == 61
    (file,) = shell.told("show", consent)["files"]
    assert (file["original"], file["output"]) == (None, None)
    assert file["original_sha256"] == sha256(small)
    assert shell.consent("withdraw", consent, "-o", "anew") == 70
    assert "came through a pipe" in shell.err
    assert shell.consent("rerun", consent, "-o", "anew", "--originals", "in") == 0, shell.err
    (made,) = Path("anew").iterdir()
    assert is_hidden(ANNA, made)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (("--sha256", "12"), "expected the sha256"),
        (("--end", "2020-01-01"), "before it begins"),
        (("--picture", "missing.jpg"), "cannot be read"),
        (("--evidence", "missing.pdf"), "cannot be read"),
    ],
)
def test_what_cannot_be_added(shell: Desk, wrong: tuple[str, ...], message: str) -> None:
    given = ("--evidence", "form.pdf", "--contact", "her.txt", "--keep-until", "2099-01-01")
    code = shell.consent("add", "--purpose", "p", *given, "--event", "e", *wrong)
    assert code in (2, 10)
    assert message in shell.err


def test_none_yet(shell: Desk) -> None:
    assert shell.consent("list") == 61
    assert "there is no register of consents in register" in shell.err
    assert "passerby consent add" in shell.err


def test_a_register_whose_beginning_was_cut_off_is_begun_anew(shell: Desk) -> None:
    """The process that was killed left the file with nothing in it."""
    Path("register").mkdir(mode=0o700)
    Path("register/records.db").touch(0o600)
    assert shell.consent("list") == 61
    assert "there is no register of consents" in shell.err
    shell.add()
    assert "Write this recovery key down" in shell.err
