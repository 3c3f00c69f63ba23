"""Events from the session, and whatever else happens, to all tabs (server-sent events, WHATWG
HTML 9.2)."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from passerby.web.answers import Refused

MOST_STREAMS = 4
"""A browser has six connections to a host; each tab that listens takes one."""
_WAITING = 500
"""Events that a tab may be behind before it is told to load everything again."""
_ALIVE = 15.0
"""Seconds after which a line is sent, so that a connection that is gone is noticed."""

Event = dict[str, Any]


class Hub:
    """The tabs that listen. Only the server's own thread uses it, but for `post`."""

    def __init__(self) -> None:
        self._streams: set[asyncio.Queue[Event | None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._count = 0
        self.closed = False

    def begin(self) -> None:
        """Belong to the running loop."""
        self._loop = asyncio.get_running_loop()

    def post(self, act: Callable[[], None]) -> None:
        """Have something done in the server's thread, from any thread."""
        if self._loop is not None:
            # The loop may just have ended.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(act)

    def tell(self, event: Event) -> None:
        """Send an event to every tab."""
        for stream in self._streams:
            _put(stream, event)

    def close(self) -> None:
        """End all streams."""
        self.closed = True
        for stream in self._streams:
            _put(stream, None)

    def open(self) -> asyncio.Queue[Event | None]:
        """Begin a stream. Raises Refused when there are too many."""
        if len(self._streams) >= MOST_STREAMS or self.closed:
            raise Refused(503, "busy", "too many tabs listen", "Close a tab, or poll.")
        stream: asyncio.Queue[Event | None] = asyncio.Queue(_WAITING)
        stream.put_nowait({"kind": "hello"})
        self._streams.add(stream)
        return stream

    def leave(self, stream: asyncio.Queue[Event | None]) -> None:
        """End a stream."""
        self._streams.discard(stream)

    async def lines(self, stream: asyncio.Queue[Event | None]) -> AsyncIterator[bytes]:
        """Yield what is sent to a tab, until the end."""
        while not self.closed:
            try:
                event = await asyncio.wait_for(stream.get(), _ALIVE)
            except TimeoutError:
                yield b": alive\n\n"
                continue
            if event is None:
                return
            self._count += 1
            data = json.dumps(event, separators=(",", ":"))
            yield f"id: {self._count}\ndata: {data}\n\n".encode()


def _put(stream: asyncio.Queue[Event | None], event: Event | None) -> None:
    if event is not None and not stream.full():
        stream.put_nowait(event)
        return
    while not stream.empty():
        stream.get_nowait()
    stream.put_nowait(event if event is None else {"kind": "reload"})
