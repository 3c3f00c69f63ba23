"""The real output of one version of a picture, made in memory by a worker process."""

from __future__ import annotations

from dataclasses import dataclass, field

from passerby.compose import build_ports
from passerby.errors import PasserbyError
from passerby.model.given import Given
from passerby.model.options import Options
from passerby.model.report import Failure, Outcome
from passerby.pipeline import redact_bytes
from passerby.ports import Ports
from passerby.session.detecting import Fields, Noting, Wanted
from passerby.work import failure_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is wanted of a file: its output by these decisions, or with none only its fields."""

    file: Wanted
    given: Given | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The bytes that would be published, or the values of the fields; or why there are none."""

    data: bytes | None = field(default=None, repr=False)
    fields: Fields = field(default=(), repr=False)
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """What all previews have in common."""

    options: Options
    threads: int = 1

    def doer(self) -> Maker:
        """Return what works in a process."""
        return Maker(studio=self)

    def lost(self, task: Ask, error: PasserbyError) -> Made:  # noqa: ARG002 - the interface
        """Return what became of a file that ends every process."""
        return Made(failure=Failure.from_error(error))


@dataclass(slots=True, kw_only=True)
class Maker:
    """Makes one preview after another; the detectors are opened once, for the first."""

    studio: Studio
    _ports: Ports | None = field(default=None, init=False)

    def work(self, task: Ask) -> Made:
        """Make a preview, or say why not. Raises nothing but KeyboardInterrupt."""
        try:
            return self._make(task)
        except Exception as error:
            return Made(failure=failure_of(error))

    def _make(self, task: Ask) -> Made:
        options = self.studio.options
        if self._ports is None:
            # Also where only fields are asked for: a preview is the next that is wanted.
            self._ports = build_ports(options, self.studio.threads)
        data = task.file.read(options.limits.memory)
        if task.given is None:
            noting = Noting()
            noting.read(data, options.limits, options.to)
            return Made(fields=noting.fields)
        result = redact_bytes(
            data, shown="picture", options=options, given=task.given, ports=self._ports
        )
        if result.report.outcome is not Outcome.PUBLISHED:
            return Made(failure=result.report.failure)
        return Made(data=result.redacted)
