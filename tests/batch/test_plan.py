"""Which files a run is about, and what their copies are called."""

from __future__ import annotations

import io
import os
import struct
import zlib
from itertools import repeat
from pathlib import Path, PurePath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from passerby.batch.discover import HEAD, Found, discover
from passerby.batch.names import LONGEST, fit, natural_name, output_names
from passerby.batch.plan import Plan, Request, make_plan
from passerby.errors import EmptyInput, UnknownFormat, UnreadableInput, UsageError
from passerby.model.media import WRITABLE, Format
from passerby.model.options import Options
from requirements import write_named

JPEG = b"\xff\xd8\xff\xe0 the rest does not matter here"
PNG = b"\x89PNG\r\n\x1a\n"
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"


def put(root: Path, **files: bytes) -> None:
    for name, data in files.items():
        path = root / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def plan(
    *paths: Path, out: Path | None, report: Path | None = None, to: Format | None = None
) -> Plan:
    return make_plan(Request(paths=paths, out=out, options=Options(to=to), report=report))


def outputs(made: Plan, out: Path) -> list[str]:
    return [str(task.output.relative_to(out)) for task in made.tasks if task.output]


def listed(*paths: Path) -> list[str]:
    return [str(found.relative) for found in discover(paths).files]


def test_folders_keep_their_structure_and_an_order(tmp_path: Path) -> None:
    put(tmp_path / "in", b_jpg=JPEG, a__z_jpg=JPEG, a__a_png=PNG, c__d__e_JPG=JPEG)
    assert listed(tmp_path / "in") == ["b.jpg", "a/a.png", "a/z.jpg", "c/d/e.JPG"]


def test_several_folders_keep_their_names(tmp_path: Path) -> None:
    put(tmp_path, one__a_jpg=JPEG, two__a_jpg=JPEG)
    assert listed(tmp_path / "one", tmp_path / "two") == ["one/a.jpg", "two/a.jpg"]


def test_what_is_no_media_is_left_out_and_counted(tmp_path: Path) -> None:
    put(tmp_path, a_jpg=JPEG, notes_txt=b"hello", empty_txt=b"")
    (tmp_path / "._a.jpg").write_bytes(b"\x00\x05\x16\x07rest")
    (tmp_path / ".a.jpg.77-0123456789ab.passerby-partial").write_bytes(JPEG)
    os.mkfifo(tmp_path / "pipe")
    found = discover((tmp_path,))
    assert [f.source.name for f in found.files] == ["a.jpg"]
    assert found.left_out == 4


def test_a_name_that_promises_a_picture_is_never_left_out(tmp_path: Path) -> None:
    put(tmp_path, a_jpg=b"no picture", b_mov=b"no video", c_jpg=b"")
    files = discover((tmp_path,)).files
    assert [f.source.name for f in files if f.error] == ["a.jpg", "b.mov", "c.jpg"]
    assert isinstance(files[0].error, UnknownFormat)


def test_a_file_that_was_named_is_never_left_out(tmp_path: Path) -> None:
    put(tmp_path, notes_txt=b"hello")
    os.mkfifo(tmp_path / "pipe")
    names = [tmp_path / name for name in ("notes.txt", "none.jpg", "pipe", "a\0b")]
    files = discover(tuple(names)).files
    assert [type(f.error) for f in files] == [UnknownFormat] + [UnreadableInput] * 3


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    put(tmp_path / "in", sub__a_jpg=JPEG)
    (tmp_path / "in" / "sub" / "again").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "self").symlink_to("self")
    (tmp_path / "in" / "self.jpg").symlink_to("self.jpg")
    found = discover((tmp_path / "in",))
    assert [str(f.relative) for f in found.files] == ["self.jpg", "sub/a.jpg"]
    assert isinstance(found.files[0].error, UnreadableInput)
    assert len(found.notes) == 1
    assert "listed already" in found.notes[0]


def test_a_linked_folder_is_followed_once_after_the_real_ones(tmp_path: Path) -> None:
    put(tmp_path, in__z__a_jpg=JPEG, else__b_jpg=JPEG)
    (tmp_path / "in" / "a").symlink_to(tmp_path / "in" / "z")
    (tmp_path / "in" / "m").symlink_to(tmp_path / "else")
    (tmp_path / "in" / "n").symlink_to(tmp_path / "else")
    assert listed(tmp_path / "in") == ["z/a.jpg", "m/b.jpg"]


