"""Photoshop documents, written byte by byte (Adobe Photoshop File Formats Specification)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import imagecodecs
import numpy as np

from canaries import blocks
from canaries.blocks import resource
from canaries.carriers import Filled, Nest

BITMAP, GREY, INDEXED, RGB, CMYK, LAB = 0, 1, 2, 3, 4, 9


@dataclass(kw_only=True)
class Layer:
    """A layer: its name, its planes (channels, height, width), opacity first, and its blocks."""

    name: bytes
    planes: np.ndarray
    at: tuple[int, int] = (0, 0)
    blocks: bytes = b""
    mask: np.ndarray | None = None


@dataclass(kw_only=True)
class Document:
    """What a document is built of. `planes` are the flattened picture as stored: (channels,
    height, width), 8 or 16 bits; of a bitmap they are packed."""

    planes: np.ndarray
    mode: int = RGB
    version: int = 1
    packed: bool = True
    width: int | None = None
    depth: int | None = None
    palette: bytes = b""
    resources: bytes = b""
    layers: list[Layer] = field(default_factory=list)
    transparent: bool = False
    blocks: bytes = b""

    def build(self) -> bytes:
        channels, height, width = self.planes.shape
        depth = self.depth or 8 * self.planes.dtype.itemsize
        head = struct.pack(
            ">4sH6xHIIHH", b"8BPS", self.version, channels, height, self.width or width,
            depth, self.mode,
        )  # fmt: skip
        return b"".join(
            [
                head,
                struct.pack(">I", len(self.palette)) + self.palette,
                struct.pack(">I", len(self.resources)) + self.resources,
                self._length(self._layers()),
                self._coded(self.planes),
            ]
        )

    def _length(self, content: bytes) -> bytes:
        return struct.pack(">Q" if self.version == 2 else ">I", len(content)) + content

    def _coded(self, planes: np.ndarray) -> bytes:
        """Return compression and bytes of planes, all row counts first."""
        stored = planes.astype(planes.dtype.newbyteorder(">"))
        if not self.packed:
            return struct.pack(">H", 0) + stored.tobytes()
        rows = [
            bytes(imagecodecs.packbits_encode(row.tobytes())) for plane in stored for row in plane
        ]
        code = ">I" if self.version == 2 else ">H"
        counts = b"".join(struct.pack(code, len(row)) for row in rows)
        return struct.pack(">H", 1) + counts + b"".join(rows)

    def _layers(self) -> bytes:
        if not self.layers and not self.blocks:
            return b""
        info = b""
        if self.layers:
            count = -len(self.layers) if self.transparent else len(self.layers)
            records, data = zip(*[self._layer(layer) for layer in self.layers], strict=True)
            info = struct.pack(">h", count) + b"".join(records) + b"".join(data)
            info += b"\0" * (len(info) % 2)
        wide = self.planes.dtype.itemsize == 2
        if wide and info:
            # Documents of 16 bits have their layers in a block.
            key = struct.pack(">4s4s", b"8BIM", b"Lr16")
            info += b"\0" * (-len(info) % 4)
            inner = key + self._length(info)
            return self._length(b"") + struct.pack(">I", 0) + inner + self.blocks
        return self._length(info) + struct.pack(">I", 0) + self.blocks

    def _layer(self, layer: Layer) -> tuple[bytes, bytes]:
        """Return a layer's record and the data of its channels."""
        channels, height, width = layer.planes.shape
        top, left = layer.at
        numbers = [-1, *range(channels - 1)]
        coded = [self._coded(plane[None]) for plane in layer.planes]
        mask = b""
        if layer.mask is not None:
            numbers.append(-2)
            coded.append(self._coded(layer.mask[None]))
            mask = struct.pack(">4iBBxx", 0, 0, *layer.mask.shape, 0, 0)
        told = b"".join(
            struct.pack(">hQ" if self.version == 2 else ">hI", number, len(data))
            for number, data in zip(numbers, coded, strict=True)
        )
        name = bytes([len(layer.name)]) + layer.name
        name += b"\0" * (-len(name) % 4)
        extra = struct.pack(">I", len(mask)) + mask + struct.pack(">I", 0) + name + layer.blocks
        record = b"".join(
            [
                struct.pack(">4iH", top, left, top + height, left + width, len(numbers)),
                told,
                struct.pack(">4s4sBBBx", b"8BIM", b"norm", 255, 0, 0),
                struct.pack(">I", len(extra)) + extra,
            ]
        )
        return record, b"".join(coded)


def tagged(key: bytes, content: bytes) -> bytes:
    """Return a tagged block, padded to four bytes."""
    content += b"\0" * (-len(content) % 4)
    return struct.pack(">4s4sI", b"8BIM", key, len(content)) + content


def version_info(merged: bool) -> bytes:
    """Return the resource that says whether the flattened picture was saved."""
    words = struct.pack(">I", 5) + "Adobe".encode("utf-16-be")
    return resource(1057, struct.pack(">I?", 1, merged) + words + words + struct.pack(">I", 1))


def filled_psd(pixels: np.ndarray) -> Filled:
    """Return an RGB document of (height, width, 3) pixels with every carrier that one can hold.

    Nothing is packed, so that canaries in pixels stand in the file as they are.
    """
    nest = Nest()
    height, width = pixels.shape[:2]
    selection = np.zeros((1, height, width), np.uint8)
    canary = nest.raw("saved selection", "picture/channel 3")
    selection[0, 0, : len(canary)] = np.frombuffer(canary, np.uint8)
    head = np.full((4, 24, 40), 255, np.uint8)
    hidden = nest.raw("pixels of a layer", "/picture")
    head[1, 3, : len(hidden)] = np.frombuffer(hidden, np.uint8)
    mask = np.zeros((20, 40), np.uint8)
    masked = nest.raw("mask of a layer", "mask -2")
    mask[5, : len(masked)] = np.frombuffer(masked, np.uint8)
    name = nest.raw("name of a layer", "layers/0 ")
    wide = nest.text("Unicode name of a layer", "name (luni)").encode("utf-16-be")
    nest.changed("Unicode name of a layer", wide)
    own = b"".join(
        [
            tagged(b"luni", struct.pack(">I", len(wide) // 2) + wide),
            tagged(b"TySh", nest.raw("text of a layer", "text (TySh)")),
            tagged(b"SoLd", nest.raw("smart object", "smart object (SoLd)")),
            tagged(b"abcd", nest.raw("unknown block of a layer", "block (abcd)")),
        ]
    )
    shared = b"".join(
        [
            tagged(b"lnk2", nest.picture("embedded file", "embedded files (lnk2)")),
            tagged(b"Patt", nest.raw("pattern", "patterns (Patt)")),
            tagged(b"wxyz", nest.raw("unknown block", "block (wxyz)")),
        ]
    )
    resources = b"".join(
        [
            version_info(True),
            blocks.photoshop_block(nest),
            resource(1058, blocks.exif_block(nest)),
            resource(1060, blocks.xmp_packet(nest)),
            resource(1039, blocks.laden_profile(nest)),
            resource(1006, bytes([21]) + nest.raw("name of a selection", "AlphaChannelNames")),
        ]
    )
    document = Document(
        planes=np.concatenate([pixels.transpose(2, 0, 1), selection]),
        packed=False,
        resources=resources,
        layers=[Layer(name=name, planes=head, at=(-5, 9), blocks=own, mask=mask)],
        blocks=shared,
    )
    behind = nest.raw("bytes behind", "after the end") + nest.picture(
        "picture behind", "after the end/jpeg"
    )
    return nest.filled(document.build() + behind)
