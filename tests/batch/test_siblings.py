"""What lies beside a picture and would undo its redaction is named, and never copied."""

from __future__ import annotations

import hashlib
import json
import os
import time
from pathlib import Path

import pytest

from batch_parts import picture
from passerby.batch import siblings
from passerby.batch.plan import Plan, Request, make_plan
from passerby.batch.run import run_batch
from passerby.batch.siblings import FolderIndex
from passerby.cli.progress import MOST_SIBLINGS, sibling_lines
from passerby.model.given import Given
from passerby.model.options import Options
from passerby.model.report import Outcome
from passerby.report.run import RunReport

MOV = b"\0\0\0\x14ftypqt  \0\0\0\0qt  "
LONG = "PXL_20240531_120000000.NIGHT.a.long.way.home.jpg"


def beside(picture: str, *others: str, folders: tuple[str, ...] = ()) -> dict[str, str]:
    index = FolderIndex()
    for name in (picture, *others, "other.jpg", "IMG_9.MOV", "notes.json", "IMG_04120.jpg"):
        index.add(name)
    for name in folders:
        index.add(name, is_folder=True)
    return {one.name: one.what for one in index.beside(picture)}


@pytest.mark.parametrize(
    ("picture", "sibling", "what"),
    [
        ("IMG_0412.HEIC", "IMG_0412.MOV", "Live Photo"),
        ("IMG_0412.HEIC", "img_0412.mov", "Live Photo"),
        ("IMG_0412.jpg", "IMG_0412.MP4", "Live Photo"),
        ("IMG_0412.HEIC", "IMG_0412.AAE", "edits"),
        ("IMG_0412.HEIC", "IMG_O0412.AAE", "edits"),
        ("IMG_E0412.HEIC", "IMG_0412.AAE", "edits"),
        ("IMG_E0412.JPG", "IMG_0412.HEIC", "before or after an edit"),
        ("IMG_0412.JPG", "IMG_E0412.JPG", "before or after an edit"),
        ("DSC_1.JPG", "DSC_1.NEF", "RAW"),
        ("DSC_1.JPG", "dsc_1.nef", "RAW"),
        ("DSC_1.JPG", "DSC_1.WAV", "voice memo"),
        ("DSC_1.JPG", "DSC_1.xmp", "sidecar"),
        ("DSC_1.JPG", "DSC_1.JPG.xmp", "sidecar"),
        ("DSC_1.JPG", "DSC_1.THM", "small version"),
        ("GOPR1.JPG", "GOPR1.LRV", "small version"),
        ("a.jpg", "a.psd", "working file"),
        ("a.jpg", "a.xcf", "working file"),
        ("a.jpg", "a.png", "another format"),
        ("a.jpg", "a.jpg_original", "backup"),
        ("a.jpg", "a.jpg~", "backup"),
        ("a.jpg", "a.jpg.bak", "backup"),
        ("a.jpg", "._a.jpg", "macOS"),
        ("a.jpg", "a.jpg.json", "Google"),
        ("a.jpg", "a.json", "Google"),
        ("a.jpg", "a.jpg.supplemental-metadata.json", "Google"),
        ("a.jpg", "a.jpg.suppl.json", "Google"),
        ("a(1).jpg", "a.jpg(1).json", "Google"),
        ("a(1).jpg", "a.jpg.supplemental-metadata(1).json", "Google"),
        (LONG, f"{LONG}.supplemental-metadata"[:46] + ".json", "Google"),
        (LONG, f"{LONG}.supplemental-metadata"[:43] + "(1).json", "Google"),
        ("a-edited.jpg", "a.jpg", "before or after an edit"),
        ("a.jpg", "a-edited.jpg", "before or after an edit"),
        ("a(1).jpg", "a-edited(1).jpg", "before or after an edit"),
        ("a-bearbeitet.jpg", "a.heic", "before or after an edit"),
        ("PXL_20240531_120000000~2.jpg", "PXL_20240531_120000000.jpg", "before or after an edit"),
        ("MVIMG_20200101_120000.jpg", "MVIMG_20200101_120000.mp4", "Live Photo"),
        ("PXL_20240531_120000000.MP.jpg", "PXL_20240531_120000000.MP", "Live Photo"),
        ("PXL_20240531_120000000.RAW-01.COVER.jpg",
         "PXL_20240531_120000000.RAW-02.ORIGINAL.dng", "RAW"),
        ("PXL_20240531_120000000.PORTRAIT-01.COVER.jpg",
         "PXL_20240531_120000000.PORTRAIT-02.ORIGINAL.jpg", "the same shot"),
        ("a.jpg", "Thumbs.db", "thumbnails of the folder"),
        ("a.jpg", ".DS_Store", "thumbnails of the folder"),
        ("a.jpg", ".picasa.ini", "thumbnails of the folder"),
        ("a.jpg", "a.docx", "a file of the same name"),
        ("caf\u00e9.jpg", "cafe\u0301.mov", "Live Photo"),
    ],
)  # fmt: skip
def test_what_it_is(picture: str, sibling: str, what: str) -> None:
    found = beside(picture, sibling)
    assert set(found) == {sibling}
    assert what in found[sibling]


