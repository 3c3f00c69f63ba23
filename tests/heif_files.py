"""HEIC and AVIF files for tests: coded pictures of real encoders, in containers of our own."""

from __future__ import annotations

import shutil
import struct
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import imagecodecs
import numpy as np

from passerby.media.containers import bmff, items
from requirements import require


@dataclass(frozen=True)
class Coded:
    """A coded picture: the type of its item, its configuration box, its bytes and its size."""

    kind: bytes
    configuration: bytes
    payload: bytes
    size: tuple[int, int]
    channels: int
    depth: int

    @property
    def properties(self) -> list[tuple[bytes, bool]]:
        """The boxes that describe it."""
        return [(self.configuration, True), (ispe(*self.size), False), (pixi(self), False)]


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def full(kind: bytes, *content: bytes, version: int = 0, flags: int = 0) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *content)


def ispe(width: int, height: int) -> bytes:
    return full(b"ispe", struct.pack(">II", width, height))


def pixi(coded: Coded) -> bytes:
    return full(b"pixi", bytes([coded.channels, *[coded.depth] * coded.channels]))


def auxc(urn: bytes, more: bytes = b"") -> bytes:
    return full(b"auxC", urn + b"\0" + more)


def heif_enc(pixels: np.ndarray, *options: str) -> bytes:
    """Return the HEIC file that libheif's encoder (x265) makes of 8- or 16-bit samples."""
    reason = "HEIC files of these tests are encoded: apt-get install libheif-examples"
    require(shutil.which("heif-enc") is not None, reason)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.png", Path(folder) / "out.heic"
        source.write_bytes(bytes(imagecodecs.png_encode(np.ascontiguousarray(pixels))))
        command = ["heif-enc", "-q", "90", *options, "-o", str(target), str(source)]
        subprocess.run(command, check=True, capture_output=True)
        return target.read_bytes()


def take_coded(data: bytes, depth: int) -> Coded:
    """Return the first coded picture of an encoder's file."""
    meta = items.find_meta(data, bmff.walk_file(data, "HEIF"))
    item = next(i for i in meta.items.values() if i.kind in (b"hvc1", b"av01"))
    name = b"hvcC" if item.kind == b"hvc1" else b"av1C"
    configuration, extent = item.find(name), item.find(b"ispe")
    assert configuration is not None
    assert extent is not None
    width, height = struct.unpack_from(">II", data, extent.content + 4)
    whole = data[configuration.offset : configuration.end]
    channels = 1 if b"\1" + bytes([depth]) in data[: meta.box.end] and _is_grey(meta, data) else 3
    return Coded(item.kind, whole, item.read(data), (width, height), channels, depth)


def _is_grey(meta: items.Meta, data: bytes) -> bool:
    found = meta.items[meta.primary].find(b"pixi")
    return found is not None and data[found.content + 4] == 1


def code_hevc(pixels: np.ndarray, depth: int = 8) -> Coded:
    """Encode (height, width[, channels]) samples of 8 bits, or of 16 to be coded with `depth`;
    sides are even."""
    options = () if depth == 8 else ("-b", str(depth))
    return take_coded(heif_enc(pixels, *options), depth)


def code_av1(pixels: np.ndarray, depth: int = 8) -> Coded:
    """Encode samples of 8 bits, or of `depth` bits in 16."""
    coded = imagecodecs.avif_encode(
        np.ascontiguousarray(pixels), level=90, speed=9, bitspersample=depth, numthreads=1
    )
    return take_coded(bytes(coded), depth)


CODERS = {"HEIC": code_hevc, "AVIF": code_av1}


@dataclass
class NewItem:
    number: int
    kind: bytes
    payload: bytes
    properties: list[tuple[bytes, bool]]
    name: bytes
    more: bytes
    method: int
    pieces: list[bytes] = field(default_factory=list)


