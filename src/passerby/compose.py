"""Puts the real parts together: the one place that knows which class serves which port."""

from __future__ import annotations

from passerby.find import open_finder
from passerby.media import Media
from passerby.model.options import Options
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
