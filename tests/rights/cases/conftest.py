"""One derivation for each secret and salt."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import pytest

from passerby.store import lock


@pytest.fixture(autouse=True, scope="session")
def _one_derivation_each() -> Iterator[None]:
    """Argon2id gives the same key for the same words and salt: each is derived once."""
    slow = lock.stretch
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lock, "stretch", functools.cache(slow))
        yield
