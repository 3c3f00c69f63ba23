"""Listening on the loopback address, with a bound on everything that others can make grow."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import itertools
import signal
import socket
from collections.abc import Generator
from types import FrameType

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from passerby.errors import UsageError
from passerby.web.hub import Hub

ADDRESS = "127.0.0.1"
MOST_CONNECTIONS = 100
HEADER_PATIENCE = 10.0
"""Seconds in which the head of a request has to come."""
WRITE_PATIENCE = 30.0
"""Seconds in which the other side has to take some of an answer."""
_IDLE = 30
"""Seconds that a connection without a request is kept."""
_MOST_HEADER = 32 * 1024
_GRACE = 5
_NUMBERS = itertools.count()


def listen(port: int) -> socket.socket:
    """Return a socket that listens on this port, or on any free one for 0.

    Raises UsageError when the port cannot be had.
    """
    # Said to be TCP: else asyncio leaves Nagle's delay on, 40 ms an answer.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((ADDRESS, port))
        listening.listen(MOST_CONNECTIONS)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            why = f"port {port} is in use"
        else:
            why = f"port {port} cannot be used: {error.strerror}"
        raise UsageError(why, "Choose another --port, or leave it out.") from error
    listening.setblocking(False)
    return listening


class Server(uvicorn.Server):
    """One run of the page's server. It ends at SIGINT or SIGTERM, and takes them for no error."""

    def __init__(self, app: ASGIApp, hub: Hub) -> None:
        config = uvicorn.Config(
            app,
            http=BoundedProtocol,
            ws="none",
            loop="asyncio",
            lifespan="on",
            interface="asgi3",
            log_config=None,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=_IDLE,
            timeout_graceful_shutdown=_GRACE,
            h11_max_incomplete_event_size=_MOST_HEADER,
        )
        super().__init__(config)
        self._hub = hub

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End the streams, which would go on for ever, and then everything. Once more ends it at
        once: every decision is on the disk."""
        super().handle_exit(sig, frame)
        signal.signal(sig, signal.SIG_DFL)
        self._hub.post(self._hub.close)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Take Ctrl-C and SIGTERM for the wish to end; do not raise them again afterwards."""
        before = {
            number: signal.signal(number, self.handle_exit)
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class BoundedProtocol(H11Protocol):
    """A connection that has to get on with it.

    The head of each request has to come within a time, and an answer has to be taken. When there
    are too many connections, the oldest that has no request in hand makes room: one that says
    nothing cannot keep the page's own out.
    """

    _number = 0
    _timer: asyncio.TimerHandle | None = None
    _writing: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # asyncio gives a whole transport; the base says half of one
        """Begin, and make room where there is none."""
        super().connection_made(transport)
        self._number = next(_NUMBERS)
        if len(self.connections) > MOST_CONNECTIONS:
            self._make_room()
        if not transport.is_closing():
            self._expect_head()

    def _make_room(self) -> None:
        others = [one for one in self.connections if isinstance(one, BoundedProtocol)]
        idle = [one for one in others if one.idle and one is not self]
        leaving = min(idle, key=lambda one: one._number, default=self)
        self.connections.discard(leaving)
        leaving.transport.abort()

    @property
    def idle(self) -> bool:
        """Whether no request is being answered."""
        return self.cycle is None or self.cycle.response_complete

    def data_received(self, data: bytes) -> None:
        """Take in bytes. A head that has begun has to end in time, however its bytes drip."""
        super().data_received(data)
        self._expect_head()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._expect_head()

    def _expect_head(self) -> None:
        if not self.idle:
            self._stop_timer()
        elif self._timer is None and not self._waits_for_next():
            self._timer = self.loop.call_later(HEADER_PATIENCE, self._give_up)

    def _waits_for_next(self) -> bool:
        """Whether it is between two requests, which uvicorn's own timer is for."""
        return self.timeout_keep_alive_task is not None

    def _give_up(self) -> None:
        self._timer = None
        if self.idle:
            self.transport.abort()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def pause_writing(self) -> None:
        """The other side is behind: it gets some time."""
        super().pause_writing()
        if self._writing is None:
            self._writing = self.loop.call_later(WRITE_PATIENCE, self.transport.abort)

    def resume_writing(self) -> None:
        """The other side goes on."""
        super().resume_writing()
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget everything."""
        self._stop_timer()
        if self._writing is not None:
            self._writing.cancel()
        super().connection_lost(exc)
