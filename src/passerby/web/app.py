"""The application: what is found where, and what becomes of errors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from passerby.errors import PasserbyError
from passerby.session.changes import Conflict
from passerby.web.answers import Refused, answer, refusal, status_of, unknown
from passerby.web.consents import ConsentRoutes
from passerby.web.door import Door
from passerby.web.guard import LOGIN, Guard
from passerby.web.pictures import Pictures
from passerby.web.routes import Routes
from passerby.web.services import Services
from passerby.web.shelf import Shelf

Handler = Callable[[Request, Exception], Awaitable[Response]]

_WELCOME = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Passerby</title>
<meta http-equiv="refresh" content="0;url=/{room}/"><p><a href="/{room}/">Go on</a></p></html>
"""


def create_app(services: Services, door: Door, host: str, shelf: Shelf | None = None) -> ASGIApp:
    """Return the application that shows a session to whoever comes through the door.

    `host` is the one value of `Host` that it answers: address and port. The session stays open
    when the application ends; its owner closes it.
    """
    shelf = Shelf.load() if shelf is None else shelf

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:  # noqa: ARG001 - the interface
        services.begin()
        try:
            yield
        finally:
            await services.end()

    async def login(request: Request) -> Response:
        # Programs that look ahead at links must not use it up.
        if request.method != "GET" or "sec-purpose" in request.headers:
            raise unknown()
        cookie = door.redeem(request.path_params["token"])
        if cookie is None:
            raise Refused(
                401, "login", "this link was used, or is too old", "Run the command again."
            )
        # A redirect of a request that began in a file would not carry a strict cookie; a page
        # of ours that goes on by itself does.
        return HTMLResponse(_WELCOME.format(room=door.room), headers={"set-cookie": cookie})

    inside = [
        Route("/", shelf.index),
        Route("/static/{name:path}", shelf.file),
        *Routes(services).routes(),
        *Pictures(services).routes(),
        *ConsentRoutes(services).routes(),
    ]
    app = Starlette(
        routes=[Route(LOGIN + "{token}", login), Mount(f"/{door.room}", routes=inside)],
        lifespan=lifespan,
        exception_handlers={
            Refused: _refused,
            Conflict: _conflict(services),
            PasserbyError: _failed(services),
            HTTPException: _no_route,
        },
    )
    app.router.redirect_slashes = False
    return Guard(app, door, host)


async def _refused(request: Request, error: Exception) -> Response:  # noqa: ARG001
    assert isinstance(error, Refused)  # noqa: S101 - this is what it is registered for
    response = refusal(error)
    if error.status in (408, 413):
        # The rest of the request is not read.
        response.headers["connection"] = "close"
    return response


async def _no_route(request: Request, error: Exception) -> Response:  # noqa: ARG001
    if isinstance(error, HTTPException) and error.status_code == 405:
        return refusal(Refused(405, "method", "this is not done here"))
    return refusal(unknown())


def _conflict(services: Services) -> Handler:
    async def handle(request: Request, error: Exception) -> Response:  # noqa: ARG001
        assert isinstance(error, Conflict)  # noqa: S101 - this is what it is registered for
        told = {
            "code": "conflict",
            "message": "this picture was changed elsewhere",
            "advice": "Look at it as it is now, then decide.",
        }
        return answer({"error": told, "current": services.whole(error.current)}, 409)

    return handle


def _failed(services: Services) -> Handler:
    async def handle(request: Request, error: Exception) -> Response:  # noqa: ARG001
        assert isinstance(error, PasserbyError)  # noqa: S101 - this is what it is registered for
        return answer({"error": services.discreet.error(error)}, status_of(error))

    return handle
