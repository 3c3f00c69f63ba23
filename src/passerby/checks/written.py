"""All checks on a written file, in the order in which a failure is most telling."""

from __future__ import annotations

from dataclasses import dataclass

from passerby.checks.blocks import check_coefficients
from passerby.checks.compare import check_form, check_outside_masks, check_under_masks
from passerby.checks.container import check_container
from passerby.errors import InputError, LimitExceeded
from passerby.model.media import Field
from passerby.model.options import Limits
from passerby.model.report import Check
from passerby.ports import Picture, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a written file has to be: `planned` is `original` with new pixels where it says that
    it is masked."""

    original: Picture
    planned: Picture


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
    form = check_form(written, plan.planned)
    checks = [Check(name="opens", passed=True, detail="read back by a fresh decoder"), form]
    if form.passed:
        checks.append(check_under_masks(written, plan.planned))
        checks.append(check_outside_masks(written, plan.original, plan.planned))
        if plan.planned.carried:
            checks.append(check_coefficients(data, plan.planned, source))
    try:
        leftovers = source.leftovers(data, plan.planned.encoding, keep)
        checks.append(check_container((*leftovers, *written.hidden_parts)))
    except InputError as error:
        checks.append(Check(name="container", passed=False, detail=error.message))
    return tuple(checks), written
