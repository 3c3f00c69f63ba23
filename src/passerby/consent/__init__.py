"""The consent register: who may stay visible, for what, until when, and which files rely on it.

`Register` is the page to read first; docs/consent.md says what is kept where.
"""

from passerby.consent.facts import NOWHERE, Contact, Making, Place, Ruled, Scope, Standing, Use
from passerby.consent.making import given_again, making_of, same_rulings
from passerby.consent.register import Evidence, Granted, Logged, Person, Register
from passerby.consent.state import Consent, Relying

__all__ = [
    "NOWHERE",
    "Consent",
    "Contact",
    "Evidence",
    "Granted",
    "Logged",
    "Making",
    "Person",
    "Place",
    "Register",
    "Relying",
    "Ruled",
    "Scope",
    "Standing",
    "Use",
    "given_again",
    "making_of",
    "same_rulings",
]
