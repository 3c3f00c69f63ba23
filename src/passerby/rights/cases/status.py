"""How far a request has come, in the words of the Data Rights Protocol.

Statuses and reasons are those of the protocol's section 3.02 (read in version 0.9, where each is
described; version 1.0's implementations have the same list). The protocol has no name for a
request that was prepared and not sent: `draft` is ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Status(StrEnum):
    """Where a request stands."""

    DRAFT = "draft"
    """Prepared and not sent."""
    OPEN = "open"
    """Sent."""
    IN_PROGRESS = "in_progress"
    """Received, or answered in part."""
    FULFILLED = "fulfilled"
    REVOKED = "revoked"
    """The client withdrew it."""
    DENIED = "denied"
    EXPIRED = "expired"


class Reason(StrEnum):
    """Why it stands there."""

    NEED_USER_VERIFICATION = "need_user_verification"
    """The other side wants proof of identity first."""
    SUSPECTED_FRAUD = "suspected_fraud"
    INSUF_VERIFICATION = "insuf_verification"
    """The proof of identity was not enough for it."""
    NO_MATCH = "no_match"
    """It says that it holds nothing of her."""
    CLAIM_NOT_COVERED = "claim_not_covered"
    OUTSIDE_JURISDICTION = "outside_jurisdiction"
    """It says that the law does not bind it."""
    TOO_MANY_REQUESTS = "too_many_requests"
    OTHER = "other"


REASONS: Mapping[Status, frozenset[Reason]] = MappingProxyType(
    {
        Status.IN_PROGRESS: frozenset({Reason.NEED_USER_VERIFICATION}),
        Status.DENIED: frozenset(set(Reason) - {Reason.NEED_USER_VERIFICATION}),
    }
)
"""The reasons that a status can have; those that are not here have none."""

DENIALS = REASONS[Status.DENIED]
"""Why a request can be refused."""
