"""The points of a reply, told one by one."""

from __future__ import annotations

from datetime import date

import pytest

from passerby.errors import BadRecord, NoRight
from passerby.rights.cases.checklist import points_of, read_verdicts
from passerby.rights.facts.law import RightKind
from passerby.rights.facts.point import Answered, Point, Verdict
from passerby.rights.knowledge import Knowledge

GDPR = Knowledge(own=None).law("gdpr", on=date(2026, 3, 5))
TWO = (Point.HELD, Point.SOURCES)


def test_the_points_are_those_of_the_rights_that_were_asked_for() -> None:
    access = points_of(GDPR, [RightKind.ACCESS])
    assert {Point.HELD, Point.SOURCES, Point.RECIPIENTS, Point.RETENTION} <= set(access)
    assert Point.ERASED not in access
    both = points_of(GDPR, [RightKind.ERASURE, RightKind.ACCESS])
    assert set(access) < set(both)
    assert Point.ERASED in both
    assert list(both) == [point for point in Point if point in both]
    with pytest.raises(NoRight, match="does not give the right limit"):
        points_of(GDPR, [RightKind.LIMIT])


def test_each_line_is_a_verdict() -> None:
    told = read_verdicts(
        ["# read on 5 March", "", "sources = missing  only 'the internet': no page", "held=given"],
        TWO,
    )
    assert told == (
        Answered(point=Point.HELD, verdict=Verdict.GIVEN),
        Answered(
            point=Point.SOURCES, verdict=Verdict.MISSING, remark="only 'the internet': no page"
        ),
    )


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["held=given"], "not checked for sources"),
        ([], "not checked for held, sources"),
        (["held=given", "held=given"], "line 2: held stands twice"),
        (["held=given", "searches=given"], "line 2: searches is none of the points"),
        (["held=maybe"], "line 1: maybe is no verdict; they are given, missing"),
        (["", "held"], "line 2: not of the form"),
    ],
)
def test_what_is_not_told_is_asked_for(lines: list[str], says: str) -> None:
    with pytest.raises(BadRecord) as caught:
        read_verdicts(lines, TWO)
    assert says in str(caught.value)


def test_where_nothing_was_refused_no_reasons_are_due() -> None:
    three = (*TWO, Point.REASONS)
    told = read_verdicts(["held=given", "sources=missing"], three)
    assert told[-1] == Answered(point=Point.REASONS, verdict=Verdict.GIVEN)
    for verdict in ("refused", "refused-validly"):
        with pytest.raises(BadRecord, match="not checked for reasons"):
            read_verdicts(["held=given", f"sources={verdict}"], three)
    said = read_verdicts(["held=given", "sources=missing", "reasons=missing"], three)
    assert said[-1].verdict is Verdict.MISSING


def test_the_rest_is_what_no_line_tells_of() -> None:
    demanded = (Point.HELD, Point.SOURCES, Point.REASONS)

    def read(*lines: str, rest: Verdict) -> dict[Point, Verdict]:
        return {one.point: one.verdict for one in read_verdicts(lines, demanded, rest)}

    assert read(rest=Verdict.MISSING) == {
        Point.HELD: Verdict.MISSING,
        Point.SOURCES: Verdict.MISSING,
        # Nothing was refused, so that no reasons are due.
        Point.REASONS: Verdict.GIVEN,
    }
    told = read("sources=refused", rest=Verdict.MISSING)
    assert told[Point.REASONS] is Verdict.MISSING
    assert read("reasons=given", rest=Verdict.REFUSED)[Point.REASONS] is Verdict.GIVEN
