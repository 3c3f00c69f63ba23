"""What tools leave of the carriers in a file: the table in docs/formats.md is made of this.

Each file that is full of canaries goes through a tool the way its manual says, and the canaries
are looked for in what comes out, byte by byte and in all that inflates.
"""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import PIL
from PIL import Image

from canaries import BUILDERS, IN_PIXELS, SUFFIXES, Filled
from canaries.search import found_in
from media.pictures import MEDIA, astronaut
from passerby.media.containers import bmff
from passerby.model.media import Group
from passerby.model.options import Options
from passerby.model.report import Outcome
from passerby.pipeline import redact_bytes
from stand_ins import ports

Cleaned = bytes | None
"""What a tool made of a file; None where it cannot write such a file."""


@dataclass(frozen=True)
class Tool:
    """A tool that people clean pictures with, and how it is called."""

    name: str
    version: Callable[[], str | None]
    """Returns the version; None where the tool is not installed."""
    clean: Callable[[bytes, str], Cleaned]


@cache
def filled(name: str) -> Filled:
    """Return the file of a format that holds every carrier."""
    return BUILDERS[name](astronaut(160, 200))


def carriers(name: str) -> list[str]:
    """Return the names of a format's carriers. What is coded as pixels is told by other tests."""
    return [carrier.name for carrier in filled(name).carriers if carrier.name not in IN_PIXELS]


def listed(name: str) -> list[str]:
    """Return the carriers that Passerby lists."""
    source = filled(name)
    telling = [part.name for part in MEDIA.parts(source.data) if part.group is not Group.PICTURE]
    return [
        carrier.name
        for carrier in source.carriers
        if carrier.name not in IN_PIXELS and any(carrier.part in part for part in telling)
    ]


@dataclass(frozen=True)
class Left:
    """What a tool leaves in a format. `untold` are carriers that nothing is known of: those that
    it cannot open a file with, or all where it cannot write the format."""

    left: tuple[str, ...]
    untold: tuple[str, ...]


def left_by(tool: Tool, name: str) -> Left:
    """Return the carriers that a tool leaves in a format."""
    source = filled(name)
    untold: list[str] = []
    cleaned = tool.clean(source.data, SUFFIXES[name])
    if cleaned is None and name in _GENTLER:
        gentler = _GENTLER[name](source.data)
        cleaned = tool.clean(gentler, SUFFIXES[name])
        untold = [carrier for carrier in carriers(name) if carrier not in found_in(gentler, source)]
    if cleaned is None:
        return Left(left=(), untold=tuple(carriers(name)))
    found = found_in(cleaned, source)
    kept = [carrier for carrier in carriers(name) if carrier in found]
    return Left(left=tuple(kept), untold=tuple(untold))


def _without_stray_frame(data: bytes) -> bytes:
    """Return a PNG without its chunk of frame data, with which Pillow does not open it."""
    at = data.index(b"fdAT") - 4
    return data[:at] + data[at + 12 + struct.unpack_from(">I", data, at)[0] :]


def _with_plain_alpha(data: bytes) -> bytes:
    """Return a TIFF whose fourth channel is said to be opacity: Pillow knows no other."""
    before, after = (struct.pack("<HHIHH", 338, 3, 1, value, 0) for value in (0, 2))
    assert data.count(before) == 1
    return data.replace(before, after)


def _without_trailer(data: bytes) -> bytes:
    """Return a file of boxes without what follows them."""
    return data[: list(bmff.walk(data, 0, len(data)))[-1].end]


def _without_still_picture(data: bytes) -> bytes:
    """Return an animated WebP without the picture that is no frame: libwebp opens no such file."""
    at = data.index(b"VP8L")
    size = struct.unpack_from("<I", data, at + 4)[0]
    rest = data[:at] + data[at + 8 + size + size % 2 :]
    length = struct.unpack_from("<I", data, 4)[0] - (len(data) - len(rest))
    return rest[:4] + struct.pack("<I", length) + rest[8:]


_GENTLER = {
    "animated WebP": _without_still_picture,
    "PNG": _without_stray_frame,
    "TIFF": _with_plain_alpha,
    "HEIC": _without_trailer,
    "AVIF": _without_trailer,
    "JPEG XL": _without_trailer,
}
"""Files for the tools that refuse those with everything."""


def _passerby(data: bytes, suffix: str) -> Cleaned:
    result = redact_bytes(data, shown=suffix, options=Options(), given=None, ports=ports())
    assert result.report.outcome is Outcome.PUBLISHED, result.report
    return result.redacted


def _pillow(data: bytes, suffix: str) -> Cleaned:
    """Open and save with everything at its default."""
    return _pillow_saved(data, ())


def _pillow_keeping(data: bytes, suffix: str) -> Cleaned:
    """Save with the Exif block and the profile that were read, as people do who want to keep the
    orientation and the colours."""
    return _pillow_saved(data, ("exif", "icc_profile"))


def _pillow_saved(data: bytes, names: tuple[str, ...]) -> Cleaned:
    out = io.BytesIO()
    try:
        with Image.open(io.BytesIO(data)) as image:
            kept = {name: image.info[name] for name in names if name in image.info}
            image.save(out, image.format, **kept)
    except (OSError, ValueError, KeyError, SyntaxError):
        return None
    return out.getvalue()


def _exiftool(data: bytes, suffix: str) -> Cleaned:
    return _run(["exiftool", "-q", "-m", "-all=", "{source}", "-o", "{output}"], data, suffix)


def _deface(data: bytes, suffix: str) -> Cleaned:
    return _run(["deface", "{source}", "--output", "{output}"], data, suffix)


def _deface_keeping(data: bytes, suffix: str) -> Cleaned:
    command = ["deface", "{source}", "--output", "{output}", "--keep-metadata"]
    return _run(command, data, suffix)


def _run(command: list[str], data: bytes, suffix: str) -> Cleaned:
    """Return what a command makes of a file; None where it makes nothing."""
    with tempfile.TemporaryDirectory() as folder:
        source, output = Path(folder) / f"source{suffix}", Path(folder) / f"output{suffix}"
        source.write_bytes(data)
        places = {"source": source, "output": output}
        words = [word.format(**places) for word in command]
        subprocess.run(words, capture_output=True, check=False, timeout=300)
        return output.read_bytes() if output.exists() else None


def _version_of(*command: str) -> Callable[[], str | None]:
    def ask() -> str | None:
        if shutil.which(command[0]) is None:
            return None
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return (done.stdout or done.stderr).strip().split()[-1]

    return ask


PASSERBY = Tool("Passerby", lambda: "", _passerby)
OTHERS = (
    Tool("Pillow", lambda: PIL.__version__, _pillow),
    Tool("Pillow with exif=", lambda: PIL.__version__, _pillow_keeping),
    Tool("exiftool -all=", _version_of("exiftool", "-ver"), _exiftool),
    Tool("deface", _version_of("deface", "--version"), _deface),
    Tool("deface --keep-metadata", _version_of("deface", "--version"), _deface_keeping),
)
