"""Tells the format from the bytes. The name of the file is never looked at."""

from __future__ import annotations

import re

from passerby.errors import CorruptInput, EmptyInput, UnknownFormat
from passerby.media.containers import bmff, png, riff, tiff
from passerby.model.media import Format

_STARTS: tuple[tuple[bytes, Format], ...] = (
    (b"\xff\xd8\xff", Format.JPEG),
    (b"\x89PNG\r\n\x1a\n", Format.PNG),
    (b"GIF87a", Format.GIF),
    (b"GIF89a", Format.GIF),
    (b"8BPS", Format.PSD),
    (b"%PDF-", Format.PDF),
    (b"\xff\x0a", Format.JPEG_XL),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", Format.JPEG_XL),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", Format.JPEG_2000),
    (b"\xff\x4f\xff\x51", Format.JPEG_2000),
    (b"FUJIFILMCCD-RAW", Format.RAW),
    (b"IIRO", Format.RAW),
    (b"IIRS", Format.RAW),
    (b"MMOR", Format.RAW),
    (b"IIU\x00", Format.RAW),
    (b"FOVb", Format.RAW),
    (b"\x00MRM", Format.RAW),
    (b"II\x1a\x00\x00\x00HEAPCCDR", Format.RAW),
    (b"\x1a\x45\xdf\xa3", Format.VIDEO),
    (b"FLV\x01", Format.VIDEO),
    (b"OggS", Format.VIDEO),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Format.VIDEO),
    (b"\x00\x00\x01\xba", Format.VIDEO),
    (b"\x00\x00\x01\xb3", Format.VIDEO),
    (b"\x00\x00\x01\x00", Format.ICO),
    (b"\x00\x00\x02\x00", Format.ICO),
)

_HEIF_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
)
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_SEQUENCE_BRANDS = frozenset({b"avis", b"msf1", b"hevc", b"hevx", b"hevm", b"hevs"})
_QUICKTIME_BOXES = frozenset({b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"})
_TIFF_STARTS = (b"II\x2a\x00", b"MM\x00\x2a", b"II\x2b\x00", b"MM\x00\x2b")
_TEXT_HEAD = 4096


def sniff(data: bytes) -> Format:
    """Name the format of a file's bytes. Raises EmptyInput or UnknownFormat."""
    if not data:
        raise EmptyInput("the file has no bytes")
    for start, name in _STARTS:
        if data.startswith(start):
            return Format.APNG if name is Format.PNG and _is_animated_png(data) else name
    if data.startswith(_TIFF_STARTS):
        return _tell_tiff(data)
    found = _tell_riff(data) or _tell_boxes(data) or _tell_text(data) or _tell_other(data)
    if found is None:
        raise UnknownFormat("the bytes are of no picture format that Passerby knows")
    return found


def _is_animated_png(data: bytes) -> bool:
    """APNG 1.0: an acTL chunk before the first IDAT."""
    try:
        for chunk in png.walk_chunks(data):
            if chunk.type == b"acTL":
                return True
            if chunk.type == b"IDAT":
                return False
    except CorruptInput:
        return False
    return False


def _tell_riff(data: bytes) -> Format | None:
    if not data.startswith(b"RIFF"):
        return None
    form = data[8:12]
    if form == b"WEBP":
        return Format.ANIMATED_WEBP if riff.is_animated_webp(data) else Format.WEBP
    return Format.VIDEO if form in (b"AVI ", b"CDXA") else None


def _tell_boxes(data: bytes) -> Format | None:
    """ISO/IEC 14496-12: a file type box, its major brand and the compatible ones."""
    kind = data[4:8]
    if kind != b"ftyp":
        return Format.VIDEO if kind in _QUICKTIME_BOXES else None
    size = min(int.from_bytes(data[:4], "big"), 512)
    brands = {data[8:12]} | {data[at : at + 4] for at in range(16, size - 3, 4)}
    if data[8:12] == b"crx ":
        return Format.RAW
    if not brands & (_AVIF_BRANDS | _HEIF_BRANDS):
        return Format.VIDEO
    tracks = data[8:12] in _SEQUENCE_BRANDS or _has_tracks(data)
    if brands & _AVIF_BRANDS:
        return Format.ANIMATED_AVIF if tracks else Format.AVIF
    return Format.HEIC_SEQUENCE if tracks else Format.HEIC


def _has_tracks(data: bytes) -> bool:
    return any(box.kind == b"moov" for box in bmff.walk(data, 0, len(data)))


def _tell_text(data: bytes) -> Format | None:
    head = data[:_TEXT_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    if re.match(rb"<svg[\s>/:]", head):
        return Format.SVG
    if head.startswith((b"<?xml", b"<!--", b"<!DOCTYPE svg")) and re.search(rb"<svg[\s>/:]", head):
        return Format.SVG
    return Format.PDF if b"%PDF-" in data[:1024] else None


def _tell_other(data: bytes) -> Format | None:
    if data.startswith(b"BM") and data[6:10] == b"\x00\x00\x00\x00":
        return Format.BMP
    transport = len(data) > 376 and data[0] == data[188] == data[376] == 0x47
    return Format.VIDEO if transport else None


def _tell_tiff(data: bytes) -> Format:
    """Tell camera RAW and multi-page files from plain TIFF, by their tags."""
    if data[8:10] == b"CR" or data[8:10] == b"\xba\xb0":
        return Format.RAW
    try:
        tree = tiff.walk(data)
    except CorruptInput:
        # It calls itself a TIFF; reading it says what is wrong.
        return Format.TIFF
    if tiff.is_camera_raw(data, tree):
        return Format.RAW
    return Format.MULTIPAGE_TIFF if len(tiff.pages(data, tree)) > 1 else Format.TIFF
