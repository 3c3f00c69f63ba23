"""A clinic's shell, and one derivation for each secret and salt."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

from clinics import SENDER, Clinic
from passerby.store import lock


@pytest.fixture(autouse=True, scope="session")
def _one_derivation_each() -> Iterator[None]:
    """Argon2id gives the same key for the same words and salt: each is derived once."""
    slow = lock.stretch
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lock, "stretch", functools.cache(slow))
        yield


@pytest.fixture
def shell(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Clinic]:
    monkeypatch.chdir(tmp_path)
    Path("me.toml").write_text(SENDER)
    Path("words").write_text("a horse that counts to eight\n")
    Path("words").chmod(0o600)
    monkeypatch.setenv("PASSERBY_PASSPHRASE_FILE", "words")
    yield Clinic(capfd)
