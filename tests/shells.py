"""Commands run in this process, as a shell would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from passerby.cli import main


class Shell:
    """Runs commands in a folder and remembers what they wrote."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self.capfd = capfd
        self.out = self.err = ""

    def run(self, *arguments: str | Path) -> int:
        self.capfd.readouterr()
        code = main([str(argument) for argument in arguments])
        self.out, self.err = self.capfd.readouterr()
        return code

    def json(self) -> Any:
        value = json.loads(self.out)
        assert value["schema"] == 1
        return value
