"""Finders as the pipeline opens them, each loaded once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from passerby.find import open_finder
from passerby.model.options import Effort
from passerby.ports import Finder

Open = Callable[..., Finder]


@cache
def _opened(name: str, effort: Effort, second: bool) -> Finder:
    return open_finder(name, effort=effort, second=second, threads=2)


@pytest.fixture(scope="session")
def opened() -> Open:
    return _opened
