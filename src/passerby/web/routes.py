"""The addresses of everything but pixels: the session, its pictures, publishing, files, events."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from passerby.errors import UnreadableInput
from passerby.files import read_input
from passerby.model.media import Field
from passerby.session import PictureState
from passerby.web import codec
from passerby.web.answers import Refused, answer, bad, unknown
from passerby.web.bodies import pieces, read_json
from passerby.web.hub import Hub
from passerby.web.uploads import MOST_BYTES

if TYPE_CHECKING:
    from passerby.web.services import Services

_MOST_REPORT = 256 * 2**20
REPORT_POLICY = (
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
"""The report is a file with its style within it: it is shown as a page of no origin."""
_LONGEST_NAME = 1000


class Routes:
    """Answers with what the session knows."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def routes(self) -> list[Route]:
        """Return where they are found."""
        one = "/api/pictures/{id}"
        return [
            Route("/api/session", self.session),
            Route(one, self.picture),
            Route(f"{one}/fields", self.fields),
            Route(f"{one}/changes", self.changes, methods=["POST"]),
            Route(f"{one}/undo", self.undo, methods=["POST"]),
            Route(f"{one}/redo", self.redo, methods=["POST"]),
            Route(f"{one}/signoff", self.sign_off, methods=["POST"]),
            Route("/api/events", self.events),
            Route("/api/publish", self.publish, methods=["POST"]),
            Route("/api/publish", self.stop, methods=["DELETE"]),
            Route("/api/report", self.report),
            Route("/report", self.report_page),
            Route("/api/files", self.files, methods=["PUT"]),
        ]

    async def session(self, request: Request) -> Response:  # noqa: ARG002 - the interface
        """Answer with all pictures and what goes on."""
        services = self._services
        states = await services.run(services.session.pictures)
        progress = services.publication.progress
        return answer(
            {
                "folder": services.discreet.text(services.session.folder.resolve().name),
                "output": services.discreet.text(services.output.resolve().name),
                "reviewer": services.reviewer,
                "version": sum(state.revision for state in states),
                "pictures": [codec.summary(state, services.discreet) for state in states],
                "consents": {"state": services.clerk.state.value},
                "publishing": None if progress is None else progress.document(),
                "fields": [one.value for one in Field],
                "grounds": codec.grounds(states),
                "method": services.session.options.method.value,
                "cosmetic": services.session.options.method.cosmetic,
            }
        )

    async def picture(self, request: Request) -> Response:
        """Answer with everything about one picture."""
        services = self._services
        name = services.known(request.path_params["id"])
        state = await services.run(services.session.picture, name)
        if not state.detected:
            await services.run(services.session.hurry, name)
        return answer(services.whole(state))

    async def fields(self, request: Request) -> Response:
        """Answer with the values of the fields that the copy could carry."""
        name = self._services.known(request.path_params["id"])
        return answer({"fields": await self._services.fields(name)})

    async def changes(self, request: Request) -> Response:
        """Change what is decided, all of it or nothing."""
        services = self._services
        name = services.known(request.path_params["id"])
        wish = codec.wishes(await read_json(request))
        return answer(services.whole(await services.run(self._apply, name, wish)))

    def _apply(self, picture: str, wish: codec.Wishes) -> PictureState:
        session, by = self._services.session, self._services.reviewer
        state = session.picture(picture)
        if wish.changes:
            self._services.clerk.check(wish.consents, state.sha256)
            state = session.change(picture, wish.base, wish.changes, by)
        if wish.copy:
            base = state.version if wish.changes else wish.base
            session.copy_to_neighbours(picture, base, wish.copy, by)
            state = session.picture(picture)
        return session.see(picture, by) if wish.seen else state

    async def undo(self, request: Request) -> Response:
        """Take back the last step."""
        return await self._step(request, self._services.session.undo)

    async def redo(self, request: Request) -> Response:
        """Make the step again that was taken back last."""
        return await self._step(request, self._services.session.redo)

    async def sign_off(self, request: Request) -> Response:
        """Note that a second reviewer agrees."""
        name = self._services.known(request.path_params["id"])
        body = await read_json(request)
        by, base = codec.signer(body), codec.base(body)
        state = await self._services.run(self._services.session.sign_off, name, base, by)
        return answer(self._services.whole(state))

    async def _step(self, request: Request, step: Callable[..., PictureState]) -> Response:
        name = self._services.known(request.path_params["id"])
        base = codec.base(await read_json(request))
        state = await self._services.run(step, name, base, self._services.reviewer)
        return answer(self._services.whole(state))

    async def events(self, request: Request) -> Response:  # noqa: ARG002 - the interface
        """Answer with all that happens from now on."""
        return _Events(self._services.hub)

    async def publish(self, request: Request) -> Response:
        """Begin to publish."""
        wish: Any = (await read_json(request)).get("pictures")
        if wish == "all":
            return answer(self._services.publication.start(None).document(), 202)
        if not isinstance(wish, list) or not wish or not all(isinstance(i, str) for i in wish):
            raise bad('pictures: expected ids, or "all"')
        names = [self._services.known(name) for name in wish]
        return answer(self._services.publication.start(names).document(), 202)

    async def stop(self, request: Request) -> Response:  # noqa: ARG002 - the interface
        """Publish no more than what is in hand."""
        self._services.publication.stop()
        progress = self._services.publication.progress
        return answer(None if progress is None else progress.document())

    async def report(self, request: Request) -> Response:  # noqa: ARG002 - the interface
        """Say where the report is."""
        if not await self._services.run(self._services.session.places.page.is_file):
            raise unknown()
        return answer({"href": "report"})

    async def report_page(self, request: Request) -> Response:  # noqa: ARG002 - the interface
        """Answer with the page of the last publishing."""
        page = self._services.session.places.page
        try:
            data = await self._services.run(read_input, page, _MOST_REPORT)
        except UnreadableInput:
            raise unknown() from None
        return Response(
            data,
            media_type="text/html; charset=utf-8",
            headers={"content-security-policy": REPORT_POLICY},
        )

    async def files(self, request: Request) -> Response:
        """Take in one file."""
        wish = request.query_params.get("name", "")
        if not 0 < len(wish) <= _LONGEST_NAME:
            raise bad("name: expected the name of the file")
        stream = pieces(request, MOST_BYTES)
        try:
            name = await self._services.receiver.receive(wish, stream)
        except UnicodeError:
            raise Refused(400, "request", "name: this is no text") from None
        self._services.arrived()
        return answer({"name": self._services.discreet.text(name)}, 201)


class _Events(StreamingResponse):
    """A stream that is left however it ends, also before its first line."""

    def __init__(self, hub: Hub) -> None:
        """Raises Refused."""
        self._hub, self._stream = hub, hub.open()
        super().__init__(hub.lines(self._stream), media_type="text/event-stream")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._hub.leave(self._stream)
