"""XMP packets (ISO 16684-1): reading a few properties, listing all, writing a fresh packet.

The XML parser is expat itself. A document type declaration, and with it every entity, is
refused; so are nesting and size beyond what any writer produces.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from passerby.errors import CorruptInput

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DC = "http://purl.org/dc/elements/1.1/"
EXIF = "http://ns.adobe.com/exif/1.0/"
PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
_LARGEST = 16 * 2**20
_DEEPEST = 100
_MOST_PROPERTIES = 5000
_LONG = 200
"""Characters."""


@dataclass(slots=True)
class Property:
    """One property at the top level of a description: its namespace, its name, its texts, and
    where it lies in the packet, in bytes. `long` are its values that are too long for people,
    also those of attributes below it: pictures are written so."""

    space: str
    name: str
    offset: int
    texts: list[str] = field(default_factory=list)
    size: int = 0
    long: list[str] = field(default_factory=list)


class _Reader:
    """Collects properties while expat calls."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.path: list[tuple[str, str]] = []
        self.found: list[Property] = []
        self.text: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.path.append(_split(name))
        if len(self.path) > _DEEPEST or len(self.found) > _MOST_PROPERTIES:
            raise CorruptInput("XMP: too deep or too long")
        self.text = []
        inside = len(self.path) > 1 and self.path[-2] == (RDF, "Description")
        if inside:
            self.found.append(Property(*self.path[-1], self.parser.CurrentByteIndex))
        in_description = self.path[-1] == (RDF, "Description")
        for key, value in attributes.items():
            space, local = _split(key)
            if in_description and space != RDF:
                at = self.parser.CurrentByteIndex
                self.found.append(Property(space, local, at, [value], len(value)))
            if len(value) >= _LONG and self.found:
                self.found[-1].long.append(value)

    def data(self, text: str) -> None:
        self.text.append(text)

    def end(self, name: str) -> None:
        text = "".join(self.text).strip()
        if text and self.found:
            self.found[-1].texts.append(text)
            if len(text) >= _LONG:
                self.found[-1].long.append(text)
        self.text = []
        del name
        if len(self.path) > 1 and self.path[-2] == (RDF, "Description") and self.found:
            self.found[-1].size = self.parser.CurrentByteIndex - self.found[-1].offset
        self.path.pop()


def _split(name: str) -> tuple[str, str]:
    space, _, local = name.rpartition(" ")
    return space, local


def _refuse(*_: object) -> None:
    raise CorruptInput("XMP: document type declarations are refused")


def read_properties(packet: bytes) -> tuple[Property, ...]:
    """Return the properties of a packet. Raises CorruptInput."""
    if len(packet) > _LARGEST:
        raise CorruptInput("XMP: too long")
    reader = _Reader()
    parser = reader.parser
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    try:
        parser.Parse(packet.rstrip(b"\x00"), True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise CorruptInput("XMP: not well-formed") from error
    return tuple(reader.found)


def build_packet(elements: Iterator[str]) -> bytes:
    """Return a packet around the XML of properties."""
    body = "".join(elements)
    packet = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF xmlns:rdf="{RDF}">'
        f'<rdf:Description rdf:about="" xmlns:dc="{DC}" xmlns:photoshop="{PHOTOSHOP}">'
        f"{body}</rdf:Description></rdf:RDF></x:xmpmeta>"
        '<?xpacket end="r"?>'
    )
    return packet.encode("utf-8")


def escape(text: str) -> str:
    """Return text as it stands between tags."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
