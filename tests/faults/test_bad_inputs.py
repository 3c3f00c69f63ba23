"""Each bad input: one clear line, its exit code, the rest goes on, originals untouched."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import subprocess
import sys
import zlib
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from batch_parts import picture
from passerby.cli import main
from passerby.errors import Exit
from passerby.files import PARTIAL
from requirements import write_named


class Folder:
    """An input folder with one good picture, and what runs over it leave."""

    def __init__(self, root: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.root, self.capfd = root, capfd
        self.inputs = root / "in"
        self.out = root / "out"
        self.inputs.mkdir()
        (self.inputs / "good.png").write_bytes(picture())
        self.err = ""
        self.json: Any = None

    def put(self, name: str, data: bytes) -> Path:
        path = self.inputs / name
        path.write_bytes(data)
        return path

    def hashes(self) -> dict[Path, str]:
        return {
            path: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in self.inputs.rglob("*")
            if path.is_file() and not self.own & set(path.parents)
        }

    def redact(self, *arguments: str | Path, out: Path | None = None) -> int:
        """Run, and check what holds after every run."""
        before = self.hashes()
        self.capfd.readouterr()
        given = arguments or (self.inputs,)
        code = main(
            ["redact", *map(str, given), "-o", str(out or self.out), "--workers", "1", "--json"]
        )
        text, self.err = self.capfd.readouterr()
        self.json = json.loads(text)
        assert self.hashes() == before
        assert "Traceback" not in self.err
        assert not list(self.root.rglob(f"*{PARTIAL}"))
        return code

    def line(self, name: str) -> str:
        """Return the one line about a file."""
        (line,) = [line for line in self.err.splitlines() if name in line and "->" not in line]
        return line

    @property
    def own(self) -> set[Path]:
        return {self.out, self.out.with_name(self.out.name + "-report")}

    def good_is_published(self) -> bool:
        return (self.out / "good.png").is_file()


@pytest.fixture
def folder(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Folder:
    return Folder(tmp_path, capfd)


def chunk(kind: bytes, data: bytes) -> bytes:
    crc = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + crc


def png_claiming(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body


def jpeg_claiming(width: int, height: int) -> bytes:
    data = bytearray(picture(form="jpeg"))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def damaged(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes(b ^ 0x5A for b in data[middle : middle + 40]) + data[middle + 40 :]


def tiff_claiming(width: int, height: int) -> bytes:
    data = bytearray(picture(form="tiff"))
    for tag, value in ((256, width), (257, height)):
        for kind, form in ((3, "<H"), (4, "<I")):
            at = data.find(struct.pack("<HHI", tag, kind, 1))
            if at >= 0:
                data[at + 8 : at + 8 + struct.calcsize(form)] = struct.pack(form, value)
                break
    return bytes(data)


BAD: dict[str, tuple[str, bytes, int, str]] = {
    "empty": ("bad.jpg", b"", 10, "input.empty"),
    "no picture": ("bad.jpg", b"this is a letter, not a picture", 10, "input.unknown"),
    "truncated jpeg": ("bad.jpg", picture(form="jpeg")[:-200], 10, "input.corrupt"),
    "truncated png": ("bad.png", picture()[:-200], 10, "input.corrupt"),
    "truncated webp": ("bad.webp", picture(form="webp")[:-60], 10, "input.corrupt"),
    "truncated tiff": ("bad.tif", picture(form="tiff")[:-200], 10, "input.corrupt"),
    "damaged png": ("bad.png", damaged(picture()), 10, "input.corrupt"),
    "png of 60,000 x 60,000": ("bad.png", png_claiming(60_000, 60_000), 11, "limit"),
    "jpeg of 60,000 x 60,000": ("bad.jpg", jpeg_claiming(60_000, 60_000), 11, "limit"),
    "tiff of 60,000 x 60,000": ("bad.tif", tiff_claiming(60_000, 60_000), 11, "limit"),
    "png of no pixels": ("bad.png", png_claiming(0, 10), 10, "input.empty"),
    "jpeg of no pixels": ("bad.jpg", jpeg_claiming(0, 10), 10, "input.empty"),
    "gif": ("bad.gif", picture(form="gif")[:60], 10, "input.corrupt"),
    "bitmap": ("bad.bmp", picture(form="bmp"), 10, "input.unsupported"),
    "heic": ("bad.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", 10, "input.corrupt"),
    "avif sequence": ("bad.avif", b"\0\0\0\x14ftypavis\0\0\0\0avif", 10, "input.unsupported"),
    "video": ("bad.mp4", b"\0\0\0\x18ftypisom\0\0\0\0isommp42", 10, "input.unsupported"),
    "raw": ("bad.cr2", b"II*\0\x10\0\0\0CR\2\0" + b"\0" * 64, 10, "input.unsupported"),
    "photoshop": ("bad.psd", b"8BPS\0\1" + b"\0" * 40, 10, "input.corrupt"),
    "a name that lies about no picture": ("bad.png", b"\x7fELF" + b"\0" * 99, 10, "input.unknown"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_one_clear_line_and_its_exit_code(folder: Folder, what: str) -> None:
    name, data, exit_code, code = BAD[what]
    assert folder.redact(folder.put(name, data)) == exit_code
    assert not folder.out.exists() or not list(folder.out.iterdir())
    (failure,) = [file["failure"] for file in folder.json["files"]]
    assert (failure["code"], failure["exit"]) == (code, exit_code)
    line = folder.line(name)
    assert line.startswith("passerby: ")
    assert failure["message"] in line
    assert failure["advice"] in line


def test_the_rest_of_a_folder_goes_on(folder: Folder) -> None:
    for index, (name, data, _, _) in enumerate(BAD.values()):
        folder.put(f"{index}-{name}", data)
    assert folder.redact() == Exit.PARTIAL
    assert folder.good_is_published()
    assert [path.name for path in folder.out.iterdir()] == ["good.png"]
    found = {
        Path(file["item"]["path"]).name: file["failure"]["code"]
        for file in folder.json["files"]
        if file["failure"]
    }
    assert found == {f"{i}-{name}": code for i, (name, _, _, code) in enumerate(BAD.values())}


def test_a_jpeg_damaged_in_the_middle_is_refused_or_proven(folder: Folder) -> None:
    """Entropy-coded data has no checksum: what decodes without a doubt is a picture."""
    source = folder.put("bad.jpg", damaged(picture(form="jpeg", size=(320, 240))))
    code = folder.redact()
    out = folder.out / "bad.jpg"
    assert out.exists() == (code == Exit.OK)
    if out.exists():
        (report,) = [r for r in folder.json["files"] if r["output"] == str(out)]
        assert all(check["passed"] for check in report["checks"])
        path = folder.out.with_name(folder.out.name + "-report") / "files" / "bad.jpg.json"
        done = ["verify", str(out), "--original", str(source), "--report", str(path)]
        assert main(done) == Exit.OK
    else:
        assert code == Exit.PARTIAL


def test_a_missing_file(folder: Folder) -> None:
    assert folder.redact(folder.inputs / "none.jpg") == Exit.INPUT
    assert "No such file" in folder.line("none.jpg")
    assert folder.redact(folder.inputs, folder.inputs / "none.jpg") == Exit.PARTIAL
    assert (folder.out / "in" / "good.png").is_file()


def test_a_path_below_a_file(folder: Folder) -> None:
    assert folder.redact(folder.inputs / "good.png" / "x.jpg") == Exit.INPUT
    assert "Not a directory" in folder.line("x.jpg")


AS_NOBODY = """
import os, sys
from pathlib import Path
from passerby.cli import main
root = Path(sys.argv[1])
# Everything is imported once before this process gives up its right to read everything.
assert main(["redact", str(root / "warm.png"), "-o", str(root / "warm")]) == 0
(root / "out").mkdir()
if os.geteuid() == 0:
    for path in [root, *root.rglob("*")]:
        os.chown(path, 65534, 65534)
    os.chown(root / "in" / "secret.png", 0, 0)
    os.chown(root / "in" / "closed", 0, 0)
    os.setgroups([])
    os.setegid(65534)
    os.seteuid(65534)
