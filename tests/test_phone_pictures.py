"""HEIC and AVIF go the whole way, into each format that they can be written in."""

from __future__ import annotations

import io
from functools import cache

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from canaries import filled_avif, filled_heic
from canaries.search import found_in, unexpected_tags
from heif_files import HeifBuilder, box, code_hevc, heif_enc
from passerby.compose import build_ports
from passerby.examine import verify_bytes
from passerby.media import Media, sniff
from passerby.model.media import Format, Orientation
from passerby.model.options import Limits, Options
from passerby.model.report import Outcome
from passerby.pipeline import Result, redact_bytes
from passerby.ports import Ports
from people import face_box, portrait

FILLED = {"HEIC": filled_heic, "AVIF": filled_avif}
TARGETS = [Format.JPEG, Format.PNG, Format.WEBP, Format.TIFF, Format.AVIF]
FACE = face_box("collins")


@cache
def real_ports() -> Ports:
    return build_ports(Options(), threads=2)


def redacted(data: bytes, to: Format | None) -> Result:
    return redact_bytes(
        data, shown="picture", options=Options(to=to), given=None, ports=real_ports()
    )


@cache
def filled(kind: str):
    around = FACE.grow(0.6, 0.6, 0.6, 0.6)
    return FILLED[kind](portrait("collins")[around.y0 : around.y1, around.x0 : around.x1])


@pytest.mark.parametrize("kind", FILLED)
@pytest.mark.parametrize("to", TARGETS)
def test_nothing_is_left_in_any_output(kind: str, to: Format) -> None:
    source = filled(kind)
    wanted = {"thumbnail", "depth map", "gain map", "portrait matte", "ISO gain map"}
    assert wanted <= set(found_in(source.data, source))
    result = redacted(source.data, to)
    assert result.report.outcome is Outcome.PUBLISHED, result.report
    assert result.redacted is not None
    assert sniff(result.redacted) is to
    assert found_in(result.redacted, source) == []
    assert unexpected_tags(result.redacted) == {}
    dropped = {part.name for part in result.report.dropped}
    assert any(name.endswith("/thumbnail") for name in dropped)
    assert any(name.endswith("auxiliary/depth map") for name in dropped)
    assert any(name.endswith("auxiliary/gain map") for name in dropped)


@cache
def deep(kind: str) -> bytes:
    """Return a picture of 10 bits with more values than 8 bits have."""
    rng = np.random.default_rng(3)
    wide = portrait("collins").astype(np.uint16) * 4
    wide += rng.integers(0, 4, wide.shape, np.uint16)
    if kind == "AVIF":
        return bytes(imagecodecs.avif_encode(wide, level=95, bitspersample=10, speed=9))
    return heif_enc(wide << 6, "-b", "10")


@pytest.mark.parametrize(
    ("kind", "to", "form", "depth", "note"),
    [
        ("AVIF", None, Format.AVIF, 10, None),
        ("AVIF", Format.PNG, Format.PNG, 16, "10 bits a sample are kept in 16"),
        ("AVIF", Format.JPEG, Format.JPEG, 8, "10 bits a sample are brought to 8"),
        ("HEIC", None, Format.JPEG, 8, "10 bits a sample are brought to 8"),
        ("HEIC", Format.AVIF, Format.AVIF, 10, None),
        ("HEIC", Format.TIFF, Format.TIFF, 16, "10 bits a sample are kept in 16"),
    ],
)
def test_10_bits(kind: str, to: Format | None, form: Format, depth: int, note: str | None) -> None:
    result = redacted(deep(kind), to)
    assert result.report.outcome is Outcome.PUBLISHED, result.report
    assert result.report.redacted == 1
    assert result.report.item.depth == 10
    assert result.redacted is not None
    written = Media().read(result.redacted, Limits())
    assert written.encoding.format is form
    assert written.encoding.depth == depth
    assert any(each.startswith(note or "") for each in result.report.notes) or note is None
    before = Media().read(deep(kind), Limits(), Format.PNG).samples
    kept = before[:, :150].astype(int) - written.samples[:, :150].astype(int) * (
        257 if depth == 8 else 1
    )
    assert np.abs(kept).max() < 257 * (40 if form in (Format.JPEG, Format.AVIF) else 1)
    if depth > 8:
        assert len(np.unique(written.samples)) > 256


def test_the_face_of_a_turned_heic_is_hidden_where_it_is_shown() -> None:
    """The picture lies on its side in the file, and a property turns it."""
    upright = portrait("collins")
    upright = upright[: upright.shape[0] // 16 * 16, : upright.shape[1] // 16 * 16]
    coded = code_hevc(np.ascontiguousarray(np.rot90(upright)))
    builder = HeifBuilder(brand=b"heic")
    builder.picture(coded, (box(b"irot", b"\3"), True))
    result = redacted(builder.build(), None)
    assert result.report.outcome is Outcome.PUBLISHED, result.report
    assert result.report.item.orientation is Orientation.RIGHT_TOP
    assert result.redacted is not None
    with Image.open(io.BytesIO(result.redacted)) as image:
        after = np.asarray(image.convert("RGB"))
    assert after.shape == upright.shape
    middle = FACE.grow(-0.15, -0.15, -0.15, -0.15)
    inside = after[middle.y0 : middle.y1, middle.x0 : middle.x1].astype(int)
    assert np.abs(inside - np.median(inside, axis=(0, 1))).max() <= 8
    assert np.abs(after[:, :150].astype(int) - upright[:, :150]).mean() < 6


def test_a_copy_is_verified_against_its_heic() -> None:
    data = heif_enc(portrait("collins"), "-t", "96")
    result = redacted(data, None)
    assert result.redacted is not None
    verified = verify_bytes(
        result.redacted,
        shown="copy",
        original=data,
        report=result.report,
        options=Options(),
        ports=real_ports(),
    )
    assert verified.exit == 0, verified
    itself = verify_bytes(
        data, shown="picture", original=None, report=None, options=Options(), ports=real_ports()
    )
    assert any("thumbnail" in part.name for part in itself.leftovers)
