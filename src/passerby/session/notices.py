"""What a session tells those who listen."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a notice is about."""

    PICTURE = "picture"
    """What is decided, or known, of a picture changed."""
    DETECTED = "detected"
    """The detectors have looked at a picture, or failed to."""
    LISTED = "listed"
    """Pictures came or went."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something happened. `picture` is its id, empty for what is about all."""

    kind: Kind
    picture: str = ""
    version: int = 0
    revision: int = 0


Listener = Callable[[Notice], None]


class Listeners:
    """Those who listen, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: list[Listener] = []

    def add(self, listener: Listener) -> Callable[[], None]:
        """Have a function called with every notice; returns what ends that."""
        with self._lock:
            self._all.append(listener)

        def remove() -> None:
            with self._lock:
                self._all.remove(listener)

        return remove

    def tell(self, notice: Notice) -> None:
        """Call everybody."""
        with self._lock:
            everybody = tuple(self._all)
        for listener in everybody:
            listener(notice)
