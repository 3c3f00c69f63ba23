"""The fields that may be kept: read from XMP, IPTC and Exif, written as a fresh XMP packet.

Where several blocks hold a field, XMP goes before IPTC and IPTC before Exif. Values are cleaned
of what cannot be seen, and capped: text is the only thing of a source's metadata that can reach
an output.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from passerby.errors import CorruptInput
from passerby.media import dates, exif, iptc, xmp
from passerby.media.containers import tiff
from passerby.media.containers.tiff import Entry, Ifd, Tree
from passerby.model.media import Field

LONGEST = 2000
"""Characters of a value: the length that IPTC allows a caption."""
_JOINERS = frozenset("\u200c\u200d")
"""Zero-width joiners shape words and emoji; all other format characters are dropped."""

_FROM_XMP = {
    (xmp.DC, "description"): Field.CAPTION,
    (xmp.DC, "creator"): Field.BYLINE,
    (xmp.PHOTOSHOP, "Credit"): Field.CREDIT,
    (xmp.DC, "rights"): Field.COPYRIGHT,
}
_DATES_IN_XMP = {(xmp.PHOTOSHOP, "DateCreated"): 0, (xmp.EXIF, "DateTimeOriginal"): 1}
_FROM_IPTC = {120: Field.CAPTION, 80: Field.BYLINE, 110: Field.CREDIT, 116: Field.COPYRIGHT}
_FROM_EXIF = {0x010E: Field.CAPTION, 0x013B: Field.BYLINE, 0x8298: Field.COPYRIGHT}
_DATE_IN_IPTC, _TIME_IN_IPTC = 55, 60
_DATE_IN_EXIF, _OFFSET_IN_EXIF = 0x9003, 0x9011
_ASCII = (2, 129)
"""Types of text in a TIFF directory: ASCII, and UTF-8 of Exif 3.0."""
_XMP_RANK, _IPTC_RANK, _EXIF_RANK = 0, 2, 3
"""What goes first. 1 is for a date that XMP holds among its Exif properties."""


class Sources:
    """Collects the fields' values from the blocks of one file. Damaged blocks hold none."""

    def __init__(self) -> None:
        self._found: dict[tuple[Field, int], str] = {}

    def add_exif(self, block: bytes) -> None:
        """Look into an Exif block, with or without its ``Exif\\0\\0``."""
        try:
            tree = tiff.walk(block, exif.block_start(block, 0))
        except CorruptInput:
            return
        self.add_directory(block, tree, tree.ifds[0])

    def add_directory(self, data: bytes, tree: Tree, ifd: Ifd) -> None:
        """Look into a TIFF directory, and the Exif directory below it."""
        for entry in ifd.entries:
            if entry.tag in _FROM_EXIF and entry.kind in _ASCII:
                self._put(_FROM_EXIF[entry.tag], _EXIF_RANK, _text(data, entry))
        below = next((one for one in tree.ifds if one.name == f"{ifd.name}/Exif"), None)
        if below is not None:
            texts = {e.tag: _text(data, e) for e in below.entries if e.kind in _ASCII}
            when = texts.get(_DATE_IN_EXIF, "")
            self._put_date(_EXIF_RANK, dates.from_exif(when, texts.get(_OFFSET_IN_EXIF)))

    def add_xmp(self, packet: bytes) -> None:
        """Look into an XMP packet."""
        try:
            properties = xmp.read_properties(packet)
        except CorruptInput:
            return
        for found in properties:
            field = _FROM_XMP.get((found.space, found.name))
            if field is not None and found.texts:
                several = field is Field.BYLINE
                value = ", ".join(found.texts) if several else found.texts[0]
                self._put(field, _XMP_RANK, value)
            rank = _DATES_IN_XMP.get((found.space, found.name))
            if rank is not None and found.texts:
                self._put_date(rank, dates.from_iso(found.texts[0]))

    def add_photoshop(self, block: bytes) -> None:
        """Look into Photoshop's image resources."""
        for resource in iptc.walk_resources(block):
            if resource.id == iptc.IPTC_RESOURCE:
                self.add_iptc(block[resource.offset : resource.offset + resource.size])

    def add_iptc(self, block: bytes) -> None:
        """Look into IPTC records."""
        utf8 = iptc.says_utf8(block)
        values: dict[Field, list[str]] = {}
        moments: dict[int, str] = {}
        for found in iptc.walk_records(block):
            if found.record == 2 and found.number in _FROM_IPTC:
                field = _FROM_IPTC[found.number]
                values.setdefault(field, []).append(iptc.text(block, found, utf8))
            elif found.record == 2 and found.number in (_DATE_IN_IPTC, _TIME_IN_IPTC):
                moments.setdefault(found.number, iptc.text(block, found, utf8))
        for field, texts in values.items():
            several = field is Field.BYLINE
            self._put(field, _IPTC_RANK, ", ".join(texts) if several else texts[0])
        day, clock = moments.get(_DATE_IN_IPTC, ""), moments.get(_TIME_IN_IPTC)
        self._put_date(_IPTC_RANK, dates.from_iptc(day, clock))

    def values(self) -> tuple[tuple[Field, str], ...]:
        """Return what was found, one value a field, in the order of `Field`."""
        best: dict[Field, str] = {}
        for field, rank in sorted(self._found, key=lambda key: key[1], reverse=True):
            best[field] = self._found[field, rank]
        return tuple((field, best[field]) for field in Field if field in best)

    def _put_date(self, rank: int, when: str | None) -> None:
        if when is not None:
            self._put(Field.DATE, rank, dates.day_of(when))
            self._put(Field.TIME, rank, when)

    def _put(self, field: Field, rank: int, text: str) -> None:
        value = clean(text)
        if value:
            self._found.setdefault((field, rank), value)


