"""A JPEG with every carrier of its kind."""

from __future__ import annotations

import base64
import hashlib
import io
import struct

import numpy as np
from PIL import Image

from canaries import blocks
from canaries.carriers import Filled, Nest, small_jpeg

_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENDED = b"http://ns.adobe.com/xmp/extension/\0"


def segment(marker: int, payload: bytes) -> bytes:
    """Return a marker segment."""
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def coded(pixels: np.ndarray) -> bytes:
    """Return a progressive JPEG of (height, width, 3) pixels: it has room between scans."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=92, progressive=True, subsampling="4:2:0")
    return out.getvalue()


def filled_jpeg(pixels: np.ndarray) -> Filled:
    """Return a JPEG of (height, width, 3) pixels with every carrier that one can hold."""
    nest = Nest()
    plain = coded(pixels)
    head = [b"\xff\xd8", *_headers(nest), *_application_segments(nest)]
    body = _with_comments_between_scans(plain, nest)
    data = b"".join([*head, body])
    return nest.filled(_with_trailers(data, nest))


def _headers(nest: Nest) -> list[bytes]:
    thumbnail = (nest.raw("JFIF thumbnail", "JFIF/thumbnail") * 3).ljust(8 * 8 * 3, b"\0")
    jfif = b"JFIF\0\1\2\0\0\1\0\1\x08\x08" + thumbnail
    jfxx = b"JFXX\0\x10" + nest.picture("JFXX thumbnail", "JFXX")
    return [segment(0xE0, jfif), segment(0xE0, jfxx)]


def _application_segments(nest: Nest) -> list[bytes]:
    extended, guid = _extended_xmp(nest)
    extra = f'xmpNote:HasExtendedXMP="{guid}" GCamera:MicroVideo="1" hdrgm:Version="1.0"'
    profile = blocks.laden_profile(nest)
    jumbf = blocks.jumbf_box(nest)
    unknown = [
        segment(0xE0 + number, b"Maker\0" + nest.raw(f"APP{number}", f"APP{number}/"))
        for number in (3, 4, 5, 6, 7, 8, 9, 10, 12, 15)
    ]
    return [
        segment(0xE1, b"Exif\0\0" + blocks.exif_block(nest)),
        segment(0xE1, _XMP + blocks.xmp_packet(nest, extra=extra)),
        *extended,
        segment(0xE1, b"FLIR\0" + nest.raw("FLIR", "FLIR")),
        segment(0xE2, b"ICC_PROFILE\0\1\1" + profile),
        segment(0xE2, b"FPXR\0" + nest.raw("FlashPix", "FPXR")),
        segment(0xE2, b"urn:iso:std:iso:ts:21496:-1\0" + nest.raw("gain map data", "ISO 21496")),
        segment(0xEB, b"JP\0\1\0\0\0\1" + jumbf),
        segment(0xEC, b"Ducky\0\1" + nest.raw("Ducky", "Ducky")),
        segment(0xED, b"Photoshop 3.0\0" + blocks.photoshop_block(nest)),
        *unknown,
        segment(0xDB, b"\x03" + nest.raw("unused table", "DQT").ljust(64, b"\1")),
        segment(0xFE, nest.raw("COM", "COM")),
    ]


def _extended_xmp(nest: Nest) -> tuple[list[bytes], str]:
    """Return the segments of an extended packet with two pictures, and its name."""
    names = {"GDepth": "depthmap", "GImage": "image"}
    attributes = []
    for name, space in names.items():
        coded_ = base64.b64encode(nest.picture(name, f"{name}:Data", (320, 240)))
        nest.changed(name, coded_[24:64])
        uri = f"http://ns.google.com/photos/1.0/{space}/"
        attributes.append(f'xmlns:{name}="{uri}" {name}:Data="{coded_.decode()}"')
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {" ".join(attributes)}/></rdf:RDF></x:xmpmeta>'
    ).encode()
    guid = hashlib.md5(packet, usedforsecurity=False).hexdigest().upper()
    room = 60000
    pieces = [
        segment(0xE1, _EXTENDED + guid.encode() + struct.pack(">II", len(packet), at)
                + packet[at : at + room])
        for at in range(0, len(packet), room)
    ]  # fmt: skip
    return pieces, guid


def _with_comments_between_scans(plain: bytes, nest: Nest) -> bytes:
    """Put a comment and an application segment before each scan but the first."""
    at = plain.index(b"\xff\xdb")
    pieces = [plain[at:]]
    first = pieces[0].index(b"\xff\xda")
    second = pieces[0].index(b"\xff\xc4", first)
    comment = segment(0xFE, nest.raw("COM between scans", "COM"))
    block = segment(0xE5, b"Maker\0" + nest.raw("APP5 between scans", "APP5/"))
    return pieces[0][:second] + comment + block + pieces[0][second:]


def _with_trailers(data: bytes, nest: Nest) -> bytes:
    """Add a second picture with its index, a gain map, a video, a Samsung trailer."""
    second = nest.picture("MPF second picture", "MPF/picture 2", (64, 48))
    packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>' + nest.raw("gain map", "after the end/jpeg")
    gain = small_jpeg(b"gain")
    gain_map = gain[:2] + segment(0xE1, _XMP + packet) + gain[2:]
    index_size = len(_mpf_segment(0, 0, 0))
    # The index stands behind SOI; offsets count from its TIFF header.
    first_size = len(data) + index_size
    index = _mpf_segment(first_size, len(second), first_size - 2 - 8)
    whole = data[:2] + index + data[2:] + second + gain_map
    whole += blocks.motion_video(nest) + nest.raw("bytes after the end", "after the end")
    return whole + blocks.samsung_trailer(nest)


def _mpf_segment(first: int, second: int, offset: int) -> bytes:
    entries = struct.pack("<IIIHH", 0x030000, first, 0, 0, 0)
    entries += struct.pack("<IIIHH", 0x020002, second, offset, 0, 0)
    tags: blocks.Directory = {
        0xB000: blocks.undefined(b"0100"),
        0xB001: blocks.long(2),
        0xB002: blocks.undefined(entries),
    }
    return segment(0xE2, b"MPF\0" + blocks.build_tiff([tags]))
