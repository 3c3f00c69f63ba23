"""The one picture that goes to a company: her face, for one purpose, and nothing else."""

from __future__ import annotations

import io
import subprocess
from functools import cache
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from canaries import BUILDERS, Filled
from canaries.search import found_in
from passerby.compose import build_ports
from passerby.crop import Crop, Wish, crop_picture, is_crop
from passerby.errors import (
    CorruptInput,
    InputError,
    LimitExceeded,
    UnknownFormat,
    UnsupportedFormat,
    UsageError,
    VerificationFailed,
)
from passerby.media import Media, watermark
from passerby.media.orient import apply as turn
from passerby.model.geometry import Box
from passerby.model.media import Group, Orientation
from passerby.model.options import Limits, Method, Options
from passerby.ports import Ports
from people import Rgb, backdrop, crowd_and_faces, face_box, face_in_head, head, manifest, paste
from people import portrait as whole_portrait
from requirements import require
from shells import Shell
from stand_ins import Scripted
from stand_ins import ports as scripted

PURPOSE = "Only for request PB-7Q2M to Clearview AI. Delete after the search."
MEDIA = Media()
FACE = face_box("collins")


@cache
def real_ports() -> Ports:
    return build_ports(Options(), threads=2)


def crop(data: bytes, wish: Wish | None = None, ports: Ports | None = None) -> Crop:
    return crop_picture(data, wish or Wish(purpose=PURPOSE), Options(), ports or real_ports())


