"""Puts the real parts together: the one place that knows which class serves which port."""

from __future__ import annotations

from passerby.find import open_finder
from passerby.media import Media
from passerby.media.thumbnail import data_uri
from passerby.model.options import Limits, Options
from passerby.ports import Ports, SystemClock


def build_ports(options: Options, threads: int) -> Ports:
    """Open the codecs and detectors for a run.

    `threads` is how many a detector may use. Raises ModelError or FinderError.
    """
    media = Media()
    finder = open_finder(options.finder, effort=options.effort, second=False, threads=threads)
    second = open_finder(
        options.second or options.finder, effort=options.effort, second=True, threads=threads
    )
    return Ports(source=media, sink=media, finder=finder, second=second, clock=SystemClock())


def thumbnail(data: bytes, side: int, limits: Limits) -> str:
    """Return a small JPEG of a redacted file as a data: URI, of at most `side` pixels a side.

    Raises InputError or LimitExceeded if the file cannot be read.
    """
    media = Media()
    picture = media.read(data, limits)
    # The last view is the picture as it is shown on a page.
    *_, view = media.views(picture)
    return data_uri(view, side)
