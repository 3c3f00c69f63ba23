"""Decisions files: what is doubtful is redacted or refused, and said in one line."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.errors import BadDecisions
from passerby.model.decision import Action, Decision
from passerby.model.finding import Sighting
from passerby.model.geometry import Box, Region, Shape
from passerby.model.given import Given
from passerby.model.media import Field, Format
from passerby.model.options import Method, Options
from passerby.model.report import Outcome
from passerby.report.codec import Malformed
from passerby.report.decisions import decisions_from, load_decisions
from passerby.report.json import dump, report_document, run_document
from report_examples import ITEM, PUBLISHED, REFUSED, REVIEW, SHA, run_of

BOX = {"action": "redact", "region": {"box": [1, 2, 30, 40]}}


def by_hand(*decisions: Any, **more: Any) -> dict[str, Any]:
    entry = {"item": {"sha256": SHA}, "decisions": list(decisions), **more}
    return {"schema": 1, "files": [entry]}


def read(value: Any) -> dict[str, Given]:
    return decisions_from(json.dumps(value).encode())


def test_the_least_that_a_person_has_to_write() -> None:
    (given,) = read(by_hand(BOX)).values()
    (decision,) = given.decisions
    assert given.sha256 == SHA
    assert decision.region == Region(box=Box(1, 2, 30, 40), shape=Shape.BOX)
    assert decision.action is Action.REDACT
    assert decision.by == "reviewer"
    assert given.method is given.color is given.seed is given.size is given.keep_fields is None


def test_the_report_of_a_file_and_of_a_run_say_the_same() -> None:
    options = Options(method=Method.NOISE, color=(1, 2, 3), keep_fields=(Field.CREDIT,))
    report = replace(PUBLISHED, seed="0f" * 16, options=options)
    one = decisions_from(dump(report_document(report)))
    assert one == decisions_from(dump(run_document(run_of(report, REFUSED))))
    assert one[SHA] == Given(
        sha256=SHA,
        decisions=report.decisions,
        size=ITEM.size,
        method=Method.NOISE,
        color=(1, 2, 3),
        seed="0f" * 16,
        keep_fields=(Field.CREDIT,),
    )


def test_review_counts_as_redact() -> None:
    (given,) = read(by_hand(BOX | {"action": "review"})).values()
    assert given.decisions[0].action is Action.REDACT


def test_unresolved_faces_are_redacted_with_a_margin() -> None:
    (given,) = decisions_from(dump(report_document(REVIEW))).values()
    *_, last = given.decisions
    assert last.action is Action.REDACT
    assert last.region == Region(box=Box(84, 30, 156, 120), shape=Shape.BOX)


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.FAILED, Outcome.SKIPPED])
def test_a_file_that_failed_gives_no_decisions(outcome: Outcome) -> None:
    failed = replace(PUBLISHED, outcome=outcome, output_sha256=None, decisions=())
    with pytest.raises(Malformed, match="no picture in here has decisions"):
        decisions_from(dump(report_document(failed)))


def test_numbers_that_are_not_whole_are_rounded_outward() -> None:
    value = by_hand({"action": "redact", "region": {"box": [1.5, 2.5, 30.5, 40.5]}})
    assert read(value)[SHA].decisions[0].region.box == Box(1, 2, 31, 41)


def test_two_entries_for_one_picture_must_agree() -> None:
    value = by_hand(BOX | {"at": "2026-01-01T00:00:00+00:00"}, seed="01")
    again = by_hand(BOX | {"track": {"id": "t9"}, "reason": "the same"}, seed="02")["files"][0]
    value["files"].append(again)
    assert read(value)[SHA].seed == "01"
    moved = {"action": "redact", "region": {"shape": "box", "box": [2, 2, 30, 40]}}
    for other in (BOX | {"action": "keep"}, moved):
        with pytest.raises(Malformed, match="two different entries"):
            read(value | {"files": [value["files"][0], by_hand(other)["files"][0]]})
    value["files"].append({"item": {"sha256": SHA}, "decisions": []})
    with pytest.raises(Malformed, match="two different entries"):
        read(value)


WRONG: list[tuple[Any, str]] = [
    ({"schema": 1}, "item: this is missing"),
    ({"schema": 1, "files": []}, "no picture"),
    ({"schema": 1, "files": [{}]}, "files[0].item: this is missing"),
    ({"schema": 1, "files": [{"item": {}}]}, "files[0].item.sha256: this is missing"),
    ({"schema": 1, "files": [{"item": {"sha256": SHA}}]}, "files[0].decisions: this is missing"),
    ({"schema": 1, "files": [{"item": {"sha256": 7}, "decisions": []}]}, "64 hexadecimal"),
    ({"schema": 1, "files": [{"item": {"sha256": "zz" * 32}, "decisions": []}]}, "64 hexa"),
    (by_hand({}), "files[0].decisions[0].action: this is missing"),
    (by_hand({"action": "redact"}), "files[0].decisions[0].region: this is missing"),
    (by_hand({"action": "redact", "region": {}}), "region.box: this is missing"),
    (by_hand(BOX | {"action": "blur"}), "files[0].decisions[0].action: expected one of redact"),
    (by_hand(BOX | {"action": None}), "expected one of redact"),
    (by_hand({"action": "redact", "region": {"shape": "star", "box": [1, 2, 3, 4]}}), "shape"),
    (by_hand({"action": "redact", "region": {"box": [1, 2, 3]}}), "expected a box"),
    (by_hand({"action": "redact", "region": {"box": [1, 2, 1, 4]}}), "this box is empty"),
    (by_hand({"action": "redact", "region": {"box": [9, 2, 1, 4]}}), "this box is empty"),
    (by_hand({"action": "redact", "region": {"box": [0, 0, True, 4]}}), "expected a number"),
    (by_hand({"action": "redact", "region": {"box": [0, 0, "5", 4]}}), "expected a number"),
    (by_hand({"action": "redact", "region": {"box": [0, 0, 1e300, 4]}}), "too large"),
    (by_hand({"action": "redact", "region": {"box": [0, 0, 10**30, 4]}}), "too large"),
    (by_hand(BOX | {"at": "2026-01-01T00:00:00"}), "lacks its offset"),
    (by_hand(BOX | {"at": "yesterday"}), "expected a time"),
    (by_hand(BOX | {"reason": 5}), "reason: expected a text"),
    (by_hand(BOX | {"track": 5}), "track: expected an object"),
    (by_hand(BOX, outcome="done"), "outcome: expected one of"),
    (by_hand(BOX, seed="hello"), "files[0]: seed: expected pairs of hexadecimal"),
    (by_hand(BOX, seed="abc"), "files[0]: seed: expected pairs of hexadecimal"),
    (by_hand(BOX, options={"method": "magic"}), "options.method: expected one of solid"),
    (by_hand(BOX, options={"color": [0, 0, 256]}), "files[0]: color: expected three"),
    (by_hand(BOX, options={"color": [0, 0]}), "options.color"),
    (by_hand(BOX, options={"keep_fields": ["name"]}), "options.keep_fields[0]"),
    (by_hand(BOX, options=[1]), "options: expected an object"),
    (by_hand(BOX, unresolved=[{}]), "unresolved[0].box: this is missing"),
    ({"schema": 1, "files": [{"item": {"sha256": SHA, "size": [0, 4]}, "decisions": []}]}, "size"),
]


@pytest.mark.parametrize(("value", "complaint"), WRONG)
def test_what_cannot_be_followed_is_one_clear_line(
    tmp_path: Path, value: Any, complaint: str
) -> None:
    path = tmp_path / "decisions.json"
    path.write_text(json.dumps(value))
    with pytest.raises(BadDecisions, match=re.escape(complaint)) as caught:
        load_decisions(path)
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_what_json_does_not_have_is_refused(text: str) -> None:
    value = json.dumps(by_hand(BOX)).replace("30", text)
    with pytest.raises(Malformed, match="not a number"):
        decisions_from(value.encode())


def test_a_missing_file_and_one_that_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(BadDecisions, match="cannot be read"):
        load_decisions(tmp_path / "none.json")
    with pytest.raises(BadDecisions, match="cannot be read"):
        load_decisions(tmp_path)
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadDecisions, match="not UTF-8"):
        load_decisions(tmp_path / "bytes")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_damage_is_told_or_harmless(data: st.DataObject) -> None:
    """Put anything in the place of any value of a report: never anything but Malformed."""
    value = json.loads(dump(run_document(run_of(PUBLISHED, REVIEW))))
    place: Any = value
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            break
        place = inner
    if data.draw(st.booleans()):
        place[key] = data.draw(json_values)
    else:
        del place[key]
    text = json.dumps(value)
    try:
        decisions_from(text.encode())
    except Malformed as error:
        assert str(error)


def left_in(form: Format, frames: int, *seen: int, **more: Any) -> list[Decision]:
    """Return what is done where one face was still found in some frames, moving."""
    item = replace(ITEM, format=form, frames=frames)
    found = tuple(
        Sighting(box=Box(90 + i, 40, 130 + i, 90), score=0.7, finder="f", frame=i) for i in seen
    )
    report = replace(REVIEW, item=item, unresolved=found, **more)
    (given,) = decisions_from(dump(report_document(report))).values()
    return [d for d in given.decisions if d.track.id.startswith("unresolved")]


def test_an_unresolved_face_is_hidden_in_the_frames_near_it_too() -> None:
    made = left_in(Format.GIF, 20, 5, 9)
    assert [d.frame for d in made] == list(range(3, 12))
    assert {d.track.id for d in made} == {"unresolved-1"}
    assert {d.action for d in made} == {Action.REDACT}
    by_frame = {d.frame: d.region for d in made}
    # Where it was found it has the margin of a still, between it spans both places.
    assert by_frame[5] == Region(box=Box(79, 20, 151, 110), shape=Shape.BOX)
    assert by_frame[7].box.union(Box(95, 40, 139, 90)) == by_frame[7].box


def test_an_unresolved_face_on_a_page_is_on_that_page_alone() -> None:
    assert [d.frame for d in left_in(Format.MULTIPAGE_TIFF, 20, 5, 9)] == [5, 9]


@pytest.mark.parametrize("frame", [-1, 20])
def test_an_unresolved_face_in_a_frame_that_is_not_there(frame: int) -> None:
    with pytest.raises(Malformed, match=r"unresolved\[0\].frame: there are 20 frames"):
        left_in(Format.GIF, 20, frame)
    with pytest.raises(Malformed, match=r"item.frames: expected a number of frames"):
        left_in(Format.GIF, 10**9, 3)
