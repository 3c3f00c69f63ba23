"""Camera RAW and DNG: rendered by LibRaw, through rawpy, in a process of its own.

rawpy is an extra: without it RAW is refused by name. A RAW file is never written. There is no
second decoder to check the first with.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from passerby.errors import CorruptInput, LimitExceeded, UnsupportedFormat
from passerby.media import guard, icc, orient, tiff
from passerby.media.containers import tiff as container
from passerby.media.containers.tiff import Ifd, Tree
from passerby.media.metadata import Metadata
from passerby.model.media import Encoding, Format, Mode, Orientation
from passerby.model.options import Limits
from passerby.ports import Picture, Samples

_PROGRAM = Path(__file__).with_name("raw_render.py")
_SECONDS = 900
_PIXEL_BYTES = 8
"""Three samples of 16 bits, and LibRaw's own four for a while."""
_ORIENTATIONS = {0: 1, 1: 2, 3: 3, 2: 4, 4: 5, 6: 6, 7: 7, 5: 8}
"""Exif's orientation by LibRaw's flip: 1 mirrors left and right, 2 top and bottom, 4 swaps rows
and columns."""
_PLACES = ((container.STRIP_OFFSETS, 279), (container.TILE_OFFSETS, 325))
ADVICE = "Install what reads it: pip install 'passerby[raw]'"


def is_installed() -> bool:
    """Whether RAW can be read here."""
    return find_spec("rawpy") is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What the program says of a picture that it rendered."""

    width: int
    height: int
    channels: int
    flip: int
    balance: str
    libraw: str


def read(data: bytes, limits: Limits) -> Picture:
    """Render a RAW file to 16-bit sRGB, as bright as it was exposed.

    Raises UnsupportedFormat, CorruptInput, EmptyInput or LimitExceeded.
    """
    if not is_installed():
        raise UnsupportedFormat("camera RAW needs a part that is not installed", ADVICE)
    metadata = _check_container(data, limits)
    told, stored = _render(data, limits)
    if told.channels not in (1, 3):
        raise UnsupportedFormat(f"camera RAW of {told.channels} colours is not handled")
    mode = Mode.RGB if told.channels == 3 else Mode.L
    encoding = Encoding(
        format=Format.RAW,
        mode=mode,
        depth=16,
        lossless=True,
        icc=icc.standard_rgb() if mode is Mode.RGB else None,
        fields=metadata.fields,
    )
    balance = f"AHD, {told.balance} white balance" if mode is Mode.RGB else "one colour"
    note = f"sensor data rendered by LibRaw {told.libraw}: {balance}, sRGB, no brightening"
    orientation = Orientation(_ORIENTATIONS.get(told.flip, 1))
    return orient.upright(stored, encoding, orientation, [note])


def _check_container(data: bytes, limits: Limits) -> Metadata:
    """Check what the directories of the file claim, where it has such, and return what they say
    of the picture. LibRaw renders cut data without a word where the cut is near the start."""
    if not container.has_directories(data):
        return Metadata()
    tree = container.walk(data)
    for ifd in tree.ifds:
        size = tuple(container.first_integer(data, tree, ifd, tag) or 1 for tag in (256, 257))
        guard.check_claim((size[0], size[1]), _PIXEL_BYTES, len(data), limits)
        _check_places(data, tree, ifd)
    return tiff.read_metadata(data, tree, tree.ifds[0])


def _check_places(data: bytes, tree: Tree, ifd: Ifd) -> None:
    for where, how_long in _PLACES:
        places, sizes = ifd.find(where), ifd.find(how_long)
        if places is None or sizes is None:
            continue
        pairs = zip(
            container.integers(data, tree, places),
            container.integers(data, tree, sizes),
            strict=False,
        )
        if any(place + size > len(data) for place, size in pairs):
            raise CorruptInput("camera RAW: the file ends before its picture does")


def _render(data: bytes, limits: Limits) -> tuple[_Told, Samples]:
    """Return what the program told, and the samples it wrote: (height, width, channels)."""
    arguments = [str(limits.pixels), str(limits.memory)]
    command = [sys.executable, "-P", "-W", "ignore", str(_PROGRAM), *arguments]
    try:
        done = subprocess.run(
            command, input=data, capture_output=True, check=False, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise LimitExceeded(f"camera RAW: not rendered within {_SECONDS} seconds") from error
    line = done.stdout[: done.stdout.find(b"\n") + 1]
    told = _parse(line, data, limits)
    if told is None or done.returncode != 0:
        raise CorruptInput("camera RAW: LibRaw crashed on it, or took too long")
    if done.stderr.strip():
        said = done.stderr.decode("latin-1").strip().splitlines()[-1]
        raise CorruptInput(f"camera RAW: LibRaw says: {guard.one_line(ValueError(said))}")
    guard.check_claim((told.width, told.height), _PIXEL_BYTES, len(data), limits)
    shape = told.height, told.width, told.channels
    if len(done.stdout) - len(line) != 2 * told.height * told.width * told.channels:
        raise CorruptInput("camera RAW: LibRaw returned a part of the picture")
    samples = np.frombuffer(done.stdout, "<u2", offset=len(line))
    return told, samples.astype(np.uint16).reshape(shape)


def _parse(line: bytes, data: bytes, limits: Limits) -> _Told | None:
    """Read the program's line; None where it died before it wrote one. Raises what it says."""
    try:
        told = json.loads(line)
    except ValueError:
        return None
    if "error" not in told:
        return _Told(**told)
    kind, detail = told["error"], told["detail"]
    if kind == "missing":
        raise UnsupportedFormat(f"camera RAW cannot be read: {detail}", ADVICE)
    if kind == "size":
        guard.check_claim((told["width"], told["height"]), _PIXEL_BYTES, len(data), limits)
    if kind in ("size", "memory"):
        raise LimitExceeded("camera RAW: rendering it takes more memory than allowed")
    if kind == "unsupported":
        raise UnsupportedFormat(
            "camera RAW of this kind is not known to LibRaw, or damaged",
            "Convert it to DNG, or export it as TIFF or JPEG.",
        )
    if kind == "cut":
        raise CorruptInput("camera RAW: the sensor data are damaged, or end early")
    raise CorruptInput(f"camera RAW: {guard.one_line(ValueError(detail))}")
