"""Passerby keeps the people in pictures out of face-search engines.

    import passerby

    report = passerby.redact("march.jpg", "published/march.jpg")
    if report.outcome is passerby.Outcome.PUBLISHED:
        print(report.redacted, "faces hidden")

It finds the faces in a picture, removes them beyond recovery together with every hidden copy in
the file, checks the written file, and only then publishes it. It recognises no one.
"""

from passerby.api import (
    inspect,
    load_decisions,
    load_reports,
    redact,
    redact_bytes,
    report_json,
    verify,
)
from passerby.errors import Exit, PasserbyError
from passerby.model.decision import Action, Decision
from passerby.model.finding import Sighting, Track
from passerby.model.geometry import Box, Region, Shape
from passerby.model.given import Given
from passerby.model.media import Field
from passerby.model.options import Effort, Limits, Method, Options
from passerby.model.report import Check, Failure, Inspection, Outcome, Report, Verification

__version__ = "0.1.0"

__all__ = [
    "Action",
    "Box",
    "Check",
    "Decision",
    "Effort",
    "Exit",
    "Failure",
    "Field",
    "Given",
    "Inspection",
    "Limits",
    "Method",
    "Options",
    "Outcome",
    "PasserbyError",
    "Region",
    "Report",
    "Shape",
    "Sighting",
    "Track",
    "Verification",
    "inspect",
    "load_decisions",
    "load_reports",
    "redact",
    "redact_bytes",
    "report_json",
    "verify",
]
