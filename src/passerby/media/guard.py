"""What stands between the codecs and the rest: their exceptions, their warnings, their appetite."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from passerby.errors import CorruptInput, EmptyInput, LimitExceeded, OutputError, PasserbyError
from passerby.model.options import Limits

COPIES = 5
"""Times that the pixels of a picture are held at once between reading and publishing: the
original, the planned, the written, and room for a codec and a rotation."""
_MASKS = 6
"""Bytes a pixel for masks, views and bands."""


@contextmanager
def _translating(what: str, kind: type[PasserbyError]) -> Iterator[None]:
    try:
        yield
    except (PasserbyError, NameError):
        raise
    except MemoryError as error:
        raise LimitExceeded(f"{what}: not enough memory") from error
    except Exception as error:
        raise kind(f"{what}: {one_line(error)}") from error


@contextmanager
def decoding(what: str) -> Iterator[None]:
    """Turn whatever a decoder raises, or warns of, into CorruptInput or LimitExceeded."""
    with _translating(what, CorruptInput), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # A codec's warning is a doubt about the data, and a doubt fails.
        warnings.simplefilter("error", UserWarning)
        warnings.simplefilter("error", RuntimeWarning)
        yield


def encoding(what: str) -> AbstractContextManager[None]:
    """Turn whatever an encoder raises into OutputError or LimitExceeded."""
    return _translating(what, OutputError)


def one_line(error: BaseException) -> str:
    """Return an exception's text as one printable line of bounded length."""
    text = str(error) or type(error).__name__
    return "".join(c if c.isprintable() else " " for c in text)[:200].strip()


def check_claim(size: tuple[int, int], pixel_bytes: int, file_bytes: int, limits: Limits) -> None:
    """Refuse a size before anything is decoded.

    `size` is (width, height) as the header says; `pixel_bytes` is what a decoded pixel takes.
    Raises EmptyInput or LimitExceeded.
    """
    check_claims([(size, pixel_bytes)], file_bytes, limits)


def check_claims(
    claims: Sequence[tuple[tuple[int, int], int]], file_bytes: int, limits: Limits
) -> None:
    """Refuse the sizes of all pictures in a file before any of them is decoded.

    Each claim is the (width, height) that a header says and the bytes of a decoded pixel.
    Raises EmptyInput or LimitExceeded.
    """
    for (width, height), _ in claims:
        if width <= 0 or height <= 0:
            raise EmptyInput(f"the picture is {width}x{height}: it has no pixels")
    pixels = sum(width * height for (width, height), _ in claims)
    width, height = claims[0][0]
    what = f"{width}x{height}" if len(claims) == 1 else f"all {len(claims)} pictures of it together"
    if pixels > limits.pixels:
        raise LimitExceeded(
            f"{what} have {pixels / 1e6:.0f} megapixels; the limit is {limits.pixels / 1e6:.0f}"
        )
    memory = 3 * file_bytes + sum(
        width * height * (COPIES * pixel_bytes + _MASKS) for (width, height), pixel_bytes in claims
    )
    if memory > limits.memory:
        raise LimitExceeded(
            f"{what} would take about {memory / 2**20:.0f} MiB; the limit is "
            f"{limits.memory / 2**20:.0f}"
        )
