"""`passerby inspect` as people see it: the tree, and pictures that are saved for a look."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from canaries import faces
from passerby.errors import Exit
from shells import Shell


@pytest.fixture
def shell(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Shell:
    monkeypatch.chdir(tmp_path)
    return Shell(capfd)


def write(name: str, data: bytes) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def lines(shell: Shell) -> list[str]:
    return [" ".join(line.split()) for line in shell.err.splitlines()]


def test_a_thumbnail_says_how_many_faces_it_shows(shell: Shell) -> None:
    shown = faces.exif_files()["JPEG"]
    write("a.jpg", shown.data)
    assert shell.run("inspect", "a.jpg") == Exit.FOUND
    told = lines(shell)
    assert told[0].startswith("a.jpg: 0 faces, ")
    assert told[0].endswith("; 3 embedded pictures, showing 6 faces")
    size = len(faces.jpeg(1, "APP1/Exif/IFD1/embedded picture")) / 1000
    assert f"embedded picture {size:.1f} kB holds a picture: JPEG 180x60, shows 1 face" in told
    assert "Make 6 B may identify: device" in told
    assert [line for line in told if line.endswith("the picture")] == [
        line for line in told if line.startswith("4 DHT")
    ]
    assert not any("header 8 B" in line for line in told)


def test_all_shows_every_part_where_it_lies(shell: Shell) -> None:
    data = faces.exif_files()["JPEG"].data
    write("a.jpg", data)
    shell.run("inspect", "a.jpg", "--no-faces", "--all", "--json")
    (file,) = shell.json()["files"]
    told = lines(shell)
    assert len(told) == 1 + len(file["parts"])
    assert "0 SOI 2 B the picture" in told
    place = data.index(b"Exif\0\0")
    assert any(line.startswith(f"{place - 4} APP1/Exif ") for line in told)
    assert f"{place + 6} header 8 B harmless" in told


def test_each_part_has_its_verdict_in_json(shell: Shell) -> None:
    write("a.jpg", faces.behind_the_end().data)
    assert shell.run("inspect", "a.jpg", "--json") == Exit.FOUND
    (file,) = shell.json()["files"]
    verdicts = {part["name"]: part["verdict"] for part in file["parts"]}
    assert verdicts["EOI"] == "the picture"
    assert verdicts["after the end/video"] == "holds a picture"
    paths = [tuple(picture["path"]) for picture in file["embedded"]]
    second = "APP2/MPF/picture 2 (large thumbnail, VGA)"
    assert paths.index((second, "APP1/Exif/IFD1/embedded picture")) == paths.index((second,)) + 1
    video = next(one for one in file["embedded"] if one["format"] == "video")
    assert (video["faces"], video["problem"]) == (None, "not looked into")


def test_pictures_inside_pictures_stand_below_them(shell: Shell) -> None:
    write("a.jpg", faces.behind_the_end().data)
    shell.run("inspect", "a.jpg")
    told = shell.err.splitlines()
    outer = next(n for n, line in enumerate(told) if "picture 2 (large thumbnail" in line)
    inner = told[outer + 1]
    assert "APP1/Exif/IFD1/embedded picture" in inner
    assert "shows 3 faces" in inner
    assert indent(inner) == indent(told[outer]) + 2
    assert sum("video, not looked into" in line for line in told) == 2
    same = [line for line in told if "holds a picture: that of APP2/MPF/picture 3" in line]
    assert len(same) == 1


def indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def test_without_faces_none_is_looked_for(shell: Shell) -> None:
    write("a.jpg", faces.jpeg(3))
    write("b.jpg", faces.exif_files()["RGB"].data)
    assert shell.run("inspect", "a.jpg", "b.jpg", "--no-faces", "--json") == Exit.FOUND
    plain, other = shell.json()["files"]
    assert plain["finder"] is None
    assert plain["item"]["size"] == [180, 60]
    assert plain["sightings"] == []
    assert all(picture["faces"] is None for picture in other["embedded"])
    assert "faces not counted" in shell.err
    assert "uncompressed RGB 180x60" in shell.err
    assert "shows" not in shell.err


def test_control_characters_are_not_shown(shell: Shell) -> None:
    bad = "\x1b[2J\u202e"
    xmp = (
        faces.packet("", "<odd:a\u0301bc>x</odd:a\u0301bc>").decode().replace("odd/", "odd\u202e/")
    )
    segments = [
        faces.segment(0xE7, b"\x1b[31mred\x07\0"),
        faces.segment(0xE1, faces.XMP + xmp.encode()),
    ]
    write("a.jpg", faces.with_segments(faces.host(), segments))
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment\x9b2J", "x")
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG", pnginfo=info)
    write("b.png", out.getvalue())
    name = f"c{bad}.jpg"
    write(name, faces.host())
    for arguments in (("--no-faces",), ("--no-faces", "--all")):
        shell.run("inspect", "a.jpg", "b.png", name, *arguments)
        assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(shell.err)
        assert "red" in shell.err


def test_saved_pictures_are_those_that_are_told(shell: Shell) -> None:
    write("in/a.jpg", faces.behind_the_end().data)
    assert shell.run("inspect", "in/a.jpg", "--save-embedded", "look", "--json") == Exit.FOUND
    (file,) = shell.json()["files"]
    saved = sorted(Path("look").iterdir())
    assert len(saved) == len(file["embedded"]) == 7
    assert {path.stat().st_mode & 0o777 for path in saved} == {0o600}
    assert Path("look").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_size for path in saved} == {one["bytes"] for one in file["embedded"]}
    assert Path("look/a.jpg--after_the_end_jpeg.jpg").read_bytes() == faces.jpeg(
        1, "after the end/jpeg"
    )
    assert Path("look/a.jpg--after_the_end_video.mp4").is_file()
    assert "7 embedded pictures saved in look: they show faces UNREDACTED." in shell.err


def test_nothing_is_saved_unless_it_is_asked_for(shell: Shell) -> None:
    write("in/a.jpg", faces.behind_the_end().data)
    before = sorted(Path().rglob("*"))
    shell.run("inspect", "in/a.jpg")
    assert sorted(Path().rglob("*")) == before
    assert "UNREDACTED" not in shell.err


def test_saved_pictures_overwrite_nothing(shell: Shell) -> None:
    write("in/a.jpg", faces.exif_files()["JPEG"].data)
    assert shell.run("inspect", "in", "--save-embedded", "look") == Exit.FOUND
    for path in Path("look").iterdir():
        path.write_bytes(b"mine")
    assert shell.run("inspect", "in", "--save-embedded", "look", "--json") == Exit.OUTPUT
    assert {path.read_bytes() for path in Path("look").iterdir()} == {b"mine"}
    failure = shell.json()["files"][0]["failure"]
    assert failure["code"] == "output.exists"
    # There is no --overwrite here.
    assert "--save-embedded" in failure["advice"]


def test_a_folder_that_cannot_be_written_is_an_output_error(shell: Shell) -> None:
    write("in/a.jpg", faces.exif_files()["JPEG"].data)
    write("look", b"a file")
    assert shell.run("inspect", "in", "--save-embedded", "look", "--no-faces") == Exit.OUTPUT


def test_two_files_of_one_name_do_not_meet(shell: Shell) -> None:
    data = faces.exif_files()["JPEG"].data
    write("in/a.jpg", data)
    write("in/below/a.jpg", data)
    assert shell.run("inspect", "in", "--save-embedded", "look", "--no-faces") == Exit.FOUND
    assert len(list(Path("look").iterdir())) == 6


def test_names_of_saved_pictures_lead_nowhere_else(shell: Shell) -> None:
    label = b"../../../up/\x1b;rm -rf ~\0"
    data = faces.with_segments(faces.host(), [faces.segment(0xE7, label + faces.jpeg(1))])
    write("in/..-..;$(x) \u202e.jpg", data)
    assert shell.run("inspect", "in", "--save-embedded", "look", "--no-faces") == Exit.FOUND
    (saved,) = Path("look").iterdir()
    assert set(saved.name) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
    )
    assert not saved.name.startswith(".")
    assert not Path("up").exists()


def test_a_picture_on_stdin_can_be_saved_too(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    read, write_end = os.pipe()
    with os.fdopen(write_end, "wb") as stream:
        stream.write(faces.exif_files()["JPEG"].data)
    with os.fdopen(read, "r") as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert shell.run("inspect", "-", "--save-embedded", "look", "--no-faces") == Exit.FOUND
    assert len(list(Path("look").iterdir())) == 3


def test_of_a_damaged_picture_the_container_is_told_and_the_code_is_that_of_the_damage(
    shell: Shell,
) -> None:
    out = io.BytesIO()
    Image.fromarray(faces.pixels(1)).save(out, "JPEG", progressive=True)
    plain = out.getvalue()
    cut = plain[: plain.rindex(b"\xff\xda")] + b"\xff\xd9"
    write("a.jpg", faces.with_segments(cut, [faces.segment(0xFE, faces.jpeg(2))]))
    assert shell.run("inspect", "a.jpg", "--json") == Exit.INPUT
    told = lines(shell)
    assert told[0].startswith("passerby: a.jpg: JPEG: scans are missing")
    assert any(line.startswith("COM ") and "shows 2 faces" in line for line in told)
    assert json.loads(shell.out)["files"][0]["embedded"][0]["faces"] == 2


@pytest.mark.parametrize("files", [3, 70])
def test_several_processes_tell_the_same_in_the_same_order(shell: Shell, files: int) -> None:
    for number in range(files):
        write(f"in/{number:03}.jpg", faces.exif_files()["JPEG" if number % 2 else "RGB"].data)
    write("in/001.jpg", b"\xff\xd8\xff broken")
    assert shell.run("inspect", "in", "--no-faces", "--json") == Exit.PARTIAL
    found = shell.json()["files"]
    assert [one["item"]["path"] for one in found] == [f"in/{n:03}.jpg" for n in range(files)]
    heads = [line for line in shell.err.splitlines() if "in/" in line]
    assert [head.split("in/")[1][:3] for head in heads] == [f"{n:03}" for n in range(files)]
    assert found[1]["failure"]["code"] == "input.corrupt"
    assert found[0]["embedded"] == found[2]["embedded"]
