"""Files filled with every carrier: each is listed, and none is in the copy.

Three auditors look at the copy: our own listing, exiftool, and a search through the bytes and
through everything in them that inflates.
"""

from __future__ import annotations

import io
import zlib
from functools import lru_cache

import numpy as np
import piexif
import pytest
from PIL import Image

from canaries import BUILDERS, IN_PIXELS, Filled
from canaries.search import exiftool, exiftool_written, found_in, unexpected_tags
from media.pictures import LIMITS, MEDIA, astronaut, saved
from passerby.model.media import Field, Group


@lru_cache
def filled(name: str) -> Filled:
    return BUILDERS[name](astronaut(160, 200))


@pytest.mark.parametrize("name", BUILDERS)
def test_the_source_holds_all_of_them(name: str) -> None:
    source = filled(name)
    found = set(found_in(source.data, source))
    assert {c.name for c in source.carriers} - found <= IN_PIXELS
    assert len(source.carriers) > 40
    # exiftool does not unpack Brotli, nor look behind the end of boxes; a GIF has no Exif.
    assert len(exiftool(source.data)) > (50 if name in ("JPEG XL", "GIF") else 80)


@pytest.mark.parametrize("name", BUILDERS)
def test_each_is_listed(name: str) -> None:
    source = filled(name)
    parts = MEDIA.parts(source.data)
    telling = [part.name for part in parts if part.group is not Group.PICTURE]
    for carrier in source.carriers:
        if carrier.name not in IN_PIXELS:
            assert any(carrier.part in part for part in telling), carrier


@pytest.mark.parametrize("name", BUILDERS)
def test_parts_lie_in_the_file_and_reach_its_end(name: str) -> None:
    source = filled(name)
    parts = MEDIA.parts(source.data)
    assert all(p.offset >= 0 and p.offset + p.size <= len(source.data) for p in parts)
    covered = np.zeros(len(source.data), bool)
    for part in parts:
        covered[part.offset : part.offset + part.size] = True
    assert covered.all()


@pytest.mark.parametrize("name", BUILDERS)
@pytest.mark.parametrize("keep", [(), tuple(Field)], ids=["nothing", "fields"])
def test_none_is_in_the_copy(name: str, keep: tuple[Field, ...]) -> None:
    source = filled(name)
    picture = MEDIA.fit(MEDIA.read(source.data, LIMITS))
    written = MEDIA.encode(picture, keep)
    kept = [value.encode() for field, value in picture.encoding.fields if field in keep]
    left = [
        carrier
        for carrier in found_in(written, source)
        if not any(source.canaries[carrier] in value for value in kept)
    ]
    assert left == []
    assert MEDIA.leftovers(written, picture.encoding, keep) == ()
    unexpected = unexpected_tags(written)
    if keep:
        named = {tag for tag in unexpected if tag.startswith("XMP-")}
        assert named <= {
            *("XMP-dc:Description", "XMP-dc:Creator", "XMP-dc:Rights"),
            "XMP-photoshop:Credit",
        }
        assert len(named) == len(kept) > 0
        unexpected = {t: v for t, v in unexpected.items() if t not in named}
    assert unexpected == {}
    telling = (Group.PICTURE, Group.COLOUR)
    listed = [part for part in MEDIA.parts(written) if part.group not in telling]
    assert all("xmp" in part.name.lower() or part.name == "IFD0" for part in listed)
    assert bool(listed) == bool(keep)


@pytest.mark.parametrize("name", BUILDERS)
def test_the_source_itself_does_not_pass_as_a_copy(name: str) -> None:
    source = filled(name)
    encoding = MEDIA.read(source.data, LIMITS).encoding
    left = [part.name for part in MEDIA.leftovers(source.data, encoding, ())]
    for carrier in source.carriers:
        if carrier.name not in IN_PIXELS:
            assert any(carrier.part in part for part in left), carrier


def test_pixels_that_hold_a_canary() -> None:
    for name in ("PNG", "WebP"):
        source = filled(name)
        if name == "PNG":
            start = source.data.index(b"IDAT") + 4
            row = zlib.decompressobj().decompress(source.data[start:])[-4 * 200 :: 4]
        else:
            with Image.open(io.BytesIO(source.data)) as image:
                row = np.asarray(image)[-1, :, 0].tobytes()
        assert source.canaries["colour under alpha 0"] in row
        written = MEDIA.encode(MEDIA.read(source.data, LIMITS), ())
        with Image.open(io.BytesIO(written)) as image:
            assert not np.asarray(image)[-1].any()


def test_what_piexif_writes() -> None:
    thumbnail = saved(astronaut(60, 80), "JPEG", comment=b"canary-thumbnail")
    block = piexif.dump(
        {
            "0th": {piexif.ImageIFD.Make: b"canary-make"},
            "Exif": {piexif.ExifIFD.MakerNote: b"canary-note"},
            "GPS": {piexif.GPSIFD.GPSAreaInformation: b"canary-place"},
            "1st": {piexif.ImageIFD.Compression: 6},
            "thumbnail": thumbnail,
        }
    )
    source = saved(astronaut(), "JPEG", exif=block)
    names = [part.name for part in MEDIA.parts(source)]
    for wanted in ("IFD0/Make", "MakerNote", "GPSAreaInformation", "IFD1/embedded picture"):
        assert any(wanted in name for name in names)
    written = MEDIA.encode(MEDIA.read(source, LIMITS), ())
    assert source.count(b"canary") >= 4
    assert b"canary" not in written
    assert unexpected_tags(written) == {}


@pytest.mark.parametrize("name", ["JPEG", "PNG", "TIFF"])
def test_what_exiftool_writes(name: str) -> None:
    options = [
        *("-XMP-dc:Creator=canary-1", "-XMP-xmpMM:DocumentID=canary-2", "-Comment=canary-3"),
        *("-EXIF:Artist=canary-4", "-GPS:GPSAreaInformation=canary-5", "-IPTC:City=canary-6"),
        *("-EXIF:UserComment=canary-7", "-XMP-mwg-rs:RegionName=canary-8"),
    ]
    source = exiftool_written(saved(astronaut(), name), options)
    assert source.count(b"canary") >= 6
    parts = MEDIA.parts(source)
    assert {Group.PERSON, Group.LOCATION} <= {part.group for part in parts}
    written = MEDIA.encode(MEDIA.read(source, LIMITS), ())
    assert b"canary" not in written
    assert unexpected_tags(written) == {}
