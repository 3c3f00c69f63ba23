"""The login link's way to the browser: through a file that only the user can read.

An address on a command line stands in the list of processes, which every user of the machine may
read; the name of a file does not help who cannot open it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import threading
import webbrowser
from pathlib import Path

from passerby.errors import OutputUnwritable

_NAME = "open-passerby.html"
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Passerby</title>
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0;url={address}"><p><a href="{address}">Open Passerby</a></p>
</html>
"""


class LoginFile:
    """A page that leads to an address. Use as a context manager: it is removed at the end."""

    def __init__(self, address: str) -> None:
        """Raises OutputUnwritable."""
        try:
            # mkdtemp: readable, writable, and searchable only by the creating user.
            self._folder = Path(tempfile.mkdtemp(prefix="passerby-"))
            self.path = self._folder / _NAME
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            with open(os.open(self.path, flags, 0o600), "w") as file:  # noqa: PTH123
                file.write(_PAGE.format(address=address))
        except OSError as error:
            raise OutputUnwritable(f"no file for the browser: {error.strerror}") from error

    def __enter__(self) -> LoginFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    def remove(self) -> None:
        """Remove it: it was used, or is not good any more."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def open(self) -> None:
        """Show it in the user's browser. Some browsers do not return: nobody waits for them."""
        threading.Thread(target=self._show, name="passerby-browser", daemon=True).start()

    def _show(self) -> None:
        with contextlib.suppress(Exception):
            webbrowser.open(self.path.as_uri())
