"""The pixels of a session's pictures: asked for by the page, made by the painters, kept a while."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import replace

from passerby.batch.local import cores
from passerby.media.raster import as_png
from passerby.model.geometry import Box
from passerby.model.options import Limits
from passerby.session.crew import Crew
from passerby.session.failures import error_of
from passerby.web.answers import Refused
from passerby.web.cache import Cache
from passerby.web.pixels import Easel, Painted, Wanted

THUMBNAIL = 360
"""Pixels of a thumbnail's longer side."""
VIEWS = (640, 1280, 1920, 2560, 4096)
"""Pixels that the longer side of a view may have."""
REGION = 2048
"""Pixels of the longer side of an enlarged part, at most."""
CACHE_BYTES = 192 * 2**20
_MOST_PAINTERS = 4
_LINGER = 900.0
"""Seconds that the processes stay: somebody may look at one picture for long, and then enlarge."""
_QUALITY = {"thumbnail": 80, "view": 88, "region": 94}

Asked = Callable[[], Awaitable[bool]]
"""Says whether the one who asked is gone."""


def painters() -> int:
    """Return the number of processes that decode pictures for the page."""
    return max(1, min(_MOST_PAINTERS, cores()))


class _Gone(Exception):
    """The one who asked is gone."""


class Imagery:
    """JPEGs of pictures. Only the server's own thread uses it."""

    def __init__(self, limits: Limits) -> None:
        self._crew: Crew[Wanted, Painted] = Crew(Easel(limits=limits), painters(), "passerby-paint")
        self._cache = Cache(CACHE_BYTES)
        self._slots = asyncio.Semaphore(painters() + 1)
        self._making: dict[Hashable, asyncio.Task[bytes]] = {}

    def warm(self) -> None:
        """Start the processes, so that the first picture does not wait for them."""
        dot = as_png(bytes(3), (1, 1), 3)
        for _ in range(painters()):
            self._crew.ask(wanted_bytes(dot))

    def close(self) -> None:
        """End the processes."""
        self._crew.close()

    async def thumbnail(self, wanted: Wanted, gone: Asked) -> bytes:
        """Return a small JPEG. Raises PasserbyError or Refused."""
        return await self._get(
            replace(wanted, longest=THUMBNAIL, quality=_QUALITY["thumbnail"]), gone
        )

    async def view(self, wanted: Wanted, width: int, gone: Asked) -> bytes:
        """Return a JPEG for a screen of this width. Raises PasserbyError or Refused."""
        longest = next((side for side in VIEWS if side >= width), VIEWS[-1])
        return await self._get(replace(wanted, longest=longest, quality=_QUALITY["view"]), gone)

    async def region(self, wanted: Wanted, box: Box, width: int, gone: Asked) -> bytes:
        """Return a part of a picture in its own pixels, made smaller only where it is larger
        than `width`. Raises PasserbyError or Refused."""
        longest = max(1, min(width, REGION))
        quality = _QUALITY["region"]
        return await self._get(replace(wanted, box=box, longest=longest, quality=quality), gone)

    async def _get(self, wanted: Wanted, gone: Asked) -> bytes:
        key = (wanted.sha256, wanted.frame, wanted.box, wanted.longest, wanted.quality)
        kept = self._cache.get(key)
        if kept is not None:
            return kept
        # Two tabs that ask for the same wait for the same.
        while True:
            task = self._making.get(key)
            if task is None:
                task = asyncio.create_task(self._make(wanted, key, gone))
                self._making[key] = task
                task.add_done_callback(lambda _: self._making.pop(key, None))
            try:
                return await asyncio.shield(task)
            except _Gone:
                # The one who asked first has gone; whoever else waits asks again.
                if await gone():
                    raise Refused(499, "gone", "nobody waits for this any more") from None

    async def _make(self, wanted: Wanted, key: Hashable, gone: Asked) -> bytes:
        async with self._slots:
            # A wall that is scrolled asks for more than is looked at in the end.
            if await gone():
                raise _Gone
            painted = await asyncio.wrap_future(self._crew.ask(wanted))
        if painted.failure is not None:
            raise error_of(painted.failure)
        self._cache.put(key, painted.data)
        return painted.data


def wanted_bytes(data: bytes, frame: int = 0) -> Wanted:
    """Return what is asked for of a file that is in memory."""
    sha256 = hashlib.sha256(data).hexdigest()
    return Wanted(source=data, sha256=sha256, frame=frame, longest=1, quality=1)
