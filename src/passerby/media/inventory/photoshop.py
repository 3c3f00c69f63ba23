"""The parts of Photoshop's image resources and of IPTC records."""

from __future__ import annotations

import struct

from passerby.errors import CorruptInput
from passerby.media import iptc
from passerby.media.inventory import xmp
from passerby.media.inventory.parts import Holder, block, shifted
from passerby.media.raster import as_png
from passerby.model.media import Group, Part

_THUMBNAILS = (0x0409, 0x040C)
_THUMBNAIL_HEAD = 28
_RAW = 0
"""The format of a thumbnail that is not a JPEG."""
_RESOURCES: dict[int, tuple[str, Group]] = {
    0x03ED: ("ResolutionInfo", Group.PICTURE),
    0x03EE: ("AlphaChannelNames", Group.TEXT),
    0x03F0: ("CaptionString", Group.PERSON),
    0x03F3: ("PrintFlags", Group.PICTURE),
    0x0404: ("IPTC", Group.PERSON),
    0x0406: ("JPEGQuality", Group.PICTURE),
    0x0409: ("Thumbnail 1033", Group.EMBEDDED),
    0x040A: ("CopyrightFlag", Group.PERSON),
    0x040B: ("URL", Group.TEXT),
    0x040C: ("Thumbnail 1036", Group.EMBEDDED),
    0x040F: ("ICCProfile", Group.COLOUR),
    0x0414: ("DocumentIDs", Group.PROVENANCE),
    0x041A: ("Slices", Group.TEXT),
    0x041E: ("URLList", Group.TEXT),
    0x0421: ("VersionInfo", Group.DEVICE),
    0x0422: ("Exif", Group.DEVICE),
    0x0423: ("Exif 3", Group.DEVICE),
    0x0424: ("XMP", Group.TEXT),
    0x0425: ("CaptionDigest", Group.PROVENANCE),
    0x042D: ("LayerSelectionIDs", Group.PROVENANCE),
}
_RECORDS: dict[int, tuple[str, Group]] = {
    0: ("RecordVersion", Group.PICTURE),
    5: ("ObjectName", Group.TEXT),
    7: ("EditStatus", Group.PROVENANCE),
    25: ("Keywords", Group.TEXT),
    26: ("LocationCode", Group.LOCATION),
    27: ("LocationName", Group.LOCATION),
    40: ("SpecialInstructions", Group.TEXT),
    55: ("DateCreated", Group.TIME),
    60: ("TimeCreated", Group.TIME),
    62: ("DigitalCreationDate", Group.TIME),
    63: ("DigitalCreationTime", Group.TIME),
    65: ("OriginatingProgram", Group.DEVICE),
    80: ("By-line", Group.PERSON),
    85: ("By-lineTitle", Group.PERSON),
    90: ("City", Group.LOCATION),
    92: ("Sub-location", Group.LOCATION),
    95: ("Province-State", Group.LOCATION),
    100: ("Country-Code", Group.LOCATION),
    101: ("Country-Name", Group.LOCATION),
    103: ("TransmissionReference", Group.PROVENANCE),
    105: ("Headline", Group.TEXT),
    110: ("Credit", Group.PERSON),
    115: ("Source", Group.PERSON),
    116: ("CopyrightNotice", Group.PERSON),
    118: ("Contact", Group.PERSON),
    120: ("Caption-Abstract", Group.PERSON),
    122: ("Writer-Editor", Group.PERSON),
    200: ("ObjectPreviewFileFormat", Group.PICTURE),
    201: ("ObjectPreviewFileVersion", Group.PICTURE),
    202: ("ObjectPreviewData", Group.EMBEDDED),
}


def list_resources(raw: bytes) -> list[Part]:
    """List image resources; what follows the last readable one is of group UNKNOWN."""
    parts: list[Part] = []
    end = 0
    for found in iptc.walk_resources(raw):
        name, group = _RESOURCES.get(found.id, (f"resource {found.id}", Group.UNKNOWN))
        value = raw[found.offset : found.offset + found.size]
        if found.id == iptc.IPTC_RESOURCE:
            inside = shifted(list_records(value), name, found.offset)
            parts += block(name, found.offset, found.size, inside)
        elif found.id == 0x0424:
            inside = shifted(xmp.list_properties(value), name, found.offset)
            parts += block(name, found.offset, found.size, inside)
        elif found.id in _THUMBNAILS:
            parts.append(_thumbnail(name, value, found))
        else:
            parts.append(Part(name=name, group=group, offset=found.offset, size=found.size))
        end = found.end
    return parts + _rest(raw, end)


def _thumbnail(name: str, value: bytes, found: iptc.Resource) -> Part:
    """Return a thumbnail resource: 28 bytes of header, then a JPEG or bare pixels, padded to
    whole rows (Photoshop File Formats Specification, Thumbnail resource format)."""
    part = Part(name=name, group=Group.EMBEDDED, offset=found.offset, size=found.size)
    if len(value) < _THUMBNAIL_HEAD or struct.unpack_from(">I", value)[0] != _RAW:
        return part
    width, height, row = struct.unpack_from(">III", value, 4)
    first = "BGR" if found.id == _THUMBNAILS[0] else "RGB"
    return Holder(
        name=part.name,
        group=part.group,
        offset=part.offset,
        size=part.size,
        kind=f"uncompressed {first}",
        open=lambda: _bare_pixels(value[_THUMBNAIL_HEAD:], (width, height), row, first == "BGR"),
    )


def _bare_pixels(pixels: bytes, size: tuple[int, int], row: int, swapped: bool) -> bytes:
    """Return a PNG of padded rows. Raises CorruptInput."""
    width, height = size
    if not 3 * width <= row <= 3 * width + 16 or row * height > len(pixels):
        raise CorruptInput("Photoshop: the thumbnail has fewer bytes than its header says")
    rows = b"".join(pixels[at : at + 3 * width] for at in range(0, row * height, row))
    if swapped:
        turned = bytearray(rows)
        turned[0::3], turned[2::3] = rows[2::3], rows[0::3]
        rows = bytes(turned)
    return as_png(rows, size, 3)


def list_records(raw: bytes) -> list[Part]:
    """List IPTC data sets; what follows the last readable one is of group UNKNOWN."""
    parts = []
    end = 0
    for found in iptc.walk_records(raw):
        label = f"{found.record}:{found.number}"
        name, group = (
            _RECORDS.get(found.number, (label, Group.UNKNOWN))
            if found.record == 2
            else (label, Group.PROVENANCE if found.record == 1 else Group.UNKNOWN)
        )
        parts.append(Part(name=name, group=group, offset=found.offset, size=found.size))
        end = found.offset + found.size
    return parts + _rest(raw, end)


def _rest(raw: bytes, end: int) -> list[Part]:
    if not raw[end:].strip(b"\x00"):
        return []
    return [Part(name="damaged", group=Group.UNKNOWN, offset=end, size=len(raw) - end)]
