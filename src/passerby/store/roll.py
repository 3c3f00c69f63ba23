"""The roll: who is in the records, where each chain ends, and who was erased.

It is one sealed row, written anew in each transaction, and the only place that says these things.
So a row that was deleted, put back from an old copy or cut off at the end does not fit it. What
cannot be told is a whole folder that was put back as it once was: every part of it is authentic.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from passerby.store.chain import microseconds, time_of
from passerby.store.entry import Tombstone
from passerby.store.seal import NotAuthentic, Place, seal, unseal

_PLACE = Place(purpose="roll")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a subject has come: the number of her entries, the head of her chain, and the
    sha256 of her sealed key. All hashes are hex."""

    number: int
    head: str
    key_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """All subjects by id, in the order they came; all tombstones; the sha256 (hex) of each lock
    by its slot; and what was deleted but not yet driven out of the files: ids of subjects, slots
    of locks."""

    locks: Mapping[str, str]
    subjects: Mapping[str, Standing] = field(default_factory=dict)
    tombstones: tuple[Tombstone, ...] = ()
    leaving: tuple[str, ...] = ()

    def tombstone(self, subject: str) -> Tombstone | None:
        """Return what is left of an erased subject; None for one who was not erased."""
        return next((stone for stone in self.tombstones if stone.id == subject), None)

    def with_subject(self, subject: str, standing: Standing) -> Roll:
        """Return it with a subject added, or with a new standing."""
        return replace(self, subjects={**self.subjects, subject: standing})

    def without_subject(self, stone: Tombstone) -> Roll:
        """Return it with a tombstone in a subject's place, her erasure begun."""
        left = {name: value for name, value in self.subjects.items() if name != stone.id}
        return replace(
            self,
            subjects=left,
            tombstones=(*self.tombstones, stone),
            leaving=(*self.leaving, stone.id),
        )

    def with_lock(self, slot: str, sha256: str) -> Roll:
        """Return it with a lock in place of the one before."""
        return replace(self, locks={**self.locks, slot: sha256}, leaving=(*self.leaving, slot))

    def settled(self, names: Sequence[str]) -> Roll:
        """Return it with these driven out of the files."""
        return replace(self, leaving=tuple(name for name in self.leaving if name not in names))


def seal_roll(key: bytes, roll: Roll) -> bytes:
    """Return the roll as it is kept."""
    document = {
        "subjects": [
            [name, standing.number, standing.head, standing.key_sha256]
            for name, standing in roll.subjects.items()
        ],
        "tombstones": [[s.id, microseconds(s.at), s.head] for s in roll.tombstones],
        "leaving": list(roll.leaving),
        "locks": dict(roll.locks),
    }
    return seal(key, json.dumps(document, separators=(",", ":")).encode(), _PLACE)


def unseal_roll(key: bytes, sealed: bytes) -> Roll:
    """Return the roll. Raises NotAuthentic."""
    plain = unseal(key, sealed, _PLACE)
    try:
        return _read(json.loads(plain))
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise NotAuthentic from error


def _read(document: Any) -> Roll:
    return Roll(
        subjects={
            name: Standing(number=number, head=head, key_sha256=key)
            for name, number, head, key in document["subjects"]
        },
        tombstones=tuple(
            Tombstone(id=name, at=time_of(at), head=head)
            for name, at, head in document["tombstones"]
        ),
        leaving=tuple(document["leaving"]),
        locks=document["locks"],
    )
