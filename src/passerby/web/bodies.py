"""Reading what a request carries, with a limit and a clock."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import ClientDisconnect, Request

from passerby.web.answers import JSON_TYPE, Refused, bad

MOST_JSON = 256 * 1024
"""Bytes of a request in JSON."""
PATIENCE = 15.0
"""Seconds that the next piece of a request may take."""


async def pieces(request: Request, most: int) -> AsyncIterator[bytes]:
    """Yield a request's body piece by piece. Raises Refused when it has more than `most` bytes,
    or does not come."""
    _check_claim(request, most)
    stream = request.stream().__aiter__()
    seen = 0
    while True:
        try:
            piece = await asyncio.wait_for(anext(stream), PATIENCE)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise _slow() from None
        except ClientDisconnect:
            raise Refused(400, "gone", "the request was not finished") from None
        seen += len(piece)
        if seen > most:
            raise _too_large(most)
        if piece:
            yield piece


def _check_claim(request: Request, most: int) -> None:
    claim = request.headers.get("content-length", "0")
    if not claim.isascii() or not claim.isdigit():
        raise bad("the length of the request is no number")
    if len(claim) > 18 or int(claim) > most:
        raise _too_large(most)


def _slow() -> Refused:
    return Refused(408, "slow", "the request did not come in time")


def _too_large(most: int) -> Refused:
    return Refused(413, "limit", f"this is larger than {most:,} bytes")


async def read_json(request: Request) -> dict[str, Any]:
    """Return the JSON object that a request carries; an empty one for no body."""
    try:
        async with asyncio.timeout(2 * PATIENCE):
            data = b"".join([piece async for piece in pieces(request, MOST_JSON)])
    except TimeoutError:
        raise _slow() from None
    if not data:
        return {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON_TYPE:
        raise Refused(415, "type", f"this has to be {JSON_TYPE}")
    try:
        value = json.loads(data, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise bad("this is no JSON") from None
    if not isinstance(value, dict):
        raise bad("this is no JSON object")
    return value


def _no_number(name: str) -> float:
    raise ValueError(name)
