"""What the page says of an animation: a row for each face, not one for each frame."""

from __future__ import annotations

from dataclasses import replace

from passerby.model.decision import Action, Decision
from passerby.model.finding import Sighting, Track
from passerby.model.geometry import Box
from passerby.model.media import Format
from passerby.model.report import Inspection
from passerby.report import seen
from passerby.report.card import make_card
from report_examples import FINDER, ITEM, PUBLISHED, REVIEW, decision


def followed(index: int, frames: range, action: Action = Action.REDACT) -> list[Decision]:
    """Return a face that is seen in every other frame, each time with a lower score."""
    out = []
    for frame in frames:
        one = decision(index, action, score=0.95 - frame / 100, reason="face found (f)")
        if frame % 2:
            near = "face found (f), in frames near this one"
            one = replace(one, track=Track(id=one.track.id), reason=near)
        out.append(replace(one, frame=frame))
    return out


def test_a_row_for_each_face() -> None:
    gone = [*followed(3, range(3, 5)), *followed(3, range(9, 11))]
    decisions = (
        *followed(1, range(40)),
        *followed(2, range(5, 20), Action.KEEP),
        *gone,
        replace(decision(4), frame=7),
        replace(decision(5), frame=11, track=Track(id="t5")),
        replace(decision(6), track=Track(id="drawn")),
    )
    report = replace(PUBLISHED, item=replace(ITEM, frames=40), decisions=decisions)
    card = make_card(1, report, None)
    assert [row.label for row in card.decisions] == [
        "1, frames 1 to 40",
        "2, frames 6 to 20",
        "3, 4 of the frames 4 to 11",
        "4, frame 8",
        "5, frame 12",
        "6",
    ]
    assert [row.score for row in card.decisions] == [
        *("0.57", "0.77", "0.85", "0.62", "between", "by hand")
    ]
    assert {row.reason for row in card.decisions[:3]} == {"face found (f)"}
    assert card.decisions_line.startswith("62 decisions on 6 faces, lowest score 0.57")
    assert [pill.text for pill in card.pills[1:]] == ["5 masks", "1 kept"]
    # Of the first frame, which is shown, and of no other.
    assert [(box.label, box.kind) for box in card.boxes] == [("1", "mask"), ("6", "mask")]
    assert "frame 1 of 40 is shown" in card.facts


def test_who_changed_their_mind_has_two_rows() -> None:
    kept = [replace(d, by="Ann") for d in followed(1, range(3, 6), Action.KEEP)]
    report = replace(PUBLISHED, decisions=(*followed(1, range(3)), *kept))
    rows = make_card(1, report, None).decisions
    assert [(row.label, row.action, row.by) for row in rows] == [
        ("1, frames 1 to 3", "redact", "passerby"),
        ("2, frames 4 to 6", "keep", "Ann"),
    ]


def test_inspect_tells_faces_and_not_sightings() -> None:
    along = [
        Sighting(box=Box(10 + 5 * f, 20, 40 + 5 * f, 50), score=0.8 + f / 100, finder="f", frame=f)
        for f in range(12)
    ]
    once = Sighting(box=Box(300, 200, 340, 250), score=0.6, finder="f", frame=30)
    item = replace(ITEM, format=Format.GIF, frames=40)
    told = Inspection(item=item, finder=FINDER, sightings=(*along, once))
    assert seen.count(told) == "2 faces in 13 of 40 frames"
    assert seen.lines(told) == [
        "  face 1: frames 1 to 12, at first 10,20 to 40,50, score 0.91",
        "  face 2: frame 31: 300,200 to 340,250, score 0.60",
    ]
    pages = replace(told, item=replace(item, format=Format.MULTIPAGE_TIFF))
    assert seen.count(pages) == "13 faces in 13 of 40 pages"
    assert seen.lines(pages)[12] == "  face 13: page 31: 300,200 to 340,250, score 0.60"
    still = replace(told, item=replace(item, format=Format.JPEG, frames=1), sightings=(once,))
    assert seen.count(still) == "1 face"
    assert seen.lines(still) == ["  face 1: 300,200 to 340,250, score 0.60"]


def test_it_says_in_which_frames_faces_are_left() -> None:
    (found,) = REVIEW.unresolved
    left = tuple(replace(found, frame=frame) for frame in (4, 5, 6))
    report = replace(REVIEW, item=replace(ITEM, frames=40), unresolved=left)
    card = make_card(1, report, None)
    assert card.unresolved_line.startswith("3 faces were still found in the last look, frames 5 to")
    # The first frame, which is shown, has none of them.
    assert not any(box.kind == "look" for box in card.boxes)
    assert ", frame" not in make_card(1, REVIEW, None).unresolved_line
