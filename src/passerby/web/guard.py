"""Stands before everything: what is refused here reaches no other code.

Every request has to name this server exactly as its login link does, which ends DNS rebinding
and other names of this machine; come from the page itself, by what the browser says of its origin
(Fetch Metadata, https://www.w3.org/TR/fetch-metadata/; Origin, RFC 6454); carry the cookie; and
name a path that has nothing to decode in it. A top navigation may come from anywhere: the browser
withholds the cookie if it comes from another site, and what it gets is shown to nobody but the
person.
"""

from __future__ import annotations

import os
import re
import sys
import traceback

from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from passerby.web.answers import Refused, refusal
from passerby.web.door import Door
from passerby.web.headers import HEADERS

LOGIN = "/login/"
WRITES = frozenset({"POST", "PUT", "DELETE"})
_READS = frozenset({"GET", "HEAD"})
_PATH = re.compile(rb"/[A-Za-z0-9_./-]{0,400}")
"""No percent sign: no name of ours needs one, and nothing can be hidden behind one."""
_LONGEST_QUERY = 2000

_CLOSED = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Passerby</title>
<h1>This page is closed</h1>
<p>Open the link that <code>passerby review</code> printed, or run the command again: a link
opens the page once. Decisions that were made are kept.</p></html>
"""


class Guard:
    """Middleware (ASGI 3). `host` is the one value of `Host` that is answered."""

    def __init__(self, app: ASGIApp, door: Door, host: str) -> None:
        self._app = app
        self._door = door
        self._host = host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        sender = _Sender(send)
        try:
            problem = self._problem(_Request(scope))
            if problem is None:
                await self._app(scope, receive, sender)
            else:
                await _refused(scope, problem)(scope, receive, sender)
        except Exception as error:
            await _failed(error, scope, receive, sender)

    def _problem(self, request: _Request) -> Refused | None:
        """Return why a request is refused; None when it is not."""
        if request.all("host") != [self._host]:
            return Refused(403, "host", "this server does not go by that name")
        if request.method not in _READS | WRITES:
            return Refused(405, "method", "this is not done here")
        if len(request.query) > _LONGEST_QUERY or not _PATH.fullmatch(request.path):
            return Refused(404, "unknown", "there is nothing here")
        if b".." in request.path or b"//" in request.path:
            return Refused(404, "unknown", "there is nothing here")
        foreign = self._foreign(request)
        if foreign is not None or request.path.startswith(LOGIN.encode()):
            return foreign
        if not self._door.admits(request.all("cookie")):
            return Refused(401, "login", "this page is closed", "Run `passerby review` again.")
        return None

    def _foreign(self, request: _Request) -> Refused | None:
        """Refuse what another page made the browser do."""
        foreign = Refused(403, "origin", "this request comes from another page")
        sites, origins = request.all("sec-fetch-site"), request.all("origin")
        if origins and origins != [f"http://{self._host}"]:
            return foreign
        if request.navigates:
            return None
        if sites and sites != ["same-origin"]:
            return foreign
        if request.method in WRITES:
            if request.all("x-passerby") != ["1"]:
                return Refused(403, "header", "this request was not made by the page")
            if not origins and not sites:
                return foreign
        return None


class _Request:
    """What the guard looks at."""

    def __init__(self, scope: Scope) -> None:
        self.method: str = scope["method"]
        self.path: bytes = scope.get("raw_path") or scope["path"].encode()
        self.query: bytes = scope.get("query_string", b"")
        self._headers: list[tuple[bytes, bytes]] = scope["headers"]

    def all(self, name: str) -> list[str]:
        """Return the values of a header."""
        wanted = name.encode()
        return [value.decode("latin-1") for key, value in self._headers if key == wanted]

    @property
    def navigates(self) -> bool:
        """Whether the browser shows the answer in a tab, by itself."""
        modes, kinds = self.all("sec-fetch-mode"), self.all("sec-fetch-dest")
        return self.method == "GET" and modes == ["navigate"] and kinds == ["document"]


class _Sender:
    """Adds the headers to whatever is answered, and remembers whether anything was."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            given = message.get("headers", [])
            # Only code of ours gets here; the report has a policy of its own, a stricter one.
            names = {name.lower() for name, _ in given}
            ours = [pair for pair in HEADERS if pair[0] not in names]
            message = {**message, "headers": [*given, *ours]}
        await self._send(message)


def _refused(scope: Scope, problem: Refused) -> Response:
    if problem.status == 401 and _Request(scope).navigates:
        answer: Response = HTMLResponse(_CLOSED, 401)
    else:
        answer = refusal(problem)
    # What is still to come of the request is not read.
    answer.headers["connection"] = "close"
    return answer


async def _failed(error: Exception, scope: Scope, receive: Receive, send: _Sender) -> None:
    """Tell that something went wrong, and no more than its type: its text may hold anything."""
    if os.environ.get("PASSERBY_DEBUG"):
        traceback.print_exception(error, file=sys.stderr)
    if not send.started:
        kind = type(error).__name__
        problem = Refused(
            500, "bug", f"an unforeseen {kind}", "This is a bug in Passerby: please report it."
        )
        await _refused(scope, problem)(scope, receive, send)