def _text(data: bytes, entry: Entry) -> str:
    return tiff.raw(data, entry).partition(b"\x00")[0].decode("utf-8", "replace")


def clean(text: str) -> str:
    """Return text without control, format, private and unassigned characters, on one line, at
    most `LONGEST` characters; cleaning twice changes nothing."""
    normal = unicodedata.normalize("NFC", text[: 4 * LONGEST])
    kept = (" " if c.isspace() else c for c in normal if c.isspace() or _is_visible(c))
    return " ".join("".join(kept).split())[:LONGEST].strip()


def _is_visible(character: str) -> bool:
    if character in _JOINERS:
        return True
    # U+FFFD stands for bytes that were no text.
    return unicodedata.category(character)[0] != "C" and character != "\ufffd"


def packet(values: tuple[tuple[Field, str], ...], keep: tuple[Field, ...]) -> bytes | None:
    """Return an XMP packet with the named fields; None when there are none.

    The bytes are a function of the values that are kept.
    """
    kept = {field: clean(value) for field, value in values if field in keep}
    if kept.get(Field.TIME):
        kept.pop(Field.DATE, None)
    if not any(kept.values()):
        return None
    return xmp.build_packet(_elements({f: v for f, v in kept.items() if v}))


def _elements(kept: dict[Field, str]) -> Iterator[str]:
    for field in Field:
        if field not in kept:
            continue
        text = xmp.escape(kept[field])
        item = f'<rdf:li xml:lang="x-default">{text}</rdf:li>'
        match field:
            case Field.CAPTION:
                yield f"<dc:description><rdf:Alt>{item}</rdf:Alt></dc:description>"
            case Field.BYLINE:
                yield f"<dc:creator><rdf:Seq><rdf:li>{text}</rdf:li></rdf:Seq></dc:creator>"
            case Field.CREDIT:
                yield f"<photoshop:Credit>{text}</photoshop:Credit>"
            case Field.COPYRIGHT:
                yield f"<dc:rights><rdf:Alt>{item}</rdf:Alt></dc:rights>"
            case Field.DATE | Field.TIME:
                yield f"<photoshop:DateCreated>{text}</photoshop:DateCreated>"
