"""Which copies a session takes for its own."""

from __future__ import annotations

from dataclasses import replace

from passerby.model.consent import Withdrawn
from passerby.model.given import Given
from passerby.session.publishing import made_from
from report_examples import PUBLISHED


def test_a_withdrawn_copy_is_not_taken_for_published() -> None:
    made = replace(PUBLISHED, from_decisions=True)
    given = Given(sha256=made.item.sha256, decisions=made.decisions)
    assert made_from(made, given) == PUBLISHED.output_sha256
    assert made_from(replace(made, withdrawn=Withdrawn(ended=())), given) is None
