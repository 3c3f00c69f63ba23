"""What the pipeline needs from the outside, as Protocols, and the picture that flows through.

`media` implements `Source` and `Sink`, `find` implements `Finder`. `verify` is handed them, so
that no two of these import each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from passerby.model.finding import FinderId, Sighting
from passerby.model.media import (
    Canvas,
    Encoding,
    Facts,
    Field,
    Format,
    Group,
    Orientation,
    Part,
    Timing,
)
from passerby.model.options import Limits

Samples = NDArray[np.uint8] | NDArray[np.uint16]
"""(height, width, channels): uint16 when the encoding's depth is more than 8, else uint8.

Samples of 1, 2 or 4 bits are spread over 0..255, those of 10 or 12 bits over 0..65535, by
repeating their bits, and brought back when written. CMYK samples
are ink: 0 is none, 255 is full. Alpha is straight (not premultiplied); the maximum is opaque.
"""

BoolMask = NDArray[np.bool_]
"""(height, width): true where the picture is to be replaced."""

Rgb = NDArray[np.uint8]
"""(height, width, 3), 8-bit: what a detector looks at."""

CONVERTED = "written as "
"""Begins the first note that is about a copy in another format: those before it are about the
file itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A decoded picture in display orientation, and how its copy is to be encoded.

    Colour under alpha 0 is already zero: it is invisible and may hold a face. Of a file that
    holds several pictures this is the first, and `more` are the others in their order.
    """

    samples: Samples
    encoding: Encoding
    orientation: Orientation = Orientation.TOP_LEFT
    """The source's; already applied to `samples`."""
    notes: tuple[str, ...] = ()
    """What people should know about the decoding, one line each."""
    hidden_colour: bool = False
    """Whether the file had more than one colour under alpha 0: a picture that nobody sees."""
    source: Encoding | None = None
    """How the file itself is coded, where the copy is to be coded in another way."""
    masked: BoolMask | None = None
    """Where the pixels were replaced; None in a picture as it was read."""
    coded: bytes | None = field(default=None, repr=False)
    """The coded bytes of the source, where a copy can carry blocks over from them."""
    more: tuple[Picture, ...] = ()
    """The further frames of an animation, or pages. They have no `more` of their own."""
    timing: Timing | None = None
    """How the frames of an animation are played; None for a still and for pages."""

    @property
    def frames(self) -> tuple[Picture, ...]:
        """All pictures of the file in their order, each by itself."""
        return (replace(self, more=(), timing=None), *self.more)

    def with_frames(self, frames: Sequence[Picture]) -> Picture:
        """Return the same file with other frames, of which there is at least one."""
        return replace(frames[0], more=tuple(frames[1:]), timing=self.timing)

    @property
    def carried(self) -> bool:
        """Whether the copy takes over the source's coded blocks where nothing is masked."""
        written = self.encoding.format is Format.JPEG
        return written and self.coded is not None and self.masked is not None

    @property
    def hidden_parts(self) -> tuple[Part, ...]:
        """What the pixels of the file held besides the picture that is shown."""
        if not any(frame.hidden_colour for frame in (self, *self.more)):
            return ()
        name = "colour under transparent pixels"
        return (Part(name=name, group=Group.EMBEDDED, offset=0, size=0),)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        height, width = self.samples.shape[:2]
        return width, height

    @property
    def canvas(self) -> Canvas:
        """What decisions are made about."""
        sizes = tuple(frame.size for frame in self.frames)
        return Canvas(sizes=sizes, in_time=self.timing is not None)

    def with_samples(self, samples: Samples) -> Picture:
        """Return the same picture with other pixels."""
        return replace(self, samples=samples)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockCount:
    """The blocks of a written JPEG. `carried` lie outside of the masks, and `changed` of them
    are not those of the source; `covered` lie under the masks, and `wrong` of them hold anything
    but one constant of the planned colour."""

    carried: int
    changed: int
    covered: int
    wrong: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """A picture within a picture file, made a file of its own.

    `part` is what holds it, the last name of the listing being the innermost. `data` is the
    file, whose format its bytes tell; None when it cannot be made one, and `problem` says why.
    `at` is the offset in the outer file where these very bytes begin, None when they are
    unpacked or put together. `kind` says how it is stored where that is not a file.
    """

    part: Part
    data: bytes | None = field(default=None, repr=False)
    at: int | None = None
    kind: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Every part of a container, to the last byte of the file, and the pictures in them, which
    are taken out one by one as they are asked for. Taking them out raises nothing."""

    parts: tuple[Part, ...]
    embedded: Iterator[Embedded] = field(repr=False, compare=False)


class Source(Protocol):
    """Reads picture files."""

    def describe(self, data: bytes) -> Facts:
        """Say what a file is by its header, without decoding. Limits do not matter here.

        Raises EmptyInput, UnknownFormat or CorruptInput.
        """
        ...

    def read(self, data: bytes, limits: Limits, to: Format | None = None) -> Picture:
        """Decode a picture, with all its frames or pages.

        `to` is the format that the copy is to have; None is for `model.media.target_of` to
        decide. Raises EmptyInput, UnknownFormat, UnsupportedFormat, CorruptInput or
        LimitExceeded.
        """
        ...

    def read_again(self, data: bytes, limits: Limits, to: Format | None = None) -> Picture:
        """Decode with other code than `read` where such exists: for checking what was written.

        Raises the same errors.
        """
        ...

    def views(self, picture: Picture) -> Iterator[Rgb]:
        """Yield what a detector has to look at in one frame: the colours, and for a picture with
        partly transparent pixels also the picture as it is shown on white."""
        ...

    def parts(self, data: bytes) -> tuple[Part, ...]:
        """List every part of the container, to the last byte of the file.

        Raises CorruptInput when the container cannot be walked to its end.
        """
        ...

    def blocks(self, data: bytes, planned: Picture) -> BlockCount:
        """Compare the coded blocks of a written file with those of the source of `planned`,
        whose copy carries them over.

        Raises CorruptInput when the file is not coded as its source, or cannot be read;
        DependencyError when what reads blocks is not there.
        """
        ...

    def contents(self, data: bytes) -> Contents:
        """List every part as `parts` does, and the pictures that are embedded in them.

        Raises CorruptInput when the container cannot be walked to its end.
        """
        ...

    def leftovers(
        self, data: bytes, encoding: Encoding, keep: tuple[Field, ...]
    ) -> tuple[Part, ...]:
        """List the parts of a written file that the plan does not allow.

        The plan allows what the decoder needs, `encoding.icc`, `encoding.colour_tags`, and the
        fields named in `keep` with exactly the values in `encoding.fields`.
        Raises CorruptInput when the container cannot be walked to its end.
        """
        ...


class Sink(Protocol):
    """Writes picture files."""

    def fit(self, picture: Picture) -> Picture:
        """Return the picture as its format can hold it: what `encode` will write."""
        ...

    def encode(self, picture: Picture, keep: tuple[Field, ...]) -> bytes:
        """Encode from pixels and an allow-list; the bytes are a function of the arguments.

        Raises OutputError when the encoder refuses.
        """
        ...


class Finder(Protocol):
    """Finds faces."""

    @property
    def identity(self) -> FinderId:
        """Name, version and the sha256 of the weights."""
        ...

    def find(self, view: Rgb) -> tuple[Sighting, ...]:
        """Find the faces in a picture of any size; the same picture gives the same answer.

        Raises FinderError.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a detector says of a picture: `sure` is what `Finder.find` returns, `doubtful` has too
    little evidence to count and enough for a person to look at."""

    sure: tuple[Sighting, ...]
    doubtful: tuple[Sighting, ...]


@runtime_checkable
class Judge(Finder, Protocol):
    """A detector that also tells what it is not sure of."""

    def judge(self, view: Rgb) -> Judged:
        """Find the faces, and apart from them what may be one. Raises FinderError."""
        ...


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the time, aware and in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the time, aware and in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything `run_one` needs from outside, built once for a run.

    `finder` finds the faces to hide; `second` looks at the written file.
    """

    source: Source
    sink: Sink
    finder: Finder
    second: Finder
    clock: Clock


class Looking(Protocol):
    """The ports of whoever only looks: `Ports` are such, and `Eyes`."""

    @property
    def source(self) -> Source:
        """What reads files."""
        ...

    @property
    def finder(self) -> Finder:
        """What finds faces."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Eyes:
    """A source and one detector."""

    source: Source
    finder: Finder
