"""JPEG surgery: the blocks under the mask get one constant, all others are carried over.

A mask covers whole MCUs. Every block of a covered MCU gets the constant term that is nearest to
the fill colour and no other term; every other block of the source is coded again with the very
coefficients that it had (ITU-T T.81, A.3.4: nothing is quantised anew).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from passerby.errors import CorruptInput, DependencyError, OutputError
from passerby.media import orient, turbojpeg_library
from passerby.media.containers import jpeg as container
from passerby.media.jpeg_frame import Coding, Frame, read_frame
from passerby.media.turbojpeg import Blocks, TurboJpeg, Turn
from passerby.media.turbojpeg import Coding as EntropyCoding
from passerby.model.media import Orientation
from passerby.ports import BlockCount, BoolMask, Picture, Samples

MISSING = "libjpeg-turbo's transform library is not there (see `passerby doctor`)"

_TURNS = {
    Orientation.TOP_LEFT: Turn.NONE,
    Orientation.TOP_RIGHT: Turn.FLIP_X,
    Orientation.BOTTOM_RIGHT: Turn.ROTATE_180,
    Orientation.BOTTOM_LEFT: Turn.FLIP_Y,
    Orientation.LEFT_TOP: Turn.TRANSPOSE,
    Orientation.RIGHT_TOP: Turn.ROTATE_90,
    Orientation.RIGHT_BOTTOM: Turn.TRANSVERSE,
    Orientation.LEFT_BOTTOM: Turn.ROTATE_270,
}
_JFIF = container.build(container.APP0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
"""Version 1.1, no density, no thumbnail (T.871, 10.1)."""
_ADOBE = {Coding.RGB: 0, Coding.CMYK: 0, Coding.YCCK: 2}
"""Adobe's number for how the components stand for colours (T.872, 6.5.3)."""
_LUMA = (0.299, 0.587, 0.114)
_CHROMA = (1.772, 1.402)
"""T.871, 7."""

Plane = NDArray[np.int16]


def refusal(frame: Frame) -> str | None:
    """Return why the blocks of a picture cannot be carried over; None when they can."""
    loaded = turbojpeg_library.search().loaded
    if loaded is None:
        return MISSING
    if frame.tables_change:
        return "its quantisation tables change between scans"
    factors = [(c.h, c.v) for c in frame.components]
    if _ratio(factors) == (1, 4) and loaded.turbojpeg.generation < 3:
        return "its sampling (4:4:1) is unknown to this libjpeg-turbo"
    return None


