"""The list of what has to be taken down: files that relied on a consent, and where they are
shown. Written for people (text), for a table (CSV) and for programs (JSON values)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from passerby.model.consent import End, Ended

_COLUMNS = (
    "output",
    "sha256",
    "there",
    "shown at",
    "consent",
    "ended",
    "day",
    "replaced by",
    "replaced by sha256",
    "problem",
)
_HOW = {
    End.WITHDRAWN: "withdrawn",
    End.EXPIRED: "expired",
    End.UNPROVEN: "evidence gone",
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Programs for tables compute cells that begin so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One file to take down.

    `there` says whether the file still lies where it was published, as far as anybody knows;
    `where` are the addresses at which it was said to be shown; `replaced_by` is the copy to show
    instead. `problem` says why there is none.
    """

    output: str
    sha256: str
    there: bool
    where: tuple[str, ...]
    ended: tuple[Ended, ...]
    replaced_by: str | None = None
    replaced_by_sha256: str | None = None
    problem: str = ""


def in_order(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return lines by path: workers publish in no certain order."""
    return tuple(sorted(lines, key=lambda line: (line.output, line.sha256)))


def as_json(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Return the list as JSON values."""
    return [
        {
            "output": line.output,
            "sha256": line.sha256,
            "there": line.there,
            "where": list(line.where),
            "ended": [
                {
                    "consent": one.consent,
                    "how": one.how.value,
                    "day": None if one.day is None else one.day.isoformat(),
                }
                for one in line.ended
            ],
            "replaced_by": line.replaced_by,
            "replaced_by_sha256": line.replaced_by_sha256,
            "problem": line.problem or None,
        }
        for line in lines
    ]


def as_csv(lines: Iterable[Line]) -> bytes:
    """Return the list as a table, one row for each file and place: UTF-8 with a mark in front,
    by which spreadsheets know it."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(_COLUMNS)
    for line in lines:
        for where in line.where or ("",):
            writer.writerow(map(_cell, _row(line, where)))
    return stream.getvalue().encode("utf-8-sig", "replace")


def _row(line: Line, where: str) -> tuple[str, ...]:
    return (
        line.output,
        line.sha256,
        "yes" if line.there else "no",
        where,
        "; ".join(one.consent for one in line.ended),
        "; ".join(_HOW[one.how] for one in line.ended),
        "; ".join("" if one.day is None else one.day.isoformat() for one in line.ended),
        line.replaced_by or "",
        line.replaced_by_sha256 or "",
        line.problem,
    )


def _cell(text: str) -> str:
    """Return a cell that no program takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def as_text(lines: Iterable[Line]) -> list[str]:
    """Return the list for people, line by line. Names of files may hold anything: whoever shows
    it makes it printable."""
    told: list[str] = []
    for line in lines:
        gone = "" if line.there else " (no longer there)"
        told.append(f"{line.output}{gone}")
        told.extend(f"  shown at {where}" for where in line.where)
        told.extend(f"  {ended_text(one)}" for one in line.ended)
        if line.replaced_by is not None:
            told.append(f"  show instead: {line.replaced_by}")
        if line.problem:
            told.append(f"  NOT MADE ANEW: {line.problem}")
    return told


def ended_text(ended: Ended) -> str:
    """Say how a consent ended."""
    return f"consent {ended.consent}: {how_text(ended)}"


def how_text(ended: Ended) -> str:
    """Say how and when a consent ended, without its id."""
    return _HOW[ended.how] + ("" if ended.day is None else f" on {ended.day}")
