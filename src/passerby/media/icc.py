"""ICC profiles (ICC.1:2022): checked, and rebuilt from an allow-list of tags.

A profile may carry names, serial numbers, dates and anything else in private tags, text and
padding. What is kept is what the colours need; text becomes neutral, the header's identifying
fields become zero, and every tag is written anew from its parsed form, so that nothing hides in
the room between. A profile that cannot be rebuilt to the same colours is left out.
"""

from __future__ import annotations

import io
import struct
from functools import cache, lru_cache

from PIL import Image, ImageCms

from passerby.media.icc_tags import BadTag, rebuild_tag
from passerby.model.media import Mode

_LARGEST = 8 * 2**20
_MOST_TAGS = 100
_CLASSES = frozenset({b"scnr", b"mntr", b"prtr", b"spac"})
_SPACES = {
    Mode.L: b"GRAY",
    Mode.LA: b"GRAY",
    Mode.RGB: b"RGB ",
    Mode.RGBA: b"RGB ",
    Mode.CMYK: b"CMYK",
}
_CMS_MODES = {b"GRAY": "L", b"RGB ": "RGB", b"CMYK": "CMYK"}
_D50 = struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D)
_DATE = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)
_TEXT = "ICC profile"

_TAGS = (
    *(b"wtpt", b"bkpt", b"chad", b"cicp", b"rXYZ", b"gXYZ", b"bXYZ"),
    *(b"rTRC", b"gTRC", b"bTRC", b"kTRC"),
    *(b"A2B0", b"A2B1", b"A2B2", b"B2A0", b"B2A1", b"B2A2", b"gamt"),
)
"""The tags that are kept, in the order in which they are written."""


def keep(profile: bytes | None, mode: Mode, notes: list[str]) -> bytes | None:
    """Return the profile rebuilt, or None; with a note when there was one that cannot be kept.

    The result is a function of the profile and the mode's colour space alone.
    """
    if profile is None:
        return None
    try:
        return _keep(profile, _SPACES[mode])
    except BadTag as problem:
        notes.append(f"the colour profile is left out: {problem}")
        return None


