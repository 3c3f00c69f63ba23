"""A session's journal and what it adds up to: the history of every picture's bytes."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from passerby.errors import StoreDamaged, UsageError
from passerby.model.options import Limits, Options
from passerby.report.text import printable
from passerby.session.events import FORMAT, Begun, Event, Known, decode_event, encode_event
from passerby.session.history import History, fold
from passerby.session.journal import Journal
from passerby.work import VERSION

_KEY_BYTES = 32


class Book:
    """Everything that was decided, in memory and on the disk. One thread at a time."""

    def __init__(self, path: Path, options: Options) -> None:
        """Open the journal, or begin one with these options.

        Raises StoreDamaged; UsageError when it was begun with other options, which the error
        names; OutputUnwritable.
        """
        self._journal = Journal(path)
        try:
            self._histories: dict[str, History] = {}
            self._known: dict[str, str] = {}
            events, self._journal.events = self._journal.events, []
            self.torn = self._journal.torn
            self._begun = self._begin(events, options)
            for number, value in enumerate(events[1:], start=2):
                self._replay(decode_event(value, number), number)
        except BaseException:
            self.close()
            raise

    def _begin(self, events: list[object], options: Options) -> Begun:
        if not events:
            begun = Begun(
                format=FORMAT,
                passerby=VERSION,
                key=secrets.token_hex(_KEY_BYTES),
                options=options,
                at=datetime.now(UTC),
            )
            self._journal.append_all([encode_event(begun)])
            return begun
        first = decode_event(events[0], 1)
        if not isinstance(first, Begun) or first.format != FORMAT:
            raise StoreDamaged(
                f"{printable(str(self._journal.path))} does not begin as a journal does",
                "Open it with the version of Passerby that wrote it.",
            )
        _check_options(first.options, options)
        return first

    def _replay(self, event: Event, number: int) -> None:
        try:
            self._take(event)
        except UsageError as error:
            raise StoreDamaged(
                f"line {number} of the journal cannot be followed: {error.message}",
                "Open it with the version of Passerby that wrote it.",
            ) from error

    def _take(self, event: Event) -> None:
        match event:
            case Known():
                self._known[event.path] = event.sha256
            case Begun():
                raise UsageError("it begins a second time")
            case _:
                self._histories[event.sha256] = fold(self.history(event.sha256), event)

    @property
    def key(self) -> bytes:
        """What ids and seeds are made with."""
        return bytes.fromhex(self._begun.key)

    @property
    def known(self) -> Mapping[str, str]:
        """The sha256 of files when something was decided on them last, by path."""
        return MappingProxyType(self._known)

    def history(self, sha256: str) -> History:
        """Return what happened to the picture of these bytes."""
        return self._histories.get(sha256) or History(sha256=sha256)

    def write(self, *events: Event) -> None:
        """Take in events; they are on the disk when this returns, or nothing has changed.

        Raises UsageError for what cannot be done, and OutputUnwritable.
        """
        before = dict(self._histories), dict(self._known)
        try:
            for event in events:
                self._take(event)
            self._journal.append_all([encode_event(event) for event in events])
        except BaseException:
            self._histories, self._known = before
            raise

    def close(self) -> None:
        """Close the file."""
        self._journal.close()


def _check_options(begun: Options, now: Options) -> None:
    """Raise UsageError for options that would have another picture come of what was decided.
    Limits do not change what is made."""
    one, other = replace(begun, limits=Limits()), replace(now, limits=Limits())
    if one == other:
        return
    names = [f.name for f in fields(Options) if getattr(one, f.name) != getattr(other, f.name)]
    told = ", ".join(
        f"{name.replace('_', '-')} was {_shown(getattr(one, name))} and is now "
        f"{_shown(getattr(other, name))}"
        for name in names
    )
    raise UsageError(
        f"this review was begun with other options: {told}",
        "Give the same options, or name another output folder for another review.",
    )


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value) or "none"
    return "none" if value is None else str(value)
