"""Pictures that are embedded in a file are found, opened, and the faces in them counted."""

from __future__ import annotations

import io
import json
import pickle
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from canaries import blocks, faces, filled_heic
from canaries.search import exiftool_written
from passerby.compose import build_eyes
from passerby.errors import Exit
from passerby.examine import inspect_bytes, list_bytes
from passerby.model.finding import Sighting
from passerby.model.media import Format, Part, Verdict
from passerby.model.options import Limits, Options
from passerby.model.report import EmbeddedPicture, Inspection
from passerby.ports import Eyes, Rgb
from passerby.report.json import inspection_text
from people import crowd_and_faces
from stand_ins import MEDIA, Crashing, ports

FILES = faces.all_files()


@cache
def eyes() -> Eyes:
    return build_eyes(Options(), threads=2)


@cache
def inspected(name: str) -> Inspection:
    return inspect_bytes(FILES[name].data, shown=name, options=Options(), ports=eyes())


def counted(inspection: Inspection) -> dict[str, int | None]:
    """Return the number of faces by path; what is told twice has a number behind its path."""
    told: dict[str, int | None] = {}
    for picture in inspection.embedded:
        path = " > ".join(picture.path)
        again = sum(name.split(" #")[0] == path for name in told)
        told[f"{path} #{again + 1}" if again else path] = picture.faces
    return told


@pytest.mark.parametrize("name", FILES)
def test_every_picture_is_opened_and_its_faces_counted(name: str) -> None:
    assert inspected(name).failure is None
    assert inspected(name).sightings == ()
    assert counted(inspected(name)) == FILES[name].shown
    for each in inspected(name).embedded:
        assert (each.faces is None) == bool(each.problem)
        assert each.size == (None if each.problem else faces.SIZE)


def test_what_the_host_shows_is_not_mixed_up_with_what_is_embedded() -> None:
    whole = faces.with_segments(faces.jpeg(2), [faces.segment(0xFE, faces.jpeg(1))])
    found = inspect_bytes(whole, shown="x", options=Options(), ports=eyes())
    assert len(found.sightings) == 2
    assert [each.faces for each in found.embedded] == [1]


@pytest.mark.parametrize(
    ("name", "path", "kind"),
    [
        ("JFIF and JFXX", "APP0/JFIF/thumbnail", "uncompressed RGB"),
        ("Exif thumbnail, RGB", "APP1/Exif/IFD1/embedded picture", "uncompressed RGB"),
        ("Exif thumbnail, YCbCr 2x1", "APP1/Exif/IFD1/embedded picture", "uncompressed YCbCr"),
        ("Exif thumbnail, deflated", "APP1/Exif/IFD1/embedded picture", "strips of a TIFF"),
        ("Photoshop", "APP13/Photoshop/Thumbnail 1033", "uncompressed BGR"),
        ("XMP", "APP1/XMP/xmp:Thumbnails", "JPEG in base64"),
        ("behind the end", "APP2/MPF/picture 3", "JPEG (gain map)"),
        ("behind the end", "APP2/MPF/picture 2 (large thumbnail, VGA)", ""),
    ],
)
def test_how_it_is_stored_is_told(name: str, path: str, kind: str) -> None:
    assert [each.kind for each in inspected(name).embedded if each.path == (path,)] == [kind]


def test_the_colours_of_bare_pixels_are_right() -> None:
    for name in ("Exif thumbnail, RGB", "Exif thumbnail, YCbCr 2x2", "Photoshop", "JFIF and JFXX"):
        for path, data in saved(name).items():
            with Image.open(io.BytesIO(data)) as image:
                opened = np.asarray(image.convert("RGB")).astype(int)
            wanted = faces.pixels(FILES[name].shown[path] or 0).astype(int)
            assert opened.shape == wanted.shape
            # What was coded lossily, or has a palette or a coarse chroma, is near to it.
            assert np.abs(opened - wanted).mean() < 6, (name, path)


def saved(name: str) -> dict[str, bytes]:
    """Return the embedded pictures as files, by path."""
    kept: list[tuple[EmbeddedPicture, bytes]] = []
    inspection = inspect_bytes(
        FILES[name].data,
        shown=name,
        options=Options(),
        ports=ports(),
        save=lambda picture, data: kept.append((picture, data)),
    )
    whole = replace(inspection, embedded=tuple(picture for picture, _ in kept))
    return dict(zip(counted(whole), (data for _, data in kept), strict=True))


