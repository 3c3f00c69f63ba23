"""The addresses of consents: the list, unlocking, recording one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from passerby.consent.facts import Scope
from passerby.consent.register import Evidence, Granted
from passerby.report.text import plural, printable
from passerby.store import Passphrase
from passerby.web.answers import answer, bad
from passerby.web.bodies import pieces, read_json
from passerby.web.clerk import MOST_EVIDENCE, Access, Told

if TYPE_CHECKING:
    from passerby.web.services import Services

_LONGEST = 20_000
"""Characters of a text."""
_LONGEST_NAME = 200


class ConsentRoutes:
    """Answers with what the register tells. Contact and evidence go in, and never come out."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._slot = asyncio.Semaphore(1)

    def routes(self) -> list[Route]:
        """Return where they are found."""
        return [
            Route("/api/consents", self.list),
            Route("/api/consents", self.add, methods=["POST"]),
            Route("/api/consents/unlock", self.unlock, methods=["POST"]),
            Route("/api/consents/evidence", self.evidence, methods=["PUT"]),
        ]

    async def list(self, request: Request) -> Response:
        """Answer with all consents; with `picture`, also whether each allows it."""
        clerk = self._services.clerk
        sha256 = self._sha256(request.query_params.get("picture"))
        told: list[Told] = []
        if clerk.state is Access.OPEN:
            told = await self._services.run(clerk.consents, sha256)
        return answer({"state": clerk.state.value, "consents": [_row(one) for one in told]})

    async def unlock(self, request: Request) -> Response:
        """Open the register with a passphrase."""
        passphrase = _text(await read_json(request), "passphrase", _LONGEST_NAME * 10)
        await self._services.run(self._services.clerk.unlock, Passphrase(passphrase))
        self._services.hub.tell({"kind": "reload"})
        return answer({"state": self._services.clerk.state.value})

    async def evidence(self, request: Request) -> Response:
        """Take in a file that shows a consent; it is kept in memory until that is recorded."""
        name = request.query_params.get("name", "")
        if not 0 < len(name) <= _LONGEST_NAME:
            raise bad("name: expected the name of the file")
        async with self._slot:
            data = b"".join([piece async for piece in pieces(request, MOST_EVIDENCE)])
        kept = Evidence(data=data, file_name=printable(name))
        return answer({"evidence": self._services.clerk.keep_evidence(kept)}, 201)

    async def add(self, request: Request) -> Response:
        """Record a consent."""
        body = await read_json(request)
        clerk, sha256 = self._services.clerk, self._sha256(body.get("picture"))
        name = _text(body, "evidence", _LONGEST_NAME)
        granted = _granted(body, sha256, clerk.evidence(name))
        told = await self._services.run(clerk.add, granted, sha256, name)
        self._services.hub.tell({"kind": "reload"})
        return answer(_row(told), 201)

    def _sha256(self, picture: Any) -> str | None:
        """Return the sha256 of a picture's original. Raises Refused."""
        if picture is None:
            return None
        if not isinstance(picture, str):
            raise bad("picture: expected an id")
        return self._services.session.picture(self._services.known(picture)).sha256


def _granted(body: Mapping[str, Any], sha256: str | None, evidence: Evidence) -> Granted:
    """Return the consent that a request is about. Raises Refused."""
    events, outlets = _names(body, "events"), _names(body, "outlets")
    try:
        scope = Scope(pictures=(sha256,) if sha256 else (), events=events, outlets=outlets)
    except ValueError as error:
        raise bad(str(error)) from None
    end = body.get("end")
    return Granted(
        purpose=_text(body, "purpose", _LONGEST),
        scope=scope,
        start=_day(body, "start"),
        end=None if end is None else _day(body, "end"),
        contact=_text(body, "contact", _LONGEST),
        evidence=evidence,
        keep_until=_day(body, "keep_until"),
    )


def _row(told: Told) -> dict[str, Any]:
    consent, given = told.consent, told.consent.given
    return {
        "id": consent.id,
        "label": printable(given.purpose),
        "scope": printable(_scope(given.scope)),
        "starts": given.start.isoformat(),
        "ends": None if given.end is None else given.end.isoformat(),
        "standing": consent.standing(told.today).value,
        "files": len(consent.standing_files),
        "problem": printable(told.problem) or None,
    }


def _scope(scope: Scope) -> str:
    parts = [plural(len(scope.pictures), "picture")] if scope.pictures else []
    parts += [f"event {name}" for name in scope.events]
    return "; ".join([*parts, *(f"outlet {name}" for name in scope.outlets)])


def _text(body: Mapping[str, Any], name: str, most: int) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not 0 < len(value.strip()) <= most:
        raise bad(f"{name}: expected a text of at most {most:,} characters")
    if any(0xD800 <= ord(character) < 0xE000 for character in value):
        raise bad(f"{name}: expected Unicode text")
    return value


def _names(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = body.get(name, [])
    if not isinstance(value, list) or len(value) > 100:
        raise bad(f"{name}: expected a list of names")
    return tuple(_text({name: one}, name, _LONGEST_NAME) for one in value)


def _day(body: Mapping[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(_text(body, name, 10))
    except ValueError:
        raise bad(f"{name}: expected a day as YYYY-MM-DD") from None
