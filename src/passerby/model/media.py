"""What a picture file is: format, mode, the parts of its container."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from fractions import Fraction

from passerby.model.geometry import Grid


class Format(StrEnum):
    """Formats told apart by their bytes. Those not in `HANDLED` are refused by name."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WebP"
    TIFF = "TIFF"
    GIF = "GIF"
    BMP = "BMP"
    ICO = "ICO"
    APNG = "animated PNG"
    ANIMATED_WEBP = "animated WebP"
    MULTIPAGE_TIFF = "multi-page TIFF"
    HEIC = "HEIC"
    HEIC_SEQUENCE = "HEIC sequence"
    AVIF = "AVIF"
    ANIMATED_AVIF = "animated AVIF"
    RAW = "camera RAW"
    PSD = "Photoshop document"
    JPEG_XL = "JPEG XL"
    JPEG_2000 = "JPEG 2000"
    PDF = "PDF"
    SVG = "SVG"
    VIDEO = "video"


HANDLED = frozenset(
    {
        *(Format.JPEG, Format.PNG, Format.WEBP, Format.TIFF, Format.MULTIPAGE_TIFF),
        *(Format.HEIC, Format.AVIF, Format.JPEG_XL, Format.RAW, Format.PSD),
        *(Format.GIF, Format.APNG, Format.ANIMATED_WEBP),
    }
)
"""Formats that are read; RAW only where its extra is installed."""

WRITABLE = frozenset({Format.JPEG, Format.PNG, Format.WEBP, Format.TIFF, Format.AVIF})
"""Formats that a still can be written in, whatever it was read from."""

ANIMATED = frozenset({Format.GIF, Format.APNG, Format.ANIMATED_WEBP})
"""Formats of frames that are moments of one scene."""

SEQUENCES = ANIMATED | {Format.MULTIPAGE_TIFF}
"""Formats of several frames or pages. A GIF of one frame is one of them."""