def test_a_saved_picture_is_the_very_file_that_was_embedded() -> None:
    files = saved("behind the end")
    assert files["after the end/jpeg"] == faces.jpeg(1, "after the end/jpeg")
    assert files["after the end/video"][4:8] == b"ftyp"
    assert files.keys() == FILES["behind the end"].shown.keys()


@pytest.mark.parametrize("name", FILES)
def test_no_pixel_of_it_is_in_the_document(name: str) -> None:
    inspection = inspected(name)
    assert pickle.loads(pickle.dumps(inspection)) == inspection  # noqa: S301
    assert {type(part) for part in inspection.parts} == {Part}
    text = inspection_text(inspection)
    assert max(map(len, text.split('"'))) < 150


def test_a_part_in_which_a_picture_was_found_holds_one_whatever_it_calls_itself() -> None:
    inspection = inspected("odd places")
    verdicts = {p.name: v for p, v in zip(inspection.parts, inspection.verdicts, strict=True)}
    document = json.loads(inspection_text(inspection))
    told = {part["name"]: part["verdict"] for part in document["parts"]}
    for name in ("COM", "APP7/Maker", "APP8/Other", "APP2/ICC_PROFILE"):
        assert verdicts[name] is Verdict.HOLDS_PICTURE
        assert told[name] == "holds a picture"


def test_each_part_has_a_verdict() -> None:
    inspection = inspected("Exif thumbnail, JPEG")
    verdicts = {p.name: v for p, v in zip(inspection.parts, inspection.verdicts, strict=True)}
    assert verdicts["SOI"] is Verdict.PICTURE
    assert verdicts["APP1/Exif/header"] is Verdict.HARMLESS
    assert verdicts["APP1/Exif/IFD0/Make"] is Verdict.MAY_IDENTIFY
    assert verdicts["APP1/Exif"] is Verdict.HOLDS_PICTURE


def test_a_picture_in_a_profile_alone_is_a_find() -> None:
    profile = faces.segment(0xE2, b"ICC_PROFILE\0\1\1" + faces.jpeg(1))
    data = faces.with_segments(faces.host(), [profile])
    found = inspect_bytes(data, shown="x", options=Options(), ports=ports())
    assert found.telling == ()
    assert found.exit is Exit.FOUND
    assert inspect_bytes(faces.host(), shown="x", options=Options(), ports=ports()).exit is Exit.OK


def test_what_is_damaged_is_told_and_searched() -> None:
    inner = faces.segment(0xE1, b"Exif\0\0" + blocks.build_tiff(
        [{0x0112: blocks.short(1)}, faces.jpeg_thumbnail(faces.jpeg(2))]
    ))  # fmt: skip
    cut = faces.with_segments(faces.jpeg(3), [inner])[:-400]
    data = faces.with_segments(faces.host(), [faces.segment(0xE7, b"Maker\0" + cut)])
    found = inspect_bytes(data, shown="x", options=Options(), ports=eyes()).embedded
    assert [each.faces for each in found] == [None, 2]
    assert "damaged" in found[0].problem


def test_together_they_may_have_as_many_pixels_as_one_picture() -> None:
    limits = Limits(pixels=2 * faces.SIZE[0] * faces.SIZE[1] + 100)
    options = Options(limits=limits)
    found = inspect_bytes(FILES["XMP"].data, shown="x", options=options, ports=ports())
    assert found.failure is None
    opened = [each for each in found.embedded if not each.problem]
    refused = [each for each in found.embedded if each.problem]
    assert (len(opened), len(refused)) == (2, 3)
    assert all("limit" in each.problem for each in refused)
    assert all(each.faces is None for each in refused)


def test_of_a_picture_that_cannot_be_read_the_container_is_told() -> None:
    out = io.BytesIO()
    Image.fromarray(faces.pixels(1)).save(out, "JPEG", progressive=True)
    plain = out.getvalue()
    cut = plain[: plain.rindex(b"\xff\xda")] + b"\xff\xd9"
    data = faces.with_segments(cut, [faces.segment(0xFE, faces.jpeg(2))])
    found = inspect_bytes(data, shown="x", options=Options(), ports=eyes())
    assert found.failure is not None
    assert found.exit is Exit.INPUT
    assert [each.faces for each in found.embedded] == [2]
    assert found.item.size == faces.SIZE


def test_a_detector_that_fails_fails_the_inspection() -> None:
    class Late(Crashing):
        def find(self, view: Rgb) -> tuple[Sighting, ...]:
            return () if view.shape[0] == 64 else super().find(view)

    data = FILES["XMP"].data
    found = inspect_bytes(data, shown="x", options=Options(), ports=ports(Late()))
    assert found.failure is not None
    assert found.failure.code == "finder"


