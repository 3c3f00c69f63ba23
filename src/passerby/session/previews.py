"""Outputs that are made in memory, the latest of them kept for a while."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future

from passerby.batch.local import cores
from passerby.errors import PasserbyError, VerificationFailed
from passerby.model.given import Given
from passerby.model.options import Options
from passerby.session.crew import Crew
from passerby.session.detecting import Fields, Wanted
from passerby.session.failures import error_of
from passerby.session.previewing import Ask, Made, Studio

KEPT = 64 * 1024**2
"""Bytes of previews that are kept in memory, the latest first."""
_LINGER = 600.0
"""Seconds that the process waits for the next preview: a person thinks between two clicks."""
_FIELDS_KEPT = 2000
"""Pictures whose fields are kept in memory."""


class Previews:
    """Makes previews in a process of its own, the latest that was asked for first."""

    def __init__(self, options: Options) -> None:
        self._crew: Crew[Ask, Made] = Crew(
            Studio(options=options, threads=cores()), 1, "passerby-preview", linger=_LINGER
        )
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._fields: OrderedDict[str, Fields] = OrderedDict()
        self._making: dict[str, tuple[int, Future[bytes], Future[Made]]] = {}

    def make(self, file: Wanted, version: int, given: Given) -> Future[bytes]:
        """Return the output of a version, as it will be there. A preview of another version of
        the same picture that nobody has begun is forgotten."""
        key = (file.sha256, version)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return _done(self._kept[key])
            before = self._making.get(file.sha256)
            if before is not None and before[0] == version:
                return before[1]
        if before is not None:
            self._crew.cancel(before[2])
        made = self._crew.ask(Ask(file=file, given=given), first=True)
        output: Future[bytes] = Future()
        with self._lock:
            self._making[file.sha256] = (version, output, made)
        made.add_done_callback(lambda future: self._made(key, future, output))
        return output

    def _made(self, key: tuple[str, int], made: Future[Made], output: Future[bytes]) -> None:
        with self._lock:
            if self._making.get(key[0], (0, None))[1] is output:
                del self._making[key[0]]
        if made.cancelled() or not output.set_running_or_notify_cancel():
            output.cancel()
            return
        result = made.result()
        if result.data is None:
            output.set_exception(_why(result))
            return
        with self._lock:
            self._kept[key] = result.data
            total = sum(map(len, self._kept.values()))
            while total > KEPT and len(self._kept) > 1:
                total -= len(self._kept.popitem(last=False)[1])
        output.set_result(result.data)

    def fields(self, file: Wanted) -> Fields:
        """Return the values of the fields that a picture holds. Raises PasserbyError."""
        with self._lock:
            if file.sha256 in self._fields:
                return self._fields[file.sha256]
        made = self._crew.ask(Ask(file=file), first=True).result()
        if made.failure is not None:
            raise error_of(made.failure)
        self.note_fields(file.sha256, made.fields)
        return made.fields

    def note_fields(self, sha256: str, fields: Fields) -> None:
        """Keep the values of fields that are known already."""
        with self._lock:
            self._fields[sha256] = fields
            while len(self._fields) > _FIELDS_KEPT:
                self._fields.popitem(last=False)

    def close(self) -> None:
        """End the process."""
        self._crew.close()


def _done(data: bytes) -> Future[bytes]:
    future: Future[bytes] = Future()
    future.set_result(data)
    return future


def _why(made: Made) -> PasserbyError:
    if made.failure is not None:
        return error_of(made.failure)
    return VerificationFailed("nothing was made of these decisions")
