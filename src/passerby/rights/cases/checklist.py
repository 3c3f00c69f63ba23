"""The points that a reply has to contain, and how a reader ticks them off."""

from __future__ import annotations

import re
from collections.abc import Iterable

from passerby.errors import BadRecord, NoRight
from passerby.rights.facts.law import Law, RightKind
from passerby.rights.facts.point import Answered, Point, Verdict

_LINE = re.compile(r"(?P<point>[a-z-]+)\s*[=:]\s*(?P<verdict>[a-z-]+)(?:\s+(?P<remark>\S.*))?")

_REFUSALS = frozenset({Verdict.REFUSED, Verdict.REFUSED_VALIDLY})


def points_of(law: Law, rights: Iterable[RightKind]) -> tuple[Point, ...]:
    """Return the points that a full answer to these rights contains, each once, in the order
    of `Point`. Raises NoRight when the law does not give one of the rights."""
    demanded: set[str] = set()
    for kind in rights:
        right = law.rights.get(kind)
        if right is None:
            raise NoRight(f"{law.id} does not give the right {kind}")
        demanded |= set(right.contents)
    return tuple(point for point in Point if point.value in demanded)


def read_verdicts(
    lines: Iterable[str], demanded: tuple[Point, ...], rest: Verdict | None = None
) -> tuple[Answered, ...]:
    """Return how a reply treats each demanded point, from lines such as
    `sources=missing only "the internet" is named`.

    Empty lines and lines that begin with # are left out. `rest` is the verdict on every point
    that no line tells of. Where no point was refused no reasons are due: `reasons` need not be
    told then, and `rest` does not reach it. Raises BadRecord, with the number of
    the line, for a point that is not demanded or stands twice, or an unknown verdict; and when
    a demanded point is not told: silence is `missing`, and the reader has to say so.
    """
    told: dict[Point, Answered] = {}
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        answered = _read_line(text, number, demanded)
        if answered.point in told:
            raise BadRecord(f"line {number}: {answered.point} stands twice")
        told[answered.point] = answered
    verdicts = {answered.verdict for answered in told.values()}
    others = [point for point in demanded if point not in told and point is not Point.REASONS]
    if rest is not None:
        told.update({point: Answered(point=point, verdict=rest) for point in others})
        verdicts |= {rest} if others else set()
    refused = bool(verdicts & _REFUSALS)
    if told and not refused and Point.REASONS in demanded and Point.REASONS not in told:
        told[Point.REASONS] = Answered(point=Point.REASONS, verdict=Verdict.GIVEN)
    if rest is not None and Point.REASONS in demanded and Point.REASONS not in told:
        told[Point.REASONS] = Answered(point=Point.REASONS, verdict=rest)
    untold = [point.value for point in demanded if point not in told]
    if untold:
        raise BadRecord(
            f"the reply is not checked for {', '.join(untold)}",
            "Say for each whether it is given, missing, refused or refused-validly.",
        )
    return tuple(told[point] for point in demanded)


def _read_line(text: str, number: int, demanded: tuple[Point, ...]) -> Answered:
    match = _LINE.fullmatch(text)
    if match is None:
        raise BadRecord(f"line {number}: not of the form POINT=VERDICT REMARK")
    points = {point.value: point for point in demanded}
    verdicts = {verdict.value: verdict for verdict in Verdict}
    if match["point"] not in points:
        known = ", ".join(points) or "none"
        raise BadRecord(
            f"line {number}: {match['point']} is none of the points that were asked for ({known})"
        )
    if match["verdict"] not in verdicts:
        raise BadRecord(
            f"line {number}: {match['verdict']} is no verdict; they are {', '.join(verdicts)}"
        )
    return Answered(
        point=points[match["point"]],
        verdict=verdicts[match["verdict"]],
        remark=match["remark"] or "",
    )
