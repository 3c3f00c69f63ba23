"""Who may write what for a client. When she writes herself, nobody needs a mandate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from passerby.errors import NoMandate
from passerby.rights.cases.state import Client, KeptMandate
from passerby.rights.facts.law import Law, LawKind
from passerby.rights.facts.letter import LetterKind
from passerby.rights.facts.matter import Mandate, MandateKind

_REQUESTS = frozenset(
    {
        LetterKind.REQUEST,
        LetterKind.IDENTITY,
        LetterKind.CROP,
        LetterKind.REMINDER,
        LetterKind.WANTING,
        LetterKind.WITHDRAWAL,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a kind of mandate allows: letters, under kinds of laws, or under some laws only."""

    letters: frozenset[LetterKind]
    kinds: frozenset[LawKind]
    laws: frozenset[str] | None
    words: str


REACH: Mapping[MandateKind, Reach] = MappingProxyType(
    {
        MandateKind.ATTORNEY: Reach(
            letters=_REQUESTS | {LetterKind.NOTICE, LetterKind.RECORDS, LetterKind.APPEAL},
            kinds=frozenset(LawKind),
            laws=None,
            words="a power of attorney is for the data subject's own rights (GDPR 15 to 22)",
        ),
        MandateKind.ORGANISATION: Reach(
            letters=frozenset({LetterKind.COMPLAINT}),
            kinds=frozenset({LawKind.DATA_PROTECTION}),
            laws=frozenset({"gdpr", "uk-gdpr"}),
            words="a body of GDPR 80(1) can complain and seek remedies",
        ),
        MandateKind.AGENT: Reach(
            letters=_REQUESTS,
            kinds=frozenset({LawKind.DATA_PROTECTION}),
            laws=frozenset({"ccpa"}),
            words="an authorised agent can make the requests of the CCPA",
        ),
        MandateKind.GUARDIAN: Reach(
            letters=frozenset(LetterKind),
            kinds=frozenset(LawKind),
            laws=None,
            words="a guardian can write everything",
        ),
    }
)
"""What each kind allows. A complaint needs a mandate of its own: a power of attorney for the
rights of arts. 15 to 22 does not hold the remedies of arts. 77 to 79, which art. 80(1) gives to
a body that she mandates."""


def holds_on(kept: KeptMandate, day: date) -> bool:
    """Whether a mandate holds on a day. `until` is its last day; one that was ended holds no
    longer on the day on which it was."""
    mandate = kept.mandate
    if day < mandate.since or (mandate.until is not None and day > mandate.until):
        return False
    return kept.ended is None or day < kept.ended


def allows(kind: MandateKind, letter: LetterKind, law: Law) -> bool:
    """Whether a kind of mandate is for such a letter under that law."""
    reach = REACH[kind]
    return (
        letter in reach.letters
        and law.kind in reach.kinds
        and (reach.laws is None or law.id in reach.laws)
    )


def mandate_for(
    client: Client, mandate_id: str | None, letter: LetterKind, law: Law, day: date
) -> Mandate | None:
    """Return the mandate under which a letter is written on that day; None when the client
    writes herself.

    Raises NoMandate when the one that is named is not on record, does not hold on that day, or
    is not for such a letter.
    """
    if mandate_id is None:
        return None
    kept = client.mandate(mandate_id)
    if kept is None:
        raise NoMandate(f"there is no mandate {mandate_id} on record")
    if not holds_on(kept, day):
        raise NoMandate(f"the mandate {mandate_id} does not hold on {day}: {_span(kept)}")
    if not allows(kept.mandate.kind, letter, law):
        words = REACH[kept.mandate.kind].words
        raise NoMandate(
            f"the mandate {mandate_id} is not for a {letter} under {law.id}: {words}",
            "Let the client write it herself, or record a mandate that is for it.",
        )
    return kept.mandate


def _span(kept: KeptMandate) -> str:
    if kept.ended is not None:
        return f"it was ended on {kept.ended}"
    if kept.mandate.until is not None:
        return f"it runs from {kept.mandate.since} to {kept.mandate.until}"
    return f"it begins on {kept.mandate.since}"