@pytest.mark.parametrize(
    ("picture", "other"),
    [
        ("IMG_0412.jpg", "IMG_0413.MOV"),
        ("IMG_0412.jpg", "IMG_E0413.jpg"),
        ("a.jpg", "ab.jpg.json"),
        ("a.jpg", "a-editedly.jpg"),
        ("a(1).jpg", "a.jpg(2).json"),
        ("x" * 45 + "a.jpg", "x" * 45 + "b.supple.json"),
        ("PXL_20240531_120000000.jpg", "PXL_20240531_120000001.jpg"),
        ("a.jpg", "Thumbs.dbx"),
    ],
)
def test_what_it_is_not(picture: str, other: str) -> None:
    assert beside(picture, other) == {}


def test_of_folders_only_those_count_that_hold_copies() -> None:
    found = beside("a.jpg", folders=("a", "@eaDir", ".picasaoriginals", "b"))
    assert set(found) == {"@eaDir", ".picasaoriginals"}


def plan(folder: Path, *paths: Path) -> Plan:
    out = folder.parent / "out"
    return make_plan(Request(paths=paths or (folder,), out=out, options=Options()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "in"
    place.mkdir()
    (place / "IMG_1.png").write_bytes(picture())
    return place


def test_a_sibling_that_is_in_the_run_is_told_from_one_that_stays_behind(folder: Path) -> None:
    (folder / "IMG_1.tif").write_bytes(picture(1, "tiff"))
    (folder / "IMG_1.heic").write_bytes(b"no picture")
    (folder / "IMG_1.json").write_text("{}")
    tasks = {task.source.name: task for task in plan(folder).tasks}
    told = {Path(s.path).name: s.in_run for s in tasks["IMG_1.png"].siblings}
    assert told == {"IMG_1.tif": True, "IMG_1.heic": False, "IMG_1.json": False}
    # Alone, nobody else looks after the TIFF.
    (task,) = plan(folder, folder / "IMG_1.png").tasks
    assert not any(s.in_run for s in task.siblings)


def test_the_video_of_a_live_photo_is_refused_and_called_so(folder: Path) -> None:
    (folder / "IMG_1.MOV").write_bytes(MOV)
    (folder / "alone.mov").write_bytes(MOV)
    errors = {task.source.name: task.error for task in plan(folder).tasks}
    error = errors["IMG_1.MOV"]
    assert error is not None
    assert "moving part of IMG_1.png, as in a Live Photo" in error.message
    assert error.code == "input.unsupported"
    assert "Do not publish it" in error.hint
    assert errors["alone.mov"] is None
    assert errors["IMG_1.png"] is None


def test_thumbnails_of_the_system_are_no_input(folder: Path) -> None:
    hidden = folder / "@eaDir" / "IMG_1.png"
    hidden.mkdir(parents=True)
    (hidden / "SYNOPHOTO_THUMB_XL.jpg").write_bytes(picture(2, "jpeg"))
    (folder / ".thumbnails").symlink_to(hidden)
    made = plan(folder)
    assert [task.source.name for task in made.tasks] == ["IMG_1.png"]
    assert any(".thumbnails is for copies" in note for note in made.notes)
    assert any("@eaDir is for copies" in note for note in made.notes)
    # Who names the folder means it.
    (task,) = plan(folder, folder / "@eaDir").tasks
    assert task.source.name == "SYNOPHOTO_THUMB_XL.jpg"


def test_a_folder_is_listed_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(50):
        (folder / f"b{number}.png").write_bytes(picture())
        (folder / f"b{number}.xmp").write_text("")
    listed = []
    scandir = os.scandir

    def counted(place: Path) -> object:
        listed.append(place)
        return scandir(place)

    monkeypatch.setattr(siblings.os, "scandir", counted)
    made = plan(folder)
    assert len(listed) <= 2
    assert sum(len(task.siblings) for task in made.tasks) == 50


def test_a_folder_that_cannot_be_listed_has_no_siblings(tmp_path: Path) -> None:
    assert FolderIndex.of(tmp_path / "none").beside("a.jpg") == ()
    assert FolderIndex.of(Path("a\0b")).beside("a.jpg") == ()


def run(folder: Path) -> RunReport:
    hashes = [hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir() if p.is_file()]
    given = {sha256: Given(sha256=sha256, decisions=()) for sha256 in hashes}
    out = folder.parent / "out"
    return run_batch(Request(paths=(folder,), out=out, options=Options(), given=given, workers=1))


def test_the_report_the_page_and_the_end_of_a_run_name_them(folder: Path) -> None:
    (folder / "IMG_1.MOV").write_bytes(MOV)
    (folder / "IMG_1.png_original").write_bytes(b"damaged")
    (folder / "<b>.txt").write_text("no sibling")
    (folder / "IMG_1.<i>").write_text("a sibling")
    done = run(folder)
    names = [Path(one.path).name for one in done.left_behind]
    assert names == ["IMG_1.<i>", "IMG_1.MOV", "IMG_1.png_original"]
    summary = json.loads((folder.parent / "out-report" / "run.json").read_text())
    assert summary["left_behind"] == 3
    by_name = {Path(file["item"]["path"]).name: file for file in summary["files"]}
    assert len(by_name["IMG_1.png"]["siblings"]) == 3
    record = json.loads((folder.parent / "out-report/files/IMG_1.png.json").read_text())
    assert record["siblings"] == by_name["IMG_1.png"]["siblings"]
    page = (folder.parent / "out-report" / "index.html").read_text()
    assert "Beside the originals" in page
    assert page.count("IMG_1.png_original") == 2
    assert "IMG_1.&lt;i&gt;" in page
    assert "<i>" not in page.split("</style>")[1]
    lines = sibling_lines(done)
    assert lines[0].startswith("3 files lie beside the originals")
    assert any("IMG_1.MOV: a video of the same moment" in line for line in lines)
    # Nothing but the copy of the picture is in the output.
    assert [path.name for path in (folder.parent / "out").iterdir()] == ["IMG_1.png"]


def test_what_came_later_is_named_when_the_copy_is_skipped(folder: Path) -> None:
    assert run(folder).left_behind == ()
    assert sibling_lines(run(folder)) == []
    (folder / "IMG_1.xmp").write_text("")
    again = run(folder)
    assert [report.outcome for report in again.files] == [Outcome.SKIPPED]
    assert len(again.left_behind) == 1


def test_many_are_counted_at_the_end(folder: Path) -> None:
    for number in range(MOST_SIBLINGS + 3):
        (folder / f"IMG_1.x{number:02}").write_text("")
    lines = sibling_lines(run(folder))
    assert len(lines) == MOST_SIBLINGS + 2
    assert "and 3 more" in lines[-1]


def test_a_link_that_leads_to_itself_hides_nothing(tmp_path: Path) -> None:
    for name in ("a.jpg", "a.mov"):
        (tmp_path / name).touch()
    (tmp_path / "loop").symlink_to("loop")
    assert [one.name for one in FolderIndex.of(tmp_path).beside("a.jpg")] == ["a.mov"]


def test_records_of_names_that_begin_alike_are_found_at_once() -> None:
    index, names = FolderIndex(), [f"{'x' * 45}{number:04}.jpg" for number in range(2000)]
    for name in names:
        index.add(f"{name}.json")
    began = time.process_time()
    found = [[one.name for one in index.beside(name)] for name in names[:300]]
    assert found == [[f"{name}.json"] for name in names[:300]]
    # Held against each record it takes more than 5 s.
    assert time.process_time() - began < 2


def test_a_video_that_is_named_alone_is_refused_as_such(folder: Path) -> None:
    (folder / "IMG_1.MOV").write_bytes(MOV)
    request = Request(paths=(folder / "IMG_1.MOV",), out=folder.parent / "b.jpg", options=Options())
    (task,) = make_plan(request).tasks
    assert task.error is not None
    assert task.error.code == "input.unsupported"
