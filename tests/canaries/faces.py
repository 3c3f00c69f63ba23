"""Files whose embedded pictures show real faces, a known number each.

Unlike the canaries these are for counting: what opens a carrier, and what is seen in it.
"""

from __future__ import annotations

import base64
import io
import struct
import zlib
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from PIL import Image

from canaries import blocks
from canaries.blocks import Directory, Stream, long, short, undefined
from canaries.jpeg import segment
from people import crowd

SIZE = (180, 60)
XMP = b"http://ns.adobe.com/xap/1.0/\0"
EXTENDED = b"http://ns.adobe.com/xmp/extension/\0"


@cache
def pixels(faces: int) -> np.ndarray:
    """Return a picture of (60, 180, 3) that shows so many faces of 28 pixels, at most 3."""
    return crowd(*SIZE, faces, 28, seed=faces)


@cache
def jpeg(faces: int, mark: str = "") -> bytes:
    """Return a picture with so many faces. `mark` makes its bytes differ from others'."""
    out = io.BytesIO()
    Image.fromarray(pixels(faces)).save(out, "JPEG", quality=90, comment=mark.encode())
    return out.getvalue()


@cache
def png(faces: int) -> bytes:
    """Return the same as PNG."""
    out = io.BytesIO()
    Image.fromarray(pixels(faces)).save(out, "PNG")
    return out.getvalue()


@dataclass
class Album:
    """Mints pictures for carriers and remembers how many faces each shows, by the name of the
    part that should tell it; None for what is not looked into."""

    shown: dict[str, int | None] = field(default_factory=dict)

    def faces(self, part: str) -> int:
        """Return how many faces the picture in this part is to show."""
        assert part not in self.shown
        count = self.shown[part] = 1 + len(self.shown) % 3
        return count

    def jpeg(self, part: str) -> bytes:
        """Return a JPEG for a part."""
        return jpeg(self.faces(part), part)

    def pixels(self, part: str) -> np.ndarray:
        """Return bare pixels for a part."""
        return pixels(self.faces(part))


@dataclass(frozen=True)
class Shown:
    """A file, and how many faces the picture in each of its parts shows."""

    data: bytes
    shown: dict[str, int | None]


def host(kind: str = "JPEG") -> bytes:
    """Return a picture without a face, to put things into."""
    out = io.BytesIO()
    Image.fromarray(np.full((64, 96, 3), 90, np.uint8)).save(out, kind)
    return out.getvalue()


def with_segments(plain: bytes, segments: list[bytes], trailer: bytes = b"") -> bytes:
    """Return a JPEG with segments behind its SOI and bytes behind its EOI."""
    return plain[:2] + b"".join(segments) + plain[2:] + trailer


def jfif_and_jfxx() -> Shown:
    """Thumbnails of the JFIF family: RGB; a JPEG, with a palette, RGB."""
    album = Album()
    width, height = SIZE
    rgb = album.pixels("APP0/JFIF/thumbnail").tobytes()
    size = bytes((width, height))
    jfif = b"JFIF\0\1\2\0\0\1\0\1" + size + rgb
    palette, indices = _with_palette(album.pixels("APP0/JFXX"))
    extensions = [
        b"JFXX\0\x11" + size + palette + indices,
        b"JFXX\0\x13" + size + album.pixels("APP0/JFXX #2").tobytes(),
        b"JFXX\0\x10" + album.jpeg("APP0/JFXX #3"),
    ]
    head = [segment(0xE0, jfif), *[segment(0xE0, each) for each in extensions]]
    plain = host()
    first = 2 + 2 + struct.unpack_from(">H", plain, 4)[0]
    return Shown(with_segments(b"\xff\xd8" + plain[first:], head), album.shown)


def _with_palette(picture: np.ndarray) -> tuple[bytes, bytes]:
    image = Image.fromarray(picture).quantize(256)
    palette = bytes(image.getpalette() or b"")
    return palette.ljust(768, b"\0"), image.tobytes()


def exif(album: Album, thumbnail: Directory, prefix: str = "APP1/Exif") -> bytes:
    """Return an Exif block with a thumbnail, a preview in its maker's note, and one beside it."""
    note = b"OLYMP\0\1\0" + bytes(40) + album.jpeg(f"{prefix}/IFD0/Exif/MakerNote/JPEG") + bytes(9)
    ifd0: Directory = {0x010F: blocks.ascii_("Maker"), 0x8769: {0x927C: undefined(note)}}
    beside = album.jpeg(f"{prefix}/unreferenced bytes")
    return blocks.build_tiff([ifd0, thumbnail]) + beside


