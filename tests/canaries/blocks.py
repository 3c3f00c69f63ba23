"""Metadata blocks that several formats carry, written byte by byte."""

from __future__ import annotations

import base64
import struct

from PIL import ImageCms

from canaries.carriers import Nest

Value = tuple[int, int, bytes]
"""Type, count and bytes of a tag."""
Directory = dict[int, "Value | Directory | list[Directory] | Stream | Streams"]


class Stream(bytes):
    """Bytes that a tag gives the offset of."""


class Streams(list[bytes]):
    """Several such, one after another with other things between them."""


def ascii_(text: str) -> Value:
    raw = text.encode() + b"\0"
    return 2, len(raw), raw


def undefined(raw: bytes) -> Value:
    return 7, len(raw), raw


def bytes_(raw: bytes) -> Value:
    return 1, len(raw), raw


def short(*values: int) -> Value:
    return 3, len(values), struct.pack(f"<{len(values)}H", *values)


def long(*values: int) -> Value:
    return 4, len(values), struct.pack(f"<{len(values)}I", *values)


def rational(*values: int) -> Value:
    return 5, len(values), b"".join(struct.pack("<II", value, 1) for value in values)


def build_tiff(chain: list[Directory], first: bytes = b"") -> bytes:
    """Return a little-endian TIFF structure with the directories in a chain; `first` are bytes
    that follow the header."""
    out = bytearray(b"II\x2a\x00\0\0\0\0" + first)
    link = 4
    for directory in chain:
        offset, next_link = _put(out, directory)
        struct.pack_into("<I", out, link, offset)
        link = next_link
    return bytes(out)


def _put(out: bytearray, directory: Directory) -> tuple[int, int]:
    """Append a directory and what belongs to it; return its offset and that of its link."""
    entries = []
    for tag, value in sorted(directory.items()):
        if isinstance(value, Stream):
            kind, count, raw = long(_append(out, value))
        elif isinstance(value, Streams):
            kind, count, raw = long(*[_append(out, each + b"between") for each in value])
        elif isinstance(value, dict):
            kind, count, raw = long(_put(out, value)[0])
        elif isinstance(value, list):
            kind, count, raw = long(*[_put(out, each)[0] for each in value])
        else:
            kind, count, raw = value
        field_ = raw.ljust(4, b"\0") if len(raw) <= 4 else struct.pack("<I", _append(out, raw))
        entries.append(struct.pack("<HHI", tag, kind, count) + field_)
    body = struct.pack("<H", len(entries)) + b"".join(entries) + b"\0\0\0\0"
    offset = _append(out, body)
    return offset, offset + len(body) - 4


def _append(out: bytearray, raw: bytes) -> int:
    out += b"\0" * (len(out) % 2)
    offset = len(out)
    out += raw
    return offset


def camera_tags(nest: Nest, prefix: str) -> tuple[Directory, Directory]:
    """Return IFD0 and IFD1 of a camera's Exif block. `prefix` tells the blocks of a file apart."""

    def text(name: str, part: str) -> Value:
        return ascii_(nest.text(f"{prefix} {name}", part))

    def raw(name: str, part: str) -> bytes:
        return nest.raw(f"{prefix} {name}", part)

    preview = nest.picture(f"{prefix} MakerNote preview", "MakerNote/JPEG")
    exif: Directory = {
        0x927C: undefined(b"OLYMP\0" + raw("MakerNote", "MakerNote") + preview),
        0x9286: undefined(b"ASCII\0\0\0" + raw("UserComment", "UserComment")),
        0xA420: text("ImageUniqueID", "ImageUniqueID"),
        0xA430: text("CameraOwnerName", "CameraOwnerName"),
        0xA431: text("BodySerialNumber", "BodySerialNumber"),
        0xA434: text("LensModel", "LensModel"),
        0xA435: text("LensSerialNumber", "LensSerialNumber"),
        0xA40B: undefined(raw("DeviceSettingDescription", "DeviceSettingDescription")),
        0x9214: short(10, 20, 30, 40),
        0xA005: {1: ascii_("R98"), 0x1000: text("Interop", "Interop/")},
        0xEEEE: text("unknown Exif tag", "0xEEEE"),
    }
    gps: Directory = {
        1: ascii_("N"),
        2: rational(48, 51, 29),
        27: undefined(b"ASCII\0\0\0" + raw("GPSProcessingMethod", "GPSProcessingMethod")),
        28: undefined(b"ASCII\0\0\0" + raw("GPSAreaInformation", "GPSAreaInformation")),
        29: ascii_("2024:05:01"),
    }
    thumbnail = nest.picture(f"{prefix} IFD1 thumbnail", "IFD1/embedded picture")
    ifd0: Directory = {
        0x010E: text("ImageDescription", "ImageDescription"),
        0x010F: text("Make", "Make"),
        0x0110: text("Model", "Model"),
        0x0131: text("Software", "Software"),
        0x0132: ascii_("2024:05:01 12:00:00"),
        0x013B: text("Artist", "Artist"),
        0x013C: text("HostComputer", "HostComputer"),
        0x8298: text("Copyright", "Copyright"),
        0x9C9D: bytes_(nest.wide(f"{prefix} XPAuthor", "XPAuthor")),
        0xC4A5: undefined(b"PrintIM\0" + raw("PrintImageMatching", "PrintImageMatching")),
        0x8769: exif,
        0x8825: gps,
    }
    ifd1: Directory = {0x0103: short(6), 0x0201: Stream(thumbnail), 0x0202: long(len(thumbnail))}
    return ifd0, ifd1


