"""`passerby doctor`."""

from __future__ import annotations

import platform
import re
from importlib import metadata

import click

from passerby.cli.console import print_json, say
from passerby.cli.options import json_option
from passerby.errors import Exit
from passerby.model.installed import Installation, JpegPath, OptionalPart

_GIVES = {
    "CUDAExecutionProvider": "detection on an NVIDIA GPU (with onnxruntime-gpu: see the tutorial)",
    "CoreMLExecutionProvider": "detection on Apple's accelerators (macOS)",
}
_EXTRAS = {"rawpy": "camera RAW and DNG as input (pip install 'passerby[raw]')"}
_BUILDS = {"onnxruntime": ("onnxruntime-gpu",)}
"""Other names under which a library may be installed: they hold the same modules."""


@click.command()
@json_option
def doctor(as_json: bool) -> int:
    """Show what is installed, whether it is right, and what optional parts would give.

    Checks the sha256 of each detector's weights and of libjpeg-turbo, and says whether JPEGs are
    written by carrying over what is not masked or are coded again. Exit code 20: something
    needed is missing.
    """
    found = examine()
    _tell(found)
    if as_json:
        from passerby.report.json import installation_document

        print_json(installation_document(found))
    return int(Exit.OK if found.healthy else Exit.DEPENDENCY)


def examine() -> Installation:
    """Return what is installed: versions, detectors, execution providers, optional parts."""
    from passerby.cli.models import describe
    from passerby.find import catalogue

    libraries = tuple((name, _version(name)) for name in _needed())
    detectors = tuple(describe(entry) for entry in catalogue.entries())
    providers = _providers()
    whole = all(version for _, version in libraries)
    built_in = all(one.usable for one in detectors if one.built_in)
    jpeg = _jpeg_path()
    return Installation(
        healthy=whole and built_in and bool(providers) and not jpeg.problems,
        version=metadata.version("passerby"),
        python=platform.python_version(),
        platform=platform.platform(),
        libraries=libraries,
        detectors=detectors,
        providers=providers,
        jpeg=jpeg,
        optional=(
            *(
                OptionalPart(name=name, present=name in providers, gives=gives)
                for name, gives in _GIVES.items()
            ),
            *(
                OptionalPart(name=name, present=_version(name) is not None, gives=gives)
                for name, gives in _EXTRAS.items()
            ),
        ),
    )


def _needed() -> list[str]:
    """Return the names of the libraries that an install always has."""
    wanted = [line for line in metadata.requires("passerby") or () if "extra ==" not in line]
    return [re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0] for line in wanted]


def _version(name: str) -> str | None:
    """Return the version of an installed library, or of another build of it."""
    for build in (name, *_BUILDS.get(name, ())):
        try:
            return metadata.version(build)
        except metadata.PackageNotFoundError:
            continue
    return None


def _providers() -> tuple[str, ...]:
    """Return what networks can run on, best first; nothing when the runtime is broken."""
    try:
        from passerby.find.runtime import providers
    except ImportError:
        return ()
    return tuple(providers())


def _jpeg_path() -> JpegPath:
    """Return how JPEGs are written."""
    from passerby.media import turbojpeg_library

    found = turbojpeg_library.search()
    if found.loaded is None:
        return JpegPath(library=None, problems=found.problems)
    return JpegPath(
        library=found.loaded.path,
        packed=found.loaded.packed,
        optimises=found.loaded.turbojpeg.optimises,
        problems=found.problems,
    )


def _tell_jpeg(path: JpegPath) -> None:
    if path.library is None:
        say("JPEG: every block is coded again; libjpeg-turbo's transform library is missing")
    else:
        origin = "packed with Passerby" if path.packed else "the system's"
        say(f"JPEG: blocks outside the masks are carried over, by libjpeg-turbo ({origin})")
        say(f"  {path.library}")
        if not path.optimises:
            say("  without optimised Huffman tables: copies are a few percent larger")
    for problem in path.problems:
        say(f"  {problem}")


def _tell(found: Installation) -> None:
    say(f"Passerby {found.version}, Python {found.python}, {found.platform}")
    say("Libraries")
    for name, version in found.libraries:
        say(f"  {name} {version or 'MISSING: install Passerby again'}")
    say("Detectors")
    for one in found.detectors:
        say(f"  {one.name} {one.version}: {one.state}, {one.licence}")
        say(f"    sha256 {one.sha256}")
    say(f"Networks run on: {', '.join(found.providers) or 'NOTHING: onnxruntime is broken'}")
    _tell_jpeg(found.jpeg)
    say("Optional")
    for part in found.optional:
        say(f"  {part.name}: {'present' if part.present else 'missing'}; gives {part.gives}")
    say("All is well." if found.healthy else "Something is missing: see above.")
