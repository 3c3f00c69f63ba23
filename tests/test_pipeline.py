import hashlib
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from passerby.errors import Exit
from passerby.examine import inspect_bytes, verify_bytes
from passerby.files import PARTIAL
from passerby.model.decision import Action
from passerby.model.geometry import Box
from passerby.model.given import Given
from passerby.model.media import Field, Part
from passerby.model.options import Limits, Method, Options
from passerby.model.report import Outcome, Report
from passerby.pipeline import ROUNDS, Job, redact_bytes, run_one
from passerby.ports import Finder, Picture, Sink
from people import backdrop
from stand_ins import MEDIA, Crashing, Scripted, ports
from strategies import decision

FACE = Box(40, 30, 80, 80)
OPTIONS = Options()


def encoded(kind: str = "PNG", size: tuple[int, int] = (160, 120), **options: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(backdrop(*size)).save(out, kind, **options)
    return out.getvalue()


def run(
    path: Path,
    output: Path | None,
    options: Options = OPTIONS,
    *,
    finder: Finder | None = None,
    second: Finder | None = None,
    sink: Sink | None = None,
    given: Given | None = None,
    overwrite: bool = False,
) -> Report:
    job = Job(
        source=path,
        shown=path.name,
        output=output,
        options=options,
        given=given,
        overwrite=overwrite,
    )
    return run_one(job, ports(finder, second, sink=sink)).report


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    path.write_bytes(encoded())
    return path


def samples(data: bytes) -> np.ndarray:
    return MEDIA.read(data, Limits()).samples


def test_a_face_is_hidden_and_the_rest_is_as_it_was(photo: Path, tmp_path: Path) -> None:
    before = photo.read_bytes()
    out = tmp_path / "out" / "photo.png"
    report = run(photo, out, finder=Scripted([(FACE,)]))
    assert report.outcome is Outcome.PUBLISHED
    assert report.exit is Exit.OK
    assert report.output == str(out)
    assert report.output_sha256 == hashlib.sha256(out.read_bytes()).hexdigest()
    assert all(check.passed for check in report.checks)
    one, other = samples(before), samples(out.read_bytes())
    changed = (one != other).any(axis=2)
    xs = np.nonzero(changed)[1]
    region = report.decisions[0].region.box
    assert region.x0 <= xs.min()
    assert xs.max() < region.x1
    assert not other[FACE.y0 + 8 : FACE.y1 - 8, FACE.x0 + 8 : FACE.x1 - 8].any()
    assert photo.read_bytes() == before


def test_what_only_the_second_look_finds_is_masked_and_published(
    photo: Path, tmp_path: Path
) -> None:
    second = Scripted([(FACE,), ()])
    report = run(photo, tmp_path / "out.png", second=second)
    assert report.outcome is Outcome.PUBLISHED
    assert second.looks == 2
    assert report.decisions[0].reason == "found by the second look (scripted)"
    assert not samples((tmp_path / "out.png").read_bytes())[50:60, 55:65].any()


def test_faces_that_keep_turning_up_send_the_file_to_review(photo: Path, tmp_path: Path) -> None:
    script = [(Box(10 * n, 10, 10 * n + 8, 18),) for n in range(12)]
    second = Scripted(script)
    out = tmp_path / "out.png"
    result = run_one(
        Job(source=photo, shown="photo", output=out, options=OPTIONS), ports(second=second)
    )
    assert result.report.outcome is Outcome.NEEDS_REVIEW
    assert result.report.exit is Exit.REVIEW
    assert second.looks == ROUNDS + 1
    assert len(result.report.decisions) == ROUNDS
    assert [s.box for s in result.report.unresolved] == [script[ROUNDS][0]]
    assert not out.exists()
    # What is shown to the reviewer covers the unresolved face too.
    assert result.redacted is not None
    box = script[ROUNDS][0]
    assert not samples(result.redacted)[box.y0 : box.y1, box.x0 : box.x1].any()
    assert [p.name for p in tmp_path.iterdir()] == ["photo.png"]


def test_given_decisions_are_followed_exactly_and_the_second_look_only_reports(
    photo: Path, tmp_path: Path
) -> None:
    data = photo.read_bytes()
    drawn = decision(Box(0, 0, 9, 9))
    given = Given(sha256=hashlib.sha256(data).hexdigest(), decisions=(drawn,), size=(160, 120))
    first = Scripted([(FACE,)])
    report = run(photo, tmp_path / "o.png", finder=first, second=Scripted([(FACE,)]), given=given)
    assert report.outcome is Outcome.PUBLISHED
    assert first.looks == 0
    assert report.decisions == (drawn,)
    assert [s.box for s in report.unresolved] == [FACE]
    changed = (samples(data) != samples((tmp_path / "o.png").read_bytes())).any(axis=2)
    assert not changed[9:, :].any()
    assert not changed[:, 9:].any()


@pytest.mark.parametrize("wrong", ["file", "size"])
def test_decisions_for_another_picture_are_refused(photo: Path, tmp_path: Path, wrong: str) -> None:
    sha256 = hashlib.sha256(photo.read_bytes()).hexdigest()
    given = Given(
        sha256="0" * 64 if wrong == "file" else sha256,
        size=(120, 160) if wrong == "size" else None,
        decisions=(),
    )
    report = run(photo, tmp_path / "o.png", given=given)
    assert report.outcome is Outcome.REFUSED
    assert report.failure is not None
    assert report.failure.code == "input.decisions"
    assert not (tmp_path / "o.png").exists()


def test_a_report_repeats_a_noisy_result_byte_for_byte(photo: Path, tmp_path: Path) -> None:
    options = Options(method=Method.NOISE)
    first = run(photo, tmp_path / "1.png", options, finder=Scripted([(FACE,)]))
    given = Given(
        sha256=first.item.sha256, decisions=first.decisions, method=Method.NOISE, seed=first.seed
    )
    run(photo, tmp_path / "2.png", given=given)
    again = run(photo, tmp_path / "3.png", options, finder=Scripted([(FACE,)]))
    assert (tmp_path / "1.png").read_bytes() == (tmp_path / "2.png").read_bytes()
    assert again.seed != first.seed
    assert (tmp_path / "1.png").read_bytes() != (tmp_path / "3.png").read_bytes()


def test_a_kept_face_stays_and_is_not_found_again(photo: Path, tmp_path: Path) -> None:
    options = Options(min_face=60)
    small, large = FACE, Box(90, 20, 140, 90)
    both = Scripted([(small, large)])
    report = run(photo, tmp_path / "o.png", options, finder=both, second=Scripted([(small,)]))
    assert report.outcome is Outcome.PUBLISHED
    assert [d.action for d in report.decisions] == [Action.REDACT, Action.KEEP]
    assert report.redacted == 1


def test_a_dry_run_writes_nothing(photo: Path, tmp_path: Path) -> None:
    report = run(photo, None, finder=Scripted([(FACE,)]))
    assert report.outcome is Outcome.PLANNED
    assert report.redacted == 1
    assert report.output is None
    assert report.output_sha256 is None
    assert [p.name for p in tmp_path.iterdir()] == ["photo.png"]


@pytest.mark.parametrize("which", ["finder", "second"])
def test_a_detector_that_crashes_publishes_nothing(photo: Path, tmp_path: Path, which: str) -> None:
    report = run(photo, tmp_path / "o.png", **{which: Crashing()})
    assert report.outcome is Outcome.FAILED
    assert report.exit is Exit.FINDER
    assert report.failure is not None
    assert "Jane" not in report.failure.message
    assert [p.name for p in tmp_path.iterdir()] == ["photo.png"]


class Sabotage:
    """A sink that writes something else than it was asked to."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def encode(self, picture: Picture, keep: tuple[Field, ...]) -> bytes:
        pixels = picture.samples.copy()
        match self.kind:
            case "a face shines through":
                pixels[55, 60] += 1
            case "a pixel outside changes":
                pixels[0, 0] += 1
            case "another size":
                pixels = pixels[:-1]
            case "another mode":
                encoding = replace(picture.encoding, format=picture.encoding.format)
                grey = Image.fromarray(pixels).convert("L")
                out = io.BytesIO()
                grey.save(out, encoding.format.value)
                return out.getvalue()
            case "not a picture":
                return b"hello"
            case "truncated":
                return MEDIA.encode(picture, keep)[:-20]
            case "a comment":
                out = io.BytesIO()
                Image.fromarray(pixels).save(out, "PNG", pnginfo=_comment())
                return out.getvalue()
            case "something behind the end":
                return MEDIA.encode(picture, keep) + b"the original"
        return MEDIA.encode(picture.with_samples(pixels), keep)


def _comment() -> object:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Comment", "Jane Doe")
    return info


@pytest.mark.parametrize(
    ("kind", "check"),
    [
        ("a face shines through", "under the mask"),
        ("a pixel outside changes", "outside the mask"),
        ("another size", "form"),
        ("another mode", "form"),
        ("not a picture", "opens"),
        ("truncated", "opens"),
        ("a comment", "container"),
        ("something behind the end", "container"),
    ],
)
def test_each_check_can_fail_and_then_nothing_is_published(
    photo: Path, tmp_path: Path, kind: str, check: str
) -> None:
    out = tmp_path / "out.png"
    report = run(photo, out, finder=Scripted([(FACE,)]), sink=Sabotage(kind))
    assert report.outcome is Outcome.FAILED, report
    assert report.exit is Exit.VERIFICATION
    assert [c.name for c in report.checks if not c.passed] == [check]
    assert report.failure is not None
    assert report.failure.message.startswith(check)
    assert not out.exists()
    assert not [p for p in tmp_path.iterdir() if p.name.endswith(PARTIAL)]


def test_the_record_is_written_before_the_file_gets_its_name(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    seen: list[Report] = []

    def record(report: Report) -> None:
        assert not out.exists()
        seen.append(report)

    job = Job(source=photo, shown="photo", output=out, options=OPTIONS)
    result = run_one(job, ports(), record)
    assert seen == [result.report]
    assert seen[0].output_sha256 == hashlib.sha256(out.read_bytes()).hexdigest()


def test_an_existing_output_is_kept_unless_told(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    out.write_bytes(b"mine")
    report = run(photo, out)
    assert report.exit is Exit.OUTPUT
    assert report.failure is not None
    assert report.failure.code == "output.exists"
    assert out.read_bytes() == b"mine"
    assert run(photo, out, overwrite=True).outcome is Outcome.PUBLISHED


def test_interruption_passes_through_and_leaves_no_file(photo: Path, tmp_path: Path) -> None:
    class Interrupting(Scripted):
        def find(self, view: object) -> tuple[()]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(photo, tmp_path / "o.png", second=Interrupting())
    assert [p.name for p in tmp_path.iterdir()] == ["photo.png"]


def test_a_bug_is_one_line_in_the_report(photo: Path, tmp_path: Path) -> None:
    class Broken:
        def encode(self, picture: Picture, keep: tuple[Field, ...]) -> bytes:
            raise ZeroDivisionError("what only the picture knows")

    report = run(photo, tmp_path / "o.png", sink=Broken())
    assert report.exit is Exit.BUG
    assert report.failure is not None
    assert report.failure.message == "an unforeseen ZeroDivisionError"


class TestVerify:
    def redact(self, data: bytes, method: Method = Method.SOLID) -> tuple[bytes, Report]:
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
    def test_an_own_output_passes_with_and_without_the_original(
        self, kind: str, method: Method
    ) -> None:
        data = encoded(kind)
        output, report = self.redact(data, method)
        for original in (data, None):
            result = verify_bytes(
                output, shown="x", original=original, report=report, options=OPTIONS, ports=ports()
            )
            assert result.exit is Exit.OK, result

    def test_a_changed_output_fails(self) -> None:
        output, report = self.redact(encoded())
        picture = MEDIA.read(output, Limits())
        pixels = picture.samples.copy()
        pixels[55, 60] = 9
        changed = MEDIA.encode(picture.with_samples(pixels), ())
        result = verify_bytes(
            changed, shown="x", original=None, report=report, options=OPTIONS, ports=ports()
        )
        assert {c.name for c in result.checks if not c.passed} == {
            "output sha256",
            "under the mask",
        }
        assert result.exit is Exit.VERIFICATION

    def test_a_file_of_another_tool(self) -> None:
        data = encoded("JPEG", quality=90)
        finder = Scripted([(FACE,)])
        image = Image.open(io.BytesIO(data))
        image.paste((0, 0, 0), (36, 26, 84, 84))
        out = io.BytesIO()
        image.save(out, "JPEG", quality=85, comment=b"Jane")
        result = verify_bytes(
            out.getvalue(),
            shown="x",
            original=data,
            report=None,
            options=OPTIONS,
            ports=ports(finder),
        )
        by_name = {check.name: check.passed for check in result.checks}
        assert by_name == {
            "opens": True,
            "form": True,
            "faces changed": True,
            "container": False,
            "second look": True,
        }
        assert result.leftovers
        untouched = verify_bytes(
            data, shown="x", original=data, report=None, options=OPTIONS, ports=ports(finder)
        )
        assert not {c.name: c.passed for c in untouched.checks}["faces changed"]

    def test_a_found_face_fails(self) -> None:
        result = verify_bytes(
            encoded(),
            shown="x",
            original=None,
            report=None,
            options=OPTIONS,
            ports=ports(second=Scripted([(FACE,)])),
        )
        assert result.exit is Exit.VERIFICATION
        assert [s.box for s in result.unresolved] == [FACE]

    def test_what_cannot_be_read_is_a_value(self) -> None:
        result = verify_bytes(
            b"no", shown="x", original=None, report=None, options=OPTIONS, ports=ports()
        )
        assert result.exit is Exit.INPUT


def test_inspect_lists_faces_and_parts() -> None:
    out = io.BytesIO()
    Image.fromarray(backdrop(80, 60)).save(out, "PNG", pnginfo=_comment())
    result = inspect_bytes(
        out.getvalue(), shown="x", options=OPTIONS, ports=ports(Scripted([(FACE,)]))
    )
    assert result.exit is Exit.FOUND
    assert [s.box for s in result.sightings] == [FACE]
    assert any("Comment" in part.name or "tEXt" in part.name for part in result.telling)
    assert all(isinstance(part, Part) for part in result.parts)
    assert inspect_bytes(b"", shown="x", options=OPTIONS, ports=ports()).exit is Exit.INPUT
    clean = inspect_bytes(encoded(), shown="x", options=OPTIONS, ports=ports())
    assert clean.exit is Exit.OK
