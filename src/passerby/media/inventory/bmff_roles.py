"""What each item of a HEIF or AVIF file is to the picture that is shown."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from passerby.media.containers.items import Item, Meta
from passerby.media.heif_picture import ALPHA_TYPES, auxiliary_type
from passerby.media.heif_write import XMP_TYPE
from passerby.media.inventory.parts import printable
from passerby.model.media import Group

AUXILIARY = {
    b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha": "alpha",
    b"urn:mpeg:hevc:2015:auxid:1": "alpha",
    b"urn:mpeg:mpegB:cicp:systems:auxiliary:depth": "depth map",
    b"urn:mpeg:hevc:2015:auxid:2": "depth map",
    b"urn:com:apple:photo:2020:aux:hdrgainmap": "gain map",
    b"urn:com:apple:photo:2018:aux:portraiteffectsmatte": "portrait matte",
    b"urn:com:apple:photo:2019:aux:semanticskinmatte": "skin matte",
    b"urn:com:apple:photo:2019:aux:semantichairmatte": "hair matte",
    b"urn:com:apple:photo:2019:aux:semanticteethmatte": "teeth matte",
    b"urn:com:apple:photo:2020:aux:semanticglassesmatte": "glasses matte",
    b"urn:com:apple:photo:2020:aux:semanticskymatte": "sky matte",
}
_PICTURES = frozenset(
    {b"hvc1", b"hev1", b"av01", b"grid", b"iden", b"iovl", b"tmap", b"jpeg", b"j2k1", b"avc1",
     b"lhv1", b"vvc1", b"evc1", b"unci", b"mski", b"sato"}
)  # fmt: skip
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Role:
    """A few words, and what the item is to people. `shown` is true for the picture itself, its
    tiles and its alpha channel."""

    name: str
    group: Group
    shown: bool = False


_PICTURE = Role("picture", Group.PICTURE, shown=True)
_OTHER = Role("other picture", Group.EMBEDDED)


def tell_roles(data: bytes, meta: Meta) -> dict[int, Role]:
    """Return the role of every item."""
    made_of: dict[int, list[int]] = defaultdict(list)
    for reference in meta.references:
        if reference.kind == b"dimg":
            made_of[reference.source] += reference.targets
    roles: dict[int, Role] = {}
    _spread(roles, made_of, meta.primary, _PICTURE, 0)
    for reference in meta.references:
        item = meta.items[reference.source]
        role = _role_of(data, reference.kind, item)
        if role is not None and item.id not in roles:
            of_shown = any(roles.get(t, _OTHER) is _PICTURE for t in reference.targets)
            if role.name == "alpha" and of_shown:
                role = Role("alpha", Group.PICTURE, shown=True)
            _spread(roles, made_of, item.id, role, 0)
    for item in meta.items.values():
        if item.kind == b"tmap" and item.id not in roles:
            roles[item.id] = Role("tone map", Group.UNKNOWN)
            for target in made_of[item.id]:
                _spread(roles, made_of, target, Role("gain map", Group.EMBEDDED), 0)
    parts = {target for targets in made_of.values() for target in targets}
    for item in sorted(meta.items.values(), key=lambda item: item.id in parts):
        _spread(roles, made_of, item.id, _other(item), 0)
    return roles


def _spread(
    roles: dict[int, Role], made_of: dict[int, list[int]], number: int, role: Role, depth: int
) -> None:
    """Give a role to an item and to the items that it is made of, unless they have one."""
    if number in roles or depth > _DEEPEST:
        return
    roles[number] = role
    name = role.name if role.name.endswith("tile") else f"{role.name}/tile"
    # The whole is opened as one picture; a tile is a piece of it.
    group = Group.UNKNOWN if role.group is Group.EMBEDDED else role.group
    for target in made_of[number]:
        _spread(roles, made_of, target, Role(name, group, role.shown), depth + 1)


def _role_of(data: bytes, kind: bytes, item: Item) -> Role | None:
    if kind == b"thmb":
        return Role("thumbnail", Group.EMBEDDED)
    if kind != b"auxl":
        return None
    urn = auxiliary_type(data, item)
    if urn in ALPHA_TYPES:
        return Role("alpha", Group.EMBEDDED)
    known = AUXILIARY.get(urn or b"")
    return Role(f"auxiliary/{known or printable(urn or b'unnamed')}", Group.EMBEDDED)


def _other(item: Item) -> Role:
    if item.kind in _PICTURES:
        return _OTHER
    if item.kind == b"mime" and item.content_type == XMP_TYPE:
        return Role("XMP", Group.UNKNOWN)
    return Role(printable(item.kind).strip(), Group.UNKNOWN)
