"""The page of a run: nothing from outside, nothing that runs, nothing that was hidden."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from passerby.model.consent import End, Ended, Replaces, Withdrawn
from passerby.model.decision import Action
from passerby.model.options import Method, Options
from passerby.model.report import Outcome, Report
from passerby.report import html as html_page
from passerby.report.html import least_certain, page
from passerby.report.text import plural, printable, size
from report_examples import ITEM, NOON, PUBLISHED, REFUSED, REVIEW, decision, run_of

PIXEL = "data:image/png;base64,iVBORw0KGgo="
NASTY = '<script>alert("x")</script>\n\x1b[31m\u202e\udcff&.jpg'


class Reader(HTMLParser):
    """Collects tags, attributes and text, and checks that what opens closes."""

    VOID = frozenset({"meta", "img", "link", "br", "hr", "rect", "ellipse", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


def read(*reports: Report, thumbnails: bool = True, options: Options | None = None) -> Reader:
    run = run_of(*reports, options=options)
    pictures = dict.fromkeys(range(len(reports)), PIXEL) if thumbnails else {}
    reader = Reader()
    reader.feed(b"".join(page(run, pictures)).decode())
    assert reader.open == []
    return reader


def named(name: str, *scores: float, outcome: Outcome = Outcome.PUBLISHED) -> Report:
    made = tuple(decision(i, score=score) for i, score in enumerate(scores, 1))
    return replace(PUBLISHED, item=replace(ITEM, path=name), decisions=made, outcome=outcome)


def test_it_shows_decisions_checks_and_what_was_dropped() -> None:
    text = read(PUBLISHED).text
    for part in (
        *("march/crowd.jpg", "2 decisions, lowest score 0.62", "1 check passed", "read back"),
        *("APP1/Exif/GPSInfo", "location", "1 kept", "kept: credit"),
    ):
        assert part in text


def test_it_is_self_contained_and_runs_nothing() -> None:
    reader = read(PUBLISHED, REVIEW, REFUSED)
    names = {tag for tag, _ in reader.tags}
    assert not names & {"script", "link", "iframe", "object", "embed", "form", "base"}
    for tag, attrs in reader.tags:
        assert not [name for name in attrs if name.startswith("on")]
        for name in ("src", "href"):
            assert attrs.get(name) in (None, PIXEL) or str(attrs[name]).startswith("#"), tag
    policies = [a["content"] for t, a in reader.tags if a.get("http-equiv")]
    assert policies
    assert str(policies[0]).startswith(
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    )
    style = b"".join(page(run_of(PUBLISHED), {})).decode()
    assert "url(" not in style
    assert "@import" not in style


def test_names_cannot_become_markup_or_act_on_the_reader() -> None:
    nasty = replace(
        PUBLISHED,
        item=replace(ITEM, path=NASTY),
        notes=(NASTY,),
        decisions=(decision(reason=NASTY),),
        checks=(replace(PUBLISHED.checks[0], detail=NASTY),),
        dropped=(replace(PUBLISHED.dropped[0], name=NASTY),),
    )
    assert REFUSED.failure is not None
    refused = replace(
        nasty, outcome=Outcome.REFUSED, failure=replace(REFUSED.failure, message=NASTY)
    )
    whole = b"".join(page(run_of(nasty, refused), {0: PIXEL})).decode()
    assert "<script" not in whole
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e\udc80-\udcff]", whole)
    assert "&lt;script&gt;" in whole


def test_the_least_certain_comes_first_and_a_decision_before_all() -> None:
    run = run_of(
        named("sure.jpg", 0.9, 0.95),
        named("empty.jpg"),
        named("doubt.jpg", 0.99, 0.2),
        REVIEW,
        REFUSED,
        named("before.jpg", 0.5, outcome=Outcome.SKIPPED),
    )
    assert least_certain(run) == [3, 2, 5, 0, 1]
    text = read(*run.files).text
    places = [
        text.index(name)
        for name in ("march/crowd.jpg", "doubt.jpg", "before.jpg", "sure.jpg", "empty.jpg")
    ]
    assert places == sorted(places)
    assert "1 picture needs your decision" in text
    assert "the data ends in the middle" in text


def test_boxes_are_numbered_as_in_the_json_and_unresolved_ones_are_marked() -> None:
    whole = b"".join(page(run_of(REVIEW), {0: PIXEL})).decode()
    assert re.search(r'<text class="tag"[^>]*>1</text>', whole)
    assert re.search(r'<text class="tag"[^>]*>\?</text>', whole)
    assert whole.count('class="box look"') == 1
    kept = b"".join(page(run_of(PUBLISHED), {0: PIXEL})).decode()
    assert kept.count('class="box keep"') == 1
    assert 'viewBox="0 0 640 480"' in kept


@pytest.mark.parametrize("outcome", [Outcome.PUBLISHED, Outcome.SKIPPED])
def test_a_face_that_was_found_and_published_is_not_said_to_be_covered(outcome: Outcome) -> None:
    seen = replace(REVIEW, outcome=outcome, decisions=(), from_decisions=True)
    whole = b"".join(page(run_of(seen, PUBLISHED), {0: PIXEL})).decode()
    assert "1 face was still found in the last look, and can be seen" in whole
    assert "1 still found" in whole
    assert "Nothing was published" not in whole
    assert "No face found" not in whole
    assert whole.count('class="box look"') == 1
    assert least_certain(run_of(PUBLISHED, seen)) == [1, 0]


def test_pictures_have_alternative_text_and_headings_are_in_order() -> None:
    reader = read(PUBLISHED, REVIEW)
    for tag, attrs in reader.tags:
        if tag == "img":
            assert "march/crowd.jpg" in str(attrs["alt"])
    levels = [int(t[1]) for t, _ in reader.tags if re.fullmatch("h[1-6]", t)]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


@pytest.mark.parametrize("method", Method)
def test_cosmetic_methods_are_called_so(method: Method) -> None:
    options = Options(method=method)
    text = read(replace(PUBLISHED, options=options), options=options).text
    assert ("cosmetic" in text) is method.cosmetic


def test_a_page_without_pictures_and_one_without_files() -> None:
    assert "No preview" in read(PUBLISHED, thumbnails=False).text
    assert "0 pictures done" in read().text


def test_very_many_pictures_are_cut_at_the_certain_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_page, "MOST_CARDS", 2)
    text = read(named("sure.jpg", 0.9), named("doubt.jpg", 0.1), named("half.jpg", 0.5)).text
    assert "sure.jpg" not in text.split("1 more pictures")[0].split("Contact sheet")[1]
    assert "doubt.jpg" in text


def test_an_interrupted_run_says_so() -> None:
    run = replace(run_of(PUBLISHED), interrupted=True)
    assert "stopped before its end" in b"".join(page(run, {})).decode()
    assert NOON.year == 2026


def test_small_words() -> None:
    assert printable("a\nb\x1b\u202ec\udcff é 漢") == "a\ufffdb\ufffd\ufffdc\ufffd é 漢"
    assert (plural(1, "mask"), plural(2000, "mask")) == ("1 mask", "2,000 masks")
    assert (size(999), size(1500), size(2_500_000), size(3 * 10**9)) == (
        "999 B",
        "1.5 kB",
        "2.5 MB",
        "3.0 GB",
    )


def test_a_kept_face_is_not_counted_as_redacted() -> None:
    kept = replace(PUBLISHED, decisions=(decision(1, Action.KEEP),))
    assert "1 file, 0 masks." in read(kept).text


def test_a_kept_face_shows_its_consent_or_its_ground() -> None:
    by_consent = replace(decision(1, Action.KEEP), consent="3f" * 16, reason="given")
    by_ground = decision(2, Action.KEEP, reason="a public speaker")
    hidden = replace(decision(3), consent="ab" * 16)
    text = read(replace(PUBLISHED, decisions=(by_consent, by_ground, hidden))).text
    assert f"consent {'3f' * 16}" in text
    assert "a public speaker" in text
    # What is hidden is so whoever agreed.
    assert "ab" * 16 not in text


def test_the_chain_of_a_copy_whose_consent_ended() -> None:
    ended = (
        Ended(consent="3f" * 16, how=End.WITHDRAWN, day=date(2026, 11, 20)),
        Ended(consent="ab" * 16, how=End.UNPROVEN),
    )
    told = f"consent {'3f' * 16} was withdrawn on 2026-11-20; consent {'ab' * 16} lost its evidence"
    new = replace(
        PUBLISHED, replaces=Replaces(output=f"out/{NASTY}", output_sha256="cd" * 32, ended=ended)
    )
    text = read(new).text
    assert f"Made in place of out/{printable(NASTY)} (sha256 {'cd' * 32}): {told}." in text
    assert "Not to be shown" not in text
    old = replace(PUBLISHED, withdrawn=Withdrawn(ended=ended, replaced_by="anew/a.jpg"))
    text = read(old).text
    assert f"Not to be shown any more: {told}." in text
    assert "Show instead: anew/a.jpg." in text
