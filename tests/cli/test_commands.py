"""The commands as people and scripts use them: stdout is data, stderr is people."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import piexif
import pytest
from PIL import Image

import passerby
import people
from batch_parts import picture
from passerby.errors import Exit
from passerby.find import catalogue
from passerby.media import turbojpeg_library
from requirements import require
from shells import Shell

COMMAND = [sys.executable, "-m", "passerby"]


def faces(seed: int = 0) -> bytes:
    """Return a small picture with two faces, as PNG."""
    stream = io.BytesIO()
    Image.fromarray(people.crowd(320, 160, 2, 70, seed)).save(stream, "png")
    return stream.getvalue()


@pytest.fixture
def shell(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Shell:
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    Path("in/a.png").write_bytes(faces())
    return Shell(capfd)


def piped(*arguments: str, stdin: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *arguments], input=stdin, capture_output=True, check=False)


def test_redact_publishes_and_keeps_stdout_clean(shell: Shell) -> None:
    assert shell.run("redact", "in", "-o", "out") == 0
    assert shell.out == ""
    assert "in/a.png: 2 masks -> out/a.png" in shell.err
    assert "1 file: 1 published; 2 masks" in shell.err
    assert "Report: " in shell.err
    assert Path("out/a.png").is_file()
    assert Path("out-report/index.html").is_file()


def test_redact_again_skips(shell: Shell) -> None:
    shell.run("redact", "in", "-o", "out")
    assert shell.run("redact", "in", "-o", "out", "--json") == 0
    assert shell.json()["totals"]["skipped"] == 1
    assert "done before and verified, skipped" in shell.err
    assert shell.run("redact", "in", "-o", "out", "--color", "#123456", "--json") == 40
    (file,) = shell.json()["files"]
    assert file["failure"]["code"] == "output.exists"
    assert shell.run("redact", "in", "-o", "out", "--color", "#123456", "--overwrite") == 0


def test_a_file_may_be_given_its_own_name(shell: Shell) -> None:
    assert shell.run("redact", "in/a.png", "-o", "public.png", "--report", "proof") == 0
    assert Path("public.png").is_file()
    assert Path("proof/files/public.png.json").is_file()


@pytest.mark.parametrize("to", ["jpeg", "webp", "tiff"])
def test_copies_in_another_format(shell: Shell, to: str) -> None:
    assert shell.run("redact", "in", "-o", "out", "--to", to, "--json") == 0
    (file,) = shell.json()["files"]
    name = {"jpeg": "a.jpg", "webp": "a.webp", "tiff": "a.tif"}[to]
    assert file["output"] == f"out/{name}"
    assert file["item"]["format"] == "PNG"
    assert any(note.startswith("written as") for note in file["notes"])
    with Image.open(f"out/{name}") as image:
        assert image.format == to.upper()
    report = f"out-report/files/{name}.json"
    assert shell.run("verify", f"out/{name}", "--original", "in/a.png", "--report", report) == 0
    assert shell.run("verify", f"out/{name}", "--original", "in/a.png") == 0
    assert shell.run("redact", "in", "-o", "out", "--to", to) == 0
    assert "skipped" in shell.err


def test_neutral_names(shell: Shell) -> None:
    assert shell.run("redact", "in", "-o", "out", "--neutral-names", "--json") == 0
    (file,) = shell.json()["files"]
    (copy,) = Path("out").iterdir()
    assert re.fullmatch(r"[0-9a-f]{20}\.png", copy.name)
    assert file["item"]["path"] == "in/a.png"
    assert file["output"] == str(copy)
    assert shell.run("redact", "in", "-o", "out", "--neutral-names") == 0
    assert "skipped" in shell.err
    Path("out-report/neutral-names.key").unlink()
    assert shell.run("redact", "in", "-o", "out", "--neutral-names") == Exit.USAGE
    assert "the key to the names in out is not in" in shell.err
    assert [path.name for path in Path("out").iterdir()] == [copy.name]


@pytest.mark.parametrize("field", ["date", "time"])
def test_a_date_is_kept_as_exactly_as_was_asked_for(shell: Shell, field: str) -> None:
    taken = {piexif.ExifIFD.DateTimeOriginal: b"2024:05:31 23:04:59"}
    exif = piexif.dump({"Exif": taken})
    Image.open("in/a.png").save("in/a.jpg", exif=exif)
    assert shell.run("redact", "in/a.jpg", "-o", "out", "--keep-fields", field, "--json") == 0
    assert shell.json()["files"][0]["kept_fields"] == [field]
    data = Path("out/a.jpg").read_bytes()
    assert b"DateCreated>2024-05-31" in data
    assert (b"T23:04:59<" in data) == (field == "time")
    assert b"2024:05:31" not in data


def test_a_format_that_cannot_hold_a_picture_is_advised_against(shell: Shell) -> None:
    Image.new("CMYK", (40, 30)).save("in/a.tif")
    assert shell.run("redact", "in/a.tif", "-o", "out", "--to", "png") == Exit.INPUT
    assert "PNG cannot hold CMYK. Choose another format with --to, such as tiff." in shell.err


def test_a_dry_run_can_be_repeated_exactly(shell: Shell) -> None:
    assert shell.run("redact", "in", "--dry-run", "--report", "look", "--json") == 0
    assert shell.json()["totals"]["planned"] == 1
    assert "would get 2 masks" in shell.err
    assert sorted(map(str, Path().iterdir())) == ["in", "look"]
    assert shell.run("redact", "in", "-o", "one", "--decisions", "look/run.json") == 0
    assert shell.run("redact", "in", "-o", "two", "--decisions", "one-report/run.json") == 0
    assert Path("one/a.png").read_bytes() == Path("two/a.png").read_bytes()


@pytest.mark.parametrize("method", ["blur", "mosaic"])
def test_cosmetic_methods_are_called_so(shell: Shell, method: str) -> None:
    assert shell.run("redact", "in", "-o", "out", "--method", method) == 0
    assert f"{method} (cosmetic: it can be undone)" in shell.err
    assert f"{method} is cosmetic" in shell.err
    assert "is cosmetic" in Path("out-report/index.html").read_text()


def test_stdin_to_stdout() -> None:
    done = piped("redact", "-", "--json", stdin=faces())
    assert done.returncode == 0
    with Image.open(io.BytesIO(done.stdout)) as image:
        assert image.size == (320, 160)
    lines = done.stderr.decode()
    report = json.loads(lines[lines.index("{\n") :])
    assert report["kind"] == "report"
    assert report["output_sha256"] == hashlib.sha256(done.stdout).hexdigest()


def test_stdin_that_is_no_picture_gives_no_output() -> None:
    done = piped("redact", "-", stdin=b"no picture")
    assert (done.returncode, done.stdout) == (10, b"")
    assert done.stderr.startswith(b"passerby: stdin: ")


def test_inspect_tells_and_has_its_own_exit_code(shell: Shell) -> None:
    assert shell.run("inspect", "in", "--json") == Exit.FOUND
    (file,) = shell.json()["files"]
    assert len(file["sightings"]) == 2
    assert file["found"]
    assert file["exit"] == 3
    assert "in/a.png: 2 faces" in shell.err
    Path("in/a.png").write_bytes(picture())
    assert shell.run("inspect", "in") == 0
    assert shell.out == ""
    Path("in/broken.png").write_bytes(picture()[:50])
    assert shell.run("inspect", "in") == Exit.PARTIAL
    assert shell.run("inspect", "in/broken.png") == Exit.INPUT


def test_inspect_reads_stdin() -> None:
    done = piped("inspect", "-", "--json", stdin=faces())
    assert done.returncode == 3
    assert json.loads(done.stdout)["files"][0]["item"]["path"] == "stdin"


def test_verify_with_and_without_the_report(shell: Shell) -> None:
    shell.run("redact", "in", "-o", "out")
    original = ("--original", "in/a.png")
    assert shell.run("verify", "out/a.png") == 0
    assert shell.run("verify", "out/a.png", "--report", "out-report/run.json", *original) == 0
    assert "all checks passed" in shell.err
    assert shell.run("verify", "in/a.png", "--json") == Exit.VERIFICATION
    (file,) = shell.json()["files"]
    assert not file["passed"]
    report = "out-report/files/a.png.json"
    assert shell.run("verify", "in/a.png", "--report", report, *original) == Exit.VERIFICATION
    assert "FAILED" in shell.err


def test_a_run_report_that_does_not_know_the_file_is_refused(shell: Shell) -> None:
    Path("in/b.png").write_bytes(faces(1))
    shell.run("redact", "in", "-o", "out")
    assert shell.run("verify", "in/a.png", "--report", "out-report/run.json") == Exit.INPUT
    assert "speaks of this file" in shell.err


def test_doctor_checks_the_weights(shell: Shell) -> None:
    assert shell.run("doctor", "--json") == 0
    found = shell.json()
    assert found["healthy"]
    assert {one["name"] for one in found["detectors"]} >= {"centerface", "yunet"}
    assert found["libraries"]["numpy"]
    assert "CPUExecutionProvider" in found["providers"]
    extras = {part["name"]: part for part in found["optional"]}
    assert extras["rawpy"]["present"]
    assert "passerby[raw]" in extras["rawpy"]["gives"]
    assert "All is well." in shell.err


def test_doctor_says_when_weights_are_damaged(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "path", lambda name: Path("in/a.png"))
    assert shell.run("doctor", "--json") == Exit.DEPENDENCY
    assert not shell.json()["healthy"]
    assert "unusable" in shell.err


def test_doctor_says_how_jpegs_are_written(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert shell.run("doctor", "--json") == 0
    found = shell.json()["jpeg"]
    require(found["library"] is not None, "libjpeg-turbo's transform library is not there")
    assert found["problems"] == []
    assert found["library"] in shell.err
    assert "carried over" in shell.err
    empty = turbojpeg_library.Search(loaded=None)
    monkeypatch.setattr(turbojpeg_library, "search", lambda: empty)
    assert shell.run("doctor", "--json") == 0
    assert shell.json()["jpeg"]["library"] is None
    assert "coded again" in shell.err
    damaged = turbojpeg_library.Search(loaded=None, problems=("it is damaged",))
    monkeypatch.setattr(turbojpeg_library, "search", lambda: damaged)
    assert shell.run("doctor", "--json") == Exit.DEPENDENCY
    assert "it is damaged" in shell.err


def test_models(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(catalogue.FOLDER, "models")
    assert shell.run("models", "list", "--json") == 0
    assert {one["name"]: one["state"] for one in shell.json()["models"]} == {
        "centerface": "built in",
        "yunet": "built in",
        "yunet-n": "not added",
    }
    assert "MIT" in shell.err
    assert shell.run("models", "path", "centerface") == 0
    data = Path(shell.out.rstrip("\n")).read_bytes()
    assert hashlib.sha256(data).hexdigest() == catalogue.entry("centerface").sha256
    assert shell.run("models", "path", "yunet-n") == Exit.DEPENDENCY
    assert "models add yunet-n" in shell.err
    assert shell.run("models", "add", "yunet-n", "in/a.png") == Exit.DEPENDENCY
    assert shell.run("models", "add", "yunet-n", "--offline", "--json") == Exit.DEPENDENCY
    assert shell.json()["error"]["code"] == "dependency.offline"
    monkeypatch.setenv(catalogue.OFFLINE, "1")
    assert shell.run("models", "add", "yunet-n") == Exit.DEPENDENCY
    assert shell.run("redact", "in", "-o", "out", "--finder", "yunet-n") == Exit.DEPENDENCY
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("redact in", "-o is missing"),
        ("redact -o out", "PATH..."),
        ("redact in -o in", "is an input"),
        ("redact in -o out --method magic", "'magic' is not one of"),
        ("redact in -o out --color red", "no colour"),
        ("redact in -o out --to gif", "'gif' is not one of"),
        ("redact in/a.png -o out.jpg", "add --to jpeg"),
        ("redact in -o out --min-face -1", "-1 is not in the range"),
        ("redact in -o out --keep-fields name", "the fields are"),
        ("redact in -o out --max-pixels 0", "no amount"),
        ("redact in -o out --max-memory 5x", "no amount"),
        ("redact in -o out --workers 0", "0 is not in the range"),
        ("redact in -o out --finder nobody", "no detector is called"),
        ("redact in - -o out", "nothing else"),
        ("redact in -o -", "nothing else"),
        ("redact - --report r", "--report has no meaning"),
        ("redact - --overwrite", "--overwrite has no meaning"),
        ("redact - --workers 2", "--workers has no meaning"),
        ("redact - --neutral-names", "--neutral-names has no meaning"),
        ("redact in/a.png -o b.png --neutral-names", "asks for another"),
        ("redact in -o out --report out/r --neutral-names", "which is which"),
        ("redact in -o out --nonsense", "--nonsense"),
        ("nonsense", "nonsense"),
        ("models add centerface", "came with the install"),
    ],
)
def test_a_command_line_that_makes_no_sense_is_one_line(
    shell: Shell, arguments: str, says: str
) -> None:
    assert shell.run(*arguments.split()) == Exit.USAGE
    assert shell.out == ""
    assert says in shell.err
    assert shell.err.startswith("passerby: usage: ")
    assert shell.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", ["--help", "-h", "redact --help", "models --help", "--version"]
)
def test_help_is_no_error(shell: Shell, arguments: str) -> None:
    assert shell.run(*arguments.split()) == 0
    assert "passerby" in shell.out


def test_options_reach_the_pipeline(shell: Shell) -> None:
    arguments = "redact in -o out --method noise --min-face 5 --effort fast --finder yunet"
    arguments += " --keep-fields copyright,caption --to png --max-pixels 1M --max-memory 2Gi"
    arguments += " --workers 1"
    assert shell.run(*arguments.split(), "--json") == 0
    run = shell.json()
    assert run["options"] | {"color": None} == {
        "method": "noise",
        "color": None,
        "min_face": 5,
        "effort": "fast",
        "keep_fields": ["caption", "copyright"],
        "to": "PNG",
        "finder": "yunet",
        "second": "centerface",
        "seed": None,
        "limits": {"pixels": 1_000_000, "memory": 2 * 2**30},
    }
    assert [finder["name"] for finder in run["files"][0]["finders"]] == ["yunet", "centerface"]
    assert run["passerby"] == passerby.__version__


def test_a_bug_is_one_line_unless_it_is_looked_for(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash() -> None:
        raise RuntimeError("surprise\nwith a second line")

    monkeypatch.setattr("passerby.cli.doctor.examine", crash)
    assert shell.run("doctor", "--json") == Exit.BUG
    assert shell.err.count("\n") == 1
    assert "an unforeseen RuntimeError" in shell.err
    assert "surprise" not in shell.err
    assert "please report it" in shell.err
    assert shell.json()["error"]["code"] == "bug"
    monkeypatch.setenv("PASSERBY_DEBUG", "1")
    with pytest.raises(RuntimeError):
        shell.run("doctor")


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    code = "import sys; from passerby.cli import main; sys.exit(main(['models', 'list', '--json']))"
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert done.returncode == Exit.OUTPUT
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


@pytest.mark.parametrize("arguments", [("redact", "", "-o", "out"), ("inspect", "")])
def test_an_empty_path_is_not_the_present_folder(shell: Shell, arguments: tuple[str, ...]) -> None:
    assert shell.run(*arguments) == Exit.USAGE
    assert "this path is empty" in shell.err
    assert not Path("out").exists()


def test_inspecting_nothing_is_an_error(shell: Shell) -> None:
    Path("empty").mkdir()
    assert shell.run("inspect", "empty", "--json") == Exit.INPUT
    assert shell.json()["error"]["code"] == "input.empty"


def test_inspect_goes_on_when_stdin_cannot_be_read(shell: Shell) -> None:
    done = subprocess.run(
        [*COMMAND, "inspect", "-", "in/a.png", "--json", "--max-memory", "1k"],
        input=faces(),
        capture_output=True,
        check=False,
    )
    first, second = json.loads(done.stdout)["files"]
    assert first["failure"]["code"] == "limit"
    assert second["item"]["path"] == "in/a.png"
    closed = [*COMMAND, "inspect", "-", "in/a.png", "--json"]
    done = subprocess.run(["sh", "-c", '"$@" <&-', "sh", *closed], capture_output=True, check=False)
    first, second = json.loads(done.stdout)["files"]
    assert first["failure"]["code"] == "input.unreadable"
    assert len(second["sightings"]) == 2


def test_a_dry_run_over_stdin_is_a_plan() -> None:
    done = piped("redact", "-", "--dry-run", "--json", stdin=faces())
    assert done.returncode == 0
    assert done.stdout == b""
    lines = done.stderr.decode()
    assert json.loads(lines[lines.index("{\n") :])["outcome"] == "planned"
    assert "stdin: would get 2 masks" in lines


@pytest.mark.parametrize("stdout", [">/dev/full", ">&-"])
@pytest.mark.parametrize(
    "arguments", ["redact - <in/a.png", "models list --json", "redact in -o o --json"]
)
def test_a_stdout_that_cannot_be_written_is_one_line(
    shell: Shell, stdout: str, arguments: str
) -> None:
    line = f"{shlex.join(COMMAND)} {arguments} {stdout}"
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)
    assert done.returncode == Exit.OUTPUT
    (told,) = [one for one in done.stderr.splitlines() if one.startswith("passerby: ")]
    assert told.startswith("passerby: stdout: stdout cannot be written: ")
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("stderr", ["2>/dev/full", "2>&-"])
def test_a_stderr_that_cannot_be_written_does_not_end_a_run(shell: Shell, stderr: str) -> None:
    line = f"{shlex.join(COMMAND)} redact in -o out {stderr}"
    done = subprocess.run(["sh", "-c", line], capture_output=True, check=False)
    assert done.returncode == 0
    assert Path("out/a.png").exists()
    assert Path("out-report/index.html").exists()


def test_ctrl_c_while_the_program_is_loaded_is_no_traceback() -> None:
    code = """
import sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "click":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Finder())
from passerby.__main__ import main
sys.exit(main())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == Exit.INTERRUPTED
    assert done.stderr == b""


def test_what_a_person_left_is_said_in_the_line_of_the_file(shell: Shell) -> None:
    sha256 = hashlib.sha256(Path("in/a.png").read_bytes()).hexdigest()
    given = {"schema": 1, "files": [{"item": {"sha256": sha256}, "decisions": []}]}
    Path("given.json").write_text(json.dumps(given))
    assert shell.run("redact", "in", "-o", "out", "--decisions", "given.json") == 0
    assert "0 masks, 2 faces still found and left as decided" in shell.err
