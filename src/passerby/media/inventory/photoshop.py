"""The parts of Photoshop's image resources and of IPTC records."""

from __future__ import annotations

from passerby.media import iptc
from passerby.media.inventory import xmp
from passerby.media.inventory.parts import block, shifted
from passerby.model.media import Group, Part

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
    200: ("ObjectPreviewFileFormat", Group.EMBEDDED),
    201: ("ObjectPreviewFileVersion", Group.EMBEDDED),
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
        else:
            parts.append(Part(name=name, group=group, offset=found.offset, size=found.size))
        end = found.end
    return parts + _rest(raw, end)


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
