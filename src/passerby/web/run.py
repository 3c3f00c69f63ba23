"""A review from its command to its end."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from passerby.web.app import create_app
from passerby.web.door import LIFETIME, Door
from passerby.web.guard import LOGIN
from passerby.web.opening import LoginFile
from passerby.web.server import ADDRESS, Server, listen
from passerby.web.services import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The page can be opened. `address` is good once, for so many `seconds`; `file` leads there,
    where one was made."""

    address: str
    seconds: int
    file: Path | None


def serve(
    services: Services,
    listening: socket.socket,
    *,
    browser: bool,
    started: Callable[[Started], None],
) -> None:
    """Show a session until SIGINT or SIGTERM comes. Raises OutputUnwritable before it starts."""
    asyncio.run(_serve(services, listening, browser=browser, started=started))


async def _serve(
    services: Services,
    listening: socket.socket,
    *,
    browser: bool,
    started: Callable[[Started], None],
) -> None:
    host = f"{ADDRESS}:{listening.getsockname()[1]}"
    door = Door()
    server = Server(create_app(services, door, host), services.hub)
    address = f"http://{host}{LOGIN}{door.issue()}"
    with ExitStack() as stack:
        file = stack.enter_context(LoginFile(address)) if browser else None
        place = None if file is None else file.path
        # Whoever comes before the server accepts waits in the socket's queue.
        started(Started(address=address, seconds=int(LIFETIME), file=place))
        if file is not None:
            door.used = file.remove
            file.open()
        await server.serve(sockets=[listening])


__all__ = ["Services", "Started", "listen", "serve"]
