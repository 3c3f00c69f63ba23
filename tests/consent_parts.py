"""Parts for the tests of consents: a register, pictures of two faces, and decisions on them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from batch_parts import picture
from passerby.batch.permits import Consents
from passerby.batch.plan import Request
from passerby.batch.run import run_batch
from passerby.consent.facts import Place, Scope
from passerby.consent.register import Evidence, Granted, Register
from passerby.model.geometry import Box
from passerby.model.options import Options
from passerby.report.decisions import load_decisions
from passerby.report.run import RunReport
from passerby.store import KeyFile

ANNA = Box(4, 6, 24, 30)
BERTA = Box(36, 18, 58, 46)
TODAY = date(2026, 11, 24)
CONTACT = "Anna Kanarienvogel, 0151 2345 6789, anna@example.org\n"
EVIDENCE = b"%PDF-1.4 I, Anna Kanarienvogel, agree. " * 40


@dataclass
class Clock:
    """A calendar that a test turns."""

    day: date = TODAY

    def __call__(self) -> date:
        return self.day


def granted(
    scope: Scope | None = None,
    *,
    start: date = date(2026, 1, 1),
    end: date | None = None,
    keep_until: date = date(2029, 1, 1),
    contact: str = CONTACT,
    evidence: bytes = EVIDENCE,
) -> Granted:
    return Granted(
        purpose="portraits on the website",
        scope=scope or Scope(events=("strike 2026",)),
        start=start,
        end=end,
        contact=contact,
        evidence=Evidence(data=evidence, file_name="Anna Kanarienvogel.pdf"),
        keep_until=keep_until,
    )


STRIKE = Place(event="Strike  2026")


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fill_two_faces(folder: Path, count: int) -> list[Path]:
    """Put pictures into a folder; no two have the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"p{index:02}.png" for index in range(count)]
    for index, path in enumerate(paths):
        path.write_bytes(picture(index))
    return paths


def ruling(box: Box, consent: str | None = None, ground: str | None = None) -> dict[str, Any]:
    """A decision on one face: hidden, unless there is a consent or a ground."""
    keep = consent is not None or ground is not None
    return {
        "action": "keep" if keep else "redact",
        "region": {"box": list(box.as_tuple())},
        "reason": ground or "seen",
        "by": "Rita Reviewer",
        "consent": consent,
    }


def write_decisions(path: Path, rulings: dict[Path, list[dict[str, Any]]], **more: Any) -> Path:
    files = [
        {"item": {"sha256": sha256(original)}, "decisions": listed, **more}
        for original, listed in rulings.items()
    ]
    path.write_text(json.dumps({"schema": 1, "files": files}))
    return path


def publish(
    register: Register | None,
    decisions: Path,
    source: Path,
    out: Path,
    place: Place = STRIKE,
    workers: int = 1,
    **more: Any,
) -> RunReport:
    request = Request(
        paths=(source,),
        out=out,
        options=Options(),
        given=load_decisions(decisions),
        workers=workers,
        consents=None if register is None else Consents(register=register, place=place),
        **more,
    )
    return run_batch(request)


def pixels(path: Path) -> np.ndarray[Any, Any]:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).copy()


def inside(box: Box, data: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return data[box.y0 : box.y1, box.x0 : box.x1]


def is_hidden(box: Box, path: Path) -> bool:
    return not inside(box, pixels(path)).any()


def is_shown(box: Box, path: Path, original: Path) -> bool:
    return bool((inside(box, pixels(path)) == inside(box, pixels(original))).all())


def key_of(folder: Path) -> KeyFile:
    return KeyFile(folder.parent / "register.key")
