"""Grouping boxes that overlap, and adding up their evidence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.find.boxes import Candidates, iou, no_candidates, owners, ranks, suppress
from passerby.find.evidence import log_odds, weigh
from passerby.find.rules import FLOORS, HEIGHTS, Rule, rule_for
from passerby.model.options import Effort

EASY = Rule(enough=(1.0,) * len(HEIGHTS), next_level=0.5, helper=0.5)


@st.composite
def candidates(draw: st.DrawFn) -> Candidates:
    rows = st.tuples(*[st.integers(0, 60)] * 2, *[st.integers(4, 40)] * 2, st.integers(1, 9))
    drawn = draw(st.lists(rows, max_size=25))
    return np.array([(x, y, x + w, y + h, s / 10) for x, y, w, h, s in drawn], np.float32).reshape(
        -1, 5
    )


def greedy(boxes: Candidates, overlap: float) -> list[int]:
    """The textbook's way, one box after another."""
    rest = list(np.argsort(ranks(boxes)))
    kept = []
    while rest:
        best = rest.pop(0)
        kept.append(int(best))
        rest = [row for row in rest if iou(boxes[[best]], boxes[[row]])[0] <= overlap]
    return kept


@given(candidates(), st.sampled_from([0.2, 0.4, 0.5]))
def test_grouping_is_greedy_suppression(boxes: Candidates, overlap: float) -> None:
    np.testing.assert_array_equal(suppress(boxes, overlap), boxes[greedy(boxes, overlap)])


@given(candidates())
def test_no_box_is_lost(boxes: Candidates) -> None:
    owner = owners(boxes, 0.4)
    for row, standing in enumerate(owner.tolist()):
        assert owner[standing] == standing
        assert row == standing or iou(boxes[[row]], boxes[[standing]])[0] > 0.4


@given(candidates(), st.integers(0, 99))
def test_the_order_of_rows_does_not_matter(boxes: Candidates, seed: int) -> None:
    boxes = np.unique(boxes, axis=0)
    mixed = boxes.copy()
    np.random.default_rng(seed).shuffle(mixed)
    np.testing.assert_array_equal(suppress(boxes, 0.4), suppress(mixed, 0.4))


def row(x: float, height: float, odds: float) -> Candidates:
    return np.array([[x, 10, x + height, 10 + height, odds]], np.float32)


def test_levels_that_agree_add_up() -> None:
    alone, _ = weigh([row(0, 20, 0.8)], [True], EASY)
    assert len(alone) == 0
    both, levels = weigh([row(0, 20, 0.8), row(1, 20, 0.7)], [True, True], EASY)
    assert len(both) == 1
    assert levels == [0]
    helped, _ = weigh([row(0, 20, 0.8), row(1, 20, 0.7)], [True, False], EASY)
    np.testing.assert_allclose(both, helped)
    assert both[0, 4] == pytest.approx(1 / (1 + np.exp(-(0.8 + 0.35 - 1.0))))


def test_one_level_does_not_agree_with_itself() -> None:
    twice = np.concatenate([row(0, 20, 0.8), row(1, 20, 0.7)])
    faces, _ = weigh([twice], [True], EASY)
    assert len(faces) == 0


def test_a_helper_can_find_small_faces_alone_and_no_large_ones() -> None:
    nobody = no_candidates()
    small, _ = weigh([nobody, row(0, 15, 5.0)], [True, False], EASY)
    large, _ = weigh([nobody, row(0, 100, 5.0)], [True, False], EASY)
    assert (len(small), len(large)) == (1, 0)


def test_nothing_makes_nothing() -> None:
    faces, levels = weigh([no_candidates()], [True], EASY)
    assert faces.shape == (0, 5)
    assert levels == []


def test_evidence_counts_from_the_floor() -> None:
    odds = log_odds(np.array([0.2, 0.5], np.float32), 0.2)
    np.testing.assert_allclose(odds, [0, np.log(4)], atol=1e-5)
    assert np.isfinite(log_odds(np.array([0.0, 1.0], np.float32), 0.2)).all()


@pytest.mark.parametrize("kind", sorted(FLOORS))
@pytest.mark.parametrize("effort", Effort)
@pytest.mark.parametrize("second", [False, True])
def test_every_look_has_a_rule_that_grows_stricter_with_size(
    kind: str, effort: Effort, second: bool
) -> None:
    rule = rule_for(kind, effort, second=second)
    assert len(rule.enough) == len(HEIGHTS)
    assert rule.enough[-1] > rule.enough[2]
