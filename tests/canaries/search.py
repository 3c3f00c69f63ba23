"""Finding canaries: in raw bytes, in everything that inflates, and with exiftool."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import imagecodecs

from canaries.carriers import Filled
from canaries.gif import contents
from requirements import require

_LARGEST = 64 * 2**20
_ZLIB_STARTS = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda", b"\x58\x85", b"\x68\x81")

_ALLOWED: dict[str, frozenset[str]] = {
    "ExifTool": frozenset({"ExifToolVersion"}),
    "File": frozenset(
        [
            "FileType",
            "FileTypeExtension",
            "MIMEType",
            "ImageWidth",
            "ImageHeight",
            "EncodingProcess",
            "BitsPerSample",
            "ColorComponents",
            "YCbCrSubSampling",
            "ExifByteOrder",
            "PageCount",
        ]
    ),
    "JFIF": frozenset({"JFIFVersion", "ResolutionUnit", "XResolution", "YResolution"}),
    "Adobe": frozenset({"DCTEncodeVersion", "APP14Flags0", "APP14Flags1", "ColorTransform"}),
    "PNG": frozenset(
        [
            "ImageWidth",
            "ImageHeight",
            "BitDepth",
            "ColorType",
            "Compression",
            "Filter",
            "Interlace",
            "Gamma",
            "WhitePointX",
            "WhitePointY",
            "RedX",
            "RedY",
            "GreenX",
            "GreenY",
            "BlueX",
            "BlueY",
            "SRGBRendering",
            "ProfileName",
            "AnimationFrames",
            "AnimationPlays",
        ]
    ),
    "RIFF": frozenset(
        [
            "ImageWidth",
            "ImageHeight",
            "WebP_Flags",
            "BackgroundColor",
            "AnimationLoopCount",
            "FrameCount",
            "Duration",
            "VP8Version",
            "HorizontalScale",
            "VerticalScale",
            "AlphaIsUsed",
            "AlphaPreprocessing",
            "AlphaFiltering",
            "AlphaCompression",
        ]
    ),
    "GIF": frozenset(
        [
            "GIFVersion",
            "ImageWidth",
            "ImageHeight",
            "HasColorMap",
            "ColorResolutionDepth",
            "BitsPerPixel",
            "BackgroundColor",
            "AnimationIterations",
            "TransparentColor",
            "FrameCount",
            "Duration",
        ]
    ),
    "IFD0": frozenset(
        [
            "ImageWidth",
            "ImageHeight",
            "BitsPerSample",
            "Compression",
            "PhotometricInterpretation",
            "StripOffsets",
            "SamplesPerPixel",
            "RowsPerStrip",
            "StripByteCounts",
            "XResolution",
            "YResolution",
            "PlanarConfiguration",
            "ResolutionUnit",
            "Predictor",
            "InkSet",
            "ExtraSamples",
            "SubfileType",
            "PageNumber",
        ]
    ),
    "QuickTime": frozenset(
        [
            "MajorBrand",
            "MinorVersion",
            "CompatibleBrands",
            "HandlerType",
            "AV1ConfigurationVersion",
            "SeqProfile",
            "SeqTier0",
            "ChromaFormat",
            "ChromaSamplePosition",
            "InitialDelaySamples",
            "ImageSpatialExtent",
            "ImagePixelDepth",
            "ColorProfiles",
            "ColorPrimaries",
            "TransferCharacteristics",
            "MatrixCoefficients",
            "QuickTime_ColorRep_0x000a",
            "AuxiliaryImageType",
            "MediaDataSize",
            "MediaDataOffset",
            "MediaData",
        ]
    ),
    "Meta": frozenset({"PrimaryItemReference"}),
    "Composite": frozenset({"ImageSize", "Megapixels"}),
}
_ICC_GROUPS = frozenset({"ICC_Profile", "ICC-header", "ICC-chrm", "ICC-cicp"})
_SYSTEM = frozenset({"System"})


def found_in(data: bytes, filled: Filled) -> list[str]:
    """Return the carriers whose canaries stand in the bytes, or in any zlib stream of them,
    or in what is packed with Brotli."""
    haystacks = [data, *_inflated(data), *_unpacked(data), *_joined(data)]
    return [
        carrier.name
        for carrier in filled.carriers
        if any(carrier.canary in haystack for haystack in haystacks)
    ]


def _inflated(data: bytes) -> Iterator[bytes]:
    """Yield what every stretch that begins like a zlib stream inflates to."""
    for start in _ZLIB_STARTS:
        at = data.find(start)
        while at >= 0:
            decoder = zlib.decompressobj()
            try:
                out = decoder.decompress(data[at:], _LARGEST)
            except zlib.error:
                out = b""
            if out:
                yield out
            at = data.find(start, at + 1)


def _unpacked(data: bytes) -> Iterator[bytes]:
    """Yield what the boxes of a JPEG XL file hold that are packed with Brotli."""
    at = data.find(b"brob")
    while at >= 0:
        size = int.from_bytes(data[at - 4 : at], "big")
        with suppress(imagecodecs.BrotliError, ValueError):
            yield bytes(imagecodecs.brotli_decode(data[at + 8 : at - 4 + size]))
        at = data.find(b"brob", at + 1)


def _joined(data: bytes) -> Iterator[bytes]:
    """Yield what a GIF holds in sub-blocks, each of which may cut a canary in two."""
    if data.startswith(b"GIF8"):
        yield from contents(data)


def exiftool(data: bytes) -> dict[str, object]:
    """Return every tag that exiftool finds, as ``Group:Tag``.

    The README's test command has to pass on a machine without exiftool; CI has it.
    """
    reason = "exiftool audits this test: apt-get install libimage-exiftool-perl"
    require(shutil.which("exiftool") is not None, reason)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        command = ["exiftool", "-a", "-u", "-U", "-G1", "-ee3", "-json", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    tags = json.loads(done.stdout)[0]
    return {name: value for name, value in tags.items() if name != "SourceFile"}


def unexpected_tags(data: bytes) -> dict[str, object]:
    """Return the tags that exiftool finds and that no published picture may have."""
    return {name: value for name, value in exiftool(data).items() if not is_expected(name, value)}


def is_expected(name: str, value: object) -> bool:
    """Whether a published picture may have a tag, ``Group:Tag``, with this value."""
    group, _, tag = name.partition(":")
    # Every page of a TIFF may have what its first one may have.
    group = re.sub(r"^IFD[1-9]$", "IFD0", group)
    if group in _SYSTEM:
        return True
    if group in _ICC_GROUPS:
        return "canary" not in str(value)
    return tag in _ALLOWED.get(group, frozenset())


def exiftool_written(data: bytes, options: list[str]) -> bytes:
    """Return the file after exiftool wrote tags into it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        subprocess.run(
            ["exiftool", "-q", "-m", "-overwrite_original", *options, str(path)], check=True
        )
        return path.read_bytes()
