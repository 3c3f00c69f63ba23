"""A register to test with, and one derivation for each secret and salt."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from batch_parts import quick_ports
from consent_parts import Clock
from passerby.batch import run, worker
from passerby.batch.plan import Task
from passerby.batch.worker import Results, Settings
from passerby.consent.register import Register
from passerby.store import KeyFile, lock


@pytest.fixture(autouse=True, scope="session")
def _one_derivation_each() -> Iterator[None]:
    """Argon2id gives the same key for the same bytes and salt: each is derived once."""
    slow = lock.stretch
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lock, "stretch", functools.cache(slow))
        yield


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty register and its key, that are copied, never used."""
    place = tmp_path_factory.mktemp("made")
    key = KeyFile.create(place / "register.key")
    Register.create(place / "consents", key)[0].close()
    return place


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """The folder of an empty register of one's own; its key lies beside it."""
    shutil.copy(made / "register.key", tmp_path / "register.key")
    return Path(shutil.copytree(made / "consents", tmp_path / "consents"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def register(folder: Path, clock: Clock) -> Iterator[Register]:
    """An empty register, open."""
    with Register.open(folder, KeyFile(folder.parent / "register.key"), today=clock) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in this process, and see no face: what is done by decisions needs neither. By the
    command line, `tests/cli/test_consent.py` does both as they are."""
    ports = quick_ports((), ())

    def one_by_one(tasks: Sequence[Task], shop: Settings, workers: int) -> Results:
        doer = shop.doer()
        for index, task in enumerate(tasks):
            yield index, doer.work(task)

    monkeypatch.setattr(run, "work_all", one_by_one)
    monkeypatch.setattr(worker, "build_ports", lambda options, threads: ports)
