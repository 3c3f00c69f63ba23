"""The picture that a HEIF or AVIF file shows: which items it is made of, and how it is shown
(ISO/IEC 23008-12, MIAF: ISO/IEC 23000-22).

A decoder is given a file of these items alone, put together anew, once their own headers agree
with the container about the size.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from functools import cached_property

from passerby.errors import CorruptInput, UnsupportedFormat
from passerby.media import av1, guard, hevc
from passerby.media.coded import Coded
from passerby.media.containers import bmff
from passerby.media.containers.bmff import Box, Fields
from passerby.media.containers.items import Item, Meta
from passerby.media.heif_write import Form, NewItem, build_file
from passerby.media.transforms import Transform, read_transforms, write_transform
from passerby.model.options import Limits

ALPHA_TYPES = frozenset(
    {b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1"}
)
_HEVC, _AV1, _GRID, _SAME = b"hvc1", b"av01", b"grid", b"iden"
_CODECS = {_HEVC: b"hvcC", _AV1: b"av1C"}
_NAMES = {
    b"iovl": "an overlay of pictures",
    b"tmap": "a tone map",
    b"unci": "uncompressed samples",
    b"jpeg": "JPEG inside",
    b"j2k1": "JPEG 2000 inside",
    b"avc1": "AVC inside",
    b"vvc1": "VVC inside",
    b"evc1": "EVC inside",
    b"mski": "a mask",
}
_TRANSFORMS = frozenset({b"clap", b"irot", b"imir"})
_UNDERSTOOD = _TRANSFORMS | {b"ispe", b"pixi", b"colr", b"hvcC", b"av1C", b"auxC", b"pasp"}
_MOST_TILES = 4_000
_DEEPEST = 4
_BRANDS = {_HEVC: (b"heic", b"mif1", b"miaf"), _AV1: (b"avif", b"mif1", b"miaf")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiles:
    """One plane of pixels: the coded items that it is made of, row by row, and its size.

    `grid` is (columns, rows); None where one item is the whole.
    """

    kind: bytes
    coded: Coded
    members: tuple[NewItem, ...]
    size: tuple[int, int]
    grid: tuple[int, int] | None = None

    @property
    def stored(self) -> tuple[int, int]:
        """The size of all tiles together: those at the right and the bottom may reach beyond."""
        columns, rows = self.grid or (1, 1)
        return columns * self.coded.shown[0], rows * self.coded.shown[1]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What is shown: colours, alpha, colour boxes, and how it is turned and cut."""

    colours: Tiles
    alpha: Tiles | None
    premultiplied: bool
    profile: bytes | None
    nclx: bytes | None
    """Four code points of ITU-T H.273, seven bytes as in the colr box."""
    transforms: tuple[Transform, ...]

    @property
    def bare_size(self) -> tuple[int, int]:
        """(width, height) of `bare_file`: that of the whole tiles, where alpha has the same."""
        same = self.alpha is None or self.alpha.stored == self.colours.stored
        return self.colours.stored if same else self.colours.size

    @cached_property
    def bare_file(self) -> bytes:
        """A file of the picture alone, as it is stored: not turned, not cut, its tiles whole."""
        return self._build(self.bare_size, ())

    @cached_property
    def shown_file(self) -> bytes:
        """A file of the picture alone, with what turns and cuts it."""
        turns = tuple((write_transform(each), True) for each in self.transforms)
        return self._build(self.colours.size, turns)

    def _build(self, size: tuple[int, int], turns: tuple[tuple[bytes, bool], ...]) -> bytes:
        colr = ((bmff.build(b"colr", b"nclx", self.nclx), False),) if self.nclx else ()
        new = _items_of(self.colours, size, (*colr, *turns))
        references = _grid_reference(self.colours, 1)
        if self.alpha is not None:
            first = len(new) + 1
            kind = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"
            new += _items_of(self.alpha, size, ((bmff.build_full(b"auxC", kind), False),))
            references += _grid_reference(self.alpha, first)
            references.append((b"auxl", first, (1,)))
            if self.premultiplied:
                references.append((b"prem", 1, (first,)))
        brands = _BRANDS[self.colours.kind]
        return build_file(Form(brands=brands, items=tuple(new), references=tuple(references)))


def _items_of(
    tiles: Tiles, size: tuple[int, int], more: tuple[tuple[bytes, bool], ...]
) -> list[NewItem]:
    """Return the items of a plane, the whole first; `more` are properties of the whole, `size`
    is that of a grid."""
    if tiles.grid is None:
        (only,) = tiles.members
        return [NewItem(kind=only.kind, payload=only.payload, properties=only.properties + more)]
    (columns, rows), (width, height) = tiles.grid, size
    # Version 0, numbers of four bytes (23008-12, 6.6.2.3.2).
    layout = struct.pack(">BBBBII", 0, 1, rows - 1, columns - 1, width, height)
    extent = bmff.build_full(b"ispe", struct.pack(">II", width, height))
    depths = [p for p, _ in tiles.members[0].properties if p[4:8] == b"pixi"]
    own = ((extent, False), *((p, False) for p in depths), *more)
    return [NewItem(kind=_GRID, payload=layout, properties=own), *tiles.members]