@dataclass
class HeifBuilder:
    """Puts a file together, box by box. Items get the numbers 1, 2, 3... in their order."""

    brand: bytes
    items: list[NewItem] = field(default_factory=list)
    references: list[tuple[bytes, int, tuple[int, ...]]] = field(default_factory=list)
    in_meta: list[bytes] = field(default_factory=list)
    in_ipco: list[bytes] = field(default_factory=list)
    in_idat: bytes = b""
    in_mdat: bytes = b""
    before: list[bytes] = field(default_factory=list)
    behind: list[bytes] = field(default_factory=list)
    handler_name: bytes = b""
    primary: int = 1
    iloc_version: int = 1

    def add(
        self,
        kind: bytes,
        payload: bytes,
        properties: list[tuple[bytes, bool]] | None = None,
        *,
        name: bytes = b"",
        more: bytes = b"",
        method: int = 0,
        pieces: list[bytes] | None = None,
    ) -> int:
        """Add an item and return its number. `more` follows its name; `pieces` are stray bytes
        between its extents, each a part of the payload."""
        number = len(self.items) + 1
        new = NewItem(number, kind, payload, properties or [], name, more, method, pieces or [])
        self.items.append(new)
        return number

    def picture(self, coded: Coded, *extra: tuple[bytes, bool], **options: object) -> int:
        """Add a coded picture."""
        return self.add(coded.kind, coded.payload, [*coded.properties, *extra], **options)

    def grid(self, rows: int, columns: int, size: tuple[int, int], tiles: list[Coded]) -> int:
        """Add a grid and its tiles; return the grid's number."""
        layout = struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, *size)
        number = self.add(b"grid", layout, [(ispe(*size), False)], method=1)
        self.refer(b"dimg", number, *[self.picture(tile) for tile in tiles])
        return number

    def refer(self, kind: bytes, source: int, *targets: int) -> None:
        self.references.append((kind, source, targets))

    def build(self) -> bytes:
        """Return the file."""
        ftyp = box(b"ftyp", self.brand, b"\0\0\0\0", self.brand, b"mif1")
        head = ftyp + b"".join(self.before)
        size = len(self._meta(0))
        mdat, _ = self._data(0)
        return b"".join([head, self._meta(len(head) + size + 8), box(b"mdat", mdat), *self.behind])

    def _data(self, start: int) -> tuple[bytes, dict[int, list[tuple[int, int]]]]:
        """Return what mdat holds, and the extents of each item."""
        out = bytearray(self.in_mdat)
        idat = len(self.in_idat)
        extents: dict[int, list[tuple[int, int]]] = {}
        for item in self.items:
            if item.method == 1:
                extents[item.number] = [(idat, len(item.payload))]
                idat += len(item.payload)
                continue
            count = len(item.pieces) + 1
            step = -(-len(item.payload) // count)
            found = []
            for index in range(count):
                part = item.payload[index * step : (index + 1) * step]
                found.append((start + len(out), len(part)))
                out += part
                out += item.pieces[index] if index < len(item.pieces) else b""
            extents[item.number] = found
        return bytes(out), extents

    def _meta(self, start: int) -> bytes:
        _, extents = self._data(start)
        hdlr = full(b"hdlr", b"\0\0\0\0pict" + b"\0" * 12 + self.handler_name + b"\0")
        idat = self.in_idat + b"".join(i.payload for i in self.items if i.method == 1)
        parts = [
            hdlr,
            full(b"pitm", struct.pack(">H", self.primary)),
            self._iinf(),
            self._iloc(extents),
            self._iprp(),
            *self.in_meta,
        ]
        if self.references:
            parts.append(full(b"iref", *[self._reference(*r) for r in self.references]))
        if idat:
            parts.append(box(b"idat", idat))
        return full(b"meta", *parts)

    def _reference(self, kind: bytes, source: int, targets: tuple[int, ...]) -> bytes:
        return box(kind, struct.pack(f">HH{len(targets)}H", source, len(targets), *targets))

    def _iinf(self) -> bytes:
        entries = [
            full(
                b"infe",
                struct.pack(">HH4s", item.number, 0, item.kind) + item.name + b"\0" + item.more,
                version=2,
            )
            for item in self.items
        ]
        return full(b"iinf", struct.pack(">H", len(entries)), *entries)

    def _iloc(self, extents: dict[int, list[tuple[int, int]]]) -> bytes:
        entries = []
        for item in self.items:
            if not item.payload and item.method == 0:
                continue
            found = extents[item.number]
            method = struct.pack(">H", item.method) if self.iloc_version else b""
            wide = ">I" if self.iloc_version == 2 else ">H"
            head = struct.pack(wide, item.number) + method + struct.pack(">HH", 0, len(found))
            entries.append(head + b"".join(struct.pack(">II", *extent) for extent in found))
        count = struct.pack(">I" if self.iloc_version == 2 else ">H", len(entries))
        return full(b"iloc", b"\x44\x00" + count, *entries, version=self.iloc_version)

    def _iprp(self) -> bytes:
        boxes = list(self.in_ipco)
        entries = []
        for item in self.items:
            used = []
            for prop, essential in item.properties:
                if prop not in boxes:
                    boxes.append(prop)
                used.append(essential << 15 | boxes.index(prop) + 1)
            if used:
                entries.append(struct.pack(f">HB{len(used)}H", item.number, len(used), *used))
        ipma = full(b"ipma", struct.pack(">I", len(entries)), *entries, flags=1)
        return box(b"iprp", box(b"ipco", *boxes), ipma)