for name in ("secret.png", "closed", "closed/x.png"):
    print(name, main(["redact", str(root / "in" / name), "-o", str(root / "out")]))
print("discover", main(["inspect", str(root / "in"), "--json"]))
"""


def test_what_may_not_be_read(folder: Folder) -> None:
    folder.root.joinpath("warm.png").write_bytes(picture(5))
    secret, closed = folder.put("secret.png", picture(1)), folder.inputs / "closed"
    closed.mkdir()
    (closed / "x.png").write_bytes(picture(2))
    for path, mode in ((secret, 0), (closed, 0)):
        path.chmod(mode)
    parents = [p for p in folder.root.parents if p.stat().st_uid == os.geteuid()]
    if os.geteuid() == 0 and not all(p.stat().st_mode & 0o001 for p in parents):
        for parent in parents:
            if parent.name.startswith("pytest-"):
                parent.chmod(parent.stat().st_mode | 0o011)
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(folder.root)],
        capture_output=True,
        text=True,
        check=False,
    )
    closed.chmod(0o755)
    assert done.returncode == 0, done.stderr
    codes = dict(line.split() for line in done.stdout.splitlines() if line[:1] not in " {}")
    assert codes["secret.png"] == codes["closed"] == codes["closed/x.png"] == "10"
    assert codes["discover"] == "70"
    assert done.stderr.count("Permission denied") >= 4
    assert "Traceback" not in done.stderr
    assert not list((folder.root / "out").iterdir())


def test_a_folder_that_leads_back_to_itself(folder: Folder) -> None:
    (folder.inputs / "sub").mkdir()
    (folder.inputs / "sub" / "loop").symlink_to(folder.inputs)
    (folder.inputs / "self").symlink_to("self")
    assert folder.redact() == Exit.OK
    assert folder.good_is_published()
    assert "listed already" in folder.line("loop")


def test_a_name_that_lies_is_published_under_a_true_one(folder: Folder) -> None:
    folder.put("photo.jpg", picture(1, "webp"))
    assert folder.redact() == Exit.OK
    assert (folder.out / "photo.jpg.webp").is_file()
    assert not (folder.out / "photo.jpg").exists()
    notes = [note for file in folder.json["files"] for note in file["notes"]]
    assert any("its bytes are WebP" in note for note in notes)


ODD_NAMES = (
    *(b"new\nline.png", b"\x1b]0;title\x07.png", b"\xff\xfe\x80.png", b"-o.png", b"a'b\".png"),
    *("\u202egnp.exe.png".encode(), b"a" * 251 + b".png", b" .png", b"%s{}.png"),
)


def test_odd_names(folder: Folder) -> None:
    taken = write_named(folder.inputs, ODD_NAMES, map(picture, count()))
    assert folder.redact() == Exit.OK
    for name in taken:
        assert (folder.out / os.fsdecode(name)).is_file()
    assert all(line.isprintable() for line in folder.err.splitlines())
    assert (folder.root / "out-report" / "files" / os.fsdecode(taken[2] + b".json")).is_file()
    assert folder.redact() == Exit.OK
    assert folder.json["totals"]["skipped"] == len(taken) + 1


def test_output_inside_input(folder: Folder) -> None:
    folder.out = folder.inputs / "out"
    assert folder.redact() == Exit.OK
    assert folder.redact() == Exit.OK
    assert folder.json["totals"]["skipped"] == 1
    assert sorted(p.name for p in folder.out.rglob("*")) == ["good.png"]


def test_two_inputs_that_would_take_one_name(folder: Folder) -> None:
    folder.put("a.heic", picture(1, "jpeg"))
    folder.put("a.jpg", picture(2, "jpeg"))
    folder.put("A.JPG", picture(3, "jpeg"))
    assert folder.redact() == Exit.OK
    names = [path.name for path in folder.out.iterdir()]
    assert len({name.lower() for name in names}) == 4


def test_the_input_is_never_the_output(folder: Folder) -> None:
    before = folder.hashes()
    good = folder.inputs / "good.png"
    link = folder.root / "alias"
    link.symlink_to(folder.inputs)
    for arguments in (
        [folder.inputs, "-o", folder.inputs],
        [folder.inputs, "-o", link],
        [good, "-o", good],
        [good, "-o", folder.inputs],
        [good, "-o", link / "good.png"],
    ):
        code = main(["redact", "--overwrite", *map(str, arguments)])
        assert code in (Exit.USAGE, Exit.OUTPUT)
        assert folder.hashes() == before


def test_limits_are_set_by_options(folder: Folder) -> None:
    assert main(["redact", str(folder.inputs), "-o", str(folder.out), "--max-pixels", "100"]) == 11
    assert main(["redact", str(folder.inputs), "-o", str(folder.out), "--max-memory", "1k"]) == 11
    assert not folder.out.exists() or not list(folder.out.iterdir())


def test_decisions_that_cannot_be_followed(folder: Folder) -> None:
    path = folder.root / "decisions.json"
    for text in ("", "[]", '{"schema": 1, "files": [{"item": {}}]}'):
        path.write_text(text)
        folder.capfd.readouterr()
        code = main(["redact", str(folder.inputs), "-o", str(folder.out), "--decisions", str(path)])
        assert code == Exit.INPUT
        err = folder.capfd.readouterr().err
        assert err.startswith("passerby: input.decisions: ")
        assert err.count("\n") == 1
    assert not folder.out.exists()
