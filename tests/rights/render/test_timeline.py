"""The timeline of a case."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdf
import pytest

from passerby.errors import BadRecord
from passerby.rights.render.paper import Paper
from passerby.rights.render.timeline import Timeline, TimelineEntry, timeline_json, timeline_pdf

DIGEST = "3f0b9c41d6e27a5880c1f4ab29de7713560e8f2a94b7c3d1e05f6a7b8c9d0e1f"
FIRST = TimelineEntry(
    day=date(2026, 3, 5),
    what="First request sent: access, erasure",
    who="Żółcisława Gęśłańska",
    reference="PB-7K2M-9QXD",
    digest=DIGEST,
)
TIMELINE = Timeline(
    title="Chronology *of* #request()",
    language="en",
    reference="PB-7K2M-9QXD",
    day=date(2026, 11, 24),
    entries=(
        FIRST,
        TimelineEntry(
            day=date(2026, 3, 6),
            what="Receipt confirmed",
            who="Παπαδημητρίου",
            reference="PB-7K2M-9QXD",
            digest=None,
        ),
    ),
)


def pages_of(timeline: Timeline, folder: Path) -> list[str]:
    path = folder / "timeline.pdf"
    path.write_bytes(timeline_pdf(timeline, Paper.A4))
    return [page.extract_text() for page in pypdf.PdfReader(path).pages]


def test_an_independent_reader_finds_every_entry(tmp_path: Path):
    [page] = pages_of(TIMELINE, tmp_path)
    text = " ".join(page.split())
    for wanted in ("Chronology *of* #request()", "2026-03-05", "2026-03-06", FIRST.what, FIRST.who,
                   "Παπαδημητρίου", DIGEST, "Receipt confirmed", "Page 1 of 1",
                   "2026-11-24"):  # fmt: skip
        assert wanted in text


def test_no_row_is_torn_over_two_pages(tmp_path: Path):
    entries = tuple(replace(FIRST, what=f"Entry {place} here") for place in range(60))
    pages = pages_of(replace(TIMELINE, entries=entries), tmp_path)
    assert len(pages) > 1
    for page in pages:
        assert page.count("here") == page.count(DIGEST)
        assert "Date" in page
    assert sum(page.count("here") for page in pages) == 60


def test_as_json():
    document = json.loads(timeline_json(TIMELINE))
    assert document["kind"] == "timeline"
    assert document["reference"] == TIMELINE.reference
    assert document["entries"][0] == {
        "day": "2026-03-05",
        "what": FIRST.what,
        "who": FIRST.who,
        "reference": FIRST.reference,
        "digest": DIGEST,
    }
    assert document["entries"][1]["digest"] is None


@pytest.mark.parametrize("write", [timeline_json, lambda each: timeline_pdf(each, Paper.LETTER)])
def test_the_same_timeline_gives_the_same_bytes(write):
    assert write(TIMELINE) == write(TIMELINE)
    assert write(TIMELINE) != write(replace(TIMELINE, reference="PB-2"))


def test_an_empty_one_can_be_set(tmp_path: Path):
    assert len(pages_of(replace(TIMELINE, entries=()), tmp_path)) == 1


def test_what_misleads_is_refused():
    with pytest.raises(BadRecord):
        timeline_pdf(replace(TIMELINE, entries=(replace(FIRST, what="a\u202eb"),)), Paper.A4)