def exif_block(nest: Nest, prefix: str = "Exif") -> bytes:
    """Return a camera's Exif block, with stray bytes that no tag refers to at its end."""
    stray = nest.raw(f"{prefix} stray bytes", "unreferenced")
    return build_tiff([*camera_tags(nest, prefix)]) + stray


def xmp_packet(nest: Nest, prefix: str = "XMP", extra: str = "") -> bytes:
    """Return an XMP packet with names, places, regions, history and a thumbnail."""

    def text(name: str, part: str) -> str:
        return nest.text(f"{prefix} {name}", part)

    thumbnail = nest.picture(f"{prefix} xmpGImg", "xmp:Thumbnails")
    coded = base64.b64encode(thumbnail)
    nest.changed(f"{prefix} xmpGImg", coded[24:64])
    spaces = {
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "dc": "http://purl.org/dc/elements/1.1/",
        "photoshop": "http://ns.adobe.com/photoshop/1.0/",
        "xmp": "http://ns.adobe.com/xap/1.0/",
        "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
        "xmpGImg": "http://ns.adobe.com/xap/1.0/g/img/",
        "exif": "http://ns.adobe.com/exif/1.0/",
        "aux": "http://ns.adobe.com/exif/1.0/aux/",
        "mwg-rs": "http://www.metadataworkinggroup.com/schemas/regions/",
        "GDepth": "http://ns.google.com/photos/1.0/depthmap/",
        "GImage": "http://ns.google.com/photos/1.0/image/",
        "GCamera": "http://ns.google.com/photos/1.0/camera/",
        "hdrgm": "http://ns.adobe.com/hdr-gain-map/1.0/",
        "xmpNote": "http://ns.adobe.com/xmp/note/",
        "odd": "http://example.org/odd/",
    }
    declared = " ".join(f'xmlns:{name}="{uri}"' for name, uri in spaces.items())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {declared}>'
        f'<rdf:Description rdf:about="" photoshop:City="{text("City", "photoshop:City")}"'
        f' aux:SerialNumber="{text("SerialNumber", "aux:SerialNumber")}"'
        f' exif:GPSLatitude="{text("GPSLatitude", "exif:GPSLatitude")}" {extra}>'
        f"<dc:creator><rdf:Seq><rdf:li>{text('creator', 'dc:creator')}</rdf:li></rdf:Seq>"
        "</dc:creator><dc:description><rdf:Alt>"
        f'<rdf:li xml:lang="x-default">{text("description", "dc:description")}</rdf:li>'
        "</rdf:Alt></dc:description><mwg-rs:Regions><rdf:Bag><rdf:li>"
        f"{text('regions', 'mwg-rs:Regions')}</rdf:li></rdf:Bag></mwg-rs:Regions>"
        f"<xmpMM:History>{text('History', 'xmpMM:History')}</xmpMM:History>"
        f"<odd:thing>{text('unknown property', 'odd')}</odd:thing>"
        "<xmp:Thumbnails><rdf:Alt><rdf:li><xmpGImg:image>"
        f"{coded.decode()}</xmpGImg:image></rdf:li></rdf:Alt></xmp:Thumbnails>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
        '<?xpacket end="w"?>'
    ).encode()


def record(number: int, value: bytes) -> bytes:
    return struct.pack(">BBBH", 0x1C, 2, number, len(value)) + value


def iptc_block(nest: Nest, prefix: str = "IPTC") -> bytes:
    """Return IPTC records with names, a place and a preview."""
    return b"".join(
        [
            record(0, b"\0\4"),
            record(80, nest.raw(f"{prefix} By-line", "By-line")),
            record(90, nest.raw(f"{prefix} City", "City")),
            record(120, nest.raw(f"{prefix} Caption", "Caption-Abstract")),
            record(202, nest.picture(f"{prefix} preview", "ObjectPreviewData")),
        ]
    )


def resource(number: int, value: bytes) -> bytes:
    head = b"8BIM" + struct.pack(">H", number) + b"\0\0" + struct.pack(">I", len(value))
    return head + value + b"\0" * (len(value) % 2)


