"""One file through inspect, redact and verify, in whichever process has its turn."""

from __future__ import annotations

import os
import resource
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

from corpusbench.audit import Auditor
from corpusbench.variants import make_variant
from faultbench.judge import check_opens
from passerby.compose import build_ports
from passerby.errors import Exit, PasserbyError
from passerby.examine import inspect_bytes, verify_bytes
from passerby.files import read_input
from passerby.media import Media
from passerby.model.finding import FinderId, Sighting
from passerby.model.geometry import Box
from passerby.model.options import Options
from passerby.model.report import Failure, Outcome, Report
from passerby.pipeline import Job, run_one
from passerby.ports import Ports, Rgb, SystemClock


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One file to push through; with a `number`, a variant of it instead, for which `other` is
    the file to join or nest."""

    path: Path
    number: int | None = None
    other: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What all files have in common. `faces` says whether the detectors look; `audit` whether
    exiftool does."""

    options: Options
    faces: bool
    audit: bool
    seed: int
    folder: Path


@dataclass(slots=True, kw_only=True)
class Ended:
    """How one file ended. `problems` should be empty; `reason` is why nothing was published."""

    shown: str
    variant: str = ""
    format: str = ""
    outcome: str = ""
    reason: str = ""
    problems: list[str] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)
    seconds: float = 0.0
    steps: dict[str, float] = field(default_factory=dict)
    megapixels: float = 0.0
    peak: int = 0


class Middle:
    """A detector that sees one face, in the middle of every picture: quick, and something is
    masked."""

    @property
    def identity(self) -> FinderId:
        return FinderId(name="middle", version="1", sha256="0" * 64)

    def find(self, view: Rgb) -> tuple[Sighting, ...]:
        height, width = view.shape[:2]
        box = Box.from_floats(width * 0.4, height * 0.4, width * 0.6, height * 0.6)
        return (Sighting(box=box, score=0.9, finder="middle"),)


class Blind(Middle):
    """A detector that sees nothing."""

    def find(self, view: Rgb) -> tuple[Sighting, ...]:  # noqa: ARG002 - the interface
        return ()


def open_ports(settings: Settings) -> Ports:
    """Return the real codecs, with the real detectors or quick ones."""
    if settings.faces:
        return build_ports(settings.options, 1)
    media = Media()
    return Ports(source=media, sink=media, finder=Middle(), second=Blind(), clock=SystemClock())


class Runner:
    """Works on one file after another."""

    def __init__(self, settings: Settings) -> None:
        # A bug then comes with its traceback.
        os.environ["PASSERBY_DEBUG"] = "1"
        self._settings = settings
        self._ports = open_ports(settings)
        self._auditor = Auditor() if settings.audit else None

    def run(self, errand: Errand) -> Ended:
        """Push a file through; nothing is raised but what ends a process."""
        ended = Ended(shown=ascii(str(errand.path))[1:-1])
        forget_peak()
        start = time.perf_counter()
        try:
            data = self._data(errand, ended)
            start = time.perf_counter()
            self._push(data, ended)
        except PasserbyError as error:
            ended.outcome, ended.reason = "refused", reason_of(Failure.from_error(error))
        except Exception as error:
            ended.outcome = "bug"
            where = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{Path(where.filename).name}:{where.lineno}"
            ended.problems.append(f"{type(error).__name__} at {place}: {error}"[:300])
        ended.seconds = time.perf_counter() - start
        ended.peak = peak()
        return ended

    def _data(self, errand: Errand, ended: Ended) -> bytes:
        most = self._settings.options.limits.memory
        data = read_input(errand.path, most)
        if errand.number is None:
            return data
        other = read_input(errand.other or errand.path, most)
        ended.variant, data = make_variant(data, other, errand.number, self._settings.seed)
        ended.variant = f"{errand.number}, {ended.variant}"
        return data

    def _push(self, data: bytes, ended: Ended) -> None:
        options, ports = self._settings.options, self._ports
        with timed(ended, "inspect"):
            inspection = inspect_bytes(data, shown="file", options=options, ports=ports)
        _note_bug(ended, "inspect", inspection.failure)
        output = self._settings.folder / f"{os.getpid()}-copy"
        output.unlink(missing_ok=True)
        job = Job(source=output.with_suffix(".in"), shown="file", output=output, options=options,
                  data=data)  # fmt: skip
        with timed(ended, "redact"):
            result = run_one(job, ports)
        report = result.report
        item = report.item
        ended.outcome, ended.format = report.outcome.value, str(item.format or "")
        if item.size:
            ended.megapixels = item.size[0] * item.size[1] * item.frames / 1e6
        _note_bug(ended, "redact", report.failure)
        if report.failure is not None:
            ended.reason = reason_of(report.failure)
        if (report.outcome is Outcome.PUBLISHED) != output.exists():
            ended.problems.append(f"redact: {report.outcome}, and the copy's being there differs")
        if output.exists():
            self._judge(data, output, report, ended)
            output.unlink()

    def _judge(self, data: bytes, output: Path, report: Report, ended: Ended) -> None:
        """Look at a published file with `verify`, with another decoder and with exiftool."""
        written = output.read_bytes()
        with timed(ended, "verify"):
            done = verify_bytes(
                written,
                shown="file",
                original=data,
                report=report,
                options=self._settings.options,
                ports=self._ports,
            )
        if done.failure is not None:
            ended.problems.append(f"verify: {done.failure.code}: {done.failure.message}")
        failed = [f"{c.name}: {c.detail}" for c in done.checks if not c.passed]
        ended.problems.extend(f"verify: {one}" for one in failed)
        assert report.item.size is not None
        wrong = check_opens(written, report.item.size, report.item.frames)
        if wrong is not None:
            ended.problems.append(wrong)
        if self._auditor is not None:
            ended.leftovers = self._auditor.leftovers(output)


class timed:  # noqa: N801 - read as a word after `with`
    """Adds the wall time of a step."""

    def __init__(self, ended: Ended, step: str) -> None:
        self._ended, self._step, self._start = ended, step, time.perf_counter()

    def __enter__(self) -> None:
        self._start = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self._ended.steps[self._step] = time.perf_counter() - self._start


def _note_bug(ended: Ended, step: str, failure: Failure | None) -> None:
    if failure is not None and failure.exit is Exit.BUG:
        ended.problems.append(f"{step}: {failure.message}")


def reason_of(failure: Failure) -> str:
    """Return a failure's code and message, with numbers replaced, so that like counts as like."""
    words = ("N" if any(c.isdigit() for c in word) else word for word in failure.message.split())
    return f"{failure.code}: {' '.join(words)}"[:160]


def forget_peak() -> None:
    """Let the peak of resident memory count from now on, where the system can (proc(5))."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def peak() -> int:
    """Return the bytes of resident memory at their highest."""
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
