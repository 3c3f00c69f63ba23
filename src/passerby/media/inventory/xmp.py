"""The parts of an XMP packet (ISO 16684-1): its properties, by namespace and name."""

from __future__ import annotations

from passerby.errors import CorruptInput
from passerby.media import xmp
from passerby.media.b64 import unbase64
from passerby.media.inventory.parts import Holder
from passerby.model.media import Group, Part

_ADOBE = "http://ns.adobe.com/"
_GOOGLE = "http://ns.google.com/photos/1.0/"
_SPACES: dict[str, tuple[str, Group]] = {
    xmp.DC: ("dc", Group.PERSON),
    xmp.PHOTOSHOP: ("photoshop", Group.PERSON),
    _ADOBE + "xap/1.0/": ("xmp", Group.TIME),
    _ADOBE + "xap/1.0/mm/": ("xmpMM", Group.PROVENANCE),
    _ADOBE + "xap/1.0/rights/": ("xmpRights", Group.PERSON),
    _ADOBE + "xap/1.0/g/img/": ("xmpGImg", Group.EMBEDDED),
    _ADOBE + "exif/1.0/": ("exif", Group.DEVICE),
    _ADOBE + "exif/1.0/aux/": ("aux", Group.DEVICE),
    "http://cipa.jp/exif/1.0/": ("exifEX", Group.DEVICE),
    _ADOBE + "tiff/1.0/": ("tiff", Group.DEVICE),
    _ADOBE + "camera-raw-settings/1.0/": ("crs", Group.PROVENANCE),
    _ADOBE + "lightroom/1.0/": ("lr", Group.TEXT),
    _ADOBE + "hdr-gain-map/1.0/": ("hdrgm", Group.PROVENANCE),
    _ADOBE + "xmp/note/": ("xmpNote", Group.PROVENANCE),
    "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/": ("Iptc4xmpCore", Group.PERSON),
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": ("Iptc4xmpExt", Group.PERSON),
    "http://ns.useplus.org/ldf/xmp/1.0/": ("plus", Group.PERSON),
    "http://www.metadataworkinggroup.com/schemas/regions/": ("mwg-rs", Group.PERSON),
    "http://ns.microsoft.com/photo/1.0/": ("MicrosoftPhoto", Group.TEXT),
    "http://ns.microsoft.com/photo/1.2/": ("MP", Group.PERSON),
    "http://ns.apple.com/faceinfo/1.0/": ("apple-fi", Group.PERSON),
    "http://ns.apple.com/HDRGainMap/1.0/": ("HDRGainMap", Group.PROVENANCE),
    _GOOGLE + "depthmap/": ("GDepth", Group.EMBEDDED),
    _GOOGLE + "image/": ("GImage", Group.EMBEDDED),
    _GOOGLE + "audio/": ("GAudio", Group.EMBEDDED),
    _GOOGLE + "camera/": ("GCamera", Group.DEVICE),
    _GOOGLE + "container/": ("Container", Group.PROVENANCE),
    _GOOGLE + "panorama/": ("GPano", Group.LOCATION),
    _GOOGLE + "creations/": ("GCreations", Group.PROVENANCE),
    "http://ns.google.com/photos/dd/1.0/device/": ("Device", Group.PROVENANCE),
}
_NAMES: dict[str, Group] = {
    "Thumbnails": Group.EMBEDDED,
    "PageInfo": Group.EMBEDDED,
    "CreatorTool": Group.DEVICE,
    "City": Group.LOCATION,
    "State": Group.LOCATION,
    "Country": Group.LOCATION,
    "Location": Group.LOCATION,
    "LocationCreated": Group.LOCATION,
    "LocationShown": Group.LOCATION,
    "CountryCode": Group.LOCATION,
    "DateCreated": Group.TIME,
    "DateTime": Group.TIME,
    "DateTimeOriginal": Group.TIME,
    "History": Group.PROVENANCE,
    "DocumentAncestors": Group.PROVENANCE,
    "ICCProfile": Group.COLOUR,
    "ColorMode": Group.COLOUR,
    "Artist": Group.PERSON,
    "ImageDescription": Group.PERSON,
    "UserComment": Group.TEXT,
    "SerialNumber": Group.DEVICE,
    "OwnerName": Group.PERSON,
    "format": Group.TEXT,
}


def list_properties(packet: bytes) -> list[Part]:
    """List the properties, with offsets in the packet; one damaged part if it cannot be read."""
    try:
        found = xmp.read_properties(packet)
    except CorruptInput:
        return [Part(name="damaged", group=Group.UNKNOWN, offset=0, size=len(packet))]
    return [_describe(each) for each in found]


def _describe(found: xmp.Property) -> Part:
    prefix, group = _SPACES.get(found.space, (found.space[-40:] or "?", Group.UNKNOWN))
    if found.name.startswith("GPS"):
        group = Group.LOCATION
    elif group is not Group.UNKNOWN and group is not Group.EMBEDDED:
        group = _NAMES.get(found.name, group)
    name = f"{prefix}:{found.name[:60]}".replace("/", "_")
    if not found.long:
        return Part(name=name, group=group, offset=found.offset, size=found.size)
    return Holder(
        name=name,
        group=group,
        offset=found.offset,
        size=found.size,
        kind="base64",
        open=lambda: _decode(found.long, group),
    )


def _decode(texts: list[str], group: Group) -> bytes:
    """Return what base64 stands for, one value after another; nothing for other texts.

    Raises CorruptInput for other texts where there should be a picture.
    """
    pieces = [unbase64(text.encode("utf-8", "replace")) for text in texts]
    whole = b"".join(piece for piece in pieces if piece is not None)
    if not whole and group is Group.EMBEDDED:
        raise CorruptInput("XMP: a long value that is no base64")
    return whole