def test_output_and_reports_inside_the_input_are_not_input(tmp_path: Path) -> None:
    out = tmp_path / "out"
    put(tmp_path, a_jpg=JPEG, out__a_jpg=JPEG)
    put(tmp_path / "out-report", files__a_jpg_json=b"{}")
    assert outputs(plan(tmp_path, out=out), out) == ["a.jpg"]


def test_the_input_is_never_the_output(tmp_path: Path) -> None:
    put(tmp_path, in__a_jpg=JPEG, other__keep_txt=b"")
    folder = tmp_path / "in"
    (tmp_path / "alias").symlink_to(folder)
    for out in (folder, tmp_path / "alias", folder / ".." / "in"):
        with pytest.raises(UsageError, match="is an input"):
            plan(folder, out=out)
    with pytest.raises(UsageError, match="is an input"):
        plan(folder, out=tmp_path / "fine", report=folder)
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "a.jpg").hardlink_to(folder / "a.jpg")
    other = tmp_path / "soft"
    other.mkdir()
    (other / "a.jpg").symlink_to(folder / "a.jpg")
    for out in (linked, other):
        (task,) = plan(folder, out=out).tasks
        assert task.error is not None
        assert "one of the inputs" in task.error.message
    with pytest.raises(UsageError, match="is the input"):
        plan(folder / "a.jpg", out=folder / "a.jpg")


def test_a_single_file_may_name_its_output(tmp_path: Path) -> None:
    put(tmp_path, a_jpg=JPEG)
    made = plan(tmp_path / "a.jpg", out=tmp_path / "b.jpeg")
    assert made.tasks[0].output == tmp_path / "b.jpeg"
    assert made.reports is not None
    assert made.reports.page == tmp_path.resolve() / "b.jpeg-report" / "index.html"
    folder = plan(tmp_path / "a.jpg", out=tmp_path / "b")
    assert folder.tasks[0].output == tmp_path / "b" / "a.jpg"
    (tmp_path / "c.jpg").mkdir()
    assert plan(tmp_path / "a.jpg", out=tmp_path / "c.jpg").tasks[0].output == (
        tmp_path / "c.jpg" / "a.jpg"
    )
    with pytest.raises(UsageError, match="says otherwise"):
        plan(tmp_path / "a.jpg", out=tmp_path / "b.png")


def test_an_output_that_is_a_file_is_a_usage_error(tmp_path: Path) -> None:
    put(tmp_path, in__a_jpg=JPEG, out=b"a file")
    with pytest.raises(UsageError, match="is not a folder"):
        plan(tmp_path / "in", out=tmp_path / "out")


def test_nothing_to_do_is_an_error(tmp_path: Path) -> None:
    put(tmp_path, in__notes_txt=b"hello")
    with pytest.raises(EmptyInput, match="1 other file"):
        plan(tmp_path / "in", out=tmp_path / "out")


def test_reports_go_beside_the_output(tmp_path: Path) -> None:
    put(tmp_path, in__sub__a_jpg=JPEG)
    made = plan(tmp_path / "in", out=tmp_path / "out")
    assert made.tasks[0].sidecar == tmp_path.resolve() / "out-report/files/sub/a.jpg.json"
    elsewhere = plan(tmp_path / "in", out=tmp_path / "out", report=tmp_path / "proof")
    assert elsewhere.tasks[0].sidecar == tmp_path / "proof/files/sub/a.jpg.json"
    assert plan(tmp_path / "in", out=None).tasks[0].sidecar is None
    with pytest.raises(UsageError, match="root"):
        plan(tmp_path / "in", out=Path("/"))


def test_a_single_copy_has_its_report_with_those_of_its_folder(tmp_path: Path) -> None:
    put(tmp_path, in__a_jpg=JPEG)
    source, out = tmp_path / "in" / "a.jpg", tmp_path / "out" / "a.jpg"
    alone = plan(source, out=out).tasks[0].sidecar
    assert alone == tmp_path.resolve() / "out/a.jpg-report/files/a.jpg.json"
    of_folder = plan(tmp_path / "in", out=tmp_path / "out").tasks[0].sidecar
    assert of_folder is not None
    of_folder.parent.mkdir(parents=True)
    made = plan(source, out=out)
    assert made.tasks[0].sidecar == of_folder
    # The page and the JSON of the folder stay those of the folder.
    assert made.reports is not None
    assert made.reports.page == of_folder.with_name("a.jpg.html")
    assert made.reports.summary is None