SUFFIXES: dict[Format, tuple[str, ...]] = {
    Format.JPEG: (".jpg", ".jpeg", ".jpe", ".jfif"),
    Format.PNG: (".png",),
    Format.WEBP: (".webp",),
    Format.TIFF: (".tif", ".tiff"),
    Format.MULTIPAGE_TIFF: (".tif", ".tiff"),
    Format.RAW: (
        *(".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".srf", ".sr2", ".raf", ".orf"),
        *(".rw2", ".rwl", ".pef", ".srw", ".3fr", ".iiq", ".mrw", ".x3f", ".erf", ".kdc", ".dcr"),
        *(".mef", ".mos", ".gpr", ".fff"),
    ),
    Format.PSD: (".psd", ".psb"),
    Format.GIF: (".gif",),
    Format.APNG: (".png", ".apng"),
    Format.ANIMATED_WEBP: (".webp",),
    Format.HEIC: (".heic", ".heif", ".hif"),
    Format.AVIF: (".avif",),
    Format.JPEG_XL: (".jxl",),
}
"""File name endings of each handled format, the usual one first."""


_TARGETS: dict[Format, Format] = {
    Format.HEIC: Format.JPEG,
    Format.JPEG_XL: Format.PNG,
    Format.RAW: Format.JPEG,
    Format.PSD: Format.TIFF,
}
"""What pictures of a format that is read and not written become, unless somebody says otherwise."""


def target_of(source: Format, wanted: Format | None) -> Format:
    """Return the format of a copy.

    `wanted` is what was asked for; None stands for the source's own where that can be written.
    Animations and files of several pages stay what they are, whatever was asked for.
    """
    if source in SEQUENCES:
        return source
    return wanted or _TARGETS.get(source, source)


class Disposal(StrEnum):
    """What a player does with a frame before it shows the next one."""

    KEEP = "keep"
    BACKGROUND = "background"
    """Its place becomes transparent."""
    PREVIOUS = "previous"
    """What was there before it comes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How an animation is played.

    `durations` are seconds and `disposals` what happens afterwards, one for each frame; `loops`
    is how often all of it is shown, 0 for ever. Raises ValueError where their numbers differ.
    """

    durations: tuple[Fraction, ...]
    disposals: tuple[Disposal, ...]
    loops: int = 1

    def __post_init__(self) -> None:
        if len(self.durations) != len(self.disposals):
            raise ValueError("timing: expected a duration and a disposal for each frame")


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """What decisions are made about: (width, height) of each frame or page in display
    orientation; `in_time` says that the frames are moments of one scene, as in an animation."""

    sizes: tuple[tuple[int, int], ...]
    in_time: bool = False


class Mode(StrEnum):
    """The channels of a picture, in this order."""

    L = "L"
    LA = "LA"
    RGB = "RGB"
    RGBA = "RGBA"
    CMYK = "CMYK"

    @property
    def channels(self) -> int:
        """Samples in a pixel."""
        return len(self.value)

    @property
    def has_alpha(self) -> bool:
        """Whether the last channel is opacity."""
        return self in (Mode.LA, Mode.RGBA)


class Orientation(IntEnum):
    """EXIF orientation (tag 0x0112): where row 0 and column 0 of the stored picture lie."""

    TOP_LEFT = 1
    TOP_RIGHT = 2
    BOTTOM_RIGHT = 3
    BOTTOM_LEFT = 4
    LEFT_TOP = 5
    RIGHT_TOP = 6
    RIGHT_BOTTOM = 7
    LEFT_BOTTOM = 8


class Field(StrEnum):
    """Text fields that `--keep-fields` can carry over, each re-written and never copied."""

    CAPTION = "caption"
    BYLINE = "byline"
    CREDIT = "credit"
    COPYRIGHT = "copyright"
    DATE = "date"
    """The day on which it was taken."""
    TIME = "time"
    """The same with the time of day: it tells more, and goes before `DATE` where both are kept."""


class Group(StrEnum):
    """What a part of a container is to the people in the picture."""

    PICTURE = "picture"
    """The picture itself, and what a decoder needs for it."""
    COLOUR = "colour"
    """Colour profile and colour tags."""
    EMBEDDED = "embedded picture"
    """A second picture: thumbnail, preview, depth map, video."""
    LOCATION = "location"
    """Where it was taken."""
    DEVICE = "device"
    """Make, model, serial numbers, maker notes."""
    PERSON = "person"
    """Names, captions, faces' positions, owner."""
    TIME = "time"
    """When it was taken or changed."""
    PROVENANCE = "provenance"
    """C2PA and edit history."""
    TEXT = "text"
    """Comments and other free text."""
    UNKNOWN = "unknown"
    """Anything that is not on the list of known parts."""


class Verdict(StrEnum):
    """What a part means to someone who wants to publish the file."""

    PICTURE = "the picture"
    """The picture itself, and what a decoder needs for it."""
    HOLDS_PICTURE = "holds a picture"
    """A second picture, or what a second picture may be in."""
    MAY_IDENTIFY = "may identify"
    """Tells on people, places, devices or times; or nobody knows what it is."""
    HARMLESS = "harmless"
    """Says how the picture is coded, and no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a container: a JPEG segment, a PNG chunk, a TIFF tag...

    `name` is a path such as ``APP1/Exif/IFD1/JPEGInterchangeFormat``; `offset` and `size` are
    bytes in the file; `required` is true for what a decoder needs to show the picture. `pinned`
    says that the part is compressed, or spread over several places: `offset` is then where the
    block begins that holds it.
    """

    name: str
    group: Group
    offset: int
    size: int
    required: bool = False
    pinned: bool = False

    @property
    def verdict(self) -> Verdict:
        """What it means to someone who wants to publish the file."""
        if self.group is Group.PICTURE:
            return Verdict.PICTURE if self.required else Verdict.HARMLESS
        if self.group is Group.COLOUR:
            return Verdict.HARMLESS
        return Verdict.HOLDS_PICTURE if self.group is Group.EMBEDDED else Verdict.MAY_IDENTIFY


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the header of a picture file says, without decoding.

    `size` is (width, height) in display orientation; what the header does not say, or what is
    not read of this format, is None.
    """

    format: Format
    size: tuple[int, int] | None = None
    mode: Mode | None = None
    depth: int | None = None
    orientation: Orientation = Orientation.TOP_LEFT


@dataclass(frozen=True, slots=True, kw_only=True)
class JpegLayout:
    """How a JPEG was coded: enough to code the redacted picture the same way.

    `tables` are the quantisation tables in natural (row by row) order, 64 values each, by
    table number; `components` gives (h, v, table number) of each component;
    `progressive` and `orientation` are those of the source; `rgb` says that its components are
    red, green and blue themselves, `ycck` that its first three stand for ink as YCbCr does for
    light.
    """

    tables: tuple[tuple[int, ...], ...]
    components: tuple[tuple[int, int, int], ...]
    progressive: bool
    orientation: Orientation
    rgb: bool = False
    ycck: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """Everything about a source that its redacted copy keeps, besides the pixels.

    It must not depend on what lies under a mask. `depth` is bits a sample. `drop_opaque_alpha`
    says that the alpha channel came from a palette, a colour key or a container that omits it
    when unused: it is left out of the output when every pixel is opaque.
    """

    format: Format
    mode: Mode
    depth: int
    lossless: bool
    grid: Grid = field(default_factory=Grid)
    icc: bytes | None = field(default=None, repr=False)
    colour_tags: tuple[tuple[str, bytes], ...] = ()
    """Other colour information, as (name, payload) in the format's own terms."""
    fields: tuple[tuple[Field, str], ...] = field(default=(), repr=False)
    """The values found of the fields that may be kept; written only if asked for."""
    drop_opaque_alpha: bool = False
    jpeg: JpegLayout | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """The input of one redaction.

    `path` is shown to people and kept in reports; `sha256` is that of the bytes; `size` is
    (width, height) in display orientation, None when it could not be read; `frames` counts
    the frames of an animation, or pages. `format`, `mode` and `depth` are those of the source.
    """

    path: str
    sha256: str
    bytes: int
    format: Format | None = None
    size: tuple[int, int] | None = None
    mode: Mode | None = None
    depth: int | None = None
    orientation: Orientation = Orientation.TOP_LEFT
    frames: int = 1