def _grid_reference(tiles: Tiles, first: int) -> list[tuple[bytes, int, tuple[int, ...]]]:
    if tiles.grid is None:
        return []
    return [(b"dimg", first, tuple(range(first + 1, first + 1 + len(tiles.members))))]


def read_shown(data: bytes, meta: Meta, limits: Limits, number: int | None = None) -> Shown:
    """Tell what the file shows, and refuse it where its headers do not agree or are too large.

    `number` is that of another item than the primary, such as a thumbnail. Raises EmptyInput,
    CorruptInput, UnsupportedFormat or LimitExceeded.
    """
    if meta.handler != b"pict":
        raise CorruptInput("HEIF: the items are no pictures")
    reader = _Reader(data, meta, limits)
    chain = follow(meta, meta.primary if number is None else number)
    colours = reader.tiles(chain[-1])
    transforms = read_transforms(data, chain)
    alpha, premultiplied = reader.alpha(chain, colours, transforms)
    profile, nclx = _read_colour(data, (*chain, *reader.first_tile(chain[-1])))
    return Shown(
        colours=colours,
        alpha=alpha,
        premultiplied=premultiplied,
        profile=profile,
        nclx=nclx,
        transforms=transforms,
    )


def follow(meta: Meta, number: int) -> tuple[Item, ...]:
    """Return an item and, where it is another one shown anew (``iden``), what that is; the
    innermost last. Raises CorruptInput, UnsupportedFormat."""
    chain = [meta.items[number]]
    while chain[-1].kind == _SAME and len(chain) <= _DEEPEST:
        targets = meta.targets(b"dimg", chain[-1].id)
        if len(targets) != 1:
            raise CorruptInput("HEIF: a picture that is made of another names none")
        chain.append(meta.items[targets[0]])
    for item in chain:
        _check_understood(item)
    return tuple(chain)


@dataclass(slots=True)
class _Reader:
    data: bytes
    meta: Meta
    limits: Limits
    read: dict[tuple[object, ...], tuple[Coded, NewItem]] = field(default_factory=dict)
    """What was made of coded items, by their bytes: thousands of tiles may share the same."""

    def first_tile(self, item: Item) -> tuple[Item, ...]:
        targets = self.meta.targets(b"dimg", item.id) if item.kind == _GRID else ()
        return tuple(self.meta.items[target] for target in targets[:1])

    def tiles(self, item: Item) -> Tiles:
        """Return the coded items of a picture, checked."""
        if item.kind == _GRID:
            return self._grid(item)
        coded, new = self._coded(item)
        self._check(coded.shown, coded)
        return Tiles(kind=item.kind, coded=coded, members=(new,), size=coded.shown)

    def _check(self, size: tuple[int, int], coded: Coded) -> None:
        """Refuse a size that is too large, of what is shown or of what is decoded for it."""
        pixel_bytes = 4 * (1 if coded.depth == 8 else 2)
        for each in (size, coded.room):
            guard.check_claim(each, pixel_bytes, len(self.data), self.limits)

    def _coded(self, item: Item) -> tuple[Coded, NewItem]:
        if item.kind not in _CODECS:
            name = _NAMES.get(item.kind, "an unknown kind of picture")
            raise UnsupportedFormat(f"HEIF with {name} is not handled")
        _check_understood(item)
        box = item.find(_CODECS[item.kind])
        if box is None:
            raise CorruptInput("HEIF: a picture without a configuration")
        extent, content = read_extent(self.data, item), self.data[box.payload]
        key = (item.kind, item.spans, content, extent)
        if key not in self.read:
            self.read[key] = self._clean(item, content, extent)
        return self.read[key]

    def _clean(self, item: Item, content: bytes, extent: tuple[int, int]) -> tuple[Coded, NewItem]:
        """Return a coded item with its own headers, and nothing in it but what a decoder needs."""
        payload = item.read(self.data)
        if item.kind == _HEVC:
            configuration = hevc.read_configuration(content)
            coded, content = configuration.coded, configuration.cleaned
            payload = hevc.clean_picture(payload, configuration)
        else:
            coded = av1.read_header(payload)
            content = av1.clean_configuration(content)
            payload = av1.clean_picture(payload)
        if extent != coded.shown:
            raise CorruptInput("HEIF: a picture is not of the size that the container says")
        width, height = coded.shown
        pixi = bytes([1, coded.depth] if coded.grey else [3, *[coded.depth] * 3])
        properties = (
            (bmff.build(_CODECS[item.kind], content), True),
            (bmff.build_full(b"ispe", width.to_bytes(4, "big"), height.to_bytes(4, "big")), False),
            (bmff.build_full(b"pixi", pixi), False),
        )
        return coded, NewItem(kind=item.kind, payload=payload, properties=properties)

    def _grid(self, item: Item) -> Tiles:
        """The grid derivation (23008-12, 6.6.2.3)."""
        rows, columns, size = _read_layout(self.data, item)
        targets = self.meta.targets(b"dimg", item.id)
        if len(targets) != rows * columns or len(targets) > _MOST_TILES:
            raise CorruptInput("HEIF: a grid has not as many tiles as it says")
        if read_extent(self.data, item) != size:
            raise CorruptInput("HEIF: a grid is not of the size that the container says")
        guard.check_claim(size, 4, len(self.data), self.limits)
        made: dict[int, tuple[Coded, NewItem]] = {}
        for target in targets:
            tile = self.meta.items[target]
            if any(box.kind in _TRANSFORMS for box, _ in tile.properties):
                raise UnsupportedFormat("HEIF with turned tiles is not handled")
            if target not in made:
                made[target] = self._coded(tile)
        first = made[targets[0]][0]
        if any(coded != first for coded, _ in made.values()):
            raise CorruptInput("HEIF: the tiles of a grid differ in size or kind")
        width, height = first.shown
        self._check((columns * width, rows * height), first)
        if not (columns - 1) * width < size[0] <= columns * width:
            raise CorruptInput("HEIF: the tiles of a grid do not fit its width")
        if not (rows - 1) * height < size[1] <= rows * height:
            raise CorruptInput("HEIF: the tiles of a grid do not fit its height")
        return Tiles(
            kind=self.meta.items[targets[0]].kind,
            coded=first,
            members=tuple(made[target][1] for target in targets),
            size=size,
            grid=(columns, rows),
        )

    def alpha(
        self, chain: tuple[Item, ...], colours: Tiles, transforms: tuple[Transform, ...]
    ) -> tuple[Tiles | None, bool]:
        """Return the alpha plane of the picture, and whether colours are multiplied by it."""
        found = [
            (item, shown)
            for shown in chain
            for source in self.meta.sources(b"auxl", shown.id)
            if auxiliary_type(self.data, item := self.meta.items[source]) in ALPHA_TYPES
        ]
        if not found:
            return None, False
        if len(found) > 1:
            raise CorruptInput("HEIF: more than one alpha channel")
        item, shown = found[0]
        _check_understood(item)
        own = read_transforms(self.data, (item,))
        tiles = self.tiles(item)
        if own not in ((), transforms) or tiles.size != colours.size:
            raise UnsupportedFormat("HEIF with alpha of another size or turn is not handled")
        if tiles.kind != colours.kind or tiles.coded.depth != colours.coded.depth:
            raise UnsupportedFormat("HEIF with alpha of another codec or depth is not handled")
        return tiles, item.id in self.meta.targets(b"prem", shown.id)


