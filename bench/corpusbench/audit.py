"""What exiftool finds in a published file and no published file may hold."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
from canaries.search import is_expected

_READY = "{ready}"
_FLAGS = ("-a", "-u", "-U", "-G1", "-ee3", "-json", "-charset", "filename=utf8")


class Auditor:
    """One exiftool that answers for one file after another; starting it anew for each would take
    longer than most pictures do. It ends with its process, or when it is closed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def close(self) -> None:
        """End exiftool."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    @staticmethod
    def is_there() -> bool:
        return shutil.which("exiftool") is not None

    def leftovers(self, path: Path) -> list[str]:
        """Return ``Group:Tag = value`` of each tag that is not on the list of the tests."""
        tags = self._ask(path)
        wrong = {name: value for name, value in tags.items() if not is_expected(name, value)}
        if tags.get("File:FileType") == "JPEG":
            # The one tag of Exif that a copy may have: how it is turned.
            wrong.pop("IFD0:Orientation", None)
        return [f"{name} = {value}"[:120] for name, value in wrong.items()]

    def _ask(self, path: Path) -> dict[str, object]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                ["exiftool", "-stay_open", "True", "-@", "-"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                errors="replace",
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n".join((*_FLAGS, str(path), "-execute", "")))
        self._process.stdin.flush()
        lines = []
        for line in self._process.stdout:
            if line.strip() == _READY:
                break
            lines.append(line)
        tags = json.loads("".join(lines) or "[{}]")[0]
        return {name: value for name, value in tags.items() if name != "SourceFile"}
