"""The parts of a PNG file: chunks, what is inside them, and what follows IEND."""

from __future__ import annotations

import re

from passerby.media import png_colour
from passerby.media.containers import png as container
from passerby.media.containers.chunk import Chunk
from passerby.media.inflate import Room
from passerby.media.inventory import boxes, photoshop, png_stream, tiff, trailer, xmp
from passerby.media.inventory.parts import Holder, block, printable, shifted, unpacked
from passerby.media.png_header import read_header
from passerby.model.media import Group, Part

_REQUIRED = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_GROUPS = {
    **dict.fromkeys((b"pHYs", b"bKGD", b"hIST", b"oFFs", b"sTER"), Group.PICTURE),
    **dict.fromkeys((b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT"), Group.COLOUR),
    **dict.fromkeys((b"mDCV", b"cLLI", b"mDCv", b"cLLi", b"sPLT"), Group.COLOUR),
    **dict.fromkeys((b"acTL", b"fcTL", b"fdAT"), Group.EMBEDDED),
    b"tIME": Group.TIME,
    b"iDOT": Group.PICTURE,
}
_KEYWORDS = {
    "Author": Group.PERSON,
    "Description": Group.PERSON,
    "Copyright": Group.PERSON,
    "Title": Group.TEXT,
    "Software": Group.DEVICE,
    "Source": Group.DEVICE,
    "Creation Time": Group.TIME,
    "date:create": Group.TIME,
    "date:modify": Group.TIME,
}
_RAW_PROFILE = re.compile(rb"\s*\w+\s+\d+\s+")


def list_parts(data: bytes) -> list[Part]:
    """List the parts of a PNG file. Raises CorruptInput."""
    signature = len(container.SIGNATURE)
    head = Part(name="signature", group=Group.PICTURE, offset=0, size=signature, required=True)
    parts = [head]
    chunks = tuple(container.walk_chunks(data))
    room = Room()
    for chunk in chunks:
        parts += list_chunk(data, chunk, room)
    parts += png_stream.list_hidden(data, chunks, read_header(data, chunks))
    return parts + trailer.list_trailer(data, chunks[-1].end)


def list_chunk(data: bytes, chunk: Chunk, room: Room) -> list[Part]:
    """List a chunk and what is inside it, as a still picture has it."""
    name = chunk.type.decode("ascii")
    offset, size = chunk.offset, chunk.end - chunk.offset
    at = chunk.payload.start
    if chunk.type in _REQUIRED:
        return [Part(name=name, group=Group.PICTURE, offset=offset, size=size, required=True)]
    if chunk.type == b"eXIf":
        return tiff.list_exif(data, chunk.payload, slice(offset, chunk.end), name)
    if chunk.type == b"caBX":
        inside = shifted(boxes.list_boxes(data[chunk.payload]), name, at)
        return block(name, offset, size, inside)
    if chunk.type in (b"tEXt", b"zTXt", b"iTXt"):
        return _list_text(data[chunk.payload], chunk, name, room)
    if chunk.type == b"iCCP":
        return [_profile(data[chunk.payload], chunk)]
    group = _GROUPS.get(chunk.type, Group.UNKNOWN)
    return [Part(name=name, group=group, offset=offset, size=size)]


def _profile(payload: bytes, chunk: Chunk) -> Part:
    """Return a compressed profile, in which anything may be."""
    return Holder(
        name="iCCP",
        group=Group.COLOUR,
        offset=chunk.offset,
        size=chunk.end - chunk.offset,
        open=lambda: png_colour.read_profile(payload) or b"",
    )


def _list_text(payload: bytes, chunk: Chunk, kind: str, room: Room) -> list[Part]:
    """List a text chunk; ImageMagick and exiftool keep whole metadata blocks in some."""
    keyword = printable(payload.partition(b"\x00")[0])
    name = f"{kind}/{keyword}".replace("//", "/")
    offset, size = chunk.offset, chunk.end - chunk.offset
    text = _text(payload, chunk.type, room)
    inside: list[Part] | None = None
    if text is None:
        inside = [Part(name=f"{name}/damaged", group=Group.UNKNOWN, offset=offset, size=size)]
    elif keyword == "XML:com.adobe.xmp":
        inside = unpacked(xmp.list_properties(text), name, offset, text)
    elif keyword.startswith("Raw profile type "):
        inside = _list_raw_profile(text, keyword.removeprefix("Raw profile type "), name, offset)
    if inside is not None:
        return block(name, offset, size, inside)
    group = _KEYWORDS.get(keyword, Group.TEXT)
    return [Holder(name=name, group=group, offset=offset, size=size, open=lambda: text or b"")]


def _text(payload: bytes, kind: bytes, room: Room) -> bytes | None:
    """Return the text of a chunk, inflated within a bound; None when it is damaged."""
    if kind == b"tEXt":
        return payload.partition(b"\x00")[2]
    if kind == b"iTXt":
        return png_colour.read_international_text(payload, room)
    return room.inflate(payload.partition(b"\x00")[2][1:])


def _list_raw_profile(text: bytes, kind: str, name: str, offset: int) -> list[Part]:
    """List a metadata block that is written in hexadecimal."""
    match = _RAW_PROFILE.match(text)
    try:
        raw = bytes.fromhex(text[match.end() if match else 0 :].decode("ascii"))
    except ValueError:
        return [Part(name=f"{name}/damaged", group=Group.UNKNOWN, offset=offset, size=len(text))]
    if kind in ("exif", "APP1") and raw.startswith(b"Exif"):
        whole = slice(0, len(raw))
        return unpacked(tiff.list_exif(raw, whole, whole, "Exif"), name, offset, raw)
    if kind in ("xmp", "APP1"):
        packet = raw.removeprefix(b"http://ns.adobe.com/xap/1.0/\x00")
        return unpacked(xmp.list_properties(packet), name, offset, packet)
    if kind in ("iptc", "8bim"):
        resources = raw if raw.startswith(b"8BIM") else b""
        listed = photoshop.list_resources(resources) or photoshop.list_records(raw)
        return unpacked(listed, name, offset, raw)
    group = Group.COLOUR if kind in ("icc", "icm") else Group.UNKNOWN
    part = Part(name="block", group=group, offset=0, size=len(raw))
    return unpacked([part], name, offset, raw)
