"""Words across a picture that is shown for one purpose, and the JPEG that holds nothing else.

The words are set by Typst in DejaVu Sans Mono, one of the fonts that it carries within itself, so
that they look the same on every machine. They are handed to it as a value and not as markup:
nothing in them is followed.
"""

from __future__ import annotations

import io
import textwrap
import unicodedata

import numpy as np
import typst
from PIL import Image, ImageFilter

from passerby.errors import OutputError, UsageError
from passerby.ports import Rgb

QUALITY = 90
LONGEST_WORDS = 200
"""Characters: more could not be read on a small picture."""
LEAST_SIDE = 128
"""Pixels of the shorter side below which the words could not be read."""

_TYPST = b"""\
#set page(width: auto, height: auto, margin: 4pt, fill: white)
#set text(font: "DejaVu Sans Mono", size: SIZEpt, weight: "bold", fallback: false)
#set par(leading: 0.35em)
#sys.inputs.words
"""
_ADVANCE = 0.602
"""Width of a character of the font, as a share of its size."""
_SCRIPTS = (
    *((0x20, 0x17F), (0x1A0, 0x1B0), (0x218, 0x21B), (0x1E00, 0x1E99), (0x1EA0, 0x1EF9)),
    *((0x374, 0x3CE), (0x400, 0x45F), (0x2010, 0x2023), (0x2026, 0x2026)),
)
"""Latin, Greek and Cyrillic with their accents, and punctuation: what the font can show of them
is tested."""
_ALONE = frozenset("€№\u2030\u2039\u203a")
_SHARE = 0.72
"""Width of the block of words, as a share of the picture's shorter side."""
_LINES = 26
"""The shorter side is so many sizes of the font high, where that can be read."""
_SMALLEST, _LARGEST = 9, 22
"""Pixels of the font."""
_ANGLE = 28
"""Degrees by which the lines rise."""
_SCAN = b"\xff\xda\x00\x0c\x03\x01\x00\x02\x11\x03\x11\x00\x3f\x00"
"""The header of the only scan of a JPEG in three colours (ITU-T T.81, B.2.3)."""
_END = b"\xff\xd9"
"""Stands in no scan: a byte FF of the picture is followed by 00."""
_WHITE, _DARK = 0.42, 0.25
"""Opacity of the words and of their outline. Of the pairs that were tried, the strongest with
which both detectors still saw the portraits of the tests in every size."""


def words_for(text: str) -> str:
    """Return the words as they are set: with single spaces, and composed accents.

    Raises UsageError for no words, too many, or a character that the font cannot show.
    """
    words = " ".join(unicodedata.normalize("NFC", text).split())
    if not words:
        raise UsageError("the purpose is empty", "Say what the picture is for, and for whom.")
    if len(words) > LONGEST_WORDS:
        raise UsageError(f"the purpose is longer than {LONGEST_WORDS} characters")
    for character in words:
        if not can_be_shown(character):
            raise UsageError(
                f"the purpose has a character that cannot be shown: U+{ord(character):04X}",
                "Use Latin, Greek or Cyrillic letters, digits and punctuation.",
            )
    return words


def can_be_shown(character: str) -> bool:
    """Whether the font has a character."""
    known = any(first <= ord(character) <= last for first, last in _SCRIPTS)
    # Format characters would change how the words are read; marks would stand on others.
    hidden = unicodedata.category(character) in ("Cc", "Cf", "Cn", "Mn", "Me", "Zl", "Zp")
    return (known or character in _ALONE) and not hidden


def shrink(picture: Rgb, longest: int) -> Rgb:
    """Return the picture with at most so many pixels a side; a small one is never enlarged."""
    image = Image.fromarray(np.ascontiguousarray(picture))
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return np.asarray(image)


def stamp(picture: Rgb, words: str) -> Rgb:
    """Return the picture with the words across it, again and again, the middle ones whole.

    `words` are what `words_for` returned. Raises OutputError when they cannot be set.
    """
    height, width = picture.shape[:2]
    glyphs = _tiled(_set(words, min(width, height)), (width, height))
    outline = glyphs.filter(ImageFilter.MaxFilter(3)).filter(ImageFilter.GaussianBlur(0.6))
    shown = picture.astype(np.float64)
    dark = np.asarray(outline, np.float64)[..., None] / 255 * _DARK
    white = np.asarray(glyphs, np.float64)[..., None] / 255 * _WHITE
    shown = shown * (1 - dark)
    shown = shown * (1 - white) + 255 * white
    stamped: Rgb = np.rint(shown).astype(np.uint8)
    return stamped


def _set(words: str, side: int) -> Image.Image:
    """Return the words as a block of lines, white on black."""
    size = min(_LARGEST, max(_SMALLEST, side // _LINES))
    columns = max(8, int(side * _SHARE / (size * _ADVANCE)))
    lines = "\n".join(textwrap.wrap(words, columns))
    source = _TYPST.replace(b"SIZE", str(size).encode())
    try:
        # At 72 dots an inch a point is a pixel.
        png = typst.compile(
            source, format="png", ppi=72, ignore_system_fonts=True, sys_inputs={"words": lines}
        )
    except (RuntimeError, ValueError, OSError) as error:
        raise OutputError("the words of the watermark cannot be set") from error
    with Image.open(io.BytesIO(png)) as image:
        ink = 255 - np.asarray(image.convert("L"))
    return Image.fromarray(ink)


def _tiled(block: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return the block repeated over a picture of this size, aslant, each row moved by half."""
    step_x, step_y = block.width + block.height // 3 + 8, block.height + block.height // 3 + 6
    # Large enough to be turned without a corner left bare.
    reach = int(np.hypot(*size)) + 2 * max(step_x, step_y)
    sheet = Image.new("L", (reach, reach))
    middle_x, middle_y = (reach - block.width) // 2, (reach - block.height) // 2
    for row in range(-(middle_y // step_y) - 1, reach // step_y + 1):
        shift = step_x // 2 * (row % 2)
        for column in range(-(middle_x // step_x) - 1, reach // step_x + 1):
            sheet.paste(block, (middle_x + column * step_x + shift, middle_y + row * step_y))
    turned = sheet.rotate(_ANGLE, Image.Resampling.BICUBIC)
    x, y = (reach - size[0]) // 2, (reach - size[1]) // 2
    return turned.crop((x, y, x + size[0], y + size[1]))


def write_jpeg(picture: Rgb) -> bytes:
    """Return a JPEG of the pixels, and of nothing else."""
    out = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(picture))
    image.save(out, "JPEG", quality=QUALITY, subsampling=0)
    return out.getvalue()


def is_written_here(data: bytes, longest: int) -> bool:
    """Whether a file has the form of those of `write_jpeg`, of at most so many pixels a side:
    the same bytes up to the picture's own, and nothing behind it.

    So it has no metadata, no thumbnail and no second picture in it. What it shows, and whether
    words are across it, this does not tell.
    """
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
            width, height = image.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
    if max(width, height) > longest:
        return False
    like = write_jpeg(np.zeros((height, width, 3), np.uint8))
    head = like[: like.index(_SCAN) + len(_SCAN)]
    return data.startswith(head) and data.find(_END, len(head)) == len(data) - len(_END)