def _ratio(factors: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """Return how many times finer the first component is sampled than the second."""
    (h, v), (other_h, other_v) = factors[0], factors[min(1, len(factors) - 1)]
    return h / other_h, v / other_v


def turn_of(picture: Picture) -> Turn:
    """Return what is done to the stored picture, so that its copy is upright and needs no tag.

    Nothing, where an incomplete MCU would end up at the left or the top: the blocks of a copy
    begin there. Nor where 4:1:1 would lie on its side, which few decoders know.
    """
    layout, grid = picture.encoding.jpeg, picture.encoding.grid
    factors = [(h, v) for h, v, _ in layout.components] if layout else [(1, 1)]
    sideways = orient.swaps(picture.orientation) and max(_ratio(factors)) > 2
    if grid.x or grid.y or sideways:
        return Turn.NONE
    return _TURNS[picture.orientation]


def tag(orientation: Orientation) -> bytes:
    """Return an Exif segment that says nothing but the orientation (Exif 3.0, 4.5.4)."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, int(orientation), 0)
    block = struct.pack(">2sHIH", b"MM", 42, 8, 1) + entry + struct.pack(">I", 0)
    return container.build(0xE1, b"Exif\0\0" + block)


def head(picture: Picture, frame: Frame) -> list[bytes]:
    """Return the segments in front: what the components stand for, and the orientation where
    the copy is not upright."""
    if frame.coding in _ADOBE:
        adobe = struct.pack(">HHHB", 100, 0, 0, _ADOBE[frame.coding])
        pieces = [container.build(0xEE, b"Adobe" + adobe)]
    else:
        pieces = [_JFIF]
    if picture.orientation is not Orientation.TOP_LEFT and turn_of(picture) is Turn.NONE:
        pieces.append(tag(picture.orientation))
    return pieces


def rewrite(picture: Picture) -> tuple[bytes, Frame]:
    """Code the source again with the blocks under the mask replaced.

    Returns the library's file and the source's frame. Raises OutputError when the mask does not
    follow the blocks, CorruptInput when the library refuses the coefficients.
    """
    assert picture.coded is not None  # noqa: S101 - see Picture.carried
    frame = _frame(picture.coded)
    fill = _Fill.plan(picture, frame)
    coded = _library().rewrite(picture.coded, turn_of(picture), fill.visit, _entropy_of(frame))
    return coded, frame


def _entropy_of(frame: Frame) -> EntropyCoding:
    """Return how a copy is coded: as its source, so that it has about its size."""
    if frame.progressive:
        return EntropyCoding.PROGRESSIVE
    return EntropyCoding.STANDARD if frame.standard_huffman else EntropyCoding.OPTIMISED


def _library() -> TurboJpeg:
    loaded = turbojpeg_library.search().loaded
    if loaded is None:
        raise DependencyError(MISSING)
    return loaded.turbojpeg


def _frame(data: bytes) -> Frame:
    return read_frame(data, container.walk_segments(data))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Component:
    """One component of the copy: its blocks in an MCU across and down, and the step of its
    constant term. `table` is (64,), row by row."""

    h: int
    v: int
    table: tuple[int, ...]


def _components(frame: Frame, turn: Turn) -> list[_Component]:
    """Return the components as they lie after `turn`."""
    single = len(frame.components) == 1
    swapped = turn in (Turn.TRANSPOSE, Turn.TRANSVERSE, Turn.ROTATE_90, Turn.ROTATE_270)
    found = []
    for component in frame.components:
        # The blocks of a single component are never grouped, whatever its factors.
        h, v = (1, 1) if single else (component.h, component.v)
        table = frame.tables[component.table]
        if swapped:
            h, v, table = v, h, tuple(table[8 * (n % 8) + n // 8] for n in range(64))
        found.append(_Component(h=h, v=v, table=table))
    return found


def _as_coded(picture: Picture, turn: Turn) -> tuple[BoolMask, Samples]:
    """Return views of mask and samples as the blocks of the copy lie: from the top left."""
    assert picture.masked is not None  # noqa: S101 - see Picture.carried
    if turn is not Turn.NONE:
        return picture.masked, picture.samples
    mask = orient.unapply(picture.masked[..., None], picture.orientation)[..., 0]
    return mask, orient.unapply(picture.samples, picture.orientation)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fill:
    """Which MCUs are covered (rows, columns), and for each component its factors and the
    constant of each MCU."""

    cells: BoolMask
    planes: tuple[tuple[int, int, Plane], ...]

    @classmethod
    def plan(cls, picture: Picture, frame: Frame) -> _Fill:
        """Find the covered MCUs and their constants. Raises OutputError."""
        turn = turn_of(picture)
        mask, samples = _as_coded(picture, turn)
        components = _components(frame, turn)
        width, height = 8 * max(c.h for c in components), 8 * max(c.v for c in components)
        cells = mask[::height, ::width]
        _check_whole(mask, cells, width, height)
        constants = _constants(samples[::height, ::width], frame.coding, components)
        planes = [(c.h, c.v, p) for c, p in zip(components, constants, strict=True)]
        return cls(cells=np.ascontiguousarray(cells), planes=tuple(planes))

    def visit(self, component: int, row: int, blocks: Blocks) -> None:
        """Replace the covered blocks of a row."""
        h, v, plane = self.planes[component]
        covered = self.cells[row // v]
        if covered.any():
            where = np.repeat(covered, h)[: len(blocks)]
            blocks[where] = 0
            blocks[where, 0] = np.repeat(plane[row // v], h)[: len(blocks)][where]


def _check_whole(mask: BoolMask, cells: BoolMask, width: int, height: int) -> None:
    """Raise OutputError unless the mask is made of whole MCUs: what is left of a face that is
    cut through an MCU would show in the rest of it."""
    used = np.flatnonzero(mask.any(axis=1))
    if not used.size:
        return
    first, last = int(used[0]) // height, int(used[-1]) // height + 1
    band = mask[first * height : last * height]
    whole = np.repeat(np.repeat(cells[first:last], height, axis=0), width, axis=1)
    if not np.array_equal(band, whole[: band.shape[0], : band.shape[1]]):
        raise OutputError("the mask does not follow the blocks of the JPEG")


def _constants(pixels: Samples, coding: Coding, components: list[_Component]) -> list[Plane]:
    """Return for each component the constant terms (rows, columns) nearest to the colours of
    `pixels` (rows, columns, channels): 8 times the mean, in steps of the table (T.81, A.3.3)."""
    levels = _to_components(pixels.astype(np.float64), coding)
    return [
        np.rint(8.0 * (level - 128.0) / c.table[0]).astype(np.int16)
        for level, c in zip(levels, components, strict=True)
    ]


def _to_components(pixels: NDArray[np.float64], coding: Coding) -> list[NDArray[np.float64]]:
    """Split colours into what the components of the file hold, 0 to 255."""
    channels = [pixels[..., n] for n in range(pixels.shape[2])]
    if coding is Coding.CMYK:
        # Adobe's convention: 255 is no ink.
        return [255.0 - ink for ink in channels]
    if coding in (Coding.GREY, Coding.RGB):
        return channels
    # In YCCK ink stands for its complement's colour, which makes it the same as in YCbCr.
    red, green, blue = channels[:3]
    luma = _LUMA[0] * red + _LUMA[1] * green + _LUMA[2] * blue
    ycc = [luma, (blue - luma) / _CHROMA[0] + 128.0, (red - luma) / _CHROMA[1] + 128.0]
    return ycc + [255.0 - black for black in channels[3:]]


def count_blocks(data: bytes, planned: Picture) -> BlockCount:
    """Read the coefficients of a written file and of its source, and compare them.

    Where a block lies is worked out from its first pixel, other than when it was written.
    Raises CorruptInput when either cannot be read, or they are not coded alike; DependencyError
    when the library is gone.
    """
    assert planned.coded is not None  # noqa: S101 - see Picture.carried
    turn = turn_of(planned)
    source, written = _frame(planned.coded), _frame(data)
    components = _components(source, turn)
    if components != _components(written, Turn.NONE) or source.coding is not written.coding:
        raise CorruptInput("JPEG: its components or tables are not those of the source")
    library = _library()
    rows: dict[tuple[int, int], Blocks] = {}
    library.visit(planned.coded, turn, lambda c, row, b: rows.update({(c, row): b.copy()}))
    comparison = _Comparison.begin(planned, source, components, rows)
    library.visit(data, Turn.NONE, comparison.visit)
    return comparison.count()


@dataclass(slots=True, kw_only=True)
class _Comparison:
    """Counts blocks of a written file, row by row. `planes` are for each component which
    blocks are covered, and their planned constants."""

    rows: dict[tuple[int, int], Blocks]
    planes: list[tuple[BoolMask, Plane]]
    carried: int = 0
    changed: int = 0
    covered: int = 0
    wrong: int = 0

    @classmethod
    def begin(
        cls,
        planned: Picture,
        frame: Frame,
        components: list[_Component],
        rows: dict[tuple[int, int], Blocks],
    ) -> _Comparison:
        mask, samples = _as_coded(planned, turn_of(planned))
        width, height = max(c.h for c in components), max(c.v for c in components)
        planes = []
        for number, c in enumerate(components):
            step = np.s_[:: 8 * height // c.v, :: 8 * width // c.h]
            constants = _constants(samples[step], frame.coding, components)[number]
            planes.append((mask[step], constants))
        return cls(rows=rows, planes=planes)

    def visit(self, component: int, row: int, blocks: Blocks) -> None:
        """Compare a row of blocks with the source's, or with the plan where it is covered."""
        before = self.rows.pop((component, row), None)
        if before is None or before.shape != blocks.shape:
            raise CorruptInput("JPEG: it has not the blocks of the source")
        mask, constants = self.planes[component]
        covered = mask[row]
        masked = int(np.count_nonzero(covered))
        self.covered += masked
        self.carried += len(blocks) - masked
        # Four coefficients at a time.
        differs = before.view(np.int64) != blocks.view(np.int64)
        if differs.any():
            self.changed += int(differs.any(axis=1)[~covered].sum())
        if not masked:
            return
        expected = np.zeros((masked, 64), np.int16)
        expected[:, 0] = constants[row][covered]
        self.wrong += int((expected != blocks[covered]).any(axis=1).sum())

    def count(self) -> BlockCount:
        """Return the counts. Raises CorruptInput when blocks of the source are missing."""
        if self.rows:
            raise CorruptInput("JPEG: it has not the blocks of the source")
        return BlockCount(
            carried=self.carried, changed=self.changed, covered=self.covered, wrong=self.wrong
        )