def test_a_lying_name_is_kept_and_the_right_suffix_added(tmp_path: Path) -> None:
    put(tmp_path / "in", a_heic=JPEG, a_jpg=JPEG, b_jpg=PNG, c=JPEG, d_heic=HEIC)
    out = tmp_path / "out"
    made = plan(tmp_path / "in", out=out)
    assert outputs(made, out) == ["a.heic.jpg", "a.jpg", "b.jpg.png", "c.jpg", "d.jpg"]
    notes = [task.note for task in made.tasks]
    assert notes[0] == "its name ends in .heic; its bytes are JPEG; the copy is called a.heic.jpg"
    assert notes[1] is None
    assert notes[3] is not None
    assert "no suffix" in notes[3]


def test_the_suffix_follows_the_format_of_the_copy(tmp_path: Path) -> None:
    put(tmp_path / "in", a_jpg=PNG, b_PNG=PNG, c_jpeg=JPEG, d_webp=PNG, e=PNG)
    out = tmp_path / "out"
    made = plan(tmp_path / "in", out=out, to=Format.JPEG)
    assert outputs(made, out) == ["a.jpg", "b.jpg", "c.jpeg", "d.webp.jpg", "e.jpg"]
    assert [task.note is None for task in made.tasks] == [False, True, True, False, False]
    back = plan(tmp_path / "in", out=out, to=Format.TIFF)
    assert outputs(back, out) == ["a.jpg.tif", "b.tif", "c.tif", "d.webp.tif", "e.tif"]


def test_animations_keep_their_names_whatever_was_asked_for(tmp_path: Path) -> None:
    gif = saved_frames("GIF")
    put(tmp_path / "in", a_gif=gif, b_png=saved_frames("PNG"), c_tif=saved_frames("TIFF"))
    out = tmp_path / "out"
    names = outputs(plan(tmp_path / "in", out=out, to=Format.JPEG), out)
    assert names == outputs(plan(tmp_path / "in", out=out), out)


def saved_frames(name: str) -> bytes:
    frames = [Image.new("L", (300, 300), shade) for shade in (0, 80)]
    stream = io.BytesIO()
    frames[0].save(stream, name, save_all=True, append_images=frames[1:])
    return stream.getvalue()


def test_a_format_that_stands_behind_the_first_bytes_is_told(tmp_path: Path) -> None:
    tiff = saved_frames("TIFF")
    assert len(tiff) > 2 * HEAD
    # The tags of the second page lie behind the pixels of the first.
    put(tmp_path, pages_tif=tiff)
    (found,) = discover((tmp_path,)).files
    assert found.format is Format.MULTIPAGE_TIFF
    animated = saved_frames("PNG")
    text = b"\0\1\x11\x70tEXt" + b"a" * 70000
    late = animated[:33] + text + struct.pack(">I", zlib.crc32(text[4:])) + animated[33:]
    (tmp_path / "pages.tif").write_bytes(late)
    (found,) = discover((tmp_path,)).files
    assert found.format is Format.APNG


def test_one_file_under_a_name_of_another_format(tmp_path: Path) -> None:
    put(tmp_path, a_jpg=JPEG)
    source = tmp_path / "a.jpg"
    made = plan(source, out=tmp_path / "b.png", to=Format.PNG)
    assert made.tasks[0].output == tmp_path / "b.png"
    with pytest.raises(UsageError, match="will be PNG") as error:
        plan(source, out=tmp_path / "b.jpg", to=Format.PNG)
    assert error.value.hint == "Let its name end in .png."
    with pytest.raises(UsageError, match="will be JPEG") as error:
        plan(source, out=tmp_path / "b.png")
    assert error.value.hint == "Let its name end in .jpg, or add --to png."


