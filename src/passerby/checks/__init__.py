"""Reads a written file back and checks it. Nothing is published that fails one of these."""

from passerby.checks.blocks import check_coefficients
from passerby.checks.compare import check_form, check_outside_masks, check_under_masks
from passerby.checks.container import check_container
from passerby.checks.written import Plan, verify_written

__all__ = [
    "Plan",
    "check_coefficients",
    "check_container",
    "check_form",
    "check_outside_masks",
    "check_under_masks",
    "verify_written",
]