@pytest.mark.parametrize("name", FILES)
def test_without_faces_the_same_is_listed(name: str) -> None:
    whole = inspected(name)
    found = list_bytes(FILES[name].data, shown=name, options=Options(), source=MEDIA)
    assert found.parts == whole.parts
    assert found.item == whole.item
    assert found.finder is None
    without = tuple(replace(each, faces=None) for each in whole.embedded)
    assert found.embedded == without


def test_without_faces_no_codec_and_no_detector_is_loaded() -> None:
    code = """
import sys
from passerby.compose import build_source
from passerby.examine import list_bytes
from passerby.model.options import Options
found = list_bytes(sys.stdin.buffer.read(), shown="x", options=Options(), source=build_source())
assert found.failure is None and len(found.embedded) == 5, found
print(sorted({"PIL", "simplejpeg", "imagecodecs", "tifffile", "onnxruntime"} & set(sys.modules)))
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, input=FILES["XMP"].data, capture_output=True, check=True)
    assert done.stdout.decode().strip() == "[]"


def test_faces_of_ten_pixels_in_a_thumbnail_are_counted() -> None:
    large, boxes = crowd_and_faces(1600, 1200, 6, 100, seed=1)
    out = io.BytesIO()
    Image.fromarray(large).resize((160, 120), Image.Resampling.LANCZOS).save(out, "JPEG")
    data = faces.with_segments(faces.host(), [faces.segment(0xE7, b"Maker\0" + out.getvalue())])
    found = inspect_bytes(data, shown="x", options=Options(), ports=eyes())
    assert [each.faces for each in found.embedded] == [len(boxes)]


def test_what_pillow_writes_as_a_multi_picture_file() -> None:
    out = io.BytesIO()
    pictures = [Image.fromarray(faces.pixels(count)) for count in (1, 2, 3)]
    pictures[0].save(out, "MPO", save_all=True, append_images=pictures[1:])
    found = inspect_bytes(out.getvalue(), shown="x", options=Options(), ports=eyes())
    assert len(found.sightings) == 1
    assert {each.path[0]: each.faces for each in found.embedded} == {
        "APP2/MPF/picture 2": 2,
        # Pillow 12 gives it a size that reaches beyond the end of the file.
        "APP2/MPF/picture 3 (damaged)": 3,
    }


def test_what_exiftool_writes(tmp_path: Path) -> None:
    for count in (1, 2, 3):
        (tmp_path / f"{count}.jpg").write_bytes(faces.jpeg(count))
    data = exiftool_written(
        faces.host(),
        [
            *("-Make=Nikon", f"-ThumbnailImage<={tmp_path}/1.jpg"),
            f"-PhotoshopThumbnail<={tmp_path}/2.jpg",
            f"-IPTC:ObjectPreviewData<={tmp_path}/3.jpg",
            f"-XMP-GImage:ImageData<={tmp_path}/2.jpg",
            f"-XMP-xmp:ThumbnailImage<={tmp_path}/3.jpg",
        ],
    )
    found = inspect_bytes(data, shown="x", options=Options(), ports=eyes())
    assert {each.path[0]: each.faces for each in found.embedded} == {
        "APP1/Exif/IFD1/embedded picture": 1,
        "APP13/Photoshop/Thumbnail 1036": 2,
        "APP13/Photoshop/IPTC/ObjectPreviewData": 3,
        "APP1/XMP/GImage:Data": 2,
        "APP1/XMP/xmp:Thumbnails": 3,
    }


def test_an_inspection_speaks_of_the_file_and_not_of_a_copy() -> None:
    data = filled_heic(faces.pixels(1)).data
    found = inspect_bytes(data, shown="x", options=Options(), ports=ports())
    assert found.failure is None
    assert found.item.format is Format.HEIC
    assert not any("written" in note for note in found.notes)
    assert MEDIA.read(data, Limits()).notes[-1].startswith("written as JPEG")


def test_what_lies_in_a_video_is_told_once() -> None:
    boxes = blocks.box(b"ftyp", b"mp42\0\0\0\0isommp42") + blocks.box(b"moov", bytes(200))
    data = filled_heic(faces.pixels(1)).data + blocks.box(b"mpvd", boxes)
    found = list_bytes(data, shown="x", options=Options(), source=MEDIA)
    problems = [each.problem for each in found.embedded if "moov" in each.path[0]]
    assert problems == []