def test_odd_names_come_through_and_are_shown_safely(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    names = (b"new\nline.jpg", b"\x1b[31mred.jpg", b"\xff\xfe.jpg", b"-rf.jpg", b" .jpg")
    taken = write_named(folder, names, repeat(JPEG))
    made = plan(folder, out=tmp_path / "out")
    assert {os.fsencode(t.output.name) for t in made.tasks if t.output} == set(taken)
    for task in made.tasks:
        assert task.shown.isprintable()


def found(name: str, form: Format = Format.JPEG, source: str | None = None) -> Found:
    return Found(source=Path(source or name), relative=PurePath(name), format=form)


def test_names_that_clash_are_told_apart_by_where_they_come_from() -> None:
    files = [found("a.jpg"), found("A.JPG"), found("a.heic"), found("a.heic.jpg")]
    names = list(map(str, output_names(files)))
    assert names[1] == "A.JPG"
    assert names[3] == "a.heic.jpg"
    assert names[0].startswith("a~")
    assert names[2].startswith("a.heic~")
    assert names == list(map(str, reversed(output_names(files[::-1]))))


def test_a_converted_picture_beside_its_namesake_keeps_its_whole_name() -> None:
    png, other = found("a.png", Format.PNG), found("A.PNG", Format.PNG)
    taken = found("b.png.jpg"), found("b.jpg"), found("b.png", Format.PNG)
    files = [png, found("a.jpg"), other, *taken]
    names = list(map(str, output_names(files, Format.JPEG)))
    # By the bytes of their places the upper case goes first.
    assert names[1:3] == ["a.jpg", "A.PNG.jpg"]
    assert names[0].startswith("a~")
    assert names[3:5] == ["b.png.jpg", "b.jpg"]
    assert names[5].startswith("b~")
    assert output_names(files[::-1], Format.JPEG)[::-1] == output_names(files, Format.JPEG)
    assert [str(n) for n in output_names([png], Format.JPEG)] == ["a.jpg"]


def test_what_cannot_be_written_takes_the_suffix_of_its_copy() -> None:
    kinds = {
        "a.heic": Format.HEIC, "a.jpg": Format.JPEG, "a.nef": Format.RAW, "b.HIF": Format.HEIC,
        "c.CR2": Format.RAW, "d.psd": Format.PSD, "e.jxl": Format.JPEG_XL, "f.png": Format.HEIC,
    }  # fmt: skip
    names = output_names([found(name, form) for name, form in kinds.items()])
    assert list(map(str, names)) == [
        "a.heic.jpg", "a.jpg", "a.nef.jpg", "b.jpg", "c.jpg", "d.tif", "e.png", "f.png.jpg",
    ]  # fmt: skip
    avif = output_names([found("b.HIF", Format.HEIC), found("f.avif", Format.AVIF)], Format.AVIF)
    assert list(map(str, avif)) == ["b.avif", "f.avif"]


def test_accents_in_two_forms_clash() -> None:
    one, other = output_names([found("caf\u00e9.jpg"), found("cafe\u0301.jpg")])
    assert str(one) != "caf\u00e9.jpg" or str(other) != "cafe\u0301.jpg"


pieces = st.text(st.sampled_from("aAbßé.\n ~"), min_size=1, max_size=4)
file_names = pieces.filter(lambda n: n.strip(".") != "").map(lambda n: n + ".")
suffixes = st.sampled_from(["jpg", "JPG", "jpeg", "png", "png.jpg", "heic", "heic.jpg"])
wishes = st.sampled_from([None, *sorted(WRITABLE)])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(file_names, suffixes, st.sampled_from(Format)), unique=True), wishes)
def test_names_are_distinct_and_do_not_hang_on_the_order(
    parts: list[tuple[str, str, Format]], to: Format | None
) -> None:
    files = [found(a + b, form, f"{i}/{a}{b}") for i, (a, b, form) in enumerate(parts)]
    names = output_names(files, to)
    assert len({str(name).casefold() for name in names}) == len(files)
    assert output_names(files[::-1], to)[::-1] == names
    for one, name in zip(files, names, strict=True):
        alone = natural_name(one.relative, one.format, to)
        whole = PurePath(one.relative.name + alone.suffix)
        assert name in (alone, whole) or "~" in name.name
        assert name.suffix == alone.suffix


def test_a_name_that_becomes_too_long_is_cut() -> None:
    for name in ("a" * 255, "é" * 127, "漢" * 85):
        made = fit(name, ".json")
        assert len(os.fsencode(made)) <= LONGEST
        assert made.endswith(".json")
    assert fit("a" * 255, ".json") != fit("a" * 254 + "b", ".json")
    assert fit("short", ".json") == "short.json"
