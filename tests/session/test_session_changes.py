"""What a person can change, and what nobody can."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.errors import StoreDamaged, UsageError
from passerby.model.geometry import Box, Region, Shape
from passerby.model.media import Field
from passerby.session import Add, Choice, Decide, Face, KeepFields, Origin, Remove, Reshape
from passerby.session.changes import Change, Propose
from passerby.session.events import (
    Changed,
    Detected,
    Event,
    Redone,
    Seen,
    Signed,
    Undone,
    decode_event,
    encode_event,
)
from passerby.session.faces import Place, Proposal
from passerby.session.history import History, fold
from session_parts import OTHER, SEEN, detection, face

WHEN = datetime(2026, 11, 24, tzinfo=UTC)
SHA = "0" * 64
SUGGESTION = face("s1", Box(2, 2, 10, 10), Origin.SUGGESTED, 0.4, Choice.ASK)


def looked_at(*faces: Face) -> History:
    return fold(History(sha256=SHA), Detected(sha256=SHA, detection=detection(*faces)))


def changed(history: History, *changes: Change, by: str = "ada") -> History:
    return fold(history, Changed(sha256=SHA, by=by, at=WHEN, changes=changes))


def only(history: History) -> Face:
    (one,) = history.decided.faces
    return one


def test_a_drawn_face_is_hidden_and_has_a_name_of_its_own() -> None:
    history = changed(looked_at(), Add(region=OTHER), Add(region=OTHER))
    found, first, second = history.decided.faces
    assert (first.origin, first.action, first.by) == (Origin.DRAWN, Choice.HIDE, "ada")
    assert len({found.id, first.id, second.id}) == 3
    again = changed(fold(history, Undone(sha256=SHA, by="ada", at=WHEN)), Add(region=OTHER))
    assert again.decided.faces[-1].id not in {first.id, second.id}


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_a_face_is_not_kept_without_a_ground(reason: str) -> None:
    history = looked_at()
    with pytest.raises(UsageError, match="consent or a stated ground"):
        changed(history, Decide(face="t1", action=Choice.KEEP, reason=reason, consent=reason))


def test_a_face_is_kept_by_a_ground_or_a_consent() -> None:
    stated = only(changed(looked_at(), Decide(face="t1", action=Choice.KEEP, reason=" speaker ")))
    assert (stated.reason, stated.consent, stated.by, stated.at) == ("speaker", None, "ada", WHEN)
    agreed = only(changed(looked_at(), Decide(face="t1", action=Choice.KEEP, consent="c-17")))
    assert (agreed.action, agreed.consent) == (Choice.KEEP, "c-17")


def test_who_hides_a_face_drops_its_consent() -> None:
    kept = changed(looked_at(), Decide(face="t1", action=Choice.KEEP, consent="c-17"))
    assert only(changed(kept, Decide(face="t1", action=Choice.HIDE))).consent is None


@pytest.mark.parametrize("origin", [Origin.FOUND, Origin.SECOND_LOOK])
def test_what_was_found_cannot_be_removed(origin: Origin) -> None:
    with pytest.raises(UsageError, match="cannot be removed"):
        changed(looked_at(face(origin=origin)), Remove(face="t1"))


def test_what_was_drawn_or_suggested_can_be_removed() -> None:
    history = changed(looked_at(SUGGESTION), Remove(face="s1"), Add(region=OTHER))
    drawn = only(history)
    assert changed(history, Remove(face=drawn.id)).decided.faces == ()


def test_the_region_of_a_found_face_goes_on_covering_it() -> None:
    moved = Region(box=Box(18, 14, 46, 50), shape=Shape.BOX)
    assert only(changed(looked_at(), Reshape(face="t1", region=moved))).region == moved
    for box in (Box(0, 0, 10, 10), Box(30, 20, 33, 23), Box(40, 12, 64, 44)):
        with pytest.raises(UsageError, match="has to cover it"):
            changed(looked_at(), Reshape(face="t1", region=Region(box=box)))


def test_a_drawn_region_goes_anywhere_inside_the_picture() -> None:
    history = changed(looked_at(), Add(region=OTHER))
    drawn = history.decided.faces[-1].id
    there = Region(box=Box(-5, -5, 4, 4))
    assert changed(history, Reshape(face=drawn, region=there)).decided.faces[-1].region == there
    for box in (Box(64, 0, 70, 10), Box(0, 56, 10, 60), Box(-9, -9, 0, 0)):
        with pytest.raises(UsageError, match="outside of the picture"):
            changed(history, Reshape(face=drawn, region=Region(box=box)))
        with pytest.raises(UsageError, match="outside of the picture"):
            changed(history, Add(region=Region(box=box)))


def test_a_face_that_was_followed_is_not_squeezed_into_one_place() -> None:
    one = face()
    followed = replace(one, places=(one.places[0], Place(region=OTHER, frame=1)))
    with pytest.raises(UsageError, match="followed from frame to frame"):
        changed(looked_at(followed), Reshape(face="t1", region=OTHER))
    assert followed.region.box == one.region.box.union(OTHER.box)


def test_a_suggestion_is_no_question_until_somebody_accepts_it() -> None:
    history = looked_at(SUGGESTION)
    assert only(history).dismissed
    assert not only(history).open
    taken = changed(history, Decide(face="s1", action=Choice.HIDE))
    assert not only(taken).dismissed
    assert only(changed(taken, Decide(face="s1", action=Choice.ASK))).dismissed
    shaped = changed(history, Reshape(face="s1", region=OTHER))
    assert only(shaped).action is Choice.HIDE


def test_several_changes_are_one_step_and_none_of_them_counts_alone() -> None:
    history = looked_at()
    both = changed(history, Add(region=OTHER), Decide(face="t1", action=Choice.ASK))
    assert (both.version, len(both.past)) == (history.version + 1, 1)
    with pytest.raises(UsageError):
        changed(history, Add(region=OTHER), Remove(face="nobody"))


def test_a_proposal_goes_to_the_face_in_its_place_and_stays_open() -> None:
    proposal = Proposal(action=Choice.KEEP, consent="c-1")
    near = Region(box=SEEN.grow(0.3, 0.3, 0.3, 0.3))
    asked = only(changed(looked_at(), Propose(region=near, proposal=proposal)))
    assert (asked.id, asked.action, asked.proposal) == ("t1", Choice.ASK, proposal)
    assert asked.consent is None
    copied = changed(looked_at(), Propose(region=OTHER, proposal=proposal)).decided.faces[-1]
    assert (copied.origin, copied.action, copied.by) == (Origin.COPIED, Choice.ASK, None)


def test_a_proposal_leaves_what_a_person_decided() -> None:
    decided = changed(looked_at(), Decide(face="t1", action=Choice.HIDE))
    near = Region(box=SEEN.grow(0.3, 0.3, 0.3, 0.3))
    proposal = Proposal(action=Choice.KEEP, reason="speaker")
    after = changed(decided, Propose(region=near, proposal=proposal))
    assert after.decided == decided.decided


def test_what_was_drawn_before_the_detectors_came_stays() -> None:
    early = changed(History(sha256=SHA), Add(region=OTHER), by="ada")
    late = fold(early, Detected(sha256=SHA, detection=detection()))
    assert [f.origin for f in late.decided.faces] == [Origin.FOUND, Origin.DRAWN]
    assert late.version == early.version + 1
    undone = fold(late, Undone(sha256=SHA, by="ada", at=WHEN))
    assert [f.origin for f in undone.decided.faces] == [Origin.FOUND]
    again = fold(late, Detected(sha256=SHA, detection=detection()))
    assert again.decided == late.decided


def test_a_later_change_clears_the_sign_off() -> None:
    signed = fold(looked_at(), Signed(sha256=SHA, by="eve", at=WHEN))
    assert [s.by for s in signed.signoffs] == ["eve"]
    assert changed(signed, Add(region=OTHER)).signoffs == ()
    moved = changed(looked_at(), Add(region=OTHER))
    signed = fold(moved, Signed(sha256=SHA, by="eve", at=WHEN))
    assert fold(signed, Undone(sha256=SHA, by="ada", at=WHEN)).signoffs == ()


def test_nothing_is_undone_that_nobody_did() -> None:
    with pytest.raises(UsageError, match="nothing to undo"):
        fold(looked_at(), Undone(sha256=SHA, by="ada", at=WHEN))
    with pytest.raises(UsageError, match="nothing to redo"):
        fold(looked_at(), Redone(sha256=SHA, by="ada", at=WHEN))


STEPS = st.lists(
    st.one_of(
        st.sampled_from(["undo", "redo", "seen"]),
        st.builds(
            Add,
            region=st.builds(
                lambda x, y, shape: Region(box=Box(x, y, x + 9, y + 9), shape=shape),
                st.integers(0, 50),
                st.integers(0, 40),
                st.sampled_from(Shape),
            ),
        ),
        st.builds(
            Decide,
            face=st.just("t1"),
            action=st.sampled_from(Choice),
            reason=st.text(min_size=1, max_size=9).map(lambda text: f"r{text}"),
        ),
        st.builds(KeepFields, fields=st.lists(st.sampled_from(Field), max_size=3).map(tuple)),
    ),
    max_size=30,
)


def as_event(step: Any) -> Event:
    kinds = {"undo": Undone, "redo": Redone, "seen": Seen}
    if isinstance(step, str):
        return kinds[step](sha256=SHA, by="ada", at=WHEN)
    return Changed(sha256=SHA, by="ada", at=WHEN, changes=(step,))


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_undo_and_redo_walk_through_all_that_was_and_the_journal_tells_the_same(
    steps: list[Any],
) -> None:
    history = looked_at()
    replayed = History(sha256=SHA)
    for line in [Detected(sha256=SHA, detection=detection())]:
        replayed = fold(replayed, decode_event(json.loads(json.dumps(encode_event(line))), 1))
    was, at = [history.decided], 0
    for step in steps:
        event = as_event(step)
        impossible = (step == "undo" and at == 0) or (step == "redo" and at == len(was) - 1)
        if impossible:
            with pytest.raises(UsageError):
                fold(history, event)
            continue
        version = history.version
        history = fold(history, event)
        replayed = fold(replayed, decode_event(json.loads(json.dumps(encode_event(event))), 2))
        if step == "undo":
            at -= 1
        elif step == "redo":
            at += 1
        elif step != "seen":
            was, at = [*was[: at + 1], history.decided], at + 1
        assert history.version == version + (step != "seen")
        assert history.decided == was[at]
    assert replayed == history


def test_an_event_that_this_version_does_not_know_is_refused() -> None:
    with pytest.raises(StoreDamaged, match="line 3 of the journal"):
        decode_event({"kind": "merged", "sha256": SHA}, 3)
    known = encode_event(Changed(sha256=SHA, by="a", at=WHEN, changes=(Add(region=OTHER),)))
    known["changes"][0]["kind"] = "blur"
    with pytest.raises(StoreDamaged, match=r"changes\[0\]"):
        decode_event(known, 4)