def jpeg_thumbnail(picture: bytes) -> Directory:
    """Return the directory of a thumbnail that is a JPEG."""
    return {0x0103: short(6), 0x0201: Stream(picture), 0x0202: long(len(picture))}


def rgb_strips(picture: np.ndarray, rows: int = 16) -> Directory:
    """Return the directory of an uncompressed thumbnail."""
    return _strips(picture, [picture[at : at + rows].tobytes() for at in range(0, 60, rows)], rows)


def ycc_strips(picture: np.ndarray, sampling: tuple[int, int]) -> Directory:
    """Return the directory of an uncompressed thumbnail in YCbCr, as Exif 3.0 has it."""
    ycc = np.asarray(Image.fromarray(picture).convert("YCbCr"))
    across, down = sampling
    height, width = ycc.shape[:2]
    luma = ycc[..., 0].reshape(height // down, down, width // across, across)
    luma = luma.transpose(0, 2, 1, 3).reshape(height // down, width // across, across * down)
    chroma = ycc[..., 1:].reshape(height // down, down, width // across, across, 2)
    chroma = chroma.mean(axis=(1, 3)).round().astype(np.uint8)
    packed = np.concatenate([luma, chroma], axis=2).tobytes()
    tags = _strips(picture, [packed], height)
    return tags | {262: short(6), 530: short(across, down)}


def lzw_strips(picture: np.ndarray) -> Directory:
    """Return the directory of a compressed thumbnail: one that only a TIFF decoder opens."""
    deflated = [zlib.compress(picture[at : at + 20].tobytes()) for at in range(0, 60, 20)]
    return _strips(picture, deflated, 20) | {259: short(8)}


def _strips(picture: np.ndarray, strips: list[bytes], rows: int) -> Directory:
    height, width = picture.shape[:2]
    tags: Directory = {
        254: long(1),
        256: long(width),
        257: long(height),
        258: short(8, 8, 8),
        259: short(1),
        262: short(2),
        277: short(3),
        278: long(rows),
        279: long(*map(len, strips)),
    }
    if len(strips) == 1:
        return tags | {273: Stream(strips[0])}
    return tags | {273: blocks.Streams(strips)}


def exif_files() -> dict[str, Shown]:
    """Return JPEGs with each kind of IFD1 thumbnail."""
    made = {}
    name = "APP1/Exif/IFD1/embedded picture"
    for kind in ("JPEG", "RGB", "YCbCr 2x1", "YCbCr 2x2", "YCbCr 1x1", "deflated"):
        album = Album()
        if kind == "JPEG":
            thumbnail = jpeg_thumbnail(album.jpeg(name))
        elif kind == "RGB":
            thumbnail = rgb_strips(album.pixels(name))
        elif kind == "deflated":
            thumbnail = lzw_strips(album.pixels(name))
        else:
            across, down = (int(digit) for digit in kind[-3:].split("x"))
            thumbnail = ycc_strips(album.pixels(name), (across, down))
        block = segment(0xE1, b"Exif\0\0" + exif(album, thumbnail))
        made[kind] = Shown(with_segments(host(), [block]), album.shown)
    return made


def photoshop() -> Shown:
    """Photoshop's thumbnails, as JPEG and as pixels, and a preview in IPTC."""
    album = Album()
    path = "APP13/Photoshop"
    resources = [
        blocks.resource(0x0404, blocks.record(202, album.jpeg(f"{path}/IPTC/ObjectPreviewData"))),
        blocks.resource(0x0409, _bare(album.pixels(f"{path}/Thumbnail 1033")[..., ::-1])),
        blocks.resource(0x040C, _coded(album.jpeg(f"{path}/Thumbnail 1036"))),
    ]
    return Shown(
        with_segments(host(), [segment(0xED, b"Photoshop 3.0\0" + b"".join(resources))]),
        album.shown,
    )


def _coded(picture: bytes) -> bytes:
    width, height = SIZE
    head = struct.pack(">IIIIIIHH", 1, width, height, 3 * width, 3 * width * height,
                       len(picture), 24, 1)  # fmt: skip
    return head + picture


def _bare(picture: np.ndarray) -> bytes:
    """Return pixels in rows that are padded to four bytes."""
    height, width = picture.shape[:2]
    row = -(-3 * width // 4) * 4
    head = struct.pack(">IIIIIIHH", 0, width, height, row, row * height, row * height, 24, 1)
    rows = np.zeros((height, row), np.uint8)
    rows[:, : 3 * width] = picture.reshape(height, -1)
    return head + rows.tobytes()


SPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpGImg": "http://ns.adobe.com/xap/1.0/g/img/",
    "GDepth": "http://ns.google.com/photos/1.0/depthmap/",
    "GImage": "http://ns.google.com/photos/1.0/image/",
    "GAudio": "http://ns.google.com/photos/1.0/audio/",
    "Device": "http://ns.google.com/photos/dd/1.0/device/",
    "Image": "http://ns.google.com/photos/dd/1.0/image/",
    "odd": "http://example.org/odd/",
}


def packet(attributes: str, elements: str) -> bytes:
    """Return an XMP packet."""
    declared = " ".join(f'xmlns:{name}="{uri}"' for name, uri in SPACES.items())
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {declared}>'
        f'<rdf:Description rdf:about="" {attributes}>{elements}</rdf:Description>'
        "</rdf:RDF></x:xmpmeta>"
    ).encode()


def coded(picture: bytes, width: int = 0) -> str:
    """Return base64, in lines as Adobe's tools write it when `width` is given."""
    text = base64.b64encode(picture).decode()
    if not width:
        return text
    return "&#xA;".join(text[at : at + width] for at in range(0, len(text), width))


def xmp_packet(album: Album, path: str) -> bytes:
    """Return a packet with pictures as attributes, elements, and deep inside a structure."""
    return packet(
        f'GDepth:Data="{coded(album.jpeg(f"{path}/GDepth:Data"))}" '
        f'GImage:Data="{coded(album.jpeg(f"{path}/GImage:Data")).rstrip("=")}"',
        "<xmp:Thumbnails><rdf:Alt><rdf:li rdf:parseType='Resource'>"
        "<xmpGImg:format>JPEG</xmpGImg:format><xmpGImg:image>"
        f"{coded(album.jpeg(f'{path}/xmp:Thumbnails'), 76)}</xmpGImg:image></rdf:li></rdf:Alt>"
        "</xmp:Thumbnails>"
        "<Device:Cameras><rdf:Seq><rdf:li><Device:Camera><Device:Image Image:Data="
        f'"{coded(album.jpeg(f"{path}/Device:Cameras"))}"/></Device:Camera></rdf:li></rdf:Seq>'
        "</Device:Cameras>"
        f"<odd:thing>{coded(png(album.faces(f'{path}/http:__example.org_odd_:thing')))}"
        "</odd:thing>",
    )


def xmp() -> Shown:
    """Pictures in an XMP packet."""
    album = Album()
    block = segment(0xE1, XMP + xmp_packet(album, "APP1/XMP"))
    return Shown(with_segments(host(), [block]), album.shown)


def extended_xmp() -> Shown:
    """Pictures in extended XMP, whose pieces stand in the wrong order."""
    album = Album()
    whole = xmp_packet(album, "APP1/ExtendedXMP")
    guid = b"0123456789ABCDEF" * 2
    pieces = [
        segment(0xE1, EXTENDED + guid + struct.pack(">II", len(whole), at) + whole[at : at + 9000])
        for at in range(0, len(whole), 9000)
    ]
    return Shown(with_segments(host(), pieces[::-1]), album.shown)


def c2pa_store(album: Album, path: str) -> bytes:
    """Return a C2PA store with thumbnails of a claim and of an ingredient."""
    manifest = f"{path}/c2pa/urn:uuid:1"
    boxes = []
    for label in ("c2pa.thumbnail.claim.jpeg", "c2pa.thumbnail.ingredient.jpeg"):
        picture = album.jpeg(f"{manifest}/c2pa.assertions/{label}/bidb")
        kind = blocks.box(b"bfdb", b"\0image/jpeg\0")
        boxes.append(blocks.labelled(label, kind, blocks.box(b"bidb", picture)))
    assertions = blocks.labelled("c2pa.assertions", *boxes)
    return blocks.labelled("c2pa", blocks.labelled("urn:uuid:1", assertions))


def c2pa(room: int) -> Shown:
    """Return thumbnails in C2PA, in segments of at most `room` bytes of it."""
    album = Album()
    store = c2pa_store(album, "APP11/JUMBF")
    head, body = store[:8], store[8:]
    pieces = [
        segment(0xEB, b"JP\0\1" + struct.pack(">I", number) + head + body[at : at + room])
        for number, at in enumerate(range(0, len(body), room), 1)
    ]
    return Shown(with_segments(host(), pieces), album.shown)


def behind_the_end() -> Shown:
    """A second picture with its index and a thumbnail of its own, a gain map, a video, a Samsung
    trailer, and a picture that nothing speaks of."""
    album = Album()
    inner = jpeg_thumbnail(jpeg(3, "within"))
    own = segment(0xE1, b"Exif\0\0" + blocks.build_tiff([{0x0112: short(1)}, inner]))
    second = with_segments(album.jpeg("APP2/MPF/picture 2 (large thumbnail, VGA)"), [own])
    album.shown["APP2/MPF/picture 2 (large thumbnail, VGA) > APP1/Exif/IFD1/embedded picture"] = 3
    note = segment(0xE1, XMP + b'<rdf hdrgm:GainMapMax="2.0"/>')
    gain = with_segments(album.jpeg("APP2/MPF/picture 3"), [note])
    stray = album.jpeg("after the end/jpeg")
    video = blocks.box(b"ftyp", b"mp42\0\0\0\0isommp42") + blocks.box(b"mdat", bytes(300))
    album.shown["after the end/video"] = None
    album.shown["after the end/SEFT/MotionPhoto_Data"] = None
    second_eye = album.jpeg("after the end/SEFT/DualShot_Image")
    seft = samsung({b"DualShot_Image": second_eye, b"MotionPhoto_Data": video})
    size = len(host()) + len(_index(0, 0, 0, 0))
    index = _index(size, len(second), len(gain), size - 10)
    trailer = second + gain + video + b"stray" + stray + seft
    return Shown(with_segments(host(), [index], trailer), album.shown)


def samsung(entries: dict[bytes, bytes]) -> bytes:
    """Return a SEFT trailer."""
    bodies = [
        struct.pack("<HHI", 0, 0x0A00 + number, len(name)) + name + data
        for number, (name, data) in enumerate(entries.items())
    ]
    total, at = sum(map(len, bodies)), 0
    directory = b"SEFH" + struct.pack("<II", 106, len(bodies))
    for number, body in enumerate(bodies):
        directory += struct.pack("<HHII", 0, 0x0A00 + number, total - at, len(body))
        at += len(body)
    return b"".join(bodies) + directory + struct.pack("<I", len(directory)) + b"SEFT"


def _index(first: int, second: int, third: int, offset: int) -> bytes:
    entries = struct.pack("<IIIHH", 0x030000, first, 0, 0, 0)
    entries += struct.pack("<IIIHH", 0x010001, second, offset, 0, 0)
    entries += struct.pack("<IIIHH", 0, third, offset + second, 0, 0)
    tags: Directory = {
        0xB000: undefined(b"0100"),
        0xB001: long(3),
        0xB002: undefined(entries),
    }
    return segment(0xE2, b"MPF\0" + blocks.build_tiff([tags]))


def odd_places() -> Shown:
    """Pictures in unknown segments and comments, cut into pieces, and in a profile."""
    album = Album()
    split = album.jpeg("APP4/preview in 2 segments")
    padded = split[:2] + segment(0xEF, bytes(65533)) + split[2:]
    stream = album.jpeg("APP2/FPXR/streams")
    half = len(stream) // 2
    thermal = album.jpeg("APP1/FLIR/data")
    third = len(thermal) // 3
    text = coded(album.jpeg("APP8/Other"))
    return Shown(
        with_segments(
            host(),
            [
                segment(0xE4, padded[:65533]),
                segment(0xE5, padded[65533:]),
                segment(0xE2, b"FPXR\0\0\1" + bytes(20)),
                segment(0xE2, b"FPXR\0\0\2\0\1" + bytes(4) + stream[:half]),
                segment(0xE2, b"FPXR\0\0\2\0\1" + struct.pack(">I", half) + stream[half:]),
                segment(0xE1, b"FLIR\0\1\0\2" + thermal[:third]),
                segment(0xE1, b"FLIR\0\1\1\2" + thermal[third : 2 * third]),
                segment(0xE1, b"FLIR\0\1\2\2" + thermal[2 * third :]),
                segment(0xE7, b"Maker\0\1\2" + album.jpeg("APP7/Maker") + b"end"),
                segment(0xE8, b'Other\0{"thumb": "' + text.encode() + b'"}'),
                segment(0xE9, b"Third\0" + png(album.faces("APP9/Third"))),
                segment(0xE2, b"ICC_PROFILE\0\1\1" + album.jpeg("APP2/ICC_PROFILE")),
                segment(0xFE, b"look: " + album.jpeg("COM")),
            ],
        ),
        album.shown,
    )


def in_png() -> Shown:
    """Pictures in the chunks of a PNG."""
    from canaries.png import chunk

    album = Album()
    block = exif(album, jpeg_thumbnail(album.jpeg("eXIf/IFD1/embedded picture")), prefix="eXIf")
    name = "zTXt/Raw profile type exif"
    other = exif(
        album,
        rgb_strips(album.pixels(f"{name}/Exif/IFD1/embedded picture")),
        prefix=f"{name}/Exif",
    )
    raw = b"Exif\0\0" + other
    text = b"\nexif\n%8d\n" % len(raw) + raw.hex().encode() + b"\n"
    profile = album.jpeg("iCCP")
    note = album.jpeg("zTXt/Comment")
    extra = [
        chunk(b"iCCP", b"a\0\0" + zlib.compress(profile)),
        chunk(b"eXIf", block),
        chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(text)),
        chunk(b"zTXt", b"Comment\0\0" + zlib.compress(note)),
        chunk(
            b"iTXt",
            b"XML:com.adobe.xmp\0\0\0\0\0" + xmp_packet(album, "iTXt/XML:com.adobe.xmp"),
        ),
        chunk(b"caBX", c2pa_store(album, "caBX")),
        chunk(b"prVt", b"made by" + album.jpeg("prVt")),
    ]
    plain = host("PNG")
    start = 8 + 25
    whole = plain[:start] + b"".join(extra) + plain[start:] + album.jpeg("after the end/jpeg")
    return Shown(whole, album.shown)


def in_webp() -> Shown:
    """Pictures in the chunks of a WebP."""
    from canaries.webp import chunk

    album = Album()
    thumbnail = ycc_strips(album.pixels("EXIF/IFD1/embedded picture"), (2, 1))
    body = host("WEBP")[12:] + b"".join(
        [
            chunk(b"EXIF", exif(album, thumbnail, prefix="EXIF")),
            chunk(b"XMP ", xmp_packet(album, "XMP")),
            chunk(b"C2PA", c2pa_store(album, "C2PA")),
            chunk(b"ODD ", b"?" + album.jpeg("ODD")),
        ]
    )
    data = b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body
    return Shown(data + album.jpeg("after the end/jpeg"), album.shown)


def in_tiff() -> Shown:
    """Pictures in the tags and SubIFDs of a TIFF, and behind everything."""
    album = Album()
    picture = np.full((60, 180, 3), 90, np.uint8)
    page = rgb_strips(picture, 60)
    del page[254]
    page |= {
        330: [
            jpeg_thumbnail(album.jpeg("IFD0/SubIFD0/embedded picture")),
            rgb_strips(album.pixels("IFD0/SubIFD1/embedded picture")),
        ],
        700: blocks.bytes_(xmp_packet(album, "IFD0/XMP")),
        34377: blocks.bytes_(
            blocks.resource(0x0409, _bare(album.pixels(
                "IFD0/PhotoshopSettings/Thumbnail 1033")[..., ::-1]))
        ),
        52545: undefined(c2pa_store(album, "IFD0/JUMBF")),
    }  # fmt: skip
    reduced = lzw_strips(album.pixels("IFD1/embedded picture"))
    data = blocks.build_tiff([page, reduced])
    return Shown(data + b"some bytes" + album.jpeg("unreferenced bytes"), album.shown)


def all_files() -> dict[str, Shown]:
    """Return every file of this module by name."""
    made = {f"Exif thumbnail, {kind}": shown for kind, shown in exif_files().items()}
    return made | {
        "JFIF and JFXX": jfif_and_jfxx(),
        "Photoshop": photoshop(),
        "XMP": xmp(),
        "extended XMP": extended_xmp(),
        "C2PA in one segment": c2pa(60000),
        "C2PA in many segments": c2pa(2000),
        "behind the end": behind_the_end(),
        "odd places": odd_places(),
        "PNG": in_png(),
        "WebP": in_webp(),
        "TIFF": in_tiff(),
    }
