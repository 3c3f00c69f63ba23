"""What the server answers: JSON, and errors that tell what went wrong and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from starlette.responses import Response

from passerby.errors import (
    InputChanged,
    InputError,
    LimitExceeded,
    NoConsent,
    PasserbyError,
    StoreBusy,
    StoreLocked,
    StoreMissing,
    UsageError,
)
from passerby.model.report import Failure
from passerby.report.text import printable

JSON_TYPE = "application/json"

_STATUS: tuple[tuple[type[PasserbyError], int], ...] = (
    (NoConsent, 409),
    (StoreBusy, 409),
    (StoreLocked, 403),
    (StoreMissing, 404),
    (InputChanged, 409),
    (UsageError, 400),
    (InputError, 422),
    (LimitExceeded, 422),
)
_PLACE = re.compile(r"(?<![\w.])/(?:[^\s/:;,]+/)+")
"""The folders of an absolute path."""


class Refused(Exception):
    """A request that is not answered as it wishes. `status` is that of HTTP."""

    def __init__(self, status: int, code: str, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.failure = {"code": code, "message": message, "advice": advice}


def answer(value: Any, status: int = 200) -> Response:
    """Return a JSON answer, in ASCII."""
    data = json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
    return Response(data, status, media_type=JSON_TYPE)


def refusal(error: Refused) -> Response:
    """Return the answer to a request that is refused."""
    return answer({"error": error.failure}, error.status)


def unknown() -> Refused:
    """Return the refusal of what is not there, or not to be told of."""
    return Refused(404, "unknown", "there is nothing here", "Load the page again.")


def bad(message: str) -> Refused:
    """Return the refusal of a request that makes no sense."""
    return Refused(400, "request", message, "Load the page again.")


def status_of(error: PasserbyError) -> int:
    """Return the HTTP status that an error amounts to."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


class Discreet:
    """Leaves out of a text where on the disk things are: names of folders tell of people."""

    def __init__(self, roots: Sequence[Path] = ()) -> None:
        places = {str(form) for root in roots for form in (root, root.absolute(), root.resolve())}
        self._roots = sorted((p for p in places if len(p) > 1), key=len, reverse=True)

    def text(self, text: str) -> str:
        """Return the text, without folders and safe to show."""
        for root in self._roots:
            text = text.replace(root, Path(root).name)
        return printable(_PLACE.sub("", text))

    def error(self, error: PasserbyError) -> dict[str, str]:
        """Return what is told of an error."""
        return self.failure(Failure.from_error(error))

    def failure(self, failure: Failure) -> dict[str, str]:
        """Return what is told of what went wrong with a picture."""
        return {
            "code": failure.code,
            "message": self.text(failure.message),
            "advice": self.text(failure.advice),
        }