def photoshop_block(nest: Nest, prefix: str = "Photoshop") -> bytes:
    """Return image resources with two thumbnails, IPTC, a URL and an unknown one."""

    def thumbnail(name: str, part: str) -> bytes:
        jpeg = nest.picture(f"{prefix} {name}", part)
        head = struct.pack(">IIIIIIHH", 1, 32, 24, 96, 96 * 24, len(jpeg), 24, 1)
        return head + jpeg

    return b"".join(
        [
            resource(0x0404, iptc_block(nest, f"{prefix} IPTC")),
            resource(0x0409, thumbnail("1033", "Thumbnail 1033")),
            resource(0x040C, thumbnail("1036", "Thumbnail 1036")),
            resource(0x040B, nest.raw(f"{prefix} URL", "/URL")),
            resource(0x0FA0, nest.raw(f"{prefix} plug-in", "resource 4000")),
        ]
    )


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def labelled(label: str, *content: bytes) -> bytes:
    """Return a JUMBF superbox with a label."""
    description = b"\0" * 16 + b"\x03" + label.encode() + b"\0"
    return box(b"jumb", box(b"jumd", description) + b"".join(content))


def jumbf_box(nest: Nest) -> bytes:
    """Return a C2PA store with a claim and a thumbnail of it."""
    claim = nest.raw("C2PA claim", "c2pa")
    thumbnail = nest.picture("C2PA thumbnail", "c2pa.thumbnail")
    return labelled(
        "c2pa",
        labelled(
            "urn:uuid:1",
            labelled("c2pa.claim", box(b"cbor", claim)),
            labelled("c2pa.thumbnail.claim.jpeg", box(b"bfdb", b"\0image/jpeg\0"),
                     box(b"bidb", thumbnail)),
        ),
    )  # fmt: skip


def motion_video(nest: Nest) -> bytes:
    """Return the boxes of a small video."""
    picture = nest.raw("Motion Photo video", "after the end/video")
    head = box(b"ftyp", b"mp42\0\0\0\0isommp42")
    return head + box(b"moov", box(b"mvhd", b"\0" * 100)) + box(b"mdat", picture)


def samsung_trailer(nest: Nest) -> bytes:
    """Return a SEFT trailer with three entries."""
    names = {b"Image_UTC_Data": 0x0A01, b"DualShot_Image": 0x0B41, b"PhotoEditor_Re_Edit": 0x0BA1}
    blocks, entries = [], []
    for name, kind in names.items():
        canary = nest.picture(f"SEFT {name.decode()}", f"SEFT/{name.decode()}")
        head = struct.pack("<HHI", 0, kind, len(name))
        blocks.append(head + name + canary)
    total = sum(map(len, blocks))
    at = 0
    for block_, kind in zip(blocks, names.values(), strict=True):
        entries.append(struct.pack("<HHII", 0, kind, total - at, len(block_)))
        at += len(block_)
    directory = b"SEFH" + struct.pack("<II", 106, len(entries)) + b"".join(entries)
    return b"".join(blocks) + directory + struct.pack("<I", len(directory)) + b"SEFT"


def laden_profile(nest: Nest) -> bytes:
    """Return a valid sRGB profile with canaries in its header, text, a private tag, the room
    between tags, and behind its end."""
    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    part = "CC"
    count = struct.unpack_from(">I", plain, 128)[0]
    values: list[tuple[bytes, bytes]] = []
    for index in range(count):
        name, start, size = struct.unpack_from(">4sII", plain, 132 + 12 * index)
        values.append((name, plain[start : start + size]))
    text = nest.text("ICC description", part).encode("utf-16-be")
    nest.changed("ICC description", text)
    words = struct.pack(">4sIII4sII", b"mluc", 0, 1, 12, b"enUS", len(text), 28) + text
    values = [(n, words if n in (b"desc", b"cprt") else v) for n, v in values]
    values.append((b"cnry", b"text\0\0\0\0" + nest.raw("ICC private tag", part)))
    # A curve that is longer than its count says.
    slack = nest.raw("ICC slack in a tag", part)
    values = [(n, v + slack + b"\0" * 3 if n == b"wtpt" else v) for n, v in values]
    at = 132 + 12 * len(values)
    table, body = b"", b""
    gap = nest.raw("ICC between tags", part).ljust(24, b"\0")
    for name, value in values:
        table += struct.pack(">4sII", name, at + len(body), len(value))
        body += value + b"\0" * (-len(value) % 4) + gap
    size = at + len(body)
    header = bytearray(plain[:128])
    struct.pack_into(">I", header, 0, size)
    header[84:100] = nest.raw("ICC profile id", part)[:16]
    nest.changed("ICC profile id", bytes(header[84:100]))
    header[100:121] = nest.raw("ICC reserved header", part)
    whole = bytes(header) + struct.pack(">I", len(values)) + table + body
    return whole + nest.raw("ICC behind the end", part)
