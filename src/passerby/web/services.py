"""What the page works on: one session, and all that goes on around it."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import anyio
from anyio import CapacityLimiter

from passerby.errors import PasserbyError
from passerby.session import Kind, Notice, PictureState, Session
from passerby.web import codec
from passerby.web.answers import Discreet, unknown
from passerby.web.clerk import Clerk
from passerby.web.hub import Event, Hub
from passerby.web.imagery import Imagery
from passerby.web.publication import Publication
from passerby.web.receiver import Receiver

P = ParamSpec("P")
T = TypeVar("T")

_AT_ONCE = 8
"""Threads that wait for the session's disk."""
_FIELDS_KEPT = 256
_CALM = 0.3
"""Seconds that files may go on arriving before the folder is listed again."""


class Services:
    """See the module. `output` is where copies go, `reviewer` is who decides; all methods are
    for the server's own thread."""

    def __init__(self, session: Session, output: Path, reviewer: str, clerk: Clerk) -> None:
        self.session = session
        self.output = output
        self.reviewer = reviewer
        self.hub = Hub()
        self.discreet = Discreet((session.folder, output, session.places.folder))
        self.imagery = Imagery(session.options.limits)
        self.receiver = Receiver(session.folder, session.options.limits)
        self.clerk = clerk
        self.publication = Publication(session, clerk, self.hub, self.discreet)
        self._limiter = CapacityLimiter(_AT_ONCE)
        self._notices: asyncio.Queue[Notice] = asyncio.Queue()
        self._fields: OrderedDict[str, dict[str, str]] = OrderedDict()
        self._arrived = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._silence: Callable[[], None] = lambda: None

    def begin(self) -> None:
        """Start telling the tabs what happens."""
        self.hub.begin()
        self.imagery.warm()
        self._silence = self.session.listen(self._noticed)
        self._tasks = [asyncio.create_task(self._tell()), asyncio.create_task(self._relist())]

    async def end(self) -> None:
        """Stop all of it; what is being published is finished first."""
        self._silence()
        self.hub.close()
        for task in self._tasks:
            task.cancel()
        await self.run(self.publication.close)
        self.imagery.close()
        self.receiver.close()

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what a function returns that waits for the disk; in another thread."""
        return await anyio.to_thread.run_sync(partial(work, *args, **kwargs), limiter=self._limiter)

    def known(self, picture: str) -> str:
        """Return the id of a picture. Raises Refused when there is none of this id."""
        if not self.session.has(picture):
            raise unknown()
        return picture

    async def summary(self, picture: str) -> dict[str, Any]:
        """Return what the wall shows of a picture."""
        state = await self.run(self.session.picture, picture)
        return codec.summary(state, self.discreet)

    def whole(self, state: PictureState) -> dict[str, Any]:
        """Return everything about a picture."""
        return codec.picture(state, self.discreet)

    async def fields(self, picture: str) -> dict[str, str]:
        """Return the values of the fields that the copy could carry. Raises PasserbyError."""
        sha256 = self.session.picture(picture).sha256
        if sha256 not in self._fields:
            found = await self.run(self.session.offered_fields, picture)
            self._fields[sha256] = {name.value: value for name, value in found}
            while len(self._fields) > _FIELDS_KEPT:
                self._fields.popitem(last=False)
        return self._fields[sha256]

    def arrived(self) -> None:
        """Have the folder listed again, soon."""
        self._arrived.set()

    def _noticed(self, notice: Notice) -> None:
        self.hub.post(partial(self._notices.put_nowait, notice))

    async def _tell(self) -> None:
        """Tell the tabs of each notice, in their order."""
        while True:
            notice = await self._notices.get()
            if notice.kind is Kind.LISTED:
                self.hub.tell({"kind": "reload"})
                continue
            event: Event = {"kind": notice.kind.value}
            # It may be gone by now; and whatever else is wrong, the tabs are told of the rest.
            with contextlib.suppress(Exception):
                event |= await self.summary(notice.picture)
            self.hub.tell(event)

    async def _relist(self) -> None:
        while True:
            await self._arrived.wait()
            await asyncio.sleep(_CALM)
            self._arrived.clear()
            with contextlib.suppress(PasserbyError):
                await self.run(self.session.refresh)
