"""Whether the consents that decisions name allow what they keep.

They are looked up before the first file, by the sha256 of its picture: what a consent does not
allow is refused, file by file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from passerby.consent.facts import NOWHERE, Place
from passerby.errors import NoConsent, PasserbyError
from passerby.model.given import Given

if TYPE_CHECKING:
    from passerby.consent.register import Register

NO_REGISTER = (
    "Open the register: --consents FOLDER with --passphrase-file FILE, or hide the face, or keep "
    "it by a stated ground."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consents:
    """An opened register, and where the run publishes."""

    register: Register
    place: Place = NOWHERE

    def refusal(self, given: Given) -> PasserbyError | None:
        """Say why decisions name a consent that does not allow what they keep; None if all do."""
        for consent_id in given.consents:
            problem = self.register.problem(consent_id, given.sha256, self.place)
            if problem is not None:
                return problem
        return None


def refusal(given: Given, consents: Consents | None) -> PasserbyError | None:
    """Say why decisions cannot be followed for the consents that they name; None if they can."""
    if not given.consents:
        return None
    if consents is None:
        return NoConsent(
            f"the decisions name the consent {given.consents[0]}, and no register is open",
            NO_REGISTER,
        )
    return consents.refusal(given)


def refusals(
    given: Mapping[str, Given] | None, consents: Consents | None
) -> dict[str, PasserbyError]:
    """Return why pictures are refused, by their sha256."""
    found = ((sha256, refusal(one, consents)) for sha256, one in (given or {}).items())
    return {sha256: error for sha256, error in found if error is not None}