@cache
def standard_rgb() -> bytes:
    """Return a profile of sRGB (IEC 61966-2-1), made by the colour engine."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return rebuild(made, _SPACES[Mode.RGB])


def is_rebuilt(profile: bytes) -> bool:
    """Whether a profile is one that `keep` has written."""
    space = profile[16:20]
    try:
        return space in _CMS_MODES and _keep(profile, space) == profile
    except BadTag:
        return False


@lru_cache(maxsize=8)
def _keep(profile: bytes, space: bytes) -> bytes:
    rebuilt = rebuild(profile, space)
    if _sample_colours(profile, space) != _sample_colours(rebuilt, space):
        raise BadTag("its colours need tags that are not kept")
    return rebuilt


def rebuild(profile: bytes, space: bytes) -> bytes:
    """Return the profile with allow-listed tags alone; rebuilding twice changes nothing.

    `space` is the ICC signature of the picture's colours. Raises BadTag.
    """
    _check_header(profile, space)
    table = _read_table(profile)
    tags: list[tuple[bytes, bytes]] = [
        (name, rebuild_tag(name, profile[slice(*table[name])])) for name in _TAGS if name in table
    ]
    version4 = profile[8] >= 4
    text = _multi_text(_TEXT) if version4 else _old_text(_TEXT)
    notice = _multi_text("") if version4 else b"text\0\0\0\0\0"
    return _assemble(profile, [(b"desc", text), (b"cprt", notice), *tags])


def _check_header(profile: bytes, space: bytes) -> None:
    if len(profile) < 132 or len(profile) > _LARGEST:
        raise BadTag("it is too short or too large")
    size = struct.unpack_from(">I", profile)[0]
    if size < 132 or size > len(profile) or profile[36:40] != b"acsp":
        raise BadTag("its header is damaged")
    if not 2 <= profile[8] <= 4:
        raise BadTag("its version is not known")
    if profile[12:16] not in _CLASSES:
        raise BadTag("it is not the profile of a device or a colour space")
    if profile[16:20] != space:
        raise BadTag("it is for other colours than the picture's")
    if profile[20:24] not in (b"XYZ ", b"Lab "):
        raise BadTag("its connection space is not known")


def _read_table(profile: bytes) -> dict[bytes, tuple[int, int]]:
    """Return (start, end) of each tag, inside the profile."""
    size, count = struct.unpack_from(">I", profile)[0], struct.unpack_from(">I", profile, 128)[0]
    if count > _MOST_TAGS or 132 + 12 * count > size:
        raise BadTag("its tag table is damaged")
    table: dict[bytes, tuple[int, int]] = {}
    for index in range(count):
        name, start, length = struct.unpack_from(">4sII", profile, 132 + 12 * index)
        if start < 128 or start + length > size:
            raise BadTag("a tag lies outside the profile")
        table.setdefault(name, (start, start + length))
    return table


def _assemble(profile: bytes, tags: list[tuple[bytes, bytes]]) -> bytes:
    """Write header, table and values; equal values are stored once."""
    places: dict[bytes, int] = {}
    at = 132 + 12 * len(tags)
    for _, value in tags:
        if value not in places:
            places[value] = at
            at += len(value) + -len(value) % 4
    table = b"".join(struct.pack(">4sII", n, places[v], len(v)) for n, v in tags)
    values = b"".join(value + b"\0" * (-len(value) % 4) for value in places)
    minor = bytes((profile[8], profile[9] & 0xF0, 0, 0))
    intent = struct.unpack_from(">I", profile, 64)[0] & 3
    header = b"".join(
        [
            struct.pack(">I", at),
            b"\0\0\0\0",
            minor,
            profile[12:24],
            _DATE,
            b"acsp",
            b"\0" * 24,
            struct.pack(">I", intent),
            _D50,
            b"\0" * 48,
        ]
    )
    return b"".join([header, struct.pack(">I", len(tags)), table, values])


def _multi_text(text: str) -> bytes:
    """multiLocalizedUnicodeType (10.15), in one language."""
    raw = text.encode("utf-16-be")
    return struct.pack(">4sIII4sII", b"mluc", 0, 1, 12, b"enUS", len(raw), 28) + raw


def _old_text(text: str) -> bytes:
    """textDescriptionType (ICC.1:2001-04, 6.5.17)."""
    raw = text.encode("ascii") + b"\0"
    return struct.pack(">4sII", b"desc", 0, len(raw)) + raw + b"\0" * 78


def _sample_colours(profile: bytes, space: bytes) -> bytes:
    """Return what the profile makes of a set of colours, in sRGB and for each intent that
    differs between profiles. Raises BadTag when the colour engine refuses it."""
    mode = _CMS_MODES[space]
    probe = Image.frombytes(mode, (64, 64), _probe(len(mode) if mode != "L" else 1))
    try:
        opened = ImageCms.getOpenProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        results = []
        for intent in (ImageCms.Intent.PERCEPTUAL, ImageCms.Intent.RELATIVE_COLORIMETRIC):
            transform = ImageCms.buildTransform(opened, target, mode, "RGB", intent)
            shown = ImageCms.applyTransform(probe, transform)
            results.append(shown.tobytes() if shown is not None else b"")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
        raise BadTag("the colour engine does not accept it") from error
    return b"".join(results)


def _probe(channels: int) -> bytes:
    """Return 4096 pixels spread over the colours, the greys and the corners among them."""
    steps = {1: 256, 3: 16, 4: 8}[channels]
    values = bytearray()
    for index in range(4096):
        rest = index
        for _ in range(channels):
            rest, step = divmod(rest, steps)
            values.append(step * 255 // (steps - 1))
    return bytes(values)
