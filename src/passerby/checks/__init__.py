"""Reads a written file back and checks it. Nothing is published that fails one of these."""

from passerby.checks.compare import (
    check_depth_and_size,
    check_outside,
    check_under_mask,
)
from passerby.checks.container import check_container
from passerby.checks.written import Plan, verify_written

__all__ = [
    "Plan",
    "check_container",
    "check_depth_and_size",
    "check_outside",
    "check_under_mask",
    "verify_written",
]
