"""Records to test with, and one derivation for each secret and salt."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from passerby.store import Store, lock
from store_parts import PHRASE, filled


@pytest.fixture(autouse=True, scope="session")
def _one_derivation_each() -> Iterator[None]:
    """Argon2id gives the same key for the same words and salt: each is derived once."""
    slow = lock.stretch
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lock, "stretch", functools.cache(slow))
        yield


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Empty records that are copied, never used, and their recovery key."""
    folder = tmp_path_factory.mktemp("made") / "records"
    store, recovery = Store.create(folder, PHRASE)
    store.close()
    return folder, recovery


@pytest.fixture
def folder(made: tuple[Path, str], tmp_path: Path) -> Path:
    """The folder of empty records of one's own."""
    return Path(shutil.copytree(made[0], tmp_path / "records"))


@pytest.fixture(scope="session")
def filled_once(
    made: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str, str]:
    """Records of two subjects that are copied, never used, and their ids."""
    folder = Path(shutil.copytree(made[0], tmp_path_factory.mktemp("filled") / "records"))
    return folder, *filled(folder)


@pytest.fixture
def pair(folder: Path, filled_once: tuple[Path, str, str]) -> tuple[str, str]:
    """The ids of two subjects of `filled` that are in the records in `folder`."""
    shutil.copytree(filled_once[0], folder, dirs_exist_ok=True)
    return filled_once[1:]


@pytest.fixture
def recovery(made: tuple[Path, str]) -> str:
    """The recovery key of the records in `folder`."""
    return made[1]


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    """Empty records, open."""
    with Store.open(folder, PHRASE) as opened:
        yield opened
