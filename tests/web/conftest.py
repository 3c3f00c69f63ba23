"""One server for all tests that do not end it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from review_server import Server, fill_with_traps, serving


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("review")
    folder = fill_with_traps(root)
    with serving(folder, root / "out") as running:
        running.detected()
        yield running
