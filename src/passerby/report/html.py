"""A run as one page: the contact sheet of what was published, least certain first.

The page is self-contained and holds no script. Its pictures are thumbnails of redacted bytes
only, and are handed in: this module never sees a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata, resources
from typing import Any

import jinja2
from markupsafe import Markup

from passerby.model.report import Outcome, Report
from passerby.report.card import Card, certainty, make_card
from passerby.report.run import FINE, RunReport
from passerby.report.text import plural, printable

MOST_CARDS = 1000
"""Pictures on one page; the least certain ones are shown when there are more."""

_TILES = (
    (Outcome.PUBLISHED, "published", False),
    (Outcome.PLANNED, "planned, nothing written", False),
    (Outcome.SKIPPED, "done before, skipped", False),
    (Outcome.NEEDS_REVIEW, "to be looked at", True),
    (Outcome.REFUSED, "refused", True),
    (Outcome.FAILED, "failed", True),
)


def page(run: RunReport, thumbnails: Mapping[int, str]) -> Iterator[bytes]:
    """Yield the page in pieces of UTF-8.

    `thumbnails` are data: URIs of redacted pictures by the file's place in `run.files`.
    """
    values = {"page": _page(run, thumbnails), "style": Markup(_resource("style.css"))}  # noqa: S704
    for piece in _template().generate(values):
        yield piece.encode("utf-8", "replace")


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.from_string(_resource("page.html.j2"))


def _resource(name: str) -> str:
    return (resources.files("passerby.report") / "page" / name).read_text("utf-8")


def least_certain(run: RunReport) -> list[int]:
    """Return the places in `run.files` of what has a picture to look at, in the order in which
    a person should look: what needs a decision, then by the least certain mask."""
    shown = FINE | {Outcome.NEEDS_REVIEW}
    places = [i for i, report in enumerate(run.files) if report.outcome in shown]
    return sorted(places, key=lambda i: certainty(run.files[i]))


def _page(run: RunReport, thumbnails: Mapping[int, str]) -> dict[str, Any]:
    places = least_certain(run)
    cards = [make_card(i + 1, run.files[i], thumbnails.get(i)) for i in places[:MOST_CARDS]]
    total = len(run.files)
    return {
        "title": _title(run),
        "lead": f"{plural(total, 'file')}, {plural(run.masks, 'mask')}. Method: {_method(run)}. "
        f"Effort: {run.options.effort}. Detector: {printable(run.options.finder)}.",
        "tiles": _tiles(run),
        "cosmetic": run.options.method.cosmetic,
        "method": run.options.method.value,
        "interrupted": run.interrupted,
        "cards": cards,
        "sections": _sections(cards),
        "failures": [_failure(r) for r in run.files if r.failure is not None],
        "behind": [(printable(s.path), s.what) for s in run.left_behind[:MOST_CARDS]],
        "behind_text": _behind_text(run),
        "unshown": _unshown(len(places)),
        "made": f"Passerby {metadata.version('passerby')}, "
        f"{run.finished:%Y-%m-%d %H:%M} UTC, {run.seconds:.1f} s.",
    }


def _title(run: RunReport) -> str:
    waiting = run.totals[Outcome.NEEDS_REVIEW]
    failed = run.totals[Outcome.REFUSED] + run.totals[Outcome.FAILED]
    done = len(run.files) - waiting - failed
    if waiting:
        return f"{plural(waiting, 'picture needs', 'pictures need')} your decision"
    if failed:
        return f"{done:,} of {plural(len(run.files), 'file')} done"
    return f"{plural(done, 'picture')} done"


def _method(run: RunReport) -> str:
    method = run.options.method
    return f"{method} (cosmetic)" if method.cosmetic else method.value


def _tiles(run: RunReport) -> list[dict[str, Any]]:
    tiles: list[dict[str, Any]] = [
        {"count": f"{run.totals[outcome]:,}", "label": label, "bad": bad}
        for outcome, label, bad in _TILES
        if run.totals[outcome]
    ]
    tiles.append({"count": f"{run.masks:,}", "label": "masks", "bad": False})
    if run.left_out:
        tiles.append({"count": f"{run.left_out:,}", "label": "no media, left out", "bad": False})
    return tiles


def _sections(cards: list[Card]) -> list[dict[str, Any]]:
    review = [card for card in cards if card.review]
    decided = [card for card in cards if not card.review]
    found = [card for card in decided if card.decisions or card.unresolved_line]
    empty = [card for card in decided if card not in found]
    sections = [
        ("needs-review", "Needs your decision", review, _REVIEW_TEXT),
        ("contact-sheet", "Contact sheet, least certain first", found, _SHEET_TEXT),
        ("no-face", "No face found", empty, _EMPTY_TEXT),
    ]
    return [
        {"id": key, "title": title, "cards": group, "text": text}
        for key, title, group, text in sections
        if group
    ]


_REVIEW_TEXT = "The last look still found something that may be a face."
_SHEET_TEXT = (
    "The pictures are the redacted ones. A mask's score says how sure the detector was that "
    "there is a face: a low one may be no face at all, and be a sign of others overlooked."
)
_EMPTY_TEXT = "Make sure that there is none: a detector can overlook a face."


def _failure(report: Report) -> dict[str, str]:
    failure = report.failure
    assert failure is not None  # noqa: S101 - the caller chose the reports that have one
    return {
        "name": printable(report.item.path),
        "outcome": report.outcome.value,
        "message": printable(failure.message),
        "code": failure.code,
        "advice": printable(failure.advice),
    }


def _behind_text(run: RunReport) -> str:
    """Say what the files beside the originals are."""
    count = len(run.left_behind)
    files = plural(count, "file lies", "files lie")
    more = f" The first {MOST_CARDS:,} are named here." if count > MOST_CARDS else ""
    return (
        f"By their names, {files} beside the originals and would undo this: they show or tell "
        f"the same. None was copied. Do not publish them with the copies.{more}"
    )


def _unshown(count: int) -> str:
    if count <= MOST_CARDS:
        return ""
    return f"{count - MOST_CARDS:,} more pictures, all more certain, stand in the JSON report only."
