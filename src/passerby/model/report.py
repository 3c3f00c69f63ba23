"""What was done with one file, and the proof of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from passerby.errors import Exit, PasserbyError
from passerby.model.consent import Replaces, Withdrawn
from passerby.model.decision import Action, Decision
from passerby.model.finding import FinderId, Sighting
from passerby.model.geometry import Grid
from passerby.model.media import Format, Group, Item, Part, Verdict
from passerby.model.options import Options

SCHEMA = 1
"""Version of the JSON form of a report. It grows when a field changes its meaning or goes."""

COEFFICIENTS = "coefficients"
"""The name of the check that is made on copies that carry a JPEG's blocks over."""


class Outcome(StrEnum):
    """How one file ended."""

    PUBLISHED = "published"
    PLANNED = "planned"
    """A dry run: this is what would have been done."""
    NEEDS_REVIEW = "needs review"
    REFUSED = "refused"
    """The input cannot be used."""
    FAILED = "failed"
    """Something went wrong on this side of the input."""
    SKIPPED = "skipped"
    """A verified output of the same input and options is already there, or it is no picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was checked on the written file, and how it came out."""

    name: str
    passed: bool
    detail: str
    figures: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a file was not published: an error of the tree in `passerby.errors`, as a value."""

    code: str
    message: str
    advice: str
    exit: Exit

    @classmethod
    def from_error(cls, error: PasserbyError) -> Failure:
        """Keep what a person needs of an exception."""
        return cls(code=error.code, message=error.message, advice=error.hint, exit=error.exit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sibling:
    """A file beside the input that shows or tells the same, by its name: the video of a Live
    Photo, a RAW, a sidecar. It is never copied.

    `in_run` says that it is a picture of the same run, which is redacted or refused by itself;
    all others stay as they are.
    """

    path: str
    what: str
    in_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was done with one file.

    `passerby` is the version that made it; `from_decisions` says that nothing was detected,
    because the decisions were given. `seed` is that of the noise; `grid` is what the masks were
    snapped to, and `further_grids` those of the further pages where not all have the same.
    `unresolved` are faces that the last look still found. `dropped` lists the parts of the
    source that are not in the output, `siblings` the files beside it that would undo its
    redaction. `replaces` is the copy that this one was made in place of, because a consent ended;
    `withdrawn` says that this copy itself is not to be shown any more. `timings` are seconds by
    step.
    """

    item: Item
    outcome: Outcome
    options: Options
    passerby: str = ""
    from_decisions: bool = False
    output: str | None = None
    output_sha256: str | None = None
    seed: str | None = None
    grid: Grid = field(default_factory=Grid)
    further_grids: tuple[Grid, ...] = ()
    finders: tuple[FinderId, ...] = ()
    decisions: tuple[Decision, ...] = ()
    unresolved: tuple[Sighting, ...] = ()
    checks: tuple[Check, ...] = ()
    dropped: tuple[Part, ...] = ()
    kept_fields: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    siblings: tuple[Sibling, ...] = ()
    replaces: Replaces | None = None
    withdrawn: Withdrawn | None = None
    failure: Failure | None = None
    timings: tuple[tuple[str, float], ...] = field(default=(), compare=False)

    @property
    def carried(self) -> bool:
        """Whether the copy holds the source's coded blocks where nothing is masked."""
        return any(check.name == COEFFICIENTS for check in self.checks)

    @property
    def redacted(self) -> int:
        """The number of masks. One that follows a face through an animation counts once."""
        hidden = [d for d in self.decisions if d.action is not Action.KEEP]
        followed = {d.track.id for d in hidden if d.frame is not None}
        return len(followed) + sum(d.frame is None for d in hidden)

    def grid_of(self, frame: int) -> Grid:
        """Return what the masks of a frame were snapped to; for one that the file did not have,
        what those of the first were."""
        further = self.further_grids[frame - 1 : frame] if frame else ()
        return further[0] if further else self.grid

    @property
    def exit(self) -> Exit:
        """The exit code of a run over this one file."""
        if self.failure is not None:
            return self.failure.exit
        return Exit.REVIEW if self.outcome is Outcome.NEEDS_REVIEW else Exit.OK


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedPicture:
    """A picture, or a video, that is embedded in a file.

    `path` names the part of the file that holds it, and then a part of each embedded picture on
    the way to one inside another; `offset` is that of the first part, in bytes. `bytes` is the
    size of the picture as a file of its own. `kind` says how it is stored, where that is not as a
    file. `size` is (width, height) in display orientation. `faces` is None when nobody looked;
    `problem` says why it could not be opened or looked at.
    """

    path: tuple[str, ...]
    offset: int
    bytes: int = 0
    format: Format | None = None
    kind: str = ""
    size: tuple[int, int] | None = None
    faces: int | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What would identify people in one file. `parts` is the whole container, `embedded` the
    pictures in it, each before those inside it. `finder` is None when no face was looked for."""

    item: Item
    finder: FinderId | None = None
    sightings: tuple[Sighting, ...] = ()
    parts: tuple[Part, ...] = ()
    embedded: tuple[EmbeddedPicture, ...] = ()
    notes: tuple[str, ...] = ()
    failure: Failure | None = None

    @property
    def telling(self) -> tuple[Part, ...]:
        """The parts that are neither the picture nor its colour."""
        return tuple(p for p in self.parts if p.group not in (Group.PICTURE, Group.COLOUR))

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What each of `parts` means: one in which a picture was found holds one, whatever it
        calls itself."""
        holding = {(each.path[0], each.offset) for each in self.embedded}
        return tuple(
            Verdict.HOLDS_PICTURE if (part.name, part.offset) in holding else part.verdict
            for part in self.parts
        )

    @property
    def found(self) -> bool:
        """Whether anything in the file tells on people."""
        return bool(self.sightings or self.telling or self.embedded)

    @property
    def exit(self) -> Exit:
        """The exit code of an inspection of this one file."""
        if self.failure is not None:
            return self.failure.exit
        return Exit.FOUND if self.found else Exit.OK


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The checks on one finished file."""

    item: Item
    checks: tuple[Check, ...] = ()
    unresolved: tuple[Sighting, ...] = ()
    leftovers: tuple[Part, ...] = ()
    finders: tuple[FinderId, ...] = ()
    failure: Failure | None = None

    @property
    def exit(self) -> Exit:
        """The exit code of a verification of this one file."""
        if self.failure is not None:
            return self.failure.exit
        return Exit.OK if all(check.passed for check in self.checks) else Exit.VERIFICATION
