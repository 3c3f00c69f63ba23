"""`passerby doctor`."""

from __future__ import annotations

import platform
import re
from importlib import metadata
from typing import Any

import click

from passerby.cli.console import print_json, say
from passerby.cli.options import json_option
from passerby.errors import Exit

_GIVES = {
    "CUDAExecutionProvider": "detection on an NVIDIA GPU (pip install 'passerby[cuda]')",
    "CoreMLExecutionProvider": "detection on Apple's accelerators (macOS)",
}


@click.command()
@json_option
def doctor(as_json: bool) -> int:
    """Show what is installed, whether it is right, and what optional parts would give.

    Checks the sha256 of each detector's weights. Exit code 20: something needed is missing.
    """
    found = examine()
    _tell(found)
    if as_json:
        from passerby.report.json import document

        print_json(document("doctor", **found))
    return int(Exit.OK if found["healthy"] else Exit.DEPENDENCY)


def examine() -> dict[str, Any]:
    """Return what is installed: versions, detectors, execution providers, optional parts."""
    from passerby.cli.models import describe
    from passerby.find import catalogue

    libraries = {name: _version(name) for name in _needed()}
    detectors = [describe(entry) for entry in catalogue.entries()]
    providers = _providers()
    built_in = [one["usable"] for one in detectors if one["built_in"]]
    return {
        "healthy": all(libraries.values()) and all(built_in) and bool(providers),
        "version": metadata.version("passerby"),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "libraries": libraries,
        "detectors": detectors,
        "providers": providers,
        "optional": [
            {"name": name, "present": name in providers, "gives": gives}
            for name, gives in _GIVES.items()
        ],
    }


def _needed() -> list[str]:
    """Return the names of the libraries that an install always has."""
    wanted = [line for line in metadata.requires("passerby") or () if "extra ==" not in line]
    return [re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0] for line in wanted]


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _providers() -> list[str]:
    """Return what networks can run on, best first; nothing when the runtime is broken."""
    try:
        from passerby.find.runtime import providers
    except ImportError:
        return []
    return providers()


def _tell(found: dict[str, Any]) -> None:
    say(f"Passerby {found['version']}, Python {found['python']}, {found['platform']}")
    say("Libraries")
    for name, version in found["libraries"].items():
        say(f"  {name} {version or 'MISSING: install Passerby again'}")
    say("Detectors")
    for one in found["detectors"]:
        say(f"  {one['name']} {one['version']}: {one['state']}, {one['licence']}")
        say(f"    sha256 {one['sha256']}")
    say(f"Networks run on: {', '.join(found['providers']) or 'NOTHING: onnxruntime is broken'}")
    say("Optional")
    for one in found["optional"]:
        say(f"  {one['name']}: {'present' if one['present'] else 'missing'}; gives {one['gives']}")
    say("All is well." if found["healthy"] else "Something is missing: see above.")
