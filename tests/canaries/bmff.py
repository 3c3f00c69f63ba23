"""A HEIC and an AVIF with every carrier of their kind."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace

import numpy as np

from canaries import blocks
from canaries.carriers import Filled, Nest
from heif_files import CODERS, Coded, HeifBuilder, auxc, box, full, ispe

_AUXILIARY = {
    "depth map": b"urn:mpeg:hevc:2015:auxid:2",
    "gain map": b"urn:com:apple:photo:2020:aux:hdrgainmap",
    "portrait matte": b"urn:com:apple:photo:2018:aux:portraiteffectsmatte",
    "skin matte": b"urn:com:apple:photo:2019:aux:semanticskinmatte",
    "hair matte": b"urn:com:apple:photo:2019:aux:semantichairmatte",
    "urn:example": b"urn:example",
}
_C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_XMP_TYPE = b"application/rdf+xml\0"


def filled_heic(pixels: np.ndarray) -> Filled:
    """Return a HEIC of (height, width, 3) pixels, with even sides, with every carrier."""
    return _filled(pixels, "HEIC")


def filled_avif(pixels: np.ndarray) -> Filled:
    """Return an AVIF of (height, width, 3) pixels with every carrier."""
    return _filled(pixels, "AVIF")


def remark(coded: Coded, text: bytes) -> Coded:
    """Return a coded picture with a remark in it that no decoder needs."""
    if coded.kind == b"hvc1":
        # SEI, user data unregistered (H.265, D.2.7): a UUID, then anything.
        body = b"\x4e\x01\x05" + bytes([16 + len(text)]) + b"\x55" * 16 + text + b"\x80"
        unit = struct.pack(">I", len(body)) + body
    else:
        # A metadata OBU of an unregistered type.
        unit = bytes([5 << 3 | 2, 1 + len(text) + 1, 31]) + text + b"\x80"
    return replace(coded, payload=coded.payload + unit)


def _filled(pixels: np.ndarray, name: str) -> Filled:
    nest = Nest()
    code = CODERS[name]
    height, width = (side - side % 2 for side in pixels.shape[:2])
    pixels = pixels[:height, :width]
    small = code(pixels[: height // 4 * 2 : 2, : width // 4 * 2 : 2])
    grey = code(np.ascontiguousarray(pixels[: height // 4 * 2 : 2, : width // 4 * 2 : 2, 1]))
    builder = HeifBuilder(brand=b"heic" if name == "HEIC" else b"avif")
    builder.handler_name = nest.raw("handler name", "hdlr/name")
    profile = (box(b"colr", b"prof", blocks.laden_profile(nest)), False)
    shown = remark(code(pixels), nest.raw("remark in the picture", "item 1/picture/"))
    builder.picture(
        shown,
        profile,
        (full(b"udes", b"en\0\0" + nest.raw("user description", "udes") + b"\0\0"), False),
        (box(b"prVt", nest.raw("private property", "prVt")), False),
        name=nest.raw("item name", "name of item 1"),
        pieces=[nest.raw("bytes between extents", "mdat/unreferenced")],
    )
    _add_pictures(builder, nest, small, grey)
    _add_metadata(builder, nest)
    _add_boxes(builder, nest)
    return nest.filled(builder.build() + _behind(nest))


def _add_pictures(builder: HeifBuilder, nest: Nest, small: Coded, grey: Coded) -> None:
    thumbnail = builder.picture(remark(small, nest.raw("thumbnail", "/thumbnail")))
    builder.refer(b"thmb", thumbnail, 1)
    for label, urn in _AUXILIARY.items():
        subtype = nest.raw(f"subtype of {label}", "auxC/")
        coded = remark(grey, nest.raw(label, f"auxiliary/{label}"))
        builder.refer(b"auxl", builder.picture(coded, (auxc(urn, subtype), True)), 1)
    eye = builder.picture(remark(small, nest.raw("second eye", "/other picture")))
    ids = struct.pack(">IIII", 99, 2, 1, eye)
    stray = nest.raw("group of nothing", "meta/grpl/oddg").ljust(24, b"\0")
    builder.in_meta.append(
        box(b"grpl", full(b"ster", ids), full(b"oddg", struct.pack(">II", 98, 6), stray))
    )
    extent = [(ispe(*small.size), False)]
    builder.add(b"jpeg", nest.picture("JPEG item", "/other picture", small.size), extent)
    gain = builder.picture(remark(grey, nest.raw("ISO gain map", "/gain map")))
    tone = builder.add(b"tmap", b"\0" + nest.raw("tone map", "/tone map"), extent)
    builder.refer(b"dimg", tone, 1, gain)
    tile = builder.picture(remark(small, nest.raw("tile of another", "/other picture/tile")))
    layout = struct.pack(">BBBBHH", 0, 0, 0, 0, *small.size)
    grid = builder.add(b"grid", layout, extent, method=1)
    builder.refer(b"dimg", grid, tile)


def _add_metadata(builder: HeifBuilder, nest: Nest) -> None:
    exif = builder.add(b"Exif", b"\0\0\0\6Exif\0\0" + blocks.exif_block(nest))
    builder.refer(b"cdsc", exif, 1)
    xmp = builder.add(b"mime", blocks.xmp_packet(nest), more=_XMP_TYPE)
    builder.refer(b"cdsc", xmp, 1)
    packed = nest.raw("packed XMP", "XMP/http")
    packet = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf'
        b'-syntax-ns#"><r:Description xmlns:odd="http://example.org/odd/" odd:a="%s"/></r:RDF>'
        b"</x:xmpmeta>" % packed
    )
    builder.add(b"mime", zlib.compress(packet), more=_XMP_TYPE + b"deflate\0")
    builder.add(b"mime", nest.raw("other mime item", "/text_plain"), more=b"text/plain\0")
    builder.add(b"uri ", nest.raw("URI item", "/uri"), more=b"urn:example:notes\0")
    builder.add(b"oddk", nest.raw("unknown item", "/oddk"))
    builder.add(b"oddl", nest.raw("unknown item in idat", "/oddl"), method=1)


def _add_boxes(builder: HeifBuilder, nest: Nest) -> None:
    builder.in_idat = nest.raw("stray bytes in idat", "idat/unreferenced")
    builder.in_mdat = nest.picture("stray picture in mdat", "mdat/unreferenced")
    builder.in_ipco.append(box(b"uuid", b"\x22" * 16, nest.raw("uuid property", "iprp/uuid")))
    builder.in_meta += [
        box(b"uuid", b"\x11" * 16, nest.raw("uuid in meta", "meta/uuid")),
        box(b"xml ", b"\0\0\0\0", nest.raw("xml in meta", "meta/xml")),
        box(b"free", nest.raw("free box in meta", "meta/free")),
    ]
    builder.before = [
        box(b"free", nest.raw("free box", "free")),
        box(b"uuid", _C2PA, b"\0\0\0\0manifest\0" + b"\0" * 8, blocks.jumbf_box(nest)),
        box(b"oddb", nest.raw("unknown box", "oddb")),
    ]
    builder.behind = [
        box(b"skip", nest.raw("skip box", "skip")),
        box(b"uuid", _XMP, blocks.xmp_packet(nest, "XMP in a uuid box")),
        box(b"sefd", blocks.samsung_trailer(nest)),
        box(b"mpvd", blocks.motion_video(nest)),
    ]
    for index, carrier in enumerate(nest.carriers):
        if carrier.name.startswith("SEFT "):
            nest.carriers[index] = replace(carrier, part=f"sefd/{carrier.part}")
        if carrier.name == "Motion Photo video":
            nest.carriers[index] = replace(carrier, part="mpvd/mdat")


def _behind(nest: Nest) -> bytes:
    picture = nest.picture("picture after the end", "after the end/jpeg")
    return picture + nest.raw("bytes after the end", "after the end")
