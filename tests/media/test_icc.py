"""Colour profiles: rebuilt to the same colours, with nothing else in them."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from canaries.blocks import laden_profile
from canaries.carriers import Nest
from media.pictures import LIMITS, MEDIA, astronaut, noise, saved
from passerby.media import icc
from passerby.media.icc_tags import BadTag
from passerby.model.media import Mode


def header(space: bytes, pcs: bytes, size: int, kind: bytes = b"mntr", version: int = 2) -> bytes:
    fields = struct.pack(">I4sI4s4s4s", size, b"none", version << 24, kind, space, pcs)
    date = struct.pack(">6H", 2024, 5, 1, 12, 0, 0)
    rest = b"APPL" + struct.pack(">I", 0) + b"makrmodl" + b"\0" * 8 + struct.pack(">I", 0)
    d50 = struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D)
    return (fields + date + b"acsp" + rest + d50 + b"crtr").ljust(128, b"\0")


def profile(space: bytes, pcs: bytes, tags: dict[bytes, bytes], **options: object) -> bytes:
    at = 132 + 12 * len(tags)
    table, body = b"", b""
    for name, value in tags.items():
        table += struct.pack(">4sII", name, at + len(body), len(value))
        body += value + b"\0" * (-len(value) % 4)
    head = header(space, pcs, at + len(body), **options)
    return head + struct.pack(">I", len(tags)) + table + body


def text(words: bytes) -> bytes:
    return b"desc\0\0\0\0" + struct.pack(">I", len(words) + 1) + words + b"\0" + b"\0" * 78


WHITE = b"XYZ \0\0\0\0" + struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D)
GAMMA = b"curv\0\0\0\0" + struct.pack(">IH", 1, 0x0233)


def grey() -> bytes:
    tags = {b"desc": text(b"canary"), b"wtpt": WHITE, b"kTRC": GAMMA, b"cprt": text(b"canary")}
    return profile(b"GRAY", b"XYZ ", tags)


def ink(kind: bytes = b"mft2", points: int = 3) -> bytes:
    """Return a CMYK profile whose tables mix ink to lightness and two hues."""
    grid = np.stack(np.meshgrid(*[np.linspace(1, 0, points)] * 4, indexing="ij"), -1)
    light = grid.reshape(-1, 4)
    lab = np.stack([light[:, :3].mean(1) * light[:, 3], light[:, 0], light[:, 1]], 1)
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x10000)
    head = kind + b"\0\0\0\0" + bytes((4, 3, points, 0)) + matrix
    if kind == b"mft2":
        straight = np.linspace(0, 65280, 2).astype(">u2").tobytes()
        table = (lab * 65280).astype(">u2").tobytes()
        value = head + struct.pack(">HH", 2, 2) + straight * 4 + table + straight * 3
    else:
        straight = bytes(range(256))
        value = head + straight * 4 + (lab * 255).astype(np.uint8).tobytes() + straight * 3
    tags = {b"desc": text(b"canary"), b"wtpt": WHITE, b"A2B0": value, b"A2B1": value}
    return profile(b"CMYK", b"Lab ", tags, kind=b"prtr")


def elements() -> bytes:
    """Return an RGB profile of version 4 with a lutAToBType: curves, matrix, table."""
    straight = b"para\0\0\0\0" + struct.pack(">HHI", 0, 0, 0x10000)
    bent = b"curv\0\0\0\0" + struct.pack(">IH", 1, 0x01CD) + b"\0\0"
    grid = np.stack(np.meshgrid(*[np.linspace(0, 1, 3)] * 3, indexing="ij"), -1)
    table = bytes((3, 3, 3)).ljust(16, b"\0") + b"\1\0\0\0"
    table += (grid.reshape(-1, 3) * 255).astype(np.uint8).tobytes() + b"\0" * 3
    matrix = struct.pack(">12i", 0x8000, 0, 0, 0, 0x8000, 0, 0, 0, 0x8000, 0, 0, 0)
    b, m, a = straight * 3, bent * 3, straight * 3
    offsets, at = [], 32
    # Canaries stand between the elements.
    body = b""
    for part in (b, matrix, m, table, a):
        offsets.append(at + len(body))
        body += part + b"canary!!"
    head = b"mAB \0\0\0\0" + bytes((3, 3, 0, 0)) + struct.pack(">5I", *offsets)
    tags = {b"desc": text(b"canary"), b"wtpt": WHITE, b"A2B0": head + body}
    return profile(b"RGB ", b"XYZ ", tags, kind=b"scnr", version=4)


def laden() -> bytes:
    return laden_profile(Nest())


KINDS = {
    "matrix": (laden, Mode.RGB),
    "grey": (grey, Mode.L),
    "16-bit tables": (ink, Mode.CMYK),
    "8-bit tables": (lambda: ink(b"mft1"), Mode.CMYK),
    "elements": (elements, Mode.RGB),
}


@pytest.mark.parametrize("name", KINDS)
def test_colours_stay_and_the_rest_goes(name: str) -> None:
    build, mode = KINDS[name]
    original = build()
    notes: list[str] = []
    rebuilt = icc.keep(original, mode, notes)
    assert rebuilt is not None, notes
    assert notes == []
    assert b"canary" in original
    assert b"canary" not in rebuilt
    assert "canary".encode("utf-16-be") not in rebuilt
    assert b"APPL" not in rebuilt
    assert icc.keep(rebuilt, mode, notes) == rebuilt
    pixels = noise(64, 64, {"L": 1}.get(mode, mode.channels))
    image = Image.fromarray(pixels[..., 0] if mode is Mode.L else pixels, None)
    if mode is Mode.CMYK:
        image = Image.frombytes("CMYK", (64, 64), pixels.tobytes())
    shown = []
    for data in (original, rebuilt):
        opened = ImageCms.getOpenProfile(io.BytesIO(data))
        transform = ImageCms.buildTransform(
            opened, ImageCms.createProfile("sRGB"), image.mode, "RGB"
        )
        shown.append(ImageCms.applyTransform(image, transform).tobytes())
    assert shown[0] == shown[1]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_file_keeps_its_profile(kind: str) -> None:
    source = saved(astronaut(), kind, icc_profile=laden())
    picture = MEDIA.read(source, LIMITS)
    written = MEDIA.encode(picture, ())
    assert picture.encoding.icc is not None
    assert MEDIA.read_again(written, LIMITS).encoding.icc == picture.encoding.icc
    assert MEDIA.leftovers(written, picture.encoding, ()) == ()
    with Image.open(io.BytesIO(written)) as image:
        assert image.info["icc_profile"] == picture.encoding.icc
    without = MEDIA.leftovers(written, MEDIA.read(saved(astronaut(), kind), LIMITS).encoding, ())
    assert any("CC" in part.name for part in without)


def test_a_profile_longer_than_a_segment() -> None:
    image = Image.fromarray(astronaut()).convert("CMYK")
    source = saved(image, "JPEG", icc_profile=ink(points=11))
    picture = MEDIA.read(source, LIMITS)
    written = MEDIA.encode(picture, ())
    assert len(picture.encoding.icc or b"") > 65536
    assert MEDIA.read(written, LIMITS).encoding == picture.encoding
    assert MEDIA.leftovers(written, picture.encoding, ()) == ()


def broken() -> dict[str, bytes]:
    plain = grey()
    return {
        "empty": b"",
        "bogus": b"canary" * 100,
        "short": plain[:100],
        "cut": plain[:-20],
        "no mark": plain.replace(b"acsp", b"none"),
        "class": plain[:12] + b"link" + plain[16:],
        "space": plain[:16] + b"RGB " + plain[20:],
        "version": plain[:8] + b"\x09" + plain[9:],
        "pcs": plain[:20] + b"none" + plain[24:],
        "table": plain[:128] + b"\xff\xff\xff\xff" + plain[132:],
        "tag outside": plain[:136] + b"\xff\xff\xff\xff" + plain[140:],
        "curve": plain.replace(GAMMA, b"curv\0\0\0\0" + b"\xff" * 6),
        "type": plain.replace(b"curv", b"canr"),
        "no curve": profile(b"GRAY", b"XYZ ", {b"wtpt": WHITE}),
        "text": profile(b"GRAY", b"XYZ ", {b"kTRC": text(b"canary")}),
    }


@pytest.mark.parametrize("name", broken())
def test_what_is_not_valid_is_left_out_with_a_note(name: str) -> None:
    notes: list[str] = []
    assert icc.keep(broken()[name], Mode.L, notes) is None
    assert "left out" in notes[0]


def test_a_profile_for_other_colours_is_left_out() -> None:
    notes: list[str] = []
    assert icc.keep(laden(), Mode.L, notes) is None
    assert icc.keep(laden(), Mode.CMYK, notes) is None
    assert len(notes) == 2


def test_no_profile_is_no_note() -> None:
    notes: list[str] = []
    assert icc.keep(None, Mode.RGB, notes) is None
    assert notes == []


@pytest.mark.parametrize("at", range(0, 3000, 7))
def test_damage_anywhere_is_a_bad_tag_or_nothing(at: int) -> None:
    data = bytearray(elements())
    data[at % len(data)] ^= 0xFF
    notes: list[str] = []
    icc.keep(bytes(data), Mode.RGB, notes)


def test_bad_tag_is_what_rebuild_raises() -> None:
    with pytest.raises(BadTag):
        icc.rebuild(b"", b"RGB ")
