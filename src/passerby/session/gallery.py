"""The pictures that a session has at present."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from passerby.batch.plan import Plan
from passerby.errors import UsageError
from passerby.session.listing import Lister, Original


class Gallery:
    """The files of a folder as they were listed last. One thread at a time, but for `list`."""

    def __init__(self, lister: Lister) -> None:
        self._lister = lister
        self.plan = Plan(tasks=(), reports=None)
        """That of a run over the whole folder."""
        self._originals: dict[str, Original] = {}
        self._bursts: dict[str, list[str]] = {}

    def list(self) -> tuple[Plan, tuple[Original, ...]]:
        """List the folder, which takes a while; `hang` puts up the result. Raises UsageError."""
        return self._lister.list()

    def hang(self, plan: Plan, originals: tuple[Original, ...]) -> tuple[tuple[str, ...], bool]:
        """Show what was listed; return the ids of what is new, and whether anything differs."""
        before = set(self._originals)
        self.plan = plan
        self._originals = {original.id: original for original in originals}
        self._bursts = defaultdict(list)
        for original in originals:
            if original.burst is not None:
                self._bursts[original.burst].append(original.id)
        new = tuple(name for name in self._originals if name not in before)
        return new, set(self._originals) != before

    def __iter__(self) -> Iterator[Original]:
        return iter(self._originals.values())

    def __contains__(self, picture: str) -> bool:
        return picture in self._originals

    def __getitem__(self, picture: str) -> Original:
        """Return a picture by its id. Raises UsageError."""
        if picture not in self._originals:
            raise UsageError(
                "there is no such picture now", "It was changed, moved or removed: load the page."
            )
        return self._originals[picture]

    def neighbours(self, original: Original) -> tuple[str, ...]:
        """Return the ids of the other pictures of a burst."""
        ids = self._bursts.get(original.burst or "", ())
        return tuple(name for name in ids if name != original.id)

    def copies(self, sha256: str) -> tuple[Original, ...]:
        """Return all files of the same bytes."""
        return tuple(o for o in self._originals.values() if o.sha256 == sha256)
