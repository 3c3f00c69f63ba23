"""Who may come in: a token that is used once, and the cookie that it is exchanged for.

Cookies ignore ports: a browser sends this one to whatever listens on another port of the same
address, if the path fits. So the cookie is bound to a path that nobody can guess, and the whole
page lives below it. Its name is drawn as well, so that a page on another port cannot put one of
its own in its place. Nothing of it is kept on the disk: the next run draws anew.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable

LIFETIME = 300.0
"""Seconds for which a login link opens the page."""
_MOST_TOKENS = 16


class Door:
    """The secrets of one run. `room` is the first part of every path behind the login; `used` is
    called when somebody came in."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.used: Callable[[], None] = lambda: None
        self.room = secrets.token_urlsafe(18)
        self.cookie = f"passerby-{secrets.token_hex(8)}"
        self._key = secrets.token_urlsafe(32)
        self._clock = clock
        self._tokens: dict[bytes, float] = {}

    def issue(self) -> str:
        """Return a new token. It is good once, and not for long."""
        token = secrets.token_urlsafe(32)
        while len(self._tokens) >= _MOST_TOKENS:
            self._tokens.pop(next(iter(self._tokens)))
        self._tokens[_hashed(token)] = self._clock() + LIFETIME
        return token

    def redeem(self, token: str) -> str | None:
        """Return the value of `Set-Cookie` for a token; None for one that is not good any more."""
        # A lookup by hash tells nothing about how far a guess is right.
        expires = self._tokens.pop(_hashed(token), None)
        if expires is None or self._clock() > expires:
            return None
        self.used()
        return f"{self.cookie}={self._key}; Path=/{self.room}/; HttpOnly; SameSite=Strict"

    def admits(self, cookies: list[str]) -> bool:
        """Whether these `Cookie` headers hold the cookie, once."""
        pairs = [pair.strip().partition("=") for line in cookies for pair in line.split(";")]
        values = [value for name, _, value in pairs if name == self.cookie]
        return len(values) == 1 and hmac.compare_digest(_hashed(values[0]), _hashed(self._key))


def _hashed(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()
