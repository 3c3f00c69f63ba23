"""All checks on a written file, in the order in which a failure is most telling."""

from __future__ import annotations

from dataclasses import dataclass

from passerby.checks.compare import check_depth_and_size, check_outside, check_under_mask
from passerby.checks.container import check_container
from passerby.errors import InputError, LimitExceeded
from passerby.model.media import Field
from passerby.model.options import Limits
from passerby.model.report import Check
from passerby.ports import BoolMask, Picture, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a written file has to be: `planned` is `original` with new pixels under `mask`."""

    original: Picture
    planned: Picture
    mask: BoolMask


def verify_written(
    data: bytes, plan: Plan, source: Source, keep: tuple[Field, ...], limits: Limits
) -> tuple[tuple[Check, ...], Picture | None]:
    """Decode the written bytes afresh and check them against the plan.

    Returns the checks and the decoded picture; None, with one failed check, if it does not open.
    """
    try:
        written = source.read_again(data, limits)
    except (InputError, LimitExceeded) as error:
        return (Check(name="opens", passed=False, detail=error.message),), None
    form = check_depth_and_size(written, plan.planned)
    checks = [Check(name="opens", passed=True, detail="read back by a fresh decoder"), form]
    if form.passed:
        checks.append(check_under_mask(written, plan.planned, plan.mask))
        checks.append(check_outside(written, plan.original, plan.mask))
    try:
        leftovers = source.leftovers(data, plan.planned.encoding, keep)
        checks.append(check_container((*leftovers, *written.hidden_parts)))
    except InputError as error:
        checks.append(Check(name="container", passed=False, detail=error.message))
    return tuple(checks), written
