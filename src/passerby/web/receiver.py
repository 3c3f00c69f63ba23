"""Takes in what is dropped on the page, one file a request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from passerby.model.options import Limits
from passerby.session.crew import Crew
from passerby.session.failures import error_of
from passerby.web.uploads import Arrived, Judged, Porters, Tray

_AT_ONCE = 2
"""Files that are taken in at once: each may be large."""


class Receiver:
    """Only the server's own thread uses it."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        """Raises OutputUnwritable."""
        self._tray = Tray(folder)
        self._crew: Crew[Arrived, Judged] = Crew(Porters(limits=limits), 1, "passerby-receive")
        self._slots = asyncio.Semaphore(_AT_ONCE)

    def close(self) -> None:
        """End the process that looks at files."""
        self._crew.close()
        self._tray.close()

    async def receive(self, wish: str, stream: AsyncIterator[bytes]) -> str:
        """Put a file into the folder, under a name like `wish`; return its name.

        Raises PasserbyError for what is no picture or too large, and what the stream raises;
        nothing is left then.
        """
        async with self._slots:
            temporary = await self._tray.take(stream)
            try:
                judged = await asyncio.wrap_future(self._crew.ask(self._arrived(temporary)))
                suffixes = _fitting(judged)
            except BaseException:
                self._tray.drop(temporary)
                raise
            return self._tray.keep(temporary, wish, suffixes)

    def _arrived(self, temporary: str) -> Arrived:
        return Arrived(path=self._tray.path(temporary))


def _fitting(judged: Judged) -> tuple[str, ...]:
    """Return the suffixes that fit a file. Raises PasserbyError for one that is not taken."""
    if judged.failure is not None:
        raise error_of(judged.failure)
    return judged.suffixes
