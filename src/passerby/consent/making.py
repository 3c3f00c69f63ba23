"""How a copy was made, out of its report; and how the next is made without the faces that no
consent covers any more. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from passerby.consent.facts import Making, Ruled, Use
from passerby.model.consent import End, Ended
from passerby.model.decision import Action, Decision
from passerby.model.finding import Track
from passerby.model.given import Given
from passerby.model.report import Report

_UNSTATED = "as in the copy that this one replaces"
_HOW = {
    End.WITHDRAWN: "was withdrawn",
    End.EXPIRED: "expired",
    End.UNPROVEN: "lost its evidence",
}


def making_of(report: Report) -> Making:
    """Return how a copy was made."""
    options = report.options
    return Making(
        size=report.item.size,
        method=options.method,
        color=options.color,
        keep_fields=options.keep_fields,
        to=options.to,
        seed=report.seed,
        ruled=tuple(map(_ruled, report.decisions)),
    )


def _ruled(decision: Decision) -> Ruled:
    return Ruled(
        action=decision.action,
        region=decision.region,
        frame=decision.frame,
        consent=decision.consent,
    )


def given_again(use: Use, ended: Mapping[str, Ended], before: Sequence[Decision] = ()) -> Given:
    """Return the decisions that make a copy again, with each face hidden that was visible by one
    of the consents that ended; all else as it was.

    `before` are the decisions of the copy's report, where that is still there: the grounds that
    were stated for other faces are taken over from it.
    """
    making = use.making
    told: Sequence[Decision | None] = before
    if tuple(map(_ruled, before)) != making.ruled:
        told = [None] * len(making.ruled)
    size = making.size
    red, green, blue = making.color
    return Given(
        sha256=use.original_sha256,
        decisions=tuple(
            _again(number, one, said, ended)
            for number, (one, said) in enumerate(zip(making.ruled, told, strict=True), start=1)
        ),
        size=None if size is None else (size[0], size[1]),
        method=making.method,
        color=(red, green, blue),
        seed=making.seed,
        keep_fields=making.keep_fields,
    )


def _again(
    number: int, ruled: Ruled, said: Decision | None, ended: Mapping[str, Ended]
) -> Decision:
    decision = said or Decision(
        track=Track(id=f"given-{number}"),
        action=ruled.action,
        region=ruled.region,
        reason=_UNSTATED,
        frame=ruled.frame,
        consent=ruled.consent,
    )
    end = ended.get(ruled.consent or "")
    if ruled.action is not Action.KEEP or end is None:
        return decision
    since = "" if end.day is None else f" on {end.day}"
    return replace(
        decision,
        action=Action.REDACT,
        reason=f"consent {end.consent} {_HOW[end.how]}{since}",
        by="passerby",
        at=None,
        consent=None,
    )


def same_rulings(one: Sequence[Decision], other: Sequence[Decision]) -> bool:
    """Whether the same is hidden and kept by two lists of decisions, whatever the reasons."""
    return tuple(map(_ruled, one)) == tuple(map(_ruled, other))
