"""The proof of a redaction: change what lies under the mask, and the output does not change.

Two pictures that differ only under the mask are redacted with the same decisions; the outputs
have to be the same bytes. For JPEG the pictures differ before they are encoded, which is the
stronger claim: their encoded bytes then differ in every block that the difference touches. JPEGs
are written by surgery, which the report has to say, and coded again where that cannot be done.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace

import imagecodecs
import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from canaries.blocks import resource
from canaries.dng import dng, mosaicked
from canaries.psd import GREY, RGB, Document
from media import jpegs
from passerby.masking import build_mask
from passerby.media import Media, turbojpeg_library
from passerby.media.orient import apply as turn
from passerby.media.orient import swaps
from passerby.media.raw_render import REACH
from passerby.media.turbojpeg_library import Search
from passerby.model.decision import Decision
from passerby.model.finding import FinderId, Sighting
from passerby.model.geometry import Box, Grid, Shape
from passerby.model.given import Given
from passerby.model.media import Format, Orientation
from passerby.model.options import Limits, Method, Options
from passerby.model.report import Outcome
from passerby.pipeline import redact_bytes
from passerby.ports import Ports, Rgb, SystemClock
from strategies import decision

SEED = "0f" * 16


class Blind:
    """A detector that finds nothing: with given decisions it is only asked for a report."""

    @property
    def identity(self) -> FinderId:
        return FinderId(name="blind", version="1", sha256="")

    def find(self, view: Rgb) -> tuple[Sighting, ...]:
        return ()


MEDIA = Media()
PORTS = Ports(source=MEDIA, sink=MEDIA, finder=Blind(), second=Blind(), clock=SystemClock())


def texture(rng: np.random.Generator, shape: tuple[int, int, int]) -> np.ndarray:
    """Smooth shapes and noise: something that JPEG has to quantise."""
    height, width, channels = shape
    small = rng.integers(0, 256, (5, 5, channels), dtype=np.uint8)
    planes = [
        np.asarray(Image.fromarray(small[..., c]).resize((width, height), Image.Resampling.BICUBIC))
        for c in range(channels)
    ]
    noise = rng.integers(-12, 13, shape)
    return np.clip(np.stack(planes, axis=2) + noise, 0, 255).astype(np.uint8)


@st.composite
def places(draw: st.DrawFn) -> tuple[int, int, Box, Shape]:
    """A picture size, odd ones too, and a region in it: in a corner, on an edge, anywhere."""
    width, height = draw(st.integers(17, 130)), draw(st.integers(17, 130))
    w, h = draw(st.integers(3, width)), draw(st.integers(3, height))
    x = draw(st.sampled_from([-w // 2, 0, width - w, width - w // 2]) | st.integers(0, width - w))
    y = draw(
        st.sampled_from([-h // 2, 0, height - h, height - h // 2]) | st.integers(0, height - h)
    )
    return width, height, Box(x, y, x + w, y + h), draw(st.sampled_from(Shape))


def redacted(
    data: bytes,
    decisions: tuple[Decision, ...],
    method: Method,
    *,
    carried: bool,
    to: Format | None = None,
) -> bytes:
    given = Given(sha256=hashlib.sha256(data).hexdigest(), decisions=decisions, seed=SEED)
    options = Options(method=method, color=(0, 77, 200), to=to)
    result = redact_bytes(data, shown="x", options=options, given=given, ports=PORTS)
    assert result.report.outcome is Outcome.PUBLISHED, result.report
    assert result.redacted is not None
    # Whether surgery or coding again is what was done, and that the coefficients were compared.
    assert result.report.carried is carried, result.report.notes
    return result.redacted


def check(
    one: bytes,
    other: bytes,
    decisions: tuple[Decision, ...],
    method: Method,
    *,
    carried: bool = False,
) -> None:
    assert one != other
    first = redacted(one, decisions, method, carried=carried)
    assert first == redacted(other, decisions, method, carried=carried)


METHODS = st.sampled_from([Method.SOLID, Method.NOISE])
SETTINGS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def jpeg(samples: np.ndarray, mode: str, **options: object) -> bytes:
    out = io.BytesIO()
    image = Image.fromarray(samples[..., 0] if mode == "L" else samples, mode=None)
    if mode == "CMYK":
        image = Image.frombytes("CMYK", (samples.shape[1], samples.shape[0]), samples.tobytes())
    image.save(out, "JPEG", **options)
    return out.getvalue()


def exif(orientation: Orientation) -> bytes:
    tags = Image.Exif()
    tags[0x0112] = int(orientation)
    return tags.tobytes()


def stored_mask(mask: np.ndarray, orientation: Orientation) -> np.ndarray:
    """Turn a mask in display orientation back to how the samples are stored."""
    height, width = mask.shape
    if swaps(orientation):
        height, width = width, height
    index = np.arange(height * width, dtype=np.uint16).reshape(height, width, 1)
    shown = turn(index, orientation)[..., 0]
    stored = np.zeros(height * width, np.bool_)
    stored[shown[mask]] = True
    return stored.reshape(height, width)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
@given(
    place=places(),
    quality=st.sampled_from([10, 50, 75, 90, 98, 100]),
    subsampling=st.sampled_from([0, 1, 2]),
    orientation=st.sampled_from(Orientation),
    method=METHODS,
    seed=st.integers(0, 2**32 - 1),
)
@SETTINGS
def test_jpeg(
    mode: str,
    progressive: bool,
    place: tuple[int, int, Box, Shape],
    quality: int,
    subsampling: int,
    orientation: Orientation,
    method: Method,
    seed: int,
) -> None:
    width, height, box, shape = place
    if swaps(orientation):
        width, height = height, width
    rng = np.random.default_rng(seed)
    channels = {"L": 1, "RGB": 3, "CMYK": 4}[mode]
    samples = texture(rng, (height, width, channels))
    options: dict[str, object] = {"quality": quality, "progressive": progressive}
    if mode == "RGB":
        options["subsampling"] = subsampling
    one = jpeg(samples, mode, exif=exif(orientation), **options)
    picture = MEDIA.read(one, Limits())
    decisions = (decision(box, shape),)
    mask = build_mask(decisions, picture.size, picture.encoding.grid)
    where = stored_mask(mask, orientation)
    scrambled = samples.copy()
    scrambled[where] = rng.integers(0, 256, samples.shape, dtype=np.uint8)[where]
    other = jpeg(scrambled, mode, exif=exif(orientation), **options)
    check(one, other, decisions, method, carried=True)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("subsampling", jpegs.SAMPLINGS)
@given(
    place=places(),
    quality=st.integers(50, 98),
    orientation=st.integers(1, 8),
    method=METHODS,
    seed=st.integers(0, 2**32 - 1),
)
@SETTINGS
def test_jpeg_of_every_subsampling(
    subsampling: str,
    progressive: bool,
    place: tuple[int, int, Box, Shape],
    quality: int,
    orientation: int,
    method: Method,
    seed: int,
) -> None:
    """The pictures differ before they are encoded, and then after: in their coefficients."""
    width, height, box, shape = place
    if swaps(Orientation(orientation)):
        width, height = height, width
    rng = np.random.default_rng(seed)
    samples = texture(rng, (height, width, 3))

    def encode(values: np.ndarray) -> bytes:
        plain = jpegs.coded(values, quality, subsampling, progressive=progressive)
        return jpegs.oriented(plain, orientation)

    one = encode(samples)
    picture = MEDIA.read(one, Limits())
    decisions = (decision(box, shape),)
    mask = build_mask(decisions, picture.size, picture.encoding.grid)
    where = stored_mask(mask, Orientation(orientation))
    other = samples.copy()
    other[where] = rng.integers(0, 256, samples.shape, dtype=np.uint8)[where]
    check(one, encode(other), decisions, method, carried=True)
    later = jpegs.scrambled(one, where, rng, progressive=progressive)
    check(one, jpegs.oriented(later, orientation), decisions, method, carried=True)


@given(
    place=places(),
    quality=st.integers(50, 98),
    subsampling=st.sampled_from(jpegs.SAMPLINGS),
    orientation=st.integers(1, 8),
    seed=st.integers(0, 2**32 - 1),
)
@SETTINGS
def test_jpeg_that_is_coded_again(
    place: tuple[int, int, Box, Shape],
    quality: int,
    subsampling: str,
    orientation: int,
    seed: int,
) -> None:
    width, height, box, shape = place
    if swaps(Orientation(orientation)):
        width, height = height, width
    rng = np.random.default_rng(seed)
    samples = texture(rng, (height, width, 3))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(turbojpeg_library, "search", lambda: Search(loaded=None))
        one = jpegs.oriented(jpegs.coded(samples, quality, subsampling), orientation)
        picture = MEDIA.read(one, Limits())
        decisions = (decision(box, shape),)
        mask = build_mask(decisions, picture.size, picture.encoding.grid)
        where = stored_mask(mask, Orientation(orientation))
        other = samples.copy()
        other[where] = rng.integers(0, 256, samples.shape, dtype=np.uint8)[where]
        second = jpegs.oriented(jpegs.coded(other, quality, subsampling), orientation)
        check(one, second, decisions, Method.SOLID)


def png8(samples: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(samples[..., 0] if samples.shape[2] == 1 else samples).save(out, "PNG")
    return out.getvalue()


def png16(samples: np.ndarray) -> bytes:
    wide = samples.astype(np.uint16) * 257
    return bytes(
        imagecodecs.png_encode(
            np.ascontiguousarray(wide.squeeze(2)) if wide.shape[2] == 1 else wide
        )
    )


def webp(samples: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(samples).save(out, "WEBP", lossless=True, exact=True)
    return out.getvalue()


def tiff(samples: np.ndarray, depth: int, compression: str | None) -> bytes:
    out = io.BytesIO()
    values = samples.astype(np.uint16) * 257 if depth == 16 else samples
    extra = {1: [], 2: [2], 3: [], 4: [2]}[samples.shape[2]]
    tifffile.imwrite(
        out,
        values if samples.shape[2] > 1 else values[..., 0],
        photometric="rgb" if samples.shape[2] > 2 else "minisblack",
        extrasamples=extra or None,
        planarconfig="contig" if samples.shape[2] > 1 else None,
        compression=compression,
        metadata=None,
    )
    return out.getvalue()


def document(samples: np.ndarray, depth: int) -> bytes:
    """Return a Photoshop document; of four channels the last is its opacity."""
    values = samples.astype(np.uint16) * 257 if depth == 16 else samples
    channels = samples.shape[2]
    return Document(
        planes=np.ascontiguousarray(values.transpose(2, 0, 1)),
        mode=GREY if channels == 1 else RGB,
        resources=resource(1053, bytes(4)) if channels == 4 else b"",
    ).build()


def avif(samples: np.ndarray) -> bytes:
    """Return an AVIF without loss: in identity colours."""
    return bytes(
        imagecodecs.avif_encode(
            np.ascontiguousarray(samples.squeeze()), level=100, speed=10, numthreads=1
        )
    )


def jpegxl(samples: np.ndarray) -> bytes:
    return bytes(
        imagecodecs.jpegxl_encode(np.ascontiguousarray(samples.squeeze()), lossless=True, effort=1)
    )


LOSSLESS = {
    **{f"png8-{c}": (c, png8) for c in (1, 2, 3, 4)},
    **{f"png16-{c}": (c, png16) for c in (1, 2, 3, 4)},
    **{f"webp-{c}": (c, webp) for c in (3, 4)},
    **{f"avif-{c}": (c, avif) for c in (1, 3, 4)},
    **{f"jpegxl-{c}": (c, jpegxl) for c in (1, 2, 3, 4)},
    **{f"tiff8-{c}": (c, lambda s: tiff(s, 8, "lzw")) for c in (1, 3, 4)},
    **{f"tiff16-{c}": (c, lambda s: tiff(s, 16, None)) for c in (1, 3, 4)},
    **{f"psd8-{c}": (c, lambda s: document(s, 8)) for c in (1, 3, 4)},
    **{f"psd16-{c}": (c, lambda s: document(s, 16)) for c in (1, 3)},
}


@pytest.mark.parametrize("kind", list(LOSSLESS))
@given(place=places(), method=METHODS, seed=st.integers(0, 2**32 - 1), clear=st.booleans())
@SETTINGS
def test_lossless(
    kind: str, place: tuple[int, int, Box, Shape], method: Method, seed: int, clear: bool
) -> None:
    channels, encode = LOSSLESS[kind]
    width, height, box, shape = place
    rng = np.random.default_rng(seed)
    samples = texture(rng, (height, width, channels))
    decisions = (decision(box, shape),)
    mask = build_mask(
        decisions, (width, height), MEDIA.read(encode(samples), Limits()).encoding.grid
    )
    if channels in (2, 4):
        # Opaque outside the mask: whether there is an alpha channel may not tell.
        samples[..., -1][~mask | clear] = 255
    scrambled = samples.copy()
    scrambled[mask] = rng.integers(0, 256, samples.shape, dtype=np.uint8)[mask]
    check(encode(samples), encode(scrambled), decisions, method)


def tiff_pages(pages: list[np.ndarray]) -> bytes:
    """Return a TIFF of pages: 8 bits, JPEG, turned 16 bits, and so on."""
    out = io.BytesIO()
    with tifffile.TiffWriter(out) as file:
        for number, samples in enumerate(pages):
            kind: dict[str, object] = {"compression": "lzw"}
            values: np.ndarray = samples
            if number % 3 == 1:
                kind = {"compression": "jpeg", "subsampling": (2, 2)}
            if number % 3 == 2:
                kind = {"extratags": [(274, "H", 1, int(Orientation.RIGHT_TOP), True)]}
                values = samples.astype(np.uint16) * 257
            file.write(values, photometric="rgb", metadata=None, **kind)
    return out.getvalue()


@given(
    each=st.lists(st.tuples(places(), st.booleans()), min_size=2, max_size=4),
    method=METHODS,
    seed=st.integers(0, 2**32 - 1),
)
@SETTINGS
def test_pages_of_a_tiff(
    each: list[tuple[tuple[int, int, Box, Shape], bool]], method: Method, seed: int
) -> None:
    """What lies under the masks of some pages is changed, before the pages are encoded."""
    rng = np.random.default_rng(seed)
    pages = [
        texture(rng, (width, height, 3) if number % 3 == 2 else (height, width, 3))
        for number, ((width, height, _, _), _) in enumerate(each)
    ]
    one = tiff_pages(pages)
    decisions = tuple(
        replace(decision(box, shape), frame=number)
        for number, ((_, _, box, shape), _) in enumerate(each)
    )
    changed = [page.copy() for page in pages]
    frames = MEDIA.read(one, Limits()).frames
    for number, (frame, (_, change)) in enumerate(zip(frames, each, strict=True)):
        if change or number == 0:
            told = [d for d in decisions if d.speaks_of(number)]
            mask = build_mask(told, frame.size, frame.encoding.grid)
            where = stored_mask(mask, frame.orientation)
            scrambled = rng.integers(0, 256, pages[number].shape, dtype=np.uint8)
            changed[number][where] = scrambled[where]
    check(one, tiff_pages(changed), decisions, method)


def well_inside(mask: np.ndarray, margin: int) -> np.ndarray:
    """Return where a mask covers everything within `margin` pixels. The picture's edge is no
    edge of the mask."""
    out = ~mask
    for axis in (0, 1):
        padded = np.pad(out, margin)
        shifted = [np.roll(padded, step, axis) for step in range(-margin, margin + 1)]
        out = np.any(shifted, axis=0)[margin:-margin, margin:-margin]
    return ~out


@pytest.mark.parametrize(
    ("to", "orientation"),
    [(Format.JPEG, Orientation.TOP_LEFT), (Format.TIFF, Orientation.LEFT_BOTTOM)],
)
def test_sensor_data(to: Format, orientation: Orientation) -> None:
    """Demosaicing spreads what the sensor saw by a few pixels, and no further: what lies deeper
    under a mask changes nothing in the copy."""
    rng = np.random.default_rng(int(orientation))
    mosaic = mosaicked(texture(rng, (150, 170, 3)))
    one = dng(mosaic, int(orientation))
    size = MEDIA.read(one, Limits()).size
    decisions = (decision(Box(30, 20, 120, 110), Shape.ELLIPSE), decision(Box(-9, 90, 30, 200)))
    mask = stored_mask(build_mask(decisions, size, Grid()), orientation)
    inside = well_inside(mask, REACH)
    assert 0.1 < inside.mean() < mask.mean()
    first = redacted(one, decisions, Method.SOLID, carried=False, to=to)
    for where, same in ((inside, True), (mask, False)):
        scrambled = mosaic.copy()
        scrambled[where] = rng.integers(0, 65536, mosaic.shape, dtype=np.uint16)[where]
        other = dng(scrambled, int(orientation))
        again = redacted(other, decisions, Method.SOLID, carried=False, to=to)
        assert (again == first) is same


@pytest.mark.parametrize("transparent", [False, True])
@given(place=places(), method=METHODS, seed=st.integers(0, 2**32 - 1))
@SETTINGS
def test_palettes(
    transparent: bool, place: tuple[int, int, Box, Shape], method: Method, seed: int
) -> None:
    """Four colours outside the mask; under it up to 200 more, or none."""
    width, height, box, shape = place
    rng = np.random.default_rng(seed)
    decisions = (decision(box, shape),)
    mask = build_mask(
        decisions,
        (width, height),
        MEDIA.read(
            _palette_png(np.zeros((height, width), np.uint8), np.zeros((4, 3), np.uint8), None),
            Limits(),
        ).encoding.grid,
    )
    colours = rng.integers(0, 256, (256, 3), dtype=np.uint8)
    one = rng.integers(0, 4, (height, width), dtype=np.uint8)
    many = one.copy()
    many[mask] = rng.integers(4, 204, (height, width), dtype=np.uint8)[mask]
    order = rng.permutation(256)
    inverse = np.argsort(order).astype(np.uint8)
    alpha = np.full(256, 255, np.uint8)
    if transparent:
        alpha[4:204] = rng.integers(0, 256, 200)
    first = _palette_png(one, colours[:4], None)
    second = _palette_png(inverse[many], colours[order], alpha[order])
    check(first, second, decisions, method)


def _palette_png(indices: np.ndarray, colours: np.ndarray, alpha: np.ndarray | None) -> bytes:
    image = Image.fromarray(indices)
    image.putpalette(colours.tobytes())
    out = io.BytesIO()
    if alpha is None:
        image.save(out, "PNG")
    else:
        image.save(out, "PNG", transparency=alpha.tobytes())
    return out.getvalue()