def _check_understood(item: Item) -> None:
    if item.protected:
        raise UnsupportedFormat("HEIF with encrypted pictures is not handled")
    for box, essential in item.properties:
        if essential and box.kind not in _UNDERSTOOD:
            name = box.kind.decode("latin-1")
            raise UnsupportedFormat(f"HEIF with the property {name!r} is not handled")


def read_extent(data: bytes, item: Item) -> tuple[int, int]:
    """Return (width, height) of the ispe property (23008-12, 6.5.3)."""
    box = item.find(b"ispe")
    if box is None:
        raise CorruptInput("HEIF: a picture without a size")
    fields = Fields(data, box, "HEIF: the ispe box")
    fields.version_and_flags()
    return fields.number(4), fields.number(4)


def _read_layout(data: bytes, item: Item) -> tuple[int, int, tuple[int, int]]:
    """Return rows, columns and (width, height) of a grid."""
    raw = item.read(data)
    wide = 4 if raw[1:2] and raw[1] & 1 else 2
    if len(raw) != 4 + 2 * wide or raw[0] != 0:
        raise CorruptInput("HEIF: the layout of a grid is damaged")
    width = int.from_bytes(raw[4 : 4 + wide], "big")
    return raw[2] + 1, raw[3] + 1, (width, int.from_bytes(raw[4 + wide :], "big"))


def auxiliary_type(data: bytes, item: Item) -> bytes | None:
    """Return the URN of an auxiliary picture (23008-12, 6.5.8); None without one."""
    box: Box | None = item.find(b"auxC")
    if box is None:
        return None
    return data[box.content + 4 : box.end].partition(b"\0")[0]


def _read_colour(data: bytes, chain: tuple[Item, ...]) -> tuple[bytes | None, bytes | None]:
    """Return ICC profile and code points: of the picture, else of what it is made of."""
    profile: bytes | None = None
    nclx: bytes | None = None
    for item in chain:
        for box, _ in item.properties:
            if box.kind != b"colr":
                continue
            kind, value = data[box.content : box.content + 4], data[box.content + 4 : box.end]
            if kind in (b"prof", b"rICC") and profile is None:
                profile = value
            elif kind == b"nclx" and nclx is None and len(value) == 7:
                nclx = value[:6] + bytes([value[6] & 0x80])
    return profile, nclx
