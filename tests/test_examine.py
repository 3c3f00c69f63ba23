"""Looking at finished files, own and those of other tools."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from passerby.errors import Exit
from passerby.examine import CONFIDENT, inspect_bytes, verify_bytes
from passerby.masking import paint
from passerby.media import turbojpeg_library
from passerby.model.decision import Action
from passerby.model.finding import Sighting
from passerby.model.geometry import Box
from passerby.model.given import Given
from passerby.model.media import Part
from passerby.model.options import Limits, Method, Options
from passerby.model.report import Report, Verification
from passerby.pipeline import redact_bytes
from passerby.ports import Finder, Rgb
from people import encoded
from stand_ins import MEDIA, Scripted, ports

FACE = Box(40, 30, 80, 80)
OPTIONS = Options()


def verify(
    output: bytes,
    original: bytes | None = None,
    report: Report | None = None,
    *,
    finder: Finder | None = None,
    second: Finder | None = None,
) -> Verification:
    return verify_bytes(
        output,
        shown="x",
        original=original,
        report=report,
        options=OPTIONS,
        ports=ports(finder, second),
    )


def failed(done: Verification) -> set[str]:
    return {check.name for check in done.checks if not check.passed}


def redacted(data: bytes, method: Method = Method.SOLID) -> tuple[bytes, Report]:
    result = redact_bytes(
        data,
        shown="x",
        options=Options(method=method),
        given=None,
        ports=ports(Scripted([(FACE,)])),
    )
    assert result.redacted is not None
    return result.redacted, result.report


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("method", [Method.SOLID, Method.NOISE])
def test_an_own_output_passes_with_and_without_the_original(kind: str, method: Method) -> None:
    data = encoded(kind)
    output, report = redacted(data, method)
    for original in (data, None):
        result = verify(output, original, report)
        assert result.exit is Exit.OK, result


def test_a_cosmetic_output_needs_the_original() -> None:
    data = encoded()
    output, report = redacted(data, Method.MOSAIC)
    assert verify(output, data, report).exit is Exit.OK
    assert failed(verify(output, None, report)) == {"under the mask"}


def test_a_changed_output_fails() -> None:
    output, report = redacted(encoded())
    picture = MEDIA.read(output, Limits())
    pixels = picture.samples.copy()
    pixels[55, 60] = 9
    changed = MEDIA.encode(picture.with_samples(pixels), ())
    result = verify(changed, None, report)
    assert failed(result) == {"output sha256", "under the mask"}
    assert result.exit is Exit.VERIFICATION


def test_a_copy_that_carries_blocks_is_held_to_the_originals() -> None:
    data = encoded("JPEG", quality=90)
    output, report = redacted(data)
    assert report.carried
    names = {check.name for check in verify(output, data, report).checks}
    assert {"coefficients", "outside the mask"} <= names
    # What coding again would change is too much for this copy.
    original = replace(MEDIA.read(data, Limits()), coded=None)
    recoded = MEDIA.encode(paint(original, report.decisions, OPTIONS, None), ())
    result = verify(recoded, data, report)
    assert failed(result) == {"output sha256", "outside the mask", "coefficients"}


def test_a_copy_that_was_coded_again_is_held_to_what_coding_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = encoded("JPEG", quality=90)
    missing = turbojpeg_library.Search(loaded=None)
    with monkeypatch.context() as patch:
        patch.setattr(turbojpeg_library, "search", lambda: missing)
        output, report = redacted(data)
    assert not report.carried
    assert any("coded again" in note for note in report.notes)
    result = verify(output, data, report)
    assert result.exit is Exit.OK, result
    assert "coefficients" not in {check.name for check in result.checks}


@pytest.mark.parametrize("method", [Method.BLUR, Method.MOSAIC])
def test_a_cosmetic_jpeg_is_coded_again_and_says_so(method: Method) -> None:
    data = encoded("JPEG", quality=90)
    output, report = redacted(data, method)
    assert not report.carried
    assert any("coded again" in note for note in report.notes)
    assert verify(output, data, report).exit is Exit.OK


def test_blocks_that_cannot_be_compared_here_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    data = encoded("JPEG", quality=90)
    output, report = redacted(data)
    missing = turbojpeg_library.Search(loaded=None)
    monkeypatch.setattr(turbojpeg_library, "search", lambda: missing)
    result = verify(output, data, report)
    assert failed(result) == {"coefficients"}
    assert verify(output, None, report).exit is Exit.OK


@pytest.mark.parametrize("orientation", [3, 6])
@pytest.mark.parametrize("width", [160, 157])
def test_a_turned_jpeg_is_verified_with_its_original(orientation: int, width: int) -> None:
    whole = Image.open(io.BytesIO(encoded())).crop((0, 0, width, 120))
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    whole.convert("RGB").save(out, "JPEG", quality=90, exif=exif)
    output, report = redacted(out.getvalue())
    assert report.carried
    for original in (out.getvalue(), None):
        result = verify(output, original, report)
        assert result.exit is Exit.OK, result


def test_another_original_fails() -> None:
    output, report = redacted(encoded())
    picture = MEDIA.read(encoded(), Limits())
    pixels = picture.samples.copy()
    pixels[0, 0] ^= 1
    other = MEDIA.encode(picture.with_samples(pixels), ())
    assert failed(verify(output, other, report)) == {"original sha256", "outside the mask"}


def test_a_file_of_another_tool() -> None:
    data = encoded("JPEG", quality=90)
    finder = Scripted([(FACE,), ()])
    image = Image.open(io.BytesIO(data))
    image.paste((0, 0, 0), (36, 26, 84, 84))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85, comment=b"Jane")
    result = verify(out.getvalue(), data, finder=finder)
    by_name = {check.name: check.passed for check in result.checks}
    assert by_name == {
        "opens": True,
        "form": True,
        "faces changed": True,
        "container": False,
        "second look": True,
    }
    assert result.leftovers
    untouched = verify(data, data, finder=Scripted([(FACE,), ()]))
    assert "faces changed" in failed(untouched)


@pytest.mark.parametrize("mode", ["CMYK", "L", "LA", "RGBA", "I;16"])
def test_a_blurred_face_is_changed_and_an_untouched_one_is_not(mode: str) -> None:
    ramp = np.indices((120, 160)).sum(axis=0) * 7 % 199
    image = Image.fromarray((ramp * 257).astype(np.uint16)) if mode == "I;16" else None
    image = image or Image.fromarray(ramp.astype(np.uint8)).convert(mode)
    before = as_tiff(image)
    hidden = image.copy()
    blank = Image.new(image.mode, (48, 58))
    hidden.paste(blank, (36, 26))
    done = verify(as_tiff(hidden), before, finder=Scripted([(FACE,), ()]))
    assert "faces changed" not in failed(done), done
    done = verify(before, before, finder=Scripted([(FACE,), ()]))
    assert "faces changed" in failed(done)
    elsewhere = image.copy()
    elsewhere.paste(blank, (90, 26))
    done = verify(as_tiff(elsewhere), before, finder=Scripted([(FACE,), ()]))
    assert "faces changed" in failed(done)


def as_tiff(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "TIFF")
    return out.getvalue()


def test_a_dark_face_under_a_dark_fill_is_changed() -> None:
    image = Image.open(io.BytesIO(encoded())).point(lambda level: level // 24)
    hidden = image.copy()
    hidden.paste((0, 0, 0), (36, 26, 84, 84))
    assert "faces changed" not in failed(
        verify(as_tiff(hidden), as_tiff(image), finder=Scripted([(FACE,), ()]))
    )
    untouched = verify(as_tiff(image), as_tiff(image), finder=Scripted([(FACE,), ()]))
    assert "faces changed" in failed(untouched)


@pytest.mark.parametrize("kind", ["PNG", "WebP", "TIFF"])
def test_a_face_that_is_only_transparent_is_told(kind: str) -> None:
    image = Image.open(io.BytesIO(encoded())).convert("RGBA")
    alpha = Image.new("L", image.size, 255)
    alpha.paste(0, (36, 26, 84, 84))
    image.putalpha(alpha)
    out = io.BytesIO()
    image.save(out, kind, **({"lossless": True, "exact": True} if kind == "WebP" else {}))
    result = verify(out.getvalue())
    assert "colour under transparent pixels" in {part.name for part in result.leftovers}
    assert "container" in failed(result)
    inspection = inspect_bytes(out.getvalue(), shown="x", options=OPTIONS, ports=ports())
    assert "colour under transparent pixels" in {part.name for part in inspection.telling}
    published, report = redacted(out.getvalue())
    assert "colour under transparent pixels" in {part.name for part in report.dropped}
    assert verify(published).leftovers == ()


def test_a_found_face_fails() -> None:
    result = verify(encoded(), second=Scripted([(FACE,)]))
    assert result.exit is Exit.VERIFICATION
    assert [s.box for s in result.unresolved] == [FACE]


class Unsure(Scripted):
    """Sees a face with a given score."""

    def __init__(self, score: float) -> None:
        super().__init__([(FACE,)])
        self.score = score

    def find(self, view: Rgb) -> tuple[Sighting, ...]:
        return tuple(replace(sighting, score=self.score) for sighting in super().find(view))


def test_without_a_report_the_first_detector_looks_too_where_it_is_sure() -> None:
    assert verify(encoded(), finder=Unsure(CONFIDENT)).exit is Exit.VERIFICATION
    assert verify(encoded(), finder=Unsure(CONFIDENT - 0.01)).exit is Exit.OK
    output, report = redacted(encoded())
    assert verify(output, None, report, finder=Unsure(1)).exit is Exit.OK


def test_a_face_that_a_person_left_is_reported_and_passes() -> None:
    data = encoded()
    _, first = redacted(data)
    given = Given(sha256=first.item.sha256, decisions=())
    second = Scripted([(FACE,)])
    done = redact_bytes(data, shown="x", options=OPTIONS, given=given, ports=ports(second=second))
    assert done.redacted is not None
    result = verify(done.redacted, data, done.report, second=second)
    assert result.exit is Exit.OK
    assert [s.box for s in result.unresolved] == [FACE]
    assert verify(done.redacted, data, second=second).exit is Exit.VERIFICATION


def test_a_face_that_is_small_enough_to_stay_passes_with_its_report() -> None:
    small = Scripted([(FACE,)])
    options = Options(min_face=60)
    done = redact_bytes(
        encoded(), shown="x", options=options, given=None, ports=ports(small, small)
    )
    assert done.redacted is not None
    assert [d.action for d in done.report.decisions] == [Action.KEEP]
    assert verify(done.redacted, None, done.report, second=small).exit is Exit.OK
    larger = Scripted([(FACE.grow(0, 0.2, 0, 0.2),)])
    assert verify(done.redacted, None, done.report, second=larger).exit is Exit.VERIFICATION


def test_what_cannot_be_read_is_a_value() -> None:
    assert verify(b"no").exit is Exit.INPUT


def test_inspect_lists_faces_and_parts() -> None:
    info = PngInfo()
    info.add_text("Comment", "Jane Doe")
    result = inspect_bytes(
        encoded(size=(80, 60), pnginfo=info),
        shown="x",
        options=OPTIONS,
        ports=ports(Scripted([(FACE,)])),
    )
    assert result.exit is Exit.FOUND
    assert [s.box for s in result.sightings] == [FACE]
    assert any("Comment" in part.name or "tEXt" in part.name for part in result.telling)
    assert all(isinstance(part, Part) for part in result.parts)
    assert inspect_bytes(b"", shown="x", options=OPTIONS, ports=ports()).exit is Exit.INPUT
    clean = inspect_bytes(encoded(), shown="x", options=OPTIONS, ports=ports())
    assert clean.exit is Exit.OK
