"""`passerby review` as a person runs it, and folders of public-domain pictures for it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

import people

_TAKEN = 0x9003
_EXIF = 0x8769
_CAPTION = 0x010E
_COPYRIGHT = 0x8298


def save(folder: Path, name: str, pixels: people.Rgb, taken: str = "", caption: str = "") -> None:
    """Write a JPEG, with the time of taking and a caption if they are given."""
    exif = Image.Exif()
    if taken:
        exif.get_ifd(_EXIF)[_TAKEN] = taken
    if caption:
        exif[_CAPTION], exif[_COPYRIGHT] = caption, "Example Press"
    Image.fromarray(pixels).save(folder / name, quality=90, exif=exif)


def group(seed: int = 0, width: int = 900, height: int = 620, faces: int = 5) -> people.Rgb:
    """Return a picture of so many faces in rows, with room to draw below."""
    return people.crowd(width, height, faces, width // 9, seed=seed)


@dataclass(slots=True)
class Site:
    """A running `passerby review`. `address` opens its page once."""

    folder: Path
    output: Path
    options: tuple[str, ...] = ()
    address: str = ""
    state: dict[str, Any] | None = None
    page: str = ""
    _process: subprocess.Popen[str] | None = field(default=None, repr=False)

    def start(self) -> Site:
        """Run the command, until it says where the page is."""
        command = [sys.executable, "-m", "passerby", "review", str(self.folder)]
        command += ["-o", str(self.output), "--no-open", "--reviewer", "Ada", *self.options]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=_environ()
        )
        assert self._process.stdout is not None
        text = ""
        while not text.rstrip().endswith("}"):
            line = self._process.stdout.readline()
            assert line, "the review did not start"
            text += line
        self.address = json.loads(text)["address"]
        self.state, self.page = None, ""
        return self

    def kill(self) -> None:
        """End it as a crash does."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        self._end(signal.SIGINT)

    def _end(self, kind: signal.Signals) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(kind)
        self._process.wait(60)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None


def _environ() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}


def login(site: Site, browser: Any, **options: Any) -> Any:
    """Return a page of the site in a browser of its own; the first one uses the link."""
    context = browser.new_context(storage_state=site.state, **options)
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(site.page or site.address)
    page.wait_for_selector(".wall h1:not(:empty)")
    site.state = site.state or context.storage_state()
    site.page = site.page or page.url.split("#")[0]
    return page
