"""The check that a JPEG's copy has the source's blocks wherever nothing is masked."""

from __future__ import annotations

from passerby.errors import PasserbyError
from passerby.model.report import COEFFICIENTS, Check
from passerby.ports import Picture, Source


def check_coefficients(data: bytes, planned: Picture, source: Source) -> Check:
    """Compare the coefficients of a written file with those of its source, which `planned`
    carries over: equal outside of the masks, one constant of the planned colour under them."""
    if not planned.carried:
        detail = "the blocks cannot be compared here: see `passerby doctor`"
        return Check(name=COEFFICIENTS, passed=False, detail=detail)
    try:
        count = source.blocks(data, planned)
    except PasserbyError as error:
        return Check(name=COEFFICIENTS, passed=False, detail=error.message)
    blocks = count.carried + count.covered
    detail = f"{count.carried} of {blocks} blocks are the source's"
    if count.changed:
        detail = f"{count.changed} of {count.carried} blocks outside of the masks are changed"
    elif count.wrong:
        detail = f"{count.wrong} of {count.covered} blocks under the masks are not as planned"
    elif count.covered:
        detail += f", {count.covered} under the masks hold one constant each"
    return Check(
        name=COEFFICIENTS,
        passed=not count.changed and not count.wrong,
        detail=detail,
        figures=(
            ("carried", count.carried),
            ("changed", count.changed),
            ("covered", count.covered),
            ("wrong", count.wrong),
        ),
    )