def png(picture: np.ndarray, **options: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG", compress_level=1, **options)
    return out.getvalue()


def pixels(made: Crop) -> Rgb:
    with Image.open(io.BytesIO(made.data)) as image:
        assert image.mode == "RGB"
        return np.asarray(image)


def part(picture: Rgb, box: Box) -> Rgb:
    return picture[box.y0 : box.y1, box.x0 : box.x1]


def alike(one: np.ndarray, other: np.ndarray) -> float:
    """Return how much two pictures vary together, from -1 to 1: words across them change each
    pixel a little, another picture all of them."""
    return float(np.corrcoef(one.astype(float).ravel(), other.astype(float).ravel())[0, 1])


def inner(box: Box) -> Box:
    return box.grow(-0.2, -0.2, -0.2, -0.2)


def covered(made: Crop, box: Box) -> bool:
    """Whether the inner part of a face, in the picture's coordinates, is black but for words."""
    scale = made.size[0] / made.box.width
    x, y = made.box.x0, made.box.y0
    at = Box.from_floats(*(scale * v for v in (box.x0 - x, box.y0 - y, box.x1 - x, box.y1 - y)))
    values = part(pixels(made), inner(at)).max(axis=2)
    # Under the fill there is one value: what is seen of the rest are the white words.
    return bool((values <= 12).mean() > 0.35 and values.max() <= 180)


@pytest.mark.parametrize("name", sorted(manifest()))
def test_the_only_face_is_cut_out_with_words_across_it(name: str) -> None:
    picture = whole_portrait(name)
    made = crop(png(picture))
    face = face_box(name)
    assert made.box.x0 <= face.x0
    assert made.box.y0 <= face.y0
    assert made.box.x1 >= face.x1
    assert made.box.y1 >= face.y1
    assert made.box.area < picture.shape[0] * picture.shape[1] * 0.6
    assert made.faces == 1
    assert made.covered == ()
    assert made.notes == ()
    assert made.size == (made.box.width, made.box.height)
    before, after = part(picture, made.box), pixels(made)
    assert 0.6 < alike(before, after) < 0.99
    # Her face is there to be searched: a detector sees it where it was.
    found = real_ports().second.find(after)
    there = Box(*(np.array(face.as_tuple()) - (made.box.x0, made.box.y0) * 2))
    assert max(sighting.box.iou(there) for sighting in found) > 0.4


def test_the_same_picture_and_purpose_give_the_same_bytes_and_another_purpose_does_not() -> None:
    data = png(whole_portrait())
    assert crop(data).data == crop(data).data
    assert crop(data).data != crop(data, Wish(purpose="For somebody else.")).data


def test_a_large_picture_is_made_small_and_a_small_one_is_not_enlarged() -> None:
    large = np.asarray(Image.fromarray(whole_portrait("hopper")).resize((1024, 1200)))
    made = crop(png(large))
    assert max(made.size) == 600
    assert made.box.height > 800
    ratio = made.box.width / made.box.height
    assert made.size[0] / made.size[1] == pytest.approx(ratio, abs=0.01)
    canvas = backdrop(600, 400)
    paste(canvas, head("collins", 20), 100, 100)
    with pytest.raises(InputError, match="shorter side needs 128"):
        crop(png(canvas))


def test_several_faces_are_told_and_nothing_is_made_until_a_person_says_which() -> None:
    picture, faces = crowd_and_faces(1000, 260, 4, 110)
    with pytest.raises(UsageError, match=r"4 faces found \(1: \d+,\d+,\d+,\d+; 2: ") as error:
        crop(png(picture))
    assert "--face" in error.value.hint
    for number in (0, 5):
        with pytest.raises(UsageError, match=f"there is no face {number}"):
            crop(png(picture), Wish(purpose=PURPOSE, face=number))
    boxes = [crop(png(picture), Wish(purpose=PURPOSE, face=n)).box for n in (1, 2, 3, 4)]
    for face in faces:
        assert sum(box.intersection(face) > 0.9 * face.area for box in boxes) == 1


def test_every_other_face_in_the_box_is_covered() -> None:
    picture, faces = crowd_and_faces(1000, 260, 4, 110)
    whole = Box(0, 0, 1000, 260)
    made = crop(png(picture), Wish(purpose=PURPOSE, box=whole, face=1))
    assert len(made.covered) == 3
    shown = [face for face in faces if not covered(made, face)]
    assert len(shown) == 1
    assert all(shown[0].intersection(box) == 0 for box in made.covered)
    with pytest.raises(UsageError, match="4 faces lie in the box"):
        crop(png(picture), Wish(purpose=PURPOSE, box=whole))


def test_a_box_around_one_of_several_faces_needs_no_number() -> None:
    picture, faces = crowd_and_faces(1000, 260, 4, 110)
    box = faces[1].grow(0.3, 0.3, 0.3, 0.3).clip(1000, 260)
    assert box is not None
    made = crop(png(picture), Wish(purpose=PURPOSE, box=box))
    assert made.box == box
    assert not covered(made, faces[1])
    with pytest.raises(UsageError, match="outside of the box"):
        crop(png(picture), Wish(purpose=PURPOSE, box=Box(900, 240, 1000, 260), face=1))
    with pytest.raises(UsageError, match="outside of the picture"):
        crop(png(picture), Wish(purpose=PURPOSE, box=Box(1000, 0, 1200, 200)))


def test_a_face_that_reaches_into_the_crop_from_outside_is_covered() -> None:
    canvas = backdrop(500, 300)
    paste(canvas, head("hopper", 120), 60, 30)
    other = face_in_head("collins", 120, 210, 30)
    paste(canvas, head("collins", 120), 210, 30)
    box = Box(40, 10, (other.x0 + other.x1) // 2 - 8, 290)
    made = crop(png(canvas), Wish(purpose=PURPOSE, box=box))
    assert len(made.covered) == 1
    visible = Box(other.x0 + 12, other.y0 + 30, box.x1, other.y1 - 30)
    values = part(pixels(made), Box(*(np.array(visible.as_tuple()) - (box.x0, box.y0) * 2)))
    assert (values.max(axis=2) <= 12).mean() > 0.35


def test_what_only_the_second_look_finds_is_covered() -> None:
    picture = backdrop(400, 400)
    paste(picture, part(whole_portrait(), Box(100, 0, 350, 250)), 20, 20)
    hers, other = Box(60, 40, 200, 220), Box(280, 250, 360, 360)
    ports = scripted(Scripted([(hers,)]), Scripted([(hers, other), (hers,)]))
    made = crop(png(picture), Wish(purpose=PURPOSE, box=Box(0, 0, 400, 400)), ports)
    assert made.covered == (other,)
    assert covered(made, other)
    assert not covered(made, hers)


def test_faces_that_are_found_again_and_again_end_in_a_refusal() -> None:
    hers = Box(60, 40, 200, 220)
    looks = [(Box(250 + 30 * n, 250, 270 + 30 * n, 280),) for n in range(5)]
    ports = scripted(Scripted([(hers,)]), Scripted(list(looks)))
    with pytest.raises(VerificationFailed, match="again and again"):
        crop(png(backdrop(400, 400)), Wish(purpose=PURPOSE, box=Box(0, 0, 400, 400)), ports)


def test_a_face_that_only_the_second_look_sees_in_the_box_stays() -> None:
    hers = Box(60, 40, 200, 220)
    ports = scripted(Scripted(), Scripted([(hers,)]))
    wish = Wish(purpose=PURPOSE, box=Box(0, 0, 400, 400))
    made = crop(png(backdrop(400, 400)), wish, ports)
    assert made.covered == ()
    assert not covered(made, hers)
    two = scripted(Scripted(), Scripted([(hers, Box(250, 250, 330, 350))]))
    with pytest.raises(UsageError, match="2 faces lie in the box"):
        crop(png(backdrop(400, 400)), wish, two)


def test_a_face_that_is_seen_in_the_written_file_only_is_never_published() -> None:
    hers, other = Box(60, 40, 200, 220), Box(280, 250, 360, 360)
    ports = scripted(Scripted([(hers,)]), Scripted([(hers,), (hers, other)]))
    with pytest.raises(VerificationFailed, match="another face is seen at"):
        crop(png(backdrop(400, 400)), Wish(purpose=PURPOSE, box=Box(0, 0, 400, 400)), ports)


def test_of_faces_that_are_seen_in_the_written_file_only_one_is_published() -> None:
    """Whom a box is about in which nobody was seen before, is not known."""
    hers, other = Box(60, 40, 200, 220), Box(280, 250, 360, 360)
    wish = Wish(purpose=PURPOSE, box=Box(0, 0, 400, 400))
    made = crop(png(backdrop(400, 400)), wish, scripted(Scripted(), Scripted([(), (hers,)])))
    assert any("no face was found" in note for note in made.notes)
    ports = scripted(Scripted(), Scripted([(), (hers, other)]))
    with pytest.raises(VerificationFailed, match="another face is seen at"):
        crop(png(backdrop(400, 400)), wish, ports)


def test_a_crop_is_told_from_every_other_jpeg() -> None:
    made = crop(png(whole_portrait())).data
    assert is_crop(made)
    others = [made + b"\0", made + made, made[:-2], b"", png(whole_portrait()), filled("JPEG").data]
    for quality, subsampling in ((90, 2), (95, 0), (89, 0)):
        out = io.BytesIO()
        with Image.open(io.BytesIO(made)) as image:
            image.save(out, "JPEG", quality=quality, subsampling=subsampling)
        others.append(out.getvalue())
    noted = io.BytesIO()
    with Image.open(io.BytesIO(made)) as image:
        image.save(noted, "JPEG", quality=90, subsampling=0, comment=b"in Lyon")
    others += [noted.getvalue(), watermark.write_jpeg(backdrop(700, 500))]
    assert not any(map(is_crop, others))


def test_a_method_that_is_computed_from_the_face_is_never_used() -> None:
    picture, _ = crowd_and_faces(1000, 260, 4, 110)
    wish = Wish(purpose=PURPOSE, box=Box(0, 0, 1000, 260), face=1)
    options = Options(method=Method.MOSAIC, min_face=500)
    made = crop_picture(png(picture), wish, options, real_ports())
    assert made.data == crop(png(picture), wish).data


def test_no_face_needs_a_box_and_then_says_so() -> None:
    data = png(backdrop(300, 300))
    with pytest.raises(InputError, match="no face was found"):
        crop(data)
    made = crop(data, Wish(purpose=PURPOSE, box=Box(10, 10, 290, 290)))
    assert any("no face was found" in note for note in made.notes)


def test_a_face_that_lies_under_anothers_cover_is_told() -> None:
    hers, other = Box(100, 100, 200, 230), Box(160, 100, 260, 230)
    ports = scripted(Scripted([(hers, other)]), Scripted())
    wish = Wish(purpose=PURPOSE, box=Box(50, 50, 220, 300), face=1)
    made = crop(png(backdrop(400, 400)), wish, ports)
    assert any("lies under the cover of another one" in note for note in made.notes)


@pytest.mark.parametrize("orientation", list(Orientation))
def test_every_orientation_comes_out_upright(orientation: Orientation) -> None:
    upright = whole_portrait()[:401, :507]
    inverse = {Orientation.RIGHT_TOP: 8, Orientation.LEFT_BOTTOM: 6}.get(orientation, orientation)
    tags = Image.Exif()
    tags[0x0112] = int(orientation)
    out = io.BytesIO()
    stored = Image.fromarray(turn(upright, Orientation(inverse)))
    stored.save(out, "JPEG", quality=95, exif=tags.tobytes())
    made = crop(out.getvalue())
    assert made.box.intersection(FACE) > 0.95 * FACE.area
    assert alike(part(upright, made.box), pixels(made)) > 0.6


def test_16_bits_grey_alpha_and_palette() -> None:
    plain = crop(png(whole_portrait()))
    wide = whole_portrait().astype(np.uint16) * 257
    deep = crop(bytes(imagecodecs.png_encode(np.ascontiguousarray(wide))))
    assert deep.data == plain.data
    grey = np.asarray(Image.fromarray(whole_portrait()).convert("L"))
    bleak = crop(png(grey))
    assert alike(part(np.repeat(grey[..., None], 3, 2), bleak.box), pixels(bleak)) > 0.5
    palette = io.BytesIO()
    Image.fromarray(whole_portrait()).quantize(64).save(palette, "PNG")
    few = crop(palette.getvalue())
    assert alike(part(whole_portrait(), few.box), pixels(few)) > 0.5


def test_what_lies_under_transparent_pixels_is_not_in_the_crop() -> None:
    picture = whole_portrait()
    alpha = np.full((*picture.shape[:2], 1), 255, np.uint8)
    hidden = Box(FACE.x1 + 10, 0, 512, 512)
    alpha[hidden.y0 : hidden.y1, hidden.x0 : hidden.x1] = 0
    other = picture.copy()
    other[hidden.y0 : hidden.y1, hidden.x0 : hidden.x1] = backdrop(hidden.width, hidden.height)
    one, two = (png(np.concatenate([each, alpha], axis=2)) for each in (picture, other))
    assert one != two
    assert crop(one).data == crop(two).data


def test_what_is_covered_leaves_nothing() -> None:
    """Change what lies under a cover, and the bytes of the crop do not change."""
    hers, other = Box(40, 40, 180, 220), Box(260, 60, 360, 190)
    # A crop that does not begin where a block of the source does.
    wish = Wish(purpose=PURPOSE, box=Box(9, 11, 420, 300), face=1)
    results = []
    for seed in (1, 2):
        picture = backdrop(420, 300)
        picture[other.y0 : other.y1, other.x0 : other.x1] = backdrop(100, 130, seed)
        out = io.BytesIO()
        # Blocks of a JPEG carry a face beyond its edge: the cover reaches over them.
        Image.fromarray(picture).save(out, "JPEG", quality=60, subsampling="4:2:0")
        results.append(crop(out.getvalue(), wish, scripted(Scripted([(hers, other)]))).data)
    assert results[0] == results[1]


@cache
def filled(kind: str) -> Filled:
    face = FACE.grow(0.6, 0.6, 0.6, 0.6)
    return BUILDERS[kind](part(whole_portrait(), face).copy())


@pytest.mark.parametrize("kind", BUILDERS)
def test_hidden_copies_are_gone(kind: str) -> None:
    source = filled(kind)
    assert found_in(source.data, source)
    if MEDIA.read(source.data, Limits()).more:
        with pytest.raises(UnsupportedFormat):
            crop(source.data)
        return
    made = crop(source.data)
    assert found_in(made.data, source) == []
    assert all(p.group is Group.PICTURE for p in MEDIA.parts(made.data))


def test_exiftool_finds_no_metadata(tmp_path: Path) -> None:
    try:
        subprocess.run(["exiftool", "-ver"], capture_output=True, check=True)
    except OSError:
        require(False, "exiftool is not installed")
    path = tmp_path / "crop.jpg"
    path.write_bytes(crop(filled("JPEG").data).data)
    told = subprocess.run(
        ["exiftool", "-a", "-G1", "-s", path], capture_output=True, check=True, text=True
    ).stdout
    groups = {line.split("]")[0].strip("[") for line in told.splitlines()}
    assert groups == {"ExifTool", "System", "File", "JFIF", "Composite"}
    assert "Comment" not in told


@pytest.mark.parametrize(
    "text",
    ["", "  ", "x" * 201, "a\x00b", "a\u202eb", "\u05d0", "漢", "🙂", "a\u0301\u0301", "\ud800"],
)
def test_a_purpose_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="purpose"):
        crop(png(whole_portrait()), Wish(purpose=text))


def test_words_are_set_and_never_followed() -> None:
    text = '#image("/etc/passwd") #sys.version $x^2$ *b* _i_ \\ @a <b> `c` // d "e" [f] = g'
    made = crop(png(whole_portrait()), Wish(purpose=text))
    assert made.words == text
    assert crop(png(whole_portrait()), Wish(purpose=" a \n\t b ")).words == "a b"


def test_what_cannot_be_used() -> None:
    with pytest.raises(UnknownFormat):
        crop(b"no picture at all, but a text of some length")
    with pytest.raises((CorruptInput, InputError)):
        crop(png(whole_portrait())[:2000])
    with pytest.raises(LimitExceeded):
        crop_picture(
            png(whole_portrait()),
            Wish(purpose=PURPOSE),
            Options(limits=Limits(pixels=1000)),
            real_ports(),
        )
    frames = [Image.fromarray(backdrop(64, 64, seed)) for seed in (1, 2)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    with pytest.raises(UnsupportedFormat, match="several pages"):
        crop(out.getvalue())


@pytest.mark.parametrize("spoil", ["comment", "tail", "other", "cut"])
def test_a_written_file_that_is_not_the_planned_one_is_refused(spoil: str) -> None:
    def stage(data: bytes) -> bytes:
        if spoil == "comment":
            return data[:2] + b"\xff\xfe\x00\x06Jane" + data[2:]
        if spoil == "tail":
            return data + b"tail"
        if spoil == "cut":
            return data[: len(data) // 2]
        with Image.open(io.BytesIO(data)) as image:
            out = io.BytesIO()
            Image.fromarray(255 - np.asarray(image)).save(out, "JPEG", quality=90)
        return out.getvalue()

    with pytest.raises((VerificationFailed, InputError)):
        crop_picture(png(whole_portrait()), Wish(purpose=PURPOSE), Options(), real_ports(), stage)


@pytest.fixture
def shell(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Shell:
    monkeypatch.chdir(tmp_path)
    Path("me.png").write_bytes(png(whole_portrait()))
    return Shell(capfd)


def test_the_command(shell: Shell) -> None:
    before = Path("me.png").read_bytes()
    arguments = ("request", "crop", "me.png", "-o", "out/crop.jpg", "--purpose", PURPOSE)
    assert shell.run(*arguments, "--json") == 0
    document = shell.json()
    assert document["kind"] == "crop"
    assert document["watermark"] == PURPOSE
    assert Path("out/crop.jpg").read_bytes() == crop(before).data
    assert document["sha256"] == crop(before).sha256
    assert "Look at it before you send it." in shell.err
    assert [path.name for path in Path("out").iterdir()] == ["crop.jpg"]
    assert shell.run(*arguments) == 40
    assert shell.run(*arguments, "--overwrite") == 0
    assert Path("me.png").read_bytes() == before


def test_the_command_refuses(shell: Shell) -> None:
    picture, _ = crowd_and_faces(1000, 260, 4, 110)
    Path("crowd.png").write_bytes(png(picture))
    Path("me.jpg").write_bytes(Path("me.png").read_bytes())
    base = ("request", "crop")
    assert shell.run(*base, "crowd.png", "-o", "a.jpg", "--purpose", PURPOSE) == 2
    assert "4 faces found" in shell.err
    assert shell.run(*base, "me.jpg", "-o", "me.jpg", "--overwrite", "--purpose", PURPOSE) == 40
    assert "the output is the input" in shell.err
    assert shell.run(*base, "me.png", "-o", "a.png", "--purpose", PURPOSE) == 2
    assert shell.run(*base, "gone.png", "-o", "a.jpg", "--purpose", PURPOSE) == 10
    for box in ("1,2,3", "5,5,5,9", "9,9,1,1", "a,b,c,d", "-1,0,5,5"):
        assert shell.run(*base, "me.png", "-o", "a.jpg", "--purpose", "x", f"--box={box}") == 2
    assert {path.name for path in Path().iterdir()} == {"crowd.png", "me.png", "me.jpg"}


def test_the_command_with_a_box(shell: Shell) -> None:
    code = shell.run(
        *("request", "crop", "me.png", "-o", "a.jpg", "--purpose", PURPOSE),
        *("--box", "140, 10, 320, 230", "--json"),
    )
    assert code == 0
    assert shell.json()["box"] == [140, 10, 320, 230]
    assert shell.json()["size"] == [180, 220]
