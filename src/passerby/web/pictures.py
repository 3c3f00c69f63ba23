"""The addresses of pixels: thumbnails, views, enlarged parts, previews."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from passerby.errors import PasserbyError
from passerby.model.geometry import Box
from passerby.web.answers import Refused, answer, bad
from passerby.web.imagery import wanted_bytes
from passerby.web.pixels import Wanted

if TYPE_CHECKING:
    from passerby.web.services import Services

_TYPE = "image/jpeg"
_DIGITS = 9


class Pictures:
    """Answers with JPEGs that were made anew."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._previews: dict[tuple[str, int], asyncio.Task[None]] = {}

    def routes(self) -> list[Route]:
        """Return where they are found."""
        return [
            Route("/pictures/{id}/thumbnail", self.thumbnail),
            Route("/pictures/{id}/view", self.view),
            Route("/pictures/{id}/region", self.region),
            Route("/pictures/{id}/preview", self.preview),
        ]

    async def thumbnail(self, request: Request) -> Response:
        """Answer with a small picture."""
        wanted = await self._wanted(request)
        return await _jpeg(self._services.imagery.thumbnail(wanted, request.is_disconnected))

    async def view(self, request: Request) -> Response:
        """Answer with a picture for the screen."""
        width = _number(request, "w", 1280)
        wanted = await self._wanted(request)
        return await _jpeg(self._services.imagery.view(wanted, width, request.is_disconnected))

    async def region(self, request: Request) -> Response:
        """Answer with a part of a picture in its own pixels."""
        box, width = _box(request), _number(request, "w", 1280)
        wanted = await self._wanted(request)
        return await _jpeg(
            self._services.imagery.region(wanted, box, width, request.is_disconnected)
        )

    async def preview(self, request: Request) -> Response:
        """Answer with what would be published of exactly this version, once it is made."""
        picture = self._services.known(request.path_params["id"])
        version, width = _number(request, "v", -1), _number(request, "w", 1280)
        key = picture, version
        # Raises Conflict where this is no longer the version, before anything is made.
        future = await self._services.run(self._services.session.preview_soon, picture, version)
        if not future.done():
            if key not in self._previews:
                self._previews[key] = asyncio.create_task(
                    self._announce(key, asyncio.wrap_future(future))
                )
            return answer({"made": False, "version": version}, 202)
        if future.cancelled():
            raise Refused(409, "conflict", "a later version is being made", "Ask for that.")
        wanted = wanted_bytes(future.result(), _number(request, "frame", 0))
        return await _jpeg(self._services.imagery.view(wanted, width, request.is_disconnected))

    async def _announce(self, key: tuple[str, int], made: Awaitable[bytes]) -> None:
        """Tell the tabs when a preview is there."""
        problem = None
        try:
            await made
        except PasserbyError as error:
            problem = self._services.discreet.error(error)
        except asyncio.CancelledError:
            return
        finally:
            self._previews.pop(key, None)
        picture, version = key
        self._services.hub.tell(
            {"kind": "preview", "id": picture, "version": version, "problem": problem}
        )

    async def _wanted(self, request: Request) -> Wanted:
        """Return which file is meant. Raises Refused or PasserbyError."""
        session = self._services.session
        picture = self._services.known(request.path_params["id"])
        frame = _number(request, "frame", 0)
        state = await self._services.run(session.picture, picture)
        if not state.sha256:
            raise Refused(422, "problem", "this file cannot be read")
        source = await self._services.run(session.path, picture)
        return Wanted(source=source, sha256=state.sha256, frame=frame, longest=1, quality=1)


async def _jpeg(made: Awaitable[bytes]) -> Response:
    return Response(await made, media_type=_TYPE)


def _number(request: Request, name: str, default: int) -> int:
    """Return a whole number of the query. Raises Refused."""
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise bad(f"{name}: expected a whole number")
    return int(text)


def _box(request: Request) -> Box:
    parts = request.query_params.get("box", "").split(",")
    if len(parts) != 4 or not all(
        p.isascii() and p.removeprefix("-").isdigit() and len(p) <= _DIGITS for p in parts
    ):
        raise bad("box: expected x0,y0,x1,y1")
    x0, y0, x1, y1 = map(int, parts)
    if x1 <= x0 or y1 <= y0:
        raise bad("box: it is empty")
    return Box(x0, y0, x1, y1)
