"""Puts the real parts together: the one place that knows which class serves which port.

Detectors and codecs are imported when they are needed: listing what is in a file needs neither.
"""

from __future__ import annotations

from passerby.media import Media
from passerby.model.options import Limits, Options
from passerby.ports import Eyes, Ports, Source, SystemClock


def build_ports(options: Options, threads: int) -> Ports:
    """Open the codecs and detectors for a run.

    `threads` is how many a detector may use. Raises ModelError or FinderError.
    """
    from passerby.find import open_finder

    media = Media()
    finder = open_finder(options.finder, effort=options.effort, second=False, threads=threads)
    second = open_finder(
        options.second or options.finder, effort=options.effort, second=True, threads=threads
    )
    return Ports(source=media, sink=media, finder=finder, second=second, clock=SystemClock())


def build_source() -> Source:
    """Return what reads files, for whoever looks for no faces."""
    return Media()


def build_eyes(options: Options, threads: int) -> Eyes:
    """Open the codecs and the detector that looks first. Raises ModelError or FinderError."""
    from passerby.find import open_finder

    finder = open_finder(options.finder, effort=options.effort, second=False, threads=threads)
    return Eyes(source=Media(), finder=finder)


def thumbnail(data: bytes, side: int, limits: Limits) -> str:
    """Return a small JPEG of a redacted file as a data: URI, of at most `side` pixels a side.

    Raises InputError or LimitExceeded if the file cannot be read.
    """
    from passerby.media.thumbnail import data_uri

    media = Media()
    picture = media.read(data, limits)
    # The last view is the picture as it is shown on a page.
    *_, view = media.views(picture)
    return data_uri(view, side)
