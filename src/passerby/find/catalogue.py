"""The detectors that Passerby knows: their weights' hash, licence and origin.

Each detector is one TOML file in `models/`; adding a file adds a detector. Its keys:

    title        the name that people use
    version      of the weights
    decoder      which code reads its output: the name of a module in this package
    file         file name of the weights
    sha256       of that file; nothing else is ever loaded under this name
    bytes        its size
    built_in     whether it came with the install
    licence      SPDX name of the weights' licence
    source       where its authors publish it
    address      https address of exactly this file; absent where there is no stable one
    trained_on   the data behind it, and the terms of that data

Weights that are not built in are looked for in `folder()`. Nothing is downloaded but by `add`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import tomllib
import urllib.error
import urllib.request
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import IO, Any

import platformdirs

from passerby.errors import ModelError, NetworkForbidden, UsageError
from passerby.model.finding import FinderId

OFFLINE = "PASSERBY_OFFLINE"
"""Environment variable: set to anything but 0 or nothing, it forbids the network."""

FOLDER = "PASSERBY_MODELS"
"""Environment variable: the folder of the weights that are not built in."""

TIMEOUT = 60.0
"""Seconds without an answer after which a download is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One detector of the catalogue; the fields are described at the head of this module."""

    name: str
    title: str
    version: str
    decoder: str
    file: str
    sha256: str
    bytes: int
    built_in: bool
    licence: str
    source: str
    trained_on: str
    address: str | None = None

    @property
    def identity(self) -> FinderId:
        """What a report says of this detector."""
        return FinderId(name=self.name, version=self.version, sha256=self.sha256)


@cache
def entries() -> tuple[Entry, ...]:
    """Return the catalogue: built-in detectors first, then by name."""
    folder = resources.files("passerby.find") / "models"
    found = [
        Entry(name=item.name.removesuffix(".toml"), **tomllib.loads(item.read_text("utf-8")))
        for item in folder.iterdir()
        if item.name.endswith(".toml")
    ]
    return tuple(sorted(found, key=lambda entry: (not entry.built_in, entry.name)))


def entry(name: str) -> Entry:
    """Return the detector of this name. Raises UsageError when there is none."""
    for candidate in entries():
        if candidate.name == name:
            return candidate
    names = ", ".join(candidate.name for candidate in entries())
    raise UsageError(f"no detector is called {name!r}", f"The catalogue has: {names}.")


def folder() -> Path:
    """Return the folder of the weights that were added by hand; it may not exist."""
    given = os.environ.get(FOLDER)
    return Path(given) if given else platformdirs.user_data_path("passerby", False) / "models"


def path(name: str) -> Path:
    """Return where the weights of a detector belong, whether they are there or not.

    Raises UsageError for an unknown name.
    """
    wanted = entry(name)
    if wanted.built_in:
        return Path(str(resources.files("passerby.find") / "weights" / wanted.file))
    return folder() / wanted.file


def load_weights(name: str) -> tuple[bytes, FinderId]:
    """Read the weights of a detector; their hash is checked first.

    Raises UsageError for an unknown name, ModelError when the file is missing, unreadable, or
    not the expected one.
    """
    wanted, place = entry(name), path(name)
    data = _read(place, wanted, _missing(wanted))
    _check(data, wanted, place)
    return data, wanted.identity


def add(name: str, file: Path | None = None, offline: bool = False) -> Path:
    """Put the weights of a detector in place and return where they are.

    They come from `file`, or from the catalogue's address. The hash is checked before they
    are put where `load_weights` looks; weights that are there already are left alone.

    Raises UsageError for an unknown or built-in name, NetworkForbidden when a download was
    needed and `offline` or the environment forbids it, ModelError when the bytes are not the
    expected ones or cannot be had or stored.
    """
    wanted, place = entry(name), path(name)
    if wanted.built_in:
        raise UsageError(f"{name} came with the install", "There is nothing to add.")
    if file is None and _has(place, wanted):
        return place
    data = _download(wanted, offline) if file is None else _read(file, wanted)
    _check(data, wanted, file)
    _store(data, place)
    return place


def _missing(wanted: Entry) -> str:
    if wanted.built_in:
        return "Install Passerby again: its weights come with it."
    return f"Run `passerby models add {wanted.name}`."


def _read(place: Path, wanted: Entry, advice: str | None = None) -> bytes:
    """Read a file that should be the weights, and no more of it than they have bytes."""
    try:
        with place.open("rb") as stream:
            return stream.read(wanted.bytes + 1)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise ModelError(f"the weights of {wanted.name}: {place}: {why}", advice) from error


def _check(data: bytes, wanted: Entry, place: Path | None) -> None:
    if hashlib.sha256(data).hexdigest() != wanted.sha256:
        origin = wanted.address if place is None else place
        raise ModelError(
            f"{origin} is not the file that the catalogue names for {wanted.name}",
            f"It should have sha256 {wanted.sha256}. Nothing was loaded.",
        )


def _has(place: Path, wanted: Entry) -> bool:
    return place.is_file() and hashlib.sha256(_read(place, wanted)).hexdigest() == wanted.sha256


class _OnlyHttps(urllib.request.HTTPRedirectHandler):
    """Refuses to be sent from https to anything else."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Any,
        newurl: str,
    ) -> urllib.request.Request | None:
        if not newurl.startswith("https://"):
            raise urllib.error.URLError(f"the server points to {newurl}, which is not https")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _download(wanted: Entry, offline: bool) -> bytes:
    """Fetch the weights from their official address, at most one byte more than they have."""
    if wanted.address is None or not wanted.address.startswith("https://"):
        raise ModelError(
            f"the catalogue has no address to download {wanted.name} from",
            f"See {wanted.source} and run `passerby models add {wanted.name} FILE`.",
        )
    if offline or os.environ.get(OFFLINE, "0") not in ("", "0"):
        raise NetworkForbidden(
            f"{wanted.name} would have to be downloaded and the network is not allowed",
            f"Fetch {wanted.address} elsewhere and run `passerby models add {wanted.name} FILE`.",
        )
    opener = urllib.request.build_opener(_OnlyHttps)
    try:
        with opener.open(wanted.address, timeout=TIMEOUT) as answer:
            data: bytes = answer.read(wanted.bytes + 1)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{wanted.address}: {error}",
            f"Try again, or fetch it elsewhere and run `passerby models add {wanted.name} FILE`.",
        ) from error
    return data


def _store(data: bytes, place: Path) -> None:
    """Write the file whole or not at all."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        holder = Path(tempfile.mkdtemp(dir=place.parent, prefix=".adding-"))
        try:
            partial = holder / place.name
            with partial.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            partial.replace(place)
        finally:
            shutil.rmtree(holder, ignore_errors=True)
    except OSError as error:
        raise ModelError(
            f"{place} cannot be written: {error.strerror or type(error).__name__}",
            f"Set {FOLDER} to a folder that can be written.",
        ) from error
