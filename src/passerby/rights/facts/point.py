"""The points that a full reply has to contain: the checklist of `request answer`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Point(StrEnum):
    """One point. A law says which of them its rights demand, each with its provision."""

    HELD = "held"
    """Whether data of the person are held at all."""
    COPY = "copy"
    """A copy of the data, with each picture."""
    TEMPLATE = "template"
    """Whether a faceprint was computed, and is held."""
    PURPOSES = "purposes"
    CATEGORIES = "categories"
    SOURCES = "sources"
    """Where each picture was taken from, and when."""
    RECIPIENTS = "recipients"
    """Named one by one, not by category."""
    SEARCHES = "searches"
    """Which searches were made with or returned her face, by whom and when."""
    RETENTION = "retention"
    PROFILING = "profiling"
    TRANSFERS = "transfers"
    """To which countries, with which safeguards."""
    RIGHTS_TOLD = "rights-told"
    """Rectification, erasure, restriction, objection; and the complaint to an authority."""
    ERASED = "erased"
    """That the data are erased: pictures, faceprints, and what was derived from them."""
    RECIPIENTS_TOLD = "recipients-told"
    """That recipients were told of the erasure."""
    STOPPED = "stopped"
    """That processing has ended and nothing will be collected again."""
    OPTED_OUT = "opted-out"
    LIMITED = "limited"
    REASONS = "reasons"
    """The reasons of a refusal, and the remedies against it."""
    RECORDS = "records"
    """The records that were asked for."""


class Verdict(StrEnum):
    """How a reply treats one point."""

    GIVEN = "given"
    MISSING = "missing"
    REFUSED_VALIDLY = "refused-validly"
    """Refused for a reason that the law knows, and said so."""
    REFUSED = "refused"
    """Refused without a reason that the law knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """How a reply treats one point. `remark` is the reader's own, in the language she wrote."""

    point: Point
    verdict: Verdict
    remark: str = ""
