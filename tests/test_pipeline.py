import contextlib
import hashlib
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from passerby.errors import Exit
from passerby.files import PARTIAL
from passerby.model.decision import Action
from passerby.model.geometry import Box
from passerby.model.given import Given
from passerby.model.media import Field
from passerby.model.options import Limits, Method, Options
from passerby.model.report import Outcome, Report
from passerby.pipeline import ROUNDS, Job, run_one
from passerby.ports import Finder, Picture, Sink
from people import encoded
from stand_ins import MEDIA, Crashing, Scripted, ports
from strategies import decision

FACE = Box(40, 30, 80, 80)
OPTIONS = Options()


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


def test_decisions_outside_of_the_picture_are_refused(photo: Path, tmp_path: Path) -> None:
    sha256 = hashlib.sha256(photo.read_bytes()).hexdigest()
    for outside in (Box(160, 0, 200, 40), Box(-40, 0, 0, 40), Box(0, 120, 40, 160)):
        given = Given(sha256=sha256, decisions=(decision(FACE), decision(outside)))
        report = run(photo, tmp_path / "o.png", given=given)
        assert report.exit is Exit.INPUT
        assert report.failure is not None
        assert report.failure.message.startswith("decision 2 lies outside")
        assert [p.name for p in tmp_path.iterdir()] == ["photo.png"]


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
    sha256 = hashlib.sha256(photo.read_bytes()).hexdigest()
    kept = decision(FACE.grow(0.3, 0.3, 0.3, 0.3), action=Action.KEEP)
    hidden = decision(Box(90, 20, 140, 90))
    given = Given(sha256=sha256, decisions=(kept, hidden))
    report = run(photo, tmp_path / "o.png", given=given, second=Scripted([(FACE,)]))
    assert report.outcome is Outcome.PUBLISHED
    assert report.unresolved == ()
    assert report.redacted == 1
    before, after = samples(photo.read_bytes()), samples((tmp_path / "o.png").read_bytes())
    box = FACE
    assert (
        before[box.y0 : box.y1, box.x0 : box.x1] == after[box.y0 : box.y1, box.x0 : box.x1]
    ).all()
    assert not after[30:80, 100:130].any()


def test_a_face_that_is_small_at_first_is_hidden_when_it_is_seen_larger(
    photo: Path, tmp_path: Path
) -> None:
    small, larger = Box(40, 30, 60, 59), Box(40, 30, 62, 61)
    out = tmp_path / "o.png"
    second = Scripted([(small, larger), ()])
    report = run(photo, out, Options(min_face=30), finder=Scripted([(small,)]), second=second)
    assert report.outcome is Outcome.PUBLISHED
    assert [d.action for d in report.decisions] == [Action.KEEP, Action.REDACT]
    assert not samples(out.read_bytes())[35:55, 45:55].any()
    seen = Scripted([(small,)])
    report = run(photo, tmp_path / "p.png", Options(min_face=30), finder=seen, second=seen)
    assert report.redacted == 0


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

    def fit(self, picture: Picture) -> Picture:
        return picture

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


def test_the_file_gets_its_name_while_its_record_is_being_kept(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    seen: list[Report] = []

    @contextlib.contextmanager
    def record(report: Report) -> Iterator[None]:
        assert not out.exists()
        yield
        assert out.exists()
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
        def fit(self, picture: Picture) -> Picture:
            return picture

        def encode(self, picture: Picture, keep: tuple[Field, ...]) -> bytes:
            raise ZeroDivisionError("what only the picture knows")

    report = run(photo, tmp_path / "o.png", sink=Broken())
    assert report.exit is Exit.BUG
    assert report.failure is not None
    assert report.failure.message == "an unforeseen ZeroDivisionError"


def test_running_out_of_memory_is_a_limit(photo: Path, tmp_path: Path) -> None:
    class Hungry(Scripted):
        def find(self, view: object) -> tuple[()]:
            raise MemoryError

    class Starving:
        def fit(self, picture: Picture) -> Picture:
            return picture

        def encode(self, picture: Picture, keep: tuple[Field, ...]) -> bytes:
            raise MemoryError

    for report in (
        run(photo, tmp_path / "o.png", finder=Hungry()),
        run(photo, tmp_path / "o.png", sink=Starving()),
    ):
        assert report.outcome is Outcome.REFUSED
        assert report.exit is Exit.LIMIT


def test_a_report_of_a_failure_holds_what_was_learnt(photo: Path, tmp_path: Path) -> None:
    options = Options(method=Method.NOISE, seed="0a")
    finder, sink = Scripted([(FACE,)]), Sabotage("not a picture")
    report = run(photo, tmp_path / "o.png", options, finder=finder, sink=sink)
    assert report.outcome is Outcome.FAILED
    assert report.redacted == 1
    assert report.seed == "0a"
    assert [one.name for one in report.finders] == ["scripted", "scripted"]
    assert report.passerby


@pytest.mark.parametrize("way", ["itself", "symlink", "hard link"])
def test_an_output_that_is_the_input_is_refused(photo: Path, tmp_path: Path, way: str) -> None:
    before = photo.read_bytes()
    out = tmp_path / "out.png"
    if way == "itself":
        out = photo
    elif way == "symlink":
        out.symlink_to(photo)
    else:
        out.hardlink_to(photo)
    for source, output in ((photo, out), (out, photo)):
        report = run(source, output, finder=Scripted([(FACE,)]), overwrite=True)
        assert report.exit is Exit.OUTPUT
        assert report.failure is not None
        assert report.failure.message == "the output is the input"
    assert photo.read_bytes() == out.read_bytes() == before


def test_a_cosmetic_method_is_called_so_in_the_report(photo: Path, tmp_path: Path) -> None:
    report = run(photo, tmp_path / "o.png", Options(method=Method.BLUR))
    assert any("cosmetic" in note for note in report.notes)
    report = run(photo, tmp_path / "p.png")
    assert not any("cosmetic" in note for note in report.notes)
