"""Starts the tools that are compared, each in a process of its own, and hands them pictures."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent


class Tool:
    """A tool that waits for pictures. `name` is what the tables call it."""

    def __init__(self, name, command, folder):
        self.name = name
        self.masks = folder / f"{name.replace(' ', '-')}.npz"
        self.output = folder / f"{name.replace(' ', '-')}.jpg"
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": command[-1]},
        )
        self.hello = self._answer()

    def run(self, path, *, masks):
        """Redact one picture; return what the tool says and, if asked for, its masks."""
        job = {"path": str(path), "output": str(self.output)}
        if masks:
            job["masks"] = str(self.masks)
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        answer = self._answer()
        return answer, (_read_masks(self.masks) if masks else None)

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} stopped with status {self.process.wait()}")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def _read_masks(path):
    """Return [(x0, y0, x1, y1, pixels, by the first look)]."""
    stored = np.load(path)
    masks, at = [], 0
    for (x0, y0, x1, y1), first in zip(stored["boxes"].tolist(), stored["first"], strict=True):
        count = (x1 - x0) * (y1 - y0)
        pixels = stored["pixels"][at : at + count].reshape(y1 - y0, x1 - x0)
        masks.append((x0, y0, x1, y1, pixels, bool(first)))
        at += count
    return masks


def passerby(effort, threads, folder):
    """Start Passerby in this Python."""
    script = str(HERE / "passerby_worker.py")
    return Tool(f"passerby {effort}", [sys.executable, script, effort, str(threads)], folder)


def deface(name, python, threads, folder):
    """Start deface in the given Python."""
    return Tool(name, [str(python), str(HERE / "deface_worker.py"), str(threads)], folder)
